package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/layout"
)

func (a *app) cmdRead() *cobra.Command {
	var format, as, sheetName, out string
	var count bool
	c := &cobra.Command{
		Use:   "read FILE...",
		Short: "Print every figure of a book with its labels, without a recipe",
		Long: `Print every data cell of a book: sheet, table, row, column and cell, its value (null where it is missing), text,
status and unit, the table's title, and the labels it stands under (row_path, outer to inner; col_path, top to bottom).

With --count only the sheets, rows and stored cells by type are counted, of each book and in all, as fast as the books
can be read. A book that cannot be read is reported, and the others are counted all the same (exit code 1).

With --format parquet --out FILE the same figures, of any number of books, become one Parquet file. With --as list a sheet
that is a plain list (a header line, one record a line below it) becomes a Parquet file of the same columns, however long.`,
		Example: `  statloom read --format jsonl book.xlsx
  statloom read --format csv book.xlsx > book.csv
  statloom read --count *.xlsx *.xls
  statloom read --format parquet --out figures.parquet *.xlsx
  statloom read --format parquet --as list --out firms.parquet register.xlsx`,
		Args: needBooks,
		RunE: func(c *cobra.Command, files []string) error {
			if count && !c.Flags().Changed("format") {
				format = "table"
			}
			forms := []string{"csv", "jsonl", "table", "json"}
			if !count {
				forms = append(forms, "parquet")
			}
			if err := knownForm(format, forms...); err != nil {
				return err
			}
			switch {
			case as != "figures" && as != "list":
				return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("--as %q is no way to read a sheet", as), Remedy: "use figures or list"}
			case format == "parquet":
				return a.readParquet(c.Context(), as, sheetName, out, files)
			case as == "list" || out != "" || sheetName != "":
				return &fault.Error{Kind: fault.Config, What: "--as list, --sheet and --out are for Parquet", Remedy: "add --format parquet"}
			case count:
				return a.count(c.Context(), format, files)
			}
			return a.read(c.Context(), format, files)
		},
	}
	formatFlag(c, &format, "csv", "jsonl", "json", "table", "parquet")
	c.Flags().StringVar(&as, "as", "figures", "with parquet: every figure with its labels (figures), or the sheet as a plain list (list)")
	c.Flags().StringVar(&sheetName, "sheet", "", "with parquet: only the sheet of this name")
	c.Flags().StringVar(&out, "out", "", "with parquet: the file to write")
	c.Flags().BoolVar(&count, "count", false, "only count sheets, rows and cells by type; prints a table unless --format says otherwise")
	return c
}

func (a *app) read(ctx context.Context, format string, files []string) error {
	out := bufio.NewWriterSize(a.out, 1<<16)
	w := newRows(out, format,
		"sheet", "table", "row", "col", "cell", "value", "text", "status", "unit", "title", "stub_head", "row_path", "col_path")
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	known := layout.Recogniser{LabelsOnly: true}
	for _, file := range files {
		err := a.eachSheet(ctx, file, func(g *sheet.Grid) error {
			for cell := range layout.Cells(g, known.Recognise(g)) {
				if format == "jsonl" {
					if err := lines.Encode(cell); err != nil {
						return err
					}
					continue
				}
				if err := w.row(cell.Sheet, cell.Table, cell.Row, cell.Col, cell.Cell, deref(cell.Value), cell.Text, cell.Status,
					cell.Unit, cell.Title, cell.StubHead, joined(cell.RowPath), joined(cell.ColPath)); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	if format != "jsonl" {
		if err := w.end(); err != nil {
			return err
		}
	}
	return out.Flush()
}

// eachSheet opens a book and calls visit with each of its sheets, one in memory at a time.
func (a *app) eachSheet(ctx context.Context, file string, visit func(*sheet.Grid) error) error {
	book, release, err := a.openBook(ctx, file)
	if err != nil {
		return err
	}
	defer release()
	for i := range book.Sheets() {
		g, err := sheet.Load(ctx, book, i)
		if err != nil {
			return err
		}
		at := fault.Error{Kind: fault.Input, File: file, Sheet: g.Name, What: "what the sheet says broke the program"}
		if err := fault.Guard(at, func() error { return visit(g) }); err != nil {
			return err
		}
	}
	return nil
}

// openBook opens a book that the command line names; release closes it and its file.
func (a *app) openBook(ctx context.Context, file string) (book sheet.Book, release func(), err error) {
	f, err := os.Open(a.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &fault.Error{Kind: fault.Input, File: file, What: "there is no such file", Remedy: "check the name"}
	}
	if err != nil {
		return nil, nil, &fault.Error{Kind: fault.Input, File: file, What: "open the book", Err: err, Remedy: "check the name"}
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = &fault.Error{Kind: fault.Input, File: file, What: "this is a folder", Remedy: "name the books in it"}
	}
	if err == nil {
		book, err = sheet.Open(ctx, formats(), sheet.Input{Name: file, Data: f, Size: info.Size()}, sheet.Limits{})
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return book, func() { book.Close(); f.Close() }, nil
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// joined joins labels for forms that have no lists.
func joined(labels []string) string {
	text := ""
	for i, l := range labels {
		if i > 0 {
			text += " | "
		}
		text += l
	}
	return text
}
