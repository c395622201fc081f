package report

import (
	"context"
	"time"

	"github.com/statloom/statloom/sinks"
)

// overview is the first page.
type overview struct {
	Targets  []*target  `json:"targets"`
	Books    int        `json:"books"`
	NewBooks []string   `json:"new_books"`
	Previous *past      `json:"previous,omitempty"`
	Method   bool       `json:"method,omitempty"` // the configuration or the program is another than before
	Changed  []movement `json:"changed"`
	Checks   tally      `json:"checks"`
	Late     []string   `json:"late"` // datasets
	Unread   int        `json:"unread"`
	Counts   counts     `json:"counts"`
	Latest   string     `json:"latest,omitempty"` // day of the newest vintage

	Datasets []map[string]any `json:"datasets,omitempty"` // where there are no targets: these come first then
}

// movement is an indicator whose values changed.
type movement struct {
	ID   string `json:"id"`
	File string `json:"file"`
	Name text   `json:"name"`
	change
}

// tally counts the checks.
type tally struct {
	Passed   int   `json:"passed"`
	Failed   int   `json:"failed"`
	Warnings int   `json:"warnings"`
	Rejected int64 `json:"quarantined"`
}

type counts struct {
	Indicators   int   `json:"indicators"`
	Datasets     int   `json:"datasets"`
	Observations int64 `json:"observations"`
}

// mostNamed is how many names a list on the first page holds.
const mostNamed = 20

// writeOverview writes the data of the first page.
func (w *writer) writeOverview(context.Context) error {
	o := overview{Targets: w.targets, Books: len(w.shelf.books), NewBooks: []string{}, Changed: []movement{}, Late: []string{}, Unread: len(w.release.Unread)}
	if o.Targets == nil {
		o.Targets, o.Datasets = []*target{}, w.listed()
	}
	if n := len(w.before.Releases); n > 0 {
		was, is := w.before.Releases[n-1], w.now.Releases[w.now.this()]
		o.Previous, o.Method = &was, was.Statloom != is.Statloom || was.Config != is.Config
	}
	for _, b := range w.shelf.books {
		if b.New && len(o.NewBooks) < mostNamed {
			o.NewBooks = append(o.NewBooks, b.Name)
		}
	}
	for _, i := range w.indicators {
		if i.change.any() {
			o.Changed = append(o.Changed, movement{i.ID, i.File, i.Name, i.change})
		}
	}
	for _, c := range w.quality.Checks {
		switch {
		case c.Status == "passed":
			o.Checks.Passed++
		case c.Severity == "error":
			o.Checks.Failed++
		default:
			o.Checks.Warnings++
		}
	}
	o.Checks.Rejected = w.quality.Quarantined
	for _, p := range w.quality.Publishing {
		o.Latest = max(o.Latest, p.Latest)
		if p.Late {
			o.Late = append(o.Late, p.Dataset)
		}
	}
	o.Counts = counts{Indicators: len(w.indicators), Datasets: len(w.datasets)}
	for _, d := range w.datasets {
		o.Counts.Observations += d.Rows
	}
	return w.data("overview", o)
}

// runs is the page of runs, releases and books.
type runs struct {
	Run      run    `json:"run"`
	Runs     []did  `json:"runs"`
	Releases []past `json:"releases"`
}

// run is the run that made the release.
type run struct {
	ID       string `json:"id"`
	Release  string `json:"release"`
	Created  string `json:"created"`
	Statloom string `json:"statloom"`
	Config   string `json:"config"`
	Inputs   string `json:"inputs"`
	AsOf     string `json:"as_of,omitempty"`
}

// did is a run of the run history.
type did struct {
	ID       string           `json:"id"`
	Started  string           `json:"started"`
	Seconds  *float64         `json:"seconds"`
	Status   string           `json:"status"`
	Release  string           `json:"release,omitempty"`
	Trigger  string           `json:"trigger,omitempty"`
	Message  string           `json:"message,omitempty"`
	Counters map[string]int64 `json:"counters,omitempty"`
}

// writeRuns writes the data of the page of runs, and completes what is remembered of this release.
func (w *writer) writeRuns(ctx context.Context) error {
	page := runs{Run: run{ID: w.release.Run, Release: w.release.ID, Created: instant(w.release.Time)}, Runs: []did{}}
	if w.ask.has("runs", "run", "release", "created", "statloom", "config_hash", "inputs_hash", "as_of") {
		err := w.ask.each(ctx, from("runs", append(texts("statloom", "config_hash", "inputs_hash"), micros("as_of"))...), func(r row) error {
			page.Run.Statloom, page.Run.Config, page.Run.Inputs, page.Run.AsOf = r.text(0), r.text(1), r.text(2), r.instant(3)
			return nil
		})
		if err != nil {
			return err
		}
	}
	mine := &w.now.Releases[w.now.this()]
	mine.Statloom, mine.Config, mine.Books = page.Run.Statloom, page.Run.Config, len(w.shelf.books)
	page.Releases = w.now.Releases
	for _, r := range w.release.Runs {
		page.Runs = append(page.Runs, tell(r, w.release))
	}
	return w.data("runs", page)
}

// tell puts a run as the page shows it. The one that builds the release has not ended yet.
func tell(r sinks.Run, release *sinks.Release) did {
	d := did{ID: r.ID, Started: instant(r.Started), Status: r.Status, Release: r.Release, Trigger: r.Trigger, Message: r.Message, Counters: r.Counters}
	end := r.Finished
	if r.ID == release.Run {
		d.Status, d.Release, end = "publishing", release.ID, time.Time{}
	}
	if !end.IsZero() && !r.Started.IsZero() {
		s := end.Sub(r.Started).Seconds()
		d.Seconds = &s
	}
	return d
}
