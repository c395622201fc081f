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
				list = append(list, s.leftOver(r, i, allLines)...)
			}
			if len(s.found) == 0 {
				continue
			}
			if s.leave != nil || s.edges[noParts].beyond(r, step) > 0 {
				list = append(list, s.leftOver(r, i, noParts)...)
			}
			totals := s.edges[noTotals].beyond(r, step)
			if s.leave != nil || totals > 0 {
				list = append(list, s.leftOver(r, i, noTotals)...)
			}
			if totals > 1 {
				list = append(list, s.leftOver(r, i, onlyTotals)...)
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

// telling leaves out the lines that have nothing to add.
func (s *search) telling(lines []int) []int {
	return slices.DeleteFunc(s.keep(lines), func(l int) bool { return len(s.probes[l]) == 0 })
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

// runs tries the sums of the lines next to line r, in one direction, of those that are in a pile. Where lines were left out
// of it, only runs with a gap are new.
func (s *search) runs(r, step int, p *pile, gaps bool, cost float64) (list []hypothesis) {
	u := p.from(r, 1, step, longestRun)
	if u.most < 2 {
		return nil
	}
	aims := s.aims(r, s.addends[r])
	at := p.reaches(&aims)
	for i := range at {
		at[i].edge, at[i].step = u.edge, step
	}
	but := 0 // up to how many lines one of them may be left out
	if !gaps && s.n <= searchedPairs {
		but = 30
	}
	list = s.hypotheses.rest[:0]
	w := windowsOf(&at, aims.n, u.most)
	checks := 0
	for n := w.next(0, u.most, but); n <= u.most && checks < checksEach; n = w.next(n, u.most, but) {
		near, over := compare(&at, &aims, n)
		if n > 2 && n <= but && near*2 < aims.n {
			list = s.butOne(list, &aims, &at, &u, n)
		}
		if over == aims.n {
			break
		}
		if n < 2 || near*2 < aims.n || gaps && s.beforeIn(u.line(n), r) == n-1 {
			continue
		}
		list = append(list, hypothesis{Sum, u.parts(n), cost + math.Log2(float64(n))/2, 0})
		checks++
	}
	return s.hypotheses.taken(list)
}

// windows tell, for each place, which numbers of lines add up to something near the line: in places without values below
// zero, those are few and stand together.
type windows struct {
	low, high [3]int // from this many lines on, but not this many
	n         int
}

func windowsOf(at *[3]reach, places, most int) windows {
	w := windows{n: places}
	for i := range at[:places] {
		x := &at[i]
		if w.low[i], w.high[i] = 1, most+1; !x.rising || most < shortRun {
			continue
		}
		tol := x.near + x.part*sumSpread(longestRun)
		w.low[i] = x.reached(x.want-tol, 0, most)
		w.high[i] = x.reached(math.Nextafter(x.want+tol, math.Inf(1)), w.low[i]-1, most)
	}
	return w
}

// next gives the next number of lines that is near in half of the places; up to so many lines, also those that are beyond
// it in one.
func (w *windows) next(n, most, but int) int {
	for n++; n <= most; n++ {
		near, wait := 0, most+1
		for i := range w.low[:w.n] {
			switch {
			case n < w.low[i]:
				wait = min(wait, w.low[i])
			case n < w.high[i]:
				near++
			case n <= but:
				near++
			}
		}
		if near*2 >= w.n {
			return n
		}
		n = wait - 1
	}
	return n
}

// beforeIn counts the lines with figures between two lines.
func (s *search) beforeIn(line, r int) int {
	all := s.all().above
	return all[max(line, r)] - all[min(line, r)] - 1
}

// compare counts the places in which n lines come near to the line, and those in which they are beyond it for good.
func compare(at *[3]reach, a *aims, n int) (near, over int) {
	spread := sumSpread(n)
	for i := range a.list[:a.n] {
		x := &at[i]
		switch d, tol := x.sum(n)-x.want, x.near+x.part*spread; {
		case d > tol:
			if x.rising {
				over++
			}
		case d >= -tol:
			near++
		}
	}
	return near, over
}

// butOne tries the sum of n lines of a run without one of them: one that is no part of it, such as a ratio among sums.
func (s *search) butOne(list []hypothesis, a *aims, at *[3]reach, u *stretch, n int) []hypothesis {
	spread := sumSpread(n)
	var beyond, tol [3]float64
	short := 0
	for i := range a.list[:a.n] {
		x := &at[i]
		beyond[i] = x.sum(n) - x.want
		tol[i] = x.near + x.part*spread
		if beyond[i] < -tol[i] {
			short++
		}
	}
	if !s.negative && a.few(a.n-short) {
		return list // leaving out something makes it less still
	}
	for k := 1; k < n; k++ {
		near, line := 0, s.v[u.line(k)*s.m:]
		for i := range a.list[:a.n] {
			v := line[a.list[i].place]
			if v != v {
				v = 0
			}
			if math.Abs(beyond[i]-v) <= tol[i] {
				near++
			}
		}
		if !a.few(near) {
			rest := slices.Delete(u.parts(n), k-1, k)
			list = append(list, hypothesis{Sum, rest, costGaps + 2 + math.Log2(float64(n)), 0})
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
	list = s.hypotheses.rest[:0]
	aims := s.aims(r, s.addends[r])
	for stride := 2; stride <= widest && stride*2 < s.n; stride++ {
		for _, step := range steps {
			list = s.stride(list, r, step*stride, &aims, skip)
		}
	}
	return s.hypotheses.taken(list)
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
			list = append(list, hypothesis{Sum, s.keep(parts), costStride + 2, step})
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
	list = s.hypotheses.rest[:0]
	n := &s.nearby
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
	return s.hypotheses.taken(list)
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
		list = append(list, hypothesis{Sum, s.keep([]int{x, y}), cost, 0})
	}
	if !a.few(mean) {
		list = append(list, hypothesis{Average, s.keep([]int{x, y}), cost, 0})
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
