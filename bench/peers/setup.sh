#!/usr/bin/env bash
# Sets up the readers that statloom is measured against, each in a folder of its own below the one given, and says which of
# them cannot be had. Nothing of the machine is changed. usage: setup.sh FOLDER
set -uo pipefail
dir=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$dir"

if [ ! -x "$dir/python/bin/python" ]; then
  python3 -m venv "$dir/python" 2>/dev/null || echo "peers: no Python with venv; calamine, fastexcel, polars, openpyxl and pandas are left out" >&2
fi
if [ -x "$dir/python/bin/pip" ] && ! "$dir/python/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"; then
  echo "peers: the Python packages cannot be had; their readers are left out" >&2
fi
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "peers: no Node.js; SheetJS is left out" >&2
elif [ ! -d "$dir/node/node_modules/xlsx" ]; then
  mkdir -p "$dir/node" && (cd "$dir/node" && npm install --silent --no-audit --no-fund "xlsx@0.18.5") ||
    echo "peers: SheetJS cannot be had; it is left out" >&2
fi
if ! Rscript -e 'library(readxl)' >/dev/null 2>&1; then
  echo "peers: no R with readxl (Debian: r-cran-readxl); it is left out" >&2
fi
exit 0
