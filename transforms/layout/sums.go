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
		if s.other || len(s.found) == 0 && s.n <= stridedRows {
			list = s.strides(list, r)
		}
		list = s.twos(list, r)
	}
	return s.accept(list)
}

// runs tries the sums of the lines next to line r, in one direction, leaving some out.
func (s *search) runs(list []relation, r, step int, skip []bool, cost float64) []relation {
	probes := s.probes[r]
	var sum [3]float64
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
		over := 0
		near := 0
		for i, q := range probes {
			if v := s.at(p, q); !math.IsNaN(v) {
				sum[i] += v
			}
			want := s.at(r, q)
			tol := sumTolerance(s.halfAt(r, q), s.halfAt(r, q), len(parts)) + slip(s.halfAt(r, q), want)
			switch {
			case math.Abs(sum[i]-want) <= tol:
				near++
			case sum[i] > want+tol && want >= 0:
				over++
			}
		}
		if skip == nil && near*2 < len(probes) && len(parts) > 2 && len(parts) <= 30 && s.n <= searchedPairs {
			list = s.butOne(list, r, parts, sum)
		}
		if over == len(probes) && !s.negative {
			break
		}
		if len(parts) < 2 || near*2 < len(probes) || skip != nil && !left {
			continue
		}
		list = s.offer(list, Sum, r, parts, 1, cost+math.Log2(float64(len(parts)))/2)
		checks++
	}
	return list
}

// butOne tries the sum of some lines without one of them: one that is no part of it, such as a ratio among sums.
func (s *search) butOne(list []relation, r int, parts []int, sum [3]float64) []relation {
	probes := s.probes[r]
	for i, p := range parts[:len(parts)-1] {
		near := 0
		for j, q := range probes {
			want := s.at(r, q)
			if math.Abs(sum[j]-s.at(p, q)-want) <= sumTolerance(s.halfAt(r, q), s.halfAt(r, q), len(parts)-1)+slip(s.halfAt(r, q), want) {
				near++
			}
		}
		if near > 0 && near*2 >= len(probes) {
			rest := slices.Delete(slices.Clone(parts), i, i+1)
			list = s.offer(list, Sum, r, rest, 1, costGaps+2+math.Log2(float64(len(parts))))
		}
	}
	return list
}

// strides tries the sums of lines at equal distances: the totals of tables that repeat a group of columns.
func (s *search) strides(list []relation, r int) []relation {
	probes := s.probes[r]
	for stride := 2; stride <= 12 && stride*2 < s.n; stride++ {
		for _, step := range []int{stride, -stride} {
			var sum [3]float64
			parts := make([]int, 0, 16)
			for p := r + step; p >= 0 && p < s.n && len(parts) < longestRun; p += step {
				parts = append(parts, p)
				near := 0
				for i, q := range probes {
					if v := s.at(p, q); !math.IsNaN(v) {
						sum[i] += v
					}
					want := s.at(r, q)
					if math.Abs(sum[i]-want) <= sumTolerance(s.halfAt(r, q), s.halfAt(r, q), len(parts))+slip(s.halfAt(r, q), want) {
						near++
					}
				}
				if len(parts) < 2 || near*2 < len(probes) {
					continue
				}
				before := len(list)
				if list = s.offer(list, Sum, r, slices.Clone(parts), 1, costStride+2); len(list) > before {
					break
				}
			}
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
			if y == r {
				continue
			}
			near, mean := 0, 0
			for _, q := range probes {
				b, c, want := s.at(x, q), s.at(y, q), s.at(r, q)
				if math.Abs(b+c-want) <= 3*s.halfAt(r, q)+slip(s.halfAt(r, q), want) {
					near++
				}
				if math.Abs((b+c)/2-want) <= 2*s.halfAt(r, q)+slip(s.halfAt(r, q), want) {
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

// averages looks for lines that hold the mean of lines next to them.
func (s *search) averages() {
	var list []relation
	for r := range s.n {
		if !s.hints[r].announces(Average) && !s.fractional(r) {
			continue
		}
		for _, step := range []int{1, -1} {
			list = s.means(list, r, step)
		}
	}
	s.accept(list)
}

func (s *search) means(list []relation, r, step int) []relation {
	probes := s.probes[r]
	if len(probes) == 0 {
		return list
	}
	var sum, have [3]float64
	parts := make([]int, 0, 16)
	checks := 0
	for p := r + step; p >= 0 && p < s.n && len(parts) < longestRun && checks < checksEach; p += step {
		if len(s.probes[p]) == 0 && s.blankLine(p) {
			continue
		}
		parts = append(parts, p)
		near := 0
		for i, q := range probes {
			if v := s.at(p, q); !math.IsNaN(v) {
				sum[i] += v
				have[i]++
			}
			want := s.at(r, q)
			if have[i] > 1 && math.Abs(sum[i]/have[i]-want) <= 2.1*s.halfAt(r, q)+slip(s.halfAt(r, q), want) {
				near++
			}
		}
		if len(parts) < 2 || near*2 < len(probes) || near == 0 {
			continue
		}
		before := len(list)
		list = s.offer(list, Average, r, parts, 1, costRun+1+math.Log2(float64(len(parts)))/2)
		if checks++; len(list) > before {
			break
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
