package delim

import (
	"bytes"
)

// quotedRecord cuts a record that has quotes in it, and gives where the next one begins; whole is false if more text is
// needed.
func (p *parser) quotedRecord() (next int, whole bool) {
	p.work, p.open = p.work[:0], 0
	p.rec.spans, p.rec.broken = p.rec.spans[:0], 0
	at := p.pos
	for {
		start := at
		if p.d.blankQuote {
			for start < p.end && p.buf[start] == ' ' {
				start++
			}
		}
		var end int
		var ok bool
		if start < p.end && p.buf[start] == p.d.quote {
			end, ok = p.quotedField(start)
		} else {
			end, ok = p.plainField(at)
		}
		if !ok {
			return 0, false
		}
		if end < p.end && p.buf[end] == p.d.comma {
			at = end + 1
			continue
		}
		p.rec.text = p.work
		_, next, whole = p.lineEnd(end)
		return next, whole
	}
}

// plainField adds a field that does not begin with a quote, and gives where it ends.
func (p *parser) plainField(from int) (end int, ok bool) {
	line := min(p.upToFrom(lineFeed, from), p.upToFrom(carriage, from))
	end = line
	if i := bytes.IndexByte(p.buf[from:line], p.d.comma); i >= 0 {
		end = from + i
	} else if line == p.end && !p.eof {
		return 0, false
	}
	p.add(p.buf[from:end], false)
	return end, true
}

// upToFrom is upTo for places ahead of the record's beginning: it leaves the noted place alone unless it was passed.
func (p *parser) upToFrom(i, from int) int {
	if p.next[i] >= from {
		return p.next[i]
	}
	if at := bytes.IndexByte(p.buf[from:p.end], p.sought[i]); at >= 0 {
		return from + at
	}
	return p.end
}

func (p *parser) add(field []byte, quoted bool) {
	from := len(p.work)
	p.work = append(p.work, field...)
	p.rec.spans = append(p.rec.spans, span{from: from, to: len(p.work), quoted: quoted})
}

// quotedField adds a field whose opening quote stands at a place, and gives where it ends. A field whose closing quote
// is followed by words is no quoted field after all: it is taken as it is stored, up to the next delimiter.
func (p *parser) quotedField(open int) (end int, ok bool) {
	from := len(p.work)
	for at := open + 1; ; {
		i := bytes.IndexByte(p.buf[at:p.end], p.d.quote)
		if i < 0 {
			p.open = open + 1
			return 0, false
		}
		i += at
		if p.d.escape != 0 && p.escaped(at, i) {
			p.work = append(append(p.work, p.buf[at:i-1]...), p.d.quote)
			at = i + 1
			continue
		}
		p.work = append(p.work, p.buf[at:i]...)
		after := i + 1
		if after == p.end && !p.eof {
			return 0, false
		}
		if after < p.end && p.buf[after] == p.d.quote {
			p.work = append(p.work, p.d.quote)
			at = after + 1
			continue
		}
		for after < p.end && p.buf[after] == ' ' {
			after++
		}
		if after == p.end && !p.eof {
			return 0, false
		}
		if after == p.end || p.buf[after] == p.d.comma || p.buf[after] == '\n' || p.buf[after] == '\r' {
			p.rec.spans = append(p.rec.spans, span{from: from, to: len(p.work), quoted: true})
			return after, true
		}
		p.rec.broken++
		p.work = p.work[:from]
		if bytes.ContainsAny(p.buf[open:i], "\r\n") { // nor does it go on over the line's end
			i = open
		}
		return p.rawField(open, i+1)
	}
}

// escaped reports whether a quote has an odd number of backslashes before it.
func (p *parser) escaped(from, quote int) bool {
	n := 0
	for quote-n-1 >= from && p.buf[quote-n-1] == p.d.escape {
		n++
	}
	return n%2 == 1
}

// rawField adds what is stored from a place on up to the first delimiter or line end from another.
func (p *parser) rawField(from, after int) (end int, ok bool) {
	for end = after; end < p.end; end++ {
		if c := p.buf[end]; c == p.d.comma || c == '\n' || c == '\r' {
			p.add(p.buf[from:end], false)
			return end, true
		}
	}
	if p.eof {
		p.add(p.buf[from:end], false)
	}
	return end, p.eof
}

// unclosed says where a quote is opened and never closed.
func (p *parser) unclosed() error {
	return p.book.fault(p.rec.number, len(p.rec.spans)+1, "a quote is opened here and never closed",
		"the text is truncated or the quote is a character of its own: fetch it again, or double the quote")
}

// swallowed reports whether a quoted field holds whole lines of the table: a quote was opened that is none.
func (p *parser) swallowed() (field int, ok bool) {
	if p.d.width < 3 {
		return 0, false
	}
	for i, s := range p.rec.spans {
		if !s.quoted {
			continue
		}
		lines := bytes.FieldsFunc(p.rec.text[s.from:s.to], func(r rune) bool { return r == '\n' || r == '\r' })
		if len(lines) < 4 { // the first and the last are parts of lines
			continue
		}
		whole := 0
		for _, line := range lines[1 : len(lines)-1] {
			if bytes.Count(line, []byte{p.d.comma}) == p.d.width-1 {
				whole++
			}
		}
		if whole == len(lines)-2 {
			return i, true
		}
	}
	return 0, false
}
