package xlsx

import (
	"bytes"
	"math/bits"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/numeral"
)

// usualRest reads a cell from behind its style on, whatever it holds.
func (s *rowReader) usualRest(c *sheet.Cell, b []byte, p int) (next int) {
	c.Type, c.Text = sheet.Empty, ""
	kind := numeric
	if word(b, p)&low4 == kindIs {
		k, n := usualKind(b, p+4)
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
func (s *rowReader) usualNumber(c *sheet.Cell, b []byte, p int) (next int) {
	value, n, ok := decimal(b[p:])
	if !ok {
		for n = 0; kinds[b[p+n]]&numberByte != 0; {
			n++
		}
		if value, ok = numeral.Stored(string(b[p : p+n])); !ok {
			s.stuck = p + n
			return 0
		}
	}
	if word(b, p+n) != valueEnd || int64(n) > s.most {
		s.stuck = p + n
		return 0
	}
	c.Type, c.Num, c.Text = sheet.Number, value, s.digits.keep(b, p, n)
	if s.book.styles.is(c.Style, dateStyle) {
		c.Type = sheet.Date
		if s.book.date1904 {
			c.Num += epoch1904
		}
	}
	return p + n + 8
}

// usualShared reads the number of a shared string.
func (s *rowReader) usualShared(c *sheet.Cell, b []byte, p int) (next int) {
	i, n := digits(b[p:])
	if n == 0 || i >= uint64(s.shared.len()) || word(b, p+n) != valueEnd {
		s.stuck = p + n
		return 0
	}
	c.Type = sheet.Text
	s.later = append(s.later, sharedCell{s.at, uint32(i)})
	return p + n + 8
}

func (s *rowReader) usualBool(c *sheet.Cell, b []byte, p int) (next int) {
	bit := b[p] - '0'
	if bit > 1 || word(b, p+1) != valueEnd {
		return 0
	}
	c.Type, c.Num, c.Text = sheet.Bool, float64(bit), "01"[bit:bit+1]
	return p + 9
}

// usualText reads the text of a formula, or an error.
func (s *rowReader) usualText(c *sheet.Cell, kind valueKind, b []byte, p int) (next int) {
	n, ok := s.plain(b, p)
	if !ok || word(b, p+n) != valueEnd {
		return 0
	}
	text := b[p : p+n]
	if kind == errorValue {
		if n == 0 || len(bytes.TrimSpace(text)) < n {
			return 0
		}
		c.Type, c.Text = sheet.Error, s.texts.keep(b, p, n)
		return p + n + 8
	}
	if s.escape {
		return 0
	}
	setText(c, s.texts.keep(b, p, n), s.ascii)
	return p + n + 8
}

// inlineSpace keeps the white space of a text.
const inlineSpace = ` xml:space="preserve"`

// usualInline reads a text without runs that stands in the cell itself.
func (s *rowReader) usualInline(c *sheet.Cell, b []byte, p int) (next int) {
	if word(b, p)&low6 != inlineOpen {
		return 0
	}
	if p += 6; b[p] == ' ' && bytes.HasPrefix(b[p:], []byte(inlineSpace)) {
		p += len(inlineSpace)
	}
	if b[p] != '>' {
		return 0
	}
	p++
	n, ok := s.plain(b, p)
	if !ok || s.escape || word(b, p+n) != inlineEnd || word(b, p+n+8)&low5 != '>'|cellClose<<8 {
		return 0
	}
	setText(c, s.texts.keep(b, p, n), s.ascii)
	return p + n + 13
}

// plain reads a text up to the next tag that stands for itself: valid, and without entities and carriage returns. It says in
// u whether the text is ASCII, and whether it may hold an escape (_x000D_).
func (u *usual) plain(b []byte, p int) (n int, ok bool) {
	from, all, under := p, uint64(0), uint64(0)
	for {
		w := word(b, p)
		line := w ^ '_'*lowest
		line = (line - lowest) &^ line
		if end := textEnd(w); end == 0 {
			all, under = all|w, under|line
			p += 8
			continue
		} else {
			n := bits.TrailingZeros64(end) &^ 7
			all, under = all|w&(1<<n-1), under|line&(1<<n-1)
			p += n / 8
		}
		if b[p] != '\t' && b[p] != '\n' {
			break
		}
		p++
	}
	n = p - from
	u.stuck, u.ascii = p, all&eighth == 0
	u.escape = under&eighth != 0 && bytes.Contains(b[from:p], []byte("_x"))
	if b[p] != '<' || int64(n) > u.most || !u.ascii && !utf8.Valid(b[from:p]) {
		return n, false
	}
	return n, true
}

const (
	lowest = 0x0101010101010101
	eighth = 0x8080808080808080
)

// textEnd finds the first of 8 bytes that is <, & or a control character: its highest bit is the lowest one that is set. What
// lies above that is of no meaning.
func textEnd(w uint64) uint64 {
	open, amp := w^'<'*lowest, w^'&'*lowest
	return ((open-lowest)&^open | (amp-lowest)&^amp | (w-' '*lowest)&^w) & eighth
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
		text := b[p : p+n]
		p += n
		if ok {
			if word(b, p)&low4 != formulaEnd {
				return 0
			}
			return p + 4
		}
		if _, n = entity(word(b, p)); n == 0 || !u.ascii && !utf8.Valid(text) {
			return 0
		}
		p += n
	}
}

// withEntities goes on reading a text where plain met an entity, and resolves those that need no thought. The text is valid
// until the next one.
func (u *usual) withEntities(before, b []byte, p int) (text []byte, next int, ok bool) {
	room := append(u.room[:0], before...)
	for b[p] == '&' {
		c, n := entity(word(b, p))
		if n == 0 {
			return nil, p, false
		}
		room = append(room, c)
		p += n
		n, _ = u.plain(b, p)
		room = append(room, b[p:p+n]...)
		p += n
	}
	u.room = room
	u.escape = bytes.Contains(room, []byte("_x"))
	return room, p, b[p] == '<' && int64(len(room)) <= u.most && utf8.Valid(room)
}

// entity gives what the entity that a word begins with stands for, and its length, if it is one that needs no thought.
func entity(w uint64) (c byte, n int) {
	switch {
	case w&low4 == '&'|'l'<<8|'t'<<16|';'<<24:
		return '<', 4
	case w&low4 == '&'|'g'<<8|'t'<<16|';'<<24:
		return '>', 4
	case w&low5 == '&'|'a'<<8|'m'<<16|'p'<<24|';'<<32:
		return '&', 5
	case w&low6 == '&'|'q'<<8|'u'<<16|'o'<<24|'t'<<32|';'<<40:
		return '"', 6
	case w&low6 == '&'|'a'<<8|'p'<<16|'o'<<24|'s'<<32|';'<<40:
		return '\'', 6
	}
	return 0, 0
}

// What a byte may be part of.
const (
	nameByte   = 1 << iota // names of attributes, as far as they are plain
	valueByte              // values of attributes in ASCII
	numberByte             // what numeral.Stored looks at
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
		if c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c|0x20 == 'e' {
			table[c] |= numberByte
		}
	}
	return table
}()
