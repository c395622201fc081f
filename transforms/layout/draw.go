package layout

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/statloom/statloom/sources/sheet"
)

// DrawOptions say how a sheet is drawn.
type DrawOptions struct {
	Color   bool
	Width   int // characters of a line; 0 for 120
	MaxRows int // rows drawn; 0 for all
}

// letters and colours of the roles, by Role
const roleLetters = " mhgdsn"

var roleColours = [...]string{"", "\x1b[35m", "\x1b[36;1m", "\x1b[33m", "", "\x1b[32m", "\x1b[2m"}

// Draw draws a recognised sheet for people: every row with its number and its role, and below it the tables that were
// found. Without colour, each text is marked by the letter of its role.
func Draw(w io.Writer, g *sheet.Grid, s *Sheet, o DrawOptions) error {
	if o.Width <= 0 {
		o.Width = 120
	}
	p := &printer{w: w}
	hidden := ""
	if g.Hidden {
		hidden = " (hidden)"
	}
	p.printf("%s%s\n", g.Name, hidden)
	p.printf("m metadata  h header  g group  d data  s derived  n notes\n")
	widths := columnWidths(g, o.Width)
	drawn := 0
	for k := range g.Rows {
		row := &g.Rows[k]
		if o.MaxRows > 0 && drawn == o.MaxRows {
			p.printf("%7s %d more rows\n", "...", len(g.Rows)-k)
			break
		}
		drawn++
		line := Empty
		if row.Number <= len(s.Lines) {
			line = s.Lines[row.Number-1]
		}
		p.printf("%6d %c|%s\n", row.Number, roleLetters[line], drawRow(row, s.cells[k], widths, o))
	}
	for i, t := range s.Tables {
		p.table(i+1, t)
	}
	return p.err
}

// printer remembers the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) table(n int, t *Table) {
	p.printf("\ntable %d: %s\n", n, t.Range)
	p.field("title", t.Title)
	p.field("unit", t.Unit)
	p.field("header rows", list(t.HeaderRows))
	names := make([]string, len(t.StubCols))
	for i, c := range t.StubCols {
		names[i] = sheet.ColumnName(c)
	}
	p.field("label columns", strings.Join(names, " "))
	if len(t.Lines) > 0 && len(t.Columns) > 0 {
		ln, col := &t.Lines[len(t.Lines)/2], &t.Columns[len(t.Columns)/2]
		p.field("for example", sheet.A1(ln.Row, col.Col)+" = "+strings.Join(ln.Path, " > ")+" / "+strings.Join(col.Path, " > "))
	}
	for _, note := range t.Notes {
		p.field("note", note)
	}
	p.identities(t)
	p.decisions(t)
}

// mostIdentities is how many relations are listed of one table; the JSON has them all.
const mostIdentities = 12

// identities lists the arithmetic that holds in a table.
func (p *printer) identities(t *Table) {
	for i, id := range t.Identities {
		if i == mostIdentities {
			p.field("arithmetic", fmt.Sprintf("and %d more", len(t.Identities)-i))
			return
		}
		p.field("arithmetic", id.String())
	}
}

// decisions lists what was decided, how sure that is, and on what it rests.
func (p *printer) decisions(t *Table) {
	for _, d := range t.Decisions {
		mark := " "
		if d.Question {
			mark = "?"
		}
		var why []string
		for _, r := range d.Reasons {
			text := r.Text
			if r.Against {
				text = "but " + text
			}
			why = append(why, text)
		}
		p.printf("  %s %.2f %-10s%s: %s\n", mark, d.Confidence, d.What, d.Value, strings.Join(why, "; "))
	}
}

// field prints a line of a table's description, if there is anything to say.
func (p *printer) field(name, text string) {
	if text != "" {
		p.printf("  %-14s%s\n", name, text)
	}
}

func list(numbers []int) string { return strings.Trim(fmt.Sprint(numbers), "[]") }

// columnWidths shares the width among the columns that hold something, the first getting most.
func columnWidths(g *sheet.Grid, width int) map[int]int {
	need := make(map[int]int)
	var order []int
	for k := range g.Rows {
		for j := range g.Rows[k].Cells {
			c := &g.Rows[k].Cells[j]
			n := utf8.RuneCountInString(c.Text)
			if _, ok := need[c.Col]; !ok {
				order = append(order, c.Col)
			}
			need[c.Col] = max(need[c.Col], min(n, 14))
		}
	}
	left := width - 10
	if len(order) > 0 {
		first := order[0]
		for _, c := range order {
			first = min(first, c)
		}
		need[first] = min(40, max(need[first], left/3))
	}
	out := make(map[int]int, len(need))
	for c := 1; c <= g.MaxCol && left > 6; c++ {
		if n, ok := need[c]; ok {
			n = min(max(n, 3), left-3)
			out[c] = n
			left -= n + 3
		}
	}
	return out
}

func drawRow(row *sheet.GridRow, roles []Role, widths map[int]int, o DrawOptions) string {
	var b strings.Builder
	at := 1
	for j := range row.Cells {
		c := &row.Cells[j]
		width, ok := widths[c.Col]
		if !ok {
			continue
		}
		for ; at < c.Col; at++ {
			if n, ok := widths[at]; ok {
				b.WriteString(strings.Repeat(" ", n+2) + "|")
			}
		}
		at = c.Col + 1
		t := fit(shown(c), width)
		role := roles[j]
		if o.Color {
			if colour := roleColours[role]; colour != "" {
				t = colour + t + "\x1b[0m"
			}
			t = " " + t
		} else {
			t = string(roleLetters[role]) + t
		}
		b.WriteString(t + " |")
	}
	return strings.TrimRight(b.String(), " |")
}

// shown is what is drawn of a cell.
func shown(c *sheet.Cell) string {
	if c.NoCache {
		return "=?"
	}
	return headerText(c)
}

// fit cuts or pads a text to a width.
func fit(s string, width int) string {
	n := utf8.RuneCountInString(s)
	if n <= width {
		return s + strings.Repeat(" ", width-n)
	}
	runes := []rune(s)
	return string(runes[:width-1]) + "…"
}
