package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// writer writes the site of one release.
type writer struct {
	release *sinks.Release
	options *Options
	dir     string
	made    map[string]bool // folders

	ask     asker
	tables  []sinks.Table
	about   *catalogue.Catalogue // what the codes of columns mean
	before  memory               // what earlier releases said
	now     memory               // with this one
	shelf   *shelf               // the books, and which of their cells are cited
	left    []leftOut
	quality *quality

	indicators []*indicator
	datasets   []*dataset
	targets    []*target
}

// leftOut says what is not on the pages because of a limit.
type leftOut struct {
	What  string `json:"what"` // observations, inputs, sheets, records
	Of    string `json:"of"`
	Shown int64  `json:"shown"`
	All   int64  `json:"all"`
}

func (w *writer) write(ctx context.Context) error {
	w.made = map[string]bool{}
	w.ask = asker{store: w.release.Store}
	if err := w.ask.learn(ctx); err != nil {
		return err
	}
	var err error
	if w.about, err = catalogue.Read(ctx, w.release.Store, w.tables); err != nil {
		return err
	}
	if err := w.remember(); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{
		w.readBooks, w.readIndicators, w.readTargets, w.writeIndicators, w.writeTraces, w.writeDatasets,
		w.writeQuality, w.writeRuns, w.writeOverview, w.writeSheets, w.writeSite,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	memory, err := json.Marshal(w.now)
	if err != nil {
		return fmt.Errorf("keep what was said: %w", err)
	}
	return w.put(memoryName, memory)
}

// site is what every page knows.
type site struct {
	Release      string     `json:"release"`
	Created      string     `json:"created"`
	Name         text       `json:"name"`
	Language     string     `json:"language"`
	Illustrative bool       `json:"illustrative"`
	Previous     *past      `json:"previous,omitempty"`
	Pages        []sitePage `json:"pages"` // of indicators and datasets, for links between them
	Left         []leftOut  `json:"left,omitempty"`
}

type sitePage struct {
	Kind string `json:"kind"` // indicator or dataset
	ID   string `json:"id"`
	Name text   `json:"name"`
	File string `json:"file"`
}

// writeSite writes the pages, what they share and what all of them know.
func (w *writer) writeSite(context.Context) error {
	s := site{
		Release: w.release.ID, Created: instant(w.release.Time), Name: text{w.release.Name.VI, w.release.Name.EN},
		Language: w.release.Language, Illustrative: w.release.Illustrative, Left: w.left, Pages: []sitePage{},
	}
	if n := len(w.before.Releases); n > 0 {
		s.Previous = &w.before.Releases[n-1]
	}
	for _, i := range w.indicators {
		s.Pages = append(s.Pages, sitePage{"indicator", i.ID, i.Name, i.File})
	}
	for _, d := range w.datasets {
		s.Pages = append(s.Pages, sitePage{"dataset", d.ID, d.Name, d.File})
	}
	if err := w.data("site", s); err != nil {
		return err
	}
	return w.writePages(s)
}

// wanted reports whether a dataset gets a page.
func (w *writer) wanted(dataset string) bool {
	return len(w.options.Datasets) == 0 || slices.Contains(w.options.Datasets, dataset)
}
