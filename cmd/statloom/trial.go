package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/layout"
)

// trial is what a recipe reads of one sheet. It is the Output of a reader.
type trial struct {
	rows, rejects int    // figures that were read, and cells that could not be
	clashing      int    // figures of which another one says something else
	reason        string // of the first figure that is lost

	dimensions int
	seen       map[string]*seen
	series     []*series // in the table's order
	byKey      map[string]*series

	figures []observed        // as they come, for a closer look
	refused map[string]string // cells that could not be read, and why
	cut     bool              // there are more figures than are kept
}

// seen is the figures that have all labels and the period in common.
type seen struct {
	figure  string
	n       int
	differs bool
}

// series is the figures that have all dimensions and the frequency in common.
type series struct {
	values  []string // of the dimensions
	freq    string
	periods int
}

// lost counts the figures that a run would put into quarantine.
func (t *trial) lost() int { return t.rejects + t.clashing }

// usable counts the figures that a release would show.
func (t *trial) usable() int { return t.rows - t.clashing }

// tryOut reads one sheet by a recipe, as it was recognised.
func tryOut(ctx context.Context, g *sheet.Grid, s *layout.Sheet, book string, recipe transforms.Recipe) (trial, error) {
	t := trial{dimensions: len(recipe.Dimensions), seen: map[string]*seen{}, byKey: map[string]*series{}, refused: map[string]string{}}
	if _, err := layout.New(recipe); err != nil {
		return t, err
	}
	_, err := layout.ReadSheet(ctx, recipe, g, s, transforms.Origin{Name: book}, &t)
	var told *fault.Error
	if errors.As(err, &told) && ctx.Err() == nil {
		t.rejects, t.reason = t.rejects+1, err.Error()
		return t, nil
	}
	return t, err
}

// Batch counts observations, and those that say something else of the same.
func (t *trial) Batch(b arrow.RecordBatch) error {
	text := func(name string, row int) string {
		return b.Column(b.Schema().FieldIndices(name)[0]).ValueStr(row)
	}
	for row := range int(b.NumRows()) {
		dims := make([]string, t.dimensions)
		for i := range dims {
			dims[i] = b.Column(i).ValueStr(row)
		}
		t.rows++
		t.keep(b, row, dims, text)
		freq, at := text(transforms.ColFreq, row), text(transforms.ColTimePeriod, row)
		id := strings.Join(dims, "\x00") + "\x00" + freq + "\x00" + text(transforms.ColPriceBase, row)
		figure := text(transforms.ColObsValue, row) + "\x00" + text(transforms.ColUnit, row)
		if t.again(id+at, figure, text(transforms.ColCell, row)) {
			continue
		}
		s := t.byKey[id]
		if s == nil {
			s = &series{values: dims, freq: freq}
			t.byKey[id], t.series = s, append(t.series, s)
		}
		if text(transforms.ColObsStatus, row) != "M" {
			s.periods++
		}
	}
	return nil
}

// again reports whether there was a figure with this key before. Where two say different things none of them is used.
func (t *trial) again(key, figure, cell string) bool {
	before := t.seen[key]
	if before == nil {
		t.seen[key] = &seen{figure: figure, n: 1}
		return false
	}
	before.n++
	switch {
	case before.differs:
		t.clashing++
	case before.figure != figure:
		before.differs = true
		t.clashing += before.n
		t.lose(cell, "another cell has the same labels and the same period, but another value")
	}
	return true
}

// Reject counts a cell that cannot be read.
func (t *trial) Reject(r transforms.Reject) {
	t.rejects++
	if len(t.refused) < mostObserved {
		t.refused[r.Cell] = r.Reason
	}
	t.lose(r.Cell, r.Reason)
}

func (t *trial) lose(cell, reason string) {
	if t.reason == "" {
		t.reason = fmt.Sprintf("%s: %s", cell, reason)
	}
}
