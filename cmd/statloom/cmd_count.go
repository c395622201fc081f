package main

import (
	"bufio"
	"context"
	"errors"
	"runtime"
	"runtime/debug"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/sources/sheet"
)

// tally counts what books hold.
type tally struct {
	format                string
	sheets, rows, formula int64
	types                 [sheet.Error + 1]int64
}

func (t *tally) add(o tally) {
	t.sheets += o.sheets
	t.rows += o.rows
	t.formula += o.formula
	for i := range t.types {
		t.types[i] += o.types[i]
	}
}

func (t *tally) cells() (n int64) {
	for _, c := range t.types {
		n += c
	}
	return n
}

// row counts one row.
func (t *tally) row(r *sheet.Row) error {
	t.rows++
	for i := range r.Cells {
		c := &r.Cells[i]
		t.types[c.Type]++
		if c.Formula {
			t.formula++
		}
	}
	return nil
}

// counted is a book's tally or why there is none.
type counted struct {
	tally tally
	err   error
	done  chan struct{}
}

// countGC is how much the heap may grow between two collections, in percent. Books leave little behind, so that most of a
// collection goes through what the program itself keeps: fewer of them cost a few MB.
const countGC = 200

// count prints what each book holds, in the order given, and the sum. As many books are read at once as there are cores,
// each within the limits on books; of few books, several sheets at once.
func (a *app) count(ctx context.Context, format string, files []string) error {
	defer debug.SetGCPercent(debug.SetGCPercent(countGC))
	cores := runtime.GOMAXPROCS(0)
	books := make([]counted, len(files))
	for i := range books {
		books[i].done = make(chan struct{})
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cores + 1) // and the one that hands out the work
	group.Go(func() error {
		for i, file := range files {
			group.Go(func() error {
				defer close(books[i].done)
				books[i].tally, books[i].err = a.countBook(ctx, file, max(1, cores/len(files)))
				return ctx.Err()
			})
		}
		return nil
	})
	problems, err := a.printCounts(ctx, format, files, books)
	if err != nil { // nobody sees the rest
		stop()
		_ = group.Wait()
		return err
	}
	return errors.Join(append(problems, group.Wait())...)
}

// printCounts prints each book once it is counted, and gives what is wrong with books.
func (a *app) printCounts(ctx context.Context, format string, files []string, books []counted) (problems []error, err error) {
	out := bufio.NewWriterSize(a.out, 1<<16)
	w := newRows(out, format, "file", "format", "sheets", "rows", "cells", "number", "text", "bool", "date", "error", "empty", "formulas", "problem")
	w.hideEmpty = true
	var sum tally
	for i, file := range files {
		select {
		case <-books[i].done:
		case <-ctx.Done():
			return problems, ctx.Err()
		}
		if err := books[i].err; err != nil {
			problems = append(problems, err)
			if err := w.row(file, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, err.Error()); err != nil {
				return nil, err
			}
			continue
		}
		sum.add(books[i].tally)
		if err := countRow(w, file, &books[i].tally); err != nil {
			return nil, err
		}
	}
	if len(files) > 1 {
		var name any // a file may have any name, so in the forms for programs the sum has none
		if format == "table" {
			name = "total"
		}
		if err := countRow(w, name, &sum); err != nil {
			return nil, err
		}
	}
	return problems, errors.Join(w.end(), out.Flush())
}

func countRow(w *rows, file any, t *tally) error {
	var format any
	if t.format != "" {
		format = t.format
	}
	n := func(ty sheet.Type) int64 { return t.types[ty] }
	return w.row(file, format, t.sheets, t.rows, t.cells(), n(sheet.Number), n(sheet.Text), n(sheet.Bool), n(sheet.Date), n(sheet.Error),
		n(sheet.Empty), t.formula, nil)
}

// countBook reads a book, up to so many sheets at once.
func (a *app) countBook(ctx context.Context, file string, atOnce int) (tally, error) {
	book, release, err := a.openBook(ctx, file)
	if err != nil {
		return tally{}, err
	}
	defer release()
	sheets := make([]tally, len(book.Sheets()))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range sheets {
		group.Go(func() error {
			var t tally // of its own, for neighbours in memory slow each other down
			_, err := book.Scan(ctx, i, t.row)
			sheets[i] = t
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return tally{}, err
	}
	sum := tally{format: book.Format(), sheets: int64(len(sheets))}
	for _, t := range sheets {
		sum.add(t)
	}
	return sum, nil
}
