package pipeline

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/transforms"
)

// Crew does the parts of a run that need no order among themselves: sources are pulled, books are read. Without one a
// Runner does them itself, several at a time; a queue has any number of processes do them. All meet at the lake, so that
// what is made is the same wherever it was made.
//
// Pull and Read tell done of every task once, in any order, never of two at a time. Their error is what keeps a task from
// being done at all, such as a lake that is away, and stops the run; what is wrong with one source or one book is in its
// report.
//
// Step has a step done that stands on what the run has in this process, its working database, and so can be done here
// only: it calls do, and may call it again when it failed with what may pass.
type Crew interface {
	Pull(ctx context.Context, tasks []PullTask, done func(int, PullReport)) error
	Read(ctx context.Context, tasks []ReadTask, done func(int, ReadReport)) error
	Step(ctx context.Context, task StepTask, do func(ctx context.Context) error) error
}

// Steps of a run that follow one another in one process.
const (
	StepLoad    = "load"    // every vintage into a fresh database
	StepCompute = "compute" // models, indicators, targets and checks
	StepPublish = "publish" // the release, here and where machines find it
)

// StepTask asks for a step of a run.
type StepTask struct {
	Run  string `json:"run"`
	Step string `json:"step"`
}

// PullTask asks for what a source has and the lake has not.
type PullTask struct {
	Source string `json:"source"`
}

// PullReport says what became of a source.
type PullReport struct {
	Listed    []string   `json:"listed,omitempty"` // the addresses it names now, of a source whose list is whole
	New       []string   `json:"new,omitempty"`    // names of the books that were new
	Unchanged int        `json:"unchanged,omitempty"`
	Failed    []*Trouble `json:"failed,omitempty"`  // items that could not be fetched
	Trouble   *Trouble   `json:"trouble,omitempty"` // why the source could not be listed
}

// ReadTask asks for the fragment of a book as a dataset reads it. It holds all that the fragment depends on besides the
// program and the configuration.
type ReadTask struct {
	Dataset  string    `json:"dataset"`
	Snapshot string    `json:"snapshot"` // SHA-256 of the book
	URI      string    `json:"uri"`
	Name     string    `json:"name"`
	Vintage  time.Time `json:"vintage"`
	Again    string    `json:"again,omitempty"` // id of the run that wants it made even if it is there
}

// ReadReport says what came of a book.
type ReadReport struct {
	Rows     int64              `json:"rows,omitempty"`
	Tables   int                `json:"tables,omitempty"`
	Notes    []string           `json:"notes,omitempty"`
	Rejected int64              `json:"rejected,omitempty"` // cells or rows that went to quarantine
	First    *transforms.Reject `json:"first,omitempty"`    // the first of them
	Trouble  *Trouble           `json:"trouble,omitempty"`  // why there is no fragment
}

// Trouble is an error that can be sent to another process, where it reads the same and is treated the same.
type Trouble struct {
	Kind  fault.Kind    `json:"kind"`
	Text  string        `json:"text"`
	After time.Duration `json:"after,omitempty"`

	err error // the error itself, where it happened
}

// TroubleOf gives an error its form for sending; nil for none.
func TroubleOf(err error) *Trouble {
	if err == nil {
		return nil
	}
	after, _ := fault.Retryable(err)
	return &Trouble{Kind: fault.KindOf(err), Text: err.Error(), After: after, err: err}
}

// Err gives the error.
func (t *Trouble) Err() error {
	switch {
	case t == nil:
		return nil
	case t.err != nil:
		return t.err
	}
	return &fault.Error{Kind: t.Kind, What: t.Text, After: t.After}
}

// task gives the input its form for sending.
func (r *running) task(in input) ReadTask {
	t := ReadTask{
		Dataset: in.dataset.ID, Snapshot: in.version.SHA256, URI: in.version.URI, Name: in.version.Name, Vintage: in.vintage.UTC(),
	}
	if r.Full {
		t.Again = r.result.Run
	}
	return t
}

// PullSource lists a source and brings what is new into the lake: one PullTask. The error is that of the context.
func (r *Runner) PullSource(ctx context.Context, task PullTask) (PullReport, error) {
	for _, s := range r.Sources {
		if s.ID != task.Source {
			continue
		}
		p := &pulled{Source: s}
		if err := p.list(ctx); err != nil {
			return PullReport{}, err
		}
		err := p.fetch(ctx, r, func(string) {})
		return p.report, err
	}
	return PullReport{}, &fault.Error{Kind: fault.Config, What: "there is no source " + task.Source}
}

// ReadBook makes the fragment of a book: one ReadTask. What is wrong with the book is in the report; the error is trouble
// of the lake or its disk.
func (r *Runner) ReadBook(ctx context.Context, task ReadTask) (ReadReport, error) {
	at := r.desk(task.Snapshot, task.Name)
	defer at.close()
	return r.readAt(ctx, task, at)
}

// readAt reads a book where it lies open.
func (r *Runner) readAt(ctx context.Context, task ReadTask, at *desk) (ReadReport, error) {
	for i := range r.Datasets {
		if r.Datasets[i].ID != task.Dataset {
			continue
		}
		in := input{
			dataset: &r.Datasets[i], vintage: task.Vintage,
			version: lake.Version{SHA256: task.Snapshot, URI: task.URI, Name: task.Name},
		}
		end, unreadable, err := r.readOne(ctx, in, at)
		if err != nil {
			return ReadReport{}, fmt.Errorf("dataset %s: read %s: %w", task.Dataset, task.Name, err)
		}
		if unreadable != nil {
			return ReadReport{Trouble: TroubleOf(unreadable)}, nil
		}
		report := ReadReport{Rows: end.Rows, Tables: end.Report.Tables, Notes: end.Report.Notes, Rejected: end.rejected()}
		if len(end.Rejects) > 0 {
			report.First = &end.Rejects[0]
		}
		return report, nil
	}
	return ReadReport{}, &fault.Error{Kind: fault.Config, What: "there is no dataset " + task.Dataset}
}

// crew gives the crew of the run.
func (r *running) crew() Crew {
	if r.Crew != nil {
		return r.Crew
	}
	return Hands(r.Runner)
}

// Hands is the crew of a process that does all itself.
func Hands(r *Runner) Crew { return hands{r} }

// hands is the crew of a Runner that has no other: the process itself.
type hands struct{ *Runner }

// Pull lists all sources, then fetches from all.
func (h hands) Pull(ctx context.Context, tasks []PullTask, done func(int, PullReport)) error {
	byID := map[string]Source{}
	for _, s := range h.Sources {
		byID[s.ID] = s
	}
	each := make([]*pulled, len(tasks))
	for i, t := range tasks {
		each[i] = &pulled{Source: byID[t.Source]}
	}
	if err := together(ctx, pulling, each, func(ctx context.Context, p *pulled) error { return p.list(ctx) }); err != nil {
		return err
	}
	items := 0
	for _, p := range each {
		items += len(p.items)
	}
	h.Watch.Begin("pull", items)
	defer h.Watch.End()
	var mu sync.Mutex
	part := func(item string) {
		mu.Lock()
		defer mu.Unlock()
		h.Watch.Part(item)
	}
	if err := together(ctx, pulling, each, func(ctx context.Context, p *pulled) error { return p.fetch(ctx, h.Runner, part) }); err != nil {
		return err
	}
	for i, p := range each {
		done(i, p.report)
	}
	return nil
}

// Read reads a few books at a time, each for all its datasets while it lies open.
func (h hands) Read(ctx context.Context, tasks []ReadTask, done func(int, ReadReport)) error {
	type book struct{ snapshot, name string }
	var books []book
	of := map[book][]int{} // indices of tasks
	for i := range tasks {
		book := book{tasks[i].Snapshot, tasks[i].Name}
		if of[book] == nil {
			books = append(books, book)
		}
		of[book] = append(of[book], i)
	}
	var mu sync.Mutex
	return together(ctx, readers, books, func(ctx context.Context, book book) error {
		at := h.desk(book.snapshot, book.name)
		defer at.close()
		for _, i := range of[book] {
			report, err := h.readAt(ctx, tasks[i], at)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return err
			}
			mu.Lock()
			done(i, report)
			mu.Unlock()
		}
		return nil
	})
}

// Step does the step. Whoever waits for a run sees at once what is wrong, so nothing is tried again.
func (hands) Step(ctx context.Context, _ StepTask, do func(ctx context.Context) error) error {
	return do(ctx)
}

// together does something for each of a list, several at a time. The first error stops the others.
func together[T any](ctx context.Context, limit int, list []T, do func(context.Context, T) error) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for _, x := range list {
		group.Go(func() error { return do(within, x) })
	}
	return group.Wait()
}
