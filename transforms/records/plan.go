// Package records reads a sheet as the plain list that it is: a header line, and below it one record a line, every column
// of one type. The list is streamed, so its length does not matter; tables with labels on two sides are the layout's.
package records

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/value"
)

// Type is the type of a column.
type Type uint8

const (
	Unknown  Type = iota // nothing but blanks so far
	Number               // DOUBLE
	Bool                 // BOOLEAN
	Date                 // DATE: dates without a time of day
	DateTime             // TIMESTAMP
	Text                 // VARCHAR; also of columns that mix types
)

// Column is a column of a list.
type Column struct {
	Col  int // 1-based
	Name string
	Type Type

	Varied bool // its words hardly recur, as far as they were read
}

// List says how a sheet is read.
type List struct {
	Sheet   string
	Header  int      // row of the header; 0 without one
	Above   []string // the lines above the header
	Columns []Column // by Col

	judged bool // Varied is known
}

// sample is how many rows are looked at before reading begins; what comes later and does not fit begins it again.
const sample = 500

// headerRows is how far down the header is looked for.
const headerRows = 50

// Plan looks at the first rows of sheet i and says how to read it. The header is the first line that fills most of the
// columns and holds nothing but words; the lines above it are set apart. A sheet without values is an input error.
func Plan(ctx context.Context, b sheet.Book, i int) (*List, error) {
	return plan(ctx, b, i, sample)
}

var errEnough = errors.New("enough rows")

// seen is a kept row of the sample.
type seen struct {
	number int
	cells  []sheet.Cell
}

func plan(ctx context.Context, b sheet.Book, i, limit int) (*List, error) {
	var rows []seen
	l := &List{Sheet: b.Sheets()[i].Name}
	types := map[int]Type{}
	_, err := b.Scan(ctx, i, func(r *sheet.Row) error {
		if len(rows) < sample {
			if cells := values(r.Cells); len(cells) > 0 {
				rows = append(rows, seen{r.Number, cells})
			}
		} else {
			for k := range r.Cells {
				c := &r.Cells[k]
				types[c.Col] = join(types[c.Col], typeOf(c))
			}
		}
		if len(rows) == limit {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, &fault.Error{Kind: fault.Input, Sheet: l.Sheet, What: "the sheet holds no list: it is empty", Remedy: "name another sheet"}
	}
	head := header(rows)
	if head >= 0 {
		l.Header = rows[head].number
	}
	for _, r := range rows[:max(head, 0)] {
		l.Above = append(l.Above, words(r.cells))
	}
	for _, r := range rows[head+1:] {
		for k := range r.cells {
			types[r.cells[k].Col] = join(types[r.cells[k].Col], typeOf(&r.cells[k]))
		}
	}
	names := map[int]string{}
	last := 0
	if head >= 0 {
		for _, c := range rows[head].cells {
			names[c.Col] = fold.Space(c.Text)
			last = max(last, c.Col)
		}
	}
	for col := range types {
		last = max(last, col)
	}
	for col := 1; col <= last; col++ {
		if t, ok := types[col]; ok || names[col] != "" {
			l.Columns = append(l.Columns, Column{Col: col, Name: names[col], Type: t})
		}
	}
	l.name()
	return l, nil
}

// values keeps the cells that hold something.
func values(cells []sheet.Cell) []sheet.Cell {
	var kept []sheet.Cell
	for _, c := range cells {
		if c.Type != sheet.Empty || c.NoCache {
			kept = append(kept, c)
		}
	}
	return kept
}

// header gives the index of the header line, or -1.
func header(rows []seen) int {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.cells))
	}
	for k, r := range rows[:min(len(rows), headerRows)] {
		if len(r.cells)*5 < width*3 {
			continue
		}
		for i := range r.cells {
			if c := &r.cells[i]; c.Type != sheet.Text || isMark(c.Text) {
				return -1 // the first full line is a record
			}
		}
		return k
	}
	return -1
}

func words(cells []sheet.Cell) string {
	text := ""
	for i := range cells {
		if s := fold.Space(cells[i].Text); s != "" {
			if text != "" {
				text += " "
			}
			text += s
		}
	}
	return text
}

// name gives every column a name that no other has: the header's words, or the column's letters.
func (l *List) name() {
	taken := map[string]bool{RowColumn: true}
	for i := range l.Columns {
		c := &l.Columns[i]
		if c.Name == "" {
			c.Name = sheet.ColumnName(c.Col)
		}
		name := c.Name
		for n := 2; taken[c.Name]; n++ {
			c.Name = fmt.Sprintf("%s (%d)", name, n)
		}
		taken[c.Name] = true
	}
}

// isMark reports whether a text stands where a value is missing: "..", "-", "n/a".
func isMark(text string) bool {
	_, _, ok := value.Mark(text)
	return ok
}

// typeOf says what a cell asks of its column. What holds no value asks nothing.
func typeOf(c *sheet.Cell) Type {
	switch c.Type {
	case sheet.Number:
		return Number
	case sheet.Bool:
		return Bool
	case sheet.Date:
		if _, ok := wholeDay(c.Num); ok {
			return Date
		}
		t, ok := sheet.Time(c.Num)
		switch {
		case !ok:
			return Text
		case t.UnixMilli()%dayMillis == 0: // Time is exact to a millisecond
			return Date
		}
		return DateTime
	case sheet.Text:
		if fold.Space(c.Text) == "" || isMark(c.Text) {
			return Unknown
		}
		return Text
	}
	return Unknown
}

const dayMillis = 24 * 60 * 60 * 1000

// wholeDay gives the day of a serial number without a time of day, for the days after the one that never was.
func wholeDay(serial float64) (arrow.Date32, bool) {
	const unixEpoch, firstSure, lastSure = 25569, 61, 2958465
	if serial != math.Trunc(serial) || serial < firstSure || serial > lastSure {
		return 0, false
	}
	return arrow.Date32(serial) - unixEpoch, true
}

// join gives the type that holds both.
func join(a, b Type) Type {
	switch {
	case a == b || b == Unknown:
		return a
	case a == Unknown:
		return b
	case a == Date && b == DateTime, a == DateTime && b == Date:
		return DateTime
	}
	return Text
}
