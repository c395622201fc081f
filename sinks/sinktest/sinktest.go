// Package sinktest is the suite that every kind of sink passes: it publishes a few awkward tables and looks at what
// readers find, after a commit, an abort and an error in the middle.
package sinktest

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sinks"
)

// Suite says what the tests need to know of a sink.
type Suite struct {
	// New makes the sink that is tested.
	New func(t *testing.T) sinks.Sink
	// Store makes a database that holds the fixtures and gives its tables in their order.
	Store func(t *testing.T, fixtures []Fixture) (sinks.Store, []sinks.Table)
	// Read gives what a reader finds in a release that was committed. Nil: the form does not hold the tables as they are, and
	// the kind's own tests look at what it makes of them.
	Read func(t *testing.T, r sinks.Release) map[string]Content
	// Fixtures are the tables that are published. Default: Fixtures.
	Fixtures func() []Fixture
	// Left lists what a release that was aborted left behind. Default: the files and folders below Release.Dir.
	Left func(t *testing.T, r sinks.Release) []string
}

// Content is what a reader finds of a table.
type Content struct {
	Columns []string // names
	Types   []string // in DuckDB's words; nil when the form has no types
	Rows    [][]string
}

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	if s.Left == nil {
		s.Left = leftBelow
	}
	if s.Fixtures == nil {
		s.Fixtures = Fixtures
	}
	t.Run("Commit", s.commit)
	t.Run("NoTables", s.noTables)
	t.Run("Abort", s.abort)
	t.Run("ErrorInTheMiddle", s.errorInTheMiddle)
	t.Run("Cancelled", s.cancelled)
	t.Run("TwiceInARow", s.twice)
}

// begin starts a release with the fixtures in a fresh folder.
func (s Suite) begin(t *testing.T, sink sinks.Sink, fixtures []Fixture) (sinks.Release, []sinks.Table) {
	t.Helper()
	store, tables := s.Store(t, fixtures)
	r := sinks.Release{ID: "20240331T020000Z", Dir: t.TempDir(), Time: time.Date(2024, 3, 31, 2, 0, 0, 0, time.UTC), Run: "run-1", Store: store}
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatalf("begin: %v", err)
	}
	return r, tables
}

func write(t *testing.T, sink sinks.Sink, tables []sinks.Table) {
	t.Helper()
	for _, table := range tables {
		if err := sink.Write(t.Context(), table); err != nil {
			t.Fatalf("write %s: %v", table.Name(), err)
		}
	}
}

func (s Suite) publish(t *testing.T, sink sinks.Sink, fixtures []Fixture) {
	t.Helper()
	r, tables := s.begin(t, sink, fixtures)
	write(t, sink, tables)
	if err := sink.Commit(t.Context()); err != nil {
		t.Fatalf("commit: %v", err)
	}
	if s.Read == nil {
		return
	}
	if s.Read == nil {
		if len(s.Left(t, r)) == 0 {
			t.Error("nothing was published")
		}
		return
	}
	got := s.Read(t, r)
	want := map[string]Content{}
	for _, f := range fixtures {
		c := Content{Columns: f.names(), Rows: f.Rows}
		if got[f.Name].Types != nil {
			c.Types = f.Types
		}
		want[f.Name] = c
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			delete(got, name) // a sink may publish more, such as the quarantine
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func (s Suite) commit(t *testing.T) { s.publish(t, s.New(t), s.Fixtures()) }

func (s Suite) noTables(t *testing.T) { s.publish(t, s.New(t), nil) }

func (s Suite) abort(t *testing.T) {
	sink := s.New(t)
	r, tables := s.begin(t, sink, s.Fixtures())
	write(t, sink, tables)
	s.abandon(t, sink, r)

	r, tables = s.begin(t, sink, s.Fixtures())
	write(t, sink, tables)
	if err := sink.Commit(t.Context()); err != nil {
		t.Fatalf("commit: %v", err)
	}
	s.abandon(t, sink, r) // another sink's commit failed
}

// abandon aborts and sees that nothing is left.
func (s Suite) abandon(t *testing.T, sink sinks.Sink, r sinks.Release) {
	t.Helper()
	if err := sink.Abort(t.Context()); err != nil {
		t.Errorf("abort: %v", err)
	}
	if left := s.Left(t, r); len(left) > 0 {
		t.Errorf("after an abort there is still %q", left)
	}
}

func (s Suite) errorInTheMiddle(t *testing.T) {
	sink := s.New(t)
	store, tables := s.Store(t, s.Fixtures())
	r := sinks.Release{ID: "x", Dir: t.TempDir(), Store: brokenStore{}}
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatalf("begin: %v", err)
	}
	write(t, sink, tables[:1])
	err := sink.Write(t.Context(), brokenTable{tables[1]})
	if err == nil {
		err = sink.Commit(t.Context())
	}
	if !errors.Is(err, errBroken) {
		t.Errorf("got %v, want the error of the table or the store", err)
	}
	s.abandon(t, sink, r)

	// The sink can go on with the next release.
	r.Dir, r.Store = t.TempDir(), store
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatalf("begin after an abort: %v", err)
	}
	write(t, sink, tables)
	if err := sink.Commit(t.Context()); err != nil {
		t.Fatalf("commit after an abort: %v", err)
	}
	if s.Read == nil {
		return
	}
	if s.Read == nil {
		return
	}
	if got := s.Read(t, r); len(got) < len(tables) {
		t.Errorf("read %d tables of %d", len(got), len(tables))
	}
}

func (s Suite) cancelled(t *testing.T) {
	sink := s.New(t)
	r, tables := s.begin(t, sink, s.Fixtures())
	write(t, sink, tables[:1])
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sink.Write(ctx, tables[1]); !errors.Is(err, context.Canceled) {
		t.Errorf("write: got %v", err)
	}
	if err := sink.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: got %v", err)
	}
	s.abandon(t, sink, r)
}

func (s Suite) twice(t *testing.T) {
	sink := s.New(t)
	s.publish(t, sink, s.Fixtures())
	s.publish(t, sink, s.Fixtures()[:1])
}

func leftBelow(t *testing.T, r sinks.Release) []string {
	var left []string
	err := filepath.WalkDir(r.Dir, func(path string, _ fs.DirEntry, err error) error {
		if path != r.Dir {
			left = append(left, path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return slices.Clip(left)
}
