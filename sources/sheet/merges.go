package sheet

import "slices"

// mergeIndex finds the merged range a cell belongs to, however large the ranges are and however many: a segment tree
// over the rows, each node holding the ranges that cover all its rows, by column.
type mergeIndex struct {
	merges []Range
	leaves int // a power of two above the last row
	nodes  map[int][]int32
}

// newMergeIndex indexes what lies within the used part of the sheet.
func newMergeIndex(merges []Range, maxRow, maxCol int) mergeIndex {
	x := mergeIndex{merges: merges, leaves: 1, nodes: map[int][]int32{}}
	for x.leaves <= maxRow {
		x.leaves *= 2
	}
	for k, m := range merges {
		if m.Col1 > maxCol || m.Row1 > maxRow {
			continue
		}
		lo, hi := m.Row1+x.leaves, min(m.Row2, maxRow)+x.leaves+1
		for ; lo < hi; lo, hi = lo/2, hi/2 {
			if lo%2 == 1 {
				x.nodes[lo] = append(x.nodes[lo], int32(k))
				lo++
			}
			if hi%2 == 1 {
				hi--
				x.nodes[hi] = append(x.nodes[hi], int32(k))
			}
		}
	}
	for _, node := range x.nodes {
		slices.SortStableFunc(node, func(a, b int32) int { return merges[a].Col1 - merges[b].Col1 })
	}
	return x
}

func (x mergeIndex) find(row, col int) (Range, bool) {
	if row < 1 || row >= x.leaves || len(x.nodes) == 0 {
		return Range{}, false
	}
	for n := row + x.leaves; n >= 1; n /= 2 {
		node := x.nodes[n]
		k, _ := slices.BinarySearchFunc(node, col+1, func(m int32, c int) int { return x.merges[m].Col1 - c })
		if k > 0 {
			if m := x.merges[node[k-1]]; m.Contains(row, col) {
				return m, true
			}
		}
	}
	return Range{}, false
}
