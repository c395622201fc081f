package period

import "time"

// Parse gives the first period that a text names. It is false where there is none, where the year is missing, and
// where the wording allows more than one reading or names a span of years.
func Parse(text string) (Period, bool) {
	s := scanner{t: tokenise(text)}
	p, _, ok := s.find(0, len(s.t))
	return p, ok
}

// ParseIn is Parse for a text that stands in a context, such as a column header under a title: "Tháng 5" takes the year
// of the title, "năm trước" is the year before. A context that ends within a year does not complete a period that ends
// in a later month.
func ParseIn(text string, context Period) (Period, bool) {
	s := scanner{t: tokenise(text), context: context}
	p, _, ok := s.find(0, len(s.t))
	return p, ok
}

// ParseDate gives the first date that a text names in full: 29/9/2024, 2024-09-29, ngày 29 tháng 9 năm 2024.
func ParseDate(text string) (time.Time, bool) {
	s := scanner{t: tokenise(text)}
	for i := range s.t {
		if c := s.date(i); c.verdict == found {
			p, ok := c.period(c.year)
			return p.Start, ok
		}
	}
	return time.Time{}, false
}

// scanner looks for periods in a run of tokens.
type scanner struct {
	t       []token
	context Period // zero for none
}

// verdict says what a look at a place came to.
type verdict uint8

const (
	none    verdict = iota // no period begins here
	found                  // one does
	unclear                // one does, but which cannot be told: the whole text is refused
)

// candidate is a period as written, perhaps without its year.
type candidate struct {
	verdict verdict
	next    int // token after it
	year    int // 0 where the text gives none

	from, count int // months: count of them from the given one
	day         int // with from: a single day
	week        int
	exact       Period // the period itself, where the above cannot say it
	weak        bool   // without a year it is too weak a hint even in a context
}

// period gives the candidate's period in a year; ok is false for dates that do not exist.
func (c candidate) period(year int) (Period, bool) {
	switch {
	case !c.exact.IsZero():
		return c.exact, true
	case year == 0:
		return Period{}, false
	case c.week > 0:
		return isoWeek(year, c.week)
	case c.day > 0:
		d := date(year, c.from, c.day)
		return Of(d, d), d.Day() == c.day
	}
	return months(year, c.from, c.count), true
}

// at gives the token at i; beyond the ends a token that is nothing.
func (s *scanner) at(i int) token {
	if i < 0 || i >= len(s.t) {
		return token{num: -1}
	}
	return s.t[i]
}

func (s *scanner) is(i int, words ...string) bool {
	text := s.at(i).text
	for _, w := range words {
		if text == w {
			return true
		}
	}
	return false
}

// find gives the first period that begins in t[from:to], and the token after it.
func (s *scanner) find(from, to int) (Period, int, bool) {
	for i := from; i < to; i++ {
		c := s.candidate(i)
		switch c.verdict {
		case unclear:
			return Period{}, c.next, false
		case none:
			continue
		}
		p, ok := s.complete(c)
		if !ok {
			return Period{}, c.next, false
		}
		return s.span(p, c)
	}
	return Period{}, to, false
}

// complete finds the year of a candidate that has none.
func (s *scanner) complete(c candidate) (Period, bool) {
	if c.year != 0 || !c.exact.IsZero() {
		return c.period(c.year)
	}
	if p, ok := s.fromNext(c); ok {
		return p, true
	}
	if c.weak || s.context.IsZero() || s.context.Start.Year() != s.context.End.Year() {
		return Period{}, false
	}
	p, ok := c.period(s.context.End.Year())
	last := s.context.End
	if !ok || p.End.After(date(last.Year(), int(last.Month())+1, 0)) {
		return Period{}, false // it might as well be last year's
	}
	return p, true
}

// fromNext takes the year from the next period where both are named together: "tháng Tám và tám tháng năm 2011". The
// first must not end after the second, or it might be of the year before: "tháng 12 và quý I năm 2024".
func (s *scanner) fromNext(c candidate) (Period, bool) {
	i := c.next
	for s.is(i, "và", "and", "&", ",", "-", "/", "(", ")", "|", ";") {
		i++
	}
	if i == c.next {
		return Period{}, false
	}
	next := s.begin(i)
	if next.verdict != found || next.year == 0 {
		return Period{}, false
	}
	q, ok := next.period(next.year)
	if !ok {
		return Period{}, false
	}
	p, ok := c.period(next.year)
	return p, ok && !p.End.After(q.End)
}

// span looks whether a period goes on to another: days and months make one longer period, years do not.
func (s *scanner) span(p Period, c candidate) (Period, int, bool) {
	i := c.next
	if !s.is(i, "-", "đến", "to", "và", "and", ",", "+", "/") {
		return p, c.next, true
	}
	joined := s.is(i, "-", "đến", "to")
	for s.is(i+1, "ngày", "tháng", "năm", "hết") && s.at(i+2).num > 31 {
		i++
	}
	next := s.begin(i + 1)
	if next.verdict == unclear && p.Freq == "A" {
		return Period{}, next.next, false
	}
	if next.verdict != found || next.year == 0 {
		return p, c.next, true
	}
	q, ok := next.period(next.year)
	switch {
	case !ok:
		return Period{}, next.next, false
	case p.Freq == "A" && q.Freq == "A" && !p.Equal(q):
		return Period{}, next.next, false // a list or a span of years is not one period
	case joined && p.Freq == q.Freq && q.Start.After(p.End):
		return Of(p.Start, q.End), next.next, true
	}
	return p, c.next, true
}
