#!/usr/bin/env bash
# Runs every fuzz target of the tree for a bounded time each: bench/fuzz.sh 5s duckdb_arrow
set -euo pipefail
time=${1:-5s} tags=${2:-}
grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do
  dir=$(dirname "$file")
  grep -oE '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r target; do
    echo "fuzz $dir $target $time"
    go test -tags "$tags" -run '^$' -fuzz "^${target}\$" -fuzztime "$time" "$dir" >/tmp/fuzz.$$ 2>&1 || { cat /tmp/fuzz.$$; exit 1; }
  done
done
