// Package report publishes a release as a static site for readers: how the targets stand, a page an indicator and a
// dataset, data quality, runs, and the way from every number back to the cell it was read from. The site works from a disk
// and from any server, without a network and without a build step; its pages load what they show as they need it.
package report

import (
	"context"
	"fmt"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/files"
)

// Options are the sink's options in the configuration.
type Options struct {
	Folder       string     `yaml:"folder" json:"folder,omitempty" jsonschema:"description=Folder in the release's folder,default=report"`
	Datasets     []string   `yaml:"datasets" json:"datasets,omitempty" jsonschema:"description=Datasets that get a page; default all"`
	Observations int        `yaml:"observations" json:"observations,omitempty" jsonschema:"description=Rows that a dataset is shown with; a larger one is shown with latest vintages only,default=250000,minimum=1"`
	Inputs       int        `yaml:"inputs" json:"inputs,omitempty" jsonschema:"description=Inputs of indicators that can be followed; of more only those of the latest periods,default=500000,minimum=1"`
	Sheets       kind.Bytes `yaml:"sheets" json:"sheets,omitempty" jsonschema:"description=How much room the drawn sheets of the books may take,default=128MiB"`
}

// defaults are the options of a configuration that names none.
func defaults() Options {
	return Options{Folder: "report", Observations: 250_000, Inputs: 500_000, Sheets: 128 << 20}
}

// Check implements kind.Checker.
func (o Options) Check() []kind.Complaint {
	if !files.Plain(o.Folder) {
		return []kind.Complaint{{Key: "folder", What: fmt.Sprintf("%q is not the name of a folder", o.Folder), Want: "a name without further folders, such as report"}}
	}
	return nil
}

// Kind makes the sink known to the configuration.
func Kind() kind.Kind[sinks.Sink] {
	return kind.New("report", "Writes a web page for readers that works from the disk and from any server.", defaults,
		func(_ context.Context, _ kind.Env, o Options) (sinks.Sink, error) { return New(o), nil })
}

// New makes the sink of checked options.
func New(o Options) sinks.Sink { return &sink{options: o} }

type sink struct {
	options Options
	release sinks.Release
	tables  []sinks.Table
	folder  files.Folder
}

// Begin makes the folder.
func (s *sink) Begin(ctx context.Context, r sinks.Release) error {
	s.release, s.tables = r, nil
	return s.folder.Begin(ctx, r.Dir, s.options.Folder)
}

// Write notes which tables there are: the report asks the finished release what it shows.
func (s *sink) Write(ctx context.Context, t sinks.Table) error {
	s.tables = append(s.tables, t)
	return ctx.Err()
}

// Commit writes the site. The pipeline makes all files of a release durable before anyone can see them.
func (s *sink) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &writer{release: &s.release, options: &s.options, dir: s.folder.Path, tables: s.tables}
	if err := w.write(ctx); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (s *sink) Abort(context.Context) error { return s.folder.Abort() }
