package excel

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// indicatorSheet is an indicator with its values by series and period.
type indicatorSheet struct {
	catalogue.Indicator
	sheet   string
	dims    []catalogue.Column
	periods []string
	series  []series
	across  bool // the periods run across, since there are many series
	targets []target
}

// series are the values of one combination of dimensions.
type series struct {
	codes  []any // of the indicator's dimensions
	label  string
	values map[string]observation // by period
}

type observation struct {
	value, low, high any
	status, comment  string
	key              string // of the row
	dimensions       [][2]string
}

// sheetsLimit is how many indicators get a sheet of their own.
const sheetsLimit = 200

// indicatorDimensions are the columns of the indicators that tell their rows apart, besides the period.
func (w *writer) indicatorDimensions() []string {
	t, ok := w.about.Find("indicators")
	if !ok {
		return nil
	}
	var dims []string
	for _, c := range t.Columns()[1:] {
		if c.Name == "time_period" {
			break
		}
		dims = append(dims, c.Name)
	}
	return dims
}

// readIndicators reads the values and settles where each will stand.
func (w *writer) readIndicators(ctx context.Context) error {
	t, ok := w.about.Find("indicators")
	if !ok || !w.about.Has("indicator_catalogue") {
		return nil
	}
	targets, err := w.readTargets(ctx)
	if err != nil {
		return err
	}
	dims := w.indicatorDimensions()
	byID := map[string]*indicatorSheet{}
	for i, about := range w.about.Indicators {
		if i == sheetsLimit {
			w.notes = append(w.notes, sinks.Text{
				VI: fmt.Sprintf("Chỉ %d chỉ tiêu đầu có trang riêng; tất cả nằm trên trang indicators.", sheetsLimit),
				EN: fmt.Sprintf("Only the first %d indicators have sheets of their own; all are on the sheet indicators.", sheetsLimit),
			})
			break
		}
		s := &indicatorSheet{Indicator: about}
		for _, c := range t.Columns() {
			if slices.Contains(about.Dimensions, c.Name) {
				s.dims = append(s.dims, catalogue.Describe(c, dims))
			}
		}
		for _, goal := range targets {
			if goal.indicator == about.ID {
				s.targets = append(s.targets, goal)
			}
		}
		byID[about.ID] = s
	}
	columns := identifiers(append([]string{"indicator"}, append(slices.Clone(dims), "time_period")...))
	query := "SELECT " + columns + ", obs_value, obs_low, obs_high, obs_status, obs_comment, period_end FROM indicators ORDER BY indicator, period_start, period_end, " + columns
	for row, err := range catalogue.Query(ctx, w.release.Store, query) {
		if err != nil {
			return err
		}
		if s := byID[catalogue.Text(row[0])]; s != nil {
			s.take(row, dims, w)
		}
	}
	for _, about := range w.about.Indicators {
		s := byID[about.ID]
		if s == nil || len(s.periods) == 0 {
			continue
		}
		s.arrange()
		s.lookAhead()
		s.sheet = w.add(s.ID, s.Name, s.Unit)
		w.indicators = append(w.indicators, *s)
		w.settle(&w.indicators[len(w.indicators)-1])
	}
	return nil
}

func (s *indicatorSheet) take(row catalogue.Row, dims []string, w *writer) {
	var codes []any
	o := observation{key: indicatorKey(row, dims)}
	for i, d := range dims {
		if row[i+1] != nil {
			o.dimensions = append(o.dimensions, [2]string{d, catalogue.Text(row[i+1])})
		}
		if slices.Contains(s.Dimensions, d) {
			codes = append(codes, row[i+1])
		}
	}
	period, rest := catalogue.Text(row[len(dims)+1]), row[len(dims)+2:]
	o.value, o.low, o.high, o.status, o.comment = number(rest[0]), number(rest[1]), number(rest[2]), catalogue.Text(rest[3]), catalogue.Text(rest[4])
	if !slices.Contains(s.periods, period) {
		s.periods = append(s.periods, period)
	}
	at := slices.IndexFunc(s.series, func(have series) bool { return slices.Equal(have.codes, codes) })
	if at < 0 {
		s.series = append(s.series, series{codes: codes, values: map[string]observation{}})
		at = len(s.series) - 1
	}
	day, _ := rest[5].(catalogue.Date)
	s.series[at].label = w.seriesLabel(s, codes, day.Time) // rows come by time: codes mean what they mean in the last period
	s.series[at].values[period] = o
}

// seriesLabel says what a combination of codes means.
func (w *writer) seriesLabel(s *indicatorSheet, codes []any, on time.Time) string {
	var parts []string
	for i, c := range s.dims {
		code := catalogue.Text(codes[i])
		if code == "" {
			continue
		}
		if name, ok := w.about.Label(c, code, on); ok {
			code = name.In(w.lang)
		} else if c.CodeList == "" {
			code = w.bare(c.Name, code)
		}
		parts = append(parts, code)
	}
	if len(parts) == 0 {
		return w.say("Giá trị", "Value")
	}
	return strings.Join(parts, " · ")
}

// arrange puts the series that targets are about first, then totals before parts.
func (s *indicatorSheet) arrange() {
	rank := func(x series) int {
		for _, t := range s.targets {
			if t.about(s, x) {
				return -len(x.codes) - 1
			}
		}
		totals := 0
		for _, c := range x.codes {
			if c == "_T" {
				totals--
			}
		}
		return totals
	}
	slices.SortStableFunc(s.series, func(a, b series) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), slices.CompareFunc(a.codes, b.codes, func(x, y any) int {
			return strings.Compare(catalogue.Text(x), catalogue.Text(y))
		}))
	})
	s.across = len(s.series) > 12 && len(s.periods) <= 40
}

// On an indicator's sheet the chart comes first, then the table.
const (
	chartRow  = 8
	chartRows = 21
	tableRow  = chartRow + chartRows + 1 // the table's head
)

// spot is where a value stands in the table.
func (s *indicatorSheet) spot(at, period int) (column, row int) {
	if s.across {
		return period + 2, tableRow + 1 + at
	}
	return at + 2, tableRow + 1 + period
}

// settle notes where the values will stand.
func (w *writer) settle(s *indicatorSheet) {
	for i, x := range s.series {
		for k, period := range s.periods {
			if o, ok := x.values[period]; ok {
				column, row := s.spot(i, k)
				w.at[o.key] = place{sheet: s.sheet, column: column, row: row}
			}
		}
	}
}

// writeIndicator writes an indicator's sheet.
func (w *writer) writeIndicator(s *indicatorSheet) error {
	widths := []float64{14}
	across := len(s.series)
	if s.across {
		widths[0], across = 44, len(s.periods)
	}
	extra := w.extras(s)
	for range max(across+len(extra), 7) {
		widths = append(widths, 15)
	}
	p := w.open(s.sheet, setup{widths: widths, tab: accent, single: len(s.periods) <= 45 && len(s.series) <= 45})
	w.indicatorHead(p, s, widths)
	for p.row < tableRow-1 {
		p.put(15)
	}
	w.indicatorTable(p, s, extra)
	w.indicatorNotes(p, s, widths)
	p.do(func() error { return w.addChart(s, extra, widths) })
	return p.close()
}

func (w *writer) indicatorHead(p *page, s *indicatorSheet, widths []float64) {
	p.put(24, words(look{bold: true, size: 14, color: accent}, s.ID+" · "+s.Name.In(w.lang)))
	p.text(look{italic: true, color: muted}, w.other(s.Name))
	facts := []string{w.say("Đơn vị: ", "Unit: ") + s.Unit, w.say("Tần suất: ", "Frequency: ") + w.frequency(s.Freq)}
	if s.PriceBase != "" {
		facts = append(facts, w.say("Giá: ", "Prices: ")+s.PriceBase)
	}
	if s.Method != "" {
		facts = append(facts, w.say("Phương pháp: ", "Method: ")+s.Method)
	}
	if s.Illustrative {
		facts = append(facts, w.illustrative())
	}
	p.text(look{}, strings.Join(facts, "   ·   "))
	columns := min(len(widths), 8)
	p.wide(look{}, columns, widths, w.say("Cách tính: ", "Formula: ")+s.Formula.In(w.lang))
	p.wide(look{color: muted}, columns, widths, s.Note.In(w.lang))
	p.wide(look{color: muted}, columns, widths, w.say("Nguồn: ", "Source: ")+s.Source.In(w.lang))
	p.put(0, words(look{color: accent, underline: true}, w.say("← Về bìa", "← Cover")))
	p.link(1, p.row, quoted(w.contents[0].sheet)+"!A1", false)
}

func (w *writer) frequency(code string) string {
	t, ok := map[string]sinks.Text{"A": {VI: "năm", EN: "year"}, "S": {VI: "nửa năm", EN: "half-year"}, "Q": {VI: "quý", EN: "quarter"},
		"M": {VI: "tháng", EN: "month"}, "W": {VI: "tuần", EN: "week"}, "D": {VI: "ngày", EN: "day"}}[code]
	if !ok {
		return code
	}
	return t.In(w.lang)
}

func (w *writer) illustrative() string {
	if w.lang == "en" {
		return "ILLUSTRATIVE FIGURES – SỐ LIỆU MINH HOẠ"
	}
	return "SỐ LIỆU MINH HOẠ – ILLUSTRATIVE FIGURES"
}

// indicatorTable writes the head and the values.
func (w *writer) indicatorTable(p *page, s *indicatorSheet, extra []extraColumn) {
	head := look{bold: true, color: "FFFFFF", fill: accent, border: true, wrap: true, centre: true}
	corner := w.say("Kỳ", "Period")
	heads, rows := make([]string, 0, len(s.series)), s.periods
	for _, x := range s.series {
		heads = append(heads, x.label)
	}
	if s.across {
		corner, rows, heads = w.say("Nhóm", "Series"), heads, s.periods
	}
	first := make([]*cell, 0, len(heads)+1+len(extra))
	first = append(first, words(head, corner))
	for _, h := range heads {
		first = append(first, words(head, h))
	}
	for _, e := range extra {
		light := head
		light.fill, light.color = pale, ink
		first = append(first, words(light, e.label))
	}
	high := 18.0
	for _, c := range first[1:] {
		high = max(high, height(c.value.(string), 12, 10))
	}
	p.put(min(110, high), first...)
	for r, name := range rows {
		line := []*cell{words(look{bold: true, border: true, fill: pale}, name)}
		for c := range heads {
			at, period := c, r
			if s.across {
				at, period = r, c
			}
			line = append(line, w.valueCell(s, at, period))
		}
		for _, e := range extra {
			line = append(line, e.cell(r, s.Decimals))
		}
		p.put(0, line...)
		w.traces(p, s, r, len(heads))
	}
}

// traces links the values of the row just written to the report.
func (w *writer) traces(p *page, s *indicatorSheet, r, columns int) {
	if !w.report {
		return
	}
	for c := range columns {
		at, period := c, r
		if s.across {
			at, period = r, c
		}
		o := s.series[at].values[s.periods[period]]
		if o.value == nil {
			continue
		}
		column, row := s.spot(at, period)
		p.link(column, row, w.options.Report+"/index.html"+sinks.TraceFragment(s.ID, s.periods[period], o.dimensions), true)
	}
}

// valueCell is a published value: as a live formula over the data where there is one, with a mark where it is not final.
func (w *writer) valueCell(s *indicatorSheet, at, period int) *cell {
	o, ok := s.series[at].values[s.periods[period]]
	l := look{border: true, right: true}
	x, number := o.value.(float64)
	if !ok || !number {
		l.fill = blank
		if !ok {
			l.fill = ""
		}
		return &cell{look: l}
	}
	l.format = marked(s.Decimals, o.status)
	c := &cell{value: x, look: l}
	if text, ok := w.live(o.key, x); ok {
		c.formula = text
	}
	return c
}

// marked is the number format of a value with its status; the room for a mark is kept free where there is none, so that the
// digits stand below each other.
func marked(decimals int, status string) string {
	format := "#,##0.0#####"
	if decimals >= 0 {
		format = decimal(decimals)
	}
	if status == "" || status == "A" {
		return format + "_ _(_P_)"
	}
	return format + `" (` + status + `)"`
}

// indicatorNotes explains the marks and why values are missing.
func (w *writer) indicatorNotes(p *page, s *indicatorSheet, widths []float64) {
	small := look{size: 8, color: muted}
	p.text(small, w.say("(P) sơ bộ   (E) ước tính   (F) dự báo   (B) gián đoạn chuỗi   ô xám: thiếu hoặc bảo mật. Bấm vào ô để thấy công thức",
		"(P) provisional   (E) estimated   (F) forecast   (B) break in series   grey: missing or confidential. Click a cell to see its formula")+
		map[bool]string{true: w.say(" và mở nguồn gốc của số.", " and to open where the number comes from."), false: "."}[w.report])
	missing := 0
	for _, period := range s.periods {
		for _, x := range s.series {
			o, ok := x.values[period]
			if !ok || o.comment == "" {
				continue
			}
			if missing++; missing > 40 {
				p.text(small, w.say("… còn nữa trên trang indicators", "… more on the sheet indicators"))
				return
			}
			p.wide(small, min(len(widths), 8), widths, period+" · "+x.label+": "+o.comment)
		}
	}
}
