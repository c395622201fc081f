// Package observe tells of runs to programs: a report of every run as JSON, metrics for Prometheus, traces for
// OpenTelemetry and lineage for OpenLineage, all made of the same record.
package observe

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/statloom/statloom/pipeline"
)

// Step is a part of a run and how long it took.
type Step struct {
	Name    string    `json:"name"`
	Within  string    `json:"within,omitempty"` // the step that it was part of
	Parts   int       `json:"parts,omitempty"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
}

// Event is something that happened in a run and that a person may want to know: warnings and errors.
type Event struct {
	At      time.Time  `json:"at"`
	Level   slog.Level `json:"level"`
	Step    string     `json:"step"`
	Subject string     `json:"subject,omitempty"`
	Message string     `json:"message"`
}

// maxEvents bounds the events of a report; the run history holds them all.
const maxEvents = 1000

// Recorder watches a run for its report, and hands on what it sees to another watcher.
type Recorder struct {
	pipeline.Watcher
	now func() time.Time

	mu     sync.Mutex
	steps  []Step
	open   []int // steps that have begun, by index
	news   map[string]int
	events []Event
	more   int // events that are left out
}

// NewRecorder begins a record.
func NewRecorder(next pipeline.Watcher, now func() time.Time) *Recorder {
	return &Recorder{Watcher: next, now: now, news: map[string]int{}}
}

// Begin implements pipeline.Watcher.
func (r *Recorder) Begin(step string, n int) {
	r.mu.Lock()
	s := Step{Name: step, Parts: n, Started: r.now()}
	if n := len(r.open); n > 0 {
		s.Within = r.steps[r.open[n-1]].Name
	}
	r.open = append(r.open, len(r.steps))
	r.steps = append(r.steps, s)
	r.mu.Unlock()
	r.Watcher.Begin(step, n)
}

// End implements pipeline.Watcher.
func (r *Recorder) End() {
	r.mu.Lock()
	if n := len(r.open); n > 0 {
		s := &r.steps[r.open[n-1]]
		s.Seconds = r.now().Sub(s.Started).Seconds()
		r.open = r.open[:n-1]
	}
	r.mu.Unlock()
	r.Watcher.End()
}

// Event implements pipeline.Watcher.
func (r *Recorder) Event(level slog.Level, step, subject, message string) {
	r.mu.Lock()
	if step == "pull" && strings.HasPrefix(message, "new: ") {
		r.news[subject]++
	}
	switch {
	case level < slog.LevelWarn:
	case len(r.events) == maxEvents:
		r.more++
	default:
		r.events = append(r.events, Event{At: r.now(), Level: level, Step: step, Subject: subject, Message: message})
	}
	r.mu.Unlock()
	r.Watcher.Event(level, step, subject, message)
}

// NewBooks counts the books that were new, by source.
func (r *Recorder) NewBooks() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.news)
}

// record gives what was seen so far.
func (r *Recorder) record() (steps []Step, news map[string]int, events []Event, more int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.steps), maps.Clone(r.news), slices.Clone(r.events), r.more
}
