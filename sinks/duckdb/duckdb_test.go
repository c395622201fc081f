package duckdb_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/duckdb"
	"github.com/statloom/statloom/sinks/sinktest"
)

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{
		New: func(t *testing.T) sinks.Sink {
			k := duckdb.Kind()
			sink, err := k.Build(t.Context(), kind.Env{}, k.Options())
			if err != nil {
				t.Fatal(err)
			}
			return sink
		},
		Store: ducktest.Store,
		Read: func(t *testing.T, r sinks.Release) map[string]sinktest.Content {
			db, err := duck.Open(t.Context(), filepath.Join(r.Dir, "statloom.duckdb"), duck.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			found := map[string]sinktest.Content{}
			for _, f := range sinktest.Fixtures() {
				if _, err := db.Columns(t.Context(), f.Name); err != nil {
					continue // not part of this release
				}
				order := ""
				if len(f.Order) > 0 {
					order = "ORDER BY " + duck.Ident(f.Order[0])
				}
				found[f.Name] = ducktest.Read(t, db, duck.Ident(f.Name), order)
			}
			return found
		},
	})
}

func TestFileThatIsThereAlreadyStays(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.duckdb")
	if err := os.WriteFile(path, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	sink := duckdb.New(duckdb.Options{File: "a.duckdb"})
	if err := sink.Begin(t.Context(), sinks.Release{Dir: dir}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if err := sink.Abort(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	for file, ok := range map[string]bool{"statloom.duckdb": true, "số liệu.db": true, "": false, ".": false, "..": false, "a/b.duckdb": false, "/a": false} {
		if got := (duckdb.Options{File: file}).Check(); (len(got) == 0) != ok {
			t.Errorf("%q: %v", file, got)
		}
	}
}
