package layout

import (
	"math"
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/value"
)

// figures are the values of a table, line by line, as arithmetic looks at them.
type figures struct {
	*room
	n, m     int
	v        []float64 // NaN where there is none
	half     []float64 // half a unit of the last digit that counts: how far rounding may have moved the value
	lineNo   []int     // index of each row in the block's body
	place    []int     // number of each line on the sheet
	probes   [][]int   // by line: the places that tell most about it
	addends  [][]int   // likewise for sums
	spare    [][]int   // by line: two more of its places
	blank    []bool    // by line: it has no values
	spread   []float64 // by line: how far its values are from each other, twice their standard deviation
	ratios   []bool    // by place: it holds ratios or changes, which need not add up; nil for none
	negative bool      // there are values below zero
	other    bool      // these are columns

	known  []scope // by place: what its values are like
	lively *pile   // all lines that have something to add
	filled *pile   // all lines with values

	hits     []hit // room for what is in the making
	seen     quotients
	products []float64

	standing  []standing // by line: the sums worth checking
	idle      []uint16   // by line and direction: from where on no mean comes near
	divided   bool       // the following are known
	quotients []relation // what holds of ratios and changes
	coarse    []relation // ratios that hold, of values too coarse to tell much
}

func (f *figures) apart(place int) bool { return f.ratios != nil && f.ratios[place] }

func (f *figures) at(line, place int) float64     { return f.v[line*f.m+place] }
func (f *figures) halfAt(line, place int) float64 { return f.half[line*f.m+place] }

// figures reads the values of a block. Of a long one it takes the first and the last lines and a sample of the others.
func (a *analysis) figures(b *block, t *Table) *figures {
	style := t.style
	if style.err != nil {
		style.style = value.Style{Decimal: '.', Thousands: ','} // sums tell whether it is right
	}
	a.room.clear()
	f := &figures{room: a.room, m: len(b.values), lineNo: sample(len(b.body), searchedLines)}
	f.n = len(f.lineNo)
	if f.n == 0 || f.m == 0 || f.m > searchedLines || f.n*f.m < 3 {
		return nil
	}
	index := make([]int, len(b.isValue))
	for i, c := range b.values {
		index[c] = i + 1
	}
	f.v = f.floats.take(f.n * f.m)
	digits := make([]int8, f.n*f.m)
	for r, i := range f.lineNo {
		k := b.body[i]
		f.place = append(f.place, a.rows[k].number)
		row := f.v[r*f.m : (r+1)*f.m]
		for p := range row {
			row[p] = math.NaN()
		}
		for j, kd := range a.kinds[k] {
			c := &a.g.Rows[k].Cells[j]
			if kd != number && kd != year || c.Col >= len(index) || index[c.Col] == 0 {
				continue
			}
			p := index[c.Col] - 1
			v, ok := figure(c, style.style)
			if !ok {
				continue
			}
			row[p] = v
			digits[r*f.m+p] = decimals(c, style.style)
			f.negative = f.negative || v < 0
		}
	}
	f.precision(digits)
	f.probe()
	return f
}

func figure(c *sheet.Cell, st value.Style) (float64, bool) {
	if c.Type == sheet.Number {
		return c.Num, true
	}
	p := value.Parse(c.Text, st)
	return p.Value, p.OK
}

// sample gives at most limit of n indices: the first and the last, and evenly spread ones in between.
func sample(n, limit int) []int {
	out := make([]int, 0, min(n, limit))
	if n <= limit {
		for i := range n {
			out = append(out, i)
		}
		return out
	}
	edge := limit / 4
	for i := range edge {
		out = append(out, i)
	}
	rest := limit - 2*edge
	for i := range rest {
		out = append(out, edge+i*(n-2*edge)/rest)
	}
	for i := n - edge; i < n; i++ {
		out = append(out, i)
	}
	return out
}

// mostDecimals is the number of decimals beyond which digits are what computers add, not what people publish.
const mostDecimals = 9

// decimals counts the digits after the point that are not trailing zeros.
func decimals(c *sheet.Cell, st value.Style) int8 {
	point := byte('.')
	if c.Type != sheet.Number && st.Decimal == ',' {
		point = ','
	}
	if c.Num == math.Trunc(c.Num) && c.Type == sheet.Number {
		return 0
	}
	i := strings.LastIndexByte(c.Text, point)
	if i < 0 {
		return 0
	}
	n, last := 0, 0
	for _, d := range []byte(c.Text[i+1:]) {
		if d < '0' || d > '9' {
			break
		}
		if n++; d != '0' {
			last = n
		}
	}
	if exp := strings.IndexAny(c.Text[i:], "eE"); exp > 0 {
		return mostDecimals
	}
	return int8(min(last, mostDecimals))
}

// precision tells how far each value may have been rounded: by its own decimals and by those that its row and its column
// usually show, since a trailing zero may have been dropped; or by a base that all whole numbers are rounded to.
func (f *figures) precision(digits []int8) {
	rows, cols := make([]int8, f.n), make([]int8, f.m)
	var list []int8
	usual := func() int8 {
		if len(list) == 0 {
			return 0
		}
		slices.Sort(list)
		return list[len(list)*8/10]
	}
	for r := range f.n {
		list = list[:0]
		for p := range f.m {
			if !math.IsNaN(f.at(r, p)) {
				list = append(list, digits[r*f.m+p])
			}
		}
		rows[r] = usual()
	}
	for p := range f.m {
		list = list[:0]
		for r := range f.n {
			if !math.IsNaN(f.at(r, p)) {
				list = append(list, digits[r*f.m+p])
			}
		}
		cols[p] = usual()
	}
	base := f.base()
	f.half = f.floats.take(len(f.v))
	for i := range f.v {
		d := max(digits[i], min(rows[i/f.m], cols[i%f.m]))
		f.half[i] = 0.5 * math.Pow10(-int(d))
		if d == 0 {
			f.half[i] *= base
		}
	}
}

// base is the number that all whole numbers of a table are rounded to: offices round to 5 or 3 to protect respondents,
// and to tens and hundreds to say that more is not known.
func (f *figures) base() float64 {
	var whole []float64
	for _, v := range f.v {
		if !math.IsNaN(v) && v != 0 && v == math.Trunc(v) {
			whole = append(whole, v)
		}
	}
	distinct := make(map[float64]bool)
	for _, v := range whole {
		if distinct[v] = true; len(distinct) == 10 {
			break
		}
	}
	if len(whole) < 20 || len(distinct) < 10 {
		return 1
	}
	for _, g := range []float64{1000, 100, 50, 10, 5, 3} {
		miss := 0
		for _, v := range whole {
			if math.Mod(v, g) != 0 {
				if miss++; miss*50 > len(whole) {
					break
				}
			}
		}
		if miss*50 <= len(whole) {
			return g * 2 // rounding at random may go either way
		}
	}
	return 1
}

// probe picks, for each line, the places whose values have most digits: a relation is tried there first.
func (f *figures) probe() {
	f.probes, f.spare, f.spread, f.blank = make([][]int, f.n), make([][]int, f.n), make([]float64, f.n), make([]bool, f.n)
	f.addends = make([][]int, f.n)
	filled := make([]int, 0, f.m)
	for r := range f.n {
		n, sum, squares, fine := 0.0, 0.0, 0.0, 0
		filled = filled[:0]
		for p := range f.m {
			v := f.at(r, p)
			if math.IsNaN(v) {
				continue
			}
			n, sum, squares = n+1, sum+v, squares+v*v
			if v == 0 {
				continue
			}
			filled = append(filled, p)
			if f.halfAt(r, p) < computed {
				fine++
			}
		}
		f.probes[r] = f.best(r, filled, 0)
		if f.addends[r] = f.probes[r]; fine > 0 && fine*2 < len(filled) {
			f.addends[r] = f.best(r, filled, published)
		}
		if k := len(filled); k > 3 {
			f.spare[r] = []int{filled[k/3], filled[k*2/3]}
		}
		if f.blank[r] = n == 0; n > 1 {
			f.spread[r] = 2 * math.Sqrt(max(0, squares/n-sum/n*sum/n))
		}
	}
}

// Digits finer than those that are published are of computers. Where some values of a line have such digits and most have
// none, they are ratios among figures, and tell nothing of sums.
const (
	computed  = 5e-7
	published = 5e-4
)

// best gives the three of some places that tell most of a line; digits finer than so much do not count.
func (f *figures) best(r int, places []int, finest float64) []int {
	weight := func(p int) float64 { return math.Abs(f.at(r, p)) / max(f.halfAt(r, p), finest) }
	out := f.ints.take(4)[:0]
	for _, p := range places {
		out = append(out, p)
		for i := len(out) - 1; i > 0 && weight(out[i]) > weight(out[i-1]); i-- {
			out[i], out[i-1] = out[i-1], out[i]
		}
		if len(out) > 3 {
			out = out[:3]
		}
	}
	return out
}

// transposed gives the figures with columns for lines; these are their numbers.
func (f *figures) transposed(columns []int) *figures {
	t := &figures{room: f.room, n: f.m, m: f.n, lineNo: f.lineNo, place: columns, negative: f.negative, other: true}
	t.v, t.half = t.floats.take(t.n*t.m), t.floats.take(t.n*t.m)
	for r := range f.n {
		for c := range f.m {
			t.v[c*t.m+r], t.half[c*t.m+r] = f.at(r, c), f.halfAt(r, c)
		}
	}
	t.probe()
	return t
}

// sampled gives the figures with at most limit places of each line, and which these are.
func (f *figures) sampled(limit int) (*figures, []int) {
	places := sample(f.m, limit)
	if len(places) == f.m {
		return f, places
	}
	t := &figures{room: f.room, n: f.n, m: len(places), lineNo: f.lineNo, place: f.place, negative: f.negative, other: f.other}
	t.v, t.half = t.floats.take(t.n*t.m), t.floats.take(t.n*t.m)
	for l := range t.n {
		for i, p := range places {
			t.v[l*t.m+i], t.half[l*t.m+i] = f.at(l, p), f.halfAt(l, p)
		}
	}
	t.probe()
	return t, places
}

// check gathers the evidence for a relation again: in all places, where it was found in a sample.
func (f *figures) check(r *relation) {
	switch r.kind {
	case Ratio, Change:
		r.ev = f.checkRatio(r.result, r.ops[0], r.ops[1], r.scale, r.kind == Change)
	case Product:
		r.ev = f.checkRatio(r.ops[0], r.result, r.ops[1], 1, false)
	case Difference:
		r.ev = f.checkSum(r.ops[0], append([]int{r.result}, r.ops[1:]...), false)
	default:
		r.ev = f.checkSum(r.result, r.ops, r.kind == Average)
	}
}
