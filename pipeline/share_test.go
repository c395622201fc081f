package pipeline_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/depot"
	"github.com/statloom/statloom/pipeline/runlog"
)

// machine makes a world that shares the lake and the depot with others; each has a shelf of its own.
func machine(t *testing.T, first *world, store string) *world {
	t.Helper()
	w := newWorld(t)
	if first != nil {
		w.Lake, w.books, w.reader, w.Sources, w.Datasets = first.Lake, first.books, first.reader, first.Sources, first.Datasets
	}
	d, err := depot.Open(t.Context(), store, filepath.Join(w.data, "published.json"), func() time.Time { return w.now })
	w.must(err)
	t.Cleanup(func() { w.must(d.Close()) })
	w.Depot = d
	return w
}

// Machines build upon what was published last, wherever that was, and publish each change once.
func TestMachines(t *testing.T) {
	t.Parallel()
	store := "file://" + filepath.ToSlash(t.TempDir())
	a := machine(t, nil, store)
	b := machine(t, a, store)
	published := func(number int, id string) {
		t.Helper()
		p, err := a.Depot.Current(t.Context())
		a.must(err)
		if p.Number != number || p.Release != id {
			t.Fatalf("published is %+v, want %d, %s", p, number, id)
		}
	}
	a.books.set("a.csv", book("CT,2023,1"))
	first := a.run(runlog.Done, 0).Release
	published(1, first)

	// The other machine has nothing to do but to take it over.
	if r := b.run(runlog.Unchanged, 0); r.Release != first || r.Counters[pipeline.CountReadBooks] != 0 {
		t.Errorf("the other machine has %+v", r)
	}
	b.expect(latest, "CT 2023 1.0")

	b.books.set("b.csv", book("HN,2023,2"))
	a.now, b.now = day(2), day(2)
	second := b.run(runlog.Done, 0).Release
	published(2, second)
	if id := b.current().Previous; id != first {
		t.Errorf("it is built upon %q", id)
	}

	// What was built and did not get to the store is published by the next run on that machine.
	b.books.set("c.csv", book("HP,2023,3"))
	a.now, b.now = day(3), day(3)
	depotOfB := b.Depot
	b.Depot = nil
	third := b.run(runlog.Done, 0).Release
	published(2, second)
	b.Depot = depotOfB
	if r := b.run(runlog.Unchanged, 0); r.Release != third || !b.watch.says("did not get to the other machines; it does now") {
		t.Errorf("%+v", r)
	}
	published(3, third)

	// But not if another machine was quicker.
	b.books.set("d.csv", book("DN,2023,4"))
	a.now, b.now = day(4), day(5)
	b.Depot = nil
	overtaken := b.run(runlog.Done, 0).Release
	fourth := a.run(runlog.Done, 0).Release
	published(4, fourth)
	b.Depot = depotOfB
	if r := b.run(runlog.Unchanged, 0); r.Release != fourth || r.Release == overtaken {
		t.Errorf("the machine that was overtaken has %+v", r)
	}
	published(4, fourth)
	for _, w := range []*world{a, b} {
		w.expect("SELECT count(*), sum(obs_value) FROM iip", "4 10.0")
	}
}
