package observe

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// SendTrace sends a run as an OpenTelemetry trace: a span for the run, and one for each of its steps. It is made of the
// report when the run has ended, so that a collector that is away costs a run nothing.
func SendTrace(ctx context.Context, endpoint string, p Report) error {
	address, err := traceAddress(endpoint)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(address), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
		Enabled: true, InitialInterval: time.Second, MaxInterval: 2 * time.Second, MaxElapsedTime: postTime / 2,
	}))
	if err != nil {
		return fmt.Errorf("send the trace: %s", without(err, address))
	}
	failed := &failures{SpanExporter: exporter}
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(failed, sdk.WithMaxQueueSize(len(p.Steps)+16), sdk.WithExportTimeout(postTime)),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "statloom"), attribute.String("service.version", p.Statloom))),
	)
	spans(ctx, provider.Tracer("github.com/statloom/statloom"), p)
	err = errors.Join(provider.Shutdown(ctx), failed.err)
	if err != nil {
		return fmt.Errorf("send the trace: %s", without(err, address))
	}
	return nil
}

// failures keeps what an exporter says, which would go to a log of its own otherwise.
type failures struct {
	sdk.SpanExporter
	err error
}

func (f *failures) ExportSpans(ctx context.Context, list []sdk.ReadOnlySpan) error {
	f.err = errors.Join(f.err, f.SpanExporter.ExportSpans(ctx, list))
	return nil
}

// traceAddress completes the address of a collector.
func traceAddress(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New("send the trace: the address of the collector is none of the web")
	}
	if !strings.HasSuffix(u.Path, "/v1/traces") {
		u = u.JoinPath("v1/traces")
	}
	return u.String(), nil
}

// without leaves the address out of an error, since it may hold a key.
func without(err error, address string) string {
	return strings.ReplaceAll(err.Error(), address, "the collector")
}

// spans makes the spans of a run.
func spans(ctx context.Context, tracer trace.Tracer, p Report) {
	ctx, run := tracer.Start(ctx, "statloom run", trace.WithNewRoot(), trace.WithTimestamp(p.Started), trace.WithAttributes(
		attribute.String("statloom.run", p.Run), attribute.String("statloom.trigger", p.Trigger), attribute.String("statloom.status", string(p.Status)),
		attribute.Int("statloom.exit_code", p.ExitCode), attribute.String("statloom.release", p.Release), attribute.String("statloom.name", p.Name),
	))
	for name, n := range p.Counters {
		run.SetAttributes(attribute.Int64("statloom."+name, n))
	}
	open := map[string]context.Context{"": ctx}
	for _, s := range p.Steps {
		parent, ok := open[s.Within]
		if !ok {
			parent = ctx
		}
		within, step := tracer.Start(parent, s.Name, trace.WithTimestamp(s.Started), trace.WithAttributes(attribute.Int("statloom.parts", s.Parts)))
		open[s.Name] = within
		step.End(trace.WithTimestamp(s.Started.Add(time.Duration(s.Seconds * float64(time.Second)))))
	}
	for _, e := range p.Events {
		run.AddEvent(e.Message, trace.WithTimestamp(e.At), trace.WithAttributes(
			attribute.String("level", e.Level.String()), attribute.String("step", e.Step), attribute.String("subject", e.Subject)))
	}
	if p.ExitCode != 0 {
		run.SetStatus(codes.Error, p.Message)
	}
	run.End(trace.WithTimestamp(p.Finished))
}
