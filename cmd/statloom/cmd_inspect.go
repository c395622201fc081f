package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/layout"
	"github.com/statloom/statloom/transforms/layout/page"
)

func (a *app) cmdInspect() *cobra.Command {
	var (
		format string
		only   string
		maxRow int
		html   string
	)
	c := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Show what is understood of a book: the role of every line and cell, and the tables found",
		Long: `Draw each sheet with the roles of its lines and cells (metadata, header, group, data, derived, notes, empty) and
list the tables found with their title, unit, header and stub, the arithmetic that holds in them, and what was decided
with how sure that is and why; a question mark stands before what should be looked at. --format json prints one object
per file, in order. --html writes one page for all files instead, with the sheets drawn as they look, the questions first,
and the datasets that init would propose.`,
		Example: `  statloom inspect book.xlsx
  statloom inspect --sheet IIP --rows 40 book.xlsx
  statloom inspect --format json *.xlsx
  statloom inspect --html book.html book.xlsx`,
		Args: needBooks,
		RunE: func(c *cobra.Command, files []string) error {
			if err := knownForm(format, "draw", "json"); err != nil {
				return err
			}
			if html != "" {
				return a.inspectPage(c.Context(), files, only, maxRow, html, c.Flags().Changed("rows"))
			}
			if format == "json" {
				return a.inspectJSON(c.Context(), files, only)
			}
			return a.inspectDraw(c.Context(), files, only, maxRow)
		},
	}
	formatFlag(c, &format, "draw", "json")
	c.Flags().StringVar(&html, "html", "", "file to write a page to")
	_ = c.MarkFlagFilename("html", "html")
	c.Flags().StringVar(&only, "sheet", "", "only the sheet of this name")
	c.Flags().IntVar(&maxRow, "rows", 60, "draw at most this many rows of a sheet; 0 draws all (default of a page: 400)")
	return c
}

func (a *app) inspectDraw(ctx context.Context, files []string, only string, maxRow int) error {
	out := bufio.NewWriterSize(a.out, 1<<16)
	for _, file := range files {
		fmt.Fprintln(out, file)
		found := false
		var known layout.Recogniser
		err := a.eachSheet(ctx, file, func(g *sheet.Grid) error {
			if only != "" && g.Name != only {
				return nil
			}
			found = true
			options := layout.DrawOptions{Color: a.color(), Width: a.width, MaxRows: maxRow}
			return layout.Draw(out, g, known.Recognise(g), options)
		})
		if err = errors.Join(err, out.Flush()); err != nil {
			return err
		}
		if !found && only != "" {
			return noSheet(file, only)
		}
	}
	return nil
}

// inspectPage writes a page of all files.
func (a *app) inspectPage(ctx context.Context, files []string, only string, rows int, target string, rowsGiven bool) error {
	o := page.Options{}
	if rowsGiven {
		o.MaxRows = rows
		if rows == 0 {
			o.MaxRows = sheet.MaxRows
		}
	}
	pr := &proposer{app: a, only: only, page: page.New(o)}
	for _, file := range files {
		if err := pr.book(ctx, file); err != nil {
			return err
		}
	}
	if pr.seen == 0 && only != "" {
		return noSheet(strings.Join(files, ", "), only)
	}
	if err := writePage(pr.page, a.path(target)); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %s, %s\n", a.shortPath(a.path(target)), plural(pr.seen, "sheet"), plural(pr.page.Questions(), "question"))
	return nil
}

func noSheet(file, name string) error {
	return &fault.Error{Kind: fault.Input, File: file, Sheet: name, What: "the book has no sheet of this name",
		Remedy: "leave --sheet out to see all sheets"}
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
		var known layout.Recogniser
		err := a.eachSheet(ctx, file, func(g *sheet.Grid) error {
			if only == "" || g.Name == only {
				book.Sheets = append(book.Sheets, known.Recognise(g).Roles())
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
