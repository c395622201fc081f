"""Reads the descriptions beside a release's CSV files: the Data Package by frictionless, which also checks every value, CSV on
the Web by csvw, and the catalogue entry by the shapes of dcat-ap.ttl."""

import csv
import json
import sys
from pathlib import Path

import frictionless
from csvw import TableGroup
from pyshacl import validate
from rdflib import DCAT, RDF, Graph


def data_package(folder: Path, rows: dict) -> None:
    csv.field_size_limit(1 << 30)  # formulas of indicators are long
    report = frictionless.Package(folder / "datapackage.json").validate()
    assert report.valid, report.flatten(["title", "type", "message"])[:5]
    for task in report.tasks:
        assert task.stats.get("rows", 0) == rows[Path(task.place).stem], (task.place, task.stats)
    print(f"data package: {len(report.tasks)} tables")


def on_the_web(folder: Path, rows: dict) -> None:
    group = TableGroup.from_file(folder / "csv-metadata.json")
    assert {Path(str(table.url)).stem for table in group.tables} == set(rows)
    read = 0
    for table in group.tables:
        name = Path(str(table.url)).stem
        if rows[name] > 5000:  # csvw takes milliseconds a row
            continue
        read += 1
        n = sum(1 for _ in table.iterdicts(strict=True))
        assert n == rows[name], (name, n, rows[name])
    print(f"csv on the web: {len(group.tables)} tables, {read} read")


def catalogue(folder: Path) -> None:
    graph = Graph().parse(folder / "dcat.jsonld", publicID="https://example.org/data/current/csv/dcat.jsonld")
    shapes = Graph().parse(Path(__file__).parent / "dcat-ap.ttl")
    conforms, _, text = validate(graph, shacl_graph=shapes)
    assert conforms, text
    datasets = list(graph.subjects(RDF.type, DCAT.Dataset))
    assert datasets
    for url in graph.objects(None, DCAT.downloadURL):
        assert (folder / str(url).rsplit("/", 1)[1]).exists(), url
    print(f"dcat: {len(datasets)} datasets")


def main(release: Path) -> None:
    rows = {t["name"]: t["rows"] for t in json.loads((release / "manifest.json").read_text())["tables"]}
    data_package(release / "csv", rows)
    on_the_web(release / "csv", rows)
    catalogue(release / "csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
