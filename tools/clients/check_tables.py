"""Reads every table of a release with pandas, polars, pyarrow and DuckDB - as Parquet, from the DuckDB file, as CSV and from the
workbook - and compares their columns, types and numbers of rows with the manifest."""

import json
import sys
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

# What the types of the manifest are in each library.
ARROW = {
    "VARCHAR": pa.string(), "JSON": pa.json_(), "DOUBLE": pa.float64(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(), "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
}
POLARS = {
    "VARCHAR": pl.String, "JSON": pl.Binary, "DOUBLE": pl.Float64, "INTEGER": pl.Int32, "BIGINT": pl.Int64, "BOOLEAN": pl.Boolean,
    "DATE": pl.Date, "TIMESTAMP WITH TIME ZONE": pl.Datetime("us", "UTC"),
}
PANDAS = {
    "VARCHAR": pd.api.types.is_string_dtype, "JSON": lambda t: "json" in str(t), "DOUBLE": pd.api.types.is_float_dtype, "INTEGER": pd.api.types.is_integer_dtype,
    "BIGINT": pd.api.types.is_integer_dtype, "BOOLEAN": pd.api.types.is_bool_dtype, "DATE": lambda t: str(t) == "date32[day][pyarrow]",
    "TIMESTAMP WITH TIME ZONE": lambda t: str(t) == "timestamp[us, tz=UTC][pyarrow]",
}


def same(where: str, got, want) -> None:
    if got != want:
        sys.exit(f"{where}: got {got}, the manifest says {want}")


def shape(table: dict) -> tuple:
    return table["rows"], [c["name"] for c in table["columns"]]


def parquet(path: Path, t: dict) -> None:
    types = [c["type"] for c in t["columns"]]
    a = pq.read_table(path)
    same(f"pyarrow {path.name}", (a.num_rows, a.column_names, a.schema.types), (*shape(t), [ARROW[x] for x in types]))
    described = json.loads(pq.read_metadata(path).metadata[b"columns"])
    same(f"descriptions {path.name}", described, {c["name"]: c["comment"] for c in t["columns"] if c.get("comment")})
    p = pl.read_parquet(path)
    same(f"polars {path.name}", (p.height, p.columns, p.dtypes), (*shape(t), [POLARS[x] for x in types]))
    f = pd.read_parquet(path, dtype_backend="pyarrow")
    same(f"pandas {path.name}", (len(f), list(f.columns)), shape(t))
    for column, kind in zip(f.columns, types):
        same(f"pandas {path.name} {column}", bool(PANDAS[kind](f[column].dtype)), True)
    d = duckdb.sql(f"FROM read_parquet('{path}')")
    same(f"duckdb {path.name}", (d.count("*").fetchone()[0], d.columns, [str(x) for x in d.types]), (*shape(t), types))


def database(release: Path, tables: list) -> None:
    with duckdb.connect(str(release / "statloom.duckdb"), read_only=True) as db:
        for t in tables:
            d = db.sql(f'FROM "{t["name"]}"')
            same(f"duckdb file {t['name']}", (d.count("*").fetchone()[0], d.columns, [str(x) for x in d.types]), (*shape(t), [c["type"] for c in t["columns"]]))
            same(f"duckdb file {t['name']} to pandas", len(d.df()), t["rows"])
            same(f"duckdb file {t['name']} to polars", d.pl().height, t["rows"])
            same(f"duckdb file {t['name']} to pyarrow", d.to_arrow_table().num_rows, t["rows"])


def csv(path: Path, t: dict) -> None:
    types = {c["name"]: c["type"] for c in t["columns"]}
    d = duckdb.read_csv(str(path), dtype=types, header=True, delimiter=",", quotechar='"', parallel=False)
    same(f"duckdb {path.name}", (d.count("*").fetchone()[0], d.columns, [str(x) for x in d.types]), (*shape(t), list(types.values())))
    p = pl.read_csv(path, schema_overrides={n: pl.String if x == "JSON" or x.startswith("TIMESTAMP") else POLARS[x] for n, x in types.items()})
    same(f"polars {path.name}", (p.height, p.columns), shape(t))
    f = pd.read_csv(path, dtype={n: "string" for n in types}, keep_default_na=False)
    same(f"pandas {path.name}", (len(f), list(f.columns)), shape(t))
    options = pa.csv.ConvertOptions(column_types={n: pa.string() if x == "JSON" or x.startswith("TIMESTAMP") else ARROW[x] for n, x in types.items()}, strings_can_be_null=True)
    a = pa.csv.read_csv(path, convert_options=options, parse_options=pa.csv.ParseOptions(newlines_in_values=True), read_options=pa.csv.ReadOptions(block_size=1 << 26))
    same(f"pyarrow {path.name}", (a.num_rows, a.column_names), shape(t))


def workbook(path: Path, tables: dict) -> int:
    """Data sheets have the columns' names in the fifth row, their labels in the sixth, then the rows."""
    book = openpyxl.load_workbook(path, data_only=True)
    sheets = [s for s in book.sheetnames if s in tables]
    for name in sheets:
        t = tables[name]
        sheet = book[name]
        columns = [c.value for c in sheet[5] if c.value]
        same(f"openpyxl {name}", columns, [c["name"] for c in t["columns"]])
        same(f"openpyxl {name} table", [x.ref.rsplit(":", 1)[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for x in sheet.tables.values()], [str(6 + max(1, t["rows"]))])
        same(f"pandas {name}", len(pd.read_excel(path, sheet_name=name, skiprows=5, dtype=str, engine="openpyxl").dropna(how="all")), t["rows"])
        p = pl.read_excel(path, sheet_name=name, read_options={"header_row": 5}, raise_if_empty=False)
        same(f"polars {name}", p.height, t["rows"])
        numbers = {i for i, c in enumerate(sheet[5]) if c.value in {c["name"] for c in t["columns"] if c["type"] in ("DOUBLE", "INTEGER", "BIGINT")}}
        for row in sheet.iter_rows(min_row=7, values_only=True):
            for i in numbers:
                assert row[i] is None or isinstance(row[i], (int, float)), (name, row)
    return len(sheets)


def main(release: Path) -> None:
    tables = json.loads((release / "manifest.json").read_text())["tables"]
    for t in tables:
        parquet(release / "parquet" / f"{t['name']}.parquet", t)
        csv(release / "csv" / f"{t['name']}.csv", t)
    database(release, tables)
    sheets = workbook(release / "statloom.xlsx", {t["name"]: t for t in tables})
    print(f"tables: {len(tables)} as Parquet, DuckDB and CSV, {sheets} in the workbook")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
