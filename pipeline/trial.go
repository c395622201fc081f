package pipeline

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
)

// Trial makes everything that a run would publish, of the books that the lake has, and lets look have it. Nothing is
// fetched or published, and the run history does not hear of it. The caller holds the run's lock. held are the failed
// expectations that would hold the release back.
func (r *Runner) Trial(ctx context.Context, look func(db *duck.DB, held []string) error) (Result, error) {
	run := &running{Runner: r, silent: true, result: Result{Counters: map[string]int64{}}}
	err := run.trial(ctx, look)
	return run.result, errors.Join(err, os.RemoveAll(r.Work))
}

func (r *running) trial(ctx context.Context, look func(db *duck.DB, held []string) error) error {
	if err := r.clean(); err != nil {
		return err
	}
	whole, unread, hash, books, err := r.known(ctx)
	if err != nil {
		return err
	}
	f := facts{release: "trial", run: "trial", created: r.Now().UTC().Truncate(time.Microsecond), inputsHash: hash, unread: unread}
	return r.assemble(ctx, books, whole, f, func(db *duck.DB, _ []Published, held []string) error { return look(db, held) })
}

// known reads the books that the lake has, as far as they are not read yet.
func (r *running) known(ctx context.Context) (whole []input, unread []release.Unread, hash string, books []lake.Version, err error) {
	seen, err := r.listed(ctx)
	if err != nil {
		return nil, nil, "", nil, err
	}
	if books, err = r.books(ctx, seen); err != nil {
		return nil, nil, "", nil, err
	}
	if len(books) == 0 {
		return nil, nil, "", nil, &fault.Error{Kind: fault.Failed, What: "no book has been fetched yet", Remedy: "fetch them: statloom run"}
	}
	inputs := r.inputs(books)
	whole, unread, err = r.read(ctx, inputs)
	return whole, unread, r.inputsHash(books, inputs), books, err
}
