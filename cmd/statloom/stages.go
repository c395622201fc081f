package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/check"
	"github.com/statloom/statloom/transforms/indicator"
)

// stages are what happens in the database between loading and publishing, in order.
func stages(cfg *config.Config, datasets []pipeline.Dataset, more ...transforms.Check) []pipeline.Stage {
	keys := map[string][]string{}
	for _, d := range datasets {
		keys[d.ID] = d.Key
	}
	set := indicatorSet(cfg)
	set.Keys = maps.Clone(keys)
	observed := map[string]bool{}
	for _, d := range cfg.Datasets {
		observed[d.ID] = d.Table.Shape != transforms.Register
	}
	checks := check.Standard(keys, observed, cfg.Checks)
	if len(cfg.Corrections) > 0 {
		checks = append(checks, check.Corrections())
	}
	checks = append(checks, more...)
	keys = maps.Clone(keys)
	keys[indicator.Table] = indicatorKey(cfg)
	return []pipeline.Stage{
		computeStage{set},
		checkStage{checks: append(checks, cfg.Checks...), keys: keys},
	}
}

// indicatorKey is what identifies a row of the table of indicators.
func indicatorKey(cfg *config.Config) []string {
	var dims []string
	for _, i := range cfg.Indicators {
		dims = append(dims, i.Dimensions...)
	}
	slices.Sort(dims)
	return slices.Concat([]string{"indicator"}, slices.Compact(dims), []string{transforms.ColTimePeriod})
}

func indicatorSet(cfg *config.Config) indicator.Set {
	set := indicator.Set{Models: cfg.Models, Indicators: cfg.Indicators, Targets: cfg.Targets, Language: cfg.Language}
	for _, d := range cfg.Datasets {
		if d.Illustrative {
			set.Illustrative = append(set.Illustrative, d.ID)
		}
	}
	return set
}

// computeStage computes models, indicators and targets.
type computeStage struct{ set indicator.Set }

func (computeStage) Name() string { return "compute" }

func (c computeStage) Run(ctx context.Context, db *duck.DB, _ pipeline.Setting) (pipeline.StageReport, error) {
	result, err := indicator.Build(ctx, db, c.set)
	if err != nil {
		return pipeline.StageReport{}, err
	}
	report := pipeline.StageReport{Tables: []pipeline.Published{
		{Name: indicator.Table, Order: []string{"indicator", "time_period"}},
		{Name: indicator.Catalogue, Order: []string{"indicator"}},
		{Name: indicator.Inputs, Order: []string{"indicator", "time_period", "n"}},
		{Name: indicator.Formulas, Order: []string{"indicator", "time_period"}},
		{Name: indicator.BandInputs, Order: []string{"indicator", "time_period", "measure", "n"}},
		{Name: indicator.BandFormulas, Order: []string{"indicator", "time_period", "measure"}},
		{Name: indicator.Targets, Order: []string{"target"}},
		{Name: indicator.Projections, Order: []string{"target", "scenario", "time_period"}},
	}}
	var missing []string
	for _, i := range result.Indicators {
		if i.Missing > 0 {
			missing = append(missing, fmt.Sprintf("%s %d of %d", i.Indicator, i.Missing, i.Rows))
		}
	}
	if len(missing) > 0 {
		report.Notes = append(report.Notes, "values are missing, obs_comment says why: "+strings.Join(missing, ", "))
	}
	return report, nil
}

// checkStage runs the checks: those of every dataset, then those of the configuration.
type checkStage struct {
	checks []transforms.Check
	keys   map[string][]string
}

func (checkStage) Name() string { return "check" }

func (c checkStage) Run(ctx context.Context, db *duck.DB, in pipeline.Setting) (pipeline.StageReport, error) {
	before, err := pastChecks(ctx, in.Previous)
	if err != nil {
		return pipeline.StageReport{}, err
	}
	results, err := check.Run(ctx, db, c.checks, check.Setting{Keys: c.keys, Now: in.Now, Before: before})
	if err != nil {
		return pipeline.StageReport{}, err
	}
	report := pipeline.StageReport{Tables: []pipeline.Published{{Name: check.Table, Order: []string{"check_id"}}}}
	for _, r := range results {
		if r.Passed {
			continue
		}
		text := fmt.Sprintf("check %s: %s", r.ID, r.Message)
		if r.Severity == transforms.SevError {
			report.Held = append(report.Held, text)
		} else {
			report.Notes = append(report.Notes, text)
		}
	}
	return report, nil
}

// pastChecks reads how the checks went in the release or candidate that was made last. One that cannot be read any more has
// nothing to tell: its damage must not stop the next one.
func pastChecks(ctx context.Context, dir string) (map[string]check.Past, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.duckdb"))
	if dir == "" || err != nil || len(files) == 0 {
		return nil, nil
	}
	db, err := duck.Open(ctx, files[0], duck.Options{Threads: 1})
	if err != nil {
		return nil, ctx.Err()
	}
	defer db.Close()
	past, err := check.Read(ctx, db)
	if err != nil {
		return nil, ctx.Err()
	}
	return past, nil
}
