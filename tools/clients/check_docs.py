"""Runs what the documentation says for Python, and for R where R is installed: every block of README.md and docs/*.md, one after
the other, each page in a process of its own, in a folder that holds the release at data/current."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^ *```(python|r)\n(.*?)^ *```$", re.M | re.S)
INLINE = re.compile(r"`((?:duckdb|pandas)\.[^`]+\(.*?\)[^`]*)`")
# What needs packages that a distribution does not bring, or a server.
NOT_HERE = ("library(duckdb)", "library(RPostgreSQL)")


def run(command: list, text: str, suffix: str, where: str, folder: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=suffix) as f:
        f.write(text)
        f.flush()
        done = subprocess.run([*command, f.name], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{where}:\n{text}\n{done.stdout}{done.stderr}")


def main(release: Path, rscript: str) -> None:
    folder, ran, left = release.parents[1], {"python": 0, "r": 0}, 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = page.read_text()
        for language, block in BLOCK.findall(text):
            if language == "r" and (not rscript or any(word in block for word in NOT_HERE)):
                left += 1
                continue
            run([sys.executable, "-W", "ignore"] if language == "python" else [rscript], block, "." + language, page.name, folder)
            ran[language] += 1
        for line in INLINE.findall(text):
            run([sys.executable, "-W", "ignore"], f"import duckdb, pandas\n{line}\n", ".py", page.name, folder)
            ran["python"] += 1
    if ran["python"] < 4:
        sys.exit("the documentation's blocks are not found")
    print(f"documentation: {ran['python']} pieces of Python, {ran['r']} of R; {left} of R left out")


main(Path(sys.argv[1]).absolute(), sys.argv[2] if len(sys.argv) > 2 else "")
