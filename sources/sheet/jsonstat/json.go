package jsonstat

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// parser reads JSON piece by piece. Nothing is kept but what is asked for, so that neither a long text nor a deep nesting
// costs more than the limits allow.
type parser struct {
	in     *bufio.Reader
	ctx    context.Context
	file   string
	limits sheet.Limits
	at     int64 // bytes read
	depth  int
	room   int64 // for texts that are kept
}

func newParser(ctx context.Context, in sheet.Input, limits sheet.Limits, from int64) *parser {
	return &parser{
		in:  bufio.NewReaderSize(io.NewSectionReader(in.Data, from, in.Size-from), 64<<10),
		ctx: ctx, file: in.Name, limits: limits, at: from, room: limits.Strings,
	}
}

func (p *parser) broken(what string) error {
	return &fault.Error{
		Kind: fault.Input, File: p.file, What: fmt.Sprintf("the JSON is damaged at byte %d: %s", p.at, what), Remedy: "fetch it again",
	}
}

func (p *parser) exceeds(limit string, value any) error {
	return sheet.Exceeds(p.file, "", "", limit, value)
}

func (p *parser) byte() (byte, error) {
	c, err := p.in.ReadByte()
	if errors.Is(err, io.EOF) {
		return 0, p.broken("it ends early")
	}
	p.at++
	return c, err
}

// peek gives the byte that the next value, or the end of a list, begins with.
func (p *parser) peek() (byte, error) {
	for {
		c, err := p.byte()
		if err != nil {
			return 0, err
		}
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			p.at--
			return c, p.in.UnreadByte()
		}
	}
}

// want reads a byte that must come next.
func (p *parser) want(want byte) error {
	if c, err := p.peek(); err != nil {
		return err
	} else if c != want {
		return p.broken(fmt.Sprintf("%q stands where %q is expected", rune(c), rune(want)))
	}
	_, err := p.byte()
	return err
}

// list reads the items between brackets; item is called before each and has to read it.
func (p *parser) list(open, end byte, item func() error) error {
	if err := p.want(open); err != nil {
		return err
	}
	if p.depth++; p.depth > p.limits.Nesting {
		return p.exceeds(sheet.LimitNesting, p.limits.Nesting)
	}
	defer func() { p.depth-- }()
	c, err := p.peek()
	if err != nil {
		return err
	}
	if c == end {
		_, err := p.byte()
		return err
	}
	for n := 1; ; n++ {
		if n%(16<<10) == 0 && p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		if err := item(); err != nil {
			return err
		}
		if c, err = p.peek(); err != nil {
			return err
		}
		if c != ',' {
			return p.want(end)
		}
		if _, err := p.byte(); err != nil {
			return err
		}
	}
}

// array calls item before each item with its index.
func (p *parser) array(item func(i int64) error) error {
	i := int64(-1)
	return p.list('[', ']', func() error { i++; return item(i) })
}

// object calls member before the value of each member.
func (p *parser) object(member func(key string) error) error {
	return p.list('{', '}', func() error {
		key, err := p.text()
		if err != nil {
			return err
		}
		if err := p.want(':'); err != nil {
			return err
		}
		return member(key)
	})
}

// text reads a string.
func (p *parser) text() (string, error) {
	if err := p.want('"'); err != nil {
		return "", err
	}
	var b []byte
	for {
		c, err := p.byte()
		if err != nil {
			return "", err
		}
		if c == '"' {
			break
		}
		if c < ' ' {
			return "", p.broken("a control character in a text")
		}
		if int64(len(b)) >= p.limits.Text {
			return "", p.exceeds(sheet.LimitText, p.limits.Text)
		}
		if c != '\\' {
			b = append(b, c)
			continue
		}
		if b, err = p.escape(b); err != nil {
			return "", err
		}
	}
	if !utf8.Valid(b) {
		return "", p.broken("a text that is not UTF-8")
	}
	return string(b), nil
}

// escape reads what stands behind a backslash.
func (p *parser) escape(b []byte) ([]byte, error) {
	c, err := p.byte()
	if err != nil {
		return nil, err
	}
	switch c {
	case '"', '\\', '/':
		return append(b, c), nil
	case 'b', 'f', 'n', 'r', 't':
		return append(b, map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}[c]), nil
	case 'u':
	default:
		return nil, p.broken("an unknown escape")
	}
	r, err := p.unit()
	if err != nil {
		return nil, err
	}
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(b, r), nil
	}
	if next, err := p.in.Peek(2); err != nil || string(next) != `\u` {
		return utf8.AppendRune(b, utf8.RuneError), nil
	}
	p.at += 2
	if _, err := p.in.Discard(2); err != nil {
		return nil, err
	}
	low, err := p.unit()
	if err != nil {
		return nil, err
	}
	return utf8.AppendRune(b, utf16.DecodeRune(r, low)), nil
}

func (p *parser) unit() (rune, error) {
	var digits [4]byte
	if _, err := io.ReadFull(p.in, digits[:]); err != nil {
		return 0, p.broken("it ends early")
	}
	p.at += 4
	n, err := strconv.ParseUint(string(digits[:]), 16, 32)
	if err != nil {
		return 0, p.broken("an unknown escape")
	}
	return rune(n), nil
}

// keep reads a string that is kept.
func (p *parser) keep() (string, error) {
	s, err := p.text()
	if err != nil {
		return "", err
	}
	return s, p.charge(len(s) + 32)
}

// charge counts what is kept.
func (p *parser) charge(n int) error {
	if p.room -= int64(n); p.room < 0 {
		return p.exceeds(sheet.LimitStrings, p.limits.Strings)
	}
	return nil
}

// kind is the kind of a plain value.
type kind uint8

const (
	null kind = iota
	number
	text
	boolean
)

// maxNumber bounds the digits of a number.
const maxNumber = 400

// plain reads a value that is no list: its kind and its text as stored, for strings what they say.
func (p *parser) plain(b []byte) (kind, []byte, error) {
	c, err := p.peek()
	if err != nil {
		return null, b, err
	}
	switch {
	case c == '"':
		s, err := p.text()
		return text, append(b, s...), err
	case c == '-' || c >= '0' && c <= '9':
		b, err = p.number(b)
		return number, b, err
	}
	for _, word := range []struct {
		text string
		kind kind
	}{{"null", null}, {"true", boolean}, {"false", boolean}} {
		if c != word.text[0] {
			continue
		}
		for i := range len(word.text) {
			if c, err := p.byte(); err != nil || c != word.text[i] {
				return null, b, errors.Join(err, p.broken("an unknown word"))
			}
		}
		return word.kind, append(b, word.text...), nil
	}
	return null, b, p.broken(fmt.Sprintf("%q stands where a value is expected", rune(c)))
}

// number appends the digits of a number as they are stored.
func (p *parser) number(b []byte) ([]byte, error) {
	from := len(b)
	for {
		c, err := p.in.ReadByte()
		if err != nil && !errors.Is(err, io.EOF) {
			return b, err
		}
		if err == nil && (c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E') {
			if b = append(b, c); len(b)-from > maxNumber {
				return b, p.broken("a number of too many digits")
			}
			p.at++
			continue
		}
		if err == nil {
			err = p.in.UnreadByte()
		} else {
			err = nil
		}
		if err == nil && !wellFormed(b[from:]) {
			err = p.broken("this is no number: " + string(b[from:]))
		}
		return b, err
	}
}

// wellFormed reports whether digits are a number in JSON.
func wellFormed(s []byte) bool {
	i := 0
	run := func() int {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i - from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	zero := i < len(s) && s[i] == '0'
	if n := run(); n == 0 || zero && n > 1 {
		return false
	}
	if i < len(s) && s[i] == '.' {
		i++
		if run() == 0 {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if run() == 0 {
			return false
		}
	}
	return i == len(s)
}

// skip passes over a value of any kind.
func (p *parser) skip() error {
	c, err := p.peek()
	if err != nil {
		return err
	}
	switch c {
	case '{':
		return p.list('{', '}', func() error {
			if err := p.skipText(); err != nil {
				return err
			}
			if err := p.want(':'); err != nil {
				return err
			}
			return p.skip()
		})
	case '[':
		return p.list('[', ']', p.skip)
	case '"':
		return p.skipText()
	}
	var b [maxNumber + 8]byte
	_, _, err = p.plain(b[:0])
	return err
}

// skipText passes over a string of any length.
func (p *parser) skipText() error {
	if err := p.want('"'); err != nil {
		return err
	}
	for n := 1; ; n++ {
		c, err := p.byte()
		if err != nil {
			return err
		}
		if n%(64<<10) == 0 && p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		switch c {
		case '"':
			return nil
		case '\\':
			if _, err := p.byte(); err != nil {
				return err
			}
		}
	}
}
