package sheet

import (
	"context"
	"errors"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
)

// guard runs readers' code under the limit on time, and turns a panic of it into an error: whatever a damaged book does
// to a reader must not end the program.
type guard struct {
	file  string
	limit time.Duration
}

func (g guard) run(ctx context.Context, f func(context.Context) error) (err error) {
	late := &lateness{g}
	ctx, cancel := context.WithTimeoutCause(ctx, g.limit, late)
	defer cancel()
	err = fault.Guard(fault.Error{Kind: fault.Input, File: g.file, What: "the reader broke on this book", Remedy: "open it in a spreadsheet program and save it again"},
		func() error { return f(ctx) })
	if errors.Is(err, context.DeadlineExceeded) && errors.Is(context.Cause(ctx), late) {
		return late.Unwrap()
	}
	return err
}

// lateness is why a reader is stopped. It is put into words when it happens: that a book is read in time is the rule.
type lateness struct{ guard }

func (l *lateness) Error() string { return l.Unwrap().Error() }

func (l *lateness) Unwrap() error { return Exceeds(l.file, "", "", LimitTime, l.limit) }

// guarded is a Book whose Scan is guarded. A panic of visit is the caller's own and passes through.
type guarded struct {
	Book
	guard
}

func (b *guarded) Scan(ctx context.Context, i int, visit func(*Row) error) (tail *Tail, err error) {
	var own any
	err = b.run(ctx, func(ctx context.Context) (err error) {
		tail, err = b.Book.Scan(ctx, i, func(r *Row) error {
			defer func() {
				if own = recover(); own != nil {
					panic(own)
				}
			}()
			return visit(r)
		})
		return err
	})
	if own != nil {
		panic(own)
	}
	if err != nil {
		return nil, err
	}
	return tail, nil
}
