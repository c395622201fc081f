package layout

// hypothesis is a sum or a mean that comes near in the places that tell most: it is worth looking at all places.
type hypothesis struct {
	kind IdentityKind
	ops  []int
	cost float64
	set  int // of those of one set only the first that holds counts; 0 for none
}

// standing are the hypotheses about one line that rest on nothing but the figures. They are the same in each round of a
// search, and in a second search of the same figures, and are looked for once.
type standing struct {
	known   bool
	runs    [2][]hypothesis // downwards and upwards
	strides []hypothesis
	twos    []hypothesis
}

// offered are the relations that came of them in one search.
type offered struct {
	known              bool
	runs               [2][]relation
	kin, strides, twos []relation
}

// steps are the two directions in which parts stand beside their sum.
var steps = [2]int{1, -1}

// standingOf looks for the standing hypotheses about a line.
func (s *search) standingOf(r int) *standing {
	if s.figures.standing == nil {
		s.figures.standing = s.standings.take(s.n)
	}
	h := &s.figures.standing[r]
	if h.known {
		return h
	}
	h.known = true
	for i, step := range steps {
		h.runs[i] = s.runs(r, step, s.all(), false, costRun)
	}
	if s.other || s.n <= stridedRows {
		h.strides = s.strides(r, nil)
	}
	h.twos = s.twos(r)
	return h
}

// offeredOf checks the standing hypotheses about a line.
func (s *search) offeredOf(r int) *offered {
	if s.offered == nil {
		s.offered = s.offers.take(s.n)
	}
	o := &s.offered[r]
	if o.known {
		return o
	}
	o.known = true
	h := s.standingOf(r)
	for i := range steps {
		o.runs[i] = s.try(nil, r, h.runs[i])
	}
	if s.kin != nil {
		for _, parts := range s.kin[r] {
			o.kin = s.offer(o.kin, Sum, r, s.telling(parts), 1, costKin)
		}
	}
	o.strides = s.try(nil, r, h.strides)
	o.twos = s.try(nil, r, h.twos)
	return o
}

// leftOver are the relations among the lines that are left beside a line when some are left out, in one direction. From
// round to round ever more lines are parts, totals or ratios: where as many are left up to the same one, they are the same.
type leftOver struct {
	known bool
	from  int // the pile they were taken of
	most  int // how many lines were looked at
	last  int // the last of them
	list  []relation
}

// leftOver tries the runs of the lines that are left in one of the two directions, if they changed since the round before.
func (s *search) leftOver(r, direction, without int) []relation {
	p, step, cost := s.pile(without, r), steps[direction], float64(costGaps)
	if without == allLines {
		cost = costRun
	}
	u := p.from(r, 1, step, longestRun)
	if u.most < 2 {
		return nil
	}
	if s.left == nil {
		s.left = s.leftOvers.take(s.n)
	}
	now := leftOver{known: true, from: without, most: u.most, last: u.line(u.most)}
	if s.leave != nil && !s.leave[r] {
		now.from += leaving
	}
	o := &s.left[r][without][direction]
	// Totals become more and ratios take some of them away: of the same number may be others.
	if same := o.known && o.from == now.from && o.most == now.most && o.last == now.last; same && now.from != onlyTotals+leaving {
		return o.list
	}
	now.list = s.try(nil, r, s.runs(r, step, p, without != allLines, cost))
	*o = now
	return now.list
}

// try offers hypotheses about a line.
func (s *search) try(list []relation, r int, all []hypothesis) []relation {
	taken := 0
	for i := range all {
		h := &all[i]
		if h.set != 0 && h.set == taken {
			continue
		}
		before := len(list)
		if list = s.offer(list, h.kind, r, h.ops, 1, h.cost); len(list) > before {
			taken = h.set
		}
	}
	return list
}

// aim is a place of a line that sums are held against.
type aim struct {
	place            int
	want, half, slip float64
}

// aims are the places of a line that tell most.
type aims struct {
	list [3]aim
	n    int
}

func (f *figures) aims(r int, places []int) (out aims) {
	for i, q := range places {
		want, half := f.at(r, q), f.halfAt(r, q)
		out.list[i] = aim{q, want, half, slip(half, want)}
	}
	out.n = len(places)
	return out
}

// few reports whether so many of the places are less than half of them.
func (a *aims) few(near int) bool { return near*2 < a.n || near == 0 }
