package main

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// otherRows are the indicators that come from the survey and the department's report, worked out like the others. The
// last column is the dimension beside the field: tier, definition, product, activity or line of the plan.
func otherRows(in *input, second *edition, r *register) [][]string {
	hundred := big.NewRat(100, 1)
	var rows [][]string
	note := func(indicator, period, field, at, status string, value *big.Rat) {
		row := []string{indicator, period, field, "", "", "", "M", at}
		if value != nil {
			row[3], row[6] = value.FloatString(6), status
		}
		rows = append(rows, row)
	}
	for tier, firms := range suppliers(r) {
		for _, field := range fields {
			if n := firms[field]; n > 0 {
				note("SI11", "2024", field, tier, "A", big.NewRat(int64(n), 1))
			}
		}
	}
	for _, x := range inputsOfSectors {
		home, abroad := amount(x.domestic), amount(x.imported)
		note("SI17", "2024", fieldOf(x.sector), x.definition, "A", times(hundred, ratio(home, plus(home, abroad))))
	}
	for _, x := range demands {
		note("SI18", "2024", "", x.product, "A", times(hundred, ratio(amount(x.supply), amount(x.demand))))
	}
	total := map[string]*big.Rat{"added": new(big.Rat), "output": new(big.Rat), "people": new(big.Rat)}
	account := func(field string, added, output, people *big.Rat) {
		note("SI21", "2024", field, "", "A", times(big.NewRat(1000, 1), ratio(output, people)))
		note("SI23", "2024", field, "", "A", times(hundred, ratio(added, output)))
	}
	for _, x := range accounts {
		added, output := amount(x.added), amount(x.output)
		people := times(big.NewRat(1, 2), plus(amount(x.first), amount(x.last)))
		account(fieldOf(x.field), added, output, people)
		total["added"], total["output"], total["people"] = plus(total["added"], added), plus(total["output"], output), plus(total["people"], people)
	}
	account("_T", total["added"], total["output"], total["people"])
	nation := national(in, second)
	city := func(code string) *big.Rat { return big.NewRat(second.figures[key{code, 2024, current}].tenths, 10) }
	for _, n := range nation[1:] {
		if made := amount(n.output); made.Sign() != 0 {
			note("SI25", "2024", "", n.code, "P", ratio(ratio(city(n.code), city("_T")), ratio(made, amount(nation[0].output))))
		}
	}
	for _, x := range plans {
		period := fmt.Sprintf("%d-01-01/P%dM", x.year, x.months)
		note("SI32", period, "", x.item, "A", times(hundred, ratio(amount(x.cumulative), amount(x.plan))))
	}
	for field, months := range proxyIndex(in, second) {
		for month, value := range months {
			note("SI30", month, field, "", "E", value)
		}
	}
	sortRows(rows)
	return rows
}

// proxyIndex weights the indices of divisions with the supporting-industry output of 2024, by field and month; nil where
// the index of a division with a weight is not known.
func proxyIndex(in *input, e *edition) map[string]map[string]*big.Rat {
	weights := map[string]map[string]*big.Rat{} // by field and division
	for _, s := range in.shares {
		v := big.NewRat(e.figures[key{s.class, 2024, current}].tenths, 10)
		for _, field := range []string{s.field, "_T"} {
			if weights[field] == nil {
				weights[field] = map[string]*big.Rat{}
			}
			division := s.class[:2]
			if weights[field][division] == nil {
				weights[field][division] = new(big.Rat)
			}
			add(weights[field][division], v, s.fallback)
		}
	}
	out := map[string]map[string]*big.Rat{}
	for field, byDivision := range weights {
		sums, all := map[string]*big.Rat{}, map[string]*big.Rat{}
		for _, x := range divisionIndex(in) {
			w := byDivision[x.division]
			if w == nil || w.Sign() == 0 {
				continue
			}
			if all[x.month] == nil {
				sums[x.month], all[x.month] = new(big.Rat), new(big.Rat)
			}
			all[x.month].Add(all[x.month], w)
			sums[x.month] = plus(sums[x.month], times(w, amount(x.value)))
		}
		out[field] = map[string]*big.Rat{}
		for month := range sums {
			out[field][month] = ratio(sums[month], all[month])
		}
	}
	return out
}

// suppliers counts the firms of the register that supply networks at the end of 2024, each once at a tier and once in all.
func suppliers(r *register) map[string]map[string]int {
	end := day(2025, -1)
	seen, counts := map[string]bool{}, map[string]map[string]int{}
	for _, s := range newSupplies(r) {
		f := r.firms[s.firm]
		if f.listed.After(end) || !f.struck.IsZero() && !f.struck.After(end) || s.since.After(end) || !s.until.IsZero() && !s.until.After(end) {
			continue
		}
		for _, tier := range []string{"Cấp " + strconv.Itoa(s.tier), "_T"} {
			if counts[tier] == nil {
				counts[tier] = map[string]int{}
			}
			if !seen[tier+f.taxCode] {
				seen[tier+f.taxCode] = true
				counts[tier][f.field]++
				counts[tier]["_T"]++
			}
		}
	}
	return counts
}

// fieldOf is the code of a field by the name that the survey gives it.
func fieldOf(sector string) string {
	return map[string]string{"Linh kiện, phụ tùng": "LKPT", "Công nghệ cao": "CNC", "Dệt may - da giày": "DMDG"}[sector]
}

// amount is what a cell of the survey says: a number, or a text with a decimal comma or a point between thousands; nil
// where it is not known.
func amount(cell any) *big.Rat {
	text := strings.TrimSpace(fmt.Sprint(cell))
	switch x := cell.(type) {
	case float64:
		text = strconv.FormatFloat(x, 'f', -1, 64)
	case string:
		text = strings.ReplaceAll(strings.ReplaceAll(text, ".", ""), ",", ".")
	}
	v, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return v
}

func plus(a, b *big.Rat) *big.Rat {
	if a == nil || b == nil {
		return nil
	}
	return new(big.Rat).Add(a, b)
}

func times(a, b *big.Rat) *big.Rat {
	if a == nil || b == nil {
		return nil
	}
	return new(big.Rat).Mul(a, b)
}

func ratio(a, b *big.Rat) *big.Rat {
	if a == nil || b == nil || b.Sign() == 0 {
		return nil
	}
	return new(big.Rat).Quo(a, b)
}
