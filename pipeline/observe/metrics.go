package observe

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/schedule"
)

// State is what is asked of the program when its metrics are read.
type State struct {
	Release  time.Time            // when the current release was made; zero: there is none
	Sources  map[string]time.Time // when each source gave its newest book
	Upcoming []schedule.Upcoming
	Queue    []Depth
}

// Depth is how many jobs of a kind are in a state.
type Depth struct {
	Kind, State string
	Jobs        int
}

// Metrics are the program's metrics. All names begin with statloom_.
type Metrics struct {
	registry *prometheus.Registry
	runs     *prometheus.CounterVec
	duration *prometheus.HistogramVec
	steps    *prometheus.CounterVec
	last     *prometheus.GaugeVec
	books    *prometheus.CounterVec
	observed prometheus.Gauge
	aside    prometheus.Gauge
	rows     *prometheus.GaugeVec
	bytes    prometheus.Gauge
	skipped  *prometheus.CounterVec
	alerts   *prometheus.CounterVec
	untold   prometheus.Counter
	requests *prometheus.HistogramVec
}

// NewMetrics makes the metrics of a version of the program. state is asked whenever they are read.
func NewMetrics(version string, now func() time.Time, state func(ctx context.Context) (State, error)) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		runs:     counters("runs_total", "Runs that have ended, by how they ended and what began them.", "status", "trigger"),
		duration: histogram("run_duration_seconds", "How long runs took.", prometheus.ExponentialBuckets(0.1, 3, 10), "status"),
		steps:    counters("run_step_seconds_total", "Time that the steps of runs took.", "step"),
		last:     gauges("last_run_timestamp_seconds", "When the last run that ended so ended.", "status"),
		books:    counters("books_total", "Books that runs met, by what became of them.", "result"),
		observed: gauge("observations", "Observations that the last run that built a release loaded."),
		aside:    gauge("quarantined", "Cells and rows that the last run that built a release could not use."),
		rows:     gauges("release_rows", "Rows of the tables of the current release.", "table"),
		bytes:    gauge("release_bytes", "Size of the files of the current release."),
		skipped:  counters("schedule_skipped_total", "Due times that were skipped.", "rule"),
		alerts:   counters("alerts_total", "Alerts that were told, by what they are about.", "kind"),
		untold:   counter("alerts_failed_total", "Alerts, reports and events that could not be told."),
		requests: histogram("http_request_duration_seconds", "How long answers over HTTP took.", prometheus.DefBuckets, "code", "method"),
	}
	m.registry.MustRegister(m.runs, m.duration, m.steps, m.last, m.books, m.observed, m.aside, m.rows, m.bytes, m.skipped, m.alerts, m.untold, m.requests,
		&stateCollector{now: now, state: state},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "statloom_build_info", Help: "The version of the program, as a label.",
			ConstLabels: prometheus.Labels{"version": version}}, func() float64 { return 1 }))
	own := prometheus.WrapRegistererWithPrefix("statloom_", m.registry)
	own.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "statloom_" + name, Help: help}, labels)
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: "statloom_" + name, Help: help})
}

func gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "statloom_" + name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: "statloom_" + name, Help: help})
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "statloom_" + name, Help: help, Buckets: buckets}, labels)
}

// Handler answers with the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

// Measured measures the answers of a handler.
func (m *Metrics) Measured(next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerDuration(m.requests, next)
}

// Skipped counts due times that a rule skipped.
func (m *Metrics) Skipped(rule string, n int) { m.skipped.WithLabelValues(rule).Add(float64(n)) }

// Ended takes in the report of a run.
func (m *Metrics) Ended(p Report) {
	status := string(p.Status)
	m.runs.WithLabelValues(status, p.Trigger).Inc()
	m.duration.WithLabelValues(status).Observe(p.Seconds)
	m.last.WithLabelValues(status).Set(float64(p.Finished.UnixNano()) / 1e9)
	for _, s := range p.Steps {
		if s.Within == "" {
			name, _, _ := strings.Cut(s.Name, " ")
			m.steps.WithLabelValues(name).Add(s.Seconds)
		}
	}
	for result, name := range map[string]string{
		"new": pipeline.CountNewBooks, "unchanged": pipeline.CountUnchangedBooks, "failed": pipeline.CountFailedBooks,
		"read": pipeline.CountReadBooks, "cached": pipeline.CountCachedBooks,
	} {
		m.books.WithLabelValues(result).Add(float64(p.Counters[name]))
	}
	if n, ok := p.Counters[pipeline.CountObservations]; ok {
		m.observed.Set(float64(n))
		m.aside.Set(float64(p.Counters[pipeline.CountQuarantined]))
	}
	m.Published(p.Tables, p.Bytes)
	m.Told(p)
}

// Told counts what was told, and what could not be.
func (m *Metrics) Told(p Report) {
	for _, a := range p.Alerts {
		kind, _, _ := strings.Cut(a, ":")
		m.alerts.WithLabelValues(kind).Inc()
	}
	m.untold.Add(float64(len(p.Untold)))
}

// Published takes in what the current release holds.
func (m *Metrics) Published(tables []Table, bytes int64) {
	m.rows.Reset()
	for _, t := range tables {
		m.rows.WithLabelValues(t.Name).Set(float64(t.Rows))
	}
	m.bytes.Set(float64(bytes))
}

// stateCollector gives what is looked up when metrics are read.
type stateCollector struct {
	now   func() time.Time
	state func(ctx context.Context) (State, error)
}

// Describe implements prometheus.Collector: what there is depends on the configuration.
func (c *stateCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *stateCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	tell := func(name, help string, value float64, labels ...string) {
		var names, values []string
		for i := 0; i+1 < len(labels); i += 2 {
			names, values = append(names, labels[i]), append(values, labels[i+1])
		}
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc("statloom_"+name, help, names, nil), prometheus.GaugeValue, value, values...)
	}
	s, err := c.state(ctx)
	up := 1.0
	if err != nil {
		up = 0
	}
	tell("state_up", "Whether the state could be read.", up)
	now := c.now()
	if !s.Release.IsZero() {
		tell("release_age_seconds", "Age of the current release.", now.Sub(s.Release).Seconds())
	}
	for source, at := range s.Sources {
		tell("source_age_seconds", "Time since a source gave a new book.", now.Sub(at).Seconds(), "source", source)
	}
	for _, u := range s.Upcoming {
		if !u.Start.IsZero() {
			tell("schedule_next_timestamp_seconds", "When a rule's next run begins.", float64(u.Start.Unix()), "rule", u.Rule)
		}
		late := 0.0
		if u.Mark.Late {
			late = 1
		}
		tell("schedule_late", "Whether the book that a rule waits for is late.", late, "rule", u.Rule)
	}
	for _, d := range s.Queue {
		tell("queue_depth", "Jobs of the queue.", float64(d.Jobs), "kind", d.Kind, "state", d.State)
	}
}
