#!/usr/bin/env bash
# Measures statloom against the readers that people use today, round by round in turns, and prints the table.
# What it needs is set up in bench/.work; what cannot be had is named and left out.
# usage: bench/run.sh ROUNDS TAGS [FOLDER OF REAL BOOKS]
set -euo pipefail
cd "$(dirname "$0")/.."
work=bench/.work
mkdir -p "$work"

[ -f "$work/books/small/399.xlsx" ] || go run ./bench/books -out "$work/books"
bash bench/peers/setup.sh "$work/peers"
go build -tags "$2" -o "$work/compare" ./bench/compare
go build -tags "$2" -o "$work/statloom" ./cmd/statloom
"$work/compare" -rounds "$1" ${3:+-real "$3"} -out "$work/results.json"
"$work/compare" -report "$work/results.json"
