package delim

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/statloom/statloom/sources/sheet"
)

// record is a line of fields, or several lines where quoted fields hold line breaks.
type record struct {
	number int    // 1-based; empty lines count
	text   []byte // the fields, one behind the other, with what is between them
	spans  []span
	broken int // quoted fields that did not end where a field does
}

type span struct {
	from, to int
	quoted   bool
}

func (r *record) fields() int { return len(r.spans) }

func (r *record) field(i int) []byte { return r.text[r.spans[i].from:r.spans[i].to] }

// blank reports whether the record is an empty line.
func (r *record) blank() bool {
	return len(r.spans) == 0 || len(r.spans) == 1 && r.spans[0].from == r.spans[0].to
}

// wide bounds a record: so many times the limit of one text.
const wide = 16

// errEnough ends parsing early.
var errEnough = errors.New("enough")

// parser takes text apart, after RFC 4180 and what is seen beyond it: a quote only quotes at the beginning of a field,
// and a line ends with \n, \r\n or \r. Lines without quotes are cut where they lie in the buffer.
type parser struct {
	book *book
	d    dialect
	in   io.Reader
	rec  record
	work []byte // fields with quotes taken off

	buf    []byte
	pos    int // the next record
	end    int // of what was read
	eof    bool
	open   int    // where the quoted field begins that more text is needed for, plus one; 0 without one
	next   [4]int // where the next line feed, carriage return, quote and NUL stand in buf; end where there is none
	sought [4]byte
}

// Places in parser.next.
const (
	lineFeed = iota
	carriage
	quoteMark
	nul
)

// records parses the whole text. The record is valid during the call of visit.
func (b *book) records(ctx context.Context, d dialect, visit func(*record) error) error {
	p := b.parser(b.text(ctx), d, 256<<10)
	if d.skip {
		if err := p.read(); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		p.rec.number = 0
	}
	for {
		if err := p.read(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := visit(&p.rec); errors.Is(err, errEnough) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func (b *book) parser(in io.Reader, d dialect, size int) *parser {
	return &parser{book: b, d: d, in: in, buf: make([]byte, size), sought: [4]byte{'\n', '\r', d.quote, 0}}
}

// fill reads more text into the buffer, after moving what is left of it to the front.
func (p *parser) fill() error {
	if p.pos > 0 {
		copy(p.buf, p.buf[p.pos:p.end])
		for i := range p.next {
			p.next[i] -= p.pos
		}
		p.end -= p.pos
		p.pos = 0
	}
	if p.end == len(p.buf) {
		if int64(len(p.buf)) > wide*p.book.limits.Text {
			return p.exceedsAt(len(p.rec.spans), sheet.LimitText, p.book.limits.Text)
		}
		p.buf = append(p.buf, make([]byte, len(p.buf))...)
	}
	n, err := io.ReadFull(p.in, p.buf[p.end:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		p.eof = true
	} else if err != nil {
		return err
	}
	from := p.end
	p.end += n
	for i := range p.next {
		if p.next[i] >= from {
			p.seek(i, from)
		}
	}
	return nil
}

// seek looks for the next of a byte from a place on.
func (p *parser) seek(i, from int) {
	if p.next[i] = p.end; p.sought[i] != 0 || i == nul {
		if at := bytes.IndexByte(p.buf[from:p.end], p.sought[i]); at >= 0 {
			p.next[i] = from + at
		}
	}
}

// upTo gives where the next of a byte stands from a place on; p.end if there is none.
func (p *parser) upTo(i, from int) int {
	if p.next[i] < from {
		p.seek(i, from)
	}
	return p.next[i]
}

// lineEnd gives where the line from a place on ends, and where the next one begins; whole is false if more text is
// needed to tell.
func (p *parser) lineEnd(from int) (end, next int, whole bool) {
	end = min(p.upTo(lineFeed, from), p.upTo(carriage, from))
	switch {
	case end == p.end:
		return end, end, p.eof
	case p.buf[end] == '\n':
		return end, end + 1, true
	case end+1 == p.end:
		return end, end + 1, p.eof
	case p.buf[end+1] == '\n':
		return end, end + 2, true
	}
	return end, end + 1, true
}

// read reads a record into p.rec. It returns io.EOF when there is none.
func (p *parser) read() error {
	p.rec.number++
	p.rec.spans = p.rec.spans[:0]
	for {
		end, line, whole := p.lineEnd(p.pos)
		next := line
		if p.eof && (p.pos == p.end || p.pos+1 == p.end && p.buf[p.pos] == endOfFile) {
			return io.EOF
		}
		if whole {
			if p.d.quote != 0 && p.upTo(quoteMark, p.pos) < end {
				next, whole = p.quotedRecord()
			} else {
				p.plainRecord(p.buf[p.pos:end])
			}
		}
		switch {
		case whole && p.upTo(nul, p.pos) < next:
			if err := p.cutPadding(); err != nil {
				return err
			}
			continue
		case whole:
			if next == line {
				p.uncutComment(p.buf[p.pos:end])
			} else if i, ok := p.swallowed(); ok {
				return p.book.fault(p.rec.number, i+1, "a quote is opened here and not closed before whole lines of the table follow",
					"the quote is a character of its own: double it, or fetch the book again")
			}
			return p.finish(next)
		case p.tooLong():
			return p.exceedsAt(len(p.rec.spans), sheet.LimitText, p.book.limits.Text)
		case p.open > 0 && p.eof:
			return p.unclosed()
		}
		p.next[lineFeed], p.next[carriage] = -1, -1 // they may have been sought further ahead
		if err := p.fill(); err != nil {
			return err
		}
	}
}

// endOfFile ends texts of DOS.
const endOfFile = 0x1a

// tooLong reports whether the quoted field that is being read is longer than a text may be.
func (p *parser) tooLong() bool {
	return p.open > 0 && int64(p.end-p.open) > p.book.limits.Text
}

// finish checks the record and goes on to the next.
func (p *parser) finish(next int) error {
	if limit := p.book.limits.Text; int64(next-p.pos) > limit {
		for i, s := range p.rec.spans {
			if int64(s.to-s.from) > limit {
				return p.exceedsAt(i, sheet.LimitText, limit)
			}
		}
		if int64(next-p.pos) > wide*limit {
			return p.exceedsAt(len(p.rec.spans), sheet.LimitText, limit)
		}
	}
	if len(p.rec.spans) > sheet.MaxCols {
		return p.exceedsAt(sheet.MaxCols, "columns", sheet.MaxCols)
	}
	p.pos = next
	return nil
}

// cutPadding ends the text at its first NUL byte if nothing but NUL bytes follows: a file that was filled up to the size
// of a block. Otherwise it is damaged.
func (p *parser) cutPadding() error {
	at := p.next[nul]
	rest := p.buf[at:p.end]
	more := make([]byte, 4096)
	for {
		if len(bytes.Trim(rest, "\x00\r\n")) > 0 {
			return p.book.fault(p.rec.number, bytes.Count(p.buf[p.pos:at], []byte{p.d.comma})+1, "a NUL byte, which text does not have",
				"fetch the book again")
		}
		n, err := p.in.Read(more)
		rest = more[:n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if len(bytes.Trim(rest, "\x00\r\n")) > 0 {
		return p.book.fault(p.rec.number, 1, "a NUL byte, which text does not have", "fetch the book again")
	}
	p.end, p.eof = at, true
	p.next = [4]int{-1, -1, -1, -1}
	return nil
}

// plainRecord cuts a line without quotes.
func (p *parser) plainRecord(line []byte) {
	p.rec.text, p.rec.spans, p.rec.broken = line, p.rec.spans[:0], 0
	if p.d.blanks > 0 {
		p.cutBlanks(line)
		return
	}
	comma, spans, start := p.d.comma, p.rec.spans, 0
	for i, c := range line {
		if c == comma {
			spans = append(spans, span{from: start, to: i})
			start = i + 1
		}
	}
	p.rec.spans = append(spans, span{from: start, to: len(line)})
}

// uncutComment keeps a line that begins with # in one piece, unless it is cut as the lines of the table are, as the
// header "#,Name,2020" is.
func (p *parser) uncutComment(line []byte) {
	if p.d.width == 0 || len(line) == 0 || line[0] != '#' {
		return
	}
	cut := len(p.rec.spans) == p.d.width
	for i := range p.rec.spans {
		cut = cut && isClean(p.rec.field(i), p.d.comma)
	}
	if !cut {
		p.rec.text, p.rec.spans = line, append(p.rec.spans[:0], span{to: len(line)})
	}
}

// cutBlanks cuts a line at runs of blanks.
func (p *parser) cutBlanks(line []byte) {
	for i := 0; i < len(line); {
		for i < len(line) && isBlank(line[i]) {
			i++
		}
		from := i
		to := i
		for i < len(line) {
			if !isBlank(line[i]) {
				i++
				to = i
				continue
			}
			run := i
			for i < len(line) && isBlank(line[i]) {
				i++
			}
			if i-run >= p.d.blanks || line[run] == '\t' {
				break
			}
		}
		if from < to {
			p.rec.spans = append(p.rec.spans, span{from: from, to: to})
		}
	}
	if len(p.rec.spans) == 0 {
		p.rec.spans = append(p.rec.spans, span{})
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func (p *parser) exceedsAt(field int, limit string, value int64) error {
	return sheet.Exceeds(p.book.in.Name, p.book.name, sheet.A1(p.rec.number, field+1), limit, value)
}
