package report

import (
	"context"
	"slices"
	"strings"
)

// series is one line of observations while it is read.
type series struct {
	at                   []any // codes, as numbers of texts
	unit                 string
	first, last          string // periods with a row
	value                *float64
	valueOf, valueStatus string // of the latest period with a value
	periods, revised     int
	rows                 []any
}

// writeSeries writes a dataset of observations: the list of its series, and files of their observations with all vintages.
// A series is [codes..., unit, periods, revised periods, first, last, latest value, its period, its status]; an observation
// [period, value, status, comment, book, sheet, cell, vintage from, vintage to, correction].
func (w *writer) writeSeries(ctx context.Context, d *dataset) error {
	columns := slices.DeleteFunc(slices.Clone(d.Key), func(c string) bool { return c == "time_period" })
	d.Columns = w.dimensions(d.table, columns)
	d.Numbers = make([]bool, len(columns))
	n := len(columns)
	correction := "NULL::VARCHAR"
	if w.ask.has(d.table, "correction") {
		correction = asText("correction")
	}
	selected := append(texts(columns...), texts("time_period", "obs_status", "obs_comment", "unit")...)
	selected = append(selected, asNumber("obs_value"), correction)
	selected = append(selected, texts("snapshot_id", "sheet", "cell")...)
	selected = append(selected, micros("vintage_from"), micros("vintage_to"), asText("period_end"))
	order := totalFirst(columns) + `, "period_start", "period_end", "time_period", "vintage_from"`
	var words index
	var open *series
	before := ""
	d.Series = []any{}
	err := w.ask.each(ctx, from(d.table, selected...)+d.where+" ORDER BY "+order+d.limit(), func(r row) error {
		var key strings.Builder
		for i := range n {
			key.WriteString(r.text(i))
			key.WriteByte(0)
		}
		if open == nil || key.String() != before {
			if err := w.endSeries(d, open, &words); err != nil {
				return err
			}
			open, before = &series{at: make([]any, n)}, key.String()
			for i := range n {
				open.at[i] = words.of(r.text(i))
			}
		}
		open.add(r, n, d, w)
		return nil
	})
	if err == nil {
		err = w.endSeries(d, open, &words)
	}
	if err != nil {
		return err
	}
	w.label(d.Columns)
	d.Text = words.values()
	return w.flush(d)
}

// add takes one more row of the series.
func (s *series) add(r row, n int, d *dataset, w *writer) {
	text := &d.file.text
	for i := range n {
		d.Columns[i].saw(r.text(i), r.text(n+11))
	}
	period, status, value := r.text(n), r.text(n+1), r.number(n+4)
	current := r.null(n + 10)
	if s.first == "" {
		s.first = period
	}
	if current {
		s.periods++
	} else {
		s.revised++
	}
	if s.last = period; current && value != nil {
		s.value, s.valueOf, s.valueStatus = value, period, status
	}
	if u := r.text(n + 3); u != "" {
		s.unit = u
	}
	obs := []any{text.of(period), value, text.of(status), text.of(r.text(n + 2))}
	obs = append(obs, w.origin(d, r, n+6)...)
	if c := r.text(n + 5); c != "" {
		obs = append(obs, text.of(c))
	}
	s.rows = append(s.rows, obs)
}

// endSeries lists a series that is complete.
func (w *writer) endSeries(d *dataset, s *series, words *index) error {
	if s == nil {
		return nil
	}
	d.Series = append(d.Series, append(s.at, words.of(s.unit), s.periods, s.revised, words.of(s.first), words.of(s.last), s.value, words.of(s.valueOf), words.of(s.valueStatus)))
	d.file.items = append(d.file.items, s.rows)
	if d.file.rows += len(s.rows); d.file.rows >= rowsInFile {
		return w.flush(d)
	}
	return nil
}
