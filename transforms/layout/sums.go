package layout

import (
	"math"
	"slices"
)

// sums looks for sums and reports whether there were new ones.
func (s *search) sums() bool {
	var list []relation
	for r := range s.n {
		if len(s.probes[r]) == 0 {
			continue
		}
		for _, step := range []int{1, -1} {
			list = s.runs(list, r, step, nil, costRun)
			if len(s.found) > 0 {
				list = s.runs(list, r, step, s.part, costGaps)
				list = s.runs(list, r, step, s.total, costGaps)
				list = s.runs(list, r, step, s.plain(), costGaps)
			}
		}
		if s.kin != nil {
			for _, parts := range s.kin[r] {
				list = s.offer(list, Sum, r, s.telling(parts), 1, costKin)
			}
		}
		if s.other || s.n <= stridedRows {
			list = s.strides(list, r, nil)
			if len(s.found) > 0 {
				list = s.strides(list, r, s.part)
			}
		}
		list = s.twos(list, r)
	}
	return s.accept(list)
}

// telling leaves out the lines that have nothing to add.
func (s *search) telling(lines []int) []int {
	return slices.DeleteFunc(slices.Clone(lines), func(l int) bool { return len(s.probes[l]) == 0 })
}

// tally adds up lines in the places that tell most about the line they may make up.
type tally struct {
	sum, half [3]float64
	lines     int
}

// add adds a line.
func (t *tally) add(s *search, r, line int) {
	t.lines++
	for i, q := range s.probes[r] {
		if v := s.at(line, q); !math.IsNaN(v) {
			t.sum[i] += v
			t.half[i] = max(t.half[i], s.halfAt(line, q))
		}
	}
}

// compare counts the places that come near to line r, and those that are beyond it already; less is taken off each sum.
func (t *tally) compare(s *search, r int, less [3]float64) (near, over int) {
	for i, q := range s.probes[r] {
		want, half := s.at(r, q), s.halfAt(r, q)
		tol := sumTolerance(half, max(half, t.half[i]), t.lines) + slip(half, want)
		switch got := t.sum[i] - less[i]; {
		case math.Abs(got-want) <= tol:
			near++
		case got > want+tol && want >= 0:
			over++
		}
	}
	return near, over
}

// runs tries the sums of the lines next to line r, in one direction, leaving some out.
func (s *search) runs(list []relation, r, step int, skip []bool, cost float64) []relation {
	probes := len(s.probes[r])
	var sum tally
	parts := make([]int, 0, 16)
	checks, left := 0, false
	for p := r + step; p >= 0 && p < s.n && len(parts) < longestRun && checks < checksEach; p += step {
		if len(s.probes[p]) == 0 {
			continue
		}
		if skip != nil && skip[p] || s.leave != nil && s.leave[p] && !s.leave[r] {
			left = true
			continue
		}
		parts = append(parts, p)
		sum.add(s, r, p)
		near, over := sum.compare(s, r, [3]float64{})
		if skip == nil && near*2 < probes && len(parts) > 2 && len(parts) <= 30 && s.n <= searchedPairs {
			list = s.butOne(list, r, parts, &sum)
		}
		if over == probes && !s.negative {
			break
		}
		if len(parts) < 2 || near*2 < probes || skip != nil && !left {
			continue
		}
		list = s.offer(list, Sum, r, parts, 1, cost+math.Log2(float64(len(parts)))/2)
		checks++
	}
	return list
}

// butOne tries the sum of some lines without one of them: one that is no part of it, such as a ratio among sums.
func (s *search) butOne(list []relation, r int, parts []int, sum *tally) []relation {
	probes := s.probes[r]
	for i, p := range parts[:len(parts)-1] {
		var less [3]float64
		for j, q := range probes {
			if v := s.at(p, q); !math.IsNaN(v) {
				less[j] = v
			}
		}
		if near, _ := sum.compare(s, r, less); near > 0 && near*2 >= len(probes) {
			rest := slices.Delete(slices.Clone(parts), i, i+1)
			list = s.offer(list, Sum, r, rest, 1, costGaps+2+math.Log2(float64(len(parts))))
		}
	}
	return list
}

// strides tries the sums of lines at equal distances: the totals of tables that repeat a group of columns.
func (s *search) strides(list []relation, r int, skip []bool) []relation {
	widest := rowStride
	if s.other {
		widest = window
	}
	for stride := 2; stride <= widest && stride*2 < s.n; stride++ {
		for _, step := range []int{stride, -stride} {
			list = s.stride(list, r, step, skip)
		}
	}
	return list
}

func (s *search) stride(list []relation, r, step int, skip []bool) []relation {
	var sum tally
	parts := make([]int, 0, 16)
	left := skip == nil
	for p := r + step; p >= 0 && p < s.n && len(parts) < longestRun; p += step {
		if skip != nil && skip[p] {
			left = true
			continue
		}
		parts = append(parts, p)
		sum.add(s, r, p)
		if near, _ := sum.compare(s, r, [3]float64{}); !left || len(parts) < 2 || near*2 < len(s.probes[r]) {
			continue
		}
		before := len(list)
		if list = s.offer(list, Sum, r, slices.Clone(parts), 1, costStride+2); len(list) > before {
			break
		}
	}
	return list
}

// twos tries the sums of two lines nearby, which are differences too.
func (s *search) twos(list []relation, r int) []relation {
	probes := s.probes[r]
	reach := window
	if s.n > searchedPairs {
		reach = 4
	}
	from, to := max(0, r-reach), min(s.n-1, r+reach)
	for x := from; x <= to; x++ {
		if x == r || len(s.probes[x]) == 0 {
			continue
		}
		for y := x + 1; y <= to; y++ {
			if y == r || y-x > widestSpan && x != r-1 && y != r+1 {
				continue
			}
			near, mean := 0, 0
			for _, q := range probes {
				b, c, want, half := s.at(x, q), s.at(y, q), s.at(r, q), s.halfAt(r, q)
				parts := max(half, s.halfAt(x, q), s.halfAt(y, q))
				if math.Abs(b+c-want) <= half+2*parts+slip(half, want) {
					near++
				}
				if math.Abs((b+c)/2-want) <= 2*half+slip(half, want) {
					mean++
				}
			}
			cost := float64(costPair)
			if far := max(r, x, y) - min(r, x, y); far == 2 {
				cost = costRun
			}
			if near > 0 && near*2 >= len(probes) {
				list = s.offer(list, Sum, r, []int{x, y}, 1, cost)
			}
			if mean > 0 && mean*2 >= len(probes) {
				list = s.offer(list, Average, r, []int{x, y}, 1, cost)
			}
		}
	}
	return list
}

// plain marks the lines that are no totals.
func (s *search) plain() []bool {
	if s.notTotal == nil {
		s.notTotal = make([]bool, s.n)
		for r := range s.n {
			s.notTotal[r] = !s.total[r]
		}
	}
	return s.notTotal
}

func (s *search) blankLine(r int) bool {
	for p := range s.m {
		if !math.IsNaN(s.at(r, p)) {
			return false
		}
	}
	return true
}
