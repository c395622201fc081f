package layout

import (
	"fmt"
	"regexp"
	"time"

	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/period"
)

// Labels such as 2011-12 may be months, or years that lie in two calendar years, and a wrong guess files every figure a year
// or a frequency off. The labels of one table are written alike, so together they tell; a single one does not.

// splitYears is what a table's labels and words say of such years.
type splitYears struct {
	are, unsure bool
	begin       time.Month // the month they begin in; 0 where neither recipe nor table says
}

// fewSplit is how many different labels must read as split years where each may be a month or a span of years too.
const fewSplit = 2

// splitYears looks at the labels of a table's lines and columns.
func (u *run) splitYears(t *Table) *splitYears {
	y := &splitYears{begin: time.Month(u.recipe.Period.YearStart)}
	firsts, plain, months := map[int]bool{}, false, false
	look := func(text string) {
		if len(text) > 60 || !hasYear(text) {
			return
		}
		if split, ok := period.FindSplit(text); ok {
			firsts[split.First] = true
			plain = plain || !split.Month && !split.Span
		} else if isoMonth.MatchString(text) {
			months = true
		}
	}
	for i := range t.Lines {
		look(t.Lines[i].Section)
		for _, l := range t.Lines[i].Path {
			look(l)
		}
	}
	for i := range t.Columns {
		for _, h := range t.Columns[i].Path {
			look(h)
		}
	}
	y.are = len(firsts) > 0 && !months && (plain || len(firsts) >= fewSplit || y.begin != 0)
	y.unsure = len(firsts) > 0 && !months && !y.are
	if y.begin == 0 {
		y.begin = yearBegins(t)
	}
	return y
}

// isoMonth tells labels that are months: 2024-05.
var isoMonth = regexp.MustCompile(`(^|\D)(19|20)\d\d-(0[1-9]|1[0-2])($|[^\d-])`)

// read reads a split year of a text; it is false where the text is to be read in the usual way.
func (y *splitYears) read(pl place, text string) (periodResult, bool) {
	if pl.word == "book" || !hasYear(text) {
		return periodResult{}, false
	}
	split, ok := period.FindSplit(text)
	are, unsure := y.are, y.unsure
	if pl.word == "title" || pl.word == "sheet" { // of which there is only one
		are = are || y.begin != 0 || !split.Month && !split.Span
		unsure = unsure || split.Month
	}
	switch {
	case !ok || !are && !unsure:
		return periodResult{}, false
	case !are:
		return periodResult{why: fmt.Sprintf("%q may be a month, or a year that ends in the next one: say in period.year_start: in which "+
			"month such years begin, or give period.pattern: and period.map:", fold.Space(text))}, true
	case y.begin == 0:
		return periodResult{why: fmt.Sprintf("%q is a year that ends in the next one, and the table does not say in which month it begins: "+
			"give period.year_start:, such as 7 for July", fold.Space(text))}, true
	}
	return periodResult{p: split.Beginning(y.begin), ok: true}, true
}

// yearBegins tells the month in which the years of a table begin from the words around it; 0 where none say, or not the same.
func yearBegins(t *Table) (begin time.Month) {
	texts := append(append([]string{t.StubHead}, t.TitleLines...), t.Notes...)
	for i := range t.heads {
		texts = append(texts, t.heads[i].Path...)
	}
	for _, text := range texts {
		switch m := period.YearBegins(text); {
		case m != 0 && begin != 0 && m != begin:
			return 0
		case m != 0:
			begin = m
		}
	}
	return begin
}
