package layout

import (
	"math"
	"slices"
	"sort"
)

// search finds the relations among the lines of figures.
func (f *figures) search(hints []words, kin [][][]int) []relation {
	s := f.searching(hints, kin)
	s.totals()
	return s.rest()
}

// searching begins a search.
func (f *figures) searching(hints []words, kin [][][]int) *search {
	s := &search{figures: f, hints: hints, kin: kin, total: make([]bool, f.n), part: make([]bool, f.n)}
	s.edges[noParts], s.edges[noTotals] = edgesOf(s.part), edgesOf(s.total)
	return s
}

// totals finds sums, the first step of a search.
func (s *search) totals() {
	for range 5 { // totals of totals appear when their parts are known
		if !s.sums() {
			break
		}
	}
}

// rest finds everything else.
func (s *search) rest() []relation {
	s.averages()
	if s.pairs(); s.leave != nil { // what is a ratio is no part of a sum
		for range 3 {
			if !s.sums() {
				break
			}
		}
	}
	for i := range s.found { // totals that were found later than what they are part of
		if s.found[i].kind == Sum {
			s.contract(&s.found[i])
		}
	}
	for i := range s.found {
		s.found[i].implied = s.restates(&s.found[i])
	}
	s.name()
	return s.found
}

// search keeps what was found so far.
type search struct {
	*figures
	hints []words
	kin   [][][]int // by line: what its label says may be its parts
	found []relation
	total []bool // lines that are sums
	part  []bool // lines that are parts of sums

	weak []relation // ratios that hold, of values too coarse to tell much

	offered []offered              // by line: what came of the standing hypotheses
	left    [][leaving][2]leftOver // by line, what is left out, and direction

	parts  []int  // room for what is in the making
	marks  []bool // by line: it is one of the marked
	marked []int

	piles    [2 * leaving]*pile
	meant    *pile             // lines that means are made of
	edges    [onlyTotals]edges // of the lines that are left out of piles
	promised []int
	operands []operand
	orders   [][]operand // by place: all lines in the order of their values
	slots    []int       // by line: one more than its number among those nearby

	leave []bool // lines that hold ratios, changes or averages; nil for none
}

// The costs of candidates, in bits: how many of their kind are tried for a line.
const (
	costKin    = 1 // lines that the labels say are parts
	costRun    = 3 // lines next to each other, from the next one on
	costGaps   = 6 // the same with lines left out that are sums or parts themselves
	costStride = 5 // lines at equal distances
	costPair   = 7 // two lines nearby
	costRatio  = 8 // two lines nearby, in either order
)

const (
	longestRun     = 150
	longestMean    = 400
	shortRun       = 24  // lines that are looked at one by one
	orderedLines   = 64  // lines of a table that are put in order as a whole
	askedForMeans  = 120 // lines of a table that are asked for means before the others are
	meanStarts     = 8   // how far away the first line of a mean may stand
	stridedRows    = 120 // rows among which sums at equal distances are looked for
	window         = 12  // how far away the operands of differences and ratios may stand
	wideWindow     = 24  // and those that labels announce
	widestSpan     = 16  // between two lines that are added up, unless one of them is next to their sum
	rowStride      = 6   // widest distance of rows that are added up at equal distances
	exactBits      = 4
	deepest        = 8  // levels of totals
	plenty         = 40 // bits beyond which more say nothing
	fewestAveraged = 4  // lines that are a mean although no word says so
	checksEach     = 6  // candidates of one kind that are checked in all places, per line and direction
)

// offer checks a candidate and keeps it if there is enough evidence.
func (s *search) offer(list []relation, kind IdentityKind, r int, ops []int, scale, cost float64) []relation {
	rel := relation{kind: kind, result: r, scale: scale, cost: cost}
	said := s.hints[r].announces(kind)
	ok := false
	switch kind {
	case Ratio, Change:
		rel.ev, ok = s.ratioEvidence(r, ops[0], ops[1], scale, kind == Change, true)
	default:
		if kind == Average && !said && len(ops) < fewestAveraged {
			return list
		}
		if rel.ev, ok = s.sumEvidence(r, ops, kind == Average, true); ok && kind == Sum {
			ok = s.adds(ops, rel.ev.at, r)
		}
	}
	if !ok || !rel.ev.holds() {
		return list
	}
	if !said && !rel.ev.sharp(kind) {
		if kind == Ratio && rel.ev.bad == 0 && rel.ev.telling > 3 {
			rel.ops, rel.score = s.keep(ops), enoughBits
			s.weak = append(s.weak, rel)
		}
		return list
	}
	rel.score = rel.ev.net() - cost
	if said {
		rel.score += wordBits
	}
	if rel.score < enoughBits {
		return list
	}
	rel.rank = s.rankOf(&rel, ops)
	rel.ops = s.keep(ops)
	return append(list, rel)
}

// keep copies a list of lines for as long as the table is looked at.
func (s *search) keep(lines []int) []int {
	out := s.ints.take(len(lines))
	copy(out, lines)
	return out
}

// adds reports whether a sum is one: more than one line adds something in the places where it holds, and none adds only
// where it does not.
func (s *search) adds(ops, at []int, r int) bool {
	n := 0
	for _, l := range ops {
		here, there := 0, 0
		for p := range s.m {
			if v := s.at(l, p); v == 0 || math.IsNaN(v) || math.IsNaN(s.at(r, p)) {
				continue
			}
			if _, ok := slices.BinarySearch(at, p); ok {
				here++
			} else if !s.apart(p) {
				there++
			}
		}
		if here > 0 {
			n++
		} else if there > 0 {
			return false
		}
	}
	return n > 1
}

// rankOf orders candidates that are sure enough: the simplest explanation comes first, and of equals the nearest.
func (s *search) rankOf(rel *relation, ops []int) float64 {
	rank := math.Min(rel.score+rel.cost, plenty) - rel.cost - 3*math.Log2(float64(len(ops)))
	if s.hints[rel.result].announces(rel.kind) {
		rank += wordBits
	}
	rank -= 40 * float64(rel.ev.bad) / float64(rel.ev.good+rel.ev.bad)
	for _, p := range ops {
		rank -= math.Abs(float64(s.place[rel.result]-s.place[p])) / 50 / float64(len(ops))
	}
	if rel.kind == Change {
		rank -= 2
	}
	if rel.kind == Ratio || rel.kind == Change {
		rank += s.quotientRank(rel, ops)
	}
	return rank
}

// accept takes the candidates that agree with each other and with what was found before, the best first.
func (s *search) accept(list []relation) bool {
	sort.SliceStable(list, func(i, j int) bool { return list[i].rank > list[j].rank })
	some := false
	for _, c := range list {
		if c.kind == Sum {
			s.contract(&c)
		}
		if s.clashes(&c) || c.kind == Sum && s.follows(&c) || s.copied(&c) {
			continue
		}
		s.found = append(s.found, c)
		switch c.kind {
		case Ratio, Change, Average:
			if s.leave == nil {
				s.leave = make([]bool, s.n)
			}
			s.leave[c.result] = true
		case Sum:
			s.total[c.result] = true
			for _, p := range c.ops {
				s.part[p] = true
			}
		}
		some = true
	}
	if some {
		s.piles, s.meant = [2 * leaving]*pile{}, nil
		s.edges[noParts], s.edges[noTotals] = edgesOf(s.part), edgesOf(s.total)
	}
	return some
}

// clashes reports whether a candidate says something else of lines that a relation explains already.
func (s *search) clashes(c *relation) bool {
	in := s.mark(c.ops)
	for i := range s.found {
		if clash(&s.found[i], c, in) {
			return true
		}
	}
	return false
}

// mark marks some lines; the marks hold until the next call.
func (s *search) mark(lines []int) []bool {
	for _, l := range s.marked {
		s.marks[l] = false
	}
	if s.marks == nil {
		s.marks = make([]bool, s.n)
	}
	for _, l := range lines {
		s.marks[l] = true
	}
	s.marked = append(s.marked[:0], lines...)
	return s.marks
}

// contract puts totals in the place of their parts: a whole is the sum of what stands right below it.
func (s *search) contract(c *relation) {
	if len(c.ops) < 3 {
		return
	}
	in := s.mark(c.ops)
	for i := 0; i < len(s.found); i++ {
		o := &s.found[i]
		if o.kind != Sum || len(o.ops) >= len(c.ops) || !subset(o.ops, in) || !s.among(o, c) {
			continue
		}
		ops := []int{o.result}
		for _, p := range c.ops {
			if !slices.Contains(o.ops, p) {
				ops = append(ops, p)
			}
		}
		if ev := s.checkSum(c.result, ops, false); ev.holds() && ev.good >= c.ev.good && len(ops) > 1 {
			c.ops, c.ev = ops, ev
			in = s.mark(c.ops)
			i = -1
		}
	}
}

// among reports whether a total stands right beside its parts, on the side of the whole where these are.
func (s *search) among(o, c *relation) bool {
	line := o.result
	if line == c.result || (line < c.result) != (c.ops[0] < c.result) || slices.Contains(c.ops, line) {
		return false
	}
	step := 1
	if o.ops[0] < line {
		step = -1
	}
	for l := line + step; !slices.Contains(o.ops, l); l += step {
		if l < 0 || l >= s.n || len(s.probes[l]) > 0 {
			return false
		}
	}
	return true
}

// subset reports whether all of some lines are marked.
func subset(some []int, marked []bool) bool {
	for _, p := range some {
		if !marked[p] {
			return false
		}
	}
	return true
}

// follows reports whether a sum says nothing that the sums found before do not say together: both sides come down to the
// same lines.
func (s *search) follows(c *relation) bool {
	if !s.total[c.result] {
		return false
	}
	leaves := make(map[int]int)
	s.expand(leaves, c.result, 1, 0)
	for _, p := range c.ops {
		s.expand(leaves, p, -1, 0)
	}
	for _, n := range leaves {
		if n != 0 {
			return false
		}
	}
	return true
}

// expand adds the lines that a line comes down to.
func (s *search) expand(leaves map[int]int, line, times, depth int) {
	if s.total[line] && depth < deepest {
		for i := range s.found {
			if o := &s.found[i]; o.kind == Sum && o.result == line {
				for _, p := range o.ops {
					s.expand(leaves, p, times, depth+1)
				}
				return
			}
		}
	}
	leaves[line] += times
}

// clash reports whether a candidate contradicts a relation; the marked lines are its operands.
func clash(o, c *relation, marked []bool) bool {
	shared := 0
	for _, p := range o.ops {
		if marked[p] {
			shared++
		}
	}
	if shared == 0 && o.result != c.result && !marked[o.result] {
		return false
	}
	oInC, cInO := marked[o.result], slices.Contains(o.ops, c.result)
	linear := func(k IdentityKind) bool { return k == Sum || k == Average }
	switch {
	case linear(o.kind) && linear(c.kind):
		if shared == len(o.ops) && shared == len(c.ops) && o.result != c.result {
			return o.kind == c.kind // the same sum twice
		}
		if o.result == c.result {
			return shared > 0 || o.kind != c.kind
		}
		return oInC && cInO || shared > 0 && (oInC || cInO)
	case o.result == c.result:
		return shared > 0 || !linear(o.kind) && !linear(c.kind)
	case linear(o.kind) || linear(c.kind):
		return false
	}
	return shared == 2 || (oInC || cInO) && shared > 0 // the same pair twice; a = b / c is b = a * c too
}
