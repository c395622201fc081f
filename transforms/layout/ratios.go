package layout

import (
	"math"
	"slices"
)

// pairs looks for ratios of two lines and for changes from one to another. What holds rests on nothing but the figures: a
// second search of them takes what the first one found.
func (s *search) pairs() {
	if s.n < 3 || s.n > searchedPairs {
		return
	}
	if f := s.figures; !f.divided {
		f.divided = true
		for r := range s.n {
			if len(s.probes[r]) == 0 {
				continue
			}
			reach := window
			if s.hints[r].announces(Ratio) || s.hints[r].announces(Change) {
				reach = wideWindow
			}
			f.quotients = s.divisions(f.quotients, r, reach)
		}
		f.coarse = s.weak
	}
	s.accept(slices.Clone(s.quotients))
	var list []relation
	for range 3 {
		list = list[:0]
		for _, c := range s.coarse {
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
	out := s.ints.take(2 * reach)[:0]
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

// divisions tries line r as the quotient of each two lines nearby, and as the change from one to the other.
func (s *search) divisions(list []relation, r, reach int) []relation {
	near := s.around(r, reach)
	computed := s.fractional(r)
	changes, shares := computed || s.hints[r].announces(Change), computed || s.hints[r].announces(Ratio)
	probes := s.probes[r]
	if len(probes) > 2 {
		probes = probes[:2]
	}
	all := slices.Concat(probes, s.spare[r])
	looked := all
	if s.whole(near, probes) {
		looked = probes // half of up to three places must agree, so one of these two
	}
	for _, pair := range s.promising(r, near, looked, shares, changes) {
		y, x := near[pair/len(near)], near[pair%len(near)]
		if max(r, x, y)-min(r, x, y) > wideWindow {
			continue
		}
		ratio, change := s.glance(r, x, y, all, shares)
		for i, scale := range scales {
			if ratio&(1<<i) != 0 && s.trial(r, x, y, scale, false) {
				list = s.offer(list, Ratio, r, []int{x, y}, scale, s.ratioCost(r, x, y, scale))
			}
			if changes && change&(1<<i) != 0 && s.trial(r, y, x, scale, true) {
				list = s.offer(list, Change, r, []int{y, x}, scale, s.ratioCost(r, x, y, scale))
			}
		}
	}
	return list
}

// whole reports whether all of some lines have values in some places that can be divided by.
func (s *search) whole(lines, places []int) bool {
	for _, q := range places {
		for _, l := range lines {
			if v := math.Abs(s.at(l, q)); !(v > 0 && v >= 2*s.halfAt(l, q)) {
				return false
			}
		}
	}
	return true
}

// promising lists the pairs of some lines near line r, of which one by the other comes near to it in one of some places:
// the number of the divisor times the number of lines, plus the number of the dividend, in ascending order. The lines are
// put in order of their values, so that for each divisor those that fit stand next to each other.
func (s *search) promising(r int, near, places []int, shares, changes bool) []int {
	out := s.promised[:0]
	for _, q := range places {
		order := s.ascending(near, q)
		extent := extentOf(order)
		a, half := s.at(r, q), s.halfAt(r, q)*1.03
		half += 1e-9 * math.Abs(a)
		for i, scale := range scales {
			if shares || scale == 1 {
				out = extent.quotients(out, order, len(near), a/scale, half/scale)
			}
			if i < 2 && changes {
				out = extent.quotients(out, order, len(near), a/scale+1, half/scale)
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	s.promised = out
	return out
}

// operand is a value of the line with a number.
type operand struct {
	v, half float64
	number  int
}

// ascending puts lines in the order of their values in a place. In a table of few lines all of them are put in order once,
// and those that are near are taken out of it.
func (s *search) ascending(lines []int, place int) []operand {
	out := s.operands[:0]
	if s.n > orderedLines {
		for i, l := range lines {
			out = s.insert(out, l, i, place)
		}
		s.operands = out
		return out
	}
	if s.slots == nil {
		s.slots, s.orders = s.ints.take(s.n), make([][]operand, s.m)
	}
	order := s.orders[place]
	if order == nil {
		order = s.ordered.take(s.n)[:0]
		for l := range s.n {
			order = s.insert(order, l, l, place)
		}
		s.orders[place] = order
	}
	for i, l := range lines {
		s.slots[l] = i + 1
	}
	for i := range order {
		if slot := s.slots[order[i].number]; slot > 0 {
			out = append(out, operand{order[i].v, order[i].half, slot - 1})
		}
	}
	for _, l := range lines {
		s.slots[l] = 0
	}
	s.operands = out
	return out
}

// insert adds the value of a line, if it has one, to those in order.
func (s *search) insert(order []operand, line, number, place int) []operand {
	v := s.at(line, place)
	if v != v {
		return order
	}
	order = append(order, operand{v, s.halfAt(line, place), number})
	for j := len(order) - 1; j > 0 && order[j-1].v > v; j-- {
		order[j-1], order[j] = order[j], order[j-1]
	}
	return order
}

// extent is how large some values are, and how far rounding may have moved them at most.
type extent struct{ smallest, divisor, largest, coarse float64 } // divisor is the smallest that is not zero

func extentOf(list []operand) extent {
	e := extent{smallest: math.Inf(1), divisor: math.Inf(1)}
	for i := range list {
		v := math.Abs(list[i].v)
		e.coarse, e.largest, e.smallest = max(e.coarse, list[i].half), max(e.largest, v), min(e.smallest, v)
		if v > 0 {
			e.divisor = min(e.divisor, v)
		}
	}
	return e
}

// quotients adds the pairs of values of which one by the other is a factor, give or take half and what the rounding of
// both leaves open. It may add some that are a little further away.
func (e *extent) quotients(out []int, order []operand, lines int, factor, half float64) []int {
	open := 1.02 * e.coarse * (1 + e.largest/e.divisor)
	if f := math.Abs(factor); (f-half)*e.divisor > e.largest*(1+1e-9)+open || (f+half)*e.largest*(1+1e-9)+open < e.smallest {
		return out // no two of the values are so far apart
	}
	from := 0
	for i := range order {
		y := &order[i]
		if factor < 0 {
			y = &order[len(order)-1-i] // then dividends ascend too
		}
		c := math.Abs(y.v)
		if c == 0 {
			continue
		}
		times := e.largest / c
		if c > 4*y.half {
			times = 1.34 * (math.Abs(factor) + half + 1.01*e.coarse/c)
		}
		x := factor * y.v
		tol := (half*c+1.01*(times*y.half+e.coarse))*(1+1e-9) + 1e-12*math.Abs(x)
		for from < len(order) && order[from].v < x-tol {
			from++
		}
		for from > 0 && order[from-1].v >= x-tol {
			from--
		}
		for k := from; k < len(order) && order[k].v <= x+tol; k++ {
			if order[k].number != y.number {
				out = append(out, y.number*lines+order[k].number)
			}
		}
	}
	return out
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
