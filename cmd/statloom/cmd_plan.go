package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/transforms/indicator"
)

func (a *app) cmdPlan() *cobra.Command {
	var format string
	var chosen []string
	c := &cobra.Command{
		Use:   "plan",
		Short: "Say what a run would do now, and why",
		Long: `Say what a run would do now: the books each source offers and which are new, the books each dataset would read, what
would be computed of them in which order and why, and whether a new release would be published. The sources are listed, but
nothing is fetched and nothing is changed. --format mermaid draws what is made of what, for a page that knows Mermaid.

--select shows a part: the id of a dataset, model, indicator or target, or tag:NAME; with + before it also all that it is
made of, with + behind it all that is made of it.`,
		Example: `  statloom plan
  statloom plan --select +SI01
  statloom plan --select gross_output+ --format mermaid
  statloom plan --select tag:targets --format json`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl", "mermaid"); err != nil {
				return err
			}
			return a.plan(c.Context(), format, chosen...)
		},
	}
	a.configFlag(c, "c")
	formatFlag(c, &format, "table", "csv", "json", "jsonl", "mermaid")
	c.Flags().StringSliceVar(&chosen, "select", nil, "only a part: ID, +ID, ID+, tag:NAME; may be given several times")
	return c
}

func (a *app) plan(ctx context.Context, format string, chosen ...string) (err error) {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	whole, problems, err := examine(ctx, cfg)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return misdeclared(cfg, problems)
	}
	graph, err := whole.Select(chosen)
	if err != nil {
		return err
	}
	if format == "mermaid" {
		_, err := fmt.Fprint(a.out, graph.Mermaid())
		return err
	}
	runner, closeRunner, err := a.wire(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeRunner()) }()
	steps, err := runner.Plan(ctx)
	if err != nil {
		return err
	}
	if err := a.showPlan(cfg, format, steps, whole, graph, len(chosen) > 0); err != nil {
		return err
	}
	if next, ok := cfg.NextRun(a.now()); ok && format == "table" {
		fmt.Fprintf(a.out, "By its schedule the next run is due at %s.\n", next.Format(time.RFC1123))
	}
	return nil
}

// showPlan prints the steps in the order they are taken: pull, read, compute, publish.
func (a *app) showPlan(cfg *config.Config, format string, steps []pipeline.PlanStep, whole, graph indicator.Graph, part bool) error {
	shown := map[string]bool{}
	for _, n := range graph.Nodes {
		shown[n.ID] = true
	}
	why := whole.Stale(changed(cfg, steps))
	upToDate := slices.ContainsFunc(steps, func(s pipeline.PlanStep) bool {
		return s.Step == "publish" && strings.HasPrefix(s.What, "nothing")
	})
	w := newRows(a.out, format, "step", "subject", "what", "why")
	for _, s := range steps {
		if s.Step == "publish" || part && (s.Step == "pull" || !shown[s.Subject]) {
			continue
		}
		if err := w.row(s.Step, s.Subject, s.What, ""); err != nil {
			return err
		}
	}
	for _, n := range graph.Nodes {
		if n.Kind == "dataset" || n.Kind == "table" {
			continue
		}
		reason := "every release is computed whole"
		switch {
		case why[n.ID] != "":
			reason = "new books of " + why[n.ID]
		case upToDate:
			reason = "not run: nothing is new"
		}
		if err := w.row("compute", n.ID, strings.TrimSpace(n.Kind+" "+from(n.Reads)), reason); err != nil {
			return err
		}
	}
	for _, s := range steps {
		if s.Step == "publish" {
			if err := w.row(s.Step, s.Subject, s.What, ""); err != nil {
				return err
			}
		}
	}
	return w.end()
}

func from(reads []string) string {
	if len(reads) == 0 {
		return ""
	}
	return "from " + strings.Join(reads, ", ")
}

// changed names the datasets that have books to be read.
func changed(cfg *config.Config, steps []pipeline.PlanStep) []string {
	fresh := map[string]bool{}
	var out []string
	for _, s := range steps {
		fresh[s.Step+" "+s.Subject] = s.Fresh > 0
	}
	for _, d := range cfg.Datasets {
		yes := fresh["read "+d.ID]
		for _, source := range d.Source {
			yes = yes || fresh["pull "+source]
		}
		if yes {
			out = append(out, d.ID)
		}
	}
	return out
}
