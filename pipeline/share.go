package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/statloom/statloom/pipeline/depot"
	"github.com/statloom/statloom/pipeline/release"
)

// learn makes what machines last published the current release here, before anything is built upon it. A release that was
// built here and did not get as far as to be published is published now, if nobody was quicker.
func (r *running) learn(ctx context.Context) error {
	if r.Depot == nil {
		return nil
	}
	var err error
	if r.there, err = r.Depot.Current(ctx); err != nil {
		return err
	}
	seen, err := r.Depot.Seen()
	if err != nil {
		return err
	}
	// A release that is damaged here is fetched again, or built again.
	here, found, _ := r.Releases.Current()
	switch unpublished := found && here.ID != seen.Release; {
	case r.there.Number == 0 && !found:
		return nil
	case found && here.ID == r.there.Release:
	case r.there.Number == 0, unpublished && r.there.Number == seen.Number:
		r.event(ctx, slog.LevelWarn, "publish", "", "release %s was built here and did not get to the other machines; it does now", here.ID)
		return r.share(ctx)
	default:
		if unpublished {
			r.event(ctx, slog.LevelWarn, "publish", "", "release %s was built here while another machine published %s, which counts", here.ID, r.there.Release)
		}
		if err := r.adopt(ctx); err != nil {
			return err
		}
	}
	return errors.Join(r.Depot.Repair(ctx, r.there), r.Depot.See(r.there))
}

// adopt makes current here what is current on all machines.
func (r *running) adopt(ctx context.Context) error {
	id := r.there.Release
	err := r.Releases.Adopt(ctx, id, func(dir string) error { return r.Depot.Fetch(ctx, id, dir) })
	if err != nil {
		return fmt.Errorf("take over release %s: %w", id, err)
	}
	r.event(ctx, slog.LevelInfo, "publish", "", "release %s, which another machine has published, is current", id)
	return nil
}

// share publishes the current release to all machines: its files first, then the word that it is current.
func (r *running) share(ctx context.Context) error {
	if r.Depot == nil {
		return nil
	}
	info, ok, err := r.Releases.Current()
	if err != nil || !ok {
		return err
	}
	p, err := Share(ctx, r.Depot, info, r.there)
	if err != nil {
		return err
	}
	r.there = p
	if err := r.Depot.Prune(ctx, r.Keep, p); err != nil {
		r.problem(ctx, "publish", "", fmt.Errorf("remove old releases: %w", err))
	}
	return nil
}

// Share stores a release in a depot and makes it current there, if what was current is what the caller thinks.
func Share(ctx context.Context, d *depot.Depot, info release.Info, before depot.Published) (depot.Published, error) {
	if err := d.Store(ctx, info); err != nil {
		return depot.Published{}, err
	}
	p, err := d.Publish(ctx, info.ID, before)
	if err != nil {
		return depot.Published{}, err
	}
	return p, d.See(p)
}
