// Package value reads what stands in the cells of statistics tables: numbers as text in the way a table writes them,
// marks for missing and confidential values, status words and units. A text that cannot be read with certainty is
// refused with the reason, never guessed.
package value

import (
	"fmt"
	"strings"
)

// Style is the way a table writes numbers as text; 0 means that the mark does not occur.
type Style struct {
	Decimal   rune
	Thousands rune
	// Brackets says that a number in round brackets is negative, as in accounts. Otherwise such numbers are refused.
	Brackets bool
}

// Evidence gathers the numbers of one table that are written as text, to tell which mark is the decimal one. "1.234"
// alone cannot tell; "82.217.160" or "113,65" beside it can. The zero value is ready to use.
type Evidence struct {
	decimal   map[rune]string // mark -> first text in which it can only be the decimal mark
	thousands map[rune]string // mark -> first text in which it can only part thousands
	either    map[rune]string // mark -> first text in which it could be both
}

// Add takes the text of one cell; texts that are no numbers tell nothing.
func (e *Evidence) Add(text string) {
	t, why := lex(text)
	if why != "" {
		return
	}
	e.add(t.body, text)
}

func (e *Evidence) add(body, text string) {
	marks := marksOf(body)
	last := len(marks) - 1
	for i, m := range marks {
		switch {
		case m.mark == ' ' || m.mark == '\'':
			if grouped(body, m.mark) {
				note(&e.thousands, m.mark, text)
			}
		case m.count > 1:
			if i < last || grouped(body, m.mark) {
				note(&e.thousands, m.mark, text)
			}
		case i < last:
			note(&e.thousands, m.mark, text) // the decimal mark comes last
		case last > 0 || !grouped(body, m.mark):
			note(&e.decimal, m.mark, text)
		default:
			note(&e.either, m.mark, text)
		}
	}
}

func note(m *map[rune]string, mark rune, text string) {
	if *m == nil {
		*m = make(map[rune]string)
	}
	if _, ok := (*m)[mark]; !ok {
		(*m)[mark] = strings.TrimSpace(text)
	}
}

// Style decides. It fails when the table's numbers contradict each other, and when one of them could be read in two
// ways and no other tells which. A table without any mark gives the zero Style.
func (e *Evidence) Style() (Style, error) {
	for _, mark := range []rune{'.', ','} {
		if d, t := e.decimal[mark], e.thousands[mark]; d != "" && t != "" {
			return Style{}, fmt.Errorf("the mark %q is the decimal mark in %q but parts thousands in %q", mark, d, t)
		}
	}
	if a, b := e.decimal['.'], e.decimal[',']; a != "" && b != "" {
		return Style{}, fmt.Errorf("both %q and %q are decimal marks: %q and %q", '.', ',', a, b)
	}
	if a, b := e.thousands['.'], e.thousands[',']; a != "" && b != "" {
		return Style{}, fmt.Errorf("both %q and %q part thousands: %q and %q", '.', ',', a, b)
	}
	s := Style{Decimal: first(e.decimal, ".,"), Thousands: first(e.thousands, ".,")}
	switch {
	case s.Decimal == 0 && s.Thousands == 0:
		for _, mark := range ".," {
			if example := e.either[mark]; example != "" {
				return Style{}, fmt.Errorf("%q can be read in two ways, and no number of the table tells whether %q is its decimal mark",
					example, mark)
			}
		}
		if s.Thousands = first(e.thousands, " '"); s.Thousands != 0 {
			return s, nil
		}
		return Style{}, nil
	case s.Decimal == 0:
		s.Decimal = other(s.Thousands)
	case s.Thousands == 0:
		if s.Thousands = first(e.thousands, " '"); s.Thousands == 0 {
			s.Thousands = other(s.Decimal)
		}
	}
	return s, nil
}

// first gives the first of the marks that the table has an example of.
func first(seen map[rune]string, marks string) rune {
	for _, m := range marks {
		if seen[m] != "" {
			return m
		}
	}
	return 0
}

func other(mark rune) rune {
	if mark == '.' {
		return ','
	}
	return '.'
}

// run is one kind of mark in a number and how often it occurs.
type run struct {
	mark  rune
	count int
}

// marksOf lists the marks in the order of their last occurrence.
func marksOf(body string) []run {
	var runs []run
	for _, c := range body {
		if c >= '0' && c <= '9' {
			continue
		}
		n := 1
		for i, r := range runs {
			if r.mark == c {
				n += r.count
				runs = append(runs[:i], runs[i+1:]...)
				break
			}
		}
		runs = append(runs, run{c, n})
	}
	return runs
}

// grouped reports whether the mark parts the digits before any other mark into groups of three: 1 to 3 digits without
// a leading zero, then groups of exactly three.
func grouped(body string, mark rune) bool {
	size, groups := 0, 0
	for i, c := range body {
		switch {
		case c >= '0' && c <= '9':
			size++
		case c == mark:
			if groups == 0 && (size < 1 || size > 3 || body[0] == '0') || groups > 0 && size != 3 {
				return false
			}
			size = 0
			groups++
		default: // the decimal mark: it and what follows hold no more of these
			return groups > 0 && size == 3 && !strings.ContainsRune(body[i:], mark)
		}
	}
	return groups > 0 && size == 3
}
