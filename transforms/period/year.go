package period

const minYear, maxYear = 1900, 2100

// isYear reports whether token i is a year.
func (s *scanner) isYear(i int) bool {
	t := s.at(i)
	return t.num >= minYear && t.num <= maxYear
}

// withYear ends a candidate with the year that follows at i, if one does: "năm 2024", "/2024", "of 2024", "năm năm 2012"
// (a word written twice), "năm trước" in a context.
func (s *scanner) withYear(i int, c candidate) candidate {
	c.next = i
	j := i
	for s.is(j, "năm", "/", "-", ".", ",", "|", ":", "(", "of", "của", "in", "the", "year", "trong") && j < i+4 {
		j++
	}
	switch {
	case s.isYear(j) && !s.isBase(j):
		c.next, c.year = j+1, s.at(j).num
	case s.is(j, "trước", "ngoái") && s.is(j-1, "năm") && s.oneYear():
		c.next, c.year = j+1, s.context.End.Year()-1
	case s.is(j, "nay") && s.is(j-1, "năm") && s.oneYear():
		c.next, c.year = j+1, s.context.End.Year()
	case s.is(i, "năm"):
		c.next = i + 1
	}
	return c
}

// isBase reports whether the year at i names a price base, a base of an index or a classification, not a period: "giá so
// sánh 2010", "2015 = 100", "constant 1994 prices", "VSIC 2018".
func (s *scanner) isBase(i int) bool {
	if s.is(i+1, "=", "prices", "price") {
		return true
	}
	j := i - 1
	for s.is(j, "năm") {
		j--
	}
	switch s.at(j).text {
	case "sánh", "gốc", "base", "constant", "vsic", "isic", "cpc", "hs":
		return true
	case "định":
		return s.is(j-1, "cố")
	case "giá":
		return s.is(j-1, "theo")
	}
	return false
}

// yearWord reads a year after the word năm, and "năm trước" in a context.
func (s *scanner) yearWord(i int) candidate {
	j := i
	for s.is(j, "năm") {
		j++
	}
	if s.isYear(j) {
		if s.isBase(j) {
			return candidate{}
		}
		return s.wholeYear(j)
	}
	if s.is(j, "trước", "ngoái") && s.oneYear() {
		return candidate{verdict: found, next: j + 1, exact: Year(s.context.End.Year() - 1)}
	}
	if s.is(j, "nay") && s.oneYear() {
		return candidate{verdict: found, next: j + 1, exact: Year(s.context.End.Year())}
	}
	return candidate{}
}

// wholeYear reads a year at i that is a period: alone, or with a month or quarter after it, as in the headers of nested
// columns ("2024 | Quý I").
func (s *scanner) wholeYear(i int) candidate {
	year := s.at(i).num
	j := i + 1
	for s.is(j, ",", ":", "|", "-", "(", "ước", "tính", "sơ", "bộ", "thực", "hiện", "chính", "thức") {
		j++
	}
	if s.is(j, "tháng", "quí", "t", "q") || s.at(j).num >= 1 && s.at(j).num <= 12 && s.is(j+1, "tháng") {
		if c := s.candidate(j); c.verdict == found && c.year == 0 && c.exact.IsZero() {
			c.year = year
			return c
		} else if c.verdict == unclear {
			return c
		}
	}
	if c := s.monthAfter(i+1, j); c.verdict != none {
		c.year = year
		return c
	}
	c := candidate{verdict: found, next: i + 1, year: year, from: 1, count: 12}
	short := s.at(i + 2)
	if s.is(i+1, "-", "/") && s.at(i+1).glued && short.glued && len(short.text) == 2 && short.num >= 0 {
		c.verdict = unclear // 2020-21, 2020/21
	}
	return c
}

// monthAfter reads an English month at j that belongs to the year before i: at once, or across the levels of a header, and
// not with a year of its own.
func (s *scanner) monthAfter(i, j int) candidate {
	m, ok := monthNames[s.at(j).text]
	if !ok || j > i && !s.is(i, "|", ",", "-", ":") {
		return candidate{}
	}
	c := s.englishMonth(j, m)
	if c.verdict == none { // May, or the verb
		c = candidate{verdict: unclear, next: j + 1}
		if s.ends(j+1) || s.is(j+1, ".") {
			c = candidate{verdict: found, next: j + 1, from: m, count: 1}
		}
	}
	if c.year != 0 {
		return candidate{}
	}
	return c
}

// beginsWithYear reads 2024, 2024-05, 2024M05, 2024-Q1, 2024-S1, 2024-W05 and 2024-01-01/P5M.
func (s *scanner) beginsWithYear(i int) candidate {
	if !s.isYear(i) || s.isBase(i) {
		return candidate{}
	}
	year, j := s.at(i).num, i+1
	dash := s.is(j, "-") && s.at(j).glued && s.at(j+1).glued
	if n := s.at(j + 1).num; dash && len(s.at(j+1).text) == 2 && n >= 1 && n <= 12 {
		return candidate{verdict: found, next: j + 2, year: year, from: n, count: 1}
	}
	if dash {
		j++
	}
	if n := s.at(j + 1).num; s.at(j).glued && s.at(j+1).glued && n >= 1 {
		c := candidate{verdict: found, next: j + 2, year: year}
		switch w := s.at(j).text; {
		case w == "m" && n <= 12:
			c.from, c.count = n, 1
			return c
		case w == "q" && n <= 4:
			c.from, c.count = 3*n-2, 3
			return c
		case w == "s" && n <= 2:
			c.from, c.count = 6*n-5, 6
			return c
		case w == "w" && n <= 53:
			c.week = n
			return c
		}
	}
	if !s.standsAlone(i) {
		return candidate{}
	}
	return s.wholeYear(i)
}

// afterYear may follow a year that stands for itself.
var afterYear = set("- / ( ) , ; : | * [ ] và and đến to so theo phân chia by at compared over vs tháng quý ước sơ chính thực prel est t q census annual january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec")

// standsAlone reports whether a bare number of four digits can only be a year: "2000 doanh nghiệp" are 2000 firms.
func (s *scanner) standsAlone(i int) bool {
	if s.is(i-1, "in", "year", "năm", "bộ", "prel", "est", ".") || s.is(i-1, "tính") {
		return true
	}
	next := s.at(i + 1)
	if next.num >= 0 {
		return s.isYear(i + 1)
	}
	if next.text == "" || afterYear[next.text] {
		return true
	}
	return next.text == "." && s.at(i+2).num < 0
}

// date reads 31/12/2024, 31-12-2024, 2024-12-31, ngày 31 tháng 12 năm 2024, 31 December 2024, and the canonical form of
// runs of days and months, which begins with a date.
func (s *scanner) date(i int) candidate {
	a, b, c := s.at(i), s.at(i+2), s.at(i+4)
	sep := s.at(i + 1).text
	switch {
	case a.num < 0 || a.num > 31 && !s.isYear(i):
		return candidate{}
	case sep == "-" && s.at(i+3).text == "-" && s.isYear(i) && s.isGlued(i+1, i+4) && len(b.text) == 2 && len(c.text) == 2:
		return s.canonical(i+5, dayOf(a.num, b.num, c.num, i+5))
	case (sep == "/" || sep == "-" || sep == ".") && s.at(i+3).text == sep && s.isYear(i+4) && s.isGlued(i+1, i+4) && b.num >= 0:
		return dayOf(c.num, b.num, a.num, i+5)
	case sep == "/" && s.is(i+3, "-", "đến", "to") && s.at(i+5).text == "/" && s.isYear(i+8):
		return s.sinceDay(i)
	case sep == "tháng" && a.num <= 31 && b.num >= 1 && b.num <= 12:
		d := s.withYear(i+3, candidate{})
		if d.year == 0 {
			return candidate{}
		}
		return dayOf(d.year, b.num, a.num, d.next)
	}
	if m, ok := monthNames[sep]; ok && s.isYear(i+2) && a.num >= 1 && a.num <= 31 {
		return dayOf(b.num, m, a.num, i+3)
	}
	return candidate{}
}

// sinceDay reads a run of days whose first lacks the year: 01/01 - 20/3/2015.
func (s *scanner) sinceDay(i int) candidate {
	last := s.begin(i + 4)
	if last.verdict != found || last.day == 0 {
		return candidate{}
	}
	first := dayOf(last.year, s.at(i+2).num, s.at(i).num, last.next)
	p, ok := first.period(first.year)
	q, _ := last.period(last.year)
	if first.verdict != found || !ok || q.End.Before(p.Start) {
		return candidate{verdict: unclear, next: last.next}
	}
	last.exact = Of(p.Start, q.End)
	return last
}

func (s *scanner) isGlued(from, to int) bool {
	for i := from; i <= to; i++ {
		if !s.at(i).glued {
			return false
		}
	}
	return true
}

// dayOf is a candidate for a date, unclear if there is no such day.
func dayOf(year, month, day, next int) candidate {
	c := candidate{verdict: found, next: next, year: year, from: month, day: day}
	if month < 1 || month > 12 || day < 1 || date(year, month, day).Day() != day {
		c.verdict = unclear
	}
	return c
}

// canonical reads the duration after a date: /P5M.
func (s *scanner) canonical(i int, c candidate) candidate {
	if c.verdict != found || !s.is(i, "/") || !s.is(i+1, "p") || !s.is(i+3, "m", "d", "y") || !s.isGlued(i, i+3) {
		return c
	}
	n := s.at(i + 2).num
	if n < 1 || n > 9999 || c.day != 1 && !s.is(i+3, "d") {
		c.verdict = unclear
		return c
	}
	switch s.at(i + 3).text {
	case "m":
		c.exact = months(c.year, c.from, n)
	case "y":
		c.exact = months(c.year, c.from, 12*n)
	default:
		start := date(c.year, c.from, c.day)
		c.exact = Of(start, start.AddDate(0, 0, n-1))
	}
	c.next = i + 4
	return c
}
