package layout

import (
	"math"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/value"
)

// The bounds of the search for sums.
const (
	longestSum = 120 // lines or columns that a total may add up
	farthest   = 600 // how far away from the total they may stand
	tries      = 4   // sums that fit in one column and are checked in all
)

// matrix holds the values of a block; NaN where there is none.
type matrix struct {
	rows, cols int
	v          []float64
}

func (m *matrix) at(r, c int) float64 { return m.v[r*m.cols+c] }

// markDerived finds the lines and columns that add up others, and gives them and their cells the role.
func (a *analysis) markDerived(s *Sheet, blocks []*block, tables []*Table) {
	for i, b := range blocks {
		style := tables[i].style
		if style.err != nil {
			style.style = value.Style{Decimal: '.', Thousands: ','} // sums tell whether it is right
		}
		m := a.matrix(b, style.style)
		if m.rows == 0 || m.cols == 0 {
			continue
		}
		hint := make([]bool, m.rows)
		for r, k := range b.body {
			hint[r] = a.factsOf(a.firstText(k)).total
		}
		rows := sums(m.rows, m.cols, m.at, hint)
		for r, k := range b.body {
			rows[r] = rows[r] || hint[r] && isPlainTotal(a.firstText(k))
		}
		colHint := make([]bool, m.cols)
		for c, col := range tables[i].Columns {
			for _, p := range col.Path {
				colHint[c] = colHint[c] || isTotal(p)
			}
		}
		cols := sums(m.cols, m.rows, func(c, r int) float64 { return m.at(r, c) }, colHint)
		a.paintDerived(s, b, rows, cols)
	}
}

func (a *analysis) matrix(b *block, st value.Style) matrix {
	m := matrix{rows: len(b.body), cols: len(b.values)}
	if m.rows*m.cols > 4_000_000 {
		return matrix{}
	}
	m.v = make([]float64, m.rows*m.cols)
	index := make([]int, len(b.isValue))
	for i, c := range b.values {
		index[c] = i + 1
	}
	for r, k := range b.body {
		row := m.v[r*m.cols : (r+1)*m.cols]
		for i := range row {
			row[i] = math.NaN()
		}
		for j, kd := range a.kinds[k] {
			c := &a.g.Rows[k].Cells[j]
			if kd != number && kd != year || c.Col >= len(index) || index[c.Col] == 0 {
				continue
			}
			if c.Type == sheet.Number {
				row[index[c.Col]-1] = c.Num
			} else if p := value.Parse(c.Text, st); p.OK {
				row[index[c.Col]-1] = p.Value
			}
		}
	}
	return m
}

// sums finds which of n lines add up lines right below or right above them, leaving out those that are parts of another
// sum already. at gives the value of a line in one of the m columns.
func sums(n, m int, at func(line, col int) float64, hint []bool) []bool {
	out := make([]bool, n)
	for _, step := range []int{-1, 1} {
		used := make([]bool, n)
		first, end := n-1, -1
		if step > 0 {
			first, end = 0, n
		}
		for r := first; r != end; r += step {
			if parts := addends(r, n, m, -step, at, used, hint); parts != nil {
				out[r] = true
				for _, p := range parts {
					used[p] = true
				}
			}
		}
	}
	return out
}

// addends looks for the lines next to line r, in direction step, that add up to it.
func addends(r, n, m, step int, at func(int, int) float64, used, hint []bool) []int {
	lead := -1
	for c := 0; c < m; c++ {
		if v := at(r, c); !math.IsNaN(v) && v != 0 {
			lead = c
			break
		}
	}
	if lead < 0 {
		return nil
	}
	want := at(r, lead)
	sum, parts, left := 0.0, []int(nil), tries
	for p := r + step; p >= 0 && p < n && len(parts) < longestSum && left > 0 && (p-r)*step <= farthest; p += step {
		if used[p] {
			continue
		}
		parts = append(parts, p)
		if v := at(p, lead); !math.IsNaN(v) {
			sum += v
			if v >= 0 && want >= 0 && sum > want*1.02+2 {
				return nil
			}
		}
		if len(parts) < 2 || !near(sum, want, len(parts)) {
			continue
		}
		if addsUp(r, m, parts, at, hint[r]) {
			return parts
		}
		left--
	}
	return nil
}

// near allows for the rounding of every part.
func near(sum, want float64, parts int) bool {
	d := math.Abs(sum - want)
	scale := math.Abs(want)
	if d <= 1e-9*scale {
		return true
	}
	unit := 0.1
	if want == math.Trunc(want) {
		unit = 1
	}
	return d <= unit*0.5*math.Sqrt(float64(parts)) && d <= 0.005*scale || d <= 1e-4*scale
}

// addsUp checks a sum in all columns.
func addsUp(r, m int, parts []int, at func(int, int) float64, hint bool) bool {
	good, bad := 0, 0
	for c := 0; c < m; c++ {
		want := at(r, c)
		if math.IsNaN(want) {
			continue
		}
		sum, have := 0.0, 0
		for _, p := range parts {
			if v := at(p, c); !math.IsNaN(v) {
				sum += v
				if v != 0 {
					have++
				}
			}
		}
		switch {
		case have > 1 && near(sum, want, len(parts)):
			good++
		case have == 1 && sum == want || have == 0 && want == 0:
		default:
			bad++
		}
	}
	if good+bad == 1 {
		return good == 1 && (hint || len(parts) > 2)
	}
	return good > 1 && good*10 >= (good+bad)*7 || hint && good > 0 && good*2 >= good+bad
}

// paintDerived writes the roles.
func (a *analysis) paintDerived(s *Sheet, b *block, rows, cols []bool) {
	for r, k := range b.body {
		if rows[r] {
			s.Lines[a.rows[k].number-1] = Derived
		}
		for j, kd := range a.kinds[k] {
			c := a.g.Rows[k].Cells[j].Col
			if kd == blank || c >= len(b.isValue) {
				continue
			}
			switch {
			case b.isStub[c] && rows[r]:
				a.g.roles[k][j] = Group
			case b.isValue[c] && (rows[r] || cols[b.valueIndex(c)]):
				a.g.roles[k][j] = Derived
			}
		}
	}
}

// valueIndex gives the place of a value column among them.
func (b *block) valueIndex(col int) int {
	lo, hi := 0, len(b.values)
	for lo < hi {
		if mid := (lo + hi) / 2; b.values[mid] < col {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
