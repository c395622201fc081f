package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/trace"
)

func (a *app) cmdTrace() *cobra.Command {
	var q trace.Query
	var format, page, release, language string
	var dimensions []string
	var area, field string
	c := &cobra.Command{
		Use:   "trace INDICATOR",
		Short: "Follow a published value back to the cells it was computed of",
		Long: `Follow a value of the current release back to its sources: the formula with the numbers put in, every input with its
weight and status, and for each the book, sheet, cell and vintage, and the text as it stands in the cell.

Dimensions that are not named are taken at their total (_T), and without --period the latest value is taken. --html writes
one page that needs nothing else: a click on an input opens the sheet it stands in, drawn as it looks.`,
		Example: `  statloom trace SI01
  statloom trace SI01 --period 2024 --field CNC
  statloom trace SI10 --dimension standard=ISO9001 --format json
  statloom trace SI01 --html si01.html`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(c, "name one indicator")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := knownForm(format, "tree", "json"); err != nil {
				return err
			}
			if language != "" && language != "vi" && language != "en" {
				return usageError{fmt.Errorf("--language %s is not known: it can be vi or en", language)}
			}
			q.Indicator, q.At = args[0], map[string]string{}
			for name, value := range map[string]string{"area": area, "field": field} {
				if value != "" {
					q.At[name] = value
				}
			}
			for _, d := range dimensions {
				name, value, ok := strings.Cut(d, "=")
				if !ok || name == "" || value == "" {
					return usageError{fmt.Errorf("--dimension %s has to be NAME=VALUE, such as standard=ISO9001", d)}
				}
				q.At[name] = value
			}
			return a.trace(c.Context(), q, release, format, page, language)
		},
	}
	a.configFlag(c, "c")
	formatFlag(c, &format, "tree", "json")
	f := c.Flags()
	f.StringVar(&q.Period, "period", "", "time period as SDMX writes it: 2024, 2024-Q1, 2024-03 (default: the latest)")
	f.StringVar(&area, "area", "", "the same as --dimension area=...")
	f.StringVar(&field, "field", "", "the same as --dimension field=...")
	f.StringArrayVar(&dimensions, "dimension", nil, "value of a dimension: NAME=VALUE; may be given several times")
	f.IntVar(&q.Depth, "depth", trace.DefaultDepth, "how deep indicators are followed into others")
	f.StringVar(&release, "release", "", "id of the release (default: the current one)")
	f.StringVar(&language, "language", "", "vi or en (default: the configuration's)")
	f.StringVar(&page, "html", "", "file to write a page to, with the sheets drawn")
	_ = c.MarkFlagFilename("html", "html")
	return c
}

func (a *app) trace(ctx context.Context, q trace.Query, release, format, page, language string) (err error) {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	if language == "" {
		language = cfg.Language
	}
	file, err := databaseFile(cfg.DataDir(), release)
	if err != nil {
		return err
	}
	db, err := duck.Open(ctx, file, duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	value, err := trace.Find(ctx, db, q)
	if err != nil {
		return err
	}
	sheets, err := a.sheetsOf(ctx, cfg, value)
	if err != nil {
		return err
	}
	if page != "" {
		return a.writePage(page, value, sheets, language)
	}
	if format == "json" {
		text, err := value.JSON()
		if err == nil {
			_, err = fmt.Fprintln(a.out, string(text))
		}
		return err
	}
	return trace.Write(a.out, value, language)
}

// sheetsOf reads the sheets in which the observations of a value stand, and the texts of their cells.
func (a *app) sheetsOf(ctx context.Context, cfg *config.Config, v *trace.Value) (_ []trace.Sheet, err error) {
	l, err := openLake(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	r := trace.Reader{Lake: l, Formats: formats(), Limits: cfg.Limits.Book()}
	return r.Read(ctx, v)
}

func (a *app) writePage(page string, v *trace.Value, sheets []trace.Sheet, language string) (err error) {
	f, err := os.Create(a.path(page))
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := trace.Page(f, v, sheets, language); err != nil {
		return fmt.Errorf("write page %s: %w", page, err)
	}
	fmt.Fprintf(a.err, "%s\n", a.shortPath(a.path(page)))
	return nil
}
