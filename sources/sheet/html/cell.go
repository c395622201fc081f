package html

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/numeral"
	"github.com/statloom/statloom/sources/sheet/numfmt"
	"github.com/statloom/statloom/sources/sheet/tape"
)

// cell gathers the text of a cell.
type cell struct {
	col     int
	own     look // of the cell itself
	attrs   attrs
	hidden  bool
	outside bool // it takes no place in the table
	within  []element

	buf    []byte
	runs   []sheet.Run
	gap    bool // white space that a word may follow
	fresh  bool // what follows begins a line
	raised bool // there is raised or lowered text
	plain  bool // some of the text is not bold
	roman  bool // some of the text is not italic
}

// element is an element within a cell that is open.
type element struct {
	tag string
	now look // of text in it
}

func (c *cell) begin(col int, own look, a attrs, hidden bool) {
	own.hidden = unsaid
	*c = cell{col: col, own: own, attrs: a, hidden: hidden, within: c.within[:0], buf: c.buf[:0], runs: c.runs[:0]}
}

// now is the look of what is written next.
func (c *cell) now() look {
	if n := len(c.within); n > 0 {
		return c.within[n-1].now
	}
	return c.own
}

// unseen reports whether what is written next is hidden.
func (c *cell) unseen() bool { return c.hidden || c.now().hidden == yes }

// element opens an element within the cell.
func (c *cell) element(tag string, l look) {
	switch tag {
	case "br":
		if !c.unseen() {
			if len(c.buf) > 0 {
				c.write(c.now(), '\n')
			}
			c.gap, c.fresh = false, false
		}
		return
	case "hr":
		c.line()
		return
	case "img", "input", "wbr", "area", "base", "col", "embed", "link", "meta", "param", "source", "track":
		return
	case "b", "strong":
		l.bold = max(l.bold, yes)
	case "i", "em", "cite":
		l.italic = max(l.italic, yes)
	case "pre":
		l.spaces = true
		c.line()
	case "select", "template", "svg", "math", "object", "button", "datalist":
		l.hidden = yes
	case "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "address", "section", "article", "center":
		c.line()
		if n := len(c.within); n > 0 && c.within[n-1].tag == tag && (tag == "p" || tag == "li" || tag == "dt" || tag == "dd") {
			c.within = c.within[:n-1] // the end tag may be left out
		}
	}
	around := c.now()
	if around.hidden == yes {
		l.hidden = yes
	}
	c.within = append(c.within, element{tag: tag, now: l.over(around)})
}

// endElement closes the innermost element of this name and those within it.
func (c *cell) endElement(tag string) {
	for i := len(c.within) - 1; i >= 0; i-- {
		if c.within[i].tag != tag {
			continue
		}
		c.within = c.within[:i]
		switch tag {
		case "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "address", "section", "article", "center", "pre":
			c.line()
		}
		return
	}
}

// line makes what follows begin a line.
func (c *cell) line() {
	if !c.unseen() {
		c.gap, c.fresh = false, c.fresh || len(c.buf) > 0 && c.buf[len(c.buf)-1] != '\n'
	}
}

// add adds text. White space counts as one space between words; a space that does not break is a space wherever it
// stands, for pages indent by them.
func (c *cell) add(b []byte) {
	if c.unseen() || c.outside {
		return
	}
	l := c.now()
	raised := c.raisedBy()
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		b = b[size:]
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f':
			if l.spaces {
				if r == '\n' && c.inPre() {
					c.write(l, '\n')
				} else if r != '\r' {
					c.write(l, ' ')
				}
			} else if len(c.buf) > 0 && c.buf[len(c.buf)-1] != '\n' {
				c.gap = true
			}
		case r == '\u00a0' || r == '\u202f' || r == '\u2007':
			c.write(l, ' ')
		case r < ' ' || r == '\u00ad' || r == '\u200b' || r == '\ufeff': // not to be seen
		default:
			if raised != nil && r >= '0' && r <= '9' {
				r = raised[r-'0']
				c.raised = true
			}
			c.plain = c.plain || l.bold != yes
			c.roman = c.roman || l.italic != yes
			c.write(l, r)
		}
	}
}

var (
	raisedDigits  = []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	loweredDigits = []rune("₀₁₂₃₄₅₆₇₈₉")
)

// raisedBy gives the digits to write: raised within <sup>, lowered within <sub>.
func (c *cell) raisedBy() []rune {
	for i := len(c.within) - 1; i >= 0; i-- {
		switch c.within[i].tag {
		case "sup":
			return raisedDigits
		case "sub":
			return loweredDigits
		}
	}
	return nil
}

func (c *cell) inPre() bool {
	for i := range c.within {
		if c.within[i].tag == "pre" {
			return true
		}
	}
	return false
}

// write adds a character, after the space or line break that is due.
func (c *cell) write(l look, r rune) {
	if c.fresh {
		c.buf = append(c.buf, '\n')
	} else if c.gap {
		c.buf = append(c.buf, ' ')
	}
	c.fresh, c.gap = false, false
	c.buf = utf8.AppendRune(c.buf, r)
	if n := len(c.runs); n > 0 && c.runs[n-1].Font == l.font {
		c.runs[n-1].End = len(c.buf)
	} else {
		c.runs = append(c.runs, sheet.Run{End: len(c.buf), Font: l.font})
	}
}

// result gives the text without white space at its end, and its fonts.
func (c *cell) result() (string, []sheet.Run) {
	b := bytes.TrimRight(c.buf, " \n")
	if len(bytes.TrimLeft(b, " \n")) == 0 {
		return "", nil
	}
	runs := c.runs
	for len(runs) > 1 && runs[len(runs)-2].End >= len(b) {
		runs = runs[:len(runs)-1]
	}
	if len(runs) > 0 {
		runs[len(runs)-1].End = len(b)
	}
	return string(b), runs
}

// endCell keeps the cell, if one is open.
func (t *table) endCell() {
	if !t.inCell {
		return
	}
	t.inCell = false
	c := &t.cell
	c.within = c.within[:0]
	if c.outside || t.err != nil {
		return
	}
	text, runs := c.result()
	l := c.own
	if len(runs) == 1 {
		l.font, runs = runs[0].Font, nil
	}
	if text != "" && !c.plain {
		l.bold = yes
	}
	if text != "" && !c.roman {
		l.italic = yes
	}
	out := tape.Cell{Cell: sheet.Cell{Col: c.col, Formula: c.attrs.hasFmla}}
	t.setValue(&out, c, text, &l)
	blank := out.Type == sheet.Empty && !out.NoCache
	if blank && l.top != yes && l.bottom != yes {
		return
	}
	if out.Type == sheet.Text && out.Text == text && len(runs) > 0 {
		out.Runs = namedRuns(runs, l.font)
	}
	out.Style = t.page.book.styleID(sheet.Style{
		NumFmt: formatOr(l.format), Font: l.font, Bold: l.bold == yes, Italic: l.italic == yes, Indent: l.indent, HAlign: l.align,
		BorderTop: l.top == yes, BorderBot: l.bottom == yes,
	})
	if t.cells++; t.cells > t.page.book.limits.Cells {
		t.exceeds(c.col, sheet.LimitCells, t.page.book.limits.Cells)
		return
	}
	t.rowText += int64(len(out.Text))
	if limit := t.page.book.limits.Text; int64(len(out.Text)) > limit || t.rowText > rowLimit*limit {
		t.exceeds(c.col, sheet.LimitText, limit)
		return
	}
	t.kept = append(t.kept, out)
	if !blank {
		t.filled++
		t.flatText(out.Text)
	}
}

// rowLimit is how many times the limit on one cell's text the texts of a row may take.
const rowLimit = 64

// flatText keeps the text of a table that may turn out to be part of a cell.
func (t *table) flatText(text string) {
	if t.isData() || t.outer {
		t.flat = nil
		return
	}
	if len(t.flat) > 0 && t.flat[len(t.flat)-1] != '\n' {
		t.flat = append(t.flat, ' ')
	}
	t.flat = append(t.flat, text...)
	if int64(len(t.flat)) > t.page.book.limits.Text {
		t.exceeds(t.cell.col, sheet.LimitText, t.page.book.limits.Text)
	}
}

func formatOr(code string) string {
	if code == "" {
		return general
	}
	return code
}

// namedRuns keeps the fonts of a text where they differ from the cell's own.
func namedRuns(runs []sheet.Run, font string) []sheet.Run {
	for _, r := range runs {
		if r.Font != "" && r.Font != font {
			return append([]sheet.Run(nil), runs...)
		}
	}
	return nil
}

// setValue gives the cell its type and value.
func (t *table) setValue(out *tape.Cell, c *cell, text string, l *look) {
	a := &c.attrs
	if code, ok := numberFormat(a.sdnum); ok {
		l.format = code
	}
	number := func(v string) {
		v = strings.TrimSpace(v)
		if v == "" {
			out.NoCache = a.hasFmla
			return
		}
		out.Type, out.Text = sheet.Error, v
		if isError(text) { // which LibreOffice stores as the number 0
			out.Text = text
		} else if n, ok := numeral.Stored(v); ok {
			out.Type, out.Num = sheet.Number, n
			t.setDate(&out.Cell, l.format)
		}
	}
	switch {
	case a.err != "":
		out.Type, out.Text = sheet.Error, a.err
	case a.boolean != "":
		out.Type, out.Text = sheet.Bool, "0"
		if strings.EqualFold(a.boolean, "true") || a.boolean == "1" {
			out.Num, out.Text = 1, "1"
		}
	case a.hasNum && a.num != "":
		number(a.num)
	case a.hasNum && !c.raised:
		number(text)
	case a.hasVal && a.sdval != "":
		number(a.sdval)
	case a.str != "":
		out.Type, out.Text = sheet.Text, a.str
	case text == "":
		out.NoCache = a.hasFmla
	default:
		out.Type, out.Text = sheet.Text, text
		out.Open = !a.hasStr && !t.texts && l.format != "@"
		if out.Open {
			t.seen.see(text)
		}
	}
	if strings.TrimSpace(out.Text) == "" && out.Type == sheet.Text && a.str == "" {
		out.Type = sheet.Empty
	}
	out.Text = strings.ToValidUTF8(out.Text, "\ufffd")
}

// isError tells how errors are shown: #N/A, Err:502.
func isError(shown string) bool {
	switch shown {
	case "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!":
		return true
	}
	code, ok := strings.CutPrefix(shown, "Err:")
	_, err := strconv.ParseUint(code, 10, 16)
	return ok && err == nil
}

// numberFormat reads LibreOffice's sdnum: two languages and a code, such as 1033;0;#,##0.
func numberFormat(sdnum string) (code string, ok bool) {
	if sdnum == "" {
		return "", false
	}
	parts := strings.SplitN(sdnum, ";", 3)
	if len(parts) < 3 || parts[2] == "" || len(parts[2]) > 1<<10 {
		return "", false
	}
	return strings.ToValidUTF8(parts[2], "\ufffd"), true
}

// epoch1904 is the serial number, in the 1900 system, of the day that books of the 1904 system count from.
const epoch1904 = 1462

// setDate makes a date of a number that is shown as one.
func (t *table) setDate(c *sheet.Cell, format string) {
	if c.Num < 0 || !numfmt.IsDate(format) {
		return
	}
	c.Type = sheet.Date
	if t.page.date1904 {
		c.Num += epoch1904
		c.Text = strconv.FormatFloat(c.Num, 'f', -1, 64)
	}
}
