"""Reads the SDMX files of a release with pysdmx: the structures are valid by SDMX's own schemas, every code and component
that the observations use is declared, and there are as many observations as the manifest says."""

import json
import sys
from pathlib import Path

from pysdmx.io import get_datasets, read_sdmx


def main(release: Path) -> None:
    folder = release / "sdmx"
    rows = {t["name"]: t["rows"] for t in json.loads((release / "manifest.json").read_text())["tables"]}
    message = read_sdmx(folder / "structure.xml", validate=True)
    structures = {d.id: d for d in message.get_data_structure_definitions()}
    flows = {d.id for d in message.get_dataflows()}
    assert structures and set(structures) == flows, (sorted(structures), sorted(flows))
    lists = {c.short_urn: {code.id for code in c.items} for c in message.get_codelists()}
    for flow, dsd in structures.items():
        path = folder / f"{flow.lower()}.csv"
        (dataset,) = get_datasets(path, folder / "structure.xml", validate=True)
        frame = dataset.data
        assert len(frame) == rows[flow.lower()], (flow, len(frame), rows[flow.lower()])
        assert set(frame.columns) <= {c.id for c in dsd.components}, (flow, list(frame.columns))
        for component in dsd.components:
            enumeration = component.enumeration or component.local_codes
            if component.id not in frame.columns or enumeration is None:
                continue
            known = {c.id for c in enumeration.items} if hasattr(enumeration, "items") else lists[enumeration]
            used = {v for v in frame[component.id].dropna().astype(str) if v}
            assert used <= known, (flow, component.id, sorted(used - known)[:5])
        key = [d.id for d in dsd.components.dimensions]
        assert not frame.duplicated(subset=key).any(), (flow, "observations that share a key")
        print(f"sdmx: {flow}: {len(frame)} observations, {len(key)} dimensions")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
