// Package parquet publishes a release as one Parquet file a table, for BI tools and for reading with any language.
package parquet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
)

// Options are the sink's options in the configuration.
type Options struct {
	Folder string   `yaml:"folder" json:"folder,omitempty" jsonschema:"description=Folder in the release's folder,default=parquet"`
	Codec  string   `yaml:"codec" json:"codec,omitempty" jsonschema:"description=How the columns are compressed,enum=zstd,enum=snappy,enum=uncompressed,default=zstd"`
	Level  int      `yaml:"level" json:"level,omitempty" jsonschema:"description=How hard zstd tries; default 3,minimum=0,maximum=22"`
	Tables []string `yaml:"tables" json:"tables,omitempty" jsonschema:"description=Tables to write; default all"`

	PartitionBy map[string][]string `yaml:"partition_by" json:"partition_by,omitempty" jsonschema:"description=Tables that are divided into files by the values of columns (as Hive does: table/time_period=2024/data_0.parquet)"`
}

// Check implements kind.Checker.
func (o Options) Check() []kind.Complaint {
	var found []kind.Complaint
	if !plain(o.Folder) {
		found = append(found, kind.Complaint{Key: "folder", What: fmt.Sprintf("%q is not the name of a folder", o.Folder), Want: "a name without further folders, such as parquet"})
	}
	if o.Level != 0 && o.Codec != "zstd" {
		found = append(found, kind.Complaint{Key: "level", What: "the codec " + o.Codec + " has no levels", Want: "leave it out, or take the codec zstd"})
	}
	return found
}

// plain reports whether a name can be a file's or folder's of its own: no path, and not hidden.
func plain(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, `/\:`+"\x00") && filepath.IsLocal(name)
}

// Kind makes the sink known to the configuration.
func Kind() kind.Kind[sinks.Sink] {
	return kind.New("parquet", "Writes one Parquet file a table.",
		func() Options { return Options{Folder: "parquet", Codec: "zstd"} },
		func(_ context.Context, _ kind.Env, o Options) (sinks.Sink, error) { return New(o), nil })
}

// New makes the sink of checked options.
func New(o Options) sinks.Sink {
	p := sinks.ParquetOptions{Codec: o.Codec, Level: o.Level}
	if p.Codec == "zstd" && p.Level == 0 {
		p.Level = 3
	}
	return &sink{folder: o.Folder, tables: o.Tables, parquet: p, partition: o.PartitionBy}
}

type sink struct {
	folder  string
	tables  []string
	parquet sinks.ParquetOptions

	partition map[string][]string // by table

	release sinks.Release
	dir     string          // of this release; empty when there is nothing to undo
	written map[string]bool // tables
}

// Begin makes the folder; one that is there already holds something else.
func (s *sink) Begin(ctx context.Context, r sinks.Release) error {
	s.release, s.dir, s.written = r, "", map[string]bool{}
	if err := ctx.Err(); err != nil {
		return err
	}
	dir := filepath.Join(r.Dir, s.folder)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return fmt.Errorf("make the Parquet folder: %w", err)
	}
	s.dir = dir
	return nil
}

func (s *sink) Write(ctx context.Context, t sinks.Table) error {
	name := t.Name()
	if len(s.tables) > 0 && !slices.Contains(s.tables, name) {
		return nil
	}
	if !plain(name) {
		return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the table name %q cannot be a file's name", name), Remedy: "rename it, or leave it out by the sink's option tables"}
	}
	s.written[name] = true
	if by := s.partition[name]; len(by) > 0 {
		o := s.parquet
		o.PartitionBy = by
		return t.WriteParquet(ctx, filepath.Join(s.dir, name), o)
	}
	if s.release.Take != nil {
		if taken, err := s.release.Take(ctx, name, s.folder+"/"+name+".parquet"); err != nil || taken {
			return err
		}
	}
	return t.WriteParquet(ctx, filepath.Join(s.dir, name+".parquet"), s.parquet)
}

// Commit makes the folder durable; the files are already.
func (s *sink) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, name := range slices.Concat(s.tables, slices.Sorted(maps.Keys(s.partition))) {
		if !s.written[name] {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the release has no table %q to write as Parquet", name), Remedy: "correct the sink's options tables and partition_by"}
		}
	}
	for _, dir := range []string{s.dir, filepath.Dir(s.dir)} {
		if err := syncDir(dir); err != nil {
			return fmt.Errorf("make the Parquet files durable: %w", err)
		}
	}
	return nil
}

func (s *sink) Abort(context.Context) error {
	if s.dir == "" {
		return nil
	}
	dir := s.dir
	s.dir = ""
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the Parquet files: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
