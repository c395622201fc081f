// Package sinks is the contract between the pipeline and the forms a release is published in. A kind of sink lives in a
// folder of its own (duckdb, parquet, ...) and passes the suite in sinktest.
package sinks

import (
	"context"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// Sink publishes a release in one form. The pipeline calls Begin, then Write once a table in a fixed order, then Commit;
// after any error, or when the release is held back, it calls Abort instead of Commit. Calls are never concurrent.
// Nothing a sink writes may be seen by readers before Commit: a sink of files writes below Release.Dir, which the
// pipeline makes current as a whole after all sinks have committed; a sink of a server makes its own swap in Commit.
type Sink interface {
	Begin(ctx context.Context, r Release) error
	Write(ctx context.Context, t Table) error
	// Commit makes what was written durable (files fsynced) and, for servers, visible.
	Commit(ctx context.Context) error
	// Abort undoes Begin and Write as far as it can. It is called at most once and also after a failed Commit.
	Abort(ctx context.Context) error
}

// Remote is implemented by sinks that publish elsewhere than below Release.Dir. They have no part in what is made for
// study, such as a run as of an earlier time.
type Remote interface{ Remote() bool }

// Release is what a sink knows of the release it takes part in.
type Release struct {
	ID    string
	Dir   string // staging folder on the release's file system; sinks write their files here, each below its own name
	Time  time.Time
	Run   string // id of the run that builds it
	Store Store

	Name         Text   // of what is published
	Language     string // vi or en: which of a text's forms comes first
	Illustrative bool   // it holds made-up figures, which every form must say

	Previous string   // folder of the release that is current meanwhile; empty: there is none
	Books    Books    // draws sheets of the books it was made of; nil: they are not at hand
	Runs     []Run    // the run that builds it and those before it, newest first
	Unread   []Unread // books that a dataset could not be read from

	// Take puts the file of the release before into this one, at a path below Dir, if it was written of a table that has not
	// changed since, by the same program and configuration, and is undamaged. It reports whether it did; if not, the sink
	// writes the file. nil: nothing can be taken.
	Take func(ctx context.Context, table, path string) (bool, error)
}

// Text is a text in the languages of the reports.
type Text struct{ VI, EN string }

// In gives the text in a language, or in the other where it has no such form.
func (t Text) In(language string) string {
	if language == "en" && t.EN != "" || t.VI == "" {
		return t.EN
	}
	return t.VI
}

// Store is the database that holds the finished tables, as far as sinks need it.
type Store interface {
	// WriteDatabase writes all tables, views, macros and comments of the release as one DuckDB file.
	WriteDatabase(ctx context.Context, path string) error
	// Records streams the rows of a SELECT over the tables, views and macros of the release; the caller releases the reader.
	// Without ORDER BY their order is not fixed.
	Records(ctx context.Context, sql string) (array.RecordReader, error)
}

// Table is one table of the release.
type Table interface {
	Name() string
	Comment() string
	Columns() []Column
	Rows() int64
	// Records streams the table in its fixed order; the caller releases the reader.
	Records(ctx context.Context) (array.RecordReader, error)
	// WriteParquet writes the table in its fixed order to a Parquet file, by the database's own writer.
	WriteParquet(ctx context.Context, path string, o ParquetOptions) error
}

// Column describes a column of a table.
type Column struct {
	Name    string
	Type    string // DuckDB's name: VARCHAR, DOUBLE, DATE, ...
	Comment string
}

// ParquetOptions steer WriteParquet. The zero value means zstd at level 3 and row groups of 122,880 rows.
type ParquetOptions struct {
	Codec        string // zstd, snappy, uncompressed
	Level        int
	RowGroupRows int
	PartitionBy  []string // columns by which the table is divided into the files of a folder, as Hive does; the path is then the folder's
}
