// Package quantity checks the SQL of models and indicators like types before there is any data: amounts and indices,
// units and their powers of ten, current and constant prices. What it cannot tell it lets pass; what it reports is wrong
// whatever the books say.
package quantity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

// Dataset is what the declarations tell of a dataset's figures.
type Dataset struct {
	Measure    transforms.Measure
	Units      []string // those that its recipe can give; nil: not known
	PriceBases []string // those that its recipe can give; nil: not known
}

// World is what SQL can read, by name in lower case.
type World struct {
	Datasets   map[string]Dataset
	Models     []transforms.Model
	Indicators []transforms.Indicator
}

// Problem is something that is wrong whatever the data is.
type Problem struct {
	Kind string // model or indicator
	ID   string
	Key  string // the key of the declaration it is about
	What string
	Want string
}

// Parser gives the syntax tree of a SELECT as DuckDB writes it.
type Parser func(ctx context.Context, sql string) (map[string]any, error)

// Check looks at all models and indicators. What cannot be parsed is passed over: others report it.
func Check(ctx context.Context, world World, parse Parser) ([]Problem, error) {
	c := &checker{ctx: ctx, world: world, parse: parse, models: map[string]transforms.Model{}, done: map[string]relation{}}
	for _, m := range world.Models {
		c.models[strings.ToLower(m.ID)] = m
	}
	for _, i := range world.Indicators {
		c.models[strings.ToLower(i.ID)] = transforms.Model{ID: i.ID, SQL: i.SQL}
	}
	for _, m := range world.Models {
		c.relation(strings.ToLower(m.ID))
	}
	for _, i := range world.Indicators {
		r := c.relation(strings.ToLower(i.ID))
		c.kind, c.id = "indicator", i.ID
		c.declared(i, r)
	}
	return c.problems, ctx.Err()
}

// kind is what sort of figure an expression gives.
type kind string

const (
	unknown kind = ""
	number  kind = "number" // a constant
	amount  kind = "amount"
	index   kind = "index"
	share   kind = "share"
	ratio   kind = "ratio"
)

var kinds = map[transforms.Measure]kind{
	transforms.Additive: amount, transforms.Index: index, transforms.Share: share, transforms.Ratio: ratio,
}

// quantity is what is known of a figure. base is "=2010" for one price base, or names what it hangs on: "@" within a
// relation's columns, "#1" for the first relation that a SELECT reads; empty: none, or not known.
type quantity struct {
	kind    kind
	unit    string // without its power of ten, folded: đồng; empty: not known
	mult    int
	exact   bool // whether mult is known
	base    string
	isBase  bool // it is not a figure but the price base itself
	percent bool // it is the number 100, or a figure whose mult is known but for that it was multiplied by 100
}

// relation is what is known of a table's or subquery's columns.
type relation struct {
	columns map[string]quantity
	order   []string
	bases   []string // what "@" can be; nil: not known
}

// checker carries one Check.
type checker struct {
	ctx      context.Context
	world    World
	parse    Parser
	models   map[string]transforms.Model
	done     map[string]relation
	kind, id string
	problems []Problem
}

func (c *checker) fail(want, what string, args ...any) {
	p := Problem{Kind: c.kind, ID: c.id, Key: "sql", What: fmt.Sprintf(what, args...), Want: want}
	if !slices.Contains(c.problems, p) {
		c.problems = append(c.problems, p)
	}
}

// relation finds a dataset, model or indicator; nothing is known of other tables.
func (c *checker) relation(name string) relation {
	if r, ok := c.done[name]; ok {
		return r
	}
	c.done[name] = relation{} // whoever reads itself is reported by others
	if d, ok := c.world.Datasets[strings.TrimSuffix(strings.TrimSuffix(name, "_history"), "_asof")]; ok {
		c.done[name] = d.relation()
		return c.done[name]
	}
	m, ok := c.models[name]
	switch {
	case !ok || m.SQL == "":
		return relation{}
	case m.Carried != nil: // what is carried stays what it is
		c.done[name] = c.relation(strings.ToLower(m.Carried.Table))
		return c.done[name]
	case m.Count() > 0: // made to compare, each in the one way that is right
		return relation{}
	}
	tree, err := c.parse(c.ctx, m.SQL)
	if err != nil {
		return relation{}
	}
	kind, id := c.kind, c.id
	c.kind, c.id = "model", m.ID
	if slices.ContainsFunc(c.world.Indicators, func(i transforms.Indicator) bool { return i.ID == m.ID }) {
		c.kind = "indicator"
	}
	c.done[name] = c.query(tree, nil)
	c.kind, c.id = kind, id
	return c.done[name]
}

// relation is what a dataset's declaration tells of its columns.
func (d Dataset) relation() relation {
	q := quantity{kind: kinds[d.Measure], base: "@"}
	if len(d.Units) == 1 {
		q.unit, q.mult, q.exact = unitOf(d.Units[0])
	}
	r := relation{columns: map[string]quantity{
		transforms.ColObsValue: q, transforms.ColPriceBase: {base: "@", isBase: true},
	}, order: []string{transforms.ColObsValue, transforms.ColPriceBase}, bases: d.PriceBases}
	if d.PriceBases != nil && len(d.PriceBases) == 0 { // prices play no part
		q.base = ""
		r.columns[transforms.ColObsValue] = q
	}
	if len(d.PriceBases) == 1 {
		q.base = "=" + d.PriceBases[0]
		r.columns[transforms.ColObsValue] = q
		r.columns[transforms.ColPriceBase] = quantity{base: q.base, isBase: true}
	}
	return r
}

// percent are the units of shares and indices.
var percent = []string{"%", "điểm %", "phần trăm", "percent", "lần"}

// unitOf parts a unit into its name and its power of ten.
func unitOf(text string) (name string, mult int, ok bool) {
	u, ok := value.ParseUnit("ĐVT: " + text)
	if !ok {
		return "", 0, false
	}
	return fold.Label(value.BaseUnit(u.Name)), u.Mult, true
}

// declared holds an indicator's unit and price base against what its SELECT gives.
func (c *checker) declared(i transforms.Indicator, r relation) {
	q, ok := r.columns[transforms.ColObsValue]
	if !ok || q.isBase {
		return
	}
	unit, mult, known := unitOf(i.Unit)
	relative := known && slices.Contains(percent, unit)
	switch {
	case relative && q.kind == amount:
		c.report("unit", "divide it by the whole, or declare its own unit", "it is an amount%s, and the declared unit is %s", in(q), i.Unit)
	case known && !relative && (q.kind == index || q.kind == share):
		c.report("unit", "declare the unit %, or compute an amount", "it is %s, and the declared unit is %s", article(q.kind), i.Unit)
	case known && q.kind == amount && q.unit != "" && unit != q.unit:
		c.report("unit", "declare its own unit, or convert it", "it is an amount%s, and the declared unit is %s", in(q), i.Unit)
	case known && q.kind == amount && q.unit == unit && q.exact && q.mult != mult:
		c.report("unit", fmt.Sprintf("multiply by power(10, %d), or declare its own unit", q.mult-mult),
			"its figures are in 10^%d %s, and the declared unit is %s", q.mult, q.unit, i.Unit)
	}
	switch fixed, isFixed := strings.CutPrefix(q.base, "="); {
	case i.PriceBase == "":
	case isFixed && fixed != i.PriceBase:
		c.report("price_base", "declare the price base of its figures, or read others", "it is at the prices of %s, and the declared price base is %s", fixed, i.PriceBase)
	case q.base == "@" && len(r.bases) > 1 && q.kind == amount:
		c.report("price_base", fmt.Sprintf("add: WHERE price_base = '%s'", i.PriceBase),
			"its rows are at several price bases (%s), and the declared one is %s", strings.Join(r.bases, ", "), i.PriceBase)
	}
}

func (c *checker) report(key, want, what string, args ...any) {
	c.problems = append(c.problems, Problem{Kind: "indicator", ID: c.id, Key: key, What: fmt.Sprintf(what, args...), Want: want})
}

func in(q quantity) string {
	if q.unit == "" {
		return ""
	}
	return " in " + q.unit
}

func article(k kind) string {
	if k == amount || k == index {
		return "an " + string(k)
	}
	return "a " + string(k)
}
