"""Reads the JSON-stat files of a release: valid by jsonstat-validator, and read by pyjstat with as many values as the
release's database has."""

import json
import sys
from pathlib import Path
from urllib.parse import urljoin

import duckdb
from jsonstat_validator import validate_jsonstat
from pyjstat import pyjstat


def main(release: Path) -> None:
    folder = release / "jsonstat"
    collection = json.loads((folder / "collection.json").read_text())
    served = json.loads(json.dumps(collection))
    for item in served["link"]["item"]:  # the addresses are relative to the file; the validator wants whole ones
        item["href"] = urljoin("https://example.org/data/current/jsonstat/collection.json", item["href"])
    validate_jsonstat(served)
    db = duckdb.connect(str(release / "statloom.duckdb"), read_only=True)
    files = [item["href"] for item in collection["link"]["item"]]
    assert files and set(files) | {"collection.json"} == {p.name for p in folder.iterdir()}
    total = 0
    for name in files:
        text = (folder / name).read_text()
        validate_jsonstat(json.loads(text))
        frame = pyjstat.Dataset.read(text).write("dataframe")
        if name.startswith("indicator-"):
            where = f"indicators WHERE indicator = '{name[10:-5]}' AND"
        else:
            where = f'"{name[:-5]}" WHERE'
        want = db.sql(f"SELECT count(*), coalesce(sum(obs_value), 0) FROM {where} obs_value IS NOT NULL").fetchone()
        values = frame["value"].dropna()
        assert len(values) == want[0], (name, len(values), want)
        assert abs(values.sum() - want[1]) <= 1e-9 * max(1, abs(want[1])), (name, values.sum(), want)
        total += len(values)
    print(f"jsonstat: {len(files)} datasets, {total} values")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
