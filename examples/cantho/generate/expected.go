package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"slices"
	"sort"
	"strconv"
)

// fields in the order of the code list; the total comes last.
var fields = []string{"LKPT", "CNC", "DMDG", "_T"}

// writeExpected writes what the indicators must be, worked out from the invented numbers themselves in exact
// arithmetic: neither a book is read nor SQL run for it.
func writeExpected(path string, in *input, first, second *edition, reg *register) error {
	rows := [][]string{{"indicator", "time_period", "field", "obs_value", "obs_low", "obs_high", "obs_status", "at"}}
	outputs := map[string]map[int]map[string]*band{}
	for _, base := range []string{current, constant} {
		outputs[base] = map[int]map[string]*band{}
		for year := first.years[0]; year <= second.years[len(second.years)-1]; year++ {
			outputs[base][year] = supporting(in, latest(first, second, year), year, base)
		}
	}
	rows = append(rows, structureRows(outputs[current], first, second)...)
	rows = append(rows, registerRows(reg)...)
	rows = append(rows, outputRows(outputs)...)
	for i, row := range rows {
		rows[i] = append(row, make([]string, len(rows[0])-len(row))...)
	}
	rows = append(rows, otherRows(in, second, reg)...)
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Close()
}

// band is supporting output with the low, default and high share; nil when a class has no figure.
type band struct{ low, value, high *big.Rat }

// latest is the edition that a year is known from: the newer one wherever it has the year.
func latest(first, second *edition, year int) *edition {
	if year >= second.years[0] {
		return second
	}
	return first
}

// supporting multiplies every mapped class by its shares.
func supporting(in *input, e *edition, year int, base string) map[string]*band {
	sums := map[string]*band{}
	for _, f := range fields {
		sums[f] = &band{new(big.Rat), new(big.Rat), new(big.Rat)}
	}
	for _, s := range in.shares {
		f := e.figures[key{s.class, year, base}]
		for _, field := range []string{s.field, "_T"} {
			if f.mark == markUnknown {
				sums[field] = nil
			}
			if sums[field] == nil {
				continue
			}
			v := big.NewRat(f.tenths, 10)
			add(sums[field].low, v, s.low)
			add(sums[field].value, v, s.fallback)
			add(sums[field].high, v, s.top)
		}
	}
	return sums
}

func add(sum, v, share *big.Rat) { sum.Add(sum, new(big.Rat).Mul(v, share)) }

// structureRows are SI01: 100 times supporting output over that of all industry.
func structureRows(outputs map[int]map[string]*band, first, second *edition) [][]string {
	var rows [][]string
	for _, year := range years(outputs) {
		all := big.NewRat(latest(first, second, year).figures[key{"_T", year, current}].tenths, 1000)
		for _, f := range fields {
			rows = append(rows, outputRow("SI01", year, f, outputs[year][f], all))
		}
	}
	return rows
}

// outputRows are SI04 and SI05, supporting output at current and at 2010 prices, and SI12 and SI13, their growth.
func outputRows(outputs map[string]map[int]map[string]*band) [][]string {
	var rows [][]string
	for _, s := range []struct{ level, growth, base string }{{"SI04", "SI12", current}, {"SI05", "SI13", constant}} {
		byYear := outputs[s.base]
		for _, year := range years(byYear) {
			for _, f := range fields {
				rows = append(rows, outputRow(s.level, year, f, byYear[year][f], big.NewRat(1, 1)))
			}
		}
		for _, year := range years(byYear)[1:] {
			for _, f := range fields {
				now, before := byYear[year][f], byYear[year-1][f]
				row := []string{s.growth, strconv.Itoa(year), f, "", "", "", "M"}
				if now != nil && before != nil {
					ratio := new(big.Rat).Quo(now.value, before.value)
					ratio.Sub(ratio, big.NewRat(1, 1))
					row[3], row[6] = ratio.Mul(ratio, big.NewRat(100, 1)).FloatString(6), status(year)
				}
				rows = append(rows, row)
			}
		}
	}
	return rows
}

func outputRow(indicator string, year int, field string, b *band, over *big.Rat) []string {
	if b == nil {
		return []string{indicator, strconv.Itoa(year), field, "", "", "", "M"}
	}
	text := func(v *big.Rat) string { return new(big.Rat).Quo(v, over).FloatString(6) }
	return []string{indicator, strconv.Itoa(year), field, text(b.value), text(b.low), text(b.high), status(year)}
}

// status is that of the newest edition's last year, provisional, and normal before it.
func status(year int) string {
	if year == 2024 {
		return "P"
	}
	return "A"
}

// registerRows are SI06, firms on the register at the end of the year, and SI09, the part of them with a valid
// certificate of an accepted standard.
func registerRows(r *register) [][]string {
	var rows [][]string
	for _, y := range yearsListed {
		end := day(y.year+1, -1)
		firms, certified := map[string]int64{}, map[string]int64{}
		for i, f := range r.firms {
			if f.listed.After(end) || !f.struck.IsZero() && !f.struck.After(end) {
				continue
			}
			for _, field := range []string{f.field, "_T"} {
				firms[field]++
				if r.valid(i, y.year) {
					certified[field]++
				}
			}
		}
		for _, field := range fields {
			n := firms[field]
			rows = append(rows, []string{"SI06", strconv.Itoa(y.year), field, strconv.FormatInt(n, 10), "", "", "A"},
				[]string{"SI09", strconv.Itoa(y.year), field, big.NewRat(100*certified[field], n).FloatString(6), "", "", "A"})
		}
	}
	return rows
}

// valid says whether a firm holds a certificate of an accepted standard on the last day of a year.
func (r *register) valid(firm, year int) bool {
	end := day(year+1, -1)
	for _, c := range r.certificates {
		if c.firm == firm && c.standard != "HVNCLC" && !c.issued.After(end) && !c.expires.Before(end) {
			return true
		}
	}
	return false
}

func years[T any](m map[int]T) []int {
	var all []int
	for y := range m {
		all = append(all, y)
	}
	sort.Ints(all)
	return all
}

// sortRows puts rows in the order of indicator, period, the last column and field.
func sortRows(rows [][]string) {
	slices.SortFunc(rows, func(a, b []string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(a[7], b[7]), cmp.Compare(a[2], b[2]))
	})
}
