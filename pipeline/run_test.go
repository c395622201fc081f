package pipeline_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/sources"
)

func TestRunPublishesWhatIsNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.set("a/jan.csv", book("CT,2023,10", "HN,2023,20"))
	w.books.set("a/feb.csv", book("CT,2024,11"))
	w.run(runlog.Done, 0)
	w.expect(latest, "CT 2023 10.0\nCT 2024 11.0\nHN 2023 20.0")
	w.expect("SELECT source, uri, version, name FROM snapshots ORDER BY uri", "books a/feb.csv 1 feb.csv\nbooks a/jan.csv 1 jan.csv")
	w.expect("SELECT dataset, sources, key, rows FROM datasets", "iip books area time_period 3")
	first := w.current()
	w.expect("SELECT run, release, inputs_hash FROM runs", "run1 "+first.ID+" "+first.InputsHash)
	if !strings.HasPrefix(first.ID, "20240101T030000Z-") {
		t.Errorf("the id %s does not sort by time", first.ID)
	}

	w.now = day(2)
	w.books.set("a/empty.csv", book("CT,2025,x"))
	w.books.set("a/feb.csv", book("CT,2024,12"))
	result := w.run(runlog.Done, 0)
	w.expect(history, "CT 10.0 1\nCT 11.0 1 2\nCT 12.0 2\nHN 20.0 1")
	w.expect("SELECT book, cell, text, reason FROM quarantine", "empty.csv C2 x no number")
	if c := result.Counters; c[pipeline.CountNewBooks] != 2 || c[pipeline.CountUnchangedBooks] != 1 || c[pipeline.CountReadBooks] != 2 ||
		c[pipeline.CountCachedBooks] != 2 || c[pipeline.CountObservations] != 3 || c[pipeline.CountQuarantined] != 1 {
		t.Errorf("counters %v", c)
	}
	if !w.watch.says("WARN read iip: empty.csv has no table of this dataset") {
		t.Errorf("nobody is told of the book without a table: %q", w.watch.events)
	}
	w.run(runlog.Unchanged, 0)
	if n := len(w.reader.books); n != 4 {
		t.Errorf("%d books were read, want each once: %v", n, w.reader.books)
	}
}

// What makes a release another one leads to a new one; nothing else does.
func TestWhatMakesARelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.set("a.csv", book("CT,2023,10"))
	w.run(runlog.Done, 0)
	// In this order: once the book has a second version, a new recipe reads both.
	for _, c := range []struct {
		name   string
		change func()
		status runlog.Status
		read   int
	}{
		{"nothing", func() {}, runlog.Unchanged, 0},
		{"the clock", func() { w.now = w.now.Add(time.Hour) }, runlog.Unchanged, 0},
		{"the configuration", func() { w.ConfigHash += "x" }, runlog.Done, 0},
		{"the recipe", func() { w.Datasets[0].RecipeHash += "x" }, runlog.Done, 1},
		{"the program", func() { w.Engine += "x" }, runlog.Done, 1},
		{"a book", func() { w.books.items[0].content += "HN,2023,1\n" }, runlog.Done, 1},
	} {
		before := len(w.reader.books)
		c.change()
		w.run(c.status, 0)
		if n := len(w.reader.books) - before; n != c.read {
			t.Errorf("after a change of %s %d books were read, want %d", c.name, n, c.read)
		}
	}
}

// The publication date speaks for the first version at an address alone, what the reader finds in the book before all.
func TestVintages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = day(10)
	w.books.items = []item{{uri: "a.csv", content: book("CT,2023,1"), published: day(3)}}
	w.run(runlog.Done, 0)
	w.now = day(11)
	w.books.set("a.csv", book("CT,2023,2"))
	w.run(runlog.Done, 0)
	w.expect(history, "CT 1.0 3 11\nCT 2.0 11")

	w.now, w.reader.vintage = day(12), day(5)
	w.books.set("b.csv", book("HN,2023,7"))
	w.run(runlog.Done, 0)
	w.expect(history, "CT 1.0 3 11\nCT 2.0 11\nHN 7.0 5")
}

// The same bytes at several addresses are read once. At an address that is none of the dataset's they say nothing.
func TestSameBytesElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := &source{}
	w.Sources = append(w.Sources, pipeline.Source{ID: "mirror", Source: other})
	old := book("CT,2023,1")
	w.books.set("b.csv", old)
	w.books.set("c.csv", old)
	w.run(runlog.Done, 0)
	if len(w.reader.books) != 1 {
		t.Errorf("read %v, want one book", w.reader.books)
	}
	w.now = day(2)
	w.books.set("b.csv", book("CT,2023,2"))
	w.books.set("c.csv", book("CT,2023,2"))
	w.run(runlog.Done, 0)
	for i, uri := range []string{"a.csv", "z.csv"} {
		w.now = day(3 + i)
		other.set(uri, old)
		w.run(runlog.Done, 0)
		w.expect(history, "CT 1.0 1 2\nCT 2.0 2")
	}
	w.expect("SELECT count(*) FROM snapshots", "6")

	w.now = day(6)
	w.books.set("d.csv", old)
	w.run(runlog.Done, 0)
	w.expect(history, "CT 1.0 1 2\nCT 1.0 6\nCT 2.0 2 6")
}

// What a source with a whole list names no more counts no more; from others nothing is ever lost.
func TestDroppedItem(t *testing.T) {
	t.Parallel()
	for whole, want := range map[bool]string{true: "HN 2023 2.0", false: "CT 2023 1.0\nHN 2023 2.0"} {
		w := newWorld(t)
		w.books.whole = whole
		w.books.set("a.csv", book("CT,2023,1"))
		w.books.set("b.csv", book("HN,2023,2"))
		w.run(runlog.Done, 0)
		w.books.items = w.books.items[1:]
		status := runlog.Unchanged
		if whole {
			status = runlog.Done
		}
		w.run(status, 0)
		w.expect(latest, want)

		w.books.items, w.books.away = nil, &fault.Error{Kind: fault.Unavailable, What: "away"}
		if whole {
			status = runlog.Done // all that is known counts while the source is away
			want = "CT 2023 1.0\nHN 2023 2.0"
		}
		w.run(status, 4)
		w.expect(latest, want)
	}
}

// The exit code names the trouble; a source that was away never hides trouble that waiting does not cure.
func TestExitCode(t *testing.T) {
	t.Parallel()
	away := &fault.Error{Kind: fault.Unavailable, What: "away"}
	for name, c := range map[string]struct {
		list, open, read error
		held             bool
		exit             int
	}{
		"all is well":                        {},
		"source away":                        {list: away, exit: 4},
		"book away":                          {open: away, exit: 4},
		"unreadable book":                    {read: errors.New("odd"), exit: 1},
		"source away and unreadable book":    {open: away, read: errors.New("odd"), exit: 1},
		"source away and odd book":           {open: away, list: nil, read: &fault.Error{Kind: fault.Limit, What: "too slow"}, exit: 1},
		"source breaks in a way of its own":  {list: errors.New("odd"), exit: 1},
		"unchanged though never seen":        {open: sources.ErrUnchanged, exit: 1},
		"configuration found wrong too late": {list: &fault.Error{Kind: fault.Config, What: "no such bucket"}, exit: 2},
		"held back":                          {held: true, exit: 3},
		"held back and source away":          {list: away, held: true, exit: 3},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.books.set("a.csv", book("CT,2023,1"))
			w.books.set("b.csv", book("HN,2023,2"))
			w.books.hook = func(step, uri string) error {
				switch {
				case step == "list":
					return c.list
				case uri == "b.csv":
					return c.open
				}
				return nil
			}
			w.reader.hook = func(string, string) error { return c.read }
			if c.held {
				w.stage.report.Held = []string{"check iip.range: too low"}
				w.fails(runlog.ChecksFailed, c.exit, "check iip.range: too low")
				return
			}
			result := w.run(runlog.Done, c.exit)
			if (len(result.Problems) > 0) != (c.exit > 0) {
				t.Errorf("problems %v", result.Problems)
			}
		})
	}
}

// Many books that fail at once are all told, each under its name.
func TestManyFailAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 40 {
		w.books.set(fmt.Sprintf("%02d.csv", i), book(fmt.Sprintf("CT,%d,1", 1980+i)))
	}
	w.books.hook = func(_, uri string) error {
		if uri >= "30" {
			return &fault.Error{Kind: fault.Unavailable, File: uri, What: "away"}
		}
		return nil
	}
	w.reader.hook = func(_, book string) error {
		switch {
		case book < "10":
			panic("index out of range")
		case book < "20":
			return &fault.Error{Kind: fault.Input, Sheet: "s", Cell: "B7", What: "odd"}
		}
		return nil
	}
	result := w.run(runlog.Done, 1)
	if len(result.Problems) != 30 || result.Counters[pipeline.CountFailedBooks] != 30 || result.Counters[pipeline.CountReadBooks] != 10 {
		t.Errorf("%d problems, counters %v", len(result.Problems), result.Counters)
	}
	told := errors.Join(result.Problems...).Error()
	for _, want := range []string{
		"source books: 35.csv: away", `dataset iip: 15.csv, sheet "s", cell B7: odd`,
		"dataset iip: 05.csv: the reader broke on this book: panic: index out of range",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is not told in\n%s", want, told)
		}
	}
	events, err := w.Log.Events(t.Context(), result.Run)
	w.must(err)
	failed := 0
	for _, e := range events {
		if e.Level.String() == "ERROR" {
			failed++
		}
	}
	if failed != 30 {
		t.Errorf("the history has %d errors", failed)
	}
	w.expect("SELECT count(*) FROM iip", "10")
}

// Releases of one second are told apart, and the newest is the newest.
func TestFullRefreshTwiceInOneSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.set("a.csv", book("CT,2023,1"))
	w.Full, w.Keep = true, 5
	ids := map[string]bool{}
	last := ""
	for range 3 {
		id := w.run(runlog.Done, 0).Release
		if ids[id] || id <= last {
			t.Errorf("the release after %s is %s", last, id)
		}
		ids[id], last = true, id
	}
	if n := len(w.reader.books); n != 3 {
		t.Errorf("the book was read %d times", n)
	}
	list, err := w.Releases.List()
	w.must(err)
	if len(list) != 3 || list[0].ID != last {
		t.Errorf("the shelf has %v", list)
	}
	w.Full = false
	w.run(runlog.Unchanged, 0)
}

func TestOldReleasesAreRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Full, w.Keep = true, 2
	for i := range 4 {
		w.now = day(1 + i)
		w.run(runlog.Done, 0)
	}
	list, err := w.Releases.List()
	w.must(err)
	if len(list) != 2 || !w.watch.says("is removed: 2 are kept") {
		t.Errorf("the shelf has %d releases; %q", len(list), w.watch.events)
	}

	// A release that cannot be removed is a problem, and the new one stands.
	w.watch.hook = func(step, message string) error {
		if staging := filepath.Join(w.data, "staging"); strings.HasSuffix(message, "is current") {
			w.must(os.Remove(staging))
			w.must(os.WriteFile(staging, nil, 0o600))
		}
		return nil
	}
	w.now = day(9)
	result := w.run(runlog.Done, 1)
	if len(result.Problems) != 1 || !strings.Contains(result.Problems[0].Error(), "remove old releases") || !strings.HasPrefix(result.Release, "20240109") {
		t.Errorf("%+v", result)
	}
}

// What a book is full of and nobody can use does not fill the memory, and nothing of it goes uncounted.
func TestRejectsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows := []string{"HN,2023,1", "CT,2000," + strings.Repeat("ư", 900)}
	for i := range 10_050 {
		rows = append(rows, fmt.Sprintf("CT,%d,odd", i))
	}
	w.books.set("a.csv", book(rows...))
	result := w.run(runlog.Done, 0)
	if n := result.Counters[pipeline.CountQuarantined]; n != 10_051 {
		t.Errorf("%d rejects are counted", n)
	}
	w.expect("SELECT count(*) FROM quarantine", "10001")
	w.expect("SELECT reason FROM quarantine WHERE cell IS NULL", "51 more cells or rows of this book could not be used; the first 10000 are listed")
	w.expect("SELECT strlen(text), text LIKE 'ưư%ư…' FROM quarantine WHERE cell = 'C3'", "1003 true")
	w.expect(latest, "HN 2023 1.0")
}

func TestPlanTellsAndTouchesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.set("a.csv", book("CT,2023,1"))
	w.books.set("b.csv", book("CT,2024,1"))
	w.reader.hook = func(_, book string) error {
		if book == "b.csv" {
			return errors.New("odd")
		}
		return nil
	}
	plan := func(want ...string) {
		t.Helper()
		watcher := w.Watch
		w.Watch = nil
		steps, err := w.Plan(t.Context())
		w.must(err)
		w.Watch = watcher
		text := fmt.Sprint(steps)
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("the plan does not say %q: %s", part, text)
			}
		}
	}
	plan("{pull books 2 books, 2 of them new", "{read iip 0 books known", "a new release with 1 datasets")
	w.run(runlog.Done, 1)
	plan("2 books, 0 of them new", "2 books known, 1 of them to be read", "one of the 1 that could not be read")
	w.reader.hook = nil
	w.run(runlog.Done, 0)
	plan("2 books known, 0 of them to be read", "up to date")
	w.books.away = errors.New("odd")
	plan("cannot be listed: odd")
	w.must(os.WriteFile(filepath.Join(w.current().Dir, "manifest.json"), []byte("{"), 0o600))
	plan("a new release with 1 datasets")
}
