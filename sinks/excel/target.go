package excel

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
	shared "github.com/statloom/statloom/sinks/words"
)

// target is a row of the targets.
type target struct {
	id, indicator, period, comparison string
	baseline, actual, status, unit    string
	name, rule, area, source          sinks.Text
	at                                map[string]string
	value, from, now                  any
	low, high, gap, attainment        any
	path, projected                   any
}

func (w *writer) readTargets(ctx context.Context) ([]target, error) {
	if !w.about.Has("targets") {
		return nil, nil
	}
	var found []target
	for r, err := range catalogue.Query(ctx, w.release.Store, `SELECT target, indicator, period, comparison, baseline_period, actual_period, status, unit,
		name_vi, name_en, rule_vi, rule_en, area_vi, area_en, source_vi, source_en, CAST(at_json AS VARCHAR),
		target_value, baseline_value, actual_value, actual_low, actual_high, gap, attainment, required_by_path, projected_trend FROM targets ORDER BY rowid`) {
		if err != nil {
			return nil, err
		}
		text := func(i int) string { return catalogue.Text(r[i]) }
		t := target{
			id: text(0), indicator: text(1), period: text(2), comparison: text(3), baseline: text(4), actual: text(5), status: text(6), unit: text(7),
			name: sinks.Text{VI: text(8), EN: text(9)}, rule: sinks.Text{VI: text(10), EN: text(11)},
			area: sinks.Text{VI: text(12), EN: text(13)}, source: sinks.Text{VI: text(14), EN: text(15)},
			value: r[17], from: r[18], now: r[19], low: r[20], high: r[21], gap: r[22], attainment: r[23], path: r[24], projected: r[25],
		}
		var at map[string]any
		if err := json.Unmarshal([]byte(text(16)), &at); err != nil && text(16) != "" {
			return nil, fmt.Errorf("read the dimensions of target %s: %w", t.id, err)
		}
		t.at = map[string]string{}
		for k, v := range at {
			t.at[k] = fmt.Sprint(v)
		}
		found = append(found, t)
	}
	return found, nil
}

// about reports whether a target is about a series.
func (t target) about(s *indicatorSheet, x series) bool {
	for i, c := range s.dims {
		if want, ok := t.at[c.Name]; ok && catalogue.Text(x.codes[i]) != want {
			return false
		}
	}
	return true
}

// statusText names the status of a target.
func (w *writer) statusText(code string) string {
	t, ok := shared.Of("standing", code)
	if !ok {
		return code
	}
	return t.In(w.lang)
}

// bare says a code that no list explains.
func (w *writer) bare(dimension, code string) string {
	if name, ok := shared.Of("dimensions", dimension); ok {
		dimension = name.In(w.lang)
	}
	if code == "_T" {
		code = strings.ToLower(shared.Say("total").In(w.lang))
	}
	return dimension + ": " + code
}

// statusColours are the fill and the text of each status; the text says it too, for those who see no colours.
func statusColours() []struct{ code, fill, text string } {
	return []struct{ code, fill, text string }{
		{"reached", "C6EFCE", "0B6B2D"}, {"on_track", "DDF3E4", "0B6B2D"}, {"at_risk", "FFE8B3", "7A4B00"}, {"off_track", "FFC7CE", "9C0006"}, {"no_data", "E4E7EB", "3E4C59"},
	}
}

// writeTargets writes the sheet of targets.
func (w *writer) writeTargets(ctx context.Context, sheet string) error {
	targets, err := w.readTargets(ctx)
	if err != nil {
		return err
	}
	widths := []float64{36, 9, 8, 11, 14, 9, 12, 10, 10, 11, 10, 11, 12, 16}
	p := w.open(sheet, setup{widths: widths, freeze: 5, tab: "D64545"})
	p.put(24, words(look{bold: true, size: 14, color: accent}, w.say("Mục tiêu", "Targets")))
	p.text(look{italic: true, color: muted}, w.say("Targets", "Mục tiêu"))
	p.wide(look{color: muted}, len(widths), widths, w.say(
		"Chênh lệch = thực tế − mục tiêu. Đạt = 100 × thực tế / mục tiêu. Cần có: giá trị trên đường thẳng từ kỳ gốc đến mục tiêu. Dự báo theo xu hướng ba năm, không phải số liệu thống kê.",
		"Gap = actual − target. Attained = 100 × actual / target. Needed: the value on the straight path from the baseline to the target. The projection goes by the trend of three years and is no statistic."))
	p.text(look{color: accent, underline: true}, w.say("← Về bìa", "← Cover"))
	p.link(1, p.row, quoted(w.contents[0].sheet)+"!A1", false)
	head := look{bold: true, color: "FFFFFF", fill: accent, border: true, wrap: true, centre: true}
	var heads []*cell
	for _, h := range []string{w.say("Mục tiêu", "Target"), w.say("Chỉ tiêu", "Indicator"), w.say("Kỳ", "Period"), w.say("Phải đạt", "To reach"), w.say("Đơn vị", "Unit"),
		w.say("Kỳ thực tế", "Actual period"), w.say("Thực tế", "Actual"), w.say("Cận dưới", "Lower end"), w.say("Cận trên", "Upper end"), w.say("Chênh lệch", "Gap"),
		w.say("Đạt, %", "Attained, %"), w.say("Cần có", "Needed by now"), w.say("Dự báo xu hướng", "Projection by trend"), w.say("Kết luận", "Status")} {
		heads = append(heads, words(head, h))
	}
	p.put(32, heads...)
	first := p.row + 1
	for _, t := range targets {
		w.putTarget(p, t)
	}
	last := p.row
	p.text(look{}, "")
	for _, t := range targets {
		p.wide(look{}, len(widths), widths, t.name.In(w.lang)+" — "+t.rule.In(w.lang))
		p.wide(look{size: 8, color: muted}, len(widths), widths, t.area.In(w.lang)+". "+w.say("Nguồn: ", "Source: ")+t.source.In(w.lang))
	}
	if len(targets) > 0 {
		p.do(func() error { return w.colourStatus(sheet, fmt.Sprintf("N%d:N%d", first, last)) })
		p.do(func() error { return w.targetChart(sheet, first, last, p.row+2) })
	}
	return p.close()
}

func (w *writer) putTarget(p *page, t target) {
	row := p.row + 1
	decimals := 2
	for _, i := range w.about.Indicators {
		if i.ID == t.indicator && i.Decimals >= 0 {
			decimals = i.Decimals
		}
	}
	plain := look{border: true, wrap: true}
	num := func(v any, d int, formula string) *cell {
		return &cell{value: v, look: look{border: true, right: true, format: decimal(d)}, formula: formula}
	}
	goal := look{border: true, right: true, format: `"` + goalSign(t.comparison) + ` "` + decimal(places(t.value)), bold: true}
	actual := &cell{value: t.now, look: look{border: true, right: true, bold: true, format: marked(decimals, t.mark(w))}}
	if s, o, at, ok := w.targetValue(t); ok && o.value == t.now && t.now != nil {
		actual.formula = at.String()
		if w.report {
			p.link(7, row, w.options.Report+"/index.html"+sinks.TraceFragment(s, t.actual, o.dimensions), true)
		}
	}
	gap, attained := "", ""
	if x, ok := t.now.(float64); ok {
		if y, ok := t.value.(float64); ok {
			gap = agree(t.gap, x-y, fmt.Sprintf("G%d-D%d", row, row))
			if y != 0 {
				attained = agree(t.attainment, 100*x/y, fmt.Sprintf("100*G%d/D%d", row, row))
			}
		}
	}
	name := t.name.In(w.lang)
	if o := w.other(t.name); o != "" {
		name += "\n" + o
	}
	p.put(height(name, 36, 10), words(plain, name), words(plain, t.indicator), words(plain, t.period), &cell{value: t.value, look: goal},
		words(plain, t.unit), words(plain, t.actual), actual, num(t.low, decimals, ""), num(t.high, decimals, ""), num(t.gap, decimals, gap), num(t.attainment, 1, attained),
		num(t.path, decimals, ""), num(t.projected, decimals, ""), words(look{border: true, centre: true, bold: true, wrap: true}, w.statusText(t.status)))
	for _, s := range w.indicators {
		if s.ID == t.indicator {
			p.link(2, row, quoted(s.sheet)+"!A1", false)
		}
	}
}

// mark is the status of the target's actual value.
func (t target) mark(w *writer) string {
	_, o, _, _ := w.targetValue(t)
	return o.status
}

// agree gives the formula if it gives the published value.
func agree(published any, got float64, formula string) string {
	if x, ok := published.(float64); ok && near(x, got) {
		return formula
	}
	return ""
}

func goalSign(comparison string) string {
	sign, ok := map[string]string{">=": "≥", "<=": "≤", "about": "≈"}[comparison]
	if !ok {
		return comparison
	}
	return sign
}

// places is how many decimals a number has.
func places(v any) int {
	x, ok := v.(float64)
	if !ok {
		return 0
	}
	text := strconv.FormatFloat(x, 'f', -1, 64)
	for i := range text {
		if text[i] == '.' {
			return min(4, len(text)-i-1)
		}
	}
	return 0
}

// targetValue finds the value that a target is judged by.
func (w *writer) targetValue(t target) (indicator string, o observation, at place, ok bool) {
	for i := range w.indicators {
		s := &w.indicators[i]
		if s.ID != t.indicator {
			continue
		}
		for _, x := range s.series {
			if !t.about(s, x) {
				continue
			}
			if o, ok := x.values[t.actual]; ok {
				at, ok := w.at[o.key]
				return s.ID, o, at, ok
			}
		}
	}
	return "", observation{}, place{}, false
}

// colourStatus colours the statuses by what they say.
func (w *writer) colourStatus(sheet, cells string) error {
	var rules []excelize.ConditionalFormatOptions
	for _, s := range statusColours() {
		style, err := w.file.NewConditionalStyle(&excelize.Style{
			Font: &excelize.Font{Color: s.text, Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{s.fill}},
		})
		if err != nil {
			return err
		}
		rules = append(rules, excelize.ConditionalFormatOptions{Type: "cell", Criteria: "==", Value: `"` + w.statusText(s.code) + `"`, Format: &style})
	}
	return w.file.SetConditionalFormat(sheet, cells, rules)
}
