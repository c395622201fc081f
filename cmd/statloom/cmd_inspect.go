package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/layout"
)

func (a *app) cmdInspect() *cobra.Command {
	var (
		format string
		only   string
		maxRow int
	)
	c := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Show what is understood of a book: the role of every line and cell, and the tables found",
		Long: `Draw each sheet with the roles of its lines and cells (metadata, header, group, data, derived, notes, empty) and
list the tables found with their title, unit, header and stub. --format json prints one object per file, in order.`,
		Example: `  statloom inspect book.xlsx
  statloom inspect --sheet IIP --rows 40 book.xlsx
  statloom inspect --format json *.xlsx`,
		Args: needBooks,
		RunE: func(c *cobra.Command, files []string) error {
			if err := knownForm(format, "draw", "json"); err != nil {
				return err
			}
			if format == "json" {
				return a.inspectJSON(c.Context(), files, only)
			}
			return a.inspectDraw(c.Context(), files, only, maxRow)
		},
	}
	formatFlag(c, &format, "draw", "json")
	c.Flags().StringVar(&only, "sheet", "", "only the sheet of this name")
	c.Flags().IntVar(&maxRow, "rows", 60, "draw at most this many rows of a sheet; 0 draws all")
	return c
}

func (a *app) inspectDraw(ctx context.Context, files []string, only string, maxRow int) error {
	out := bufio.NewWriterSize(a.out, 1<<16)
	for _, file := range files {
		fmt.Fprintln(out, file)
		found := false
		err := a.eachSheet(ctx, file, func(g *sheet.Grid) error {
			if only != "" && g.Name != only {
				return nil
			}
			found = true
			options := layout.DrawOptions{Color: a.color(), Width: a.width, MaxRows: maxRow}
			return layout.Draw(out, g, layout.Recognise(g), options)
		})
		if err = errors.Join(err, out.Flush()); err != nil {
			return err
		}
		if !found && only != "" {
			return &fault.Error{Kind: fault.Input, File: file, Sheet: only, What: "the book has no sheet of this name",
				Remedy: "leave --sheet out to see all sheets"}
		}
	}
	return nil
}

// inspectJSON prints one object a file. A file that cannot be read keeps its place, with the error in it, so that the
// objects stay in step with the files.
func (a *app) inspectJSON(ctx context.Context, files []string, only string) error {
	out := bufio.NewWriterSize(a.out, 1<<16)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	var first error
	for _, file := range files {
		book := layout.Inspection{File: file, Sheets: []layout.SheetRoles{}}
		err := a.eachSheet(ctx, file, func(g *sheet.Grid) error {
			if only == "" || g.Name == only {
				book.Sheets = append(book.Sheets, layout.Recognise(g).Roles())
			}
			return ctx.Err()
		})
		if err != nil {
			book.Error = err.Error()
			first = errors.Join(first, err)
		}
		if err := lines.Encode(book); err != nil {
			return err
		}
	}
	return errors.Join(first, out.Flush())
}
