package xlsx

import (
	"bytes"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
)

// usualRest reads a cell from behind its style on, whatever it holds.
func (s *scanner) usualRest(c *sheet.Cell, b []byte, p int) (next int) {
	c.Type, c.Text = sheet.Empty, ""
	kind := numeric
	if word(b, p)&low4 == kindIs {
		k, n := usualKind(b[p+4:])
		if n == 0 {
			s.stuck = p + 4
			return 0
		}
		kind = k
		p += 4 + n
	}
	s.stuck = p
	switch {
	case b[p] == '>':
		p++
	case b[p] == '/' && b[p+1] == '>':
		return p + 2
	case b[p] == ' ' && b[p+1] == '/' && b[p+2] == '>':
		return p + 3
	default:
		return 0
	}
	if word(b, p)&0xffff == '<'|'f'<<8 {
		if p = s.formula(b, p+2); p == 0 {
			return 0
		}
		c.Formula = true
	}
	s.stuck = p
	w := word(b, p)
	switch {
	case w&low3 == valueOpen:
		p += 3
	case w&low4 == cellClose:
		c.NoCache = c.Formula
		return p + 4
	case kind == inlineText:
		return s.usualInline(c, b, p)
	default:
		return 0
	}
	switch kind {
	case numeric:
		return s.usualNumber(c, b, p)
	case sharedText:
		return s.usualShared(c, b, p)
	case boolean:
		return s.usualBool(c, b, p)
	case plainText, errorValue:
		return s.usualText(c, kind, b, p)
	}
	return 0
}

// usualNumber reads a number or a date, from its first digit to the end of the cell.
func (s *scanner) usualNumber(c *sheet.Cell, b []byte, p int) (next int) {
	value, n, ok := decimal(b[p:])
	if !ok {
		for n = 0; kinds[b[p+n]]&numberByte != 0; {
			n++
		}
		if value, ok = parseNumber(string(b[p : p+n])); !ok {
			s.stuck = p + n
			return 0
		}
	}
	if word(b, p+n) != valueEnd || int64(n) > s.most {
		s.stuck = p + n
		return 0
	}
	c.Type, c.Num, c.Text = sheet.Number, value, s.digits.keep(b[p:], n)
	if s.book.styles.isDate(c.Style) {
		c.Type = sheet.Date
		if s.book.date1904 {
			c.Num += epoch1904
		}
	}
	return p + n + 8
}

// usualShared reads the number of a shared string.
func (s *scanner) usualShared(c *sheet.Cell, b []byte, p int) (next int) {
	i, n := digits(b[p:])
	if n == 0 || i >= uint64(len(s.shared.texts)) || word(b, p+n) != valueEnd {
		s.stuck = p + n
		return 0
	}
	c.Type, c.Text = sheet.Text, s.shared.texts[i]
	if s.shared.runs != nil {
		s.setRuns(c, s.shared.runs[int(i)])
	}
	return p + n + 8
}

func (s *scanner) usualBool(c *sheet.Cell, b []byte, p int) (next int) {
	bit := b[p] - '0'
	if bit > 1 || word(b, p+1) != valueEnd {
		return 0
	}
	c.Type, c.Num, c.Text = sheet.Bool, float64(bit), "01"[bit:bit+1]
	return p + 9
}

// usualText reads the text of a formula, or an error.
func (s *scanner) usualText(c *sheet.Cell, kind valueKind, b []byte, p int) (next int) {
	n, ok := s.plain(b, p)
	if !ok || word(b, p+n) != valueEnd {
		return 0
	}
	text := b[p : p+n]
	c.Type = sheet.Text
	if kind == errorValue {
		if n == 0 || len(bytes.TrimSpace(text)) < n {
			return 0
		}
		c.Type = sheet.Error
	} else if bytes.Contains(text, []byte("_x")) {
		return 0
	}
	c.Text = s.texts.keep(b[p:], n)
	return p + n + 8
}

const (
	inlineOpen  = "<is><t>"
	inlineSpace = `<is><t xml:space="preserve">`
	inlineClose = "</t></is></c>"
)

// usualInline reads a text without runs that stands in the cell itself.
func (s *scanner) usualInline(c *sheet.Cell, b []byte, p int) (next int) {
	switch {
	case bytes.HasPrefix(b[p:], []byte(inlineOpen)):
		p += len(inlineOpen)
	case bytes.HasPrefix(b[p:], []byte(inlineSpace)):
		p += len(inlineSpace)
	default:
		return 0
	}
	n, ok := s.plain(b, p)
	if !ok || !bytes.HasPrefix(b[p+n:], []byte(inlineClose)) || bytes.Contains(b[p:p+n], []byte("_x")) {
		return 0
	}
	c.Type, c.Text = sheet.Text, s.texts.keep(b[p:], n)
	return p + n + len(inlineClose)
}

// plain reads a text up to the next tag that stands for itself: valid, and without entities and carriage returns.
func (u *usual) plain(b []byte, p int) (n int, ok bool) {
	from, all := p, byte(0)
	for kinds[b[p]]&textByte != 0 {
		all |= b[p]
		p++
	}
	u.stuck = p
	n = p - from
	if b[p] != '<' || int64(n) > u.most || all >= utf8.RuneSelf && !utf8.Valid(b[from:p]) {
		return n, false
	}
	return n, true
}

// formula passes over a formula, from behind <f on.
func (u *usual) formula(b []byte, p int) (next int) {
	for b[p] == ' ' {
		var ok bool
		if _, _, p, ok = u.attribute(b, p+1); !ok {
			return 0
		}
	}
	u.stuck = p
	if b[p] == '/' && b[p+1] == '>' {
		return p + 2
	}
	if b[p] != '>' {
		return 0
	}
	p++
	for {
		n, ok := u.plain(b, p)
		p += n
		if ok {
			if !bytes.HasPrefix(b[p:], []byte("</f>")) {
				return 0
			}
			return p + len("</f>")
		}
		if n = entity(b[p:]); n == 0 {
			return 0
		}
		p += n
	}
}

// entity gives the length of the entity that b begins with, if it is one that needs no thought.
func entity(b []byte) int {
	for _, e := range [...]string{"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"} {
		if len(b) >= len(e) && string(b[:len(e)]) == e {
			return len(e)
		}
	}
	return 0
}

// What a byte may be part of.
const (
	nameByte   = 1 << iota // names of attributes, as far as they are plain
	valueByte              // values of attributes in ASCII
	textByte               // text that stands for itself
	numberByte             // what parseNumber looks at
)

var kinds = func() (table [256]uint8) {
	for c := range table {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if letter || c == ':' || c >= '0' && c <= '9' {
			table[c] |= nameByte
		}
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '<' && c != '&' {
			table[c] |= valueByte
		}
		if (c >= ' ' || c == '\t' || c == '\n') && c != '<' && c != '&' {
			table[c] |= textByte
		}
		if c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c|0x20 == 'e' {
			table[c] |= numberByte
		}
	}
	return table
}()
