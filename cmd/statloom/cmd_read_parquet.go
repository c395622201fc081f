package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/layout"
	"github.com/statloom/statloom/transforms/records"
)

// readParquet writes books as one Parquet file: every figure with its labels, or one sheet as the plain list it is.
func (a *app) readParquet(ctx context.Context, as, sheetName, out string, files []string) error {
	if out == "" {
		return &fault.Error{Kind: fault.Config, What: "Parquet is no text", Remedy: "say with --out where the file goes"}
	}
	p, err := newParquetFile(ctx, a.path(out))
	if err != nil {
		return err
	}
	defer p.Abort()
	if as == "list" {
		if len(files) != 1 {
			return &fault.Error{Kind: fault.Config, What: "a list is read from one book", Remedy: "name one book at a time"}
		}
		err = a.readList(ctx, files[0], sheetName, p)
	} else {
		err = a.readFigures(ctx, sheetName, files, p)
	}
	var unread *unreadBooks
	if err != nil && !errors.As(err, &unread) {
		return err
	}
	if err := p.Commit(); err != nil {
		return err
	}
	return err
}

// readList writes one sheet as a list.
func (a *app) readList(ctx context.Context, file, sheetName string, p *parquetFile) error {
	book, release, err := a.openBook(ctx, file)
	if err != nil {
		return err
	}
	defer release()
	i, err := pickSheet(book, file, sheetName)
	if err != nil {
		return err
	}
	l, report, err := records.Read(ctx, book, i, p)
	if err != nil {
		return inFile(err, file)
	}
	fmt.Fprintf(a.err, "%s, sheet %q: %d records of %d columns", file, l.Sheet, report.Records, len(l.Columns))
	if len(l.Above) > 0 {
		fmt.Fprintf(a.err, "; lines above the header, left out: %s", strings.Join(l.Above, " / "))
	}
	if report.Missing > 0 {
		fmt.Fprintf(a.err, "; %d cells hold an error or a formula without a result and are null, the first is %s", report.Missing, report.First)
	}
	fmt.Fprintln(a.err)
	return nil
}

// pickSheet finds the sheet that is meant: by name, or the only one that shows.
func pickSheet(b sheet.Book, file, name string) (int, error) {
	found, shown := -1, []string{}
	for i, s := range b.Sheets() {
		if s.Name == name {
			return i, nil
		}
		if !s.Hidden {
			found = i
			shown = append(shown, fmt.Sprintf("%q", s.Name))
		}
	}
	switch {
	case name != "":
		return 0, &fault.Error{Kind: fault.Config, File: file, What: fmt.Sprintf("there is no sheet %q", name), Remedy: "its sheets are " + strings.Join(shown, ", ")}
	case len(shown) == 1:
		return found, nil
	case len(shown) == 0:
		return 0, &fault.Error{Kind: fault.Input, File: file, What: "all sheets are hidden", Remedy: "name one with --sheet"}
	}
	return 0, &fault.Error{Kind: fault.Config, File: file, What: fmt.Sprintf("a list is one sheet, and the book has %d", len(shown)),
		Remedy: "name one with --sheet: " + strings.Join(shown, ", ")}
}

// inFile puts the file's name to an input error that does not have it.
func inFile(err error, file string) error {
	var f *fault.Error
	if errors.As(err, &f) && f.File == "" {
		f.File = file
	}
	return err
}

// unreadBooks are the books that could not be read, while the others were.
type unreadBooks struct{ list []error }

func (u *unreadBooks) Error() string   { return errors.Join(u.list...).Error() }
func (u *unreadBooks) Unwrap() []error { return u.list }

// figureColumns is what is said of every figure.
func figureColumns() []arrow.Field {
	return []arrow.Field{
		{Name: "book", Type: arrow.BinaryTypes.String},
		{Name: "sheet", Type: arrow.BinaryTypes.String},
		{Name: "table", Type: arrow.PrimitiveTypes.Int32},
		{Name: "row", Type: arrow.PrimitiveTypes.Int32},
		{Name: "col", Type: arrow.PrimitiveTypes.Int32},
		{Name: "cell", Type: arrow.BinaryTypes.String},
		{Name: "value", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "text", Type: arrow.BinaryTypes.String},
		{Name: "status", Type: arrow.BinaryTypes.String},
		{Name: "unit", Type: arrow.BinaryTypes.String},
		{Name: "title", Type: arrow.BinaryTypes.String},
		{Name: "stub_head", Type: arrow.BinaryTypes.String},
		{Name: "row_path", Type: arrow.ListOf(arrow.BinaryTypes.String)},
		{Name: "col_path", Type: arrow.ListOf(arrow.BinaryTypes.String)},
	}
}

// figures is a book's part of the file, or why there is none.
type figures struct {
	batches []arrow.RecordBatch
	err     error
	done    chan struct{}
}

// readFigures writes every figure of the books, in the order given; as many books as there are cores are read at once. A
// book that cannot be read is left out and told at the end.
func (a *app) readFigures(ctx context.Context, sheetName string, files []string, p *parquetFile) error {
	schema := arrow.NewSchema(figureColumns(), nil)
	if err := p.Begin(schema); err != nil {
		return err
	}
	cores := runtime.GOMAXPROCS(0)
	group, ctx := errgroup.WithContext(ctx)
	queue := make(chan *figures, 2*cores) // what is read may be ahead of what is written by this much
	group.Go(func() error {
		defer close(queue)
		workers, ctx := errgroup.WithContext(ctx)
		workers.SetLimit(cores)
		for _, file := range files {
			f := &figures{done: make(chan struct{})}
			select {
			case queue <- f:
			case <-ctx.Done():
				return workers.Wait()
			}
			workers.Go(func() error {
				defer close(f.done)
				f.batches, f.err = a.bookFigures(ctx, schema, file, sheetName)
				return ctx.Err()
			})
		}
		return workers.Wait()
	})
	unread := &unreadBooks{}
	group.Go(func() error {
		for f := range queue {
			<-f.done
			if f.err != nil {
				unread.list = append(unread.list, f.err)
			}
			for _, b := range f.batches {
				if err := p.Write(b); err != nil {
					return err
				}
				b.Release()
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	switch {
	case len(unread.list) == len(files) && len(files) > 0:
		return errors.Join(unread.list...) // there is nothing to write
	case len(unread.list) > 0:
		return unread
	}
	return nil
}

// batchFigures bounds a batch.
const batchFigures = 64 << 10

// bookFigures reads the figures of a book.
func (a *app) bookFigures(ctx context.Context, schema *arrow.Schema, file, sheetName string) (batches []arrow.RecordBatch, err error) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	row := newFigureRow(b, file)
	n, found := 0, sheetName == ""
	known := layout.Recogniser{LabelsOnly: true}
	err = a.eachSheet(ctx, file, func(g *sheet.Grid) error {
		if sheetName != "" && g.Name != sheetName {
			return nil
		}
		found = true
		for cell := range layout.Cells(g, known.Recognise(g)) {
			row.add(&cell)
			if n++; n%batchFigures == 0 {
				batches = append(batches, b.NewRecordBatch())
			}
		}
		return ctx.Err()
	})
	if err == nil && !found {
		err = &fault.Error{Kind: fault.Config, File: file, What: fmt.Sprintf("there is no sheet %q", sheetName), Remedy: "see statloom inspect for the sheets"}
	}
	if err != nil {
		return nil, err
	}
	return append(batches, b.NewRecordBatch()), nil
}

// figureRow adds figures to the builders of figureColumns.
type figureRow struct {
	book  string
	texts []*array.StringBuilder // in the order of the columns, as all of these
	whole []*array.Int32Builder
	value *array.Float64Builder
	paths []*array.ListBuilder
	parts []*array.StringBuilder
}

func newFigureRow(b *array.RecordBuilder, book string) *figureRow {
	r := &figureRow{book: book}
	for _, f := range b.Fields() {
		switch f := f.(type) {
		case *array.StringBuilder:
			r.texts = append(r.texts, f)
		case *array.Int32Builder:
			r.whole = append(r.whole, f)
		case *array.Float64Builder:
			r.value = f
		case *array.ListBuilder:
			r.paths, r.parts = append(r.paths, f), append(r.parts, f.ValueBuilder().(*array.StringBuilder))
		}
	}
	return r
}

func (r *figureRow) add(c *layout.CellOut) {
	for i, text := range [...]string{r.book, c.Sheet, c.Cell, c.Text, c.Status, c.Unit, c.Title, c.StubHead} {
		r.texts[i].Append(text)
	}
	for i, n := range [...]int{c.Table, c.Row, c.Col} {
		r.whole[i].Append(int32(n))
	}
	if c.Value != nil {
		r.value.Append(*c.Value)
	} else {
		r.value.AppendNull()
	}
	for i, path := range [...][]string{c.RowPath, c.ColPath} {
		r.paths[i].Append(true)
		for _, p := range path {
			r.parts[i].Append(p)
		}
	}
}
