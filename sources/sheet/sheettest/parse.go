package sheettest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
)

// Parse reads a book in the notation of this package. A line is a row, cells are separated by "|" and trimmed, an
// empty place is no cell. A table of two columns under a merged title reads:
//
//	{b center} Bảng 1
//	!merge A1:C1
//	Tên        | {b} 2023 | {b} 2024
//	Tổng số    | 110.3    | 1.5e3
//	{>} Gạo    | -        | ..
//	{>>} Nếp   | #N/A     | {nocache}
//
// Values: digits with a decimal point are a Number (Text keeps them as written), TRUE and FALSE a Bool, #N/A and its
// like an Error, everything else Text. A "quoted" value is Text whatever it holds, also "". In Text, \n and \r are line
// breaks, \t a tab, \p a "|" and \\ a backslash.
//
// Marks in braces before the value, separated by spaces:
//
//	>  >>  >>>         alignment indent in steps        b  i            bold, italic
//	left center right  (any HAlign) alignment           top  bottom     border above, below
//	fmt=0.00           number format (_ for a space)    font=.VnTime    font name (_ for a space)
//	f                  formula with this cached result  nocache         formula without one; takes no value
//	date               a Date; the value is its serial  runs=3:.VnTime,9:  fonts up to these bytes of the text
//
// Marks without a value make a cell stored for its style only. Lines that start with "!" are not rows:
//
//	!sheet Name        start a sheet; without one the sheet is called Sheet1
//	!sheet Name hidden
//	!row 12            the next line is row 12
//	!merge A1:C1 A2:A3
//	!hide rows 4:5     !hide cols B:C
//	!hide row          the next line is hidden
//	!! words           a comment
//
// An empty line is an empty row, except the first and the last of the text.
func Parse(text string) (*Book, error) {
	p := parser{book: &Book{Styles: []sheet.Style{{NumFmt: "General"}}}}
	text = strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	lines := strings.Split(text, "\n")
	if strings.TrimSpace(lines[len(lines)-1]) == "" { // the indented line of a closing quote
		lines = lines[:len(lines)-1]
	}
	for n, line := range lines {
		if err := p.line(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	p.sheet() // a book has at least one
	p.applyHidden()
	return p.book, nil
}

// MustParse is Parse for notation that is part of the test's own code.
func MustParse(text string) *Book {
	b, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return b
}

type parser struct {
	book *Book
	cur  *Sheet
	row  int // number of the row last read
	hide bool
	rows []sheet.Span // hidden rows of cur
}

func (p *parser) sheet() *Sheet {
	if p.cur == nil {
		p.start("Sheet1", false)
	}
	return p.cur
}

func (p *parser) start(name string, hidden bool) {
	p.applyHidden()
	p.cur = &Sheet{Info: sheet.Info{Name: name, Hidden: hidden}}
	p.book.List = append(p.book.List, p.cur)
	p.row = 0
}

// applyHidden marks the rows that "!hide rows" named, which may come before or after them.
func (p *parser) applyHidden() {
	for _, span := range p.rows {
		for i := range p.cur.Rows {
			if n := p.cur.Rows[i].Number; n >= span.First && n <= span.Last {
				p.cur.Rows[i].Hidden = true
			}
		}
	}
	p.rows = nil
}

func (p *parser) line(line string) error {
	if strings.HasPrefix(line, "!") {
		return p.directive(line)
	}
	s := p.sheet()
	p.row++
	row := sheet.Row{Number: p.row, Hidden: p.hide}
	p.hide = false
	for i, field := range strings.Split(line, "|") {
		field = strings.TrimSpace(field)
		if field == "" {
			continue
		}
		cell, err := p.cell(field)
		if err != nil {
			return fmt.Errorf("cell %s: %w", sheet.A1(p.row, i+1), err)
		}
		cell.Col = i + 1
		row.Cells = append(row.Cells, cell)
	}
	if len(row.Cells) > 0 || row.Hidden {
		s.Rows = append(s.Rows, row)
	}
	return nil
}

func (p *parser) directive(line string) error {
	if strings.HasPrefix(line, "!!") {
		return nil
	}
	word, rest, _ := strings.Cut(line[1:], " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "sheet":
		name, hidden := strings.CutSuffix(rest, " hidden")
		p.start(strings.TrimSpace(name), hidden)
	case "row":
		n, err := strconv.Atoi(rest)
		if err != nil || n <= p.row {
			return fmt.Errorf("%q is not a row after row %d", rest, p.row)
		}
		p.sheet()
		p.row = n - 1
	case "merge":
		for _, ref := range strings.Fields(rest) {
			m, ok := sheet.ParseRange(ref)
			if !ok {
				return fmt.Errorf("%q is not a range", ref)
			}
			p.sheet().Tail.Merges = append(p.sheet().Tail.Merges, m)
		}
	case "hide":
		return p.hidden(rest)
	default:
		return fmt.Errorf("unknown directive %q", line)
	}
	return nil
}

func (p *parser) hidden(what string) error {
	if what == "row" {
		p.hide = true
		return nil
	}
	kind, ref, _ := strings.Cut(what, " ")
	first, last, ok := strings.Cut(strings.TrimSpace(ref), ":")
	if !ok {
		last = first
	}
	var span sheet.Span
	switch kind {
	case "rows":
		_, _, ok1 := sheet.ParseA1("A" + first)
		_, _, ok2 := sheet.ParseA1("A" + last)
		if !ok1 || !ok2 {
			return fmt.Errorf("%q are not rows", ref)
		}
		span.First, _, _ = sheet.ParseA1("A" + first)
		span.Last, _, _ = sheet.ParseA1("A" + last)
		p.sheet()
		p.rows = append(p.rows, span)
	case "cols":
		_, c1, ok1 := sheet.ParseA1(first + "1")
		_, c2, ok2 := sheet.ParseA1(last + "1")
		if !ok1 || !ok2 {
			return fmt.Errorf("%q are not columns", ref)
		}
		t := &p.sheet().Tail
		t.HiddenCols = append(t.HiddenCols, sheet.Span{First: c1, Last: c2})
	default:
		return fmt.Errorf("hide rows or cols, not %q", what)
	}
	return nil
}

var (
	numberText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	errorText  = regexp.MustCompile(`^#(NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!)$`)
	unescape   = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r", `\t`, "\t", `\p`, "|")
	escape     = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "|", `\p`)
)

func (p *parser) cell(field string) (sheet.Cell, error) {
	var c sheet.Cell
	style := p.book.Styles[0]
	date := false
	if strings.HasPrefix(field, "{") {
		marks, value, ok := strings.Cut(field[1:], "}")
		if !ok {
			return c, fmt.Errorf("%q has no closing brace", field)
		}
		for _, m := range strings.Fields(marks) {
			if m == "date" {
				date = true
			} else if err := mark(&c, &style, m); err != nil {
				return c, err
			}
		}
		field = strings.TrimSpace(value)
	}
	c.Style = p.book.styleID(style)
	return c, setValue(&c, field, date)
}

func mark(c *sheet.Cell, style *sheet.Style, m string) error {
	key, arg, _ := strings.Cut(m, "=")
	switch key {
	case "b":
		style.Bold = true
	case "i":
		style.Italic = true
	case "f":
		c.Formula = true
	case "nocache":
		c.Formula, c.NoCache = true, true
	case "top":
		style.BorderTop = true
	case "bottom":
		style.BorderBot = true
	case "left", "center", "right", "fill", "justify", "centerContinuous", "distributed":
		style.HAlign = key
	case "fmt":
		style.NumFmt = strings.ReplaceAll(arg, "_", " ")
	case "font":
		style.Font = strings.ReplaceAll(arg, "_", " ")
	case "runs":
		return runs(c, arg)
	default:
		if strings.Trim(m, ">") != "" {
			return fmt.Errorf("unknown mark %q", m)
		}
		style.Indent = len(m)
	}
	return nil
}

func runs(c *sheet.Cell, arg string) error {
	for _, part := range strings.Split(arg, ",") {
		end, font, ok := strings.Cut(part, ":")
		n, err := strconv.Atoi(end)
		if !ok || err != nil {
			return fmt.Errorf("%q is not end:font", part)
		}
		c.Runs = append(c.Runs, sheet.Run{End: n, Font: strings.ReplaceAll(font, "_", " ")})
	}
	return nil
}

func setValue(c *sheet.Cell, field string, date bool) error {
	switch {
	case c.NoCache && field != "":
		return fmt.Errorf("a formula without a cached result takes no value, not %q", field)
	case field == "":
		c.Type = sheet.Empty
	case len(field) >= 2 && field[0] == '"' && field[len(field)-1] == '"':
		c.Type, c.Text = sheet.Text, unescape.Replace(field[1:len(field)-1])
	case numberText.MatchString(field):
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return fmt.Errorf("read number: %w", err)
		}
		c.Type, c.Num, c.Text = sheet.Number, n, field
		if date {
			c.Type = sheet.Date
		}
	case date:
		return fmt.Errorf("%q is not a serial date", field)
	case field == "TRUE" || field == "FALSE":
		c.Type, c.Text = sheet.Bool, "0"
		if field == "TRUE" {
			c.Num, c.Text = 1, "1"
		}
	case errorText.MatchString(field):
		c.Type, c.Text = sheet.Error, field
	default:
		c.Type, c.Text = sheet.Text, unescape.Replace(field)
	}
	return nil
}
