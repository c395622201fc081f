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
		o := s.offeredOf(r)
		for i, step := range steps {
			if s.leave == nil {
				list = append(list, o.runs[i]...)
			} else {
				list = s.try(list, r, s.runs(r, step, nil, costRun))
			}
			if parts, totals := s.beyond(r, step, s.part), s.beyond(r, step, s.total); len(s.found) > 0 {
				if parts > 0 || s.leave != nil {
					list = s.try(list, r, s.runs(r, step, s.part, costGaps))
				}
				if totals > 0 || s.leave != nil {
					list = s.try(list, r, s.runs(r, step, s.total, costGaps))
				}
				if totals > 1 {
					list = s.try(list, r, s.runs(r, step, s.plain(), costGaps))
				}
			}
		}
		list = append(list, o.kin...)
		list = append(list, o.strides...)
		if len(s.found) > 0 && (s.other || s.n <= stridedRows) {
			list = s.try(list, r, s.strides(r, s.part))
		}
		list = append(list, o.twos...)
	}
	return s.accept(list)
}

// beyond counts some lines in one direction of a line, up to two of them.
func (s *search) beyond(r, step int, some []bool) (n int) {
	if step > 0 {
		some = some[r+1:]
	} else {
		some = some[:r]
	}
	for i := 0; i < len(some) && n < 2; i++ {
		if some[i] {
			n++
		}
	}
	return n
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
func (t *tally) add(f *figures, a *aims, line int) {
	t.lines++
	base := line * f.m
	for i := range a.list[:a.n] {
		q := base + a.list[i].place
		if v := f.v[q]; v == v {
			t.sum[i] += v
			t.half[i] = max(t.half[i], f.half[q])
		}
	}
}

// compare counts the places that come near to the line, and those that are beyond it already.
func (t *tally) compare(a *aims) (near, over int) {
	spread := sumSpread(t.lines)
	for i := range a.list[:a.n] {
		aim := &a.list[i]
		tol := aim.half + max(aim.half, t.half[i])*spread + aim.slip
		switch d := t.sum[i] - aim.want; {
		case math.Abs(d) <= tol:
			near++
		case d > tol && aim.want >= 0:
			over++
		}
	}
	return near, over
}

// runs tries the sums of the lines next to line r, in one direction, leaving some out.
func (s *search) runs(r, step int, skip []bool, cost float64) (list []hypothesis) {
	aims := s.aims(r, s.addends[r])
	var sum tally
	parts := s.parts[:0]
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
		sum.add(s.figures, &aims, p)
		near, over := sum.compare(&aims)
		if skip == nil && near*2 < aims.n && len(parts) > 2 && len(parts) <= 30 && s.n <= searchedPairs {
			list = s.butOne(list, &aims, parts, &sum)
		}
		if over == aims.n && !s.negative {
			break
		}
		if len(parts) < 2 || near*2 < aims.n || skip != nil && !left {
			continue
		}
		list = append(list, hypothesis{Sum, slices.Clone(parts), cost + math.Log2(float64(len(parts)))/2, 0})
		checks++
	}
	s.parts = parts
	return list
}

// butOne tries the sum of some lines without one of them: one that is no part of it, such as a ratio among sums.
func (s *search) butOne(list []hypothesis, a *aims, parts []int, sum *tally) []hypothesis {
	spread := sumSpread(sum.lines)
	var beyond, tol [3]float64
	short := 0
	for i := range a.list[:a.n] {
		beyond[i] = sum.sum[i] - a.list[i].want
		tol[i] = a.list[i].half + max(a.list[i].half, sum.half[i])*spread + a.list[i].slip
		if beyond[i] < -tol[i] {
			short++
		}
	}
	if !s.negative && a.few(a.n-short) {
		return list // leaving out something makes it less still
	}
	for i, p := range parts[:len(parts)-1] {
		near := 0
		for j := range a.list[:a.n] {
			v := s.at(p, a.list[j].place)
			if v != v {
				v = 0
			}
			if math.Abs(beyond[j]-v) <= tol[j] {
				near++
			}
		}
		if !a.few(near) {
			rest := slices.Delete(slices.Clone(parts), i, i+1)
			list = append(list, hypothesis{Sum, rest, costGaps + 2 + math.Log2(float64(len(parts))), 0})
		}
	}
	return list
}

// strides tries the sums of lines at equal distances: the totals of tables that repeat a group of columns.
func (s *search) strides(r int, skip []bool) (list []hypothesis) {
	widest := rowStride
	if s.other {
		widest = window
	}
	aims := s.aims(r, s.addends[r])
	for stride := 2; stride <= widest && stride*2 < s.n; stride++ {
		for _, step := range steps {
			list = s.stride(list, r, step*stride, &aims, skip)
		}
	}
	return list
}

func (s *search) stride(list []hypothesis, r, step int, a *aims, skip []bool) []hypothesis {
	var sum tally
	parts := s.parts[:0]
	left := skip == nil
	for p := r + step; p >= 0 && p < s.n && len(parts) < longestRun; p += step {
		if skip != nil && skip[p] {
			left = true
			continue
		}
		parts = append(parts, p)
		sum.add(s.figures, a, p)
		near, over := sum.compare(a)
		if over == a.n && !s.negative {
			break
		}
		if left && len(parts) > 1 && near*2 >= a.n {
			list = append(list, hypothesis{Sum, slices.Clone(parts), costStride + 2, step})
		}
	}
	s.parts = parts
	return list
}

// twos tries the sums of two lines nearby, which are differences too, and their means.
func (s *search) twos(r int) (list []hypothesis) {
	reach := window
	if s.n > searchedPairs {
		reach = 4
	}
	aims := s.aims(r, s.addends[r])
	var n nearby
	n.gather(s.figures, r, reach, &aims)
	for i, x := range n.lines {
		b0, b1 := n.v[0][i]-n.want[0], n.v[1][i]-n.want[1]
		for j := i + 1; j < len(n.lines); j++ {
			d0, d1 := b0+n.v[0][j], b1+n.v[1][j]
			if !(math.Abs(d0) <= n.tol[0] || math.Abs(d1) <= n.tol[1] || math.Abs(d0-n.want[0]) <= n.mean[0] || math.Abs(d1-n.want[1]) <= n.mean[1]) {
				continue
			}
			if y := n.lines[j]; y-x <= widestSpan || x == r-1 || y == r+1 {
				list = s.two(list, r, x, y, &aims)
			}
		}
	}
	return list
}

// two looks closer at the sum and the mean of two lines.
func (s *search) two(list []hypothesis, r, x, y int, a *aims) []hypothesis {
	near, mean := 0, 0
	for i := range a.list[:a.n] {
		aim := &a.list[i]
		b, c := s.at(x, aim.place), s.at(y, aim.place)
		parts := max(aim.half, s.halfAt(x, aim.place), s.halfAt(y, aim.place))
		if math.Abs(b+c-aim.want) <= aim.half+2*parts+aim.slip {
			near++
		}
		if math.Abs((b+c)/2-aim.want) <= 2*aim.half+aim.slip {
			mean++
		}
	}
	cost := float64(costPair)
	if far := max(r, x, y) - min(r, x, y); far == 2 {
		cost = costRun
	}
	if !a.few(near) {
		list = append(list, hypothesis{Sum, []int{x, y}, cost, 0})
	}
	if !a.few(mean) {
		list = append(list, hypothesis{Average, []int{x, y}, cost, 0})
	}
	return list
}

// nearby are the values of the lines around a line in the two places of it that tell most: at least one of the two
// must agree where half of up to three have to.
type nearby struct {
	lines     []int
	v         [2][]float64
	want      [2]float64
	tol, mean [2]float64 // how far sums and twice the means may be off at most
	room      [2 * window]int
	values    [2][2 * window]float64
}

func (n *nearby) gather(f *figures, r, reach int, a *aims) {
	n.lines = n.room[:0]
	for l := max(0, r-reach); l <= min(f.n-1, r+reach); l++ {
		if l != r && len(f.probes[l]) > 0 {
			n.lines = append(n.lines, l)
		}
	}
	for i := range n.v {
		aim := &a.list[min(i, a.n-1)]
		n.v[i] = n.values[i][:0]
		half, large := aim.half, math.Abs(aim.want)
		for _, l := range n.lines {
			v := f.at(l, aim.place)
			n.v[i] = append(n.v[i], v)
			if half = max(half, f.halfAt(l, aim.place)); math.Abs(v) > large {
				large = math.Abs(v)
			}
		}
		slack := 1e-12 * large // of computing in another order
		n.want[i] = aim.want
		n.tol[i] = aim.half + 2*half + aim.slip + slack
		n.mean[i] = 4*aim.half + 2*aim.slip + slack
	}
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
