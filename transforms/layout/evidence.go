package layout

import (
	"math"
	"slices"
)

// evidence is what the places of a line say for and against a relation.
type evidence struct {
	good, bad int
	open      int     // places where an operand is missing
	bits      float64 // how unlikely the agreement would be by chance, as a power of two
	maxErr    float64
	at        []int // the places that agree
	telling   int   // places that agree and say something new
	exact     bool  // everywhere, to the result's last digit
	product   bool  // everywhere, as a product: divisor and result may change places
}

// The weights of evidence, in bits.
const (
	enoughBits = 12 // beyond those that the number of candidates costs
	mostBits   = 16 // of a single place
	badBits    = 3  // what a place that does not agree takes away
	wordBits   = 6  // what a label adds that announces the kind of relation
)

// slip is how far a sum may be off beyond rounding: little where its digits are what a computer added up, since parts are
// corrected and totals are not; else nothing but what computing in binary does.
func slip(half, want float64) float64 {
	if half < 0.001 {
		return 5e-6 * math.Abs(want)
	}
	return 1e-9 * math.Abs(want)
}

func pow2(x float64) float64 { return math.Exp2(x) }

// agree adds a place where the relation holds: scale is the size of what is explained, tol what rounding leaves open.
func (e *evidence) agree(place int, scale, tol, err float64) {
	e.good++
	e.at = append(e.at, place)
	e.maxErr = max(e.maxErr, err)
	if tol > 0 && scale > 0 {
		e.bits += min(mostBits, math.Log2(1+scale/(2*tol)))
		e.telling++
	}
}

// hit is a place where a relation holds.
type hit struct {
	place     int
	scale     float64 // the size of what is explained
	half, tol float64 // how far rounding moves the result, and with the operands too
	err       float64
	signed    float64 // the same with its sign
	fine      float64 // how far rounding moves the operands alone; 0 where that is not told
}

// lopsided reports whether a relation is off to one side by more than rounding can be, which errs both ways.
func lopsided(hits []hit) bool {
	n, sum, variance := 0.0, 0.0, 0.0
	for _, h := range hits {
		if h.scale > 0 {
			n, sum, variance = n+1, sum+h.signed, variance+h.tol*h.tol/3
		}
	}
	return n >= 4 && math.Abs(sum) > 3*math.Sqrt(variance)
}

// take counts the hits. Where all of them are exact, they are measured by the result's own rounding; where they are
// nearer than rounding needs, by how near they are, for the few bits that learning this takes.
func (e *evidence) take(hits []hit, exact bool) {
	e.exact = exact
	e.at = make([]int, 0, len(hits))
	worst := 0.0
	for _, h := range hits {
		worst = max(worst, h.err)
	}
	if n := float64(len(hits)); n > 0 {
		worst *= (n + 1) / n
	}
	nearer := 0.0
	for _, h := range hits {
		tol := h.tol
		if exact {
			tol = h.half
		}
		if near := max(worst, h.fine); h.fine > 0 && near < tol {
			nearer = max(nearer, math.Log2(tol/near))
			tol = near
		}
		e.agree(h.place, h.scale, tol, h.err)
	}
	e.bits = max(0, e.bits-nearer)
}

// holds reports whether the relation holds in nearly all places where it can be told.
func (e *evidence) holds() bool { return e.supported(e.good) }

// supported reports whether so many places are enough for the relation to hold.
func (e *evidence) supported(good int) bool {
	return good > 0 && !e.hopeless(good) && good*2 >= good+e.bad+e.open
}

// hopeless reports whether too many places speak against the relation, even if so many are for it.
func (e *evidence) hopeless(good int) bool { return good*10 < (good+e.bad)*7 }

// sharp reports whether a typical place says enough: where values are few and coarse, lines agree without a reason.
func (e *evidence) sharp(k IdentityKind) bool {
	least := 2.5
	switch k {
	case Sum:
		least = 1.5
	case Average:
		least = 4
	}
	return e.bits >= least*float64(e.telling)
}

func (e *evidence) net() float64 { return e.bits - badBits*float64(e.bad) }

// sumTolerance is how far rounding may move the sum of some values from the rounded sum.
func sumTolerance(want, part float64, n int) float64 { return want + part*sumSpread(n) }

// sumSpread is how many times the rounding of one part the rounding of n parts comes to.
func sumSpread(n int) float64 {
	if n < len(sumSpreads) {
		return sumSpreads[n]
	}
	return 2 + math.Sqrt(float64(n))
}

// sumSpreads are those of up to so many parts.
var sumSpreads = func() (table [longestRun + 1]float64) {
	for n := range table {
		table[n] = spreadOf(n)
	}
	return table
}()

func spreadOf(n int) float64 {
	if n > 4 {
		return 2 + math.Sqrt(float64(n))
	}
	return float64(n)
}

// sumAt adds up some lines in one place: with how far rounding may have moved each, how many there are, the two largest
// of them and how far they are apart.
func (f *figures) sumAt(parts []int, p int) (sum, half float64, have int, first, second, spread float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range parts {
		v := f.at(l, p)
		if math.IsNaN(v) {
			continue
		}
		have++
		sum += v
		half = max(half, f.halfAt(l, p))
		low, high = min(low, v), max(high, v)
		if s := math.Abs(v); s > first {
			first, second = s, first
		} else if s > second {
			second = s
		}
	}
	return sum, half, have, first, second, high - low
}

// proportions are those in which the parts of a whole were seen. Where lines are multiples of each other, one place says
// it all: what holds there holds everywhere.
type proportions [][4]float64

const mostProportions = 64

// add reports whether a whole and its two largest parts stand in a proportion not seen before. Where rounding leaves
// the proportion open, and where one is to be expected, only equal values count as seen.
func (s *proportions) add(whole, first, second, half float64, exactly bool) bool {
	if whole == 0 {
		return false
	}
	x, y := math.Abs(first/whole), math.Abs(second/whole)
	near := half / math.Abs(whole)
	for _, o := range *s {
		d := near + o[2]
		if math.Abs(x-o[0]) <= d && math.Abs(y-o[1]) <= d && (d < 0.01 && !exactly || x == o[0] && y == o[1] && whole == o[3]) {
			return false
		}
	}
	if len(*s) < mostProportions {
		*s = append(*s, [4]float64{x, y, near, whole})
	}
	return true
}

// beside reports whether the parts follow on a line without a gap.
func (f *figures) beside(r int, parts []int) bool {
	if len(parts) == 0 {
		return false
	}
	step := 1
	if parts[0] < r {
		step = -1
	}
	left := len(parts)
	for l := r + step; l >= 0 && l < f.n && left > 0; l += step {
		if slices.Contains(parts, l) {
			left--
		} else if len(f.probes[l]) > 0 {
			return false
		}
	}
	return left == 0
}

// checkSum compares a line with the sum of others, or with their mean.
func (f *figures) checkSum(r int, parts []int, mean bool) evidence {
	e, _ := f.sumEvidence(r, parts, mean, false)
	return e
}

// sumEvidence is checkSum. In a hurry it gives up, and says so, as soon as the relation can no longer hold.
func (f *figures) sumEvidence(r int, parts []int, mean, hurry bool) (e evidence, ok bool) {
	var seen proportions
	beside := f.beside(r, parts)
	exact := 0
	hits := f.hits[:0]
	defer func() { f.hits = hits }()
	for p := range f.m {
		want := f.at(r, p)
		if math.IsNaN(want) {
			continue
		}
		sum, half, have, first, second, spread := f.sumAt(parts, p)
		if have == 0 {
			if want != 0 {
				e.open++
			} else if !mean {
				hits = append(hits, hit{place: p}) // nothing adds up to zero
			}
			continue
		}
		tol := sumTolerance(f.halfAt(r, p), half, have)
		scale := min(math.Abs(want), second)
		if mean {
			if all := sum / float64(len(parts)); math.Abs(all-want) < math.Abs(sum/float64(have)-want) {
				sum = all // what is not there counts as nothing
			} else {
				sum /= float64(have)
			}
			tol = f.halfAt(r, p)*1.02 + half/math.Sqrt(float64(have))
			scale = spread
		}
		err := math.Abs(sum - want)
		tol += slip(f.halfAt(r, p), want)
		if err > tol {
			if f.apart(p) {
				continue
			}
			if have < len(parts) && (sum < want || mean) && have*2 <= len(parts) {
				e.open++
			} else {
				e.bad++
			}
			if hurry && e.hopeless(len(hits)+f.m-1-p) {
				return e, false
			}
			if e.bad > 6 && e.bad > 2*(len(hits)+1) {
				return e, true
			}
			continue
		}
		if !seen.add(want, first, second, f.halfAt(r, p)+half, beside) {
			scale = 0 // says nothing new
		}
		if err <= f.halfAt(r, p)*0.5 {
			exact++
		}
		hits = append(hits, hit{p, scale, f.halfAt(r, p), tol, err, sum - want, sumTolerance(0, half, have)})
	}
	if lopsided(hits) {
		e.bad += len(hits)
		return e, true
	}
	if hurry && !e.supported(len(hits)) {
		return e, false
	}
	e.take(hits, exact*10 >= len(hits)*9)
	return e, true
}

// checkRatio compares a line with the quotient of two others, or with the change from one to the other. Where the product
// of two lines is the third to its last digit, all three say as much as the product does.
func (f *figures) checkRatio(r, x, y int, scale float64, change bool) evidence {
	e, _ := f.ratioEvidence(r, x, y, scale, change, false)
	return e
}

// ratioEvidence is checkRatio. In a hurry it gives up, and says so, as soon as the relation can no longer hold.
func (f *figures) ratioEvidence(r, x, y int, scale float64, change, hurry bool) (e evidence, ok bool) {
	hits := f.hits[:0]
	exact, products := 0, 0
	seen, whole := f.seen[:0], f.products[:0] // the latter is the products' evidence
	defer func() { f.hits, f.seen, f.products = hits, seen, whole }()
	for p := range f.m {
		a, b, c := f.at(r, p), f.at(x, p), f.at(y, p)
		if math.IsNaN(a) {
			continue
		}
		if math.IsNaN(b) || math.IsNaN(c) {
			e.open++
			continue
		}
		got, tol, ok := f.ratio(r, x, y, p, scale, change)
		if !ok {
			if a != 0 {
				e.open++
			}
			continue
		}
		err := math.Abs(got - a)
		if err > tol {
			if e.bad++; hurry && e.hopeless(len(hits)+f.m-1-p) {
				return e, false
			}
			if e.bad > 4 && e.bad > len(hits) {
				return e, true
			}
			continue
		}
		size, product := min(math.Abs(a), f.spread[r]), 0.0
		if !change { // of lines that rise and fall together, any constant is the quotient
			size = min(size, math.Abs(a)*f.spread[y]/math.Abs(c))
		}
		if seen.same(a, b) {
			size = 0 // says nothing new
		} else {
			seen = append(seen, [2]float64{a, b})
			if a != 1 && c != 1 {
				product = min(math.Abs(b), f.spread[x]) / f.halfAt(x, p)
			}
			if a == scale || a == 0 || b == a && !change {
				size = 0
			}
		}
		if err <= f.halfAt(r, p)*1.02 {
			exact++
		}
		if math.Abs(a*c-b) <= 1e-9*math.Abs(b) {
			products++
		}
		hits, whole = append(hits, hit{p, size, f.halfAt(r, p), tol, err, got - a, 0}), append(whole, product)
	}
	if e.product = scale == 1 && !change && products*10 >= len(hits)*9; e.product {
		for i := range hits {
			hits[i].scale, hits[i].half = whole[i], 1
		}
	}
	if hurry && !e.supported(len(hits)) {
		return e, false
	}
	e.take(hits, e.product || exact*10 >= len(hits)*9)
	return e, true
}

// quotients are results seen before, each with its first operand.
type quotients [][2]float64

// same reports whether a result was seen before, from much the same operands.
func (s quotients) same(result, operand float64) bool {
	for _, o := range s[:min(len(s), mostProportions)] {
		if o[0] == result && math.Abs(o[1]-operand) <= 0.05*math.Abs(operand) {
			return true
		}
	}
	return false
}

// ratio computes what a place should hold, and how far rounding may have moved it.
func (f *figures) ratio(r, x, y, p int, scale float64, change bool) (got, tol float64, ok bool) {
	b, c := f.at(x, p), f.at(y, p)
	hb, hc := f.halfAt(x, p), f.halfAt(y, p)
	if change {
		b, c, hb, hc = c, b, hc, hb // from the first to the second
	}
	if c == 0 || math.Abs(c) < 2*hc {
		return 0, 0, false
	}
	q := b / c * scale
	tol = f.halfAt(r, p)*1.02 + math.Abs(q)*(hc/math.Abs(c)) + scale*hb/math.Abs(c) + 1e-9*math.Abs(q)
	if change {
		q -= scale
	}
	return q, tol, true
}
