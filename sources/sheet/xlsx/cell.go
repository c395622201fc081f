package xlsx

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/charset"
	"github.com/statloom/statloom/sources/sheet/numeral"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// raw is a cell as it is stored, before its type is applied.
type raw struct {
	kind  valueKind
	value bool // there is a <v>; its text is in the scanner's buffer
	rich  bool // there is an <is>; the next two hold it
	text  string
	runs  []sheet.Run
}

// valueKind is the attribute t of a cell.
type valueKind uint8

const (
	numeric valueKind = iota
	sharedText
	plainText // str
	inlineText
	boolean
	errorValue
	isoDate
)

func kindOf(t []byte) (valueKind, bool) {
	switch string(t) {
	case "", "n":
		return numeric, true
	case "s":
		return sharedText, true
	case "str":
		return plainText, true
	case "inlineStr":
		return inlineText, true
	case "b":
		return boolean, true
	case "e":
		return errorValue, true
	case "d":
		return isoDate, true
	}
	return 0, false
}

// readCell reads the cell that just began and adds it to the row.
func (s *scanner) readCell() error {
	col, err := s.place()
	if err != nil {
		return err
	}
	c := sheet.Cell{Col: col, Style: sheet.StyleID(intAttr(s.x, "s"))}
	t, _ := s.x.Attr("t")
	kind, ok := kindOf(t)
	if !ok {
		return s.fault(col, fmt.Sprintf("the cell type %q, which the format does not know", t))
	}
	r := raw{kind: kind}
	s.value.buf = s.value.buf[:0]
	depth := s.x.Depth()
	for s.x.Depth() >= depth {
		token, err := s.x.Next()
		if err != nil {
			return err
		}
		switch token {
		case zipxml.Start:
			err = s.cellChild(&c, &r)
		case zipxml.Text:
			if len(bytes.TrimSpace(s.x.Text())) > 0 {
				err = s.fault(col, "a value that stands outside of <v>")
			}
		}
		if err != nil {
			return err
		}
	}
	if err := s.setValue(&c, &r); err != nil {
		return err
	}
	c.NoCache = c.Formula && c.Type == sheet.Empty
	s.row.Cells = append(s.row.Cells, c)
	return nil
}

// cellChild reads the child of a cell that just began, to its end.
func (s *scanner) cellChild(c *sheet.Cell, r *raw) error {
	switch string(s.x.Name()) {
	case "v":
		if r.value {
			return s.fault(c.Col, "two values in one cell")
		}
		r.value = true
		s.value.buf = s.value.buf[:0]
		return s.value.raw()
	case "is":
		if r.rich {
			return s.fault(c.Col, "two texts in one cell")
		}
		r.rich = true
		var err error
		r.text, r.runs, err = s.inline.read()
		return err
	case "f":
		c.Formula = true
	}
	return s.x.Skip()
}

// setValue gives the cell its type and value.
func (s *scanner) setValue(c *sheet.Cell, r *raw) error {
	if r.rich && (r.kind == inlineText || !r.value) {
		setText(c, r.text, charset.ASCII(r.text))
		s.setRuns(c, r.runs)
		return nil
	}
	if !r.value {
		return nil
	}
	if r.kind == plainText || r.kind == inlineText {
		text := unescape(string(s.value.buf))
		setText(c, text, charset.ASCII(text))
		return nil
	}
	v := bytes.TrimSpace(s.value.buf)
	if len(v) == 0 {
		return nil
	}
	switch r.kind {
	case numeric:
		s.setNumber(c, v)
	case sharedText:
		n, err := strconv.ParseUint(string(v), 10, 31)
		if err != nil || n >= uint64(s.shared.len()) {
			return s.fault(c.Col, fmt.Sprintf("the cell refers to shared string %q, of which the book has %d", v, s.shared.len()))
		}
		s.setShared(c, int(n))
	case boolean:
		s.setBool(c, v)
	case errorValue:
		c.Type, c.Text = sheet.Error, string(v)
	case isoDate:
		c.Type, c.Text = sheet.Error, string(v)
		if serial, ok := parseISO(c.Text); ok {
			c.Type, c.Num = sheet.Date, serial
		}
	}
	return nil
}

func (s *scanner) setBool(c *sheet.Cell, v []byte) {
	c.Type, c.Text = sheet.Bool, string(v)
	switch c.Text {
	case "1", "true":
		c.Num = 1
	case "0", "false":
	default:
		c.Type = sheet.Error
	}
}

// epoch1904 is the serial number, in the 1900 system, of the day that books of the 1904 system count from.
const epoch1904 = 1462

// setNumber reads a number or a date. What is no finite number is an Error cell: its value is not known.
func (s *scanner) setNumber(c *sheet.Cell, v []byte) {
	c.Type, c.Text = sheet.Number, string(v)
	n, ok := numeral.Stored(c.Text)
	if !ok {
		c.Type = sheet.Error
		return
	}
	c.Num = n
	if s.book.styles.is(c.Style, dateStyle) {
		c.Type = sheet.Date
		if s.book.date1904 {
			c.Num += epoch1904
		}
	}
}

// setText gives the cell a text of its own.
func setText(c *sheet.Cell, text string, ascii bool) {
	c.Type, c.Text = sheet.Text, text
	if ascii {
		c.Known = sheet.Stays
	}
}

// setShared gives the cell a shared string.
func (s *rowReader) setShared(c *sheet.Cell, i int) {
	text, known := s.shared.text(i)
	c.Type, c.Text = sheet.Text, text
	if !s.book.styles.is(c.Style, toldStyle) {
		c.Known = known
	}
	if s.shared.runs != nil {
		s.setRuns(c, s.shared.runs[i])
	}
}

// setRuns keeps the fonts of a rich text where they differ from the cell's own.
func (s *rowReader) setRuns(c *sheet.Cell, runs []sheet.Run) {
	for _, r := range runs {
		if r.Font != "" && r.Font != s.book.Style(c.Style).Font {
			c.Runs = runs
			return
		}
	}
}

// parseISO reads a date, a time or both as ISO 8601 writes them, into a serial number of the 1900 system.
func parseISO(v string) (serial float64, ok bool) {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, v); err == nil {
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
			day := t.Unix() / 86400
			if t.Unix() < 0 && t.Unix()%86400 != 0 {
				day--
			}
			serial = float64(day-time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Unix()/86400) +
				(float64(t.Unix()-day*86400)+float64(t.Nanosecond())/1e9)/86400
			if serial < 61 {
				serial-- // before Lotus's 29 February 1900
			}
			return serial, serial >= 1
		}
	}
	if t, err := time.Parse("15:04:05.999999999", v); err == nil {
		return (float64(t.Hour()*3600+t.Minute()*60+t.Second()) + float64(t.Nanosecond())/1e9) / 86400, true
	}
	return 0, false
}
