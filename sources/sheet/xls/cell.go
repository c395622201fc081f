package xls

import (
	"fmt"
	"math"
	"strconv"

	"github.com/statloom/statloom/sources/sheet"
)

// cellRecord reads a record of cells, if it belongs to the rows that are handed out in this walk. That it is long enough
// was seen in the survey.
func (s *scanner) cellRecord(id uint16, data []byte) error {
	if id == recString {
		return s.formulaText()
	}
	shortest, _ := cellsOf(id)
	if shortest == 0 {
		return nil
	}
	s.awaits = nil
	row := int(u16(data, 0))
	if row < s.lo || row >= s.hi {
		return nil
	}
	c := sheet.Cell{Col: int(u16(data, 2)) + 1, Style: sheet.StyleID(u16(data, 4))}
	switch id {
	case recMulRK:
		return s.many(row, c, data, 6)
	case recMulBlank:
		return s.many(row, c, data, 2)
	case recRK:
		s.setNumber(&c, rk(u32(data, 6)))
	case recNumber:
		s.setNumber(&c, float(data, 6))
	case recBoolErr:
		setBoolErr(&c, data[6], data[7] != 0)
	case recFormula, recFormula3, recFormula4:
		return s.formula(row, c, data)
	case recLabelSST, recLabel, recRString:
		if err := s.setText(row, &c, id, data); err != nil {
			return err
		}
	}
	_, err := s.put(row, c)
	return err
}

// many reads a record of neighbouring cells: numbers with their styles, or styles alone.
func (s *scanner) many(row int, c sheet.Cell, data []byte, each int) error {
	for at := 4; at+each <= len(data)-2; at += each {
		c.Type, c.Num, c.Text = sheet.Empty, 0, ""
		c.Style = sheet.StyleID(u16(data, at))
		if each > 2 {
			s.setNumber(&c, rk(u32(data, at+2)))
		}
		if _, err := s.put(row, c); err != nil {
			return err
		}
		c.Col++
	}
	return nil
}

// setText reads a text, which stands in the record or among the shared strings.
func (s *scanner) setText(row int, c *sheet.Cell, id uint16, data []byte) error {
	c.Type = sheet.Text
	if id == recLabelSST {
		i := u32(data, 6)
		if int64(i) >= int64(len(s.texts)) {
			return s.cellFault(row, c, fmt.Sprintf("the cell refers to shared string %d, of which the book has %d", i, len(s.texts)))
		}
		c.Text = s.texts[i]
		if runs, ok := s.rich[int(i)]; ok {
			s.setRuns(c, runs)
		}
		return nil
	}
	in := &s.in
	in.start(6)
	var runs []sheet.Run
	if s.version == biff8 {
		var fonts []run
		c.Text, fonts = s.longText(in)
		if id == recRString {
			fonts = in.runs(int(in.u16()))
		}
		runs = s.runs(c.Text, fonts)
	} else {
		raw := append([]byte(nil), in.bytes(int(in.u16()))...)
		var fonts []run
		if id == recRString {
			for n := in.u8(); n > 0; n-- {
				fonts = append(fonts, run{from: int(in.u8()), font: int(in.u8())})
			}
		}
		c.Text, runs = s.byteRuns(c.Style, raw, fonts)
	}
	s.setRuns(c, runs)
	if in.short {
		return s.cellFault(row, c, "the text of the cell is cut short")
	}
	if in.long {
		return sheet.Exceeds(s.file, s.name, sheet.A1(row+1, c.Col), sheet.LimitText, s.limits.Text)
	}
	return nil
}

// setRuns keeps the fonts of a rich text where they differ from the cell's own.
func (s *scanner) setRuns(c *sheet.Cell, runs []sheet.Run) {
	for _, r := range runs {
		if r.Font != "" && r.Font != s.Style(c.Style).Font {
			c.Runs = runs
			return
		}
	}
}

// What stands in place of the number that a formula gave.
const (
	cachedText = iota
	cachedBool
	cachedError
	cachedEmpty
)

// Flags of a formula.
const formulaOnLoad = 1 << 1 // its value is to be calculated when the book is opened

// formula reads a formula's last result.
func (s *scanner) formula(row int, c sheet.Cell, data []byte) error {
	c.Formula = true
	text := false
	if data[12] != 0xFF || data[13] != 0xFF {
		value := float(data, 6)
		if value == 0 && u16(data, 14)&formulaOnLoad != 0 { // writers that cannot calculate say so and store a zero
			c.NoCache = true
		} else {
			s.setNumber(&c, value)
		}
	} else {
		switch data[6] {
		case cachedBool:
			setBoolErr(&c, data[8], false)
		case cachedError:
			setBoolErr(&c, data[8], true)
		case cachedEmpty:
			c.Type = sheet.Text
		default: // the text follows, and when it does not, the result is not known
			text = data[6] == cachedText
			c.NoCache = true
		}
	}
	at, err := s.put(row, c)
	if text {
		s.awaits = at
	}
	return err
}

// formulaText reads the text that a formula gave.
func (s *scanner) formulaText() error {
	c := s.awaits
	if c == nil {
		return nil
	}
	s.awaits = nil
	s.in.start(0)
	if s.version == biff8 {
		c.Text, _ = s.longText(&s.in)
	} else {
		c.Text = s.decodeIn(s.fontOf(c.Style), s.in.bytes(int(s.in.u16())))
	}
	c.Type, c.NoCache = sheet.Text, false
	return s.checkText(&s.in, "the text of a formula")
}

// errorTexts are the errors by their numbers.
var errorTexts = map[byte]string{
	0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}

// setBoolErr sets a truth value or an error; what is neither shows as its number.
func setBoolErr(c *sheet.Cell, value byte, isError bool) {
	text, known := errorTexts[value]
	switch {
	case !isError && value <= 1:
		c.Type, c.Num, c.Text = sheet.Bool, float64(value), strconv.Itoa(int(value))
	case isError && known:
		c.Type, c.Text = sheet.Error, text
	default:
		c.Type, c.Text = sheet.Error, fmt.Sprintf("#0x%02X", value)
	}
}

// epoch1904 is the serial number, in the 1900 system, of the day that books of the 1904 system count from.
const epoch1904 = 1462

// setNumber sets a number or a date. What is no finite number is an Error cell: its value is not known.
func (s *scanner) setNumber(c *sheet.Cell, v float64) {
	v += 0 // there is one zero, whatever its sign
	s.digits = appendNumber(s.digits[:0], v)
	c.Text = string(s.digits)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		c.Type = sheet.Error
		return
	}
	c.Type, c.Num = sheet.Number, v
	if s.styles.isDate(c.Style) {
		c.Type = sheet.Date
		if s.date1904 {
			c.Num += epoch1904
		}
	}
}

// appendNumber writes the shortest decimal that gives the number back, as books in XML have it.
func appendNumber(b []byte, v float64) []byte {
	if n := int64(v); float64(n) == v && n < 1<<53 && n > -1<<53 {
		return strconv.AppendInt(b, n, 10)
	}
	const smallest, largest = 1e-4, 1e21
	if a := math.Abs(v); a != 0 && (a < smallest || a >= largest) {
		b = strconv.AppendFloat(b, v, 'E', -1, 64)
		if k := len(b) - 2; b[k] == '0' && (b[k-1] == '-' || b[k-1] == '+') { // E-07
			b = append(b[:k], b[k+1])
		}
		return b
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

// rk unpacks a number of 30 bits: the upper ones of a double or an integer, perhaps times a hundred.
func rk(v uint32) float64 {
	var n float64
	if v&2 != 0 {
		n = float64(int32(v) >> 2)
	} else {
		n = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		n /= 100
	}
	return n
}

func float(data []byte, at int) float64 {
	return math.Float64frombits(uint64(u32(data, at)) | uint64(u32(data, at+4))<<32)
}

func (s *scanner) cellFault(row int, c *sheet.Cell, what string) error {
	f := s.fault(what, fetchAgain)
	f.Sheet, f.Cell = s.name, sheet.A1(row+1, c.Col)
	return f
}
