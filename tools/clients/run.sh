#!/usr/bin/env bash
# Publishes the sample in every form that is made of files, and reads each with programs that people use, in a virtual
# environment of its own.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")"
work=.work
mkdir -p "$work"
if ! cmp -s requirements.txt "$work/installed"; then
  python3 -m venv --clear "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt
  cp requirements.txt "$work/installed"
fi
rm -rf "$work/sample"
mkdir -p "$work/sample/examples/cantho"
cp -r ../../examples/cantho/{books,codes,sql} "$work/sample/examples/cantho/"
sed 's/^sinks:$/&\n  - kind: csv\n  - kind: sdmx\n  - kind: jsonstat/' ../../config.yaml > "$work/sample/config.yaml"
"$binary" run --config "$work/sample/config.yaml" > "$work/run.log" 2>&1 || { cat "$work/run.log"; exit 1; }
for check in tables sdmx jsonstat metadata; do
  "$work/venv/bin/python" -W ignore "check_$check.py" "$work/sample/data/current"
done
rscript=$(command -v Rscript || true)
if [ -n "$rscript" ] && "$rscript" -e 'for (p in c("readr", "jsonlite", "readxl")) library(p, character.only = TRUE)' >/dev/null 2>&1; then
  "$rscript" check_r.R "$work/sample/data/current"
else
  rscript=
  echo "R is left out: it is not installed with readr, jsonlite and readxl"
fi
"$work/venv/bin/python" check_docs.py "$work/sample/data/current" "$rscript"
