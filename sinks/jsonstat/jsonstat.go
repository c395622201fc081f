// Package jsonstat publishes the datasets and indicators of a release as JSON-stat 2.0, one file each, with a collection that
// lists them.
package jsonstat

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
	"github.com/statloom/statloom/sinks/files"
)

// Options are the sink's options in the configuration.
type Options struct {
	Folder string `yaml:"folder" json:"folder,omitempty" jsonschema:"description=Folder in the release's folder,default=jsonstat"`
}

// Check implements kind.Checker.
func (o Options) Check() []kind.Complaint {
	if files.Plain(o.Folder) {
		return nil
	}
	return []kind.Complaint{{Key: "folder", What: fmt.Sprintf("%q is not the name of a folder", o.Folder), Want: "a name without further folders, such as jsonstat"}}
}

// Kind makes the sink known to the configuration.
func Kind() kind.Kind[sinks.Sink] {
	return kind.New("jsonstat", "Writes datasets and indicators as JSON-stat 2.0, one file each.",
		func() Options { return Options{Folder: "jsonstat"} },
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

func (s *sink) Begin(ctx context.Context, r sinks.Release) error {
	s.release, s.tables = r, nil
	return s.folder.Begin(ctx, r.Dir, s.options.Folder)
}

// Write takes note of the table: labels come from other tables.
func (s *sink) Write(ctx context.Context, t sinks.Table) error {
	s.tables = append(s.tables, t)
	return ctx.Err()
}

func (s *sink) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	about, err := catalogue.Read(ctx, s.release.Store, s.tables)
	if err != nil {
		return err
	}
	list := collection{Version: "2.0", Class: "collection", Label: s.release.Name.In(s.release.Language), Updated: stamp(s.release.Time), Link: links{Item: []link{}}}
	for _, c := range s.cubes(about) {
		data, err := s.read(ctx, c, about)
		if err != nil {
			return fmt.Errorf("write %s as JSON-stat: %w", c.id, err)
		}
		list.Link.Item = append(list.Link.Item, link{Class: "dataset", Href: c.id + ".json", Label: data.Label})
		if err := s.write(c.id+".json", data); err != nil {
			return err
		}
	}
	if err := s.write("collection.json", list); err != nil {
		return err
	}
	return s.folder.Commit()
}

func (s *sink) write(name string, what any) error {
	return s.folder.Write(name, func(out *os.File) error {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		return e.Encode(what)
	})
}

func (s *sink) Abort(context.Context) error { return s.folder.Abort() }

// cube is what becomes a file.
type cube struct {
	id, table    string
	indicator    string // of the indicators, only this one
	name, note   sinks.Text
	unit         string
	decimals     int // -1: not said
	illustrative bool
	source       []string
	dimensions   []catalogue.Column // without the time
}

// cubes lists the datasets of observations, and the indicators.
func (s *sink) cubes(about *catalogue.Catalogue) []cube {
	var found []cube
	for _, d := range about.Datasets {
		has := func(name string) bool {
			return slices.ContainsFunc(d.Columns, func(c catalogue.Column) bool { return c.Name == name })
		}
		if !has("obs_value") || !slices.Contains(d.Key, "time_period") || !files.Plain(d.ID) {
			continue
		}
		c := cube{id: d.ID, table: d.ID, name: d.Name, note: d.Note, illustrative: d.Illustrative, decimals: -1}
		for _, column := range d.Columns {
			if column.Role == catalogue.Dimension {
				c.dimensions = append(c.dimensions, column)
			}
		}
		for _, b := range about.Of(d) {
			if b.Producer != "" && !slices.Contains(c.source, b.Producer) {
				c.source = append(c.source, b.Producer)
			}
		}
		found = append(found, c)
	}
	t, ok := about.Find("indicators")
	if !ok {
		return found
	}
	for _, i := range about.Indicators {
		c := cube{id: "indicator-" + i.ID, table: "indicators", indicator: i.ID, name: i.Name, note: i.Note, unit: i.Unit, illustrative: i.Illustrative, decimals: i.Decimals}
		if !files.Plain(c.id) {
			continue
		}
		if source := i.Source.In(s.release.Language); source != "" {
			c.source = []string{source}
		}
		for _, column := range t.Columns() {
			if slices.Contains(i.Dimensions, column.Name) {
				c.dimensions = append(c.dimensions, catalogue.Describe(column, i.Dimensions))
			}
		}
		found = append(found, c)
	}
	return found
}
