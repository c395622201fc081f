package ods

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/numeral"
	"github.com/statloom/statloom/sources/sheet/tape"
)

// raw is a cell as it is stored.
type raw struct {
	kind    string // office:value-type
	value   string // of the attribute that goes with the type
	given   bool   // there is such an attribute
	formula bool
	style   *ids // nil when the cell names none
}

// valueTypes are the types of values and the attribute that holds the value.
var valueTypes = [...]struct{ kind, attr string }{
	{"float", "value"}, {"string", "string-value"}, {"percentage", "value"}, {"date", "date-value"}, {"currency", "value"},
	{"time", "time-value"}, {"boolean", "boolean-value"}, {"error", "string-value"},
}

// readCell reads the cell that just began and adds it to the row.
func (t *table) readCell(r *rowState) error {
	var c raw
	col, repeat := r.col+1, t.repeat("number-columns-repeated")
	r.col = min(r.col+repeat, 1<<31)
	width, height := t.repeat("number-columns-spanned"), t.repeat("number-rows-spanned")
	if v, ok := t.x.Attr("style-name"); ok {
		c.style = t.book.styles.idsOf(v)
	}
	_, c.formula = t.x.Attr("formula")
	if v, ok := t.x.Attr("value-type"); ok {
		for i := range valueTypes {
			if known := &valueTypes[i]; known.kind == string(v) {
				c.kind = known.kind
				v, given := t.x.Attr(known.attr)
				c.value, c.given = string(v), given
				break
			}
		}
	}
	comment, err := t.text.read()
	if err != nil {
		return t.textError(col, err)
	}
	if err := t.comment(col, comment); err != nil {
		return err
	}
	out := tape.Cell{Repeat: repeat}
	out.Col = col
	t.setValue(&out.Cell, &c)
	blank := out.Type == sheet.Empty && !out.NoCache
	if blank && c.style == nil && width == 1 && height == 1 {
		return nil
	}
	if blank && (repeat > blankRun || col+repeat-1 > sheet.MaxCols) {
		return nil
	}
	if !blank {
		r.values = true
		if col+repeat-1 > sheet.MaxCols && int64(repeat)*int64(r.repeat) <= t.book.limits.Repeats {
			return t.outside(col + repeat - 1)
		}
		if int64(repeat)*int64(r.repeat) > t.book.limits.Repeats {
			return t.exceeds(min(t.row+1, sheet.MaxRows), min(col, sheet.MaxCols), sheet.LimitRepeats, t.book.limits.Repeats)
		}
	}
	if err := t.merge(r, col, repeat, width, height); err != nil || blank && c.style == nil {
		return err
	}
	if c.style == nil {
		c.style = t.styleOf(r, col)
	}
	out.Style = c.style[shadeOf(c.kind)]
	t.setType(&out.Cell, &c)
	if out.Runs != nil && !t.keepsRuns(&out.Cell) {
		out.Runs = nil
	}
	if t.rowText += int64(len(out.Text)); t.rowText > rowLimit*t.book.limits.Text {
		return t.exceeds(min(t.row+1, sheet.MaxRows), col, sheet.LimitText+" (row)", rowLimit*t.book.limits.Text)
	}
	t.kept = append(t.kept, out)
	return nil
}

func shadeOf(kind string) shade {
	switch kind {
	case "percentage":
		return percent
	case "date":
		return date
	case "time":
		return clock
	}
	return plain
}

// setValue gives the cell its type and value, but for what the style decides.
func (t *table) setValue(out *sheet.Cell, c *raw) {
	shown := t.text.buf
	out.Formula = c.formula
	switch {
	case c.kind == "" && !t.text.any:
		out.NoCache = c.formula
	case c.kind == "" && len(shown) == 0 && !c.formula: // an empty paragraph
	case c.kind == "" || c.kind == "string":
		t.setText(out, c)
	case c.kind == "error":
		out.Type, out.Text = sheet.Error, string(shown)
	case c.formula && isError(shown): // stored as the number 0 by some programs
		out.Type, out.Text = sheet.Error, string(shown)
	default:
		t.setNumber(out, c)
	}
	if out.Type == sheet.Error && out.Text == "" {
		out.Type, out.NoCache = sheet.Empty, c.formula
	}
}

// setText sets a text. The attribute goes before what is shown, unless it is empty, as LibreOffice has it. A formula with
// an empty text that shows something is an error: that is how LibreOffice stores them.
func (t *table) setText(out *sheet.Cell, c *raw) {
	shown := t.text.buf
	out.Type = sheet.Text
	switch {
	case c.formula && len(shown) > 0 && (c.given && c.value == "" || !c.given && isError(shown)):
		out.Type, out.Text = sheet.Error, string(shown)
	case c.value != "":
		out.Text = c.value
		if string(shown) == c.value {
			out.Runs = t.text.fonts()
		}
	case c.kind == "string" && !c.given && !t.text.any && c.formula:
		out.Type, out.NoCache = sheet.Empty, true
	default:
		out.Text, out.Runs = string(shown), t.text.fonts()
	}
}

// isError tells how errors are shown: #N/A, Err:502.
func isError(shown []byte) bool {
	switch s := string(bytes.TrimSpace(shown)); s {
	case "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!":
		return true
	default:
		code, ok := strings.CutPrefix(s, "Err:")
		_, err := strconv.ParseUint(code, 10, 16)
		return ok && err == nil
	}
}

// setNumber sets a number, a date, a time or a truth value. What cannot be read is an Error cell: its value is not known.
func (t *table) setNumber(out *sheet.Cell, c *raw) {
	v := strings.TrimSpace(c.value)
	out.Type, out.Text = sheet.Number, v
	ok := false
	switch c.kind {
	case "date":
		var day float64
		if day, ok = parseDate(v); ok {
			if out.Num, ok = serial(day); ok {
				out.Type, out.Text = sheet.Date, digits(out.Num)
			} else {
				out.Type, ok = sheet.Text, true // a day that has no serial
			}
		}
	case "time":
		if out.Num, ok = parseDuration(v); ok {
			out.Text = digits(out.Num)
		}
	case "boolean":
		out.Type, ok = sheet.Bool, v == "true" || v == "false"
		if v == "true" {
			out.Num, out.Text = 1, "1"
		} else if ok {
			out.Text = "0"
		}
	default:
		out.Num, ok = numeral.Stored(v)
	}
	if !ok {
		out.Type, out.Num = sheet.Error, 0
		if v == "" {
			out.Text = string(t.text.buf)
		}
	}
}

// setType makes dates of numbers that are shown as dates, and of times of day.
func (t *table) setType(out *sheet.Cell, c *raw) {
	if out.Type != sheet.Number || out.Num < 0 || !t.book.styles.dates[out.Style] {
		return
	}
	day := out.Num
	if day >= 1 {
		if c.kind == "time" && t.book.styles.looks[out.Style].NumFmt == shadeFormats[clock] {
			return // longer than a day and no format that says otherwise: how long something took
		}
		var ok bool
		if day, ok = serial(day + t.null); !ok {
			return
		}
	}
	if day != out.Num {
		out.Text = digits(day)
	}
	out.Type, out.Num = sheet.Date, day
}

// keepsRuns reports whether a run is in another font than the cell's own.
func (t *table) keepsRuns(c *sheet.Cell) bool {
	for _, r := range c.Runs {
		if r.Font != "" && r.Font != t.book.styles.looks[c.Style].Font {
			return true
		}
	}
	return false
}

// digits writes a serial number, as short as it can be.
func digits(serial float64) string { return strconv.FormatFloat(serial, 'f', -1, 64) }
