package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/layout"
	"github.com/statloom/statloom/transforms/layout/page"
	"github.com/statloom/statloom/transforms/period"
)

// proposal is a dataset proposed for a table that was found.
type proposal struct {
	ID, VI, EN  string
	Book, Place string // where the table was found
	Title       string // pattern that finds the table; "" for one without a title, which Header finds
	Header      string
	PeriodFrom  string
	PeriodIn    string // pattern of the period within its text; "" for the whole text
	Dimensions  []proposedDimension
	PriceBase   []priceRule // what the words of the table say of the price base
	PriceFrom   string
	Units       []string // of the figures, as they were read
	Checks      []proposedCheck
	Vietnamese  bool
	questions   []page.Question
	trial       trial
	words       []string // of the title, for the id
}

// proposedDimension is a dimension of a proposal, with what the configuration says beside it.
type proposedDimension struct {
	ID, VI, EN, From, Value, Note string
	CodeList                      string // that knows most of its labels; "" for none
	Keep                          bool   // labels that it does not know are kept
	codes                         map[string]string
}

// proposer proposes datasets for the tables of books, and draws the page that shows them.
type proposer struct {
	app   *app
	only  string // name of the one sheet that is looked at; "" for all
	lists []*codes.List
	page  *page.Page // nil for none
	found []*proposal
	seen  int // sheets
}

// book adds the tables of a book to what has been found.
func (pr *proposer) book(ctx context.Context, book string) error {
	var known layout.Recogniser
	return pr.app.eachSheet(ctx, book, func(g *sheet.Grid) error {
		if pr.only != "" && g.Name != pr.only {
			return nil
		}
		pr.seen++
		s := known.Recognise(g)
		sets, readings, err := pr.sheet(ctx, book, g, s)
		if err == nil && pr.page != nil {
			err = pr.page.Add(book, g, s, sets, readings)
		}
		return errors.Join(err, ctx.Err())
	})
}

// sheet proposes datasets for the tables of a sheet. A title that is known already is the same dataset.
func (pr *proposer) sheet(ctx context.Context, book string, g *sheet.Grid, s *layout.Sheet) (sets []page.Dataset, readings map[string]page.Reading, err error) {
	readings = map[string]page.Reading{}
	if g.Hidden {
		return nil, readings, nil
	}
	for i, t := range s.Tables {
		if len(t.Lines)*len(t.Columns) < 4 {
			continue
		}
		p := newProposal(t)
		if t.Title == "" {
			p = untitled(t, g.Name, book)
		}
		if p.Title == "" && p.Header == "" {
			continue
		}
		same := func(q *proposal) bool { return q.Title == p.Title && q.Header == p.Header }
		if slices.ContainsFunc(pr.found, same) {
			continue
		}
		p.Book, p.Place = book, fmt.Sprintf("sheet %s, %s", g.Name, t.Range)
		if err := p.choose(ctx, g, s, t); err != nil {
			return nil, nil, err
		}
		if p.Title == "" && p.trial.usable() == 0 {
			continue
		}
		p.distinguish(pr.found)
		p.questions = page.Questions(t)
		p.Units = p.trial.units()
		p.code(pr.lists)
		p.check(t)
		p.trial.readings(readings)
		p.trial.figures, p.trial.refused = nil, nil
		pr.found = append(pr.found, p)
		text, err := p.yaml()
		if err != nil {
			return nil, nil, err
		}
		sets = append(sets, page.Dataset{ID: p.ID, Table: i + 1, YAML: text, Read: p.trial.usable(), Lost: p.trial.lost(), Why: p.trial.reason})
	}
	return sets, readings, nil
}

// choose takes the first of the ways to read the table that loses the fewest figures.
func (p *proposal) choose(ctx context.Context, g *sheet.Grid, s *layout.Sheet, t *layout.Table) error {
	best := -1
	p.PriceBase, p.PriceFrom = priceRules(t)
	for _, way := range ways(t) {
		tried, err := tryOut(ctx, g, s, p.Book, way.recipe(p))
		if err != nil {
			return err
		}
		if best >= 0 && tried.lost() >= best {
			continue
		}
		best = tried.lost()
		p.PeriodFrom, p.PeriodIn, p.Dimensions, p.trial = way.periodFrom, way.periodIn, way.dimensions, tried
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
	periodIn   string
}

func (w way) recipe(p *proposal) transforms.Recipe {
	r := transforms.Recipe{Title: p.Title, Header: p.Header, Period: transforms.PeriodPick{Pick: transforms.Pick{From: places(w.periodFrom), Pattern: w.periodIn}}}
	if len(p.PriceBase) > 0 {
		r.PriceBase.From = places(p.PriceFrom)
		for _, rule := range p.PriceBase {
			r.PriceBase.Map = append(r.PriceBase.Map, transforms.Rule(rule))
		}
	}
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

// yearOfFigures finds the year in a title that says "2018 figures". Any other lone year may be that of a price base.
const yearOfFigures = `\b((?:19|20)\d\d) (?:figures|values|estimates|results|data)\b`

// none stands for the heading that a column does not have; the code is SDMX's "not applicable".
const none = "_Z"

// ways lists the ways to read a table, the one that says most first.
func ways(t *layout.Table) []way {
	heads := headings(t)
	switch inColumns, inRows := heads.periods, periodsInRows(t); {
	case 2*inColumns > len(heads.paths):
		return append(heads.ways(), way{periodFrom: "column", dimensions: []proposedDimension{itemRow, wholeHeading}})
	case 2*inRows > len(t.Lines):
		return rowWays(t, len(heads.paths))
	}
	dimensions := []proposedDimension{itemRow, wholeHeading}
	list := []way{{periodFrom: "title, sheet, book", dimensions: dimensions}}
	if regexp.MustCompile(yearOfFigures).MatchString(fold.Space(t.Title)) {
		list = append(list, way{periodFrom: "title", dimensions: dimensions, periodIn: yearOfFigures})
	}
	return list
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
	text := strings.Join(path, " | ")
	if _, ok := period.FindSplit(text); ok {
		h.periods++
		h.plain = true
		return
	}
	head, ok := period.ParseHeader(text, context)
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
	return []way{{periodFrom: "column", dimensions: dims}}
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
			if _, ok := period.ParseHeader(texts[i], nil); ok || period.Names(texts[i]) {
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
		if period.Names(strings.Join(l.Path, " ")) {
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
	return []way{{periodFrom: "row", dimensions: dims}, {periodFrom: "row_path", dimensions: dims}}
}
