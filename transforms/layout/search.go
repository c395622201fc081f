package layout

import (
	"math"
	"slices"
	"sort"
)

// search finds the relations among the lines of figures.
func (f *figures) search(hints []words) []relation {
	s := &search{figures: f, hints: hints, total: make([]bool, f.n), part: make([]bool, f.n)}
	for range 5 { // totals of totals appear when their parts are known
		if !s.sums() {
			break
		}
	}
	s.averages()
	if s.pairs(); s.leave != nil { // what is a ratio is no part of a sum
		for range 3 {
			if !s.sums() {
				break
			}
		}
	}
	s.name()
	return s.found
}

// search keeps what was found so far.
type search struct {
	*figures
	hints []words
	found []relation
	total []bool // lines that are sums
	part  []bool // lines that are parts of sums

	weak []relation // ratios that hold, of values too coarse to tell much

	notTotal []bool // all but the totals; nil until it is asked for
	leave    []bool // lines that hold ratios, changes or averages; nil for none
}

// The costs of candidates, in bits: how many of their kind are tried for a line.
const (
	costRun    = 3 // lines next to each other, from the next one on
	costGaps   = 6 // the same with lines left out that are sums or parts themselves
	costStride = 5 // lines at equal distances
	costPair   = 7 // two lines nearby
	costRatio  = 8 // two lines nearby, in either order
)

const (
	longestRun  = 150
	stridedRows = 120 // rows among which sums at equal distances are looked for
	window      = 12  // how far away the operands of differences and ratios may stand
	farTotals   = 6   // totals further away that are tried
	wideWindow  = 24  // and those that labels announce
	exactBits   = 4
	plenty      = 40 // bits beyond which more say nothing
	checksEach  = 6  // candidates of one kind that are checked in all places, per line and direction
)

// offer checks a candidate and keeps it if there is enough evidence.
func (s *search) offer(list []relation, kind IdentityKind, r int, ops []int, scale, cost float64) []relation {
	rel := relation{kind: kind, result: r, scale: scale, cost: cost}
	switch kind {
	case Ratio, Change:
		rel.ev = s.checkRatio(r, ops[0], ops[1], scale, kind == Change)
	default:
		rel.ev = s.checkSum(r, ops, kind == Average)
	}
	said := s.hints[r].announces(kind)
	if !rel.ev.holds() {
		return list
	}
	if !said && (!rel.ev.sharp(kind) || kind == Average && len(ops) < 4) {
		if kind == Ratio && rel.ev.bad == 0 && rel.ev.telling > 3 {
			rel.ops, rel.score = slices.Clone(ops), enoughBits
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
	rel.ops = slices.Clone(ops)
	return append(list, rel)
}

// rankOf orders candidates that are sure enough: the simplest explanation comes first, and of equals the nearest.
func (s *search) rankOf(rel *relation, ops []int) float64 {
	rank := math.Min(rel.score, plenty) - 3*math.Log2(float64(len(ops)))
	if s.hints[rel.result].announces(rel.kind) {
		rank += wordBits
	}
	rank -= 40 * float64(rel.ev.bad) / float64(rel.ev.good+rel.ev.bad)
	for _, p := range ops {
		rank -= math.Abs(float64(rel.result-p)) / 50 / float64(len(ops))
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
	s.notTotal = nil
	for _, c := range list {
		if s.clashes(&c) {
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
	return some
}

// clashes reports whether a candidate says something else of lines that a relation explains already.
func (s *search) clashes(c *relation) bool {
	for i := range s.found {
		if o := &s.found[i]; clash(o, c) {
			return true
		}
	}
	return false
}

func clash(o, c *relation) bool {
	shared := 0
	for _, p := range c.ops {
		if slices.Contains(o.ops, p) {
			shared++
		}
	}
	oInC, cInO := slices.Contains(c.ops, o.result), slices.Contains(o.ops, c.result)
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
	return (oInC || cInO) && shared > 0 // a = b / c is b = a * c too
}
