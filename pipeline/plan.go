package pipeline

import (
	"context"
	"fmt"

	"github.com/statloom/statloom/sources"
)

// PlanStep is one line of a plan: what a run would do with one thing, and why.
type PlanStep struct {
	Step    string `json:"step"`    // pull, read, compute, publish
	Subject string `json:"subject"` // source, dataset, stage or sink
	What    string `json:"what"`
	Fresh   int    `json:"fresh"` // books that are new to it; those nobody knows of yet are not counted
}

// Plan says what a run would do now. It lists the sources but fetches nothing and changes nothing: whether a known book
// has changed is only seen at the run.
func (r *Runner) Plan(ctx context.Context) ([]PlanStep, error) {
	run := &running{Runner: r, result: Result{Counters: map[string]int64{}}}
	var steps []PlanStep
	seen := map[string]map[string]bool{}
	for _, s := range r.Sources {
		step, uris, err := run.planSource(ctx, s)
		if err != nil {
			return nil, err
		}
		if uris != nil {
			seen[s.ID] = uris
		}
		steps = append(steps, step)
	}
	books, err := run.books(ctx, seen)
	if err != nil {
		return nil, err
	}
	inputs := run.inputs(books)
	missing, err := run.missing(ctx, inputs)
	if err != nil {
		return nil, err
	}
	for i := range r.Datasets {
		d := &r.Datasets[i]
		all, unread := count(inputs, d), count(missing, d)
		steps = append(steps, PlanStep{"read", d.ID, fmt.Sprintf("%d books known, %d of them to be read, besides new ones", all, unread), unread})
	}
	what := fmt.Sprintf("a new release with %d datasets", len(r.Datasets))
	// A current release that is damaged is replaced, so its error is no reason to stop.
	if current, same, err := run.madeOf(run.inputsHash(books, inputs)); err == nil && same {
		what = "nothing, unless a book is new or changed: the current release is up to date"
		if n := len(current.Unread); n > 0 {
			what = fmt.Sprintf("nothing, unless a book is new or changed, or one of the %d that could not be read can be read by now", n)
		}
	}
	return append(steps, PlanStep{Step: "publish", What: what}), nil
}

// planSource lists a source; one that is away is part of the plan, not an error.
func (r *running) planSource(ctx context.Context, s Source) (PlanStep, map[string]bool, error) {
	items, err := s.list(ctx)
	if ctx.Err() != nil {
		return PlanStep{}, nil, ctx.Err()
	}
	if err != nil {
		return PlanStep{Step: "pull", Subject: s.ID, What: "cannot be listed: " + err.Error()}, nil, nil
	}
	uris := map[string]bool{}
	fresh := 0
	for _, item := range items {
		uris[item.URI] = true
		known, err := r.Lake.Known(ctx, s.ID, item.URI)
		if err != nil {
			return PlanStep{}, nil, err
		}
		if known == (sources.Validators{}) {
			fresh++
		}
	}
	return PlanStep{"pull", s.ID, fmt.Sprintf("%d books, %d of them new", len(items), fresh), fresh}, uris, nil
}

func count(inputs []input, d *Dataset) int {
	n := 0
	for _, in := range inputs {
		if in.dataset == d {
			n++
		}
	}
	return n
}
