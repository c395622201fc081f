package layout

import (
	"math"
	"slices"
)

// averages looks for lines that hold the mean of lines near them: of a run of lines, or of the parts of a sum.
func (s *search) averages() {
	var list []relation
	for r := range s.n {
		if len(s.probes[r]) == 0 || !s.hints[r].announces(Average) && !s.fractional(r) {
			continue
		}
		for _, step := range []int{1, -1} {
			for start := 1; start <= meanStarts; start++ {
				list = s.means(list, r, start*step, step, nil)
			}
			if len(s.found) > 0 {
				list = s.means(list, r, step, step, s.total)
			}
		}
		for i := range s.found {
			if o := &s.found[i]; o.kind == Sum && o.result != r && !slices.Contains(o.ops, r) && len(o.ops) > 2 {
				list = s.offer(list, Average, r, o.ops, 1, costRun+1)
			}
		}
	}
	s.accept(list)
}

// means tries the means of a run of lines, the first of them some lines away.
func (s *search) means(list []relation, r, from, step int, skip []bool) []relation {
	probes := s.probes[r]
	if first := r + from; first < 0 || first >= s.n || len(s.probes[first]) == 0 && from != step {
		return list
	}
	cost := float64(costRun + 1)
	if from != step {
		cost += 2 + math.Log2(float64(from/step))
	}
	var sum, have [3]float64
	parts := make([]int, 0, 16)
	checks := 0
	for p := r + from; p >= 0 && p < s.n && len(parts) < longestMean && checks < checksEach; p += step {
		if skip != nil && (skip[p] || s.leave != nil && s.leave[p]) || len(s.probes[p]) == 0 && s.blankLine(p) {
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
			tol := 2.1*s.halfAt(r, q) + slip(s.halfAt(r, q), want)
			if have[i] > 1 && (math.Abs(sum[i]/have[i]-want) <= tol || math.Abs(sum[i]/float64(len(parts))-want) <= tol) {
				near++
			}
		}
		if len(parts) < 2 || near*2 < len(probes) || near == 0 {
			continue
		}
		before := len(list)
		list = s.offer(list, Average, r, parts, 1, cost+math.Log2(float64(len(parts)))/2)
		if checks++; len(list) > before {
			break
		}
	}
	return list
}
