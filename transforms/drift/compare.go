// Package drift tells what changed in the shape of a book's tables since the book before: what is harmless and can be
// followed, such as a moved header, and what changes the meaning of figures, such as another unit.
package drift

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

// The kinds of changes.
const (
	TableNew      = "table_new"
	TableVanished = "table_vanished"
	TableMoved    = "table_moved"
	SheetRenamed  = "sheet_renamed"
	TitleChanged  = "title_changed"
	UnitChanged   = "unit_changed"
	BaseChanged   = "price_base_changed"
	SizeChanged   = "size_changed"
	Reordered     = "columns_reordered"
	Respelled     = "respelled"
	Renamed       = "renamed"
	Regrouped     = "regrouped"
	Split         = "split"
	Merged        = "merged"
	New           = "new"
	Vanished      = "vanished"
	OtherTable    = "other_table"
)

// Comparer compares books. It remembers the texts it has seen, which most books of a series share. It is not safe for
// concurrent use.
type Comparer struct {
	texts
	found []transforms.TableChange
}

// NewComparer gives a Comparer.
func NewComparer() *Comparer { return &Comparer{texts: texts{}} }

// Compare tells how the tables of a book differ from those of the book before. Texts that name a time are taken as the
// same whatever time they name. The gravest changes come first, then those of the first table.
func (c *Comparer) Compare(before, after []transforms.TableShape) []transforms.TableChange {
	c.found = nil
	used := make([]bool, len(before))
	for i := range after {
		if k := c.partner(before, used, &after[i]); k >= 0 {
			used[k] = true
			c.tables(&before[k], &after[i])
			continue
		}
		c.add(transforms.TableChange{Kind: TableNew, Of: "table", Is: at(&after[i], after[i].Range, after[i].Title), Note: "a table that was not there before"})
	}
	for k := range before {
		if !used[k] {
			c.add(transforms.TableChange{Kind: TableVanished, Of: "table", Was: at(&before[k], before[k].Range, before[k].Title), Note: "the table is gone"})
		}
	}
	slices.SortStableFunc(c.found, func(a, b transforms.TableChange) int {
		return cmp.Compare(rank(a), rank(b))
	})
	return c.found
}

func rank(c transforms.TableChange) int {
	if c.Grave {
		return 0
	}
	return 1
}

func (c *Comparer) add(x transforms.TableChange) { c.found = append(c.found, x) }

func at(s *transforms.TableShape, cell, text string) transforms.ShapePlace {
	return transforms.ShapePlace{Sheet: s.Sheet, Cell: cell, Text: fold.Space(text)}
}

// partner finds the table that stood for this one in the book before: of those not taken yet the one most like it.
func (c *Comparer) partner(before []transforms.TableShape, used []bool, s *transforms.TableShape) int {
	best, score := -1, 0.5
	for k := range before {
		if used[k] {
			continue
		}
		if v := c.likeness(&before[k], s); v > score {
			best, score = k, v
		}
	}
	return best
}

// likeness is from 0 to 1: of the titles, the sheets' names, the columns and the lines.
func (c *Comparer) likeness(a, b *transforms.TableShape) float64 {
	same := func(x, y string) float64 {
		if x == "" && y == "" {
			return 0
		}
		return similarity(c.timeless(x), c.timeless(y))
	}
	return 0.4*same(a.Title, b.Title) + 0.1*same(a.Sheet, b.Sheet) + 0.25*shared(c.keys(a.Columns), c.keys(b.Columns)) +
		0.25*shared(c.keys(a.Lines), c.keys(b.Lines))
}

// shared is how much of two sets is in both.
func shared(a, b []string) float64 {
	if len(a) == 0 && len(b) == 0 {
		return 1
	}
	in := make(map[string]bool, len(a))
	for _, k := range a {
		in[k] = true
	}
	union, both := len(in), 0
	seen := make(map[string]bool, len(b))
	for _, k := range b {
		if seen[k] {
			continue
		}
		seen[k] = true
		if in[k] {
			both++
		} else {
			union++
		}
	}
	return float64(both) / float64(max(union, 1))
}

func (c *Comparer) keys(labels []transforms.Label) []string {
	out := make([]string, len(labels))
	for i := range labels {
		out[i] = c.key(labels[i].Path)
	}
	return out
}

// tables compares two tables that stand for each other.
func (c *Comparer) tables(a, b *transforms.TableShape) {
	if fold.Label(a.Sheet) != fold.Label(b.Sheet) && c.timeless(a.Sheet) != c.timeless(b.Sheet) {
		c.add(transforms.TableChange{Kind: SheetRenamed, Of: "table", Was: at(a, "", a.Sheet), Is: at(b, "", b.Sheet), Note: "the sheet has another name"})
	}
	if x, y := bases(a.Title), bases(b.Title); x != y && x != "" && y != "" {
		c.add(transforms.TableChange{Kind: BaseChanged, Grave: true, Of: "table", Was: at(a, a.Range, a.Title), Is: at(b, b.Range, b.Title),
			Note: fmt.Sprintf("the figures are at other prices: %s instead of %s", y, x)})
	} else if c.title(a.Title) != c.title(b.Title) {
		c.add(transforms.TableChange{Kind: TitleChanged, Of: "table", Was: at(a, a.Range, a.Title), Is: at(b, b.Range, b.Title), Note: "the title has other words"})
	}
	if a.Range != b.Range && corner(a.Range) != corner(b.Range) {
		c.add(transforms.TableChange{Kind: TableMoved, Of: "table", Was: at(a, a.Range, ""), Is: at(b, b.Range, ""), Note: "the table begins at another cell"})
	}
	columns := c.labels("column", a, b, a.Columns, b.Columns)
	c.order(a, b, columns)
	if !c.rescaled(a, b, columns) {
		c.unit("table", at(a, a.Range, a.Unit), at(b, b.Range, b.Unit), a.Unit, b.Unit)
		c.sizes(a, b, columns)
	}
	if len(a.Lines) > 0 && len(b.Lines) > 0 {
		c.labels("line", a, b, a.Lines, b.Lines)
	}
}

// title folds a title without the number that it has in its book.
func (c *Comparer) title(s string) string {
	first, rest, found := strings.Cut(c.timeless(s), " ")
	if found && strings.Trim(first, "0123456789") == "" {
		return rest
	}
	return c.timeless(s)
}

func corner(r string) string {
	first, _, _ := strings.Cut(r, ":")
	return first
}

// unit compares two texts about units. Another spelling is no change; a unit that was not stated before is one of words;
// a text that names several units changes its meaning only when none of them is left.
func (c *Comparer) unit(of string, was, is transforms.ShapePlace, a, b string) {
	x, y := units(a), units(b)
	if len(x) == 0 || len(y) == 0 || slices.ContainsFunc(x, func(u string) bool { return slices.Contains(y, u) }) {
		return
	}
	was.Text, is.Text = fold.Space(a), fold.Space(b)
	c.add(transforms.TableChange{Kind: UnitChanged, Grave: true, Of: of, Was: was, Is: is, Note: fmt.Sprintf("the unit is %q instead of %q", is.Text, was.Text)})
}

// units lists the units that a text names, the percent sign aside: it stands beside the unit wherever changes do.
func units(text string) (list []string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == ',' }) {
		name := fold.Label(part)
		if u, ok := value.ParseUnit(part); ok {
			name = fmt.Sprintf("%s × 10^%d", fold.Label(value.BaseUnit(u.Name)), u.Mult)
			if u.Name == "%" {
				continue
			}
		}
		if name != "" && name != "%" {
			list = append(list, name)
		}
	}
	return list
}

// order tells of columns that changed places.
func (c *Comparer) order(a, b *transforms.TableShape, pairs []pair) {
	for i := 1; i < len(pairs); i++ {
		if pairs[i].a < pairs[i-1].a {
			x, y := a.Columns[pairs[i].a], b.Columns[pairs[i].b]
			c.add(transforms.TableChange{Kind: Reordered, Of: "column", Was: at(a, x.Cell, last(x.Path)), Is: at(b, y.Cell, last(y.Path)),
				Note: "the columns stand in another order"})
			return
		}
	}
}

// A column's figures are of another size when their median is a hundred or more times what it was, and so by a power of
// ten; a year's running total begins anew in January, which is a factor of 12.
const (
	sizeStep  = 2.0
	sizeSlack = 0.2
	sizeCount = 5 // figures below which a median says nothing
)

// steps gives by how many powers of ten the columns' figures grew, for each pair of which that can be said.
func steps(a, b *transforms.TableShape, pairs []pair) (at []pair, by []float64) {
	for _, p := range pairs {
		x, y := &a.Columns[p.a], &b.Columns[p.b]
		if !p.renamed && x.Count >= sizeCount && y.Count >= sizeCount { // a renamed one may say another thing
			at, by = append(at, p), append(by, y.Size-x.Size)
		}
	}
	return at, by
}

// rescaled reports whether the table goes on in another multiple of the same unit: the unit says so, and the figures of its
// columns, but for growth rates, are as many times larger or smaller. Such a change is followed.
func (c *Comparer) rescaled(a, b *transforms.TableShape, pairs []pair) bool {
	x, okX := value.ParseUnit(a.Unit)
	y, okY := value.ParseUnit(b.Unit)
	if !okX || !okY || x.Mult == y.Mult {
		return false
	}
	_, by := steps(a, b, pairs)
	moved, stayed := 0, 0
	for _, step := range by {
		switch {
		case math.Abs(step-float64(x.Mult-y.Mult)) < 0.5:
			moved++
		case math.Abs(step) < 0.5:
			stayed++
		}
	}
	if moved == 0 || moved < stayed {
		return false
	}
	c.add(transforms.TableChange{Kind: UnitChanged, Of: "table", Was: at(a, a.Range, a.Unit), Is: at(b, b.Range, b.Unit),
		Note: "the figures are given in another multiple of the unit, and are larger or smaller by as much"})
	return true
}

func (c *Comparer) sizes(a, b *transforms.TableShape, pairs []pair) {
	pairs, by := steps(a, b, pairs)
	for i, p := range pairs {
		if math.Abs(by[i]) < sizeStep-sizeSlack || math.Abs(by[i]-math.Round(by[i])) > sizeSlack {
			continue
		}
		x, y := &a.Columns[p.a], &b.Columns[p.b]
		c.add(transforms.TableChange{Kind: SizeChanged, Grave: true, Of: "column", Was: at(a, x.Cell, last(x.Path)), Is: at(b, y.Cell, last(y.Path)),
			Note: fmt.Sprintf("the figures are about 10^%+.0f times what they were, and no unit says why", math.Round(by[i]))})
	}
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}
