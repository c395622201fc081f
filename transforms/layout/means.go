package layout

import (
	"math"
	"slices"
)

// averages looks for lines that hold the mean of lines near them: of a run of lines, or of the parts of a sum. In a long
// table some of its lines are asked first, and the others only if one of those holds a mean.
func (s *search) averages() {
	var list []relation
	if s.n <= askedForMeans {
		for r := range s.n {
			list = s.averagesOf(list, r)
		}
		s.accept(list)
		return
	}
	asked := make([]bool, s.n)
	for _, r := range sample(s.n, askedForMeans) {
		asked[r] = true
	}
	for r := range s.n {
		if asked[r] || s.hints[r].announces(Average) {
			list, asked[r] = s.averagesOf(list, r), true
		}
	}
	if len(list) > 0 {
		for r := range s.n {
			if !asked[r] {
				list = s.averagesOf(list, r)
			}
		}
	}
	s.accept(list)
}

// averagesOf looks for what line r is the mean of.
func (s *search) averagesOf(list []relation, r int) []relation {
	if len(s.probes[r]) == 0 || !s.hints[r].announces(Average) && !s.fractional(r) {
		return list
	}
	if s.idle == nil {
		s.idle = make([]uint16, 2*s.n)
	}
	aims := s.aims(r, s.probes[r])
	at := s.valued().reaches(&aims)
	for i, step := range steps {
		idle := &s.idle[2*r+i] // from where no mean comes near, which a second search need not look at
		for start := 1; start <= meanStarts; start++ {
			if *idle&(1<<start) != 0 {
				continue
			}
			some := false
			if list, some = s.means(list, r, start, step, s.valued(), &at); !some {
				*idle |= 1 << start
			}
		}
		if s.edges[noTotals].beyond(r, step) > 0 {
			at := s.meanPile().reaches(&aims)
			list, _ = s.means(list, r, 1, step, s.meanPile(), &at)
		}
	}
	for i := range s.found {
		if o := &s.found[i]; o.kind == Sum && o.result != r && !slices.Contains(o.ops, r) && len(o.ops) > 2 {
			list = s.offer(list, Average, r, o.ops, 1, costRun+1)
		}
	}
	return list
}

// valued is the pile of all lines that have values.
func (f *figures) valued() *pile {
	if f.filled == nil {
		f.filled = f.pileOf(func(l int) bool { return !f.blank[l] })
	}
	return f.filled
}

// meanPile is the pile of the lines with values that are neither sums nor hold ratios.
func (s *search) meanPile() *pile {
	if s.meant == nil {
		s.meant = s.pileOf(func(l int) bool { return !s.blank[l] && !s.total[l] && (s.leave == nil || !s.leave[l]) })
	}
	return s.meant
}

// means tries the means of a run of lines, the first of them some lines away. It tells whether any comes near.
func (s *search) means(list []relation, r, start, step int, p *pile, at *[3]reach) (_ []relation, some bool) {
	if first := r + start*step; first < 0 || first >= s.n || len(s.probes[first]) == 0 && start > 1 {
		return list, false
	}
	cost := float64(costRun + 1)
	if start > 1 {
		cost += 2 + math.Log2(float64(start))
	}
	fewest := fewestAveraged
	if s.hints[r].announces(Average) {
		fewest = 2
	}
	u := p.from(r, start, step, longestMean)
	if u.most < fewest {
		return list, false
	}
	places := len(s.probes[r])
	for i := range at[:places] {
		at[i].edge, at[i].step = u.edge, step
	}
	checks := 0
	for n := fewest; n <= u.most && checks < checksEach; {
		near, skip := meansAt(at, places, n)
		if skip > 0 {
			n += skip
			continue
		}
		some = true
		if near > 0 && near*2 >= places && u.meanHolds(r, n) {
			before := len(list)
			list = s.offer(list, Average, r, u.parts(n), 1, cost+math.Log2(float64(n))/2)
			if checks++; len(list) > before {
				break
			}
		}
		n++
	}
	return list, some
}

// meansAt counts the places in which the mean of n lines comes near to the line. Where they are too few, it also tells how
// many more lines it takes at least until they can be enough: the balance, what the lines add up to less the mean for each
// of them, moves with each line by no more than the values lie from the mean.
func meansAt(at *[3]reach, places, n int) (near, skip int) {
	var wait [3]int
	for i := range at[:places] {
		x := &at[i]
		sum, have := x.sum(n), float64(n)
		off := x.off(sum-x.want*have, have)
		if x.have != nil {
			if got := x.values(n); got < 2 {
				off = min(off, 1) // there is no mean yet
			} else if got < n {
				off = min(off, x.off(sum-x.want*float64(got), float64(got))) // what is not there counts as nothing, or not at all
			}
		}
		wait[i] = off
		if off == 0 {
			near++
		}
	}
	switch places {
	case 1:
		skip = wait[0]
	case 2:
		skip = min(wait[0], wait[1])
	default:
		skip = max(min(wait[0], wait[1]), min(max(wait[0], wait[1]), wait[2])) // two of three
	}
	return near, skip
}

// off tells how many lines it takes at least until a balance of so many lines is nothing: zero if it is.
func (x *reach) off(balance, lines float64) int {
	far := math.Abs(balance) - x.slack*lines - x.tiny
	if far <= 0 {
		return 0
	}
	if balance > 0 {
		far *= x.down
	} else {
		far *= x.up
	}
	return 1 + int(min(far, longestMean))
}

// meanHolds reports whether the mean of n lines of a run may be line r in enough places, by the running sums alone.
func (u *stretch) meanHolds(r, n int) bool {
	var e evidence
	good := 0
	for p := range u.m {
		want := u.at(r, p)
		if want != want {
			continue
		}
		x := reach{running: u.running(p), edge: u.edge, step: u.step}
		scope, have := u.scopeOf(p), x.values(n)
		if have == 0 {
			if want != 0 {
				e.open++
			}
			continue
		}
		half := u.halfAt(r, p)
		tol := half*1.02 + scope.half/math.Sqrt(float64(have)) + slip(half, want) + 1e-14*scope.size
		sum := x.sum(n)
		if math.Abs(sum/float64(have)-want) <= tol || math.Abs(sum/float64(n)-want) <= tol {
			good++
		} else if !u.apart(p) {
			if have < n && have*2 <= n {
				e.open++
			} else {
				e.bad++
			}
		}
		if e.hopeless(good + u.m - 1 - p) {
			return false
		}
	}
	return e.supported(good)
}
