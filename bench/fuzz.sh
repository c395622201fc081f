#!/usr/bin/env bash
# Runs every fuzz target of the tree for a bounded time each: bench/fuzz.sh 5s duckdb_arrow
set -euo pipefail
time=${1:-5s} tags=${2:-}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do
  dir=$(dirname "$file")
  grep -oE '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r target; do
    echo "fuzz $dir $target $time"
    # At the end of its time go may report its own deadline as a failure; a found input is written down, a deadline is not.
    if ! go test -tags "$tags" -run '^$' -fuzz "^${target}\$" -fuzztime "$time" -fuzzminimizetime 10x "$dir" >"$log" 2>&1; then
      if grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input written' "$log"; then continue; fi
      cat "$log"
      exit 1
    fi
  done
done
