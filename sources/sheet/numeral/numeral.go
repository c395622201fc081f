// Package numeral reads the numbers that books hold as text, and tells what they show about the decimal mark. A text that can
// be read in more than one way is none: whether 1.234 is one and a bit or more than a thousand only others beside it can tell.
package numeral

import (
	"bytes"
	"math"
	"strconv"
)

// Shows tells whether a number shows that a point is the decimal point, or that it cannot be: that a comma is. A mark
// that parts nothing but three digits from one to three others shows neither.
func Shows(s []byte) (points, commas bool) {
	s = bytes.TrimPrefix(s, []byte("-"))
	exponent := false
	i := bytes.IndexByte(s, 'e')
	if i < 0 {
		i = bytes.IndexByte(s, 'E')
	}
	if i >= 0 {
		power := bytes.TrimLeft(s[i+1:], "+-")
		if len(s)-i-1-len(power) > 1 || len(power) == 0 || !AllDigits(power) {
			return false, false
		}
		s, exponent = s[:i], true
	}
	var first, last byte // the marks
	marks, group, lead := 0, 0, -1
	groups := true // every mark but the last has three digits behind it, and one to three before the first
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' {
			group++
			continue
		}
		if c != '.' && c != ',' || group == 0 {
			return false, false
		}
		if lead < 0 {
			lead, first = group, c
		} else if group != 3 || last != first {
			groups = false
		}
		last, group = c, 0
		marks++
	}
	if marks == 0 || group == 0 {
		return false, false
	}
	decimal := func(c byte) (bool, bool) { return c == '.', c == ',' }
	switch {
	case marks == 1:
		if group != 3 || lead > 3 || s[0] == '0' || exponent {
			return decimal(last)
		}
		return false, false
	case !groups || lead > 3 || exponent:
		return false, false
	case last != first:
		return decimal(last)
	case group == 3: // 1.234.567: its marks part thousands
		return decimal(other(last))
	}
	return false, false
}

func other(mark byte) byte {
	if mark == '.' {
		return ','
	}
	return '.'
}

// AllDigits reports whether s has nothing but digits.
func AllDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// powers are exact, and so is a whole number of up to 15 digits: their quotient is the nearest to the decimal number.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Read reads an optional minus, digits without a leading zero, and optionally a point with digits, if points says that a point
// is the decimal point, and an exponent.
func Read(s string, points bool) (float64, bool) {
	i := 0
	negative := s != "" && s[0] == '-'
	if negative {
		i++
	}
	start := i
	var n uint64
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		n = n*10 + uint64(s[i]-'0')
	}
	digits := i - start
	if digits == 0 || digits > 1 && s[start] == '0' {
		return 0, false
	}
	fraction := 0
	if i < len(s) && s[i] == '.' && points {
		from := i + 1
		for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			n = n*10 + uint64(s[i]-'0')
		}
		if fraction = i - from; fraction == 0 {
			return 0, false
		}
	}
	if i < len(s) && !exponent(s[i:]) {
		return 0, false
	}
	if i < len(s) || digits+fraction > 15 {
		v, err := strconv.ParseFloat(s, 64)
		return v, err == nil
	}
	v := float64(n) / powers[fraction]
	if negative {
		v = -v
	}
	return v, true
}

// exponent reports whether s is a power of ten such as e+05.
func exponent(s string) bool {
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Stored reads a number as formats store them in markup: no hexadecimals, infinities or underscores.
func Stored(v string) (float64, bool) {
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9', c == '.', c == '-', c == '+', c == 'e', c == 'E':
		default:
			return 0, false
		}
	}
	n, err := strconv.ParseFloat(v, 64)
	return n, err == nil && !math.IsInf(n, 0)
}
