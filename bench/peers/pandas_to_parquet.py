"""What an analyst would write: all sheets of many small statistical books into one tidy Parquet file with pandas.

usage: pandas_to_parquet.py OUT BOOK...

It knows the layout of the books beforehand (where the header ends, which column is the stub), which statloom has to find.
"""
import json
import sys
import time
from pathlib import Path

import pandas as pd


def tidy(path):
    for sheet, frame in pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl").items():
        rows = frame.index[frame.iloc[:, 1:].apply(pd.to_numeric, errors="coerce").notna().sum(axis=1) >= 2]
        if rows.empty:
            continue
        header = frame.iloc[max(0, rows[0] - 2) : rows[0]].ffill(axis=1).fillna("").astype(str)
        body = frame.loc[rows]
        body.columns = ["label", *(" | ".join(header.iloc[:, i]) for i in range(1, frame.shape[1]))]
        body = body.loc[:, ~body.columns.duplicated()]
        long = body.melt(id_vars="label", var_name="column", value_name="value")
        long["value"] = pd.to_numeric(long["value"], errors="coerce")
        yield long.assign(book=Path(path).name, sheet=sheet)


def main():
    out, books = sys.argv[1], sys.argv[2:]
    start = time.perf_counter()
    table = pd.concat([part for path in books for part in tidy(path)], ignore_index=True)
    table.to_parquet(out, compression="zstd")
    print(json.dumps({"seconds": time.perf_counter() - start, "cells": len(table)}))


main()
