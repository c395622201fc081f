package delim

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/statloom/statloom/sources/sheet"
)

// record is a line of fields, or several lines where quoted fields hold line breaks.
type record struct {
	number int    // 1-based; empty lines count
	buf    []byte // the fields, one behind the other
	ends   []int  // where each ends
}

func (r *record) fields() int { return len(r.ends) }

func (r *record) field(i int) []byte {
	if i == 0 {
		return r.buf[:r.ends[0]]
	}
	return r.buf[r.ends[i-1]:r.ends[i]]
}

// blank reports whether the record is an empty line.
func (r *record) blank() bool { return len(r.buf) == 0 && len(r.ends) <= 1 }

// wide bounds a record: so many times the limit of one text.
const wide = 16

// parser takes text apart, after RFC 4180 and what is seen beyond it: a quote only quotes at the beginning of a field,
// what follows the closing quote is taken as it stands, and a line ends with \n, \r\n or \r.
type parser struct {
	book  *book
	in    *bufio.Reader
	comma byte
	rec   record
	start int // where the current field begins in rec.buf
}

// records parses the whole text. The record is valid during the call of visit.
func (b *book) records(ctx context.Context, comma byte, visit func(*record) error) error {
	p := parser{book: b, in: bufio.NewReaderSize(b.text(ctx), 64<<10), comma: comma}
	if b.skip {
		if _, err := p.next(); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		p.rec.number = 0
	}
	for {
		more, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(&p.rec); err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
}

// text gives the decoded text.
func (b *book) text(ctx context.Context) io.Reader {
	mark := int64(b.enc.mark)
	return b.enc.reader(&patient{ctx: ctx, r: io.NewSectionReader(b.in.Data, mark, b.in.Size-mark)})
}

// patient stops reading when its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// next reads a record; more is false for the last one. It returns io.EOF when there is none.
func (p *parser) next() (more bool, err error) {
	p.rec.number++
	p.rec.buf, p.rec.ends, p.start = p.rec.buf[:0], p.rec.ends[:0], 0
	for any := false; ; any = true {
		c, err := p.in.ReadByte()
		if errors.Is(err, io.EOF) {
			if !any {
				return false, io.EOF
			}
			return false, p.end()
		}
		if err != nil {
			return false, err
		}
		switch {
		case c == p.comma:
			if err := p.end(); err != nil {
				return false, err
			}
		case c == '\n':
			return true, p.end()
		case c == '\r':
			if b, err := p.in.Peek(1); err == nil && b[0] == '\n' {
				_, _ = p.in.Discard(1)
			}
			return true, p.end()
		case c == '"' && len(p.rec.buf) == p.start:
			err = p.quoted()
		default:
			err = p.add(c)
		}
		if err != nil {
			return false, err
		}
	}
}

// quoted reads from behind the opening quote to behind the closing one.
func (p *parser) quoted() error {
	for {
		c, err := p.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return p.book.fault(p.rec.number, len(p.rec.ends)+1, "a quote is opened here and never closed",
				"the text is truncated or the quote is a character of its own: fetch it again, or double the quote")
		}
		if err != nil {
			return err
		}
		if c == '"' {
			if b, err := p.in.Peek(1); err != nil || b[0] != '"' {
				return nil
			}
			_, _ = p.in.Discard(1)
		}
		if err := p.add(c); err != nil {
			return err
		}
	}
}

func (p *parser) add(c byte) error {
	limit := p.book.limits.Text
	if int64(len(p.rec.buf)-p.start) >= limit || int64(len(p.rec.buf)) >= wide*limit {
		return p.exceeds(sheet.LimitText, limit)
	}
	if c == 0 {
		return p.book.fault(p.rec.number, len(p.rec.ends)+1, "a NUL byte, which text does not have", "fetch the book again")
	}
	p.rec.buf = append(p.rec.buf, c)
	return nil
}

// end ends the current field.
func (p *parser) end() error {
	if len(p.rec.ends) >= sheet.MaxCols {
		return p.exceeds("columns", sheet.MaxCols)
	}
	p.rec.ends = append(p.rec.ends, len(p.rec.buf))
	p.start = len(p.rec.buf)
	return nil
}

func (p *parser) exceeds(limit string, value int64) error {
	return sheet.Exceeds(p.book.in.Name, p.book.name, sheet.A1(p.rec.number, len(p.rec.ends)+1), limit, value)
}
