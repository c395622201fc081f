// Package pipeline is the Runner: it pulls books into the lake, reads their tables, loads every vintage into a fresh
// database, has indicators computed and checks run, and publishes one release at once or not at all. It knows the
// contracts of sources, readers, stages and sinks, never a kind of them.
package pipeline

import (
	"context"
	"log/slog"
	"regexp"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/pipeline/depot"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
)

// Runner holds all that a run needs. Its fields are set once, before Run.
type Runner struct {
	Lake     *lake.Lake
	Releases *release.Shelf
	Depot    *depot.Depot // where machines find each other's releases; nil: this one is alone
	Log      *runlog.Log
	Work     string // folder for working files, on the releases' file system

	Formats        []sheet.Format
	Limits         sheet.Limits
	Duck           duck.Options
	Sources        []Source
	Datasets       []Dataset
	CodeLists      []arrow.RecordBatch // the codes of all code lists
	CodeListSchema *arrow.Schema
	Concordances   []transforms.ConcordanceRow // of all concordances
	Differ         Differ                      // compares each book with the one before
	Stages         []Stage                     // in the order they run
	Sinks          []sinks.Sink

	Name       transforms.Text // of what is published
	Language   string          // of the reports
	Engine     string          // the program's version: what another version made is made again
	ConfigHash string
	Keep       int      // releases kept
	Full       bool     // read every book anew and publish even if nothing changed
	Only       []string // ids of the sources that are asked; empty: all. What is known of the others goes on to count
	Trigger    string

	Now   func() time.Time
	Watch Watcher
	Crew  Crew // does what can be done in many places; nil: the Runner itself, in this process
}

// Source is a configured source.
type Source struct {
	ID       string
	Producer transforms.Text
	Licence  string
	sources.Source
}

// Dataset is a configured dataset.
type Dataset struct {
	ID           string
	Name, Note   transforms.Text
	Licence      string
	Sources      []string       // ids
	Books        *regexp.Regexp // on the book's file name; nil takes all
	Illustrative bool           // its figures are made up, and every output says so
	Reader       transforms.Reader
	Transforms   []transforms.Transform
	Key          []string          // columns that identify a row
	Values       []string          // columns whose change opens a new vintage
	Columns      map[string]string // comments of columns
	RecipeHash   string            // over everything Reader and Transforms depend on, in hex
	Corrections  []transforms.Correction
	Accepted     []string // names of books whose changes of meaning a person has accepted
}

// Stage works on the loaded tables: it computes indicators or checks expectations.
type Stage interface {
	Name() string
	Run(ctx context.Context, db *duck.DB, in Setting) (StageReport, error)
}

// Setting is what a stage may know of the release that it works for.
type Setting struct {
	Now     time.Time // the time the release is about: when it is built, or the instant of a run as of an earlier one
	Run     string
	Release string

	Previous string // folder of the release or the held-back candidate that was made last; empty: none
}

// StageReport is what a stage has to say.
type StageReport struct {
	Held   []string    // failed expectations of severity error: the release is held back
	Notes  []string    // what a person should know
	Tables []Published // tables the stage made that belong to the release
}

// Published names a table of the release and the columns that order its rows.
type Published struct {
	Name  string
	Order []string
}

// Watcher is told how a run goes on, for a person who waits. Its methods may be called concurrently.
type Watcher interface {
	// Begin starts a step of n parts; n is 0 where parts are not counted.
	Begin(step string, n int)
	// Part says that one more part is done.
	Part(subject string)
	// Event says what happened; it is also in the run history.
	Event(level slog.Level, step, subject, message string)
	// End ends the step that Begin started last.
	End()
}

// Result says how a run ended. Problems lists what went wrong without stopping the run: a source that was away, a book
// that could not be read. Those that waiting may cure come last, so that joined they give the exit code of the others: to
// say that a source was away would hide the book that a person has to look at.
type Result struct {
	Run      string
	Status   runlog.Status
	Release  string // the release that is current after the run
	Folder   string // where a run as of an earlier time put what it made
	Counters map[string]int64
	Problems []error
}

// Counters of a run.
const (
	CountNewBooks       = "books_new"
	CountUnchangedBooks = "books_unchanged"
	CountFailedBooks    = "books_failed"
	CountReadBooks      = "books_read"
	CountCachedBooks    = "books_cached"
	CountObservations   = "observations"
	CountQuarantined    = "quarantined"
)
