package period

// The words below are compared with folded text, in which y after a consonant reads i: quý is quí, kỳ is kì.

// candidate looks for a period that begins at token i.
func (s *scanner) candidate(i int) candidate {
	if s.at(i).num < 0 {
		return s.word(i)
	}
	if s.is(i-1, "/", ".", "-") && s.isGlued(i-1, i) && s.at(i-2).num >= 0 {
		return candidate{} // the tail of a longer number or name
	}
	return s.digits(i)
}

// begin is candidate for a place where a number is known not to be part of what stands before it.
func (s *scanner) begin(i int) candidate {
	if s.at(i).num < 0 {
		return s.word(i)
	}
	return s.digits(i)
}

// digits looks for a period that begins with a number.
func (s *scanner) digits(i int) candidate {
	if c := s.date(i); c.verdict != none {
		return c
	}
	n := s.at(i).num
	if n >= minYear {
		return s.beginsWithYear(i)
	}
	if n < 1 || n > 12 {
		return candidate{}
	}
	if c := s.someMonths(i, n, i+1); c.verdict != none {
		return c
	}
	if s.is(i+1, "st", "nd", "rd", "th") && s.is(i+2, "quarter") && n <= 4 {
		return s.withYear(i+3, candidate{verdict: found, from: 3*n - 2, count: 3})
	}
	if s.is(i+1, "t") && s.at(i+1).glued { // 9T/2024
		return s.withYear(i+2, candidate{verdict: found, from: 1, count: n, weak: true})
	}
	if s.is(i+1, "/", "-") && s.at(i+1).glued && s.isYear(i+2) && s.at(i+2).glued {
		if s.is(i-1, "/", "số") || s.is(i+3, "/") && s.at(i+3).glued {
			return candidate{} // the number of a decree: 15/2007/NĐ-CP
		}
		return candidate{verdict: found, next: i + 3, year: s.at(i + 2).num, from: n, count: 1}
	}
	return candidate{}
}

// word looks for a period that begins with a word.
func (s *scanner) word(i int) candidate {
	switch s.at(i).text {
	case "":
		return candidate{}
	case "tháng":
		return s.month(i)
	case "quí", "quarter", "q", "qtr":
		return s.quarter(i)
	case "năm":
		if n, next := s.numeral(i); s.is(next, "tháng") {
			return s.someMonths(i, n, next)
		}
		return s.yearWord(i)
	case "t": // T5/2024
		if n := s.at(i + 1).num; s.at(i+1).glued && n >= 1 && n <= 12 {
			return s.withYear(i+2, candidate{verdict: found, from: n, count: 1})
		}
		return candidate{}
	case "h", "s":
		if n := s.at(i + 1).num; s.at(i+1).glued && (n == 1 || n == 2) {
			return s.withYear(i+2, candidate{verdict: found, from: 6*n - 5, count: 6, weak: true})
		}
		return candidate{}
	case "tuần", "week":
		if n := s.at(i + 1).num; n >= 1 && n <= 53 {
			return s.withYear(i+2, candidate{verdict: found, week: n})
		}
		return candidate{}
	case "nửa":
		if s.is(i+1, "đầu", "cuối") {
			return s.partOfYear(i+1, 6)
		}
		return candidate{}
	case "cùng", "kì":
		return s.sameAs(i)
	case "cả":
		if s.is(i+1, "năm") && !s.isYear(i+2) && !s.is(i+2, "năm") && s.oneYear() {
			return candidate{verdict: found, next: i + 2, exact: Year(s.context.End.Year())}
		}
		return candidate{}
	case "giai":
		if s.is(i+1, "đoạn") {
			return candidate{verdict: unclear, next: i + 2}
		}
		return candidate{}
	}
	if m, ok := monthNames[s.at(i).text]; ok {
		return s.englishMonth(i, m)
	}
	return s.numeralFirst(i)
}

// sameAs reads "cùng kỳ năm trước", "cùng thời điểm năm 2023" and "kỳ này", which mean a period only in a context.
func (s *scanner) sameAs(i int) candidate {
	j := i + 1
	for s.is(j, "kì", "thời", "điểm") {
		j++
	}
	same := j > i+1 || s.is(i, "kì") && s.is(j, "năm")
	switch {
	case s.is(i, "kì") && s.is(j, "này") && !s.context.IsZero():
		return candidate{verdict: found, next: j + 1, exact: s.context}
	case !same:
		return candidate{}
	case s.context.IsZero():
		return candidate{verdict: unclear, next: j}
	}
	return s.sameTime(j, s.context)
}

// oneYear reports whether the context lies within one calendar year.
func (s *scanner) oneYear() bool {
	return !s.context.IsZero() && s.context.Start.Year() == s.context.End.Year()
}

// numeral reads a small number in words: tám, mười một, eight. next is i where there is none.
func (s *scanner) numeral(i int) (n, next int) {
	n, ok := numerals[s.at(i).text]
	if !ok || n < 1 {
		return 0, i
	}
	if s.is(i, "mười") && s.is(i+1, "một", "hai") {
		return 10 + numerals[s.at(i+1).text], i + 2
	}
	return n, i + 1
}

// numeralFirst looks for "tám tháng", "eight months", "first quarter", "first 5 months", "first half".
func (s *scanner) numeralFirst(i int) candidate {
	n, next := s.numeral(i)
	if next == i {
		return candidate{}
	}
	switch {
	case s.is(next, "tháng", "months"):
		return s.someMonths(i, n, next)
	case s.is(next, "quarter") && n <= 4:
		return s.withYear(next+1, candidate{verdict: found, from: 3*n - 2, count: 3})
	case s.is(next, "half") && n <= 2:
		return s.withYear(next+1, candidate{verdict: found, from: 6*n - 5, count: 6})
	case s.is(i, "first"):
		k, after := s.numeral(next)
		if d := s.at(next).num; d >= 1 && d <= 12 {
			k, after = d, next+1
		}
		if k > 0 && s.is(after, "months") {
			return s.someMonths(i, k, after)
		}
	}
	return candidate{}
}

// someMonths reads "5 tháng (đầu) năm 2024", "6 tháng cuối năm 2024", "5 months of 2024"; unit is the place of "tháng".
func (s *scanner) someMonths(i, n, unit int) candidate {
	if n < 1 || n > 12 || !s.is(unit, "tháng", "months") {
		return candidate{}
	}
	j := unit + 1
	if s.is(j, "đầu", "cuối") {
		return s.partOfYear(j, n)
	}
	if s.at(j).num >= 1 && s.at(j).num <= 12 && !s.is(i, "năm") {
		return candidate{} // "29 tháng 9" has been looked at; anything else is a day or a list
	}
	c := s.withYear(j, candidate{verdict: found, from: 1, count: n})
	if c.year == 0 && c.exact.IsZero() && !s.ends(j) {
		return candidate{} // "12 tháng qua", "3 tháng trở lên"
	}
	return c
}

// partOfYear reads "đầu năm 2024", "cuối năm 2024" after a number of months.
func (s *scanner) partOfYear(i, n int) candidate {
	from := 1
	if s.is(i, "cuối") {
		from = 13 - n
	}
	return s.withYear(i+1, candidate{verdict: found, from: from, count: n})
}

// ends reports whether a phrase is over at i: at the end, at a mark, or at a word that begins another.
func (s *scanner) ends(i int) bool {
	return i >= len(s.t) || s.is(i, "so", "và", "and", "(", ")", "-", "/", ",", ";", ":", "|", "ước", "thực", "sơ", "chính", "compared", "over")
}

// month reads what follows the word tháng.
func (s *scanner) month(i int) candidate {
	if s.is(i-1, "các") {
		return candidate{} // "các tháng năm 2024"
	}
	if s.is(i+1, "năm") {
		// "Tháng năm năm 2024" is May; "tháng năm 2024" may be May or the months of a year.
		if s.is(i+2, "năm") || s.is(i+2, "/") {
			return s.withYear(i+2, candidate{verdict: found, from: 5, count: 1})
		}
		return candidate{verdict: unclear, next: i + 2}
	}
	if s.is(i+1, "trước") && !s.context.IsZero() && s.context.Months() == 1 {
		return candidate{verdict: found, next: i + 2, exact: s.context.Previous()}
	}
	n, next := s.at(i+1).num, i+2
	if n < 0 {
		if n, next = s.numeral(i + 1); next == i+1 {
			n, next = romans[s.at(i+1).text], i+2
		}
	}
	if n < 1 || n > 12 {
		if n == 0 && s.at(i+1).num < 0 || n >= minYear {
			return candidate{}
		}
		return candidate{verdict: unclear, next: next} // there is no such month
	}
	c := candidate{verdict: found, from: n, count: 1}
	if last := s.at(next + 1).num; last > n && last <= 12 && s.is(next, "-", "đến") {
		c.count, next = last-n+1, next+2
	} else if s.is(next, ",", "và", "+") && last >= 1 && last <= 12 && !s.is(next+2, "tháng") && !s.is(next+2, "months") {
		return candidate{verdict: unclear, next: next + 2} // a list of months
	}
	return s.withYear(next, c)
}

// quarter reads what follows the word quý.
func (s *scanner) quarter(i int) candidate {
	number := func(i int) int {
		n := s.at(i).num
		if n < 0 {
			if n = romans[s.at(i).text]; n == 0 {
				n, _ = s.numeral(i)
			}
		}
		if n < 1 || n > 4 {
			return 0
		}
		return n
	}
	if s.is(i+1, "trước") && !s.context.IsZero() && s.context.Months() == 3 {
		return candidate{verdict: found, next: i + 2, exact: s.context.Previous()}
	}
	n := number(i + 1)
	if n == 0 || s.is(i, "q") && !s.at(i+1).glued {
		return candidate{}
	}
	c, next := candidate{verdict: found, from: 3*n - 2, count: 3}, i+2
	if last := number(next + 1); last > n && s.is(next, "-", "đến") {
		c.count, next = 3*(last-n+1), next+2
	}
	return s.withYear(next, c)
}

// englishMonth reads "May 2024", "May-June 2024", "September 29, 2024". The word may alone also means to sew.
func (s *scanner) englishMonth(i, m int) candidate {
	c, next := candidate{verdict: found, from: m, count: 1, weak: true}, i+1
	if s.is(next, ".") {
		next++
	}
	if last := monthNames[s.at(next+1).text]; last > m && s.is(next, "-", "to") {
		c.count, next = last-m+1, next+2
	} else if d := s.at(next).num; d >= 1 && d <= 31 && s.is(next+1, ",") && s.isYear(next+2) {
		return candidate{verdict: found, next: next + 3, year: s.at(next + 2).num, from: m, day: d}
	}
	c.weak = m == 5
	c = s.withYear(next, c)
	if c.year == 0 && m == 5 && len(s.t) > 1 && !s.is(next, "-", "and", "&") {
		return candidate{}
	}
	return c
}
