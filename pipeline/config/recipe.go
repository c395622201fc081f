package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/transforms"
)

// place matches what transforms.Place allows.
var place = regexp.MustCompile(`^((row|column)(\.[1-9][0-9]?)?|row_path|title|unit|sheet|book|stub_head|comparison)$`)

var places = []string{"row", "row.1", "row_path", "column", "column.1", "title", "unit", "sheet", "book", "stub_head", "comparison"}

func (k *checker) checkDatasets() {
	for i := range k.c.Datasets {
		set := &k.c.Datasets[i]
		k.table(at("datasets", i, "id"), set.ID, "_history", "_asof")
		k.datasets[set.ID] = &set.Table
		k.checkOrigin(at("datasets", i, "source"), set.Source)
		k.pattern(at("datasets", i, "books"), set.Books)
		k.checkRecipe(at("datasets", i, "table"), &set.Table)
	}
}

// checkOrigin looks at the source, or the list of sources, of a dataset.
func (k *checker) checkOrigin(path string, names []string) {
	list := k.d.Node(path)
	if list == nil || !k.d.Known("sources") {
		return
	}
	seen := map[string]bool{}
	for i, name := range names {
		one := path
		if list.Kind == yaml.SequenceNode {
			one = fmt.Sprintf("%s[%d]", path, i)
		}
		if k.refer(one, "source", name, keys(k.sources)) && seen[name] {
			k.d.Fail(one, "source "+k.d.Quote(one)+" is listed twice", "remove one")
		}
		seen[name] = true
	}
}

func (k *checker) checkRecipe(path string, r *transforms.Recipe) {
	for key, expr := range map[string]string{
		"title": r.Title, "not_title": r.NotTitle, "header": r.Header, "skip_rows": r.SkipRows, "skip_columns": r.SkipColumns,
	} {
		k.pattern(kind.Join(path, key), expr)
	}
	if !k.d.Known(path) || k.d.Node(kind.Join(path, "shape")) != nil && !k.d.Known(kind.Join(path, "shape")) {
		return
	}
	for key, text := range map[string]string{"title": r.Title, "header": r.Header} {
		if p := kind.Join(path, key); k.d.Known(p) && k.d.Node(p) != nil && strings.TrimSpace(text) == "" {
			k.d.Fail(p, key+" is "+k.d.Quote(p), "it must not be empty")
		}
	}
	if !k.has(path, "title") && !k.has(path, "header") {
		k.d.Report(kind.Join(path, "title"), "title is missing", "give a regular expression that the table's title matches, or header for a table without a title")
	}
	if r.Shape == transforms.Register {
		k.foreign(path, "a register has no dimensions, period, unit or price base: its columns hold them",
			"dimensions", "period", "unit", "price_base", "stub_columns", "skip_columns")
		k.checkRegister(path, r)
	} else {
		k.foreign(path, "this belongs to the shape register", "columns", "key")
		k.checkDimensions(path, r.Dimensions)
		k.checkPick(kind.Join(path, "period"), r.Period.Pick)
		k.checkPick(kind.Join(path, "unit"), r.Unit)
		k.checkPick(kind.Join(path, "price_base"), r.PriceBase)
	}
	k.checkVintage(kind.Join(path, "vintage"), r.Vintage)
}

// foreign reports keys that have no meaning in the place where they are.
func (k *checker) foreign(path, why string, names ...string) {
	for _, name := range names {
		if p := kind.Join(path, name); k.d.Known(p) {
			k.d.Fail(p, name+" has no effect here", why)
		}
	}
}

func (k *checker) checkDimensions(path string, dims []transforms.Dimension) {
	ids := k.columns(fixedColumns(transforms.Observations))
	for i, dim := range dims {
		one := at(kind.Join(path, "dimensions"), i, "")
		ids(kind.Join(one, "id"), dim.ID)
		k.checkPick(one, dim.Pick)
		k.checkCodes(one, dim.CodeList)
		if !k.has(one, "from") && !k.has(one, "value") {
			k.d.Report(kind.Join(one, "from"), "the dimension has no place its values come from", "give from, such as from: [row], or a fixed value")
		}
	}
}

func (k *checker) checkRegister(path string, r *transforms.Recipe) {
	ids := k.columns(fixedColumns(transforms.Register))
	var known []string
	for i, col := range r.Columns {
		one := at(kind.Join(path, "columns"), i, "")
		ids(kind.Join(one, "id"), col.ID)
		known = append(known, col.ID)
		k.pattern(kind.Join(one, "header"), col.Header)
		k.checkCodes(one, col.CodeList)
		if col.CodeList != "" && col.Type != "text" && k.d.Known(kind.Join(one, "type")) {
			k.d.Report(kind.Join(one, "type"), "a column with a code list holds codes, not values of the type "+col.Type, "use the type text")
		}
	}
	for _, need := range []string{"columns", "key"} {
		p := kind.Join(path, need)
		if n := k.d.Node(p); n == nil || k.d.Known(p) && len(n.Content) == 0 {
			k.d.Fail(p, "a register needs "+need, map[string]string{
				"columns": "name the columns that are read", "key": "name the columns that tell its records apart"}[need])
		}
	}
	if !k.d.Known(kind.Join(path, "columns")) {
		return
	}
	seen := map[string]bool{}
	for i, name := range r.Key {
		one := at(kind.Join(path, "key"), i, "")
		if k.refer(one, "column", name, known) && seen[name] {
			k.d.Fail(one, "column "+k.d.Quote(one)+" is listed twice", "remove one")
		}
		seen[name] = true
	}
}

// columns gives a check of the ids of one table's columns, besides those it has in any case.
func (k *checker) columns(fixed []string) func(path, id string) {
	seen := map[string]string{}
	return func(path, id string) {
		if k.name(path, id) && k.unique(seen, path, id) && slices.Contains(fixed, id) {
			k.d.Fail(path, "id "+k.d.Quote(path)+" is the name of a column that every such table has", "choose another")
		}
	}
}

// checkCodes looks at the code list of a dimension or a column.
func (k *checker) checkCodes(path, list string) {
	if k.has(path, "code_list") {
		k.refer(kind.Join(path, "code_list"), "code list", list, keys(k.codeLists))
		return
	}
	k.foreign(path, "it is about labels that a code list does not know: give code_list", "unmatched")
}

// has reports whether a group has a key, be its value usable or not.
func (k *checker) has(path, key string) bool { return k.d.Node(kind.Join(path, key)) != nil }

func (k *checker) checkPick(path string, p transforms.Pick) {
	for i, from := range p.From {
		one := at(kind.Join(path, "from"), i, "")
		if !k.d.Known(one) || place.MatchString(string(from)) {
			continue
		}
		want := kind.Choices([]string{"row", "row.N", "row_path", "column", "column.N", "title", "unit", "sheet", "book", "stub_head", "comparison"})
		if near, ok := kind.Nearest(string(from), places); ok && !k.d.Outside(one) {
			want = fmt.Sprintf("did you mean %q?", near)
		}
		k.d.Fail(one, k.d.Quote(one)+" is not a place", want)
	}
	k.pattern(kind.Join(path, "pattern"), p.Pattern)
	for i, rule := range p.Map {
		k.pattern(at(kind.Join(path, "map"), i, "match"), rule.Match)
	}
}

func (k *checker) checkVintage(path string, v transforms.Vintage) {
	at := kind.Join(path, "pattern")
	re := k.pattern(at, v.Pattern)
	switch {
	case re != nil && re.NumSubexp() == 0:
		k.d.Report(at, "pattern "+k.d.Quote(at)+" has no group", `put the part that is the date in round brackets: '(\d{4}-\d{2}-\d{2})'`)
	case k.has(path, "pattern") && (v.From == "" || v.From == "retrieved"):
		k.d.Report(at, "pattern has no effect here", "say where the date stands: from: book or from: title")
	case !k.has(path, "pattern") && (v.From == "book" || v.From == "title"):
		k.d.Report(at, "from "+k.d.Quote(kind.Join(path, "from"))+" needs a pattern", "give the regular expression whose first group is the date")
	}
}
