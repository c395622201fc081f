package layout

import "math"

// pile holds some of the lines of a table with running sums, so that what a run of them adds up to is a difference of two
// numbers, however long the run is.
type pile struct {
	*figures
	lines  []int     // those that are in it
	above  []int     // by line of the table: how many of them stand above it
	totals []running // by place
}

// running is what the lines of a pile add up to in one place.
type running struct {
	sums []float64 // up to each line; nil until asked for
	have []int     // how many values stand up to each line; nil where none is missing
}

// pileOf makes a pile of the lines that are to be kept.
func (f *figures) pileOf(keep func(line int) bool) *pile {
	p := &pile{figures: f, above: f.ints.take(f.n), lines: f.ints.take(f.n)[:0], totals: f.totals.take(f.m)}
	for l := range f.n {
		if p.above[l] = len(p.lines); keep(l) {
			p.lines = append(p.lines, l)
		}
	}
	return p
}

// running gives the running sums of a place, and how many values they are made of, nil for all.
func (p *pile) running(place int) running {
	if t := p.totals[place]; t.sums != nil {
		return t
	}
	sums, now, missing := p.floats.take(len(p.lines)+1), 0.0, false
	for i, l := range p.lines {
		if v := p.v[l*p.m+place]; v == v {
			now += v
		} else {
			missing = true
		}
		sums[i+1] = now
	}
	t := running{sums: sums}
	if missing {
		have := p.ints.take(len(sums))
		for i, l := range p.lines {
			have[i+1] = have[i]
			if v := p.v[l*p.m+place]; v == v {
				have[i+1]++
			}
		}
		t.have = have
	}
	p.totals[place] = t
	return t
}

// stretch is the lines of a pile in one direction from a line of the table on.
type stretch struct {
	*pile
	edge, step, most int // where it begins among the running sums, and how many lines there are
}

// from gives the run that begins so many lines from line r, itself not among them.
func (p *pile) from(r, start, step, most int) stretch {
	first := r + start*step
	if first < 0 || first >= p.n {
		return stretch{p, 0, step, 0}
	}
	if step > 0 {
		return stretch{p, p.above[first], step, min(most, len(p.lines)-p.above[first])}
	}
	edge := p.above[first]
	if edge < len(p.lines) && p.lines[edge] == first {
		edge++
	}
	return stretch{p, edge, step, min(most, edge)}
}

// parts gives the first n lines of the run, the nearest first.
func (u *stretch) parts(n int) []int {
	out := u.ints.take(n)
	for i := range out {
		out[i] = u.line(i + 1)
	}
	return out
}

// line gives the n-th line of the run.
func (u *stretch) line(n int) int {
	if u.step > 0 {
		return u.lines[u.edge+n-1]
	}
	return u.lines[u.edge-n]
}

// reach is what the runs from one line on come to in one place of it.
type reach struct {
	aim
	running
	edge int
	step int
	part float64 // how far rounding may have moved a part
	near float64 // how far a sum may be off beyond that
	tiny float64 // how far the running sums are off

	rising   bool    // no value is below zero
	slack    float64 // how far a mean may be off
	up, down float64 // one by how far values lie above and below the line at most
}

// reaches gives the reach of runs in the places of a line that tell most; where they begin is left open.
func (p *pile) reaches(a *aims) (out [3]reach) {
	for i := range a.list[:a.n] {
		x := &out[i]
		x.aim = a.list[i]
		x.running = p.running(x.place)
		scope := p.scopeOf(x.place)
		x.part = max(x.half, scope.half)
		x.tiny = 1e-14 * scope.size
		x.near = x.half + x.slip + x.tiny
		x.rising = scope.low >= 0
		x.slack = 2.1*x.half + x.slip
		x.up, x.down = (1-1e-9)/(max(0, scope.high-x.want)+x.slack), (1-1e-9)/(max(0, x.want-scope.low)+x.slack)
	}
	return out
}

// sum is what n lines of the run add up to.
func (x *reach) sum(n int) float64 {
	if x.step > 0 {
		return x.sums[x.edge+n] - x.sums[x.edge]
	}
	return x.sums[x.edge] - x.sums[x.edge-n]
}

// values is how many of n lines of the run have a value.
func (x *reach) values(n int) int {
	switch {
	case x.have == nil:
		return n
	case x.step > 0:
		return x.have[x.edge+n] - x.have[x.edge]
	}
	return x.have[x.edge] - x.have[x.edge-n]
}

// reached gives the fewest lines of a run of values not below zero, more than few and no more than most, that come to so
// much; one more than most where none do.
func (x *reach) reached(least float64, few, most int) int {
	lo, hi, leap := few, few+1, 1
	for hi <= most && x.sum(hi) < least {
		leap *= 2
		lo, hi = hi, hi+leap
	}
	hi = min(hi, most+1)
	for lo+1 < hi {
		if mid := (lo + hi) / 2; x.sum(mid) < least {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// scope is what the values of a place are like.
type scope struct {
	known     bool
	half      float64 // how far rounding may have moved one of them
	low, high float64 // where they lie; zero too, where one is missing
	size      float64 // what all of them add up to without their signs
}

// scopeOf looks at all values of a place once.
func (f *figures) scopeOf(place int) *scope {
	if f.known == nil {
		f.known = f.scopes.take(f.m)
	}
	s := &f.known[place]
	if s.known {
		return s
	}
	s.known, s.low, s.high = true, math.Inf(1), math.Inf(-1)
	for i := place; i < len(f.v); i += f.m {
		v := f.v[i]
		if v != v {
			v = 0
		} else {
			s.half = max(s.half, f.half[i])
		}
		s.low, s.high, s.size = min(s.low, v), max(s.high, v), s.size+math.Abs(v)
	}
	return s
}

// The lines that a pile is made of.
const (
	allLines = iota
	noParts  // of sums
	noTotals
	onlyTotals
	leaving // these and also those that hold ratios, changes or averages
)

// all is the pile of all lines that have something to add.
func (f *figures) all() *pile {
	if f.lively == nil {
		f.lively = f.pileOf(func(l int) bool { return len(f.probes[l]) > 0 })
	}
	return f.lively
}

// pile gives the lines with some left out, as line r sees them: what holds a ratio is left out unless it is one itself.
func (s *search) pile(without, r int) *pile {
	leave := s.leave != nil && !s.leave[r]
	if leave {
		without += leaving
	}
	if without == allLines {
		return s.all()
	}
	if s.piles[without] == nil {
		s.piles[without] = s.pileOf(func(l int) bool {
			if len(s.probes[l]) == 0 || leave && s.leave[l] {
				return false
			}
			switch without % leaving {
			case noParts:
				return !s.part[l]
			case noTotals:
				return !s.total[l]
			case onlyTotals:
				return s.total[l]
			}
			return true
		})
	}
	return s.piles[without]
}

// edges are the two first and the two last of some lines.
type edges struct{ low, high [2]int }

func edgesOf(some []bool) edges {
	e := edges{low: [2]int{len(some), len(some)}, high: [2]int{-1, -1}}
	for l, is := range some {
		if !is {
			continue
		}
		if e.low[0] == len(some) {
			e.low[0] = l
		} else if e.low[1] == len(some) {
			e.low[1] = l
		}
		e.high[0], e.high[1] = l, e.high[0]
	}
	return e
}

// beyond counts the lines in one direction of a line, up to two of them.
func (e *edges) beyond(r, step int) (n int) {
	for i := range e.low {
		if step > 0 && e.high[i] > r || step < 0 && e.low[i] < r {
			n++
		}
	}
	return n
}
