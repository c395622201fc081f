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
	var format string
	c := &cobra.Command{
		Use:   "read FILE...",
		Short: "Print every figure of a book with its labels, without a recipe",
		Long: `Print every data cell of a book: sheet, table, row, column and cell, its value (null where it is missing), text,
status and unit, the table's title, and the labels it stands under (row_path, outer to inner; col_path, top to bottom).`,
		Example: `  statloom read --format jsonl book.xlsx
  statloom read --format csv book.xlsx > book.csv`,
		Args: needBooks,
		RunE: func(c *cobra.Command, files []string) error {
			if err := knownForm(format, "csv", "jsonl", "table", "json"); err != nil {
				return err
			}
			return a.read(c.Context(), format, files)
		},
	}
	formatFlag(c, &format, "csv", "jsonl", "json", "table")
	return c
}

func (a *app) read(ctx context.Context, format string, files []string) error {
	out := bufio.NewWriterSize(a.out, 1<<16)
	w := newRows(out, format,
		"sheet", "table", "row", "col", "cell", "value", "text", "status", "unit", "title", "stub_head", "row_path", "col_path")
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, file := range files {
		err := a.eachSheet(ctx, file, func(g *sheet.Grid) error {
			for cell := range layout.Cells(g, layout.Recognise(g)) {
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
	f, err := os.Open(a.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{Kind: fault.Input, File: file, What: "there is no such file", Remedy: "check the name"}
	}
	if err != nil {
		return &fault.Error{Kind: fault.Input, File: file, What: "open the book", Err: err, Remedy: "check the name"}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("size of %s: %w", file, err)
	}
	if info.IsDir() {
		return &fault.Error{Kind: fault.Input, File: file, What: "this is a folder", Remedy: "name the books in it"}
	}
	book, err := sheet.Open(ctx, formats(), sheet.Input{Name: file, Data: f, Size: info.Size()}, sheet.Limits{})
	if err != nil {
		return err
	}
	defer book.Close()
	for i := range book.Sheets() {
		g, err := sheet.Load(ctx, book, i)
		if err != nil {
			return err
		}
		if err := visit(g); err != nil {
			return err
		}
	}
	return nil
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
