package layout

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
)

// IdentityKind is the arithmetic that holds between lines or columns of a table.
type IdentityKind string

const (
	Sum        IdentityKind = "sum"        // the result is the sum of its operands
	Difference IdentityKind = "difference" // the result is the first operand less all others
	Average    IdentityKind = "average"    // the result is the mean of its operands
	Ratio      IdentityKind = "ratio"      // the result is the first operand divided by the second, times the scale
	Product    IdentityKind = "product"    // the result is the product of its two operands
	Change     IdentityKind = "change"     // the result is the change from the first operand to the second, times the scale
)

// Axis says what an identity relates.
type Axis string

const (
	Rows    Axis = "rows"    // the result is a row; the identity holds in its columns
	Columns Axis = "columns" // the result is a column; the identity holds in its rows
)

// Identity is an arithmetic relation that holds between the values of a table, cell by cell along its rows or columns,
// within what the rounding of the values allows.
type Identity struct {
	Kind       IdentityKind `json:"kind"`
	Axis       Axis         `json:"axis"`
	Result     int          `json:"result"`   // row or column number
	Operands   []int        `json:"operands"` // row or column numbers
	Scale      float64      `json:"scale"`    // 100 for percentages; 1 for sums, differences, averages and products
	Support    int          `json:"support"`  // cells in which it holds
	Against    int          `json:"against"`  // cells in which it does not
	MaxError   float64      `json:"max_error"`
	Confidence float64      `json:"confidence"`
	Implied    bool         `json:"implied,omitempty"` // others say of the parts what it says of totals
	At         []int        `json:"-"`                 // the columns (rows) in which it holds
}

// String writes the identity as a formula: "row 9 = sum of rows 10 11 12".
func (id *Identity) String() string {
	name := func(n int) string {
		if id.Axis == Columns {
			return sheet.ColumnName(n)
		}
		return strconv.Itoa(n)
	}
	ops := make([]string, len(id.Operands))
	for i, o := range id.Operands {
		ops[i] = name(o)
	}
	if len(ops) > 12 {
		ops = append(ops[:11], "… "+ops[len(ops)-1])
	}
	what := strings.Join(ops, " + ")
	switch id.Kind {
	case Difference:
		what = strings.Join(ops, " - ")
	case Average:
		what = "mean of " + strings.Join(ops, " ")
	case Ratio:
		what = strings.Join(ops, " / ")
	case Product:
		what = strings.Join(ops, " * ")
	case Change:
		what = "change from " + ops[0] + " to " + ops[1]
	}
	if id.Scale != 1 {
		what += " * " + strconv.FormatFloat(id.Scale, 'f', -1, 64)
	}
	follows := ""
	if id.Implied {
		follows = ", follows from others"
	}
	return fmt.Sprintf("%s %s = %s (holds in %d of %d, %.2f%s)", strings.TrimSuffix(string(id.Axis), "s"), name(id.Result), what, id.Support,
		id.Support+id.Against, id.Confidence, follows)
}

// Bounds of the search. A table that is longer is looked at in a sample of its lines, so that the search costs the same
// however long the table is.
const (
	searchedLines  = 1200 // lines among which sums are looked for
	searchedPairs  = 400  // lines among which ratios are looked for
	searchedPlaces = 200  // places of a line that are compared
)

// reckon finds the arithmetic of a block's values. Where lines stand is told by the sums that are found first, so that it is
// the same whether the rest is looked for or not.
func (a *analysis) reckon(b *block, t *Table) {
	f := a.figures(b, t)
	if f == nil {
		return
	}
	cols := make([]words, f.m)
	for c := range cols {
		for _, p := range t.Columns[c].Path {
			cols[c] |= a.wordsOf(p)
		}
	}
	f.ratios = saidRatios(cols)
	lines := t.linesOf(f)
	settled := a.settled(lines, f)
	if settled && a.labelsOnly {
		return
	}
	rows := make([]words, f.n)
	for r, i := range f.lineNo {
		rows[r] = a.wordsOf(a.rowLabel(b, b.body[i]))
	}
	first := f.searching(rows, f.kin(b, lines))
	first.totals()
	if !settled {
		a.regroup(t, lines, first.found)
	}
	if a.labelsOnly {
		return
	}
	across := f.transposed(b.values)
	few, places := across.sampled(searchedPlaces)
	down, columns := first.rest(), few.search(cols, nil)
	ratios := ratiosOf(columns, f.m, nil)
	few.ratios, across.ratios = ratiosOf(down, few.m, places), ratiosOf(down, across.m, nil)
	if ratios != nil {
		for i, said := range f.ratios {
			ratios[i] = ratios[i] || said
		}
		f.ratios = ratios
		down = f.search(rows, first.kin)
	}
	if few.ratios != nil {
		columns = few.search(cols, nil)
	}
	row := func(i int) int { return f.place[i] }
	column := func(i int) int { return b.values[i] }
	for _, found := range down {
		id := found.identity(Rows)
		id.number(row, column)
		t.Identities = append(t.Identities, id)
	}
	for _, found := range columns {
		if few != across {
			across.check(&found)
		}
		id := found.identity(Columns)
		id.number(column, row)
		t.Identities = append(t.Identities, id)
	}
}

// saidRatios marks the places whose labels announce ratios, changes or averages, unless nearly all do.
func saidRatios(hints []words) []bool {
	out, n := make([]bool, len(hints)), 0
	for i, w := range hints {
		if out[i] = w&(saysRatio|saysChange|saysAverage) != 0; out[i] {
			n++
		}
	}
	if n == 0 || n*3 > len(hints)*2 {
		return nil
	}
	return out
}

// ratiosOf marks the lines that hold ratios and changes, as places of the other axis.
func ratiosOf(list []relation, n int, places []int) []bool {
	var out []bool
	for i := range list {
		r := list[i].result
		switch list[i].kind {
		case Ratio, Change:
		case Product:
			r = list[i].ops[0] // a price, or how many
		default:
			continue
		}
		if out == nil {
			out = make([]bool, n)
		}
		if places == nil {
			out[r] = true
		} else if p, ok := slices.BinarySearch(places, r); ok {
			out[p] = true
		}
	}
	return out
}

// number turns indices into row and column numbers.
func (id *Identity) number(line, place func(int) int) {
	id.Result = line(id.Result)
	for i := range id.Operands {
		id.Operands[i] = line(id.Operands[i])
	}
	for i := range id.At {
		id.At[i] = place(id.At[i])
	}
}

// rowLabel is the innermost label of a line.
func (a *analysis) rowLabel(b *block, k int) string {
	label := ""
	for _, c := range b.stub {
		if c == b.unitCol || b.ordinals[c] {
			continue
		}
		if kd, cell := a.at(k, c); kd == text {
			label = cell.Text
		}
	}
	return label
}

// relation is an identity in the making; its numbers are indices of lines.
type relation struct {
	kind   IdentityKind
	result int
	ops    []int
	scale  float64
	ev     evidence
	cost   float64 // bits that finding it by chance would take, for as many candidates were tried
	score  float64 // bits of evidence beyond chance
	rank   float64

	implied bool // it follows from others
}

func (r *relation) identity(axis Axis) Identity {
	ops := slices.Clone(r.ops) // hypotheses share theirs
	if r.kind == Sum || r.kind == Average {
		slices.Sort(ops)
	}
	return Identity{Kind: r.kind, Axis: axis, Result: r.result, Operands: ops, Scale: r.scale, Support: r.ev.good,
		Against: r.ev.bad, MaxError: r.ev.maxErr, Confidence: confidenceOf(r.score), Implied: r.implied, At: slices.Clone(r.ev.at)}
}

// confidenceOf turns bits of evidence beyond chance into a confidence: 0.7 at the threshold, near one well above it.
func confidenceOf(bits float64) float64 {
	c := 1 - 0.3*pow2(-(bits-enoughBits)/6)
	return float64(int(c*1000)) / 1000
}
