// Package sdmx publishes the datasets and indicators of a release as SDMX: their structures in SDMX-ML 3.0, their
// observations in SDMX-CSV 2.0.
package sdmx

import (
	"context"
	"fmt"
	"os"
	"regexp"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
	"github.com/statloom/statloom/sinks/files"
)

// Options are the sink's options in the configuration.
type Options struct {
	Folder  string `yaml:"folder" json:"folder,omitempty" jsonschema:"description=Folder in the release's folder,default=sdmx"`
	Agency  string `yaml:"agency" json:"agency,omitempty" jsonschema:"description=Id of the agency that maintains the structures,default=STATLOOM"`
	Version string `yaml:"version" json:"version,omitempty" jsonschema:"description=Version of the structures,default=1.0"`
}

// Check implements kind.Checker.
func (o Options) Check() []kind.Complaint {
	var found []kind.Complaint
	if !files.Plain(o.Folder) {
		found = append(found, kind.Complaint{Key: "folder", What: fmt.Sprintf("%q is not the name of a folder", o.Folder), Want: "a name without further folders, such as sdmx"})
	}
	if !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*$`).MatchString(o.Agency) {
		found = append(found, kind.Complaint{Key: "agency", What: fmt.Sprintf("%q is not the id of an agency", o.Agency), Want: "letters, digits, _ and -, such as CANTHO or VN.CANTHO"})
	}
	if !regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)(\.(0|[1-9]\d*))?$`).MatchString(o.Version) {
		found = append(found, kind.Complaint{Key: "version", What: fmt.Sprintf("%q is not a version", o.Version), Want: "two or three numbers, such as 1.0"})
	}
	return found
}

// Kind makes the sink known to the configuration.
func Kind() kind.Kind[sinks.Sink] {
	return kind.New("sdmx", "Writes datasets and indicators as SDMX-CSV 2.0 with their structures in SDMX-ML 3.0.",
		func() Options { return Options{Folder: "sdmx", Agency: "STATLOOM", Version: "1.0"} },
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

// Write takes note of the table: structures come first, and need all of them.
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
	flows, err := s.flows(ctx, about)
	if err != nil {
		return err
	}
	for _, f := range flows {
		err := s.folder.Write(f.file, func(out *os.File) error { return s.writeData(ctx, out, f) })
		if err != nil {
			return err
		}
	}
	if err := s.folder.Write("structure.xml", func(out *os.File) error { return s.writeStructure(out, flows) }); err != nil {
		return err
	}
	return s.folder.Commit()
}

func (s *sink) Abort(context.Context) error { return s.folder.Abort() }
