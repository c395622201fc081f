package lineage

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Cell is what stands in a cell: a number, a text, or nothing.
type Cell struct {
	Number float64
	Text   string
	IsText bool
	Null   bool

	Unknown bool // it is null, and the figure exists: not one of a phenomenon that does not occur
	Status  byte // of an observation; 0 where there is none
}

// Cells finds what stands in cells.
type Cells interface {
	Cell(ref Ref) (Cell, error)
	// Term gives the term, or by its place the witness, of a cell of a model that was computed before; interned says
	// whether the place is one of such a model.
	Term(ref Ref) (text string, form Form, interned bool, err error)
	// Sum writes a sum over the rows behind a row of a model, and Leaves gives all cells in it.
	Sum(ref Ref, into *Sum) error
	Leaves(ref Ref, found func(Ref)) error
	// Column names the column of a place, and Source what identifies the table it is of.
	Column(place int32) string
	Source(place int32) string
}

// Result is what a term comes to.
type Result struct {
	Value  float64
	OK     bool // there is a value, which is finite
	Status byte // the weakest of all that it was computed of; counts hang on none
	Lost   *Ref // a cell whose figure is not known and that a sum or another aggregate has passed over
}

// Solve reads a term and computes it from its cells.
func (t *Tree) Solve(term string) (Result, error) {
	t.parts, t.sums = t.parts[:0], t.sums[:0]
	root, err := t.read(term)
	if err == nil {
		err = t.solve(root)
	}
	if err != nil {
		return Result{}, err
	}
	return t.result(root), nil
}

// result is what a part that has been computed comes to.
func (t *Tree) result(root int32) Result {
	p := &t.parts[root]
	r := Result{Status: p.status}
	if p.status == 0 {
		r.Status = 'A'
	}
	r.Value, r.OK = t.amount(root)
	if math.IsInf(r.Value, 0) { // written so in the term, such as 1e999: what is computed is finite or missing
		r.Value, r.OK = 0, false
	}
	if p.lost != nowhere {
		r.Lost = &p.lost
	}
	return r
}

// solve computes a part in place.
func (t *Tree) solve(i int32) error {
	switch t.parts[i].kind {
	case isCell:
		return t.solveCell(i)
	case isSum:
		return t.solveSum(i)
	case isOp:
	default:
		return nil
	}
	if t.depth++; t.depth > maxDepth {
		return fmt.Errorf("compute term: it is nested more than %d deep", maxDepth)
	}
	defer func() { t.depth-- }()
	guard := t.parts[i].op == "&"
	for k := t.parts[i].first; k >= 0; k = t.parts[k].next {
		if err := t.solve(k); err != nil {
			return err
		}
		if guard {
			break // the others are what it hung on
		}
	}
	t.carry(i)
	return t.apply(i)
}

// solveCell looks a cell up; the term of a model's cell takes its place.
func (t *Tree) solveCell(i int32) error {
	ref := t.parts[i].ref
	text, form, interned, err := t.cells.Term(ref)
	if err != nil {
		return err
	}
	if interned {
		if form != Value {
			return fmt.Errorf("compute term: %v is no value", ref)
		}
		inner, err := t.readOf(ref, text)
		if err != nil {
			return err
		}
		t.parts[i].kind, t.parts[i].op, t.parts[i].first = isOp, "&", inner
		return t.solve(i)
	}
	c, err := t.cells.Cell(ref)
	if err != nil {
		return err
	}
	p := &t.parts[i]
	p.number, p.word, p.text, p.null, p.status = c.Number, c.Text, c.IsText, c.Null, c.Status
	if c.Unknown {
		p.unknown = ref
	}
	return nil
}

// amount is the value as a number; texts are read as such.
func (t *Tree) amount(i int32) (float64, bool) {
	p := &t.parts[i]
	if p.null {
		return 0, false
	}
	if p.text {
		x, err := strconv.ParseFloat(strings.TrimSpace(p.word), 64)
		return x, err == nil
	}
	return p.number, true
}

// carry takes over what the parts have to say about themselves. An aggregate passes over a part without a value; where
// that part's figure exists and is not known, the result is not what it says it is.
func (t *Tree) carry(i int32) {
	p := &t.parts[i]
	overlooks := aggregates(p.op)
	if p.op == "count" || p.op == "distinct" {
		return // it counts what is there
	}
	for k := p.first; k >= 0; k = t.parts[k].next {
		kid := &t.parts[k]
		if kid.status != 0 && weaker(kid.status, p.status) {
			p.status = kid.status
		}
		if p.lost == nowhere {
			p.lost = kid.lost
		}
		if kid.null && kid.unknown != nowhere {
			if p.unknown == nowhere {
				p.unknown = kid.unknown
			}
			if overlooks && p.lost == nowhere {
				p.lost = kid.unknown
			}
		}
		if p.op == "&" {
			break
		}
	}
}

// statuses are the codes of observations with a value, from the strongest to the weakest.
const statuses = "ABPEF"

func weaker(a, b byte) bool { return strings.IndexByte(statuses, a) > strings.IndexByte(statuses, b) }

func (t *Tree) set(i int32, x float64, ok bool) error {
	p := &t.parts[i]
	p.number, p.null = x, !ok || math.IsNaN(x) || math.IsInf(x, 0)
	return nil
}

func (t *Tree) apply(i int32) error {
	p := &t.parts[i]
	switch {
	case p.op == "&" && p.first < 0:
		return fmt.Errorf("compute term: & holds nothing")
	case p.op == "&":
		k := &t.parts[p.first]
		p.number, p.null, p.word, p.text = k.number, k.null, k.word, k.text
		return nil
	case p.op == "count" || p.op == "distinct":
		return t.count(i)
	case p.op == "sum":
		x, ok := t.sum(i)
		return t.set(i, x, ok)
	case aggregates(p.op):
		var xs []float64
		for k := p.first; k >= 0; k = t.parts[k].next {
			if x, ok := t.amount(k); ok {
				xs = append(xs, x)
			}
		}
		x, ok := aggregate(p.op, xs)
		return t.set(i, x, ok)
	}
	var xs [2]float64
	n := 0
	for k := p.first; k >= 0; k = t.parts[k].next {
		x, ok := t.amount(k)
		switch {
		case n == len(xs):
			return fmt.Errorf("compute term: %s has too many parts", p.op)
		case !ok && p.op == "nullif" && n == 1:
			x = math.NaN()
		case !ok:
			return t.set(i, 0, false)
		}
		xs[n] = x
		n++
	}
	x, ok, known := compute(p.op, xs[:n])
	if !known {
		return fmt.Errorf("compute term: %s with %d parts is not known", p.op, n)
	}
	return t.set(i, x, ok)
}

// sum adds with compensation, so that the order of the parts does not show.
func (t *Tree) sum(i int32) (float64, bool) {
	sum, rest, any := 0.0, 0.0, false
	for k := t.parts[i].first; k >= 0; k = t.parts[k].next {
		x, ok := t.amount(k)
		if !ok {
			continue
		}
		any = true
		s := sum + x
		if math.Abs(sum) >= math.Abs(x) {
			rest += (sum - s) + x
		} else {
			rest += (x - s) + sum
		}
		sum = s
	}
	return sum + rest, any
}

func (t *Tree) count(i int32) error {
	n := 0
	distinct := t.parts[i].op == "distinct"
	seen := map[string]bool{}
	for k := t.parts[i].first; k >= 0; k = t.parts[k].next {
		kid := &t.parts[k]
		if kid.null {
			continue
		}
		if distinct {
			key := kid.word
			if !kid.text {
				key = strconv.FormatFloat(kid.number, 'g', -1, 64)
			}
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		n++
	}
	return t.set(i, float64(n), true)
}
