package main

import (
	"context"
	"fmt"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms/indicator"
)

// stages are what happens in the database between loading and publishing, in order.
func stages(cfg *config.Config) []pipeline.Stage {
	return []pipeline.Stage{computeStage{indicatorSet(cfg)}}
}

func indicatorSet(cfg *config.Config) indicator.Set {
	return indicator.Set{Models: cfg.Models, Indicators: cfg.Indicators, Targets: cfg.Targets, Language: cfg.Language}
}

// computeStage computes models, indicators and targets.
type computeStage struct{ set indicator.Set }

func (computeStage) Name() string { return "compute" }

func (c computeStage) Run(ctx context.Context, db *duck.DB) (pipeline.StageReport, error) {
	result, err := indicator.Build(ctx, db, c.set)
	if err != nil {
		return pipeline.StageReport{}, err
	}
	report := pipeline.StageReport{Tables: []pipeline.Published{
		{Name: "indicators", Order: []string{"indicator", "time_period"}},
		{Name: "indicator_catalogue", Order: []string{"indicator"}},
		{Name: "targets", Order: []string{"target"}},
	}}
	for _, i := range result.Indicators {
		if i.Missing > 0 {
			report.Notes = append(report.Notes, fmt.Sprintf("indicator %s: %d of %d values are missing; obs_comment says why", i.Indicator, i.Missing, i.Rows))
		}
	}
	return report, nil
}
