package delim

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/numeral"
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
		if !e.points || at+4 < len(data) && data[at+4] == '.' && numeral.AllDigits(data[at+1:at+4]) {
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
	points, commas := numeral.Shows(data[from:to])
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

// read puts a field into a cell.
func (b *book) read(c *sheet.Cell, col int, field string) {
	digits := field
	if n := len(digits); digits[0] == ' ' || digits[n-1] == ' ' {
		digits = trimText(field)
	}
	if n, ok := numeral.Read(digits, b.decimals); ok {
		*c = sheet.Cell{Col: col, Type: sheet.Number, Num: n, Text: digits}
		return
	}
	*c = sheet.Cell{Col: col, Type: sheet.Text, Text: field}
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
