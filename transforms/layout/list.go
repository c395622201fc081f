package layout

// fewestRecords is how many lines of words make a list on a sheet that has tables too; there, fewer lines are rather a
// header.
const fewestRecords = 6

// withLists adds the lists of words: lines of three and more texts one below the other, under a header.
func (a *analysis) withLists(blocks []*block) []*block {
	var out []*block
	from := 0
	for i := 0; i <= len(blocks); i++ {
		end := len(a.rows)
		if i < len(blocks) {
			end = blocks[i].body[0]
		}
		for from < end {
			first, last := a.wordRun(from, end)
			if first < 0 {
				break
			}
			if i < len(blocks) && a.rows[end].number-a.rows[last].number <= 4 {
				break // the header of what follows
			}
			if b := a.listBlock(first, last, len(blocks) == 0); b != nil {
				out = append(out, b)
			}
			from = last + 1
		}
		if i < len(blocks) {
			out = append(out, blocks[i])
			from = blocks[i].last + 1
		}
	}
	return out
}

// wordRun finds the next lines of at least three texts with at most one blank row between two of them.
func (a *analysis) wordRun(from, end int) (first, last int) {
	first = -1
	for k := from; k < end; k++ {
		f := &a.rows[k]
		if f.class == cNone {
			continue
		}
		if f.texts+f.values+f.years < 3 || f.texts < 2 {
			if first >= 0 && !(f.class == cLabel && k+1 < end && a.adjacent(k, k+1)) {
				return first, last
			}
			continue
		}
		if first >= 0 && f.number-a.rows[last].number > 2 {
			return first, last
		}
		if first < 0 {
			first = k
		}
		last = k
	}
	return first, last
}

// listBlock makes a list of a run of lines: a header of one line, and of the lines below it that have no first column.
func (a *analysis) listBlock(first, last int, alone bool) *block {
	first = a.listHead(first, last)
	b := &block{list: []int{first}}
	left := a.rows[first].first
	for k := first + 1; k <= last; k++ {
		f := &a.rows[k]
		if f.class == cNone {
			continue
		}
		if len(b.body) == 0 && f.first > left {
			b.list = append(b.list, k)
			continue
		}
		if f.texts+f.values+f.years >= 2 {
			b.add(a, k)
		}
	}
	if n := len(b.body); n == 0 || n < fewestRecords && !alone {
		return nil
	}
	return b
}

// listHead gives the first line of a run that can be the header of a list: lines in front of it that a blank row parts
// from the rest, and that have something to say of fewer than half of the columns, are words above the list.
func (a *analysis) listHead(first, last int) int {
	widest := 0
	for k := first; k <= last; k++ {
		widest = max(widest, a.rows[k].texts+a.rows[k].values+a.rows[k].years)
	}
	for k := first; k < last; k++ {
		reach := 0
		for j, kd := range a.kinds[k] {
			if kd == blank {
				continue
			}
			reach++
			if m, ok := a.g.Merge(a.rows[k].number, a.g.Rows[k].Cells[j].Col); ok {
				reach += m.Col2 - m.Col1
			}
		}
		if reach*2 >= widest {
			return first
		}
		if a.rows[k+1].class == cNone || a.rows[k+1].number-a.rows[k].number > 1 {
			first = k + 1
			for first < last && a.rows[first].class == cNone {
				first++
			}
		}
	}
	return first
}
