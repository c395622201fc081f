package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/layout"
)

// priceRule turns words about prices into a price base.
type priceRule struct{ Match, Value string }

var (
	fixedPrices   = regexp.MustCompile(`(?:so sánh|cố định)(?: năm)? ((?:19|20)\d\d)|constant ((?:19|20)\d\d)(?: prices)?|((?:19|20)\d\d) (?:constant )?prices|(?:prices? of|at constant prices,? of) ((?:19|20)\d\d)`)
	currentPrices = regexp.MustCompile(`(?:giá )(?:hiện hành|thực tế)|(?:current|market) prices`)
)

// priceRules finds what the words of a table say of the price base, and in which places of a recipe they stand. A
// constant price whose year is not told is left alone.
func priceRules(t *layout.Table) (rules []priceRule, from string) {
	texts := map[string][]string{"title": {t.Title}, "unit": {t.Unit}}
	for i := range t.Columns {
		texts["column"] = append(texts["column"], strings.Join(t.Columns[i].Path, " "))
	}
	for i := range t.Lines {
		l := &t.Lines[i]
		texts["column"] = append(texts["column"], l.Section)
		texts["row_path"] = append(texts["row_path"], strings.Join(l.Path, " | "))
		texts["unit"] = append(texts["unit"], l.Unit, l.SecUnit)
	}
	var where []string
	for _, place := range []string{"column", "unit", "row_path", "title"} {
		here := false
		for _, text := range texts[place] {
			rule, ok := priceRuleOf(fold.Text(text))
			if !ok {
				continue
			}
			here = true
			if !slices.Contains(rules, rule) {
				rules = append(rules, rule)
			}
		}
		if here {
			where = append(where, place)
		}
	}
	slices.SortFunc(rules, func(a, b priceRule) int { return strings.Compare(a.Value, b.Value) })
	return rules, strings.Join(where, ", ")
}

// priceRuleOf reads one text. One that names several price bases tells none.
func priceRuleOf(text string) (priceRule, bool) {
	years := map[string]bool{}
	for _, found := range fixedPrices.FindAllStringSubmatch(text, -1) {
		for _, year := range found[1:] {
			if year != "" {
				years[year] = true
			}
		}
	}
	current := currentPrices.MatchString(text)
	switch {
	case current && len(years) == 0:
		return priceRule{`giá (hiện hành|thực tế)|(current|market) prices`, "current"}, true
	case !current && len(years) == 1:
		for year := range years {
			return priceRule{`(so sánh|cố định)( năm)? ` + year + `|constant ` + year + `|` + year + ` (constant )?prices|prices? of ` + year, year}, true
		}
	}
	return priceRule{}, false
}
