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
		for i, step := range steps {
			worth := s.meansNear(r, i)
			for start := 1; start <= meanStarts; start++ {
				if worth&(1<<start) != 0 {
					list = s.means(list, r, start*step, step, nil)
				}
			}
			if s.beyond(r, step, s.total) > 0 {
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

// worthKnown marks lines whose means were looked for.
const worthKnown = 1

// meansNear tells from which lines on, so many lines from line r as the bits say, a mean of a run comes near to it.
func (s *search) meansNear(r, direction int) uint16 {
	f := s.figures
	if f.worth == nil {
		f.worth = make([]uint16, 2*s.n)
	}
	worth := &f.worth[2*r+direction]
	if *worth == 0 {
		fewest := fewestAveraged
		if s.hints[r].announces(Average) {
			fewest = 2
		}
		aims := f.aims(r, f.probes[r])
		*worth = worthKnown | f.meanStarts(r, steps[direction], fewest, &aims)
	}
	return *worth
}

// balance is the sum of some values less a mean for each of them: nothing if it is their mean. The second sum counts values
// that are missing as nothing.
type balance struct{ sum, all float64 }

// meanStarts is meansNear for runs of no fewer lines than so many. A run's balance is that of all lines up to its end less
// that of the lines before it.
func (f *figures) meanStarts(r, step, fewest int, a *aims) (worth uint16) {
	var before [meanStarts + 1][3]balance
	var now [3]balance
	var tol, large, off, low, high [3]float64
	for i := range a.list[:a.n] {
		tol[i], large[i] = (2.1*a.list[i].half+a.list[i].slip)*(1+1e-9), math.Abs(a.list[i].want)
	}
	lines, starts := 0, 0
	var since [meanStarts + 1]int
	for p := r + step; p >= 0 && p < f.n && lines < longestMean+meanStarts; p += step {
		if starts < meanStarts {
			starts++
			before[starts], since[starts] = now, lines
			for i := range a.list[:a.n] {
				low[i], high[i] = min(low[i], now[i].sum, now[i].all), max(high[i], now[i].sum, now[i].all)
			}
		}
		if f.blank[p] {
			continue
		}
		lines++
		within := 0
		for i := range a.list[:a.n] {
			aim := &a.list[i]
			if v := f.v[p*f.m+aim.place]; v == v {
				now[i].sum += v - aim.want
				now[i].all += v - aim.want
				large[i] = max(large[i], math.Abs(v))
			} else {
				now[i].all -= aim.want
			}
			off[i] = tol[i] + 1e-12*large[i]
			if d := off[i] * float64(lines); max(now[i].sum, now[i].all) >= low[i]-d && min(now[i].sum, now[i].all) <= high[i]+d {
				within++
			}
		}
		if a.few(within) {
			continue
		}
		for start := 1; start <= starts && lines-since[start] >= fewest; start++ {
			near, n := 0, float64(lines-since[start])
			for i := range a.list[:a.n] {
				if b := &before[start][i]; math.Abs(now[i].sum-b.sum) <= off[i]*n || math.Abs(now[i].all-b.all) <= off[i]*n {
					near++
				}
			}
			if !a.few(near) {
				worth |= 1 << start
			}
		}
	}
	return worth
}

// means tries the means of a run of lines, the first of them some lines away.
func (s *search) means(list []relation, r, from, step int, skip []bool) []relation {
	if first := r + from; first < 0 || first >= s.n || len(s.probes[first]) == 0 && from != step {
		return list
	}
	cost := float64(costRun + 1)
	if from != step {
		cost += 2 + math.Log2(float64(from/step))
	}
	aims := s.aims(r, s.probes[r])
	var sum, have, tol [3]float64
	for i := range aims.list[:aims.n] {
		tol[i] = 2.1*aims.list[i].half + aims.list[i].slip
	}
	parts := s.parts[:0]
	checks := 0
	for p := r + from; p >= 0 && p < s.n && len(parts) < longestMean && checks < checksEach; p += step {
		if skip != nil && (skip[p] || s.leave != nil && s.leave[p]) || s.blank[p] {
			continue
		}
		parts = append(parts, p)
		near, all := 0, float64(len(parts))
		for i := range aims.list[:aims.n] {
			aim := &aims.list[i]
			if v := s.at(p, aim.place); v == v {
				sum[i] += v
				have[i]++
			}
			if have[i] > 1 && (math.Abs(sum[i]-aim.want*have[i]) <= tol[i]*have[i] || math.Abs(sum[i]-aim.want*all) <= tol[i]*all) {
				near++
			}
		}
		if len(parts) < 2 || aims.few(near) {
			continue
		}
		before := len(list)
		list = s.offer(list, Average, r, parts, 1, cost+math.Log2(all)/2)
		if checks++; len(list) > before {
			break
		}
	}
	s.parts = parts
	return list
}
