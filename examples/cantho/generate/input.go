package main

import (
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
)

// activity is a row of the yearbooks' stub.
type activity struct {
	code, vi, en, level string
}

// share is a line of the mapping: which part of a class's output belongs to a field of supporting industry.
type share struct {
	class, field       string
	low, fallback, top *big.Rat // exact, as the mapping writes them
}

// seed is what a class's invented series starts from.
type seed struct {
	output float64 // current prices, 2024, tỷ đồng
	growth float64 // real growth a year beyond that of all industry
}

// input is what the figures are made from.
type input struct {
	activities []activity
	shares     []share
	seeds      map[string]seed
}

func readInput(dir string) (*input, error) {
	in := &input{seeds: map[string]seed{}}
	err := eachRecord(filepath.Join(dir, "codes", "vsic.csv"), 1, func(r []string) error {
		in.activities = append(in.activities, activity{code: r[0], vi: r[1], en: r[2], level: r[7]})
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRecord(filepath.Join(dir, "generate", "output.csv"), 1, func(r []string) error {
		output, err := strconv.ParseFloat(r[1], 64)
		if err != nil {
			return fmt.Errorf("read output of %s: %w", r[0], err)
		}
		growth, err := strconv.ParseFloat(r[2], 64)
		if err != nil {
			return fmt.Errorf("read growth of %s: %w", r[0], err)
		}
		in.seeds[r[0]] = seed{output: output, growth: growth / 100}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRecord(filepath.Join(dir, "books", mappingBook), 3, func(r []string) error {
		s := share{class: r[0], field: r[2]}
		for i, p := range []**big.Rat{&s.low, &s.fallback, &s.top} {
			v, ok := new(big.Rat).SetString(r[3+i])
			if !ok {
				return fmt.Errorf("read share of %s: %q is not a number", r[0], r[3+i])
			}
			*p = v
		}
		in.shares = append(in.shares, s)
		return nil
	})
	return in, err
}

// mappingBook is written by hand; its first three records are two title lines and the header.
const mappingBook = "2025-06-30-cnht-mapping.csv"

// eachRecord reads a CSV file, passing over its first records.
func eachRecord(path string, skip int, use func([]string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open input: %w", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	for _, record := range records[min(skip, len(records)):] {
		if err := use(record); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}
