package layout

import "slices"

// linesOf gives, for each line of figures, the line of the table; nil for one without labels.
func (t *Table) linesOf(f *figures) []*Line {
	at := make(map[int]*Line, len(t.Lines))
	for i := range t.Lines {
		at[t.Lines[i].Row] = &t.Lines[i]
	}
	lines := make([]*Line, f.n)
	for r, row := range f.place {
		lines[r] = at[row]
	}
	return lines
}

// kin lists, for each line of figures, the lines that its label makes likely parts of it: those right below it in the
// hierarchy, and those beside it.
func (f *figures) kin(b *block, lines []*Line) [][][]int {
	if f.n != len(b.body) || f.n > searchedPairs {
		return nil // a sample has gaps in its hierarchy
	}
	deep := false
	for r := 1; r < f.n; r++ {
		deep = deep || lines[r] != nil && lines[0] != nil && len(lines[r].Path) != len(lines[0].Path)
	}
	if !deep {
		return nil
	}
	out := make([][][]int, f.n)
	for r, l := range lines {
		if l == nil || len(l.Path) == 0 {
			continue
		}
		for _, set := range [][]int{f.children(lines, r), f.siblings(lines, r, 1), f.siblings(lines, r, -1)} {
			if len(set) > 1 && len(set) <= longestRun {
				out[r] = append(out[r], set)
			}
		}
	}
	return out
}

// children are the lines one level below a line.
func (f *figures) children(lines []*Line, r int) []int {
	out := f.ints.rest[:0]
	path := lines[r].Path
	for i := r + 1; i < len(lines) && lines[i] != nil; i++ {
		p := lines[i].Path
		if len(p) <= len(path) || !slices.Equal(p[:len(path)], path) {
			break
		}
		if len(p) == len(path)+1 && len(out) <= longestRun {
			out = append(out, i)
		}
	}
	return f.ints.taken(out)
}

// siblings are the lines of the level of a line, downwards or upwards, under the same label.
func (f *figures) siblings(lines []*Line, r, step int) []int {
	out := f.ints.rest[:0]
	path := lines[r].Path
	above := path[:len(path)-1]
	for i := r + step; i >= 0 && i < len(lines) && lines[i] != nil; i += step {
		p := lines[i].Path
		if len(p) < len(path) || !slices.Equal(p[:len(above)], above) {
			break
		}
		if len(p) == len(path) {
			out = append(out, i)
		}
		if len(out) > longestRun {
			break // too many to be looked at
		}
	}
	return f.ints.taken(out)
}
