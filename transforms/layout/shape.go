package layout

import (
	"math"
	"slices"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
)

// Shapes gives the shapes of all tables of the sheet.
func (s *Sheet) Shapes() []transforms.TableShape {
	out := make([]transforms.TableShape, len(s.Tables))
	for i, t := range s.Tables {
		out[i] = t.shape(s.grid)
		out[i].Lines, out[i].More = t.lineLabels()
	}
	return out
}

// keepShape puts the shape of a table that is read into the report. The records of a register are no part of its shape.
func (u *run) keepShape(g *sheet.Grid, t *Table) {
	s := t.shape(g)
	if u.recipe.Shape != transforms.Register {
		s.Lines, s.More = t.lineLabels()
	}
	u.report.Shapes = append(u.report.Shapes, s)
}

// shape is a table's shape without its lines.
func (t *Table) shape(g *sheet.Grid) transforms.TableShape {
	s := transforms.TableShape{Sheet: g.Name, Range: t.Range.String(), Title: t.Title, Unit: t.Unit}
	sizes := t.sizes(g)
	for i := range t.Columns {
		c := &t.Columns[i]
		l := transforms.Label{Path: c.Path, Unit: c.Unit, Cell: sheet.A1(t.Range.Row1, c.Col)}
		for _, row := range slices.Backward(t.HeaderRows) {
			if cell := g.At(row, c.Col); cell != nil && !isBlank(cell) {
				l.Cell = sheet.A1(row, c.Col)
				break
			}
		}
		l.Size, l.Count = median(sizes[c.Col])
		s.Columns = append(s.Columns, l)
	}
	return s
}

// lineLabels gives the labels of the lines, and how many there are beyond those.
func (t *Table) lineLabels() (labels []transforms.Label, more int) {
	n := min(len(t.Lines), transforms.MaxShapeLines)
	col := t.Range.Col1
	if len(t.StubCols) > 0 {
		col = t.StubCols[0]
	}
	for i := range t.Lines[:n] {
		l := &t.Lines[i]
		labels = append(labels, transforms.Label{Path: l.Path, Unit: l.Unit, Cell: sheet.A1(l.Row, col)})
	}
	return labels, len(t.Lines) - n
}

// sizes gives the decimal logarithms of the figures' sizes by column.
func (t *Table) sizes(g *sheet.Grid) map[int][]float64 {
	sizes := map[int][]float64{}
	n := 0
	for c := range t.cells(g) {
		if c.Value != nil && *c.Value != 0 {
			sizes[c.Col] = append(sizes[c.Col], math.Log10(math.Abs(*c.Value)))
		}
		if n++; n == maxSized {
			break
		}
	}
	return sizes
}

// maxSized is how many figures are looked at for their size: a median needs no more.
const maxSized = 20_000

func median(v []float64) (float64, int) {
	if len(v) == 0 {
		return 0, 0
	}
	slices.Sort(v)
	return v[len(v)/2], len(v)
}
