package xls

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/statloom/statloom/sources/sheet"
)

// Records of a sheet.
const (
	recFormula     = 0x0006
	recNote        = 0x001C
	recObj         = 0x005D
	recColInfo     = 0x007D
	recMulRK       = 0x00BD
	recMulBlank    = 0x00BE
	recRString     = 0x00D6
	recMergedCells = 0x00E5
	recLabelSST    = 0x00FD
	recTXO         = 0x01B6
	recBlank       = 0x0201
	recNumber      = 0x0203
	recLabel       = 0x0204
	recBoolErr     = 0x0205
	recFormula3    = 0x0206 // as BIFF3 and BIFF4 number it, and some writers still do
	recFormula4    = 0x0406
	recString      = 0x0207
	recRow         = 0x0208
	recRK          = 0x027E
)

// survey is what is known of a sheet before its cells are read.
type survey struct {
	ordered bool // rows come in ascending order
	last    int  // row of the last cell
	cells   int64
	counts  []int32 // cells of each row
	hidden  []bool  // by row
	columns []bool  // hidden ones

	note  uint16 // object that the next text belongs to; 0 for none
	texts map[uint16]string
	notes []note
	size  int64 // of texts and notes
	tail  sheet.Tail
}

// note is a comment; its text may be that of an object.
type note struct {
	row, col int
	object   uint16
	text     string
}

func (v *survey) isHidden(row int) bool { return row < len(v.hidden) && v.hidden[row] }

// cellsOf gives the shortest form of a record of cells, and the bytes that each cell takes where it holds many.
func cellsOf(id uint16) (shortest, each int) {
	switch id {
	case recBlank:
		return 6, 0
	case recLabel, recRString, recBoolErr:
		return 8, 0
	case recRK, recLabelSST:
		return 10, 0
	case recNumber:
		return 14, 0
	case recFormula, recFormula3, recFormula4:
		return 16, 0
	case recMulBlank:
		return 8, 2
	case recMulRK:
		return 12, 6
	}
	return 0, 0
}

// surveyRecord looks at one record.
func (s *scanner) surveyRecord(id uint16, data []byte) error {
	switch id {
	case recRow:
		if len(data) < 14 {
			return s.short()
		}
		v, row := &s.survey, int(u16(data, 0))
		if hidden := data[12]&0x20 != 0; hidden || v.isHidden(row) {
			v.hidden = grown(v.hidden, row)
			v.hidden[row] = hidden
		}
	case recColInfo:
		return s.columns(data)
	case recMergedCells:
		return s.merges()
	case recNote:
		return s.noteRecord()
	case recObj:
		s.object(data)
	case recTXO:
		return s.objectText()
	default:
		if shortest, each := cellsOf(id); shortest > 0 {
			return s.count(data, shortest, each)
		}
	}
	return nil
}

// grown is the slice made long enough to have an index.
func grown[T any](list []T, i int) []T {
	if i < len(list) {
		return list
	}
	return append(list, make([]T, i+1-len(list))...)
}

// short makes the error of a record that is.
func (s *scanner) short() error { return s.fault("a record of the sheet is cut short", fetchAgain) }

// count counts the cells of a record and sees whether rows still come in order.
func (s *scanner) count(data []byte, shortest, each int) error {
	if len(data) < shortest {
		return s.short()
	}
	v, row, col, n := &s.survey, int(u16(data, 0)), int(u16(data, 2)), 1
	if each > 0 {
		n = (len(data) - 6) / each
	}
	if col+n > sheet.MaxCols {
		return s.fault(fmt.Sprintf("row %d has cells beyond the last column", row+1), fetchAgain)
	}
	if v.cells += int64(n); v.cells > s.limits.Cells {
		return sheet.Exceeds(s.file, s.name, sheet.A1(row+1, col+1), sheet.LimitCells, s.limits.Cells)
	}
	v.ordered = v.ordered && row >= v.last
	v.last = row
	v.counts = grown(v.counts, row)
	v.counts[row] += int32(n)
	return nil
}

// columns reads a COLINFO record. The number of the last column may be one too high.
func (s *scanner) columns(data []byte) error {
	if len(data) < 10 {
		return s.short()
	}
	const lastCol = 255
	first, last := int(u16(data, 0)), min(int(u16(data, 2)), lastCol)
	if hidden := data[8]&1 != 0; hidden && first <= last {
		s.survey.columns = grown(s.survey.columns, last)
		for c := first; c <= last; c++ {
			s.survey.columns[c] = true
		}
	}
	return nil
}

func (s *scanner) merges() error {
	s.in.start(0)
	for n := s.in.u16(); n > 0; n-- {
		m := sheet.Range{Row1: int(s.in.u16()) + 1, Row2: int(s.in.u16()) + 1, Col1: int(s.in.u16()) + 1, Col2: int(s.in.u16()) + 1}
		if s.in.short {
			return s.short()
		}
		if m.Row1 > m.Row2 || m.Col1 > m.Col2 || m.Col2 > sheet.MaxCols {
			return s.fault(fmt.Sprintf("%s is not a merged range", m), fetchAgain)
		}
		if int64(len(s.survey.tail.Merges)) >= s.limits.Merges {
			return sheet.Exceeds(s.file, s.name, "", sheet.LimitMerges, s.limits.Merges)
		}
		s.survey.tail.Merges = append(s.survey.tail.Merges, m)
	}
	return nil
}

// object reads an OBJ record, for the number of the object if it is the box of a comment.
func (s *scanner) object(data []byte) {
	const common, noteKind = 0x15, 0x19
	s.survey.note = 0
	if len(data) >= 8 && u16(data, 0) == common && u16(data, 4) == noteKind {
		s.survey.note = u16(data, 6)
	}
}

// objectText reads a TXO record, if it is the text of a comment.
func (s *scanner) objectText() error {
	v := &s.survey
	id := v.note
	v.note = 0
	if id == 0 || s.version != biff8 {
		return nil
	}
	s.in.start(10)
	chars := int(s.in.u16())
	if s.in.short || chars == 0 {
		return nil
	}
	s.in.rest = nil // the text is in the CONTINUE records
	wide := s.in.u8()&flagWide != 0
	text := s.in.chars(chars, wide)
	if err := s.checkText(&s.in, "the text of a comment"); err != nil {
		return err
	}
	if v.texts == nil {
		v.texts = map[uint16]string{}
	}
	v.texts[id] = text
	return s.keep(text)
}

// noteRecord reads a NOTE record: a comment, in BIFF5 with its text and perhaps more of it in further records.
func (s *scanner) noteRecord() error {
	v := &s.survey
	s.in.start(0)
	n := note{row: int(s.in.u16()), col: int(s.in.u16())}
	third := s.in.u16() // flags, or the length of the text
	if s.version == biff8 {
		n.object = s.in.u16()
	} else {
		n.text = s.decode(s.in.bytes(min(int(third), len(s.in.rest))))
	}
	const goesOn = 0xFFFF
	switch {
	case s.in.short:
		return s.short()
	case n.object == 0 && n.row == goesOn:
		if k := len(v.notes) - 1; k >= 0 {
			v.notes[k].text += n.text
		}
	case n.col < sheet.MaxCols:
		v.notes = append(v.notes, n)
	}
	return s.keep(n.text)
}

// keep counts a text that is kept.
func (s *scanner) keep(text string) error {
	if s.survey.size += int64(len(text)) + stringCost; s.survey.size > s.limits.Strings {
		return sheet.Exceeds(s.file, s.name, "", sheet.LimitStrings, s.limits.Strings)
	}
	return nil
}

// finishTail puts together what is known of the sheet besides its cells.
func (s *scanner) finishTail() {
	v := &s.survey
	for c := 0; c < len(v.columns); c++ {
		if !v.columns[c] {
			continue
		}
		first := c
		for c+1 < len(v.columns) && v.columns[c+1] {
			c++
		}
		v.tail.HiddenCols = append(v.tail.HiddenCols, sheet.Span{First: first + 1, Last: c + 1})
	}
	for _, n := range v.notes {
		text := n.text
		if n.object != 0 {
			text = v.texts[n.object]
		}
		if text != "" {
			v.tail.Comments = append(v.tail.Comments, sheet.Comment{Row: n.row + 1, Col: n.col + 1, Text: text})
		}
	}
	slices.SortStableFunc(v.tail.Comments, func(a, b sheet.Comment) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
	})
	v.texts, v.notes = nil, nil
}
