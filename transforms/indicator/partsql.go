package indicator

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms/lineage"
)

// An edge to a row of a model stands for all parts of a sum. What follows derives them from the lists of row ids that the
// model's table keeps: parts in the order of their row ids, each cell with a number of its own.

// partsOf selects the inputs that the edges to a gather stand for, described.
func (b *builder) partsOf(place int32, g *lineage.Gather, band bool) []string {
	places := b.rewriter.Places()
	width, hangs := g.Width()
	var selects []string
	for i, a := range g.Alternatives {
		if a.Skip {
			continue
		}
		cells := a.Cells()
		for j, f := range cells {
			from := b.factorSQL(place, g, i, cells, j, width)
			selects = append(selects, b.inputsOf(from, places[f.Place], band))
		}
		for j, f := range a.Hangs {
			if slices.ContainsFunc(cells, func(c lineage.Factor) bool { return c.List == f.List }) {
				continue // it is an input already
			}
			from := fmt.Sprintf(`SELECT %s, q.of_status, q.n + q.parts * %d + (q.i - 1) * %d + %d AS n, %s AS leaf, %d AS role, NULL::DOUBLE AS weight, q.measure
				FROM (%s) q%s`, strings.Join(b.ofColumns("q"), ", "), width, hangs, j, q(g, f.List), lineage.Condition, b.unfold(place, g), tagged(g, i))
			selects = append(selects, b.inputsOf(from, places[f.Place], band))
		}
	}
	return selects
}

// q is the row id of a part in a list.
func q(g *lineage.Gather, list string) string {
	return "q.p[" + strconv.Itoa(slices.Index(g.Lists(), list)+1) + "]"
}

func tagged(g *lineage.Gather, alternative int) string {
	if g.Tag == "" {
		return ""
	}
	return fmt.Sprintf(" WHERE %s = %d", q(g, g.Tag), alternative)
}

// unfold gives a row for every part, in order.
func (b *builder) unfold(place int32, g *lineage.Gather) string {
	lists := g.Lists()
	for i, name := range lists {
		column, half := g.Stored(name)
		lists[i] = "g." + duck.Ident(column)
		switch half {
		case lineage.First:
			lists[i] = fmt.Sprintf("list_transform(%s, lambda x: nullif(x >> 32, %d))", lists[i], lineage.NoRow)
		case lineage.Last:
			lists[i] = fmt.Sprintf("list_transform(%s, lambda x: nullif(x & %d, %d))", lists[i], int64(math.MaxUint32), lineage.NoRow)
		}
	}
	parts := "list_zip(" + strings.Join(lists, ", ") + ")"
	if g.Tag != "" {
		var taken []string
		for i, a := range g.Alternatives {
			if !a.Skip {
				taken = append(taken, strconv.Itoa(i))
			}
		}
		parts = fmt.Sprintf("list_filter(%s, lambda p: p[%d] IN (%s))", parts, len(lists), strings.Join(taken, ", "))
	}
	return fmt.Sprintf(`SELECT u.* EXCLUDE (l), len(l) AS parts, unnest(l) AS p, generate_subscripts(l, 1) AS i FROM (
		SELECT e.*, list_sort(%s) AS l FROM (%s) e JOIN %s g ON g.rowid = e.leaf) u`,
		parts, b.edgesOf(place), duck.Ident(partsTable(g.Relation)))
}

// factorSQL gives the edges to one factor of the parts that take an alternative: its weight is the product of the others.
func (b *builder) factorSQL(place int32, g *lineage.Gather, alternative int, cells []lineage.Factor, j int, width int) string {
	weight, joins := "q.weight", ""
	for _, f := range g.Alternatives[alternative].Factors {
		if f.Place < 0 {
			weight += " * " + strconv.FormatFloat(f.Number, 'g', -1, 64) + "::DOUBLE"
		}
	}
	for k, f := range cells {
		if k == j {
			continue
		}
		p := b.rewriter.Places()[f.Place]
		other := "o" + strconv.Itoa(k)
		joins += fmt.Sprintf(" LEFT JOIN %s %s ON %[2]s.rowid = %s", duck.Ident(b.readable.sourceTable(p)), other, q(g, f.List))
		weight += " * " + other + "." + duck.Ident(p.Column) + "::DOUBLE"
	}
	role := "q.role"
	if g.Coefficient(cells[j].Place, func(place int32) string { return b.rewriter.Places()[place].Column }) {
		role = strconv.Itoa(int(lineage.Coefficient))
	}
	return fmt.Sprintf("SELECT %s, q.of_status, q.n + (q.i - 1) * %d + %d AS n, %s AS leaf, %s AS role, %s AS weight, q.measure FROM (%s) q%s%s",
		strings.Join(b.ofColumns("q"), ", "), width, j, q(g, cells[j].List), role, weight, b.unfold(place, g), joins, tagged(g, alternative))
}
