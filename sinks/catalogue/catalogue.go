// Package catalogue reads what a release says of itself - its datasets, indicators, code lists and the descriptions of
// tables and columns - for the sinks that write it down in another form.
package catalogue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/sinks"
)

// Catalogue is what a release says of itself. What a release does not hold is empty.
type Catalogue struct {
	Tables     []sinks.Table
	Datasets   []Dataset
	Indicators []Indicator
	Snapshots  []Snapshot
	Codes      map[string]List // by the code list's id
}

// Dataset describes a dataset.
type Dataset struct {
	ID           string
	Name, Note   sinks.Text
	Illustrative bool
	Sources      []string
	Key          []string
	Table        sinks.Table // its latest vintage
	Columns      []Column
}

// Indicator describes an indicator.
type Indicator struct {
	ID                          string
	Name, Formula, Source, Note sinks.Text
	Unit, Freq, Method          string
	PriceBase                   string
	Dimensions                  []string
	Decimals                    int // -1: not said
	Illustrative                bool
}

// Snapshot is a book that the release is made of.
type Snapshot struct {
	ID, Source, URI, Name string
	Licence, Producer     string
	Retrieved             any
}

// List is a code list: its codes in their order.
type List struct {
	ID    string
	Codes []Code
	at    map[string]int
}

// Code is a code of a code list with what it means; codes are reused, so it may have meant something else before.
type Code struct {
	ID, Parent string
	Meanings   []Meaning // at least one, from the first to the last
}

// Meaning is what a code means for a time.
type Meaning struct {
	Name     sinks.Text
	From, To time.Time // first and last day; zero: without a bound
}

// Name is what the code meant last.
func (c Code) Name() sinks.Text { return c.Meanings[len(c.Meanings)-1].Name }

// On gives what a code means on a day; a zero day asks for what it meant last.
func (l List) On(code string, day time.Time) (sinks.Text, bool) {
	i, ok := l.at[code]
	if !ok {
		return sinks.Text{}, false
	}
	if day.IsZero() {
		return l.Codes[i].Name(), true
	}
	for _, m := range l.Codes[i].Meanings {
		if !day.Before(m.From) && (m.To.IsZero() || !day.After(m.To)) {
			return m.Name, true
		}
	}
	return sinks.Text{}, false
}

// Has reports whether the release publishes a table.
func (c *Catalogue) Has(table string) bool { _, ok := c.Find(table); return ok }

// Find gives a table of the release.
func (c *Catalogue) Find(table string) (sinks.Table, bool) {
	i := slices.IndexFunc(c.Tables, func(t sinks.Table) bool { return t.Name() == table })
	if i < 0 {
		return nil, false
	}
	return c.Tables[i], true
}

// Own reports whether a table is one that every release holds about itself, or a dataset's history.
func (c *Catalogue) Own(table string) bool {
	for _, d := range c.Datasets {
		if d.ID == table {
			return false
		}
		if d.ID+"_history" == table {
			return true
		}
	}
	return slices.Contains([]string{
		"book_changes", "checks", "code_lists", "concordances", "corrections", "datasets", "indicator_catalogue", "indicator_formulas",
		"indicator_inputs", "indicators", "quarantine", "revision_summary", "runs", "snapshots", "target_projections", "targets",
	}, table)
}

// Read asks a release for all that it says of itself. tables are those that it publishes.
func Read(ctx context.Context, store sinks.Store, tables []sinks.Table) (*Catalogue, error) {
	c := &Catalogue{Tables: tables, Codes: map[string]List{}}
	for _, part := range []struct {
		table, sql string
		take       func(Row)
	}{
		{"code_lists", "SELECT code_list, code, parent, name_vi, name_en, valid_from, valid_to FROM code_lists ORDER BY code_list, rowid", c.takeCode},
		{"datasets", `SELECT dataset, name_vi, name_en, note_vi, note_en, illustrative, sources, "key" FROM datasets ORDER BY rowid`, c.takeDataset},
		{"indicator_catalogue", `SELECT indicator, name_vi, name_en, formula_vi, formula_en, source_vi, source_en, note_vi, note_en, unit, freq, method,
			price_base, dimensions, decimals, illustrative FROM indicator_catalogue ORDER BY indicator`, c.takeIndicator},
		{"snapshots", "SELECT snapshot_id, source, uri, name, licence, producer, retrieved_at FROM snapshots ORDER BY source, name, uri, version", c.takeSnapshot},
	} {
		if !c.Has(part.table) {
			continue
		}
		for row, err := range Query(ctx, store, part.sql) {
			if err != nil {
				return nil, fmt.Errorf("read what the release says of itself in %s: %w", part.table, err)
			}
			part.take(row)
		}
	}
	return c, ctx.Err()
}

func (c *Catalogue) takeCode(r Row) {
	id, code := Text(r[0]), Code{ID: Text(r[1]), Parent: Text(r[2])}
	meaning := Meaning{Name: both(r[3], r[4]), From: day(r[5]), To: day(r[6])}
	l, ok := c.Codes[id]
	if !ok {
		l = List{ID: id, at: map[string]int{}}
	}
	at, ok := l.at[code.ID]
	if !ok {
		at = len(l.Codes)
		l.at[code.ID] = at
		l.Codes = append(l.Codes, code)
	}
	have := &l.Codes[at]
	have.Meanings = append(have.Meanings, meaning)
	slices.SortStableFunc(have.Meanings, func(a, b Meaning) int { return a.From.Compare(b.From) })
	have.Parent = code.Parent
	c.Codes[id] = l
}

func (c *Catalogue) takeDataset(r Row) {
	d := Dataset{
		ID: Text(r[0]), Name: both(r[1], r[2]), Note: both(r[3], r[4]),
		Illustrative: r[5] == true, Sources: strings.Fields(Text(r[6])), Key: strings.Fields(Text(r[7])),
	}
	t, ok := c.Find(d.ID)
	if !ok {
		return
	}
	d.Table = t
	for _, column := range t.Columns() {
		d.Columns = append(d.Columns, Describe(column, d.Key))
	}
	c.Datasets = append(c.Datasets, d)
}

func (c *Catalogue) takeIndicator(r Row) {
	i := Indicator{
		ID: Text(r[0]), Name: both(r[1], r[2]), Formula: both(r[3], r[4]), Source: both(r[5], r[6]), Note: both(r[7], r[8]),
		Unit: Text(r[9]), Freq: Text(r[10]), Method: Text(r[11]), PriceBase: Text(r[12]), Decimals: -1, Illustrative: r[15] == true,
	}
	for d := range strings.SplitSeq(Text(r[13]), ",") {
		if d = strings.TrimSpace(d); d != "" {
			i.Dimensions = append(i.Dimensions, d)
		}
	}
	if n, ok := r[14].(int64); ok {
		i.Decimals = int(n)
	}
	c.Indicators = append(c.Indicators, i)
}

func (c *Catalogue) takeSnapshot(r Row) {
	c.Snapshots = append(c.Snapshots, Snapshot{
		ID: Text(r[0]), Source: Text(r[1]), URI: Text(r[2]), Name: Text(r[3]), Licence: Text(r[4]), Producer: Text(r[5]), Retrieved: r[6],
	})
}

// Of gives the books that a dataset may come from, by its sources.
func (c *Catalogue) Of(d Dataset) []Snapshot {
	var found []Snapshot
	for _, s := range c.Snapshots {
		if slices.Contains(d.Sources, s.Source) {
			found = append(found, s)
		}
	}
	return found
}

// Label gives what a code of a column means on a day, if the column has a code list that knows it; a zero day asks for what
// it meant last.
func (c *Catalogue) Label(column Column, code string, on time.Time) (sinks.Text, bool) {
	if column.CodeList == "" {
		return sinks.Text{}, false
	}
	return c.Codes[column.CodeList].On(code, on)
}

func day(v any) time.Time {
	d, _ := v.(Date)
	return d.Time
}

func both(vi, en any) sinks.Text { return sinks.Text{VI: Text(vi), EN: Text(en)} }
