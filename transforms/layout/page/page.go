// Package page draws the page on which a person sees what was understood of a book and corrects it: the sheets with the
// roles of their cells, what was decided of each table and how sure that is, and the questions to answer in a recipe.
package page

import (
	"bytes"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/draw"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/layout"
	"github.com/statloom/statloom/transforms/period"
)

// Options say how a page is made. The zero value is of use.
type Options struct {
	Language         string // shown first, vi or en; "" for that of the books. The page holds both
	Config           string // name of the configuration that the answers go into
	MaxRows, MaxCols int    // drawn of each sheet; 0 for DefaultRows and DefaultCols
	MaxBytes         int    // of all drawn sheets: sheets beyond are drawn shorter and shorter; 0 for DefaultBytes
}

// How much is drawn where Options do not say.
const (
	DefaultRows  = draw.DefaultRows
	DefaultCols  = draw.DefaultCols
	DefaultBytes = 4 << 20
	fewestRows   = 25 // of a sheet for which little room is left
	cellBytes    = 50 // about what a cell takes
)

// Dataset is a dataset that is proposed for a table.
type Dataset struct {
	ID         string
	Table      int    // which of the sheet's tables, from 1
	YAML       string // its entry in the configuration
	Read, Lost int    // figures that it reads, and figures that it cannot use
	Why        string // the first that is lost, and why
}

// Reading is what a proposed dataset makes of a cell.
type Reading struct {
	Period, Unit, Status string
	Lost                 string // why it is not used
}

// Page gathers sheets; Write writes them.
type Page struct {
	o      Options
	sheets []*section
	bytes  int

	texts, vietnamese int // texts looked at for the language, and those that are Vietnamese
}

// New begins a page.
func New(o Options) *Page {
	if o.MaxRows == 0 {
		o.MaxRows = DefaultRows
	}
	if o.MaxCols == 0 {
		o.MaxCols = DefaultCols
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultBytes
	}
	if o.Config == "" {
		o.Config = "config.yaml"
	}
	return &Page{o: o}
}

// Questions counts the questions of all sheets so far.
func (p *Page) Questions() (n int) {
	for _, s := range p.sheets {
		n += s.Questions
	}
	return n
}

// section is a sheet of the page.
type section struct {
	ID, Book, Name string
	Hidden         bool
	Drawn          template.HTML
	LeftOut        [2]string // in Vietnamese and English
	Folds          bool      // it has hidden rows or columns to fold
	Details        details
	Tables         []table
	Questions      int
}

// table is what is said of one table.
type table struct {
	ID, Range, At string // At is the id of the place in the drawn sheet
	N             int
	Title, Unit   string
	Decisions     []layout.Decision
	Questions     []Question
	Datasets      []Dataset
	Identities    []string
	MoreIdents    int
}

// details are the texts that cells refer to by number: data-k is the numbers of row path, column path, unit, period and
// remark, with the status behind.
type details struct {
	Paths [][]string `json:"paths"`
	Texts []string   `json:"texts"`
}

// Add draws a recognised sheet. readings are by cell, "B7", and may be nil.
func (p *Page) Add(book string, g *sheet.Grid, s *layout.Sheet, datasets []Dataset, readings map[string]Reading) error {
	sec := &section{ID: "s" + strconv.Itoa(len(p.sheets)+1), Book: book, Name: g.Name, Hidden: g.Hidden}
	p.sheets = append(p.sheets, sec)
	p.listen(g)
	starts := map[[2]int]string{}
	for i, t := range s.Tables {
		entry := table{ID: fmt.Sprintf("%st%d", sec.ID, i+1), N: i + 1, Range: t.Range.String(), Title: t.Title, Unit: t.Unit,
			Decisions: t.Decisions, Questions: Questions(t)}
		for _, d := range datasets {
			if d.Table == i+1 {
				entry.Datasets = append(entry.Datasets, d)
			}
		}
		const most = 30
		for k, id := range t.Identities {
			if k == most {
				entry.MoreIdents = len(t.Identities) - most
				break
			}
			entry.Identities = append(entry.Identities, id.String())
		}
		at := [2]int{t.Range.Row1, t.Range.Col1}
		if m, ok := g.Merge(at[0], at[1]); ok {
			at = [2]int{m.Row1, m.Col1}
		}
		if starts[at] == "" {
			starts[at] = entry.ID + "c"
		}
		entry.At = starts[at]
		sec.Questions += len(entry.Questions)
		sec.Tables = append(sec.Tables, entry)
	}
	return p.draw(sec, g, s, starts, readings)
}

// listen looks for the letters that Vietnamese alone has.
func (p *Page) listen(g *sheet.Grid) {
	const most = 2000
	for i := range g.Rows {
		for j := range g.Rows[i].Cells {
			c := &g.Rows[i].Cells[j]
			if c.Type != sheet.Text || p.texts == most {
				continue
			}
			p.texts++
			if strings.ContainsFunc(c.Text, func(r rune) bool { return strings.ContainsRune("ăđơưĂĐƠƯ", r) || r >= 0x1ea0 && r <= 0x1ef9 }) {
				p.vietnamese++
			}
		}
	}
}

// language is the one that the page opens in.
func (p *Page) language() string {
	if p.o.Language == "vi" || p.o.Language == "en" {
		return p.o.Language
	}
	if p.vietnamese*10 > p.texts {
		return "vi"
	}
	return "en"
}

// draw draws the sheet of a section, as much as there is room for.
func (p *Page) draw(sec *section, g *sheet.Grid, s *layout.Sheet, starts map[[2]int]string, readings map[string]Reading) error {
	rows := p.o.MaxRows
	if left := (p.o.MaxBytes - p.bytes) / cellBytes / max(1, min(g.MaxCol, p.o.MaxCols)); left < rows {
		rows = max(left, min(fewestRows, rows))
	}
	if p.bytes >= p.o.MaxBytes {
		rows = -1
	}
	inWindow := draw.Lay(g, draw.Options{MaxRows: rows, MaxCols: p.o.MaxCols})
	marks := newMarks(g, s, inWindow, readings)
	first := true
	drawn := draw.Lay(g, draw.Options{MaxRows: rows, MaxCols: p.o.MaxCols, ID: sec.ID + "g", Languages: []string{"vi", "en"},
		Mark: func(row, col int, c *sheet.Cell) draw.Mark {
			m := draw.Mark{ID: starts[[2]int{row, col}]}
			if c == nil {
				return m
			}
			m.Class = roleClass(s.Role(row, col))
			if k, ok := marks.cells[[2]int{row, col}]; ok {
				m.Data, m.Focus, first = k, first, false
			}
			return m
		}})
	var b bytes.Buffer
	if len(drawn.Rows) > 0 && len(drawn.Columns) > 0 {
		if err := drawn.Write(&b); err != nil {
			return err
		}
	}
	p.bytes += b.Len()
	sec.Drawn, sec.Details, sec.Folds = template.HTML(b.String()), marks.details, drawn.HasHidden
	sec.LeftOut = [2]string{drawn.LeftOut("vi"), drawn.LeftOut("en")}
	return nil
}

// roleClass is the class of cells with a role; page.css gives each its colour and its letter.
func roleClass(r layout.Role) string {
	return [...]string{layout.Metadata: "rm", layout.Header: "rh", layout.Group: "rg", layout.Data: "rd", layout.Derived: "rs", layout.Notes: "rn"}[r]
}

// marks are the data attributes of a sheet's figures.
type marks struct {
	details details
	cells   map[[2]int][]draw.Attr
	paths   map[string]int
	texts   map[string]int
	periods map[string]string
}

func newMarks(g *sheet.Grid, s *layout.Sheet, window *draw.Sheet, readings map[string]Reading) *marks {
	m := &marks{cells: map[[2]int][]draw.Attr{}, paths: map[string]int{}, texts: map[string]int{}, periods: map[string]string{}}
	m.details = details{Paths: [][]string{}, Texts: []string{""}}
	m.texts[""] = 0
	for c := range layout.Cells(g, s) {
		if !window.Drawn(c.Row, c.Col) {
			continue
		}
		r, read := readings[c.Cell]
		if !read {
			r.Period = m.periodOf(c)
		}
		if r.Unit == "" {
			r.Unit = c.Unit
		}
		if r.Status == "" {
			r.Status = c.Status
		}
		remark := c.Comment
		if r.Lost != "" {
			remark = r.Lost
		}
		k := fmt.Sprintf("%d,%d,%d,%d,%d,%s", m.path(c.RowPath), m.path(c.ColPath), m.text(r.Unit), m.text(r.Period), m.text(remark), r.Status)
		attrs := []draw.Attr{{Name: "k", Value: k}}
		if at := g.At(c.Row, c.Col); c.Value != nil && at.Type == sheet.Text {
			attrs = append(attrs, draw.Attr{Name: "v", Value: strconv.FormatFloat(*c.Value, 'f', -1, 64)})
		}
		m.cells[[2]int{c.Row, c.Col}] = attrs
	}
	return m
}

func (m *marks) path(labels []string) int {
	key := strings.Join(labels, "\x00")
	n, ok := m.paths[key]
	if !ok {
		n = len(m.details.Paths)
		m.paths[key] = n
		m.details.Paths = append(m.details.Paths, append([]string{}, labels...))
	}
	return n
}

func (m *marks) text(s string) int {
	n, ok := m.texts[s]
	if !ok {
		n = len(m.details.Texts)
		m.texts[s] = n
		m.details.Texts = append(m.details.Texts, s)
	}
	return n
}

// periodOf tells the time of a figure that no dataset reads: what its header says, else its labels, else the title.
func (m *marks) periodOf(c layout.CellOut) string {
	key := strings.Join(c.ColPath, " | ") + "\x00" + strings.Join(c.RowPath, " ") + "\x00" + c.Title
	if text, ok := m.periods[key]; ok {
		return text
	}
	text := ""
	var context *period.Period
	if p, ok := period.Parse(c.Title); ok {
		context = &p
	}
	row, inRow := period.Parse(fold.Space(strings.Join(c.RowPath, " ")))
	head, inHead := period.ParseHeader(strings.Join(c.ColPath, " | "), context)
	switch {
	case inHead && (context == nil || !head.Period.Equal(*context)):
		text = head.Period.String()
	case inRow:
		text = row.String()
	case inHead:
		text = head.Period.String()
	case context != nil:
		text = context.String()
	}
	m.periods[key] = text
	return text
}
