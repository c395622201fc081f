package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/transforms"
)

// A book that cannot be read is told by every run until it is read or replaced; no run publishes the same again.
func TestUnreadableBook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.set("good.csv", book("CT,2023,1"))
	w.books.set("bad.csv", book("HN,2023,2"))
	w.run(runlog.Done, 0)

	odd := true
	w.reader.hook = func(_, name string) error {
		if odd && name == "bad.csv" {
			return &fault.Error{Kind: fault.Limit, What: "too slow"}
		}
		return nil
	}
	w.now = day(2)
	w.books.set("bad.csv", book("HN,2023,3"))
	published := w.run(runlog.Done, 1).Release
	w.expect(latest, "CT 2023 1.0\nHN 2023 2.0") // the version before still counts
	want := []release.Unread{{Dataset: "iip", SnapshotID: w.ask("SELECT snapshot_id FROM snapshots WHERE version = 2"), Book: "bad.csv"}}
	if diff := cmp.Diff(want, w.current().Unread); diff != "" {
		t.Errorf("the manifest's unread books (-want +got):\n%s", diff)
	}
	for range 2 {
		w.now = w.now.AddDate(0, 0, 1)
		result := w.run(runlog.Unchanged, 1)
		if result.Release != published || fmt.Sprint(result.Problems) != "[dataset iip: bad.csv: too slow]" {
			t.Errorf("the next run has %v", result)
		}
	}

	odd = false // it was no fault of the book's
	if next := w.run(runlog.Done, 0); next.Release == published || len(w.current().Unread) > 0 {
		t.Errorf("the book that can be read by now is not published: %+v", next)
	}
	w.expect(history, "CT 1.0 1\nHN 2.0 1 2\nHN 3.0 2")
	w.run(runlog.Unchanged, 0)

	odd = true
	w.now = day(9)
	w.books.set("bad.csv", book("HN,2023,4"))
	w.run(runlog.Done, 1)
	w.books.set("bad.csv", "<html>")
	w.run(runlog.Done, 1)
	w.books.items = w.books.items[:1] // it is taken away
	w.run(runlog.Done, 0)
	w.expect(latest, "CT 2023 1.0")
}

// each does something to every file of a folder of the lake.
func (w *world) each(folder string, do func(file string) error) {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.data, "lake", folder, "*", "*"))
	w.must(err)
	if len(files) == 0 {
		w.t.Fatalf("there are no %s", folder)
	}
	for _, f := range files {
		w.must(do(f))
	}
}

// A release never shrinks because of the lake: what is damaged there and can be made again is, the rest stops the run.
func TestDamagedLake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm   func(w *world)
		status runlog.Status
		says   string
		read   int
	}{
		"fragment cut off": {harm: func(w *world) {
			w.each("fragments", func(f string) error { return os.Truncate(f, 100) })
		}, status: runlog.Done, read: 1},
		"fragment empty": {harm: func(w *world) {
			w.each("fragments", func(f string) error { return os.Truncate(f, 0) })
		}, status: runlog.Done, read: 1},
		"book gone, source has it": {harm: func(w *world) {
			w.each("snapshots", os.Remove)
			w.each("fragments", os.Remove)
		}, status: runlog.Done, read: 1},
		"book damaged": {harm: func(w *world) {
			w.each("snapshots", func(f string) error {
				return os.WriteFile(f, []byte(strings.ReplaceAll(w.books.items[0].content, "1", "7")), 0o600)
			})
			w.each("fragments", os.Remove)
		}, status: runlog.Failed, says: "the snapshot is damaged"},
		"no room for fragments": {harm: func(w *world) {
			fragments := filepath.Join(w.data, "lake", "fragments")
			w.must(errors.Join(os.RemoveAll(fragments), os.WriteFile(fragments, nil, 0o600)))
		}, status: runlog.Failed, says: "fragments"},
		"history of an address damaged": {harm: func(w *world) {
			w.each("origins", func(f string) error { return os.WriteFile(f, []byte("{"), 0o600) })
		}, status: runlog.Failed, says: "the history of an address is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.books.set("a.csv", book("CT,2023,1"))
			w.run(runlog.Done, 0)
			before, read := w.current(), len(w.reader.books)
			c.harm(w)
			w.ConfigHash = "c2"
			if c.status == runlog.Done {
				w.run(runlog.Done, 0)
				w.expect(latest, "CT 2023 1.0")
			} else {
				w.fails(c.status, 1, c.says)
				if diff := cmp.Diff(before, w.current()); diff != "" {
					t.Errorf("the current release is another one:\n%s", diff)
				}
			}
			if n := len(w.reader.books) - read; n != c.read {
				t.Errorf("%d books were read, want %d", n, c.read)
			}
		})
	}
}

// A damaged current release is replaced by the next run, which says why.
func TestDamagedCurrentRelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.set("a.csv", book("CT,2023,1"))
	w.run(runlog.Done, 0)
	w.must(os.WriteFile(filepath.Join(w.current().Dir, "manifest.json"), []byte("{"), 0o600))
	w.run(runlog.Done, 0)
	w.expect(latest, "CT 2023 1.0")
	if !w.watch.says("the current release is damaged") {
		t.Errorf("nobody is told: %q", w.watch.events)
	}
	w.must(os.RemoveAll(w.current().Dir))
	w.run(runlog.Done, 0)
	w.expect(latest, "CT 2023 1.0")
}

func TestHeldBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.set("a.csv", book("CT,2023,1"))
	w.run(runlog.Done, 0)
	before := w.current()
	w.books.set("a.csv", book("CT,2023,-1"))
	w.stage.report.Held = []string{"check low: -1 is too low", "check odd: odd"}
	for range 2 { // it is tried again, and held back again
		w.fails(runlog.ChecksFailed, 3, "2 checks failed")
		if diff := cmp.Diff(before, w.current()); diff != "" {
			t.Errorf("the current release is another one:\n%s", diff)
		}
	}
	files, err := filepath.Glob(filepath.Join(w.data, "rejected", "*", "*"))
	w.must(err)
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	if diff := cmp.Diff([]string{"REJECTED.txt", "candidate.duckdb"}, files); diff != "" {
		t.Errorf("what is set aside (-want +got):\n%s", diff)
	}
	if !w.watch.says("ERROR check : check low: -1 is too low") {
		t.Errorf("the failures are not told: %q", w.watch.events)
	}
	w.stage.report.Held = nil
	w.run(runlog.Done, 0)
	w.expect(latest, "CT 2023 -1.0")
}

// Whatever a sink does, the current release stays; every sink that began and has not committed is told to give up, and
// none commits before all have written.
func TestSinkFails(t *testing.T) {
	t.Parallel()
	whole := []string{"begin", "write", "commit"}
	w := newWorld(t)
	second := &sink{bare: true}
	w.Sinks = []sinks.Sink{w.sink, second}
	w.books.set("a.csv", book("CT,2023,1"))
	w.run(runlog.Done, 0)
	before := w.current()
	w.books.set("a.csv", book("CT,2023,2"))
	for _, c := range []struct {
		sink, step    string
		first, second []string
	}{
		{"first", "begin", []string{"begin", "abort"}, nil},
		{"first", "write", []string{"begin", "write", "abort"}, nil},
		{"second", "begin", []string{"begin", "write", "abort"}, []string{"begin", "abort"}},
		{"second", "write", []string{"begin", "write", "abort"}, []string{"begin", "write", "abort"}},
		{"first", "commit", []string{"begin", "write", "commit", "abort"}, []string{"begin", "write", "abort"}},
		{"second", "commit", whole, []string{"begin", "write", "commit", "abort"}},
		{"none", "", whole, whole},
	} {
		failing := func(name string) func(step, subject string) error {
			return func(step, _ string) error {
				if c.sink == name && c.step == step {
					return errors.New("the disk is full")
				}
				return nil
			}
		}
		w.sink.hook, second.hook = failing("first"), failing("second")
		w.sink.diary, second.diary = nil, nil
		if c.sink == "none" {
			w.run(runlog.Done, 0)
		} else {
			w.fails(runlog.Failed, 1, "the disk is full")
			if diff := cmp.Diff(before, w.current()); diff != "" {
				t.Errorf("the current release is another one:\n%s", diff)
			}
		}
		if diff := cmp.Diff([][]string{c.first, c.second}, [][]string{w.sink.diary, second.diary}); diff != "" {
			t.Errorf("what the sinks were told when the %s fails to %s (-want +got):\n%s", c.sink, c.step, diff)
		}
	}
}

// A run that is told to stop ends in any step as interrupted and publishes nothing, and the next one goes on.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.set("a.csv", book("CT,2023,1"))
	w.run(runlog.Done, 0)
	before := w.current()
	for i := range 9 {
		w.books.set(fmt.Sprintf("b%d.csv", i), book(fmt.Sprintf("HN,%d,2", 2000+i)))
	}
	for _, step := range []string{"list", "open", "read", "begin load", "stage", "begin publish", "sink begin", "sink write", "sink commit"} {
		ctx, cancel := context.WithCancel(t.Context())
		stopped := false
		var mu sync.Mutex
		stop := func(who string) func(string, string) error {
			return func(at, subject string) error {
				if step == who+at || step == at+" "+subject {
					mu.Lock()
					defer mu.Unlock()
					stopped = true
					cancel() // and the one who is at work does not care
				}
				return nil
			}
		}
		w.books.hook, w.reader.hook, w.stage.hook, w.watch.hook, w.sink.hook = stop(""), stop(""), stop(""), stop(""), stop("sink ")
		w.sink.diary = nil
		result, err := w.try(ctx)
		if !stopped || !errors.Is(err, context.Canceled) || result.Status != runlog.Interrupted || w.exit != 1 || result.Release != before.ID {
			t.Errorf("stopped at %s (%v) the run ended as %+v with %v", step, stopped, result, err)
		}
		if list, err := w.Releases.List(); err != nil || len(list) != 1 {
			t.Errorf("stopped at %s the shelf has %v, %v", step, list, err)
		}
		if n := len(w.sink.diary); n > 0 && w.sink.diary[n-1] != "abort" {
			t.Errorf("stopped at %s the sink was told %v", step, w.sink.diary)
		}
	}
	w.run(runlog.Done, 0)
	w.expect("SELECT count(*), sum(obs_value) FROM iip", "10 19.0")
}

// A stage or a check that breaks while the run is being stopped broke because of that.
func TestBreaksWhileStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.stage.hook = func(string, string) error {
		cancel()
		return errors.New("INTERRUPT Error: Interrupted!")
	}
	result, err := w.try(ctx)
	if !errors.Is(err, context.Canceled) || result.Status != runlog.Interrupted {
		t.Errorf("the run ended as %+v with %v", result, err)
	}
	// A source that gives up by itself does not stop the run.
	w.stage.hook = nil
	w.books.away = fmt.Errorf("fetch the list: %w", context.Canceled)
	w.run(runlog.Done, 1)
}

// Transforms see every row, and what they reject is in quarantine.
func TestTransforms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Datasets[0].Transforms = []transforms.Transform{upTo{2}, upTo{1}}
	w.books.set("a.csv", book("CT,2023,1", "CT,2024,2", "CT,2025,3"))
	w.run(runlog.Done, 0)
	w.expect(latest, "CT 2023 1.0")
	w.expect("SELECT reason FROM quarantine ORDER BY ALL", "1 rows after the first 1\n1 rows after the first 2")

	w.Datasets[0].Transforms, w.Datasets[0].RecipeHash = []transforms.Transform{upTo{-1}}, "r2"
	w.run(runlog.Done, 1)
	w.expect("SELECT count(*) FROM iip", "0")
}

// upTo is a transform that lets the first rows of a batch through.
type upTo struct{ rows int64 }

func (u upTo) Schema(in *arrow.Schema) (*arrow.Schema, error) { return in, nil }

func (u upTo) Apply(_ context.Context, in arrow.RecordBatch, out transforms.Output) (arrow.RecordBatch, error) {
	if u.rows < 0 {
		return nil, errors.New("no code fits")
	}
	if more := in.NumRows() - u.rows; more > 0 {
		out.Reject(transforms.Reject{Reason: fmt.Sprintf("%d rows after the first %d", more, u.rows)})
	}
	return in.NewSlice(0, min(u.rows, in.NumRows())), nil
}
