package layout

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/period"
)

// pick is a compiled transforms.Pick.
type pick struct {
	places  []place
	pattern *regexp.Regexp
	rules   []rule
	value   string
	given   bool // anything is said at all
}

type rule struct {
	match *regexp.Regexp
	value string
}

// place is a compiled transforms.Place: a word and, where it has one, its number.
type place struct {
	word  string
	level int // 1-based; 0 for all or the innermost
}

func (c *compiler) pick(key string, p transforms.Pick) pick {
	out := pick{pattern: c.pattern(key+".pattern", p.Pattern), value: p.Value, given: len(p.From) > 0 || p.Value != ""}
	for _, from := range p.From {
		pl, ok := parsePlace(string(from))
		if !ok {
			c.problem(key+".from", fmt.Sprintf("%q is no place", from),
				"use row, row.N, row_path, column, column.N, title, unit, sheet, book, stub_head or comparison")
		}
		out.places = append(out.places, pl)
	}
	for i, r := range p.Map {
		re := c.pattern(fmt.Sprintf("%s.map[%d].match", key, i), r.Match)
		if re == nil {
			c.problem(fmt.Sprintf("%s.map[%d].match", key, i), "a rule needs an expression", "give one, or use value")
		}
		out.rules = append(out.rules, rule{re, r.Value})
	}
	return out
}

func parsePlace(s string) (place, bool) {
	switch s {
	case "row", "row_path", "column", "title", "unit", "sheet", "book", "stub_head", "comparison":
		return place{word: s}, true
	}
	word, n, ok := strings.Cut(s, ".")
	level, err := strconv.Atoi(n)
	return place{word, level}, ok && (word == "row" || word == "column") && err == nil && level >= 1 && level <= 99
}

// String gives the place as the configuration writes it.
func (p place) String() string {
	if p.level > 0 {
		return p.word + "." + strconv.Itoa(p.level)
	}
	return p.word
}

// surroundings are the texts in and around one cell of a table.
type surroundings struct {
	cell    *CellOut
	table   *Table
	book    string
	context *period.Period // the period of the title, or of the book; completes headers that leave the year out
	sure    bool           // the title names that one period, so it may stand for a header that names none
	headers map[*Column]headerTime
	split   *splitYears
}

// levelMark parts the levels of a header where a period is read out of it.
const levelMark = " | "

// headerTime is what a column's header says about time.
type headerTime struct {
	header period.Header
	ok     bool
}

// headerOf reads the header of the cell's column once.
func (s *surroundings) headerOf() headerTime {
	h, ok := s.headers[s.cell.column]
	if !ok {
		h.header, h.ok = period.ParseHeader(strings.Join(s.cell.column.Path, levelMark), s.context)
		s.headers[s.cell.column] = h
	}
	return h
}

// text gives the text at a place, "" if there is none.
func (s *surroundings) text(p place) string {
	switch p.word {
	case "row":
		if p.level > 0 {
			return level(s.cell.RowPath, p.level)
		}
		return s.cell.line.Label()
	case "row_path":
		return strings.Join(s.cell.RowPath, " | ")
	case "column":
		if p.level > 0 {
			return level(s.cell.ColPath, p.level)
		}
		return strings.Join(s.cell.ColPath, " ")
	case "title":
		return s.table.Title
	case "unit":
		return s.cell.Unit
	case "sheet":
		return s.cell.Sheet
	case "book":
		return s.book
	case "stub_head":
		return s.table.StubHead
	case "comparison":
		if h := s.headerOf(); h.ok && h.header.HasRelation && h.header.Relation != period.Other {
			return h.header.Relation
		}
	}
	return ""
}

func level(path []string, n int) string {
	if n > len(path) {
		return ""
	}
	return path[n-1]
}

// resolve takes the text of the first place that gives one, or else the pick's own value.
func (p *pick) resolve(s *surroundings, memo map[string]string) (text string, ok bool) {
	for i := range p.places {
		t := s.text(p.places[i])
		if t == "" {
			continue
		}
		v, known := memo[t]
		if !known {
			v, known = p.apply(t)
			if !known {
				v = noMatch
			}
			if memo != nil {
				memo[t] = v
			}
		}
		if v != noMatch {
			return v, true
		}
	}
	return p.value, p.value != ""
}

// noMatch is remembered for texts that give nothing; no cell can hold it.
const noMatch = "\x00"

// apply turns a text into a value; a text that does not match is passed over.
func (p *pick) apply(text string) (string, bool) {
	if p.pattern != nil {
		found, ok := fold.Find(p.pattern, text)
		if !ok {
			return "", false
		}
		text = found
	}
	if len(p.rules) == 0 {
		text = fold.Space(text)
		return text, text != ""
	}
	folded := fold.Text(text)
	for _, r := range p.rules {
		if r.match.MatchString(folded) {
			return r.value, true
		}
	}
	return "", false
}

// names lists the places, for messages.
func (p *pick) names() string {
	names := make([]string, len(p.places))
	for i, pl := range p.places {
		names[i] = pl.String()
	}
	return strings.Join(names, ", ")
}
