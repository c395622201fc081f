package delim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/statloom/statloom/sources/sheet"
)

// findDecimals looks whether the numbers of the text show that a point is the decimal point, and none that it is not. It
// jumps from mark to mark.
func (b *book) findDecimals(ctx context.Context) error {
	r := b.text(ctx)
	buf := make([]byte, 256<<10)
	e := evidence{comma: b.dialect.comma, quote: b.dialect.quote, blanks: b.dialect.blanks > 0}
	kept := 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return err
		}
		data := buf[:kept+n]
		whole := len(data)
		if !last { // leave a number that may be cut for the next round
			for whole > 0 && len(data)-whole < 64 && isMarkOrDigit(data[whole-1]) {
				whole--
			}
			whole = max(whole-1, 1)
		}
		e.look(data, whole)
		if last {
			break
		}
		from := max(whole-64, 0) // with what stands before it
		kept = copy(buf, data[from:])
		e.done = whole - from
	}
	b.decimals = e.points && !e.commas
	return nil
}

// evidence of the decimal mark.
type evidence struct {
	comma, quote   byte
	blanks         bool
	done           int // bytes at the front that were looked at
	points, commas bool
}

// look examines the marks before a place.
func (e *evidence) look(data []byte, whole int) {
	for at := e.done; at < whole; {
		i := bytes.IndexByte(data[at:whole], '.')
		if i < 0 {
			break
		}
		at += i
		// Once it is shown that a point is a decimal point, only two of them in a number can tell otherwise.
		if !e.points || at+4 < len(data) && data[at+4] == '.' && allDigits(data[at+1:at+4]) {
			e.judge(data, at)
		}
		at++
	}
	mark := byte(',')
	if e.comma == ',' && !e.blanks { // only between quotes can it be a decimal mark
		if mark = e.quote; mark == 0 {
			return
		}
	}
	for at := e.done; at < whole; at++ {
		i := bytes.IndexByte(data[at:whole], mark)
		if i < 0 {
			return
		}
		if at += i; mark == ',' {
			e.judge(data, at)
		} else if at+1 < len(data) && isMarkOrDigit(data[at+1]) {
			e.judge(data, at+1)
		}
	}
}

// judge reads the number that a mark is part of, if it is all of a field.
func (e *evidence) judge(data []byte, at int) {
	part := func(c byte) bool { return isMarkOrDigit(c) && (c != e.comma || e.quote != 0) }
	from, to := at, at
	for from > 0 && at-from < 40 && part(data[from-1]) {
		from--
	}
	for to < len(data) && to-at < 40 && part(data[to]) {
		to++
	}
	if e.comma == ',' && !e.blanks { // commas belong to the number only within quotes
		if from == 0 || data[from-1] != e.quote || to == len(data) || data[to] != e.quote {
			from += bytes.LastIndexByte(data[from:at], ',') + 1
			if i := bytes.IndexByte(data[at:to], ','); i >= 0 {
				to = at + i
			}
		}
	}
	if !e.borders(data, from, -1) || !e.borders(data, to-1, 1) || from >= to {
		return
	}
	points, commas := shows(data[from:to])
	e.points, e.commas = e.points || points, e.commas || commas
}

// borders reports whether a field ends next to a place, but for blanks.
func (e *evidence) borders(data []byte, at, step int) bool {
	for at += step; at >= 0 && at < len(data) && data[at] == ' '; at += step {
		if e.blanks {
			return true
		}
	}
	if at < 0 || at >= len(data) {
		return true
	}
	c := data[at]
	return c == e.comma || c == '\n' || c == '\r' || c == e.quote && c != 0
}

func isMarkOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == ',' || c == '-' || c == '+' || c == 'e' || c == 'E'
}

// shows tells whether a number shows that a point is the decimal point, or that it cannot be: that a comma is. A mark
// that parts nothing but three digits from one to three others shows neither.
func shows(s []byte) (points, commas bool) {
	s = bytes.TrimPrefix(s, []byte("-"))
	exponent := false
	i := bytes.IndexByte(s, 'e')
	if i < 0 {
		i = bytes.IndexByte(s, 'E')
	}
	if i >= 0 {
		power := bytes.TrimLeft(s[i+1:], "+-")
		if len(s)-i-1-len(power) > 1 || len(power) == 0 || !allDigits(power) {
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

func allDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// read puts a field into a cell.
func (b *book) read(c *sheet.Cell, col int, field string) {
	digits := field
	if n := len(digits); digits[0] == ' ' || digits[n-1] == ' ' {
		digits = trimText(field)
	}
	if n, ok := number(digits, b.decimals); ok {
		*c = sheet.Cell{Col: col, Type: sheet.Number, Num: n, Text: digits}
		return
	}
	*c = sheet.Cell{Col: col, Type: sheet.Text, Text: field}
}

// powers are exact, and so is a whole number of up to 15 digits: their quotient is the nearest to the decimal number.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// number reads an optional minus, digits without a leading zero, and optionally a point with digits and an exponent.
func number(s string, points bool) (float64, bool) {
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

// trim drops spaces that pad a field.
func trim(b []byte) []byte { return bytes.Trim(b, " ") }

func trimText(s string) string {
	for s != "" && s[0] == ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}
