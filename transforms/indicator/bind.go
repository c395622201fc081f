package indicator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/query"
)

// bind looks at all declarations and makes the views of those that are right, over a Table that is still empty: so
// everything is known to fit together before anything is run.
func (b *builder) bind(ctx context.Context) ([]Problem, error) {
	problems, err := b.plan(ctx)
	if err != nil {
		return nil, err
	}
	problems = append(problems, b.checkDimensions()...)
	problems = append(problems, b.checkTargets()...)
	if err := b.db.Exec(ctx, b.tableSQL()); err != nil {
		return nil, fmt.Errorf("create table %s: %w", Table, err)
	}
	for _, n := range b.order {
		for _, other := range n.needs {
			n.broken = n.broken || other.broken
		}
		if n.broken {
			continue // it, or what it reads, has been reported
		}
		columns, err := query.Columns(ctx, b.db, n.query)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			problems = append(problems, n.problem("sql", "correct the SELECT", "%v", err))
			continue
		}
		n.given = columns
		if n.indicator != nil {
			problems = append(problems, n.checkColumns(columns)...)
		}
		if n.broken {
			continue
		}
		if err := b.db.Exec(ctx, b.viewSQL(n)); err != nil {
			return nil, fmt.Errorf("create view %s: %w", n.name, query.Reason(err))
		}
	}
	more, err := b.carry(ctx)
	return append(problems, more...), err
}

// fixed are the columns of Table beside the dimensions: those every view of an indicator has, with their types.
func fixed() []query.Column {
	return []query.Column{
		{Name: transforms.ColTimePeriod, Type: "VARCHAR"},
		{Name: transforms.ColPeriodStart, Type: "DATE"},
		{Name: transforms.ColPeriodEnd, Type: "DATE"},
		{Name: transforms.ColFreq, Type: "VARCHAR"},
		{Name: transforms.ColObsValue, Type: "DOUBLE"},
		{Name: "obs_low", Type: "DOUBLE"},
		{Name: "obs_high", Type: "DOUBLE"},
		{Name: transforms.ColObsStatus, Type: "VARCHAR"},
		{Name: transforms.ColObsComment, Type: "VARCHAR"},
		{Name: transforms.ColUnit, Type: "VARCHAR"},
		{Name: transforms.ColPriceBase, Type: "VARCHAR"},
		{Name: "method", Type: "VARCHAR"},
		{Name: "illustrative", Type: "BOOLEAN"},
	}
}

// tableSQL makes the empty Table.
func (b *builder) tableSQL() string {
	columns := []string{"indicator VARCHAR NOT NULL"}
	for _, d := range b.dimensions {
		columns = append(columns, duck.Ident(d)+" VARCHAR")
	}
	for _, c := range fixed() {
		columns = append(columns, c.Name+" "+c.Type)
	}
	return "CREATE TABLE " + Table + " (" + strings.Join(columns, ", ") + ")"
}

// viewSQL makes the view of a model, or of an indicator: its own rows and dimensions of Table.
func (b *builder) viewSQL(n *node) string {
	if n.model != nil {
		return "CREATE VIEW " + duck.Ident(n.name) + " AS " + n.query.SQL
	}
	columns := idents(n.indicator.Dimensions)
	for _, c := range fixed() {
		columns = append(columns, c.Name)
	}
	return fmt.Sprintf("CREATE VIEW %s AS SELECT %s FROM %s WHERE indicator = %s",
		duck.Ident(n.name), strings.Join(columns, ", "), Table, duck.Literal(n.id))
}

// checkDimensions collects the dimensions of all indicators, sorted, and finds those that cannot be columns of Table.
func (b *builder) checkDimensions() []Problem {
	var problems []Problem
	taken := []string{"indicator"}
	for _, c := range fixed() {
		taken = append(taken, c.Name)
	}
	spelling := map[string]string{}
	for _, n := range b.order {
		if n.indicator == nil {
			continue
		}
		for i, d := range n.indicator.Dimensions {
			folded := strings.ToLower(d)
			switch {
			case d == "":
				problems = append(problems, n.problem("dimensions", "give it a name", "a dimension has no name"))
			case slices.Contains(taken, folded):
				problems = append(problems, n.problem("dimensions", "choose another name",
					"dimension %s has the name of a column that every indicator has", d))
			case slices.Contains(n.indicator.Dimensions[:i], d):
				problems = append(problems, n.problem("dimensions", "name it once", "dimension %s is named twice", d))
			case spelling[folded] != "" && spelling[folded] != d:
				problems = append(problems, n.problem("dimensions", "spell it alike everywhere",
					"dimension %s is spelt %s elsewhere", d, spelling[folded]))
			default:
				spelling[folded] = d
			}
		}
	}
	b.dimensions = slices.Sorted(maps.Values(spelling))
	return problems
}

// checkColumns compares the columns of an indicator's SELECT with its declaration.
func (n *node) checkColumns(columns []query.Column) []Problem {
	var problems []Problem
	bad := func(want, what string, args ...any) {
		problems = append(problems, n.problem("sql", want, what, args...))
	}
	optional := []string{"obs_low", "obs_high", transforms.ColObsStatus, transforms.ColObsComment}
	required := append(slices.Clone(n.indicator.Dimensions), transforms.ColTimePeriod, transforms.ColObsValue)
	has := map[string]bool{}
	for _, c := range columns {
		has[strings.ToLower(c.Name)] = true
		switch name := strings.ToLower(c.Name); {
		case slices.ContainsFunc(n.indicator.Dimensions, func(d string) bool { return strings.EqualFold(d, name) }):
			if !isText(c.Type) {
				bad("give its code as text, as in "+c.Name+"::VARCHAR", "dimension %s is of type %s", c.Name, c.Type)
			}
		case name == transforms.ColTimePeriod:
			if !isText(c.Type) && !isWhole(c.Type) {
				bad("give it as text: 2024, 2024-Q1 or 2024-03", "column time_period is of type %s", c.Type)
			}
		case name == transforms.ColObsValue || name == "obs_low" || name == "obs_high":
			if !isNumber(c.Type) {
				bad("give a number", "column %s is of type %s", c.Name, c.Type)
			}
		case name == transforms.ColObsStatus || name == transforms.ColObsComment:
			if !isText(c.Type) && c.Type != nullType {
				bad("give a text", "column %s is of type %s", c.Name, c.Type)
			}
		default:
			bad(fmt.Sprintf("take it out, or declare it among the dimensions; the columns are %s, and where wanted %s",
				strings.Join(required, ", "), strings.Join(optional, ", ")), "it gives the unknown column %s", c.Name)
		}
	}
	for _, name := range required {
		if !has[strings.ToLower(name)] {
			bad("let the SELECT give a column of that name", "it does not give the column %s", name)
		}
	}
	return problems
}

// nullType is the type DuckDB gives to a column that is nothing but NULL.
const nullType = "INTEGER"

func isText(t string) bool { return t == "VARCHAR" || strings.HasPrefix(t, "ENUM(") }

func isWhole(t string) bool {
	return slices.Contains([]string{
		"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
	}, t)
}

func isNumber(t string) bool {
	return isWhole(t) || t == "DOUBLE" || t == "FLOAT" || strings.HasPrefix(t, "DECIMAL(")
}

func idents(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = duck.Ident(name)
	}
	return quoted
}
