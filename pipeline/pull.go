package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/sources"
)

// pullers is how many items of one source are fetched at a time; sources bound their hosts further.
const pullers = 4

// pull fetches what the sources have that the lake has not, and gives the addresses each source names now. A source
// without an entry could not be listed: what is known of it goes on to count.
func (r *running) pull(ctx context.Context) (map[string]map[string]bool, error) {
	seen := map[string]map[string]bool{}
	for _, s := range r.Sources {
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
		if err := r.fetch(ctx, s, items); err != nil {
			return nil, err
		}
	}
	return seen, nil
}

func (r *running) fetch(ctx context.Context, s Source, items []sources.Item) error {
	r.Watch.Begin("pull "+s.ID, len(items))
	defer r.Watch.End()
	var mu sync.Mutex
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(pullers)
	for _, item := range items {
		group.Go(func() error {
			var created bool
			err := guard(fault.Failed, "fetching "+item.Name+" broke the program", func() (err error) {
				created, err = r.fetchOne(within, s, item)
				return err
			})
			if within.Err() != nil {
				return within.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			r.Watch.Part(item.Name)
			switch {
			case err != nil:
				r.result.Counters[CountFailedBooks]++
				r.problem(ctx, "pull", s.ID, fmt.Errorf("source %s: %w", s.ID, err))
			case created:
				r.result.Counters[CountNewBooks]++
				r.event(ctx, slog.LevelInfo, "pull", s.ID, "new: %s", item.Name)
			default:
				r.result.Counters[CountUnchangedBooks]++
			}
			return nil
		})
	}
	return group.Wait()
}

// list lists the source.
func (s Source) list(ctx context.Context) (items []sources.Item, err error) {
	err = guard(fault.Failed, "listing the source broke the program", func() (err error) {
		items, err = s.List(ctx)
		return err
	})
	return items, err
}

// fetchOne brings one item into the lake unless it is there already.
func (r *running) fetchOne(ctx context.Context, s Source, item sources.Item) (created bool, err error) {
	known, err := r.Lake.Known(ctx, s.ID, item.URI)
	if err != nil {
		return false, err
	}
	content, err := s.Open(ctx, item, known)
	if errors.Is(err, sources.ErrUnchanged) {
		if known == (sources.Validators{}) {
			return false, &fault.Error{File: item.URI, What: "the source calls it unchanged, but the lake does not have it"}
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer content.Body.Close()
	origin := lake.Origin{
		Source: s.ID, URI: item.URI, Name: item.Name, Retrieved: r.Now(), Published: item.Published,
		Validators: content.Validators, MediaType: content.MediaType, Licence: s.Licence, Producer: s.Producer.VI,
	}
	if content.Name != "" {
		origin.Name = content.Name
	}
	if !content.Published.IsZero() {
		origin.Published = content.Published
	}
	_, created, err = r.Lake.Put(ctx, origin, content.Body)
	return created, err
}
