package layout

import (
	"slices"

	"github.com/statloom/statloom/sources/sheet"
)

// findStrays finds lines with values that say nothing of what they are about, from row k on: no label stands on them,
// and a blank row parts them from the labels above. Labels that are merged over several rows hold for all of these.
func (a *analysis) findStrays(b *block, k int) {
	b.strays = nil
	if len(b.stub) == 0 || b.list != nil {
		return
	}
	labelled, parted := false, false
	for above := 0; k <= b.last; k++ {
		f := &a.rows[k]
		if f.class == cNone {
			continue
		}
		if a.hasLabel(b, k) {
			labelled, parted = true, false
		} else if labelled && f.number-above > 1 {
			parted = true
		}
		above = f.number
		if _, ok := slices.BinarySearch(b.body, k); ok && parted {
			b.strays = append(b.strays, k)
		}
	}
}

// hasLabel reports whether a row has a label of its own, or a part of one that is merged over several rows.
func (a *analysis) hasLabel(b *block, k int) bool {
	for _, c := range b.stub {
		if c == b.unitCol || b.ordinals[c] {
			continue
		}
		if kd, _ := a.at(k, c); kd != blank {
			return true
		}
		if m, ok := a.g.Merge(a.rows[k].number, c); ok && m.Row1 < a.rows[k].number {
			if up, found := searchRow(a.g.Rows, m.Row1); found {
				if kd, _ := a.at(up, m.Col1); kd != blank {
					return true
				}
			}
		}
	}
	return false
}

// cutStrays takes the strays at the end out of the body, unless they are the most of it, and reports whether there are any.
func (a *analysis) cutStrays(b *block) bool {
	a.findStrays(b, b.body[0])
	n := 0
	for n < len(b.strays) && b.strays[len(b.strays)-1-n] == b.body[len(b.body)-1-n] {
		n++
	}
	if n*2 > len(b.body) {
		n = 0
	}
	b.cut, b.strays = slices.Clone(b.strays[len(b.strays)-n:]), nil
	b.body = b.body[:len(b.body)-n]
	b.last = b.body[len(b.body)-1]
	return n > 0
}

// unnamed is a value on a stray line.
type unnamed struct{ cell, text string }

// unnamedCells lists the values on stray lines.
func (a *analysis) unnamedCells(b *block) []unnamed {
	var out []unnamed
	for _, k := range slices.Concat(b.strays, b.cut) {
		for j, kd := range a.kinds[k] {
			if kd != blank && kd != text {
				c := &a.g.Rows[k].Cells[j]
				out = append(out, unnamed{sheet.A1(a.rows[k].number, c.Col), headerText(c)})
			}
		}
	}
	return out
}

// end is the last line that belongs to the block or was cut from it.
func (b *block) end() int {
	if n := len(b.cut); n > 0 {
		return b.cut[n-1]
	}
	return b.last
}
