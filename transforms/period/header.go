package period

// The relations a header can state between its period and the one it is compared with.
const (
	PreviousPeriod     = "previous_period"       // the period right before
	SamePeriodLastYear = "same_period_last_year" // the same part of the year before
	Cumulative         = "cumulative"            // the running total of the year against that of the year before
	Other              = "other"                 // anything else; Base says what, if the text does
)

// Header is what a column's header says about time.
type Header struct {
	Period      Period
	Base        *Period // what it is compared with; nil without a comparison, or where the text does not say when it was
	Relation    string
	HasRelation bool // the header states a comparison
}

// ParseHeader reads a column header: a period, or a comparison of two such as "Tháng 8 năm 2024 so với cùng kỳ năm
// trước". context, which may be nil, is the period of the table's title; see ParseIn. A header that compares without
// saying what takes the context for its period. False is returned where no period can be told, or more than one is
// compared.
func ParseHeader(text string, context *Period) (Header, bool) {
	s := scanner{t: tokenise(text)}
	if context != nil {
		s.context = *context
	}
	at, base := s.comparison()
	if at < 0 {
		p, _, ok := s.find(0, len(s.t))
		return Header{Period: p}, ok
	}
	whole := s.t
	if h, ok := s.above(at, base); ok {
		return h, true
	}
	s.t = whole[:at]
	subject, next, ok := s.find(0, at)
	switch {
	case !ok && next < at:
		return Header{}, false // there is a period, but which cannot be told
	case !ok && !s.context.IsZero() && !s.refused(at):
		subject = s.context
	case !ok:
		return Header{}, false
	default:
		if q, _, more := s.find(next, at); more && !q.Equal(subject) {
			return Header{}, false
		}
	}
	s.t, s.context = whole, subject
	h := Header{Period: subject, HasRelation: true, Relation: Other}
	if b, ok := s.base(base, subject); ok {
		h.Base, h.Relation = &b, relation(subject, b)
	}
	return h, true
}

// above reads a header whose upper level says what its lower one is compared with: "So với cùng kỳ năm trước (%) | 9 tháng
// năm 2024". The levels are parted by "|".
func (s *scanner) above(at, base int) (Header, bool) {
	whole := s.t
	defer func() { s.t = whole }()
	if s.refused(at) {
		return Header{}, false // what is compared stands before the words of the comparison
	}
	for i := len(whole) - 1; i > base; i-- {
		if !s.is(i, "|") {
			continue
		}
		s.t = whole[i+1:]
		subject, next, ok := s.find(0, len(s.t))
		if !ok {
			s.t = whole
			continue
		}
		if q, _, more := s.find(next, len(s.t)); more && !q.Equal(subject) {
			return Header{}, false
		}
		s.t, s.context = whole[:i], subject
		h := Header{Period: subject, HasRelation: true, Relation: Other}
		if b, ok := s.base(base, subject); ok {
			h.Base, h.Relation = &b, relation(subject, b)
		}
		return h, true
	}
	return Header{}, false
}

// refused reports whether some place before to holds a period that cannot be told.
func (s *scanner) refused(to int) bool {
	for i := range to {
		if s.candidate(i).verdict != none {
			return true
		}
	}
	return false
}

// relation names how base lies to the subject.
func relation(subject, base Period) string {
	switch {
	case base.Equal(subject.YearBefore()):
		if subject.Start.Month() == 1 && subject.Months() > 1 && subject.Months() <= 12 {
			return Cumulative
		}
		return SamePeriodLastYear
	case base.Equal(subject.Previous()):
		return PreviousPeriod
	case subject.Freq == "D" && base.Equal(monthBefore(subject)):
		return PreviousPeriod
	}
	return Other
}

// monthBefore gives the same day of the month before.
func monthBefore(p Period) Period {
	year, month, day := p.Start.Date()
	last := date(year, int(month), 0)
	if day < last.Day() {
		last = date(year, int(month)-1, day)
	}
	return Of(last, last)
}

// comparison finds the words of a comparison: at is where they begin, after what follows them; at is -1 without one.
func (s *scanner) comparison() (at, after int) {
	for i := range s.t {
		switch {
		case s.is(i, "so") && s.is(i+1, "với"):
			return i, i + 2
		case s.is(i, "/") && s.is(i+1, "t", "tháng", "quí") && i > 0 && s.is(s.begins(i), "t", "tháng", "quí"):
			return i, i + 1 // T5/T4
		case s.is(i, "so") && s.is(i+1, "sánh") && s.is(i+2, "với"):
			return i, i + 3
		case s.is(i, "so") && s.is(i+1, "cùng", "tháng", "quí", "kì", "năm"):
			return i, i + 1
		case s.is(i, "compared", "comparison") && s.is(i+1, "to", "with"):
			return i, i + 2
		case s.is(i, "compared", "against", "versus", "vs", "over"):
			return i, i + 1
		}
	}
	return -1, 0
}

// begins gives the token before the number that ends before i.
func (s *scanner) begins(i int) int {
	if s.isYear(i-1) && s.is(i-2, "/", "năm") {
		return i - 4
	}
	return i - 2
}

// base reads what stands after the words of a comparison.
func (s *scanner) base(i int, subject Period) (Period, bool) {
	for s.is(i, "(", ")", "%", ":", "-", ",", ".", "|", "the", "that", "of", "in", "with", "to") {
		i++
	}
	switch {
	case s.is(i, "cùng", "same"):
		j := i + 1
		for s.is(j, "kì", "thời", "điểm", "tháng", "quí", "ngày", "period", "month", "quarter", "time", "point") && !s.is(j+1, "trước") {
			j++
		}
		c := s.sameTime(j, subject)
		p, ok := c.period(c.year)
		return p, ok && c.verdict == found
	case s.is(i, "thời") && s.is(i+1, "điểm"):
		i += 2
	case s.is(i, "kì", "năm") && s.is(i+1, "gốc"):
		for i += 2; s.is(i, "năm", "(", ":", "-"); i++ {
		}
		return Year(s.at(i).num), s.isYear(i)
	case s.is(i, "previous", "last", "preceding", "prior"):
		return before(subject, s.at(i+1).text)
	}
	if s.is(i+1, "trước") && s.is(i, "tháng", "quí", "kì", "năm") {
		return before(subject, s.at(i).text)
	}
	return s.explicit(i, subject)
}

// explicit reads a base that is named. Without a year it is the last such period before the subject.
func (s *scanner) explicit(i int, subject Period) (Period, bool) {
	for ; i < len(s.t); i++ {
		c := s.candidate(i)
		switch {
		case c.verdict == unclear:
			return Period{}, false
		case c.verdict == none:
			continue
		case c.year == 0 && c.exact.IsZero():
			year := subject.Start.Year()
			p, ok := c.period(year)
			if ok && !p.End.Before(subject.Start) {
				p, ok = c.period(year - 1)
			}
			return p, ok
		}
		p, ok := c.period(c.year)
		if !ok {
			return Period{}, false
		}
		q, _, ok := s.span(p, c)
		return q, ok
	}
	return Period{}, false
}

// before gives the period before the subject that "tháng trước", "previous quarter" and the like mean.
func before(subject Period, unit string) (Period, bool) {
	n := subject.Months()
	switch unit {
	case "tháng", "month":
		if subject.days() == 1 {
			return monthBefore(subject), true
		}
		return subject.Previous(), n == 1
	case "quí", "quarter":
		return subject.Previous(), n == 3
	case "năm", "year":
		return subject.YearBefore(), n == 12 || subject.days() == 1
	case "kì", "period":
		return subject.Previous(), true
	}
	return Period{}, false
}

// sameTime reads what follows "cùng kỳ": a year ("năm 2013", "2013"), "năm trước", "tháng trước", or nothing, which means the
// year before.
func (s *scanner) sameTime(i int, subject Period) candidate {
	j := i
	for s.is(j, "năm", "of", "in", "the", "của", "-", "(", "/") {
		j++
	}
	c := candidate{verdict: found}
	switch {
	case s.isYear(j):
		c.next, c.exact = j+1, subject.years(s.at(j).num-subject.Start.Year())
	case s.is(j, "trước", "ngoái"):
		c.next, c.exact = j+1, subject.YearBefore()
	case s.is(j, "previous", "last", "preceding", "prior") && s.is(j+1, "year"):
		c.next, c.exact = j+2, subject.YearBefore()
	case s.is(j, "tháng", "quí") && s.is(j+1, "trước"), s.is(j, "previous", "last", "preceding", "prior"):
		unit := s.at(j).text
		if !s.is(j+1, "trước") {
			unit = s.at(j + 1).text
		}
		p, ok := before(subject, unit)
		if !ok {
			return candidate{}
		}
		c.next, c.exact = j+2, p
	default:
		c.next, c.exact = i, subject.YearBefore()
	}
	return c
}
