package layout

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/period"
	"github.com/statloom/statloom/transforms/value"
)

// observation is one figure with all that is said of it.
type observation struct {
	dims      []string
	period    period.Period
	value     *float64
	status    string
	comment   string
	unit      string
	mult      int
	priceBase string
	sheet     string
	cell      string
}

// memos remember what texts were turned into; most texts of a table stand in many cells' surroundings.
type memos struct {
	dims      []map[string]string
	period    map[string]string
	unit      map[string]string
	priceBase map[string]string
	units     map[string]value.Unit
	skip      map[string]bool
	periods   map[string]periodResult
	statuses  map[string]string  // of texts
	heads     map[*Column]string // the status that a column's header states
}

type periodResult struct {
	p   period.Period
	ok  bool
	why string
}

func (r *reader) memos() *memos {
	m := &memos{period: map[string]string{}, unit: map[string]string{}, priceBase: map[string]string{},
		units: map[string]value.Unit{}, skip: map[string]bool{}, periods: map[string]periodResult{},
		statuses: map[string]string{}, heads: map[*Column]string{}}
	for range r.dims {
		m.dims = append(m.dims, map[string]string{})
	}
	return m
}

// observations emits the figures of a table.
func (u *run) observations(ctx context.Context, g *sheet.Grid, t *Table, from time.Time) error {
	s := &surroundings{table: t, book: u.origin.Name, headers: map[*Column]headerTime{}}
	s.split = u.splitYears(t)
	s.context, s.sure = u.context(t)
	m := u.memos()
	n := 0
	for c := range t.cells(g) {
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		s.cell = &c
		if u.skips(s, m) {
			continue
		}
		obs, why := u.observe(s, m)
		if why != "" {
			u.reject(g, c.Cell, c.Text, why)
			continue
		}
		if err := u.w.observation(obs, u.origin.SnapshotID, from); err != nil {
			return err
		}
	}
	for _, c := range t.unnamed {
		u.reject(g, c.cell, c.text, "no label stands on this line, and a blank row parts it from the labels above")
	}
	return nil
}

// context gives the period that headers without a year of their own are read in: that of the title, else the month or
// year in the book's name. It is sure if the title names it and no other.
func (u *run) context(t *Table) (p *period.Period, sure bool) {
	for _, text := range append([]string{t.Title}, t.TitleLines...) {
		if _, ok := period.FindSplit(text); ok {
			return nil, false // no month is completed by a year that may lie in two
		}
		if p, ok := period.Parse(text); ok {
			return &p, !severalPeriods.MatchString(fold.Text(t.Title))
		}
	}
	if d, ok := period.ParseDate(u.origin.Name); ok {
		p := period.Month(d.Year(), d.Month())
		return &p, false
	}
	if p, ok := period.Parse(u.origin.Name); ok {
		return &p, false
	}
	return nil, false
}

// severalPeriods tells titles that name more than one period: "tháng 6 và 6 tháng năm 2024".
var severalPeriods = regexp.MustCompile(`(và|and|,|;|&)\s+(cả năm|năm|quí|tháng|\S+ tháng|ước|\d+ months|\S+ months|quarter|\S+ quarter|whole year)(\s|$)`)

// skips reports whether the recipe leaves the cell's row or column out.
func (u *run) skips(s *surroundings, m *memos) bool {
	if u.skipRows != nil {
		label := s.cell.line.Label()
		skip, known := m.skip[label]
		if !known {
			skip = u.skipRows.MatchString(fold.Text(label))
			m.skip[label] = skip
		}
		if skip {
			return true
		}
	}
	if u.skipCols == nil {
		return false
	}
	head := "\x00" + strings.Join(s.cell.ColPath, " ")
	skip, known := m.skip[head]
	if !known {
		skip = u.skipCols.MatchString(fold.Text(head[1:]))
		m.skip[head] = skip
	}
	return skip
}

// observe makes an observation of a cell, or says why that cannot be done.
func (u *run) observe(s *surroundings, m *memos) (obs observation, why string) {
	c := s.cell
	if c.Value == nil && c.Status != "M" && c.Status != "C" {
		return obs, "this is not a number: " + orElse(c.Comment, "words stand where a value is expected")
	}
	if len(c.column.Path) == 0 && len(s.table.HeaderRows) > 0 {
		return obs, "nothing stands above this column to say what it is about"
	}
	obs.value, obs.status, obs.comment = c.Value, c.Status, c.Comment
	obs.sheet, obs.cell = c.Sheet, c.Cell
	for i := range u.dims {
		v, ok := u.dims[i].resolve(s, m.dims[i])
		if !ok {
			return obs, fmt.Sprintf("dimension %s: none of %s gives a value", u.recipe.Dimensions[i].ID, u.dims[i].names())
		}
		obs.dims = append(obs.dims, v)
	}
	p, status, why := u.periodOf(s, m)
	if why != "" {
		return obs, why
	}
	obs.period = p
	if obs.status == "A" && status != "" {
		obs.status = status
	}
	u.unitOf(s, m, &obs)
	obs.priceBase, _ = u.priceBase.resolve(s, m.priceBase)
	return obs, ""
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// saysPeriod tells texts that name a period, whether or not it can be read.
var saysPeriod = regexp.MustCompile(`(^|[^\d.,])(19|20)\d\d($|[^\d.,])|(^|\W)(tháng|quí|quý|quarter|month)\s*(\d|[ivx]+\b|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười|giêng|chạp)|\d+ tháng|` +
	`(^|\W)(january|february|march|april|june|july|august|september|october|november|december)($|\W)`)

// beginsPeriod is saysPeriod for labels, which mention years in passing: "Theo giá so sánh 2010".
var beginsPeriod = regexp.MustCompile(`^(sơ bộ|ước tính|chính thức|prel\.?|est\.?|[ ,.–-])*(năm )?((19|20)\d\d|tháng \d|quí [\divx]|quarter|q[1-4]\b|\d+ tháng|` +
	`(januari|februari|march|april|june|juli|august|september|october|november|december)\b)`)

// periodOf tells the time period of a cell, and the status that stands beside it. A place that names a period which
// cannot be read is not passed over: the next place might give a wrong one.
func (u *run) periodOf(s *surroundings, m *memos) (p period.Period, status, why string) {
	for _, pl := range u.period.places {
		whole := u.periodText(s, pl)
		if whole == "" {
			continue
		}
		v, known := m.period[whole]
		if !known {
			var ok bool
			if v, ok = u.period.apply(whole); !ok {
				v = noMatch
			}
			m.period[whole] = v
		}
		if v == noMatch {
			continue
		}
		key := pl.word + "\x00" + v
		res, known := m.periods[key]
		if !known {
			res = readPeriod(pl, v, s)
			m.periods[key] = res
		}
		switch {
		case res.ok:
			return res.p, m.headerStatus(s.cell.column, whole), ""
		case res.why != "":
			return p, "", res.why
		}
	}
	if u.period.value != "" {
		if p, ok := period.Parse(u.period.value); ok {
			return p, m.headerStatus(s.cell.column, ""), ""
		}
		return p, "", fmt.Sprintf("the period %q of the recipe cannot be read", u.period.value)
	}
	return p, "", fmt.Sprintf("the time period cannot be told: none of %s names one", u.period.names())
}

// periodText gives the text in which a period is looked for. The levels of a header are kept apart, and words across
// the columns are left out unless they alone name a period.
func (u *run) periodText(s *surroundings, pl place) string {
	if pl.word != "column" || pl.level > 0 || u.period.pattern != nil || len(u.period.rules) > 0 {
		return s.text(pl)
	}
	head := strings.Join(s.cell.column.Path, levelMark)
	if sec := s.cell.line.Section; sec != "" && saysPeriod.MatchString(fold.Text(sec)) {
		if head == "" {
			return sec
		}
		return head + levelMark + sec
	}
	return head
}

// readPeriod reads a period of the text at a place.
func readPeriod(pl place, text string, s *surroundings) periodResult {
	if res, ok := s.split.read(pl, text); ok {
		return res
	}
	switch pl.word {
	case "column":
		if h, ok := period.ParseHeader(text, s.context); ok {
			if !s.sure && s.context != nil && h.Period.Equal(*s.context) && !saysPeriod.MatchString(fold.Text(text)) {
				return periodResult{why: fmt.Sprintf("the time period cannot be told from column %q: it names none, and neither "+
					"does the title name just one", fold.Space(text))}
			}
			return periodResult{p: h.Period, ok: true}
		}
	default:
		if pl.word == "title" && severalPeriods.MatchString(fold.Text(text)) {
			return periodResult{why: fmt.Sprintf("the title %q names more than one time period", fold.Space(text))}
		}
		if s.context != nil && pl.word != "title" && pl.word != "book" {
			if p, ok := period.ParseIn(text, *s.context); ok {
				return periodResult{p: p, ok: true}
			}
		} else if p, ok := period.Parse(text); ok {
			return periodResult{p: p, ok: true}
		}
	}
	says := saysPeriod
	if pl.word == "row" || pl.word == "row_path" {
		says = beginsPeriod
	}
	if says.MatchString(fold.Text(text)) {
		return periodResult{why: fmt.Sprintf("the time period cannot be told from %s %q", pl, fold.Space(text))}
	}
	return periodResult{}
}

// headerStatus gives the status that the header, or the text that names the period, states.
func (m *memos) headerStatus(c *Column, periodText string) string {
	code, known := m.heads[c]
	if !known {
		code = m.status(strings.Join(c.Path, " "))
		m.heads[c] = code
	}
	if code != "" {
		return code
	}
	return m.status(periodText)
}

// status gives the status that a text states, "" for none.
func (m *memos) status(text string) string {
	code, known := m.statuses[text]
	if !known {
		code, _, _ = value.Status(text)
		m.statuses[text] = code
	}
	return code
}

// unitOf tells the unit: what the recipe says, else what was recognised, else what the title says.
func (u *run) unitOf(s *surroundings, m *memos, obs *observation) {
	text := s.cell.Unit
	if u.unit.given {
		var ok bool
		if text, ok = u.unit.resolve(s, m.unit); !ok {
			return
		}
	}
	if text == "" && s.cell.line.ratio() {
		return
	}
	if text == "" {
		text = s.table.Title
		un, ok := m.units[text]
		if !ok {
			un, _ = parseUnit(text)
			m.units[text] = un
		}
		obs.unit, obs.mult = un.Name, un.Mult
		return
	}
	un, ok := m.units[text]
	if !ok {
		if un, ok = parseUnit(text); !ok {
			un = value.Unit{Name: fold.Space(text)}
		}
		m.units[text] = un
	}
	obs.unit, obs.mult = un.Name, un.Mult
}
