package layout

import (
	"math"
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

// around lists the lines near a line, and the nearest totals further away, which shares may refer to.
func (s *search) around(r, reach int) []int {
	var out []int
	far := 0
	for d := 1; d < s.n; d++ {
		for _, x := range [2]int{r - d, r + d} {
			if x < 0 || x >= s.n || len(s.probes[x]) == 0 {
				continue
			}
			if d > reach {
				if !s.total[x] || far == farTotals {
					continue
				}
				far++
			}
			out = append(out, x)
		}
		if d > reach && far == farTotals {
			break
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
	for _, y := range near {
		for _, x := range near {
			if x == y {
				continue
			}
			for i, scale := range scales {
				ratio, change := s.glance(r, x, y, probes, scale)
				if ratio && (shares || scale == 1) && s.trial(r, x, y, scale, false) {
					list = s.offer(list, Ratio, r, []int{x, y}, scale, s.ratioCost(r, x, y, scale))
				}
				if i < 2 && change && changes && s.trial(r, y, x, scale, true) {
					list = s.offer(list, Change, r, []int{y, x}, scale, s.ratioCost(r, x, y, scale))
				}
			}
		}
	}
	return list
}

// glance compares at most two places without looking closely at how they are rounded.
func (s *search) glance(r, x, y int, probes []int, scale float64) (ratio, change bool) {
	for _, q := range probes {
		a, b, c := s.v[r*s.m+q], s.v[x*s.m+q], s.v[y*s.m+q]
		if c == 0 {
			continue
		}
		inverse := 1 / math.Abs(c)
		t := b / c
		tol := s.half[r*s.m+q]*1.03 + scale*1.01*(math.Abs(t)*s.half[y*s.m+q]+s.half[x*s.m+q])*inverse + 1e-9*math.Abs(a)
		if math.Abs(t*scale-a) <= tol {
			ratio = true
		}
		if math.Abs((t-1)*scale-a) <= tol {
			change = true
		}
	}
	return ratio, change
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

// trial looks at the best places only.
func (s *search) trial(r, x, y int, scale float64, change bool) bool {
	near := 0
	for _, q := range s.probes[r] {
		a := s.at(r, q)
		got, tol, ok := s.ratio(r, x, y, q, scale, change)
		if ok && math.Abs(got-a) <= tol { // NaN is never near
			near++
		}
	}
	return near > 0 && near*2 >= len(s.probes[r])
}

// quotientRank tells which of the three lines of a division was computed from the others: the one with more decimals than
// its divisor; of a price and a quantity whose product is exact, the first.
func (s *search) quotientRank(rel *relation, ops []int) float64 {
	r, x, y := rel.result, ops[0], ops[1]
	exact, more := len(s.probes[r]) > 0, 0
	for _, p := range s.probes[r] {
		a, b, c := s.at(r, p), s.at(x, p), s.at(y, p)
		exact = exact && math.Abs(a*c-b) <= 1e-9*math.Abs(b)
		switch ha, hc := s.halfAt(r, p), s.halfAt(y, p); {
		case ha < hc:
			more++
		case ha > hc:
			more--
		}
	}
	switch {
	case exact && rel.scale == 1 && rel.kind == Ratio:
		return -float64(r) / 10
	case more > 0:
		return exactBits
	case more < 0:
		return -exactBits
	case rel.ev.exact:
		return exactBits / 2
	}
	return 0
}
