package config

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/transforms"
)

func (k *checker) checkModels() {
	for i := range k.c.Models {
		m := &k.c.Models[i]
		k.table(at("models", i, "id"), m.ID)
		k.models[m.ID] = true
		if m.Count() == 0 {
			k.query(at("models", i, ""), &m.SQL, m.File)
		}
	}
}

// query checks that there is exactly one of sql and file, and loads the file into sql.
func (k *checker) query(path string, sql *string, file string) {
	inline, loaded := k.has(path, "sql"), k.has(path, "file")
	switch at := kind.Join(path, "file"); {
	case inline && loaded:
		k.d.Fail(at, "both sql and file are given", "keep one of them")
	case !inline && !loaded:
		k.d.Report(kind.Join(path, "sql"), "sql is missing", "write the query as sql, or name the file that holds it as file")
	case inline && k.d.Known(kind.Join(path, "sql")) && strings.TrimSpace(*sql) == "":
		k.d.Fail(kind.Join(path, "sql"), "sql is empty", "write the query")
	case loaded:
		content, ok := k.load(at, file, maxSQL)
		if ok && strings.TrimSpace(string(content)) == "" {
			k.d.Fail(at, "file "+k.d.Quote(at)+" is empty", "write the query into it")
		}
		*sql = string(content)
	}
}

func (k *checker) checkIndicators() {
	for i := range k.c.Indicators {
		ind := &k.c.Indicators[i]
		path := at("indicators", i, "id")
		if k.plainName(path, ind.ID) && !k.sqlWord(path, ind.ID) {
			k.claim(path, ind.ID)
		}
		k.indicators[ind.ID] = ind
		k.query(at("indicators", i, ""), &ind.SQL, ind.File)
		ids := k.columns(indicatorColumns())
		for j, dim := range ind.Dimensions {
			ids(fmt.Sprintf("%s[%d]", at("indicators", i, "dimensions"), j), dim)
		}
	}
}

// plainName checks an id that is a value in tables.
func (k *checker) plainName(path, id string) bool {
	if !k.d.Known(path) {
		return false
	}
	if !otherName.MatchString(id) {
		k.d.Fail(path, "id "+k.d.Quote(path)+" is not a name", "begin with a letter from A to Z and go on with such letters, digits and _")
		return false
	}
	return true
}

func (k *checker) checkTargets() {
	seen := map[string]string{}
	for i, t := range k.c.Targets {
		path := at("targets", i, "id")
		_ = k.plainName(path, t.ID) && k.unique(seen, path, t.ID)
		if k.refer(at("targets", i, "indicator"), "indicator", t.Indicator, keys(k.indicators)) {
			for _, dim := range slices.Sorted(maps.Keys(t.At)) {
				k.targetDimension(kind.Join(at("targets", i, "at"), dim), dim, k.indicators[t.Indicator])
			}
		}
		k.checkPath(at("targets", i, ""), t)
		tolerance := at("targets", i, "tolerance")
		switch {
		case k.d.Known(at("targets", i, "comparison")) && t.Comparison != "about":
			k.foreign(at("targets", i, ""), "only the comparison about has a tolerance", "tolerance")
		case k.d.Known(tolerance) && t.Tolerance < 0:
			k.d.Fail(tolerance, "tolerance is "+k.d.Quote(tolerance), "it must not be below 0")
		}
	}
}

func (k *checker) targetDimension(path, dim string, ind *transforms.Indicator) {
	if slices.Contains(ind.Dimensions, dim) {
		return
	}
	want := fmt.Sprintf("the indicator %s has no dimensions", ind.ID)
	if len(ind.Dimensions) > 0 {
		want = kind.Hint(dim, ind.Dimensions)
	}
	k.d.Fail(path, fmt.Sprintf("dimension %q is not one of the indicator %s", dim, ind.ID), want)
}

// checkPath looks at the periods between which a target's path lies.
func (k *checker) checkPath(path string, t transforms.Target) {
	end, endOK := k.period(kind.Join(path, "period"), t.Period)
	start, startOK := k.period(kind.Join(path, "baseline"), t.Baseline)
	if base := kind.Join(path, "baseline"); endOK && startOK && start >= end {
		k.d.Fail(base, fmt.Sprintf("baseline %s does not lie before the period %s", k.d.Quote(base), k.d.Quote(kind.Join(path, "period"))),
			"give an earlier one")
	}
}

var periods = regexp.MustCompile(`^([0-9]{4})(?:-(?:S([12])|Q([1-4])|(0[1-9]|1[0-2])))?$`)

// period checks a year, half-year, quarter or month and gives the number of its last month.
func (k *checker) period(path, text string) (month int, ok bool) {
	if !k.d.Known(path) {
		return 0, false
	}
	m := periods.FindStringSubmatch(text)
	if m == nil {
		k.d.Fail(path, label(path)+" "+k.d.Quote(path)+" is not a period", "write a year as 2025, a half-year as 2025-S1, a quarter as 2025-Q1, a month as 2025-06")
		return 0, false
	}
	number := func(digits string) (n int) {
		for _, d := range digits {
			n = n*10 + int(d-'0')
		}
		return n
	}
	switch year := number(m[1]) * 12; {
	case m[2] != "":
		return year + 6*number(m[2]), true
	case m[3] != "":
		return year + 3*number(m[3]), true
	case m[4] != "":
		return year + number(m[4]), true
	default:
		return year + 12, true
	}
}

// checkForm says which keys a kind of check needs and which others it may have.
type checkForm struct{ needs, may []string }

var checkForms = map[string]checkForm{
	"unique":   {needs: []string{"table"}, may: []string{"columns", "where"}},
	"not_null": {needs: []string{"table", "columns"}, may: []string{"where"}},
	"range":    {needs: []string{"table", "column"}, may: []string{"min", "max", "where"}},
	"rows":     {needs: []string{"table"}, may: []string{"min", "max", "where"}},
	"sum":      {needs: []string{"table", "total", "parts"}, may: []string{"column", "group_by", "tolerance", "rounding", "where"}},
	"shares":   {needs: []string{"table"}, may: []string{"column", "parts", "whole", "group_by", "tolerance", "rounding", "where"}},
	"growth":   {needs: []string{"table", "with", "over"}, may: []string{"column", "with_column", "with_where", "by", "form", "tolerance", "where"}},
	"equal":    {needs: []string{"table", "with", "by"}, may: []string{"column", "with_column", "with_where", "tolerance", "where"}},
	"complete": {needs: []string{"table", "freq"}, may: []string{"group_by", "max", "where"}},
	"fresh":    {needs: []string{"table", "max"}, may: []string{"column", "where"}},
	"revision": {needs: []string{"table", "max"}, may: []string{"column", "tolerance", "where"}},
	"outlier":  {needs: []string{"table"}, may: []string{"column", "group_by", "min", "max", "where"}},
	"jump":     {needs: []string{"table"}, may: []string{"column", "group_by", "against", "tolerance", "where"}},
	"sql":      {needs: []string{"sql"}, may: []string{"table"}},
}

// checkKeys are the keys that only some kinds of check have.
var checkKeys = []string{
	"table", "columns", "column", "where", "min", "max", "total", "parts", "whole", "group_by", "with", "with_column", "with_where", "by", "over", "form",
	"freq", "against", "tolerance", "rounding", "sql",
}

func (k *checker) checkChecks() {
	seen := map[string]string{}
	for i, c := range k.c.Checks {
		path := at("checks", i, "")
		_ = k.plainName(kind.Join(path, "id"), c.ID) && k.unique(seen, kind.Join(path, "id"), c.ID)
		if form, ok := checkForms[c.Kind]; ok && k.d.Known(kind.Join(path, "kind")) {
			k.checkKeys(path, c.Kind, form)
			k.checkBounds(path, c)
		}
		k.checkTable(path, c)
	}
}

func (k *checker) checkKeys(path, name string, form checkForm) {
	for _, key := range checkKeys {
		p := kind.Join(path, key)
		needed := slices.Contains(form.needs, key)
		n := k.d.Node(p)
		switch {
		case needed && n == nil:
			k.d.Fail(p, key+" is missing", fmt.Sprintf("a check of the kind %s needs %s", name, strings.Join(form.needs, ", ")))
		case needed && k.d.Known(p) && len(n.Content) == 0 && strings.TrimSpace(n.Value) == "":
			k.d.Fail(p, key+" is empty", fmt.Sprintf("a check of the kind %s needs it", name))
		case !needed && !slices.Contains(form.may, key):
			k.foreign(path, fmt.Sprintf("a check of the kind %s takes %s", name, strings.Join(slices.Concat(form.needs, form.may), ", ")), key)
		}
	}
}

func (k *checker) checkBounds(path string, c transforms.Check) {
	low, high := kind.Join(path, "min"), kind.Join(path, "max")
	if !k.has(path, "min") && !k.has(path, "max") && (c.Kind == "range" || c.Kind == "rows") {
		k.d.Report(low, "min and max are missing", "give one of them or both")
	}
	if c.Min != nil && c.Max != nil && *c.Min > *c.Max && k.d.Known(low) && k.d.Known(high) {
		k.d.Report(high, fmt.Sprintf("max %s is below min %s", k.d.Quote(high), k.d.Quote(low)), "exchange them")
	}
	if c.Kind == "rows" {
		for p, x := range map[string]*float64{low: c.Min, high: c.Max} {
			if x != nil && (*x < 0 || *x != math.Trunc(*x)) && k.d.Known(p) {
				k.d.Report(p, label(p)+" is "+k.d.Quote(p), "a number of rows is a whole number from 0")
			}
		}
	}
	if p := kind.Join(path, "tolerance"); c.Tolerance < 0 && k.d.Known(p) {
		k.d.Report(p, "tolerance is "+k.d.Quote(p), "it must not be below 0")
	}
}

// checkTable looks at the table of a check and, where they are known, at its columns.
func (k *checker) checkTable(path string, c transforms.Check) {
	known := slices.Concat(keys(k.datasets), keys(k.models), []string{"indicators", "targets", "code_lists"})
	_ = k.refer(kind.Join(path, "with"), "with", c.With, known)
	if !k.refer(kind.Join(path, "table"), "table", c.Table, known) {
		return
	}
	recipe, isDataset := k.datasets[c.Table]
	if c.Kind == "unique" && !isDataset && !k.has(path, "columns") {
		k.d.Fail(kind.Join(path, "columns"), "columns is missing", fmt.Sprintf("%s has no key of its own: name the columns that must be unique together", c.Table))
	}
	if c.Kind == "revision" && !isDataset {
		k.d.Fail(kind.Join(path, "table"), "table "+k.d.Quote(kind.Join(path, "table"))+" has no vintages", "only datasets have: "+strings.Join(keys(k.datasets), ", "))
	}
	if !isDataset {
		return
	}
	if c.Kind == "sum" && recipe.Shape == transforms.Register && !k.has(path, "column") {
		k.d.Fail(kind.Join(path, "column"), "column is missing", "name the column of the register that is added up")
	}
	columns := tableColumns(*recipe)
	k.refer(kind.Join(path, "column"), "column", c.Column, columns)
	if c.Kind == "revision" && recipe.Shape == transforms.Register && !k.has(path, "column") {
		k.d.Fail(kind.Join(path, "column"), "column is missing", "name the column of the register whose revisions are measured")
	}
	for key, names := range map[string][]string{"columns": c.Columns, "group_by": c.GroupBy, "by": c.By} {
		for i, name := range names {
			k.refer(fmt.Sprintf("%s[%d]", kind.Join(path, key), i), "column", name, columns)
		}
	}
}
