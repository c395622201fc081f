package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/observe"
)

// programs tells other programs of a run: OpenLineage and OpenTelemetry, where the configuration has them.
type programs struct {
	cfg      *config.Config
	lineage  *observe.Lineage // nil: there is none
	endpoint string           // of traces; empty: there is none
	begun    chan error       // how it went to tell that the run begins
}

// begun tells that a run begins, beside the run.
func (a *app) begun(ctx context.Context, cfg *config.Config, report observe.Report) *programs {
	t := &programs{cfg: cfg, endpoint: cfg.Observe.OTLP, begun: make(chan error, 1)}
	if v, ok := a.env("OTEL_EXPORTER_OTLP_ENDPOINT"); ok && t.endpoint == "" {
		t.endpoint = v
	}
	if cfg.Observe.Lineage == "" {
		t.begun <- nil
		return t
	}
	t.lineage = &observe.Lineage{To: cfg.Observe.Lineage, Token: cfg.Observe.LineageToken, Client: http.DefaultClient}
	if !strings.Contains(t.lineage.To, "://") {
		t.lineage.To = cfg.Resolve(t.lineage.To)
	}
	ctx = context.WithoutCancel(ctx)
	go func() { t.begun <- t.lineage.Begun(ctx, report) }()
	return t
}

// ended tells that a run has ended. What cannot be told is in the report.
func (t *programs) ended(ctx context.Context, report *observe.Report) {
	if t == nil {
		return // it did not begin
	}
	problems := []error{<-t.begun}
	if t.lineage != nil {
		o := duck.Options{Memory: min(apiMemory, t.cfg.Limits.Memory).String(), Threads: 1}
		problems = append(problems, t.lineage.Ended(ctx, *report, currentOf(t.cfg), o))
	}
	if t.endpoint != "" {
		problems = append(problems, observe.SendTrace(ctx, t.endpoint, *report))
	}
	for _, err := range problems {
		if err != nil {
			report.Untold = append(report.Untold, t.cfg.Hide(err.Error()))
		}
	}
}
