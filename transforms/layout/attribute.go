package layout

import (
	"slices"
	"strings"

	"github.com/statloom/statloom/transforms/fold"
)

// Attribute is what a line above the values says of one column: its unit, its kind of series, its identifier.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// mostAttributes is how many lines of attributes a table may begin with.
const mostAttributes = 12

// takeAttributes makes lines of attributes part of the header. They stand where the labels are dates or years all the
// way down: the first lines, whose labels are words, describe the columns and are no values of theirs.
func (a *analysis) takeAttributes(b *block) {
	if len(b.stub) == 0 || len(b.body) < 6 || b.pins.HeaderRows > 0 || b.list != nil {
		return
	}
	first := b.stub[0]
	isWord := func(k int) bool { kd, _ := a.at(k, first); return kd == text }
	n := 0
	for n < len(b.body) && n < mostAttributes && isWord(b.body[n]) {
		n++
	}
	if n == 0 || len(b.body) < 3*n {
		return
	}
	for _, i := range sample(len(b.body)-n, 200) {
		if kd, _ := a.at(b.body[n+i], first); kd != year && kd != date {
			return
		}
	}
	top := b.body[0]
	for k := top - 1; k > b.prev && a.adjacent(k, k+1) && isWord(k) && a.rows[k].class != cLabel; k-- {
		top = k // lines of words among them
	}
	at, _ := slices.BinarySearch(b.header, top)
	b.header = b.header[:at]
	if len(b.header) == 0 && top > b.prev+1 && a.rows[top-1].class != cNone && a.adjacent(top-1, top) {
		b.header = []int{top - 1}
	}
	for k := top; k < b.body[n]; k++ {
		if a.rows[k].class != cNone {
			b.header = append(b.header, k)
			b.attributes = append(b.attributes, k)
		}
	}
	b.body = b.body[n:]
}

// attribute tells whether a row is a line of attributes.
func (b *block) attribute(k int) bool { return slices.Contains(b.attributes, k) }

// describe gives the columns their attributes. A unit among them is the column's own. Columns whose headers are the same
// get the first attribute that tells them apart as a further level.
func (a *analysis) describe(b *block, t *Table) {
	if len(b.attributes) == 0 {
		return
	}
	groups := make(map[string][]int)
	for i := range t.Columns {
		col := &t.Columns[i]
		for _, k := range b.attributes {
			kd, cell := a.at(k, col.Col)
			named, name := a.at(k, b.stub[0])
			if kd == blank || named == blank { // a line among them may have no name
				continue
			}
			col.Attributes = append(col.Attributes, Attribute{strings.TrimRight(headerText(name), " :"), headerText(cell)})
			if isUnitHead(fold.Label(name.Text)) {
				col.Unit = fold.Space(cell.Text)
				if u := a.unitIn(cell.Text); u != "" {
					col.Unit = u
				}
			}
		}
		key := strings.Join(col.Path, "\x00")
		groups[key] = append(groups[key], i)
	}
	for _, same := range groups {
		if len(same) > 1 {
			t.tellApart(same)
		}
	}
}

// tellApart adds the first attribute that differs among some columns to their headers.
func (t *Table) tellApart(same []int) {
	for j := range t.Columns[same[0]].Attributes {
		values := make(map[string]bool)
		for _, i := range same {
			if len(t.Columns[i].Attributes) <= j {
				return
			}
			values[t.Columns[i].Attributes[j].Value] = true
		}
		if len(values) == len(same) {
			for _, i := range same {
				t.Columns[i].Path = append(slices.Clone(t.Columns[i].Path), t.Columns[i].Attributes[j].Value)
			}
			return
		}
	}
}
