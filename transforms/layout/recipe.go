package layout

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/period"
)

// reader reads one dataset by its recipe.
type reader struct {
	recipe   transforms.Recipe
	title    *regexp.Regexp
	notTitle *regexp.Regexp
	header   *regexp.Regexp
	skipRows *regexp.Regexp
	skipCols *regexp.Regexp
	vintage  *regexp.Regexp
	schema   *arrow.Schema

	dims      []pick // of observations
	period    pick
	unit      pick
	priceBase pick

	columns []*regexp.Regexp // headers of a register's columns
	keys    []int            // which of them identify a record

	known sync.Pool // of *Recogniser: the next book says much the same
}

// New makes the reader of a recipe. Problems with the recipe are fault.Config errors that name its key.
func New(recipe transforms.Recipe) (transforms.Reader, error) {
	r := &reader{recipe: recipe}
	r.known.New = func() any { return &Recogniser{LabelsOnly: true} }
	c := &compiler{}
	if recipe.Title == "" && recipe.Header == "" {
		c.problem("title", "a recipe needs a title", "give a regular expression that the table's title matches, or header: for a table without a title")
	}
	r.title = c.pattern("title", recipe.Title)
	r.header = c.pattern("header", recipe.Header)
	r.notTitle = c.pattern("not_title", recipe.NotTitle)
	r.skipRows = c.pattern("skip_rows", recipe.SkipRows)
	r.skipCols = c.pattern("skip_columns", recipe.SkipColumns)
	r.vintage = c.pattern("vintage.pattern", recipe.Vintage.Pattern)
	switch recipe.Vintage.From {
	case "", "book", "title", "retrieved":
	default:
		c.problem("vintage.from", fmt.Sprintf("%q is no place for a publication date", recipe.Vintage.From), "use book, title or retrieved")
	}
	switch recipe.Shape {
	case "", transforms.Observations:
		c.observations(r)
	case transforms.Register:
		c.register(r)
	default:
		c.problem("shape", fmt.Sprintf("%q is no shape", recipe.Shape), "use observations or register")
	}
	if c.err != nil {
		return nil, c.err
	}
	return r, nil
}

// compiler prepares a recipe and keeps its first problem.
type compiler struct{ err error }

func (c *compiler) problem(key, what, remedy string) {
	if c.err == nil {
		c.err = &fault.Error{Kind: fault.Config, What: key + ": " + what, Remedy: remedy}
	}
}

func (c *compiler) pattern(key, expr string) *regexp.Regexp {
	if expr == "" {
		return nil
	}
	re, err := fold.Pattern(expr)
	if err != nil {
		c.problem(key, fmt.Sprintf("%q is not a regular expression: %v", expr, err), "see https://golang.org/s/re2syntax")
	}
	return re
}

func (c *compiler) observations(r *reader) {
	fields := make([]arrow.Field, 0, len(r.recipe.Dimensions)+14)
	for _, d := range r.recipe.Dimensions {
		fields = append(fields, arrow.Field{Name: d.ID, Type: arrow.BinaryTypes.String})
		if len(d.From) == 0 && d.Value == "" {
			c.problem("dimensions."+d.ID, "neither a place nor a value is given", "say in from: where it stands, such as row or column")
		}
		r.dims = append(r.dims, c.pick("dimensions."+d.ID, d.Pick))
	}
	p := r.recipe.Period
	if len(p.From) == 0 && p.Value == "" {
		p.From = []transforms.Place{"column", "row", "title"}
	}
	r.period = c.pick("period", p.Pick)
	if p.YearStart < 0 || p.YearStart > 12 {
		c.problem("period.year_start", fmt.Sprintf("%d is no month", p.YearStart), "give the month in which years begin that end in the next one, 1 to 12")
	}
	r.unit = c.pick("unit", r.recipe.Unit)
	r.priceBase = c.pick("price_base", r.recipe.PriceBase)
	fields = append(append(fields, transforms.ObservationColumns()...), transforms.ProvenanceColumns()...)
	r.schema = arrow.NewSchema(fields, nil)
}

// Schema is the schema of all batches.
func (r *reader) Schema() *arrow.Schema { return r.schema }

// Read reads all tables of the book that the recipe matches.
func (r *reader) Read(ctx context.Context, from sheet.Book, origin transforms.Origin, out transforms.Output) (transforms.Report, error) {
	var report transforms.Report
	w := newWriter(r.schema, out)
	defer w.release()
	run := &run{reader: r, origin: origin, out: out, w: w, report: &report}
	pins := Pins{HeaderRows: r.recipe.HeaderRows, StubColumns: r.recipe.StubColumns}
	type memory struct{ Pins } // what is understood depends on nothing else of the recipe
	book := origin.Memory.Recall(memory{pins}, func() any { return &understood{book: from, pins: pins} }).(*understood)
	known := r.known.Get().(*Recogniser)
	for i, info := range from.Sheets() {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		s, err := book.sheet(ctx, i, known)
		if err != nil {
			return report, err
		}
		if err := run.sheet(ctx, s.grid, s, info.Hidden); err != nil {
			return report, err
		}
	}
	if err := w.flush(); err != nil {
		return report, err
	}
	report.Rows = w.total
	r.known.Put(known) // here alone: one that broke may be left half done
	return report, nil
}

// ReadSheet reads one sheet that was recognised before, by a recipe that pins nothing, as its reader would. What was
// recognised stays as it is.
func ReadSheet(ctx context.Context, recipe transforms.Recipe, g *sheet.Grid, s *Sheet, origin transforms.Origin, out transforms.Output) (transforms.Report, error) {
	var report transforms.Report
	made, err := New(recipe)
	if err != nil {
		return report, err
	}
	r := made.(*reader)
	w := newWriter(r.schema, out)
	defer w.release()
	run := &run{reader: r, origin: origin, out: out, w: w, report: &report}
	if err := run.sheet(ctx, g, s, g.Hidden); err != nil {
		return report, err
	}
	if err := w.flush(); err != nil {
		return report, err
	}
	report.Rows = w.total
	return report, nil
}

// run is the reading of one book.
type run struct {
	*reader
	origin transforms.Origin
	out    transforms.Output
	w      *writer
	report *transforms.Report
}

// sheet reads the tables of one sheet that the recipe matches. A table without a title of its own, or whose title says
// no more than that it goes on, continues the one before it.
func (u *run) sheet(ctx context.Context, g *sheet.Grid, s *Sheet, hidden bool) error {
	var before *Table
	for _, t := range s.Tables {
		if before != nil && t.continues(before) {
			t = t.takingOver(before)
		} else if !u.matches(t) {
			before = nil
			continue
		}
		before = t
		if hidden {
			u.note("sheet %q is hidden; its table %s was passed over", g.Name, t.Range)
			continue
		}
		u.report.Tables++
		u.keepShape(g, t)
		from, err := u.vintageOf(t, g)
		if err != nil {
			return err
		}
		if place := u.recipe.Vintage.From; (place == "book" || place == "title") && from.After(u.report.Vintage) {
			u.report.Vintage = from
		}
		if u.recipe.Shape == transforms.Register {
			err = u.records(ctx, g, s, t, from)
		} else {
			err = u.observations(ctx, g, t, from)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (u *run) note(format string, args ...any) {
	u.report.Notes = append(u.report.Notes, fmt.Sprintf(format, args...))
}

func (u *run) reject(g *sheet.Grid, cell, text, reason string) {
	u.out.Reject(transforms.Reject{Sheet: g.Name, Cell: cell, Text: fold.Space(text), Reason: reason})
}

// matches reports whether the recipe means the table.
func (r *reader) matches(t *Table) bool {
	title := fold.Text(t.Title)
	if (title == "") != (r.title == nil) || r.title != nil && !r.title.MatchString(title) || r.notTitle != nil && r.notTitle.MatchString(title) {
		return false
	}
	return r.header == nil || r.header.MatchString(fold.Text(t.Headings()))
}

// Headings joins what stands above the labels and above each column of values by " | ".
func (t *Table) Headings() string {
	var list []string
	if t.StubHead != "" {
		list = append(list, t.StubHead)
	}
	for i := range t.Columns {
		if s := strings.Join(t.Columns[i].Path, " "); s != "" {
			list = append(list, s)
		}
	}
	return strings.Join(list, levelMark)
}

// continues reports whether a table goes on with the one before it. Where neither has a title, it has no headings either.
func (t *Table) continues(before *Table) bool {
	if len(t.Columns) != len(before.Columns) || before.Title == "" && t.Headings() != "" {
		return false
	}
	title := fold.Text(t.Title)
	return title == "" || len(title) < 40 && continued.MatchString(title)
}

// takingOver gives a continuing table with the title and the headers of the one before where it has none.
func (t *Table) takingOver(before *Table) *Table {
	out := *t
	out.Title, out.TitleLines = before.Title, before.TitleLines
	if out.Unit == "" {
		out.Unit = before.Unit
	}
	out.Columns = slices.Clone(t.Columns)
	for i := range out.Columns {
		if len(out.Columns[i].Path) == 0 {
			out.Columns[i].Path, out.Columns[i].Unit = before.Columns[i].Path, before.Columns[i].Unit
		}
	}
	return &out
}

// vintageOf tells when a table's values were published.
func (u *run) vintageOf(t *Table, g *sheet.Grid) (time.Time, error) {
	text := ""
	switch u.recipe.Vintage.From {
	case "book":
		text = u.origin.Name
	case "title":
		text = t.Title
	default:
		return u.origin.Vintage, nil
	}
	found := text
	if u.vintage != nil {
		found, _ = fold.Find(u.vintage, text)
	}
	if d, ok := period.ParseDate(found); ok {
		return d, nil
	}
	return time.Time{}, &fault.Error{Kind: fault.Input, File: u.origin.Name, Sheet: g.Name, Cell: t.Range.String(),
		What:   fmt.Sprintf("the publication date cannot be told from %q", text),
		Remedy: "mend vintage.pattern in the recipe, or rename the file"}
}
