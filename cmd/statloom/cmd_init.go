package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/layout"
	"github.com/statloom/statloom/transforms/period"
)

//go:embed templates/config.yaml
var configTemplate string

func (a *app) cmdInit() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "init [BOOK...]",
		Short: "Write a first configuration, from one's own books if any are named",
		Long: `Write config.yaml in the current folder, with comments. For each book named, the tables that are found in it become
datasets: their titles, and whether periods stand in the columns or the rows, are taken from the book. Look it over, give
the datasets good names, and run it.`,
		Example: `  statloom init
  statloom init books/yearbook.xlsx
  statloom validate && statloom run`,
		RunE: func(c *cobra.Command, books []string) error { return a.init(c.Context(), books, force) },
	}
	c.Flags().StringVarP(&a.configFile, "config", "c", "config.yaml", "the file to write")
	c.Flags().BoolVar(&force, "force", false, "write over an existing file")
	return c
}

// proposal is a dataset proposed for a table that was found.
type proposal struct {
	ID, Title, Sheet, Range   string
	Books                     string
	PeriodFrom, Dimension     string
	Comparison, Header, NoRow bool
}

func (a *app) init(ctx context.Context, books []string, force bool) error {
	target := a.path(a.configFile)
	if _, err := os.Stat(target); err == nil && !force {
		return &fault.Error{Kind: fault.Config, File: a.configFile, What: "the file exists already", Remedy: "use --force to write over it"}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data := struct {
		Paths    []string
		Datasets []proposal
	}{}
	for _, book := range books {
		at, err := filepath.Rel(filepath.Dir(target), a.path(book))
		if err != nil {
			at = a.path(book)
		}
		data.Paths = append(data.Paths, filepath.ToSlash(at))
		found, err := a.propose(ctx, book)
		if err != nil {
			return err
		}
		data.Datasets = append(data.Datasets, found...)
	}
	distinguish(data.Datasets)
	parsed, err := template.New("config").Funcs(template.FuncMap{"quote": yamlQuote}).Parse(configTemplate)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := parsed.Execute(&text, data); err != nil {
		return err
	}
	if err := os.WriteFile(target, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	fmt.Fprintf(a.out, "wrote %s with %d datasets; next: statloom validate, statloom run\n", a.configFile, len(data.Datasets))
	return nil
}

// propose looks for tables in a book.
func (a *app) propose(ctx context.Context, book string) ([]proposal, error) {
	var found []proposal
	err := a.eachSheet(ctx, book, func(g *sheet.Grid) error {
		for _, t := range layout.Recognise(g).Tables {
			if t.Title == "" || len(t.Lines)*len(t.Columns) < 4 {
				continue
			}
			p := proposal{
				ID: slug(t.Title), Title: titlePattern(t.Title), Sheet: g.Name, Range: t.Range.String(),
				Books: "^" + regexp.QuoteMeta(filepath.Base(book)) + "$",
			}
			p.describe(t)
			found = append(found, p)
		}
		return ctx.Err()
	})
	return found, err
}

// describe tells where the periods of a table stand and what is left to be a dimension.
func (p *proposal) describe(t *layout.Table) {
	columns, rows := 0, 0
	for _, c := range t.Columns {
		if h, ok := period.ParseHeader(strings.Join(c.Path, " "), nil); ok {
			columns++
			p.Comparison = p.Comparison || h.HasRelation
		}
	}
	for _, l := range t.Lines {
		if _, ok := period.Parse(strings.Join(l.Path, " ")); ok {
			rows++
		}
	}
	switch {
	case 2*columns > len(t.Columns):
		p.PeriodFrom, p.Dimension = "column", "row_path"
	case 2*rows > len(t.Lines):
		p.PeriodFrom, p.Dimension, p.Comparison = "row", "column", false
	default:
		p.PeriodFrom, p.Dimension, p.Header, p.Comparison = "title, sheet, book", "row_path", true, false
	}
}

// distinguish makes ids different that would be the same.
func distinguish(list []proposal) {
	seen := map[string]int{}
	for i := range list {
		seen[list[i].ID]++
		if n := seen[list[i].ID]; n > 1 {
			list[i].ID = fmt.Sprintf("%s_%d", list[i].ID, n)
		}
	}
}

var digits = regexp.MustCompile(`\d+`)

// titlePattern makes a title into a pattern that also finds it in the next edition: its numbers may change.
func titlePattern(title string) string {
	return "^" + digits.ReplaceAllString(regexp.QuoteMeta(strings.Join(strings.Fields(title), " ")), `\d+`) + "$"
}

// slug makes a title into a short id of plain letters.
func slug(title string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(title)) {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case r == 'đ':
			b.WriteByte('d')
		case !unicode.Is(unicode.Mn, r) && b.Len() > 0:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	if len(words) == 0 {
		return "table_1"
	}
	return "t_" + strings.Join(words[:min(len(words), 6)], "_")
}

// yamlQuote writes a text as a single-quoted YAML scalar; a dollar sign that would name the environment is doubled.
func yamlQuote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "'", "''"), "${", "$${") + "'"
}
