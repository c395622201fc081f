// Package excel publishes a release as a workbook to hand on: a cover, the targets, a sheet with charts for each indicator,
// the data, and notes. Numbers can be followed: formulas lead to the cells that they were computed of, links to the report.
package excel

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
	"github.com/statloom/statloom/sinks/files"
)

// Options are the sink's options in the configuration.
type Options struct {
	File    string   `yaml:"file" json:"file,omitempty" jsonschema:"description=File in the release's folder,default=statloom.xlsx"`
	Tables  []string `yaml:"tables" json:"tables,omitempty" jsonschema:"description=Tables whose rows it holds; default: the latest vintage of every dataset and the indicators and checks"`
	MaxRows int64    `yaml:"max_rows" json:"max_rows,omitempty" jsonschema:"description=A table with more rows is left out and the workbook says so,minimum=1,default=200000"`
	Report  string   `yaml:"report" json:"report,omitempty" jsonschema:"description=Folder of the report in the release; numbers link to it if it is there,default=report"`
}

// Check implements kind.Checker.
func (o Options) Check() []kind.Complaint {
	var found []kind.Complaint
	if !files.Plain(o.File) || !strings.EqualFold(filepath.Ext(o.File), ".xlsx") {
		found = append(found, kind.Complaint{Key: "file", What: fmt.Sprintf("%q is not the name of a workbook", o.File), Want: "a name without folders that ends in .xlsx, such as statloom.xlsx"})
	}
	if o.MaxRows < 1 {
		found = append(found, kind.Complaint{Key: "max_rows", What: "no table has fewer rows than that", Want: "a number from 1, such as 200000"})
	}
	if o.Report != "" && !files.Plain(o.Report) {
		found = append(found, kind.Complaint{Key: "report", What: fmt.Sprintf("%q is not the name of a folder", o.Report), Want: "a name without further folders, such as report"})
	}
	return found
}

// Kind makes the sink known to the configuration.
func Kind() kind.Kind[sinks.Sink] {
	return kind.New("excel", "Writes one workbook for readers: targets, indicators with charts, data, notes.",
		func() Options { return Options{File: "statloom.xlsx", MaxRows: 200_000, Report: "report"} },
		func(_ context.Context, _ kind.Env, o Options) (sinks.Sink, error) { return New(o), nil })
}

// New makes the sink of checked options.
func New(o Options) sinks.Sink { return &sink{options: o, rows: rowLimit} }

type sink struct {
	options Options
	rows    int // that a sheet takes
	release sinks.Release
	tables  []sinks.Table
	path    string // of what was written; empty when there is nothing to undo
}

func (s *sink) Begin(ctx context.Context, r sinks.Release) error {
	s.release, s.tables, s.path = r, nil, ""
	return ctx.Err()
}

// Write takes note of the table: the sheets point at each other, so they are written together, at the end.
func (s *sink) Write(ctx context.Context, t sinks.Table) error {
	s.tables = append(s.tables, t)
	return ctx.Err()
}

// Commit writes the workbook.
func (s *sink) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, name := range s.options.Tables {
		if !slices.ContainsFunc(s.tables, func(t sinks.Table) bool { return t.Name() == name }) {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the release has no table %q to write into the workbook", name), Remedy: "correct the option tables of the sink excel"}
		}
	}
	about, err := catalogue.Read(ctx, s.release.Store, s.tables)
	if err != nil {
		return err
	}
	w := newWriter(s.release, about, s.options)
	w.rows = s.rows
	defer w.close()
	if err := w.fill(ctx); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	path := filepath.Join(s.release.Dir, s.options.File)
	if err := w.save(path); err != nil {
		return err
	}
	s.path = path
	if err := files.Sync(s.release.Dir); err != nil {
		return fmt.Errorf("make the workbook durable: %w", err)
	}
	return nil
}

func (s *sink) Abort(context.Context) error {
	if s.path == "" {
		return nil
	}
	path := s.path
	s.path = ""
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove the workbook: %w", err)
	}
	return nil
}
