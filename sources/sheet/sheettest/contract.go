package sheettest

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// FuzzLimits are limits that a fuzzer's books stay quick under.
func FuzzLimits() sheet.Limits {
	return sheet.Limits{Inflated: 1 << 22, Cells: 1 << 16, Text: 1 << 12, Strings: 1 << 16, Merges: 1 << 8, Sheets: 16}
}

// Check reads a book whole, or takes the error that opening it gave, and checks what the contract promises of every
// reader. It gives the tail of every sheet, nil for those that were refused.
func Check(t testing.TB, b sheet.Book, err error) []*sheet.Tail {
	t.Helper()
	if err != nil {
		CheckFault(t, err)
		return nil
	}
	tails := make([]*sheet.Tail, len(b.Sheets()))
	for i := range tails {
		last := 0
		tail, err := b.Scan(t.Context(), i, func(r *sheet.Row) error {
			if r.Number <= last || r.Number > sheet.MaxRows || (len(r.Cells) == 0 && !r.Hidden) {
				t.Fatalf("row %d with %d cells after row %d", r.Number, len(r.Cells), last)
			}
			last = r.Number
			col := 0
			for _, c := range r.Cells {
				if c.Col <= col || c.Col > sheet.MaxCols {
					t.Fatalf("column %d after %d", c.Col, col)
				}
				col = c.Col
				checkCell(t, b, c)
			}
			return nil
		})
		if err != nil {
			CheckFault(t, err)
			continue
		}
		for _, m := range tail.Merges {
			if m.Row1 < 1 || m.Col1 < 1 || m.Row2 < m.Row1 || m.Col2 < m.Col1 || m.Row2 > sheet.MaxRows || m.Col2 > sheet.MaxCols {
				t.Fatalf("merged %+v", m)
			}
		}
		tails[i] = tail
	}
	for _, n := range sheet.Names(b) {
		if n.Sheet < -1 || n.Sheet >= len(tails) {
			t.Fatalf("%+v", n)
		}
	}
	return tails
}

func checkCell(t testing.TB, b sheet.Book, c sheet.Cell) {
	t.Helper()
	switch {
	case c.Type > sheet.Error, c.NoCache && (c.Type != sheet.Empty || !c.Formula), c.Type == sheet.Empty && c.Formula && !c.NoCache,
		math.IsNaN(c.Num), math.IsInf(c.Num, 0),
		(c.Type == sheet.Empty || c.Type == sheet.Text || c.Type == sheet.Error) && c.Num != 0,
		c.Type == sheet.Error && c.Text == "", !utf8.ValidString(c.Text), b.Style(c.Style) == nil:
		t.Fatalf("%+v", c)
	}
	last := 0
	for _, r := range c.Runs {
		if r.End <= last {
			t.Fatalf("%+v", c)
		}
		last = r.End
	}
	if c.Runs != nil && last != len(c.Text) {
		t.Fatalf("runs end before the text: %+v", c)
	}
}

// CheckFault checks that an error blames the book, and that no panic is behind it.
func CheckFault(t testing.TB, err error) {
	t.Helper()
	if kind := fault.KindOf(err); kind != fault.Input && kind != fault.Limit {
		t.Fatalf("an error that is no fault of the book: %v", err)
	}
	var broke interface{ Stack() []byte }
	if errors.As(err, &broke) {
		t.Fatalf("%v\n%s", err, broke.Stack())
	}
}

// CheckDump checks what came of opening and dumping a book: text, or an error that blames the book.
func CheckDump(t testing.TB, text string, err error) {
	t.Helper()
	if err != nil {
		CheckFault(t, err)
	} else if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %q", text)
	}
}

// Refused checks that a book is refused as it should be: with an error of one of the kinds that says what is wrong.
func Refused(t testing.TB, err error, what string, kinds ...fault.Kind) {
	t.Helper()
	var broke interface{ Stack() []byte }
	if err == nil || !slices.Contains(kinds, fault.KindOf(err)) || !strings.Contains(err.Error(), what) || errors.As(err, &broke) {
		t.Errorf("%v, want an error of kind %v saying %q", err, kinds, what)
	}
}
