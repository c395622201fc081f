package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/sources"
)

// Sources bound what they ask of a host; these bound what the process has under way.
const (
	pulling  = 32 // sources
	fetching = 8  // items of one source
)

// pull fetches what the sources have that the lake has not, and gives the addresses each source names now. A source
// without an entry could not be listed: what is known of it goes on to count.
func (r *running) pull(ctx context.Context) (map[string]map[string]bool, error) {
	var tasks []PullTask
	for _, s := range r.Sources {
		if len(r.Only) == 0 || slices.Contains(r.Only, s.ID) {
			tasks = append(tasks, PullTask{Source: s.ID})
		}
	}
	reports := make([]PullReport, len(tasks))
	err := r.crew().Pull(ctx, tasks, func(i int, report PullReport) { reports[i] = report })
	if err != nil {
		return nil, err
	}
	seen := map[string]map[string]bool{}
	for i, report := range reports {
		id := tasks[i].Source
		if report.Trouble != nil {
			r.problem(ctx, "pull", id, fmt.Errorf("source %s: %w", id, report.Trouble.Err()))
			continue
		}
		seen[id] = map[string]bool{}
		for _, uri := range report.Listed {
			seen[id][uri] = true
		}
		for _, failed := range report.Failed {
			r.result.Counters[CountFailedBooks]++
			r.problem(ctx, "pull", id, fmt.Errorf("source %s: %w", id, failed.Err()))
		}
		for _, name := range report.New {
			r.event(ctx, slog.LevelInfo, "pull", id, "new: %s", name)
		}
		r.result.Counters[CountNewBooks] += int64(len(report.New))
		r.result.Counters[CountUnchangedBooks] += int64(report.Unchanged)
	}
	return seen, nil
}

// pulled is a source that is being pulled, and what has become of it.
type pulled struct {
	Source
	items []sources.Item

	mu     sync.Mutex
	report PullReport
}

// list asks the source what it offers.
func (p *pulled) list(ctx context.Context) error {
	items, err := p.Source.list(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.report.Trouble = TroubleOf(err)
		return nil
	}
	p.items = items
	if sources.IsWhole(p.Source.Source) {
		for _, item := range items {
			p.report.Listed = append(p.report.Listed, item.URI)
		}
	}
	return nil
}

// fetch brings what is new of the source into the lake. part is told of every item that is done.
func (p *pulled) fetch(ctx context.Context, r *Runner, part func(item string)) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(fetching)
	for _, item := range p.items {
		group.Go(func() error {
			var created bool
			err := fault.Guard(fault.Error{What: "fetching " + item.Name + " broke the program"}, func() (err error) {
				created, err = r.fetchOne(within, p.Source, item)
				return err
			})
			if within.Err() != nil {
				return within.Err()
			}
			if lake.Away(err) {
				return err // nothing can be said of the source, nor fetched of any other
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			part(item.Name)
			switch {
			case err != nil:
				p.report.Failed = append(p.report.Failed, TroubleOf(err))
			case created:
				p.report.New = append(p.report.New, item.Name)
			default:
				p.report.Unchanged++
			}
			return nil
		})
	}
	err := group.Wait()
	slices.Sort(p.report.New)
	return err
}

// list lists the source.
func (s Source) list(ctx context.Context) (items []sources.Item, err error) {
	err = fault.Guard(fault.Error{What: "listing the source broke the program"}, func() (err error) {
		items, err = s.List(ctx)
		return err
	})
	return items, err
}

// fetchOne brings one item into the lake unless it is there already.
func (r *Runner) fetchOne(ctx context.Context, s Source, item sources.Item) (created bool, err error) {
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
