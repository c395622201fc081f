package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/layout"
	"github.com/statloom/statloom/transforms/period"
)

// proposal is a dataset proposed for a table that was found.
type proposal struct {
	ID, VI, EN  string
	Book, Place string // where the table was found
	Title       string
	PeriodFrom  string
	Dimensions  []proposedDimension
	Vietnamese  bool
	trial       trial
	words       []string // of the title, for the id
}

// proposedDimension is a dimension of a proposal, with what the configuration says beside it.
type proposedDimension struct{ ID, VI, EN, From, Value, Note string }

// propose adds the tables of a book to what has been found. A title that is known already is the same dataset.
func (a *app) propose(ctx context.Context, book string, found []*proposal) ([]*proposal, error) {
	err := a.eachSheet(ctx, book, func(g *sheet.Grid) error {
		if g.Hidden {
			return nil
		}
		for _, t := range layout.Recognise(g).Tables {
			if t.Title == "" || len(t.Lines)*len(t.Columns) < 4 {
				continue
			}
			p := newProposal(t)
			same := func(q *proposal) bool { return q.Title == p.Title }
			if slices.ContainsFunc(found, same) {
				continue
			}
			p.Book, p.Place = book, fmt.Sprintf("sheet %s, %s", g.Name, t.Range)
			if err := p.choose(ctx, g, t); err != nil {
				return err
			}
			p.distinguish(found)
			found = append(found, p)
		}
		return ctx.Err()
	})
	return found, err
}

// choose takes the first of the ways to read the table that loses the fewest figures.
func (p *proposal) choose(ctx context.Context, g *sheet.Grid, t *layout.Table) error {
	best := -1
	for _, way := range ways(t) {
		tried, err := tryOut(ctx, g, p.Book, way.recipe(p.Title))
		if err != nil {
			return err
		}
		if best >= 0 && tried.lost() >= best {
			continue
		}
		best = tried.lost()
		p.PeriodFrom, p.Dimensions, p.trial = way.periodFrom, way.dimensions, tried
		if best == 0 {
			break
		}
	}
	return nil
}

// way is one way to read a table.
type way struct {
	periodFrom string
	dimensions []proposedDimension
}

func (w way) recipe(title string) transforms.Recipe {
	r := transforms.Recipe{Title: title, Period: transforms.Pick{From: places(w.periodFrom)}}
	for _, d := range w.dimensions {
		r.Dimensions = append(r.Dimensions, transforms.Dimension{ID: d.ID, Pick: transforms.Pick{From: places(d.From), Value: d.Value}})
	}
	return r
}

func places(list string) []transforms.Place {
	var out []transforms.Place
	for _, s := range strings.Split(list, ", ") {
		out = append(out, transforms.Place(s))
	}
	return out
}

// Dimensions that proposals are made of.
var (
	itemRow      = proposedDimension{ID: "item", VI: "Khoản mục", EN: "Item", From: "row_path"}
	wholeHeading = proposedDimension{ID: "measure", VI: "Cột", EN: "Column", From: "column",
		Note: "the whole heading; a map can give it short names"}
)

// none stands for the heading that a column does not have; the code is SDMX's "not applicable".
const none = "_Z"

// ways lists the ways to read a table, the one that says most first.
func ways(t *layout.Table) []way {
	heads := headings(t)
	switch inColumns, inRows := heads.periods, periodsInRows(t); {
	case 2*inColumns > len(heads.paths):
		return append(heads.ways(), way{"column", []proposedDimension{itemRow, wholeHeading}})
	case 2*inRows > len(t.Lines):
		return rowWays(t, len(heads.paths))
	}
	return []way{{"title, sheet, book", []proposedDimension{itemRow, wholeHeading}}}
}

// columnHeads are the headings over a table's figures, with the words that stand across its body.
type columnHeads struct {
	paths                   [][]string
	periods                 int  // columns that name a period
	comparisons, plain, odd bool // columns that compare in a way that has a name; those that do not compare; others
}

func headings(t *layout.Table) columnHeads {
	var h columnHeads
	seen := map[string]bool{}
	for _, c := range t.Columns {
		for i := range t.Lines {
			path := c.Path
			if s := t.Lines[i].Section; s != "" {
				path = append(slices.Clone(path), s)
			}
			if key := strings.Join(path, "\x00"); len(path) > 0 && !seen[key] {
				seen[key] = true
				h.add(path, t)
			}
		}
	}
	return h
}

func (h *columnHeads) add(path []string, t *layout.Table) {
	h.paths = append(h.paths, path)
	var context *period.Period
	if p, ok := period.Parse(t.Title); ok {
		context = &p
	}
	head, ok := period.ParseHeader(strings.Join(path, " | "), context)
	if !ok {
		h.odd = h.odd || comparing.MatchString(strings.Join(path, " "))
		return
	}
	h.periods++
	switch {
	case !head.HasRelation:
		h.plain = true
	case head.Relation == "" || head.Relation == period.Other:
		h.odd = true
	default:
		h.comparisons = true
	}
}

// comparing tells headings that compare, whether or not it can be said with what.
var comparing = regexp.MustCompile(`(?i)so với|compared (with|to)`)

// ways tells the parts of the headings apart: periods, comparisons, and what is measured. Comparisons that have no name of
// their own leave only the whole heading.
func (h *columnHeads) ways() []way {
	if h.odd {
		return nil
	}
	dims := []proposedDimension{itemRow}
	if h.comparisons {
		d := proposedDimension{ID: "comparison", VI: "So với", EN: "Compared with", From: "comparison"}
		if h.plain {
			d.Value, d.Note = "level", "level: the figure itself, compared with nothing"
		}
		dims = append(dims, d)
	}
	for i, n := range varying(h.paths) {
		d := proposedDimension{ID: "measure", VI: "Đại lượng", EN: "Measure", From: fmt.Sprintf("column.%d", n)}
		if i > 0 {
			d.ID = fmt.Sprintf("measure_%d", i+1)
		}
		if slices.ContainsFunc(h.paths, func(p []string) bool { return len(p) < n }) {
			d.Value, d.Note = none, none+": no such heading"
		}
		dims = append(dims, d)
	}
	return []way{{"column", dims}}
}

// varying gives the levels, from 1, at which labels stand that name no period and are not told by the levels before.
func varying(paths [][]string) []int {
	var levels []int
	depth := 0
	for _, p := range paths {
		depth = max(depth, len(p))
	}
	known := make([]string, len(paths)) // what the chosen levels say of each path
	for n := 1; n <= depth; n++ {
		texts := make([]string, len(paths))
		told, differs, timeless := map[string]string{}, false, true
		for i, p := range paths {
			if len(p) >= n {
				texts[i] = p[n-1]
			}
			if _, ok := period.ParseHeader(texts[i], nil); ok {
				timeless = false
			}
			if before, ok := told[known[i]]; ok && before != texts[i] {
				differs = true
			}
			told[known[i]] = texts[i]
		}
		if !timeless || !differs {
			continue
		}
		levels = append(levels, n)
		for i := range known {
			known[i] += "\x00" + texts[i]
		}
	}
	return levels
}

func periodsInRows(t *layout.Table) (n int) {
	for _, l := range t.Lines {
		if _, ok := period.Parse(strings.Join(l.Path, " ")); ok {
			n++
		}
	}
	return n
}

// rowWays reads a table whose rows name the periods: with the innermost label, or with all of them.
func rowWays(t *layout.Table, columns int) []way {
	var paths [][]string
	for _, l := range t.Lines {
		paths = append(paths, l.Path)
	}
	var dims []proposedDimension
	if columns > 1 {
		dims = append(dims, proposedDimension{ID: "item", VI: "Khoản mục", EN: "Item", From: "column"})
	}
	for i, n := range varying(paths) {
		d := proposedDimension{ID: fmt.Sprintf("label_%d", i+1), VI: "Nhãn dòng", EN: "Label of the row", From: fmt.Sprintf("row.%d", n)}
		if slices.ContainsFunc(paths, func(p []string) bool { return len(p) < n }) {
			d.Value, d.Note = none, none+": no such label"
		}
		dims = append(dims, d)
	}
	return []way{{"row", dims}, {"row_path", dims}}
}
