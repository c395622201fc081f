package main

import (
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/layout/page"
)

// observed is a figure that the trial has read.
type observed struct {
	dims                       []string
	period, base, unit, status string
	cell                       string
	value                      float64
	known                      bool
	end                        time.Time
}

// mostObserved is how many figures of a trial are kept, to be looked at closer.
const mostObserved = 200_000

// keep remembers a row.
func (t *trial) keep(b arrow.RecordBatch, row int, dims []string, text func(name string, row int) string) {
	if len(t.figures) >= mostObserved {
		t.cut = true
		return
	}
	o := observed{dims: dims, period: text(transforms.ColTimePeriod, row), base: text(transforms.ColPriceBase, row), unit: text(transforms.ColUnit, row),
		status: text(transforms.ColObsStatus, row), cell: text(transforms.ColCell, row)}
	if b.Column(b.Schema().FieldIndices(transforms.ColPriceBase)[0]).IsNull(row) {
		o.base = ""
	}
	if b.Column(b.Schema().FieldIndices(transforms.ColUnit)[0]).IsNull(row) {
		o.unit = ""
	}
	if v, ok := b.Column(b.Schema().FieldIndices(transforms.ColObsValue)[0]).(*array.Float64); ok && v.IsValid(row) {
		o.value, o.known = v.Value(row), true
	}
	if d, ok := b.Column(b.Schema().FieldIndices(transforms.ColPeriodEnd)[0]).(*array.Date32); ok && d.IsValid(row) {
		o.end = d.Value(row).ToTime()
	}
	t.figures = append(t.figures, o)
}

// readings is what the trial made of each cell.
func (t *trial) readings(into map[string]page.Reading) {
	for _, o := range t.figures {
		into[o.cell] = page.Reading{Period: o.period, Unit: o.unit, Status: o.status}
	}
	for cell, why := range t.refused {
		r := into[cell]
		r.Lost = why
		into[cell] = r
	}
}

// units lists the units of what was read, the most frequent first; a figure without one counts as "".
func (t *trial) units() []string {
	count := map[string]int{}
	for _, o := range t.figures {
		count[o.unit]++
	}
	var list []string
	for u := range count {
		list = append(list, u)
	}
	slices.SortFunc(list, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
	return list
}
