package period

import "time"

// Split is a year that begins in one calendar year and ends in the next, as a text writes it: 2012–13, 2012/13, 2012-2013.
// Accounts, schools and harvests have such years; which month they begin in stands elsewhere, if at all.
type Split struct {
	First int  // the calendar year in which it begins
	Month bool // it may as well be a month: 2011-12
	Span  bool // it may as well be two years: 2012-2013
}

// FindSplit gives the split year that a text names. It is false where there is none, or more than one.
func FindSplit(text string) (found Split, ok bool) {
	s := scanner{t: tokenise(text)}
	for i := range s.t {
		y, yes := s.split(i)
		if yes && ok && y.First != found.First {
			return Split{}, false
		}
		if yes {
			found, ok = y, true
		}
	}
	return found, ok
}

// Names reports whether a text names a period, be it a split year.
func Names(text string) bool {
	if _, ok := Parse(text); ok {
		return true
	}
	_, ok := FindSplit(text)
	return ok
}

// Beginning gives the split year's days, if it begins with the given month.
func (y Split) Beginning(in time.Month) Period {
	p := months(y.First, int(in), 12)
	p.Freq = "A"
	return p
}

// split reads a split year at i.
func (s *scanner) split(i int) (Split, bool) {
	if !s.isYear(i) || s.isBase(i) || !s.is(i+1, "-", "/") || !s.isGlued(i+1, i+2) {
		return Split{}, false
	}
	if s.at(i).glued && i > 0 && (s.at(i-1).num >= 0 || s.is(i-1, "/", "-", ".")) || s.at(i+3).glued && s.is(i+3, "/", "-", ".") && s.at(i+4).glued {
		return Split{}, false // a date, or the number of a decree
	}
	year, end := s.at(i).num, s.at(i+2)
	switch len(end.text) {
	case 2:
		dash := s.is(i+1, "-")
		return Split{First: year, Month: dash && end.num >= 1 && end.num <= 12}, end.num == (year+1)%100
	case 4:
		return Split{First: year, Span: true}, end.num == year+1
	}
	return Split{}, false
}

// YearBegins gives the month in which the years begin that a text speaks of: "years ended 30 June", "April to March", "từ
// tháng 7 năm trước đến tháng 6 năm sau". It is 0 where the text does not say, or says more than one.
func YearBegins(text string) time.Month {
	s := scanner{t: tokenise(text)}
	found := 0
	for i := range s.t {
		if m := s.yearBegins(i); m > 0 {
			if found > 0 && found != m {
				return 0
			}
			found = m
		}
	}
	return time.Month(found)
}

// yearBegins reads such words at i; 0 stands for none.
func (s *scanner) yearBegins(i int) int {
	switch {
	case s.is(i, "year", "years") && s.is(i+1, "ended", "ending", "to", "end"),
		s.is(i, "months") && s.is(i+1, "ended", "ending", "to") && (s.at(i-1).num == 12 || s.is(i-1, "twelve")):
		j := i + 2
		for s.is(j, "on", "at", "in", "the", "st", "th", "of") || s.at(j).num >= 1 && s.at(j).num <= 31 {
			j++
		}
		if last := monthNames[s.at(j).text]; last > 0 {
			return last%12 + 1
		}
	case monthNames[s.at(i).text] > 0:
		first, j := monthNames[s.at(i).text], i+1
		if !s.is(j, "to", "-", "through", "đến") {
			return 0
		}
		if j++; s.at(j).num >= 1 && s.at(j).num <= 31 {
			j++
		}
		if last := monthNames[s.at(j).text]; last > 0 && last%12+1 == first {
			return first
		}
	case s.is(i, "tháng") && s.is(i+2, "năm") && s.is(i+3, "trước") && s.is(i+4, "đến"):
		j := i + 5
		for s.is(j, "hết", "ngày") || s.at(j).num >= 28 && s.at(j).num <= 31 {
			j++
		}
		if first, last := s.at(i+1).num, s.at(j+1).num; s.is(j, "tháng") && first > 1 && first <= 12 && last == first-1 {
			return first
		}
	}
	return 0
}
