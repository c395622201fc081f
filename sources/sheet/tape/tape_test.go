package tape

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/statloom/statloom/sources/sheet"
)

// drawCell draws a cell that comes after column last.
func drawCell(t *rapid.T, last int) Cell {
	c := Cell{Repeat: rapid.IntRange(0, 3).Draw(t, "repeat")}
	c.Col = last + rapid.IntRange(1, 300).Draw(t, "gap")
	c.Style = sheet.StyleID(rapid.IntRange(0, 1000).Draw(t, "style"))
	c.Formula = rapid.Bool().Draw(t, "formula")
	switch c.Type = sheet.Type(rapid.IntRange(0, int(sheet.Error)).Draw(t, "type")); c.Type {
	case sheet.Empty:
		c.NoCache = c.Formula
	case sheet.Number:
		c.Num = rapid.Float64Range(-1e300, 1e300).Draw(t, "number")
		c.Text = strconv.FormatFloat(c.Num, 'g', -1, 64)
	case sheet.Bool:
		c.Text = "0"
		if rapid.Bool().Draw(t, "bool") {
			c.Num, c.Text = 1, "1"
		}
	case sheet.Date:
		c.Num, c.Text = rapid.Float64Range(0, 3e6).Draw(t, "serial"), "as it is"
	case sheet.Text:
		c.Text = rapid.StringOf(rapid.RuneFrom([]rune("aấ |\n"))).Draw(t, "text")
		if len(c.Text) > 1 {
			c.Runs = rapid.SampledFrom([][]sheet.Run{nil, {{End: 1, Font: ".VnTime"}, {End: len(c.Text)}}}).Draw(t, "runs")
		}
	case sheet.Error:
		c.Text = "#N/A"
	}
	return c
}

// TestPlaysWhatWasRecorded records sheets and compares what is played with what a list would hold.
func TestPlaysWhatWasRecorded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := NewRecorder(NewBudget(1 << 30))
		for range rapid.IntRange(1, 3).Draw(t, "sheets") {
			var want []sheet.Row
			next := 1
			for range rapid.IntRange(0, 6).Draw(t, "rows") {
				next += rapid.IntRange(0, 1000).Draw(t, "gap")
				repeat, hidden := rapid.IntRange(1, 3).Draw(t, "repeat"), rapid.Bool().Draw(t, "hidden")
				var cells []Cell
				last := 0
				for range rapid.IntRange(0, 5).Draw(t, "cells") {
					c := drawCell(t, last)
					cells = append(cells, c)
					last = c.Col + max(c.Repeat, 1) - 1
				}
				for range repeat {
					row := sheet.Row{Number: next, Hidden: hidden}
					for _, c := range cells {
						for range max(c.Repeat, 1) {
							row.Cells = append(row.Cells, c.Cell)
							c.Col++
						}
					}
					want = append(want, row)
					next++
				}
				if err := r.Row(next-repeat, repeat, hidden, cells); err != nil {
					t.Fatal(err)
				}
			}
			tail := &sheet.Tail{
				Merges:     []sheet.Range{{Row1: 1, Col1: 1, Row2: sheet.MaxRows, Col2: 2}, {Row1: 3, Col1: 5, Row2: 3, Col2: 6}},
				HiddenCols: []sheet.Span{{First: 2, Last: 9}},
				Comments:   []sheet.Comment{{Row: 1, Col: 2, Text: "ghi chú"}, {Row: 4, Col: 1, Text: "x"}},
			}
			tape, err := r.Finish(tail)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				var got []sheet.Row
				played, err := tape.Play(context.Background(), nil, func(row *sheet.Row) error {
					kept := *row
					kept.Cells = append([]sheet.Cell(nil), row.Cells...)
					got = append(got, kept)
					clear(row.Cells) // visitors may change what they are given
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(want, got, cmpopts.EquateEmpty()) + cmp.Diff(tail, played); d != "" {
					t.Fatal(d)
				}
			}
		}
	})
}

func TestOpenCellsAreSettled(t *testing.T) {
	r := NewRecorder(NewBudget(1 << 20))
	open := Cell{Cell: sheet.Cell{Col: 1, Type: sheet.Text, Text: "5"}, Open: true, Repeat: 2}
	shut := Cell{Cell: sheet.Cell{Col: 3, Type: sheet.Text, Text: "5"}}
	if err := r.Row(1, 2, false, []Cell{open, shut}); err != nil {
		t.Fatal(err)
	}
	tape, err := r.Finish(&sheet.Tail{})
	if err != nil {
		t.Fatal(err)
	}
	settled := 0
	_, err = tape.Play(t.Context(), func(c *sheet.Cell) { c.Type, c.Num, settled = sheet.Number, 5, settled+1 }, func(row *sheet.Row) error {
		for i, want := range []sheet.Type{sheet.Number, sheet.Number, sheet.Text} {
			if row.Cells[i].Type != want {
				t.Errorf("row %d: %+v", row.Number, row.Cells[i])
			}
		}
		return nil
	})
	if err != nil || settled != 1 {
		t.Errorf("settled %d times, %v", settled, err)
	}
}

func TestBudgetIsShared(t *testing.T) {
	budget := NewBudget(3000)
	record := func() error {
		r := NewRecorder(budget)
		for i := range 400 {
			if err := r.Row(i+1, 1, false, []Cell{{Cell: sheet.Cell{Col: 1, Type: sheet.Text, Text: strconv.Itoa(i * 7919)}}}); err != nil {
				return err
			}
		}
		_, err := r.Finish(&sheet.Tail{})
		return err
	}
	if err := record(); err != nil {
		t.Fatalf("the first: %v", err)
	}
	if err := record(); !errors.Is(err, ErrBudget) {
		t.Errorf("the second: %v", err)
	}
}

// TestRepeatsCostNothing records a sheet full of one text.
func TestRepeatsCostNothing(t *testing.T) {
	r := NewRecorder(NewBudget(200))
	if err := r.Row(1, sheet.MaxRows, false, []Cell{{Cell: sheet.Cell{Col: 1, Type: sheet.Text, Text: strings.Repeat("x", 1000)}, Repeat: 2}}); err != nil {
		t.Fatal(err)
	}
	tape, err := r.Finish(&sheet.Tail{})
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	if _, err := tape.Play(t.Context(), nil, func(row *sheet.Row) error { last = row.Number; return nil }); err != nil || last != sheet.MaxRows {
		t.Errorf("row %d, %v", last, err)
	}
}

func TestPlayStops(t *testing.T) {
	r := NewRecorder(NewBudget(1 << 20))
	if err := r.Row(1, 10_000, false, []Cell{{Cell: sheet.Cell{Col: 1, Type: sheet.Text, Text: "x"}}}); err != nil {
		t.Fatal(err)
	}
	tape, err := r.Finish(&sheet.Tail{})
	if err != nil {
		t.Fatal(err)
	}
	own := errors.New("stop")
	if _, err := tape.Play(t.Context(), nil, func(*sheet.Row) error { return own }); any(err) != any(own) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := tape.Play(ctx, nil, func(*sheet.Row) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			rows := 0
			if _, err := tape.Play(t.Context(), nil, func(*sheet.Row) error { rows++; return nil }); err != nil || rows != 10_000 {
				t.Errorf("%d rows, %v", rows, err)
			}
		})
	}
	all.Wait()
}
