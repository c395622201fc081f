package excel

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// extraColumn stands beside the values of an indicator: the band of its first series, the path to its target, a projection.
type extraColumn struct {
	label string
	drawn bool // in the chart
	cells []extraCell
}

// extraCell belongs to a period.
type extraCell struct {
	value   any
	formula string
}

func (e extraColumn) cell(r, decimals int) *cell {
	l := look{border: true, right: true, italic: true, color: muted, format: marked(decimals, "A")}
	if e.cells[r].value == nil {
		return &cell{look: l}
	}
	return &cell{value: e.cells[r].value, look: l, formula: e.cells[r].formula}
}

// goal is the target that the first series is judged by, if its periods are years.
func (s *indicatorSheet) goal() (t target, ok bool) {
	for _, t := range s.targets {
		if year(t.period) > 0 && t.about(s, s.series[0]) {
			return t, true
		}
	}
	return target{}, false
}

// year is the year that a period is, or 0.
func year(period string) int {
	n, err := strconv.Atoi(period)
	if err != nil || len(period) != 4 {
		return 0
	}
	return n
}

// lookAhead adds the years up to the target's, so that its path has where to go.
func (s *indicatorSheet) lookAhead() {
	t, ok := s.goal()
	last := year(s.periods[len(s.periods)-1])
	if !ok || s.across || last == 0 || year(t.period)-last > 20 {
		return
	}
	for y := last + 1; y <= year(t.period); y++ {
		s.periods = append(s.periods, strconv.Itoa(y))
	}
}

// extras gives the band of the first series, and the straight path from the baseline to its target, year by year.
func (w *writer) extras(s *indicatorSheet) []extraColumn {
	if s.across {
		return nil
	}
	var found []extraColumn
	low := extraColumn{label: w.say("Cận dưới: ", "Lower end: ") + s.series[0].label, cells: make([]extraCell, len(s.periods))}
	high := extraColumn{label: w.say("Cận trên: ", "Upper end: ") + s.series[0].label, cells: make([]extraCell, len(s.periods))}
	banded := false
	for i, period := range s.periods {
		o := s.series[0].values[period]
		low.cells[i].value, high.cells[i].value = o.low, o.high
		banded = banded || o.low != nil || o.high != nil
	}
	if banded {
		found = append(found, low, high)
	}
	t, ok := s.goal()
	if !ok {
		return found
	}
	if path, ok := w.path(s, t, len(s.series)+2+len(found)); ok {
		found = append(found, path)
	}
	if p, ok := w.projection(s, t); ok {
		found = append(found, p)
	}
	return found
}

// path is the column of the straight way to the target; column is where it will stand.
func (w *writer) path(s *indicatorSheet, t target, column int) (extraColumn, bool) {
	from, to := slices.Index(s.periods, t.baseline), slices.Index(s.periods, t.period)
	a, known := t.from.(float64)
	b, ok := t.value.(float64)
	if from < 0 || to <= from || !known || !ok || year(t.baseline) == 0 {
		return extraColumn{}, false
	}
	e := extraColumn{label: w.say("Đường đến mục tiêu ", "Path to the target of ") + t.period, drawn: true, cells: make([]extraCell, len(s.periods))}
	start, end := cellName(column, tableRow+1+from), cellName(column, tableRow+1+to)
	span := year(t.period) - year(t.baseline)
	for i := from; i <= to; i++ {
		k := year(s.periods[i]) - year(t.baseline)
		e.cells[i].value = a + (b-a)*float64(k)/float64(span)
		if i > from && i < to {
			e.cells[i].formula = fmt.Sprintf("%s+(%s-%s)*%d/%d", start, end, start, k, span)
		}
	}
	e.cells[from].value, e.cells[to].value = a, b
	if o, ok := s.series[0].values[t.baseline]; ok && o.value == t.from {
		e.cells[from].formula = cellName(2, tableRow+1+from)
	}
	return e, true
}

// projection leads from the last value on to what the trend comes to.
func (w *writer) projection(s *indicatorSheet, t target) (extraColumn, bool) {
	now, to := slices.Index(s.periods, t.actual), slices.Index(s.periods, t.period)
	if t.projected == nil || now < 0 || to <= now || s.series[0].values[t.actual].value != t.now {
		return extraColumn{}, false
	}
	e := extraColumn{label: w.say("Dự báo theo xu hướng", "Projection by trend"), drawn: true, cells: make([]extraCell, len(s.periods))}
	e.cells[now] = extraCell{t.now, cellName(2, tableRow+1+now)}
	e.cells[to].value = t.projected
	return e, true
}

// near reports whether two numbers are the same but for rounding.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(a)) }
