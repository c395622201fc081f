package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sources"
)

// RunAsOf computes everything anew from what was known at a time and puts it into a folder of its own. Nothing is fetched,
// and the current release stays what it is. The caller holds the run's lock. What failed checks of severity
// error find is in the result like all else: it is for study, and early on little was known.
func (r *Runner) RunAsOf(ctx context.Context, id string, at time.Time, folder string) (Result, error) {
	return r.record(ctx, id, func(run *running, ctx context.Context) error {
		return run.asOf(ctx, at.UTC().Truncate(time.Microsecond), folder)
	})
}

func (r *running) asOf(ctx context.Context, at time.Time, folder string) error {
	if err := r.clean(); err != nil {
		return err
	}
	whole, unread, hash, books, err := r.known(ctx)
	if err != nil {
		return err
	}
	f := facts{
		release: "asof-" + at.Format("20060102T150405Z"), run: r.result.Run, created: r.Now().UTC().Truncate(time.Microsecond),
		asOf: at, inputsHash: hash, unread: unread,
	}
	err = r.assemble(ctx, books, whole, f, func(db *duck.DB, tables []Published, held []string) error {
		return r.place(ctx, db, tables, held, f, folder)
	})
	if err == nil {
		r.result.Status = runlog.Done
	}
	return err
}

// place puts what was made into its folder.
func (r *running) place(ctx context.Context, db *duck.DB, tables []Published, held []string, f facts, folder string) error {
	staging, err := r.Releases.StageApart(f.release, folder)
	if err != nil {
		return err
	}
	var local []sinks.Sink
	for _, s := range r.Sinks {
		if remote, ok := s.(sinks.Remote); !ok || !remote.Remote() {
			local = append(local, s)
		}
	}
	manifest, err := r.stock(ctx, db, staging.Staging, tables, f, local)
	if err != nil {
		return errors.Join(err, staging.Discard())
	}
	info, err := staging.Place(ctx, manifest)
	if err != nil {
		return errors.Join(err, staging.Discard())
	}
	r.result.Folder = info.Dir
	if len(held) > 0 {
		r.event(ctx, slog.LevelWarn, "check", "", "%d checks of severity error do not hold on what was known then; the table checks has them", len(held))
	}
	return nil
}

// listed gives the addresses that sources with a whole list name now. Only those are asked: what other sources once had
// counts whether they still name it or not.
func (r *running) listed(ctx context.Context) (map[string]map[string]bool, error) {
	seen := map[string]map[string]bool{}
	for _, s := range r.Sources {
		if !sources.IsWhole(s.Source) {
			continue
		}
		items, err := s.list(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			r.problem(ctx, "pull", s.ID, fmt.Errorf("source %s: %w", s.ID, err))
			continue
		}
		seen[s.ID] = map[string]bool{}
		for _, item := range items {
			seen[s.ID][item.URI] = true
		}
	}
	return seen, nil
}
