// Package duckdb publishes a release as one DuckDB file that holds all its tables, views, macros and comments.
package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
)

// Options are the sink's options in the configuration.
type Options struct {
	File string `yaml:"file" json:"file,omitempty" jsonschema:"description=Name of the file in the release's folder,default=statloom.duckdb"`
}

// Check implements kind.Checker.
func (o Options) Check() []kind.Complaint {
	if o.File == "" || o.File == "." || filepath.Base(o.File) != o.File || !filepath.IsLocal(o.File) {
		return []kind.Complaint{{Key: "file", What: fmt.Sprintf("%q is not the name of a file", o.File), Want: "a name without folders, such as statloom.duckdb"}}
	}
	return nil
}

// Kind makes the sink known to the configuration.
func Kind() kind.Kind[sinks.Sink] {
	return kind.New("duckdb", "Writes one DuckDB file with all tables, views, macros and comments.",
		func() Options { return Options{File: "statloom.duckdb"} },
		func(_ context.Context, _ kind.Env, o Options) (sinks.Sink, error) { return New(o), nil })
}

// New makes the sink of checked options.
func New(o Options) sinks.Sink { return &sink{file: o.File} }

type sink struct {
	file    string
	release sinks.Release
	written bool // the file is this release's own
}

func (s *sink) path() string { return filepath.Join(s.release.Dir, s.file) }

func (s *sink) Begin(_ context.Context, r sinks.Release) error {
	s.release, s.written = r, false
	if _, err := os.Lstat(s.path()); err == nil {
		return fmt.Errorf("begin %s: %w", s.path(), fs.ErrExist)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

// Write has nothing to do: the database is copied as a whole, views and macros included, when all tables are known.
func (s *sink) Write(ctx context.Context, _ sinks.Table) error { return ctx.Err() }

// Commit writes the file; the store makes it durable and leaves none after an error.
func (s *sink) Commit(ctx context.Context) error {
	if err := s.release.Store.WriteDatabase(ctx, s.path()); err != nil {
		return err
	}
	s.written = true
	return nil
}

func (s *sink) Abort(context.Context) error {
	if !s.written {
		return nil
	}
	s.written = false
	if err := os.Remove(s.path()); err != nil {
		return fmt.Errorf("remove the database: %w", err)
	}
	return nil
}
