package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/sinks"
)

// build makes a release of everything that is known and publishes it, in three steps. What fails in a way that may pass
// can be tried again step by step; when the process dies the next run begins with loading, of what is in the lake.
func (r *running) build(ctx context.Context, books []lake.Version, inputs []input, unread []release.Unread, hash string) error {
	created := r.Now().UTC().Truncate(time.Microsecond)
	id, err := r.releaseID(created, hash)
	if err != nil {
		return err
	}
	f := facts{release: id, run: r.result.Run, created: created, inputsHash: hash, unread: unread}
	a := &assembly{running: r, books: books, inputs: inputs, facts: f}
	defer a.close(ctx)
	if err := r.step(ctx, StepLoad, a.load); err != nil {
		return err
	}
	if err := r.step(ctx, StepCompute, a.compute); err != nil {
		return err
	}
	return r.step(ctx, StepPublish, a.publish)
}

// step has the crew do a step, and keeps in the history why it was tried again.
func (r *running) step(ctx context.Context, name string, do func(ctx context.Context) error) error {
	var last error
	return r.crew().Step(ctx, StepTask{Run: r.result.Run, Step: name}, func(ctx context.Context) error {
		if last != nil {
			r.event(ctx, slog.LevelWarn, name, "", "tried again: %s", last)
		}
		last = do(ctx)
		return last
	})
}

// assembly is a release in the making: the working database of the run and what the steps have found. The database lives
// as long as the process, so that the steps cannot be parted from one another.
type assembly struct {
	*running
	books  []lake.Version
	inputs []input
	facts  facts

	db       *duck.DB
	tables   []Published // of the release
	held     []string    // what holds the release back
	computed bool        // computing has begun: the database is no longer as it was loaded
	current  bool        // the release is current on this machine
}

// assemble makes all that a release holds without steps of their own, and lets use have it.
func (r *running) assemble(ctx context.Context, books []lake.Version, inputs []input, f facts, use func(db *duck.DB, tables []Published, held []string) error) error {
	a := &assembly{running: r, books: books, inputs: inputs, facts: f}
	defer a.close(ctx)
	if err := a.load(ctx); err != nil {
		return err
	}
	if err := a.compute(ctx); err != nil {
		return err
	}
	return use(a.db, a.tables, a.held)
}

// close closes the database. The release does not live in it: it stands or falls without.
func (a *assembly) close(ctx context.Context) {
	if a.db == nil {
		return
	}
	if err := a.db.Close(); err != nil {
		a.problem(ctx, StepPublish, "", fmt.Errorf("close the working database: %w", err))
	}
	a.db = nil
}

// load loads everything into a fresh database.
func (a *assembly) load(ctx context.Context) error {
	a.close(ctx)
	a.computed = false
	a.result.Counters[CountObservations], a.result.Counters[CountQuarantined] = 0, 0
	path := a.work("build.duckdb")
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("remove the working database: %w", err)
	}
	o := a.Duck
	o.Scratch = true
	var err error
	if a.db, err = duck.Create(ctx, path, o); err != nil {
		return err
	}
	if err := a.openSeed(ctx, a.facts); err != nil {
		return err
	}
	if a.tables, err = a.running.load(ctx, a.db, a.books, a.inputs, a.facts); err != nil {
		return err
	}
	if a.held, err = a.loadChanges(ctx, a.db, a.inputs); err != nil {
		return err
	}
	for i := range a.Datasets {
		if err := a.repack(ctx, &a.Datasets[i], a.inputs); err != nil {
			return err
		}
	}
	if !a.facts.asOf.IsZero() {
		a.held = nil // what the books of a later time changed is no matter then
		if err := a.db.Exec(ctx, "DELETE FROM "+changeTable.name+" WHERE book NOT IN (SELECT name FROM snapshots)"); err != nil {
			return fmt.Errorf("leave out the changes of later books: %w", err)
		}
	}
	return nil
}

// compute runs the stages. What an attempt before has left half done is not built upon.
func (a *assembly) compute(ctx context.Context) error {
	if a.computed {
		if err := a.load(ctx); err != nil {
			return err
		}
	}
	a.computed = true
	more, failed, err := a.stages(ctx, a.db, a.facts)
	if err != nil {
		return err
	}
	a.tables, a.held = append(a.tables, more...), append(a.held, failed...)
	return nil
}

// publish makes the release current, here and on all machines, or holds it back.
func (a *assembly) publish(ctx context.Context) error {
	if len(a.held) > 0 {
		return a.holdBack(ctx, a.db, a.facts.release, a.held)
	}
	if !a.current {
		if err := a.running.publish(ctx, a.db, a.tables, a.facts); err != nil {
			return err
		}
		a.current = true
	}
	return a.share(ctx)
}

// facts are what a release says about itself.
type facts struct {
	release, run, inputsHash string
	created                  time.Time
	asOf                     time.Time // what was known then; zero: everything
	unread                   []release.Unread
}

// now is the time that the release is about.
func (f facts) now() time.Time {
	if f.asOf.IsZero() {
		return f.created
	}
	return f.asOf
}

// releaseID makes an id that sorts by time. Releases made within a second of the same inputs are told apart by a number.
func (r *running) releaseID(created time.Time, hash string) (string, error) {
	list, err := r.Releases.List()
	if err != nil {
		return "", err
	}
	first := created.Format("20060102T150405Z") + "-" + hash[:8]
	id := first
	for n := 2; slices.ContainsFunc(list, func(i release.Info) bool { return i.ID == id }); n++ {
		id = fmt.Sprintf("%s-%d", first, n)
	}
	return id, nil
}

// stages runs the stages in order.
func (r *running) stages(ctx context.Context, db *duck.DB, f facts) (tables []Published, held []string, err error) {
	in := Setting{Now: f.now(), Run: f.run, Release: f.release}
	if f.asOf.IsZero() {
		if in.Previous, err = r.Releases.Last(); err != nil {
			return nil, nil, err
		}
	}
	for _, s := range r.Stages {
		r.Watch.Begin(s.Name(), 0)
		report, err := s.Run(ctx, db, in)
		r.Watch.End()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.Name(), err)
		}
		for _, note := range report.Notes {
			r.event(ctx, slog.LevelWarn, s.Name(), "", "%s", note)
		}
		for _, failure := range report.Held {
			r.event(ctx, slog.LevelError, s.Name(), "", "%s", failure)
		}
		held = append(held, report.Held...)
		tables = append(tables, report.Tables...)
	}
	return tables, held, nil
}

// holdBack keeps the candidate for study; the last good release stays current.
func (r *running) holdBack(ctx context.Context, db *duck.DB, id string, held []string) error {
	reason := strings.Join(held, "\n")
	staging, err := r.Releases.Stage(id)
	if err != nil {
		return err
	}
	err = db.WriteDatabase(ctx, filepath.Join(staging.Dir, "candidate.duckdb"))
	if err != nil {
		return errors.Join(err, staging.Discard())
	}
	dir, err := staging.SetAside(reason)
	if err != nil {
		return errors.Join(err, staging.Discard())
	}
	return &fault.Error{Kind: fault.Check, What: fmt.Sprintf("the release is held back, %d checks failed:\n  %s", len(held), strings.Join(held, "\n  ")),
		Remedy: "the last good release stays current; the candidate is in " + dir}
}

// publish gives the tables to all sinks and makes the release current.
func (r *running) publish(ctx context.Context, db *duck.DB, published []Published, f facts) error {
	staging, err := r.Releases.Stage(f.release)
	if err != nil {
		return err
	}
	manifest, err := r.stock(ctx, db, staging, published, f, r.Sinks)
	if err != nil {
		return errors.Join(err, staging.Discard())
	}
	info, err := staging.Commit(ctx, manifest)
	if err != nil {
		return errors.Join(err, staging.Discard())
	}
	r.event(ctx, slog.LevelInfo, "publish", "", "release %s is current", info.ID)
	gone, err := r.Releases.Prune(r.Keep)
	if err != nil {
		r.problem(ctx, "publish", "", fmt.Errorf("remove old releases: %w", err))
	}
	for _, old := range gone {
		r.event(ctx, slog.LevelInfo, "publish", "", "release %s is removed: %d are kept", old, r.Keep)
	}
	return nil
}

// stock has the sinks fill the staging folder.
func (r *running) stock(ctx context.Context, db *duck.DB, staging *release.Staging, published []Published, f facts, into []sinks.Sink) (release.Manifest, error) {
	tables := make([]sinks.Table, len(published))
	for i, p := range published {
		var err error
		if tables[i], err = db.Table(ctx, p.Name, p.Order); err != nil {
			return release.Manifest{}, err
		}
	}
	m := r.manifest(f, tables)
	rel := sinks.Release{
		ID: f.release, Dir: staging.Dir, Time: f.created, Run: f.run, Store: db, Take: r.take(staging),
		Name: sinks.Text{VI: r.Name.VI, EN: r.Name.EN}, Language: r.Language, Illustrative: m.Illustrative,
	}
	if err := r.surround(ctx, db, f, &rel); err != nil {
		return release.Manifest{}, err
	}
	r.Watch.Begin("publish", len(into)*len(tables))
	defer r.Watch.End()
	return m, r.feed(ctx, rel, tables, into)
}

// surround tells the sinks what stands round the release: the one before, the books, the runs.
func (r *running) surround(ctx context.Context, db *duck.DB, f facts, rel *sinks.Release) error {
	if f.asOf.IsZero() {
		// One that is damaged has been told of, and there is nothing to look at in it.
		if current, ok, err := r.Releases.Current(); err == nil && ok {
			rel.Previous = current.Dir
		}
	}
	for _, u := range f.unread {
		rel.Unread = append(rel.Unread, sinks.Unread{Dataset: u.Dataset, Snapshot: u.SnapshotID, Book: u.Book})
	}
	runs, err := r.Log.Runs(ctx, runsShown)
	if err != nil {
		return err
	}
	for _, run := range runs {
		rel.Runs = append(rel.Runs, sinks.Run{
			ID: run.ID, Started: run.Started, Finished: run.Finished, Status: string(run.Status), Release: run.Release,
			Trigger: run.Trigger, Message: run.Message, Counters: run.Counters,
		})
	}
	rel.Books, err = r.library(ctx, db)
	return err
}

// runsShown is of how many runs a release tells.
const runsShown = 60

// feed takes the sinks through a release. None commits before all have written everything, and those of servers commit
// last: they are seen by their readers from then on.
func (r *running) feed(ctx context.Context, rel sinks.Release, tables []sinks.Table, into []sinks.Sink) error {
	into = slices.Clone(into)
	slices.SortStableFunc(into, func(a, b sinks.Sink) int {
		last := func(s sinks.Sink) int {
			if remote, ok := s.(sinks.Remote); ok && remote.Remote() {
				return 1
			}
			return 0
		}
		return last(a) - last(b)
	})
	for i, s := range into {
		if err := r.write(ctx, s, rel, tables); err != nil {
			return errors.Join(err, abort(ctx, into[:i+1]))
		}
	}
	for i, s := range into {
		err := ctx.Err()
		if err == nil {
			err = s.Commit(ctx)
		}
		if err != nil {
			return errors.Join(err, abort(ctx, into[i:]))
		}
	}
	return nil
}

// write gives one sink all tables.
func (r *running) write(ctx context.Context, s sinks.Sink, rel sinks.Release, tables []sinks.Table) error {
	if err := s.Begin(ctx, rel); err != nil {
		return err
	}
	for _, t := range tables {
		if err := s.Write(ctx, t); err != nil {
			return err
		}
		r.Watch.Part(t.Name())
	}
	return nil
}

// abort gives a release up at sinks that have not committed it, even when the run is being stopped.
func abort(ctx context.Context, begun []sinks.Sink) error {
	var errs []error
	for _, s := range begun {
		errs = append(errs, s.Abort(context.WithoutCancel(ctx)))
	}
	return errors.Join(errs...)
}

func (r *running) manifest(f facts, tables []sinks.Table) release.Manifest {
	m := release.Manifest{Run: f.run, Created: f.created, AsOf: f.asOf, Statloom: r.Engine, ConfigHash: r.ConfigHash, InputsHash: f.inputsHash, Unread: f.unread, Made: r.made}
	for _, d := range r.Datasets {
		m.Illustrative = m.Illustrative || d.Illustrative
	}
	for _, t := range tables {
		table := release.Table{Name: t.Name(), Comment: t.Comment(), Rows: t.Rows()}
		for _, c := range t.Columns() {
			table.Columns = append(table.Columns, release.Column{Name: c.Name, Type: c.Type, Comment: c.Comment})
		}
		m.Tables = append(m.Tables, table)
	}
	return m
}
