package layout

import (
	"math"
	"slices"
)

// pairs looks for ratios of two lines and for changes from one to another.
func (s *search) pairs() {
	if s.n < 3 || s.n > searchedPairs {
		return
	}
	var list []relation
	for r := range s.n {
		said := s.hints[r].announces(Ratio) || s.hints[r].announces(Change)
		if len(s.probes[r]) == 0 {
			continue
		}
		reach := window
		if said {
			reach = wideWindow
		}
		list = s.quotients(list, r, reach)
	}
	s.accept(list)
	for range 3 {
		list = list[:0]
		for _, c := range s.weak {
			if s.sibling(&c) {
				list = append(list, c)
			}
		}
		if !s.accept(list) {
			break
		}
	}
}

// fractional reports whether the values of a line that tell most have decimals, as computed ones do.
func (s *search) fractional(r int) bool {
	for _, p := range s.probes[r] {
		if s.at(r, p) != math.Trunc(s.at(r, p)) {
			return true
		}
	}
	return false
}

// around lists the lines near a line, the nearest first.
func (s *search) around(r, reach int) []int {
	var out []int
	for d := 1; d <= reach; d++ {
		for _, x := range [2]int{r - d, r + d} {
			if x >= 0 && x < s.n && len(s.probes[x]) > 0 {
				out = append(out, x)
			}
		}
	}
	return out
}

// scales are the factors that people multiply ratios by.
var scales = [...]float64{100, 1, 1000, 100_000}

// quotients tries line r as the quotient of each two lines nearby, and as the change from one to the other.
func (s *search) quotients(list []relation, r, reach int) []relation {
	near := s.around(r, reach)
	computed := s.fractional(r)
	changes, shares := computed || s.hints[r].announces(Change), computed || s.hints[r].announces(Ratio)
	probes := s.probes[r]
	if len(probes) > 2 {
		probes = probes[:2]
	}
	probes = slices.Concat(probes, s.spare[r])
	for _, y := range near {
		for _, x := range near {
			if x == y || max(r, x, y)-min(r, x, y) > wideWindow {
				continue
			}
			ratio, change := s.glance(r, x, y, probes, shares)
			for i, scale := range scales {
				if ratio&(1<<i) != 0 && s.trial(r, x, y, scale, false) {
					list = s.offer(list, Ratio, r, []int{x, y}, scale, s.ratioCost(r, x, y, scale))
				}
				if changes && change&(1<<i) != 0 && s.trial(r, y, x, scale, true) {
					list = s.offer(list, Change, r, []int{y, x}, scale, s.ratioCost(r, x, y, scale))
				}
			}
		}
	}
	return list
}

// glance compares a few places without looking closely at how they are rounded. It gives the scales by which one could be
// the quotient, or the change, as bits.
func (s *search) glance(r, x, y int, probes []int, shares bool) (ratio, change uint) {
	for _, q := range probes {
		c := s.v[y*s.m+q]
		if c == 0 {
			continue
		}
		a, half := s.v[r*s.m+q], s.half[r*s.m+q]*1.03
		inverse := 1 / math.Abs(c)
		t := s.v[x*s.m+q] / c
		loose := 1.01 * (math.Abs(t)*s.half[y*s.m+q] + s.half[x*s.m+q]) * inverse
		half += 1e-9 * math.Abs(a)
		for i, scale := range scales {
			tol := half + scale*loose
			if (shares || scale == 1) && math.Abs(t*scale-a) <= tol {
				ratio |= 1 << i
			}
			if i < 2 && math.Abs((t-1)*scale-a) <= tol {
				change |= 1 << i
			}
		}
	}
	return ratio, change
}

// copied reports whether a division was found before among lines with the same values.
func (s *search) copied(c *relation) bool {
	if c.kind != Ratio {
		return false
	}
	for i := range s.found {
		o := &s.found[i]
		if o.kind != Ratio || o.scale != c.scale || !s.alike(o.ops[0], c.ops[0]) {
			continue
		}
		if s.alike(o.result, c.result) && s.alike(o.ops[1], c.ops[1]) || s.alike(o.result, c.ops[1]) && s.alike(o.ops[1], c.result) {
			return true
		}
	}
	return false
}

// alike reports whether two lines have the same values.
func (s *search) alike(x, y int) bool {
	if x == y {
		return true
	}
	same := 0
	for p := range s.m {
		switch a, b := s.at(x, p), s.at(y, p); {
		case a == b:
			same++
		case !math.IsNaN(a) && !math.IsNaN(b):
			return false
		}
	}
	return same > 0
}

// sibling reports whether a line nearby holds the same kind of share, of the same whole.
func (s *search) sibling(c *relation) bool {
	for i := range s.found {
		o := &s.found[i]
		d := c.result - o.result
		if o.kind == Ratio && o.scale == c.scale && o.ops[1] == c.ops[1] && o.result-o.ops[0] == c.result-c.ops[0] && d >= -2 && d <= 2 {
			return true
		}
	}
	return false
}

func (s *search) ratioCost(r, x, y int, scale float64) float64 {
	cost := float64(costRatio)
	if far := max(r, x, y) - min(r, x, y); far == 2 {
		cost -= 3
	}
	if scale > 100 {
		cost += 3
	}
	return cost
}

// trial looks at a few places only: the best ones, and others where one of the three is missing there.
func (s *search) trial(r, x, y int, scale float64, change bool) bool {
	near, seen := 0, 0
	for _, places := range [2][]int{s.probes[r], s.spare[r]} {
		for _, q := range places {
			got, tol, ok := s.ratio(r, x, y, q, scale, change)
			if !ok || math.IsNaN(got) {
				continue
			}
			if seen++; math.Abs(got-s.at(r, q)) <= tol {
				near++
			}
		}
		if seen > 0 {
			break
		}
	}
	return near > 0 && near*2 >= seen
}

// quotientRank tells which of the three lines of a division was computed from the others: the one with more decimals than
// its divisor; of two factors whose product is exact, the one that stands before the other.
func (s *search) quotientRank(rel *relation, ops []int) float64 {
	r, x, y := rel.result, ops[0], ops[1]
	if rel.ev.product {
		rank := -float64(max(r, x, y) - min(r, x, y))
		if r < y {
			rank += exactBits / 2
		}
		return rank
	}
	more := 0
	for _, p := range s.probes[r] {
		switch ha, hc := s.halfAt(r, p), s.halfAt(y, p); {
		case ha < hc:
			more++
		case ha > hc:
			more--
		}
	}
	switch {
	case more > 0:
		return exactBits
	case more < 0:
		return -exactBits
	case rel.ev.exact:
		return exactBits / 2
	}
	return 0
}
