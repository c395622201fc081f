package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/backup"
	"github.com/statloom/statloom/pipeline/runlog"
)

var now = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)

// folder is a data folder with something of everything.
func folder(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	for name, text := range map[string]string{
		"lake/snapshots/aa/book": "a book", "lake/origins/gso/1.json": "{}", "runs/run1.json": "{}", "releases/r1/statloom.duckdb": "one",
		"releases/r2/statloom.duckdb": "two", "releases/r2/parquet/iip.parquet": "PAR1", "work/left": "of no use", "tmp/left": "of no use",
	} {
		path := filepath.Join(data, name)
		must(t, errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)))
	}
	log, err := runlog.Open(t.Context(), filepath.Join(data, "state.db"))
	must(t, err)
	must(t, errors.Join(log.Start(t.Context(), runlog.Run{ID: "run1", Started: now}), log.Finish(t.Context(), "run1", runlog.Outcome{Finished: now, Status: runlog.Done}), log.Close()))
	return data
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func source(data string) backup.Source {
	return backup.Source{Data: data, Lake: filepath.Join(data, "lake"), State: runlog.OpenSQLite, Head: backup.Head{Created: now, Statloom: "v1", Release: "r2"}}
}

func written(t *testing.T, data string) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := backup.Write(t.Context(), &out, source(data)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestThereAndBack(t *testing.T) {
	data := folder(t)
	// Somebody reads and writes the state meanwhile.
	busy, err := runlog.Open(t.Context(), filepath.Join(data, "state.db"))
	must(t, err)
	must(t, busy.Start(t.Context(), runlog.Run{ID: "run2", Started: now.Add(time.Hour)}))
	file := written(t, data)
	must(t, busy.Close())
	restored := filepath.Join(t.TempDir(), "restored")
	head, err := backup.Restore(t.Context(), bytes.NewReader(file), restored)
	must(t, err)
	if d := cmp.Diff(backup.Head{Version: 1, Created: now, Statloom: "v1", Release: "r2"}, head); d != "" {
		t.Errorf("head (-want +got):\n%s", d)
	}
	var got []string
	must(t, filepath.WalkDir(restored, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(restored, path)
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	}))
	want := []string{"lake/origins/gso/1.json", "lake/snapshots/aa/book", "releases/r2/parquet/iip.parquet", "releases/r2/statloom.duckdb", "runs/run1.json", "state.db"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	aside, err := backup.Swap(restored, data, head, now)
	must(t, err)
	if text, err := os.ReadFile(filepath.Join(data, "current/statloom.duckdb")); err != nil || string(text) != "two" {
		t.Errorf("current: %q, %v", text, err)
	}
	if text, err := os.ReadFile(filepath.Join(aside, "releases/r1/statloom.duckdb")); err != nil || string(text) != "one" {
		t.Errorf("what was there: %q, %v", text, err)
	}
	log, err := runlog.Open(t.Context(), filepath.Join(data, "state.db"))
	must(t, err)
	defer log.Close()
	if runs, err := log.Runs(t.Context(), 0); err != nil || len(runs) != 2 {
		t.Errorf("runs: %v, %v", runs, err)
	}
}

// A backup that was cut or changed anywhere is refused.
func TestDamage(t *testing.T) {
	file := written(t, folder(t))
	refuse := func(name string, content []byte, want string) {
		t.Helper()
		_, err := backup.Restore(t.Context(), bytes.NewReader(content), filepath.Join(t.TempDir(), "restored"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, want)
		}
	}
	for n := 0; n < len(file); n += len(file)/40 + 1 {
		refuse("cut", file[:n], "cannot be used")
	}
	refuse("no backup", []byte("PK\x03\x04"), "cannot be used")
	change := func(edit func(h *tar.Header, text []byte) []byte) []byte {
		in, err := gzip.NewReader(bytes.NewReader(file))
		must(t, err)
		var out bytes.Buffer
		zip := gzip.NewWriter(&out)
		r, w := tar.NewReader(in), tar.NewWriter(zip)
		for {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
			text, err := io.ReadAll(r)
			must(t, err)
			if text = edit(h, text); text == nil {
				continue
			}
			h.Size = int64(len(text))
			if h.Typeflag != tar.TypeReg {
				h.Size, text = 0, nil
			}
			must(t, w.WriteHeader(h))
			_, err = w.Write(text)
			must(t, err)
		}
		must(t, errors.Join(w.Close(), zip.Close()))
		return out.Bytes()
	}
	refuse("another content", change(func(h *tar.Header, text []byte) []byte {
		if h.Name == "lake/snapshots/aa/book" {
			return []byte("b book")
		}
		return text
	}), "has changed")
	refuse("a file less", change(func(h *tar.Header, text []byte) []byte {
		if h.Name == "runs/run1.json" {
			return nil
		}
		return text
	}), "missing")
	for _, name := range []string{"../outside", "/etc/outside", `a\..\..\outside`} {
		refuse(name, change(func(h *tar.Header, text []byte) []byte {
			if h.Name == "runs/run1.json" {
				h.Name = name
			}
			return text
		}), "none of a backup")
	}
	refuse("a link", change(func(h *tar.Header, text []byte) []byte {
		if h.Name == "runs/run1.json" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, "/etc/passwd"
		}
		return text
	}), "none of a backup")
	refuse("a later version", change(func(h *tar.Header, text []byte) []byte {
		return bytes.Replace(text, []byte(`"version": 1`), []byte(`"version": 2`), 1)
	}), "version 2")
}

func TestCancelled(t *testing.T) {
	data := folder(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := backup.Write(ctx, io.Discard, source(data)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	s := source(data)
	s.State = func(string) (*sql.DB, error) { return nil, errors.New("locked") }
	if _, err := backup.Write(t.Context(), io.Discard, s); err == nil {
		t.Error("a state that cannot be read is left out")
	}
	left, err := filepath.Glob(filepath.Join(data, "backup-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
