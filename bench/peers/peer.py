"""Reads books with one of Python's spreadsheet readers and prints what it took, as one line of JSON.

usage: peer.py READER BOOK...      READER: calamine, fastexcel, polars, openpyxl, pandas

Every cell of every sheet is turned into a Python value (or an Arrow column, where the reader gives those), as its users do.
The clock starts after the imports, so that no reader pays for the start of the interpreter.
"""
import json
import logging
import sys
import time

logging.disable(logging.WARNING)  # fastexcel tells of every column whose type it could not settle


def calamine(path):
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        for row in book.get_sheet_by_name(name).to_python():
            yield sum(v != "" for v in row)


def fastexcel(path):
    import fastexcel as reader

    book = reader.read_excel(path)
    for name in book.sheet_names:
        yield filled(book.load_sheet(name, header_row=None, schema_sample_rows=None, dtype_coercion="coerce").to_arrow())


def filled(table):
    return sum(len(column) - column.null_count for column in table.columns)


def polars(path):
    import polars as pl

    for frame in pl.read_excel(path, sheet_id=0, has_header=False, raise_if_empty=False).values():
        if frame.width:
            yield frame.height * frame.width - sum(frame.null_count().row(0))


def openpyxl(path):
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            yield sum(v is not None for v in row)
    book.close()


def pandas(path):
    import pandas as pd

    for frame in pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl").values():
        yield int(frame.count().sum())


MODULES = {
    "calamine": ["python_calamine"],
    "fastexcel": ["fastexcel", "pyarrow"],
    "polars": ["polars", "fastexcel"],
    "openpyxl": ["openpyxl"],
    "pandas": ["pandas", "openpyxl"],
}


def main():
    name, books = sys.argv[1], sys.argv[2:]
    for module in MODULES[name]:
        __import__(module)
    read = globals()[name]
    start = time.perf_counter()
    cells = sum(sum(read(path)) for path in books)
    print(json.dumps({"seconds": time.perf_counter() - start, "cells": cells}))


main()
