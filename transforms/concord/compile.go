package concord

import (
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/transforms"
)

// Problem is something that a model cannot be made for, known before any data.
type Problem struct {
	Model string
	Key   string // carried, growth or linked, and what in it
	What  string
	Want  string // what would be right
}

// World is what forms can refer to.
type World struct {
	Tables       map[string]Table // the datasets of observations, by id
	Concordances map[string]*Concordance
}

// Compiled is what is made of the models' forms.
type Compiled struct {
	Models []transforms.Model // all that were given, in their order; those with a form have its SQL
	Checks []transforms.Check // that nothing was lost or made on the way
}

// Compile gives SQL to the models that have a form. What cannot be right whatever the data is a Problem: figures that do
// not add up are not carried, unknown shares are not guessed, price bases that the table cannot have are not linked.
func Compile(models []transforms.Model, world World) (Compiled, []Problem) {
	c := compiler{world: world, forms: map[string]transforms.Model{}, tables: map[string]Table{}}
	for _, m := range models {
		if m.Count() == 1 {
			c.forms[m.ID] = m
		}
	}
	out := Compiled{Models: slices.Clone(models)}
	for i := range out.Models {
		m := &out.Models[i]
		if m.Count() != 1 {
			continue
		}
		if sql, check, ok := c.compile(*m); ok {
			m.SQL = sql
			out.Checks = append(out.Checks, check...)
		}
	}
	return out, c.problems
}

type compiler struct {
	world    World
	forms    map[string]transforms.Model
	tables   map[string]Table // of carried models, once found
	depth    int
	problems []Problem
}

func (c *compiler) fail(m transforms.Model, key, want, what string, args ...any) {
	c.problems = append(c.problems, Problem{Model: m.ID, Key: key, What: fmt.Sprintf(what, args...), Want: want})
}

func (c *compiler) compile(m transforms.Model) (sql string, checks []transforms.Check, ok bool) {
	switch {
	case m.Carried != nil:
		t, con, ok := c.carried(m)
		if !ok {
			return "", nil, false
		}
		return carriedSQL(t, *m.Carried, con), []transforms.Check{conservation(m, t, con)}, true
	case m.Growth != nil:
		t, ok := c.table(m, "growth.table", m.Growth.Table)
		if !ok || !c.grows(m, t) {
			return "", nil, false
		}
		return growthSQL(t, *m.Growth), nil, true
	default:
		t, ok := c.table(m, "linked.table", m.Linked.Table)
		if !ok || !c.links(m, t) {
			return "", nil, false
		}
		return linkedSQL(t, *m.Linked), nil, true
	}
}

// table finds the table that a form reads: a dataset of observations, or a carried model.
func (c *compiler) table(m transforms.Model, key, name string) (Table, bool) {
	if t, ok := c.world.Tables[name]; ok {
		return t, true
	}
	if t, ok := c.tables[name]; ok {
		return t, true
	}
	inner, ok := c.forms[name]
	if !ok || inner.Carried == nil {
		c.fail(m, key, "name a dataset of observations, or a model that is carried", "%s is neither a dataset of observations nor a carried model", name)
		return Table{}, false
	}
	if c.depth > len(c.forms) {
		c.fail(m, key, "", "the model is carried from itself")
		return Table{}, false
	}
	c.depth++
	reported := len(c.problems)
	t, con, ok := c.carried(inner)
	c.depth--
	c.problems = c.problems[:reported] // they are those of the other model, which reports them itself
	if !ok {
		return Table{}, false
	}
	t.Name, t.Dimensions = name, slices.Clone(t.Dimensions)
	for i := range t.Dimensions {
		if d := &t.Dimensions[i]; d.ID == inner.Carried.Dimension {
			d.CodeList, d.Since = con.Declaration.To, con.Day
		}
	}
	c.tables[name] = t
	return t, true
}

// carried checks a form that carries figures across a concordance.
func (c *compiler) carried(m transforms.Model) (Table, *Concordance, bool) {
	f := m.Carried
	t, ok := c.table(m, "carried.table", f.Table)
	con := c.world.Concordances[f.Concordance]
	if !ok || con == nil {
		return Table{}, nil, false
	}
	before := len(c.problems)
	i := slices.IndexFunc(t.Dimensions, func(d Dimension) bool { return d.ID == f.Dimension })
	switch {
	case i < 0:
		c.fail(m, "carried.dimension", "it has "+dimensions(t), "%s has no dimension %s", f.Table, f.Dimension)
	case t.Dimensions[i].CodeList != con.Declaration.From:
		c.fail(m, "carried.dimension", "name a dimension coded by "+con.Declaration.From,
			"%s is coded by %q, and the concordance %s carries codes of %s", f.Dimension, t.Dimensions[i].CodeList, f.Concordance, con.Declaration.From)
	}
	switch t.Measure {
	case transforms.Additive:
	case "":
		c.fail(m, "carried.table", "say measure: additive at the dataset if its figures are amounts that add up (or index, share, ratio)",
			"it is not known whether the figures of %s add up", f.Table)
	default:
		want := "carry the amounts it is computed of, and compute it anew; name them as parts of the dataset"
		if len(t.Parts) > 0 {
			want = "carry its parts " + strings.Join(t.Parts, " and ") + ", and compute it anew from them"
		}
		c.fail(m, "carried.table", want, "the figures of %s are of the measure %s: they are never added", f.Table, t.Measure)
	}
	if codes := con.Unweighted(); len(codes) > 0 {
		c.fail(m, "carried.concordance", "write the weights into "+con.Declaration.File+", with their source in the note",
			"the concordance %s does not know what share goes where: %s", f.Concordance, strings.Join(codes, "; "))
	}
	return t, con, len(c.problems) == before
}

func dimensions(t Table) string {
	var ids []string
	for _, d := range t.Dimensions {
		ids = append(ids, d.ID)
	}
	return strings.Join(ids, ", ")
}

func (c *compiler) grows(m transforms.Model, t Table) bool {
	switch t.Measure {
	case transforms.Share:
		c.fail(m, "growth.table", "take the difference in percentage points", "the figures of %s are shares: their change is not growth", m.Growth.Table)
		return false
	case "":
		c.fail(m, "growth.table", "say measure at the dataset: additive, index or ratio", "it is not known what the figures of %s measure", m.Growth.Table)
		return false
	}
	return true
}

func (c *compiler) links(m transforms.Model, t Table) bool {
	f, before := m.Linked, len(c.problems)
	if t.Measure != transforms.Additive {
		c.fail(m, "linked.table", "say measure: additive at the dataset if its figures are amounts", "factors between price bases are of amounts, and %s is not known to hold them", f.Table)
	}
	if f.From == f.To {
		c.fail(m, "linked.to", "name two price bases", "both price bases are %s", f.To)
	}
	for key, want := range map[string]string{"linked.from": f.From, "linked.to": f.To} {
		if t.PriceBases != nil && !slices.Contains(t.PriceBases, want) {
			has := "it has " + strings.Join(t.PriceBases, ", ")
			if len(t.PriceBases) == 0 {
				has = "its recipe says no price base"
			}
			c.fail(m, key, has, "%s has no figures at the prices of %s", f.Table, want)
		}
	}
	return len(c.problems) == before
}

// conservation is the check that a carried model holds what its table holds: per period, price base and other
// dimension the sums agree to 1e-9, and no code is without a rule. Where a figure is missing there is nothing to compare.
func conservation(m transforms.Model, t Table, c *Concordance) transforms.Check {
	where := ""
	if c.SameList() {
		where = " WHERE s.period_end < " + date(c.Day)
	}
	group := t.others(m.Carried.Dimension, "") + "time_period, price_base"
	value := func(prefix string) string {
		return fmt.Sprintf("sum(CASE WHEN starts_with(%[1]sobs_comment, 'no phenomenon') THEN 0 ELSE %[1]sobs_value END * power(10, coalesce(%[1]sunit_mult, 0)))", prefix)
	}
	missing := "bool_or(s.obs_value IS NULL AND NOT coalesce(starts_with(s.obs_comment, 'no phenomenon'), false))"
	join := "a.time_period = b.time_period AND a.price_base IS NOT DISTINCT FROM b.price_base"
	for _, d := range t.Dimensions {
		if d.ID != m.Carried.Dimension {
			join += fmt.Sprintf(" AND a.%[1]s IS NOT DISTINCT FROM b.%[1]s", d.ID)
		}
	}
	sql := fmt.Sprintf(`WITH before AS (
    SELECT %[1]s, %[2]s AS total, %[3]s AS missing FROM %[4]s s%[5]s GROUP BY %[1]s
), after AS (
    SELECT %[1]s, %[2]s AS total, %[3]s AS missing FROM %[6]s s%[5]s GROUP BY %[1]s
)
SELECT '%[6]s holds ' || a.total || ' in ' || b.time_period || ' where %[4]s holds ' || b.total AS message
FROM before b JOIN after a ON %[7]s
WHERE NOT a.missing AND NOT b.missing AND abs(a.total - b.total) > 1e-9 * greatest(abs(b.total), 1e-300)
UNION ALL
SELECT DISTINCT 'the concordance %[8]s has no row for ' || s.%[9]s || ', which %[4]s holds'
FROM %[4]s s%[10]s s.%[9]s NOT IN (SELECT from_code FROM concordances WHERE concordance = '%[8]s')`,
		group, value("s."), missing, t.Name, where, m.ID, join, c.Declaration.ID, m.Carried.Dimension, either(where))
	return transforms.Check{
		ID: m.ID + "_conserved", Kind: "sql", Severity: transforms.SevError, SQL: sql,
		Note: transforms.Text{VI: "Chuyển mã không làm mất và không làm thêm số liệu.", EN: "Carrying codes loses nothing and makes nothing."},
	}
}

// either continues a condition, or begins one.
func either(where string) string {
	if where == "" {
		return " WHERE"
	}
	return where + " AND"
}
