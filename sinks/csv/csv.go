// Package csv publishes a release as one CSV file a table, with descriptions that programs and catalogues understand: CSV on
// the Web, a Frictionless Data Package, and an entry for a DCAT-AP catalogue.
package csv

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
	"github.com/statloom/statloom/sinks/files"
)

// Options are the sink's options in the configuration.
type Options struct {
	Folder    string   `yaml:"folder" json:"folder,omitempty" jsonschema:"description=Folder in the release's folder,default=csv"`
	Tables    []string `yaml:"tables" json:"tables,omitempty" jsonschema:"description=Tables to write; default all"`
	Address   string   `yaml:"address" json:"address,omitempty" jsonschema:"description=Address under which the release is served; the catalogue entry needs it to be found from elsewhere"`
	Publisher string   `yaml:"publisher" json:"publisher,omitempty" jsonschema:"description=Who publishes the release; default: the producers of the figures"`
}

// Check implements kind.Checker.
func (o Options) Check() []kind.Complaint {
	var found []kind.Complaint
	if !files.Plain(o.Folder) {
		found = append(found, kind.Complaint{Key: "folder", What: fmt.Sprintf("%q is not the name of a folder", o.Folder), Want: "a name without further folders, such as csv"})
	}
	if u, err := url.Parse(o.Address); o.Address != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		found = append(found, kind.Complaint{Key: "address", What: fmt.Sprintf("%q is not the address of a folder on the web", o.Address), Want: "such as https://data.example.org/current/"})
	}
	return found
}

// Kind makes the sink known to the configuration.
func Kind() kind.Kind[sinks.Sink] {
	return kind.New("csv", "Writes one CSV file a table, described as CSV on the Web, Data Package and DCAT-AP.",
		func() Options { return Options{Folder: "csv"} },
		func(_ context.Context, _ kind.Env, o Options) (sinks.Sink, error) { return New(o), nil })
}

// New makes the sink of checked options.
func New(o Options) sinks.Sink { return &sink{options: o} }

type sink struct {
	options Options
	release sinks.Release
	tables  []sinks.Table
	written []file
	folder  files.Folder
}

// file is a table as it was written.
type file struct {
	sinks.Table
	name  string
	bytes int64
	hash  string // sha256
}

func (s *sink) Begin(ctx context.Context, r sinks.Release) error {
	s.release, s.tables, s.written = r, nil, nil
	return s.folder.Begin(ctx, r.Dir, s.options.Folder)
}

func (s *sink) Write(ctx context.Context, t sinks.Table) error {
	s.tables = append(s.tables, t)
	if err := ctx.Err(); err != nil || !s.takes(t.Name()) {
		return err
	}
	name := t.Name() + ".csv"
	if !files.Plain(name) {
		return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the table name %q cannot be a file's name", t.Name()), Remedy: "rename it, or leave it out by the sink's option tables"}
	}
	f := file{Table: t, name: name}
	err := s.folder.Write(name, func(out *os.File) (err error) {
		sum := newSum(out)
		err = writeRows(ctx, bufio.NewWriterSize(sum, 1<<20), t)
		f.bytes, f.hash = sum.bytes, sum.hash()
		return err
	})
	s.written = append(s.written, f)
	return err
}

func (s *sink) takes(table string) bool {
	if len(s.options.Tables) == 0 {
		return true
	}
	for _, t := range s.options.Tables {
		if t == table {
			return true
		}
	}
	return false
}

// writeRows writes a table as RFC 4180 says, in UTF-8. Nothing is null, "" is an empty text.
func writeRows(ctx context.Context, w *bufio.Writer, t sinks.Table) error {
	for i, c := range t.Columns() {
		if i > 0 {
			w.WriteString(",")
		}
		writeText(w, c.Name)
	}
	w.WriteString("\n")
	for row, err := range catalogue.Rows(ctx, t) {
		if err != nil {
			return err
		}
		for i, v := range row {
			if i > 0 {
				w.WriteString(",")
			}
			switch v := v.(type) {
			case nil:
			case string:
				writeText(w, v)
			default:
				w.WriteString(catalogue.Text(v))
			}
		}
		w.WriteString("\n")
	}
	return w.Flush()
}

func writeText(w *bufio.Writer, s string) {
	if s != "" && !strings.ContainsAny(s, ",\"\r\n") && s[0] != ' ' && s[len(s)-1] != ' ' {
		w.WriteString(s)
		return
	}
	w.WriteString(`"`)
	w.WriteString(strings.ReplaceAll(s, `"`, `""`))
	w.WriteString(`"`)
}

// Commit writes the descriptions.
func (s *sink) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, name := range s.options.Tables {
		found := false
		for _, f := range s.written {
			found = found || f.Name() == name
		}
		if !found {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the release has no table %q to write as CSV", name), Remedy: "correct the sink's option tables"}
		}
	}
	about, err := catalogue.Read(ctx, s.release.Store, s.tables)
	if err != nil {
		return err
	}
	d := describer{release: s.release, about: about, files: s.written, options: s.options}
	for name, what := range map[string]any{"csv-metadata.json": d.web(), "datapackage.json": d.dataPackage(), "dcat.jsonld": d.dcat()} {
		err := s.folder.Write(name, func(out *os.File) error {
			e := json.NewEncoder(out)
			e.SetEscapeHTML(false)
			e.SetIndent("", " ")
			return e.Encode(what)
		})
		if err != nil {
			return err
		}
	}
	return s.folder.Commit()
}

func (s *sink) Abort(context.Context) error { return s.folder.Abort() }
