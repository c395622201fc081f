package cube

import (
	"context"
	"strings"
	"unicode"

	"github.com/statloom/statloom/sources/sheet"
)

// Remark hangs on the cell of one value.
type Remark struct {
	Value int64 // index of the value in the cube
	Text  string
}

// Printer writes a table row by row.
type Printer struct {
	t     *Table
	visit func(*sheet.Row) error
	ctx   context.Context
	next  int // number of the next row
	cells []sheet.Cell
	at    []int // which label of each dimension down the row has
	tail  sheet.Tail
}

// Print begins a table: it hands out all that stands above the values.
func (t *Table) Print(ctx context.Context, visit func(*sheet.Row) error) (*Printer, error) {
	p := &Printer{t: t, visit: visit, ctx: ctx, next: 1, at: make([]int, len(t.stub))}
	for _, title := range t.Titles {
		p.put(1, sheet.Cell{Type: sheet.Text, Text: title, Style: bold})
		if err := p.flush(); err != nil {
			return nil, err
		}
	}
	if t.Unit != "" {
		p.put(1, sheet.Cell{Type: sheet.Text, Text: t.words().unit + ": " + t.Unit})
		if err := p.flush(); err != nil {
			return nil, err
		}
	}
	return p, p.head()
}

func (p *Printer) put(col int, c sheet.Cell) {
	c.Col = col
	p.cells = append(p.cells, c)
}

// flush hands the row out.
func (p *Printer) flush() error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	row := sheet.Row{Number: p.next, Cells: p.cells}
	p.next++
	p.cells = p.cells[:0]
	if len(row.Cells) == 0 {
		return nil
	}
	return p.visit(&row)
}

// head prints the header rows.
func (p *Printer) head() error {
	t := p.t
	last := t.bodyRow - 1
	for i, d := range t.stub {
		p.stubHead(i+1, d.Name, last)
	}
	if t.unitCol > 0 {
		p.stubHead(t.unitCol, t.words().unit, last)
	}
	if len(t.head) == 0 {
		p.put(t.firstCol, sheet.Cell{Type: sheet.Text, Text: t.words().value, Style: bold})
		return p.flush()
	}
	span := t.Width
	for _, d := range t.head {
		span /= int64(len(d.Labels))
		p.spans(span, len(d.Labels), d.label)
		if err := p.flush(); err != nil {
			return err
		}
	}
	if t.unitDim < len(t.stub) {
		return nil
	}
	d := t.Dims[t.unitDim]
	p.spans(Product(t.Dims[t.unitDim+1:]), len(d.Labels), func(i int) string {
		if d.Units[i] == "" {
			return ""
		}
		return t.words().unit + ": " + d.Units[i]
	})
	return p.flush()
}

func (p *Printer) stubHead(col int, name string, last int) {
	if strings.TrimSpace(name) == "" {
		return
	}
	p.put(col, sheet.Cell{Type: sheet.Text, Text: name, Style: bold})
	if last > p.next {
		p.tail.Merges = append(p.tail.Merges, sheet.Range{Row1: p.next, Col1: col, Row2: last, Col2: col})
	}
}

// spans prints labels over the width of the table, each over as many columns as span says, again and again.
func (p *Printer) spans(span int64, n int, label func(int) string) {
	style := bold
	if span > 1 {
		style = middle
	}
	for k := int64(0); k*span < p.t.Width; k++ {
		text := label(int(k % int64(n)))
		if text == "" {
			continue
		}
		col := p.t.firstCol + int(k*span)
		p.put(col, sheet.Cell{Type: sheet.Text, Text: text, Style: style})
		if span > 1 {
			p.tail.Merges = append(p.tail.Merges, sheet.Range{Row1: p.next, Col1: col, Row2: p.next, Col2: col + int(span) - 1})
		}
	}
}

// Row prints line index of the table (the values from index*Width on). value gives the cell of the k-th of them; cells
// that hold nothing are left out. Remarks hang on values of this line.
func (p *Printer) Row(index int64, value func(k int) sheet.Cell, remarks []Remark) error {
	t, at, rest := p.t, p.at, index
	for i := len(t.stub) - 1; i >= 0; i-- {
		size := int64(len(t.stub[i].Labels))
		at[i] = int(rest % size)
		rest /= size
	}
	decimals := t.Decimals
	for i := range t.stub {
		d := &t.stub[i]
		style := plain
		if d.Indents != nil {
			style = indentStyle(d.Indents[at[i]])
		}
		if text := d.label(at[i]); text != "" {
			p.put(i+1, sheet.Cell{Type: sheet.Text, Text: text, Style: style})
		}
		if d.Decimals != nil && d.Decimals[at[i]] >= 0 {
			decimals = d.Decimals[at[i]]
		}
	}
	if len(t.stub) == 0 {
		p.put(1, sheet.Cell{Type: sheet.Text, Text: t.words().value})
	}
	if t.unitCol > 0 {
		if u := t.Dims[t.unitDim].Units[at[t.unitDim]]; u != "" {
			p.put(t.unitCol, sheet.Cell{Type: sheet.Text, Text: u})
		}
	}
	for k := range int(t.Width) {
		c := value(k)
		if c.Type == sheet.Empty {
			continue
		}
		if c.Type == sheet.Number {
			c.Style = numberStyle(t.columnDecimals(k, decimals))
		}
		p.put(t.firstCol+k, c)
	}
	for _, r := range remarks {
		p.tail.Comments = append(p.tail.Comments, sheet.Comment{Row: p.next, Col: t.firstCol + int(r.Value%t.Width), Text: r.Text})
	}
	return p.flush()
}

// columnDecimals gives the decimals that the dimensions across ask for in a column.
func (t *Table) columnDecimals(k int, decimals int) int {
	for i := len(t.head) - 1; i >= 0; i-- {
		d := &t.head[i]
		if d.Decimals != nil && d.Decimals[k%len(d.Labels)] >= 0 {
			decimals = d.Decimals[k%len(d.Labels)]
		}
		k /= len(d.Labels)
	}
	return decimals
}

// End prints the notes and gives what the sheet says of itself.
func (p *Printer) End() (*sheet.Tail, error) {
	if len(p.t.Notes) > 0 {
		p.next++ // an empty row
	}
	for _, note := range p.t.Notes {
		if strings.TrimSpace(note) == "" {
			continue
		}
		if !strings.ContainsFunc(note, unicode.IsLetter) {
			note = Note(p.t.Lang) + note // digits alone would be taken for a value
		}
		p.put(1, sheet.Cell{Type: sheet.Text, Text: note})
		if err := p.flush(); err != nil {
			return nil, err
		}
	}
	return &p.tail, nil
}
