package xlsx

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"sync"

	"github.com/statloom/statloom/sources/sheet"
)

// The rows of a sheet are read in two ways with one result. Here, what programs usually write is recognised in the bytes
// themselves: <row r="1"><c r="A1" s="2" t="s"><v>3</v></c></row>, without prefixes, entities or comments. A row or a cell
// that is written in any other way, or wrongly, is left where it stands to the strict reader in scan.go and cell.go, and
// with it every error. A test holds the two against each other.
//
// Bytes are looked at without asking how many there are: behind those that have been read stand zeros, which match
// nothing, so that no step leads further than one word behind the end.

// usual is what the quick reader knows of where it is.
type usual struct {
	most   int64  // bytes that a text may have
	ascii  bool   // the text read last is
	escape bool   // it may hold an escape of Excel's
	stuck  int    // where in the bytes ahead an attempt met what it does not know
	ref    uint64 // the row's number and the quote behind it, as the references of its cells end
	mask   uint64 // of the bytes of ref
	refLen int
	room   []byte // for a text whose entities are resolved
}

// rowReader reads usual rows, for a scanner or beside one.
type rowReader struct {
	usual
	scratch
	book   *book
	shared *sharedStrings
	row    sheet.Row
	given  bool   // the row says its number
	at     uint32 // which of the row's cells is read
	cells  int64  // read so far
}

// scratch is what a rowReader works with, kept from sheet to sheet: a book has many small ones.
type scratch struct {
	kept   []sheet.Cell // room for those of a row
	tag    []byte       // the end of a row's tag, from behind its number on
	later  []sharedCell
	digits arena // texts of numbers
	texts  arena
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// sharedCell is a cell whose text is looked up once the cells behind it are read: several look-ups in a row do not wait for
// each other's memory.
type sharedCell struct{ cell, text uint32 }

// widest is how many bytes are compared at once: an attempt that is stuck within so many bytes of the end of what has been
// read may only need more.
const widest = 32

// usualRows reads rows, from between two of them, as far as they are written the usual way.
func (s *scanner) usualRows() error {
	for {
		if err := s.readPieces(); err != nil {
			return err
		}
		b, end := s.x.Ahead()
		if end == 0 || s.book.strict {
			return nil
		}
		p := blank(b, 0)
		n, empty, ok := s.usualRow(b, p)
		switch {
		case ok:
			s.x.Take(n)
			if empty {
				if err := s.emit(); err != nil {
					return err
				}
				continue
			}
			if err := s.usualCells(); err != nil {
				return err
			}
		case s.stuck+widest <= end:
			s.x.Take(p)
			return nil
		default:
			s.x.Take(p)
			if more, err := s.x.More(); err != nil || !more {
				return err
			}
		}
	}
}

// usualCells reads the cells of the row that just began, and its end.
func (s *scanner) usualCells() error {
	for {
		b, end := s.x.Ahead()
		p, ended := s.usualRun(b, 0)
		s.x.Take(p)
		if ended {
			return s.emit()
		}
		if s.stuck+widest > end {
			more, err := s.x.More()
			if err != nil {
				return err
			}
			if more {
				continue
			}
		}
		if err := s.x.Enter("row"); err != nil {
			return err
		}
		return s.readCells()
	}
}

// usualWithin reads cells of a row that the strict reader reads, as far as they are written the usual way.
func (s *scanner) usualWithin() {
	if b, end := s.x.Ahead(); end > 0 && !s.book.strict {
		p, ended := s.usualRun(b, 0)
		if ended {
			p -= len("</row>") // an end that is not ours
		}
		s.x.Take(p)
	}
}

// Text as words, for comparison.
const (
	low3 = 1<<24 - 1
	low4 = 1<<32 - 1
	low5 = 1<<40 - 1
	low6 = 1<<48 - 1

	rowNumber  = rowOpen | ' '<<32 | 'r'<<40 | '='<<48 | '"'<<56
	rowOpen    = '<' | 'r'<<8 | 'o'<<16 | 'w'<<24
	rowClose   = '<' | '/'<<8 | 'r'<<16 | 'o'<<24 | 'w'<<32 | '>'<<40
	cellOpen   = '<' | 'c'<<8 | ' '<<16 | 'r'<<24 | '='<<32 | '"'<<40
	cellClose  = '<' | '/'<<8 | 'c'<<16 | '>'<<24
	styleIs    = ' ' | 's'<<8 | '='<<16 | '"'<<24
	kindIs     = ' ' | 't'<<8 | '='<<16 | '"'<<24
	kindInline = 'i' | 'n'<<8 | 'l'<<16 | 'i'<<24 | 'n'<<32 | 'e'<<40 | 'S'<<48 | 't'<<56
	valueOpen  = '<' | 'v'<<8 | '>'<<16
	formulaEnd = '<' | '/'<<8 | 'f'<<16 | '>'<<24
	inlineOpen = '<' | 'i'<<8 | 's'<<16 | '>'<<24 | '<'<<32 | 't'<<40                     // and more
	inlineEnd  = '<' | '/'<<8 | 't'<<16 | '>'<<24 | '<'<<32 | '/'<<40 | 'i'<<48 | 's'<<56 // and more
	valueEnd   = '<' | '/'<<8 | 'v'<<16 | '>'<<24 | cellClose<<32                         // and that of the cell
)

// word gives 8 bytes from p on.
func word(b []byte, p int) uint64 { return binary.LittleEndian.Uint64(b[p : p+8]) }

// blank passes over white space.
func blank(b []byte, p int) int {
	for b[p] <= ' ' && (b[p] == ' ' || b[p] == '\n' || b[p] == '\r' || b[p] == '\t') {
		p++
	}
	return p
}

// usualRow reads the tag of a row, and begins the row; empty says that it ended at once.
func (s *rowReader) usualRow(b []byte, p int) (next int, empty, ok bool) {
	s.stuck = p
	if to := s.likeRow(b, p); to > 0 {
		return to, false, true
	}
	if word(b, p)&low4 != rowOpen {
		return p, false, false
	}
	from := p
	number, hidden := s.row.Number+1, false
	s.given = false
	p += 4
	for b[p] == ' ' {
		name, value, to, ok := s.attribute(b, p+1)
		if !ok {
			return p, false, false
		}
		switch string(name) {
		case "r":
			n, ok := parseInt(value, sheet.MaxRows)
			if !ok || n < number || s.given {
				return p, false, false
			}
			number, s.given = n, true
		case "hidden":
			hidden = isTrue(value)
		case "x14ac:dyDescent":
		default:
			if bytes.IndexByte(name, ':') >= 0 { // a prefix may make an r of it
				return p, false, false
			}
		}
		p = to
	}
	s.stuck = p
	empty = b[p] == '/' && b[p+1] == '>'
	if number > sheet.MaxRows || b[p] != '>' && !empty {
		return p, false, false
	}
	s.row = sheet.Row{Number: number, Hidden: hidden, Cells: s.row.Cells[:0]}
	s.setRef()
	if empty {
		return p + 2, true, true
	}
	if p++; word(b, from) == rowNumber && !hidden && s.given {
		quote := from + 8 + bytes.IndexByte(b[from+8:p], '"')
		s.tag = append(s.tag[:0], b[quote:p]...)
	}
	return p, false, true
}

// likeRow reads the tag of a row that differs from another one's in nothing but the number; 0 stands for no such row.
func (s *rowReader) likeRow(b []byte, p int) (next int) {
	if word(b, p) != rowNumber || len(s.tag) == 0 {
		return 0
	}
	p += 8
	number, n := digits(b[p:])
	if n > maxRowDigits || b[p] == '0' || int(number) <= s.row.Number || number > sheet.MaxRows || !bytes.HasPrefix(b[p+n:], s.tag) {
		return 0
	}
	s.row = sheet.Row{Number: int(number), Cells: s.row.Cells[:0]}
	s.refLen = n + 1
	s.mask = 1<<(8*s.refLen) - 1
	s.ref = word(b, p) & s.mask // as the tag begins with the quote
	s.given = true
	return p + n + len(s.tag)
}

// maxRowDigits is how many digits the number of a row may have.
const maxRowDigits = 7

// setRef prepares the end that the references of the row's cells have.
func (s *rowReader) setRef() {
	var buf [16]byte
	s.refLen = len(append(strconv.AppendInt(buf[:0], int64(s.row.Number), 10), '"'))
	s.ref, s.mask = word(buf[:], 0), 1<<(8*s.refLen)-1
}

// attribute reads name="value" and gives where it ends. No name begins with a digit or a colon.
func (u *usual) attribute(b []byte, p int) (name, value []byte, next int, ok bool) {
	from := p
	for kinds[b[p]]&nameByte != 0 {
		p++
	}
	name = b[from:p]
	u.stuck = p
	if len(name) == 0 || name[0] <= ':' || name[len(name)-1] == ':' || bytes.Count(name, colon) > 1 || b[p] != '=' || b[p+1] != '"' {
		return nil, nil, p, false
	}
	p += 2
	from = p
	for kinds[b[p]]&valueByte != 0 {
		p++
	}
	u.stuck = p
	return name, b[from:p], p + 1, b[p] == '"'
}

var colon = []byte(":")

// usualRun reads cells and adds them to the row; ended says that the row ended behind them.
func (s *rowReader) usualRun(b []byte, p int) (next int, ended bool) {
	cells, last := s.row.Cells, 0
	if len(cells) > 0 {
		last = cells[len(cells)-1].Col
	}
	room := s.book.limits.Cells - s.cells
	before := len(cells)
	for {
		p = blank(b, p)
		s.stuck = p
		w := word(b, p)
		if w&low6 != cellOpen {
			if ended = w&low6 == rowClose; ended {
				p += 6
			}
			break
		}
		col, at := column(b, p+6)
		s.stuck = at
		if word(b, at)&s.mask != s.ref || col <= last || col > sheet.MaxCols || room == 0 {
			break
		}
		n := len(cells)
		if n == cap(cells) {
			cells = slices.Grow(cells, 1)
		}
		cells, s.at = cells[:n+1], uint32(n)
		at = s.usualCell(&cells[n], b, at+s.refLen)
		if at == 0 {
			cells = cells[:n]
			break
		}
		cells[n].Col = col
		p, last = at, col
		room--
	}
	for _, l := range s.later {
		s.setShared(&cells[l.cell], int(l.text))
	}
	s.later = s.later[:0]
	s.row.Cells = cells
	s.cells += int64(len(cells) - before)
	return p, ended
}

// usualCell reads a cell from behind its reference to its end; 0 stands for an unusual one.
func (s *rowReader) usualCell(c *sheet.Cell, b []byte, p int) (next int) {
	c.Formula, c.NoCache, c.Known, c.Num = false, false, sheet.Nothing, 0
	if c.Runs != nil {
		c.Runs = nil
	}
	style := 0
	if word(b, p)&low4 == styleIs {
		digit := b[p+4] - '0'
		if digit > 9 {
			s.stuck = p + 4
			return 0
		}
		for p += 5; digit <= 9 && style < 1<<24; p++ {
			style = style*10 + int(digit)
			digit = b[p] - '0'
		}
		if b[p-1] != '"' {
			s.stuck = p
			return 0
		}
	}
	c.Style = sheet.StyleID(style)
	w := word(b, p)
	switch {
	case w&low4 == '>'|valueOpen<<8:
		return s.usualNumber(c, b, p+4)
	case w == kindIs|'s'<<32|'"'<<40|'>'<<48|'<'<<56 && b[p+8] == 'v' && b[p+9] == '>':
		return s.usualShared(c, b, p+10)
	case w&0xffff == '/'|'>'<<8:
		c.Type, c.Text = sheet.Empty, ""
		return p + 2
	}
	return s.usualRest(c, b, p)
}

// column reads the letters of a reference; 0 stands for none.
func column(b []byte, p int) (col, next int) {
	for range 3 {
		c := b[p] - 'A'
		if c > 25 {
			break
		}
		col = col*26 + int(c) + 1
		p++
	}
	return col, p
}

// usualKind reads the value of a cell's t and the quote behind it; n is 0 where it is none of the usual.
func usualKind(b []byte, p int) (kind valueKind, n int) {
	w := word(b, p)
	switch w & (1<<16 - 1) {
	case 's' | '"'<<8:
		return sharedText, 2
	case 'n' | '"'<<8:
		return numeric, 2
	case 'b' | '"'<<8:
		return boolean, 2
	case 'e' | '"'<<8:
		return errorValue, 2
	}
	switch {
	case w&low4 == 's'|'t'<<8|'r'<<16|'"'<<24:
		return plainText, 4
	case w == kindInline && b[p+8] == 'r' && b[p+9] == '"':
		return inlineText, 10
	}
	return 0, 0
}
