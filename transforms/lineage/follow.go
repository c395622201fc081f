package lineage

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Role says what part an input plays.
type Role uint8

// The roles, as RoleNames writes them.
const (
	Part        Role = iota // of a sum, a count or a value taken as it is
	Numerator               // above the line of a ratio
	Denominator             // below it
	Coefficient             // what another input is multiplied by, such as a mapping's share
	Condition               // it decided what was taken, and is no part of the amount
)

// RoleNames gives the names of the roles, in their order.
func RoleNames() []string { return []string{"part", "numerator", "denominator", "weight", "condition"} }

// Input is a cell that went into a value.
type Input struct {
	Ref
	N      int // its number in the formula; a sum takes several from here on
	Takes  int // how many numbers it takes
	Role   Role
	Weight float64 // by how much the numerator, denominator or value grows with it; NaN where that has no meaning
}

// Trace is how one value was made.
type Trace struct {
	Inputs  []Input // in the order of the formula
	Formula []byte  // with #1 for the first input
}

// weighing is by how much a part counts; whole says that nothing has been added yet, so that a factor such as the 100 of
// a percentage concerns all parts alike and is left out.
type weighing struct {
	by    float64
	whole bool
}

func (w weighing) times(x float64) weighing { return weighing{by: w.by * x} }

// none is the weight of what has none.
var none = weighing{by: math.NaN()}

type inputKey struct {
	Ref
	role Role
}

// Precedences of what is written.
const (
	loose = iota
	additive
	multiplicative
	power
)

// Follow gives the trace of the term that was solved last. It holds until the next is solved.
func (t *Tree) Follow() (Trace, error) {
	t.trace.Inputs, t.out, t.last = t.trace.Inputs[:0], t.out[:0], 0
	if len(t.numbers) > 0 {
		clear(t.numbers)
	}
	if err := t.follow(0, Part, weighing{1, true}, loose); err != nil {
		return Trace{}, err
	}
	if t.guarded(0) {
		known := map[string]bool{}
		for _, in := range t.trace.Inputs {
			known[t.cells.Source(in.Place)+" "+strconv.FormatInt(in.Row, 10)] = true
		}
		if err := t.conditions(0, known); err != nil {
			return Trace{}, err
		}
	}
	t.trace.Formula = t.out
	return t.trace, nil
}

func (t *Tree) follow(i int32, role Role, w weighing, outer int) error {
	if t.depth++; t.depth > maxDepth {
		return fmt.Errorf("follow term: it is nested more than %d deep", maxDepth)
	}
	defer func() { t.depth-- }()
	p := &t.parts[i]
	switch p.kind {
	case isCell:
		t.out = append(t.out, '#')
		t.out = strconv.AppendInt(t.out, int64(t.input(p.ref, role, w.by)), 10)
		return nil
	case isSum:
		t.summed(i, role, w, outer)
		return nil
	case isNull:
		t.out = append(t.out, "null"...)
		return nil
	case isNumber:
		t.out = strconv.AppendFloat(t.out, p.number, 'f', -1, 64)
		return nil
	}
	switch p.op {
	case "&", "decimal", "integer":
		return t.follow(p.first, role, w, outer)
	case "+", "-", "*", "/", "%", "^":
		if right := t.parts[p.first].next; right >= 0 {
			return t.operator(i, p.first, right, role, w, outer)
		}
	case "sum":
		return t.added(i, role, w, outer)
	case "count", "distinct":
		return t.counted(i, role)
	}
	return t.call(i, role, w)
}

// input numbers a cell.
func (t *Tree) input(ref Ref, role Role, weight float64) int { return t.take(ref, role, weight, 1) }

// take numbers what takes so many numbers, and gives the first.
func (t *Tree) take(ref Ref, role Role, weight float64, takes int) int {
	if at := t.taken(ref, role); at >= 0 {
		t.trace.Inputs[at].Weight += weight // it is there twice
		return t.trace.Inputs[at].N
	}
	n := t.last + 1
	t.last += takes
	t.trace.Inputs = append(t.trace.Inputs, Input{Ref: ref, N: n, Takes: takes, Role: role, Weight: weight})
	return n
}

// fewInputs is up to how many inputs are looked through one by one.
const fewInputs = 12

// taken finds an input that has its number already; -1 if it has none, and then it is about to be added.
func (t *Tree) taken(ref Ref, role Role) int {
	n := len(t.trace.Inputs)
	if n < fewInputs {
		return slices.IndexFunc(t.trace.Inputs, func(in Input) bool { return in.Ref == ref && in.Role == role })
	}
	for at := len(t.numbers); at < n; at++ {
		t.numbers[inputKey{t.trace.Inputs[at].Ref, t.trace.Inputs[at].Role}] = at
	}
	if at, ok := t.numbers[inputKey{ref, role}]; ok {
		return at
	}
	return -1
}

func (t *Tree) operator(i, left, right int32, role Role, w weighing, outer int) error {
	x, xok := t.amount(left)
	y, yok := t.amount(right)
	if !xok {
		x = math.NaN()
	}
	if !yok {
		y = math.NaN()
	}
	prec, after := multiplicative, multiplicative
	lrole, rrole, lw, rw := role, role, w.times(1), w.times(1)
	switch t.parts[i].op {
	case "+":
		prec, after = additive, additive
	case "-":
		prec, rw = additive, w.times(-1)
	case "*":
		lrole, rrole = t.product(left, right, role)
		if lw, rw = w.times(y), w.times(x); w.whole && (t.parts[left].kind == isNumber || t.parts[right].kind == isNumber) {
			lw, rw = w, w
		}
	case "/":
		after = power
		if t.parts[right].kind == isNumber { // another scale, and no ratio
			lw = w.times(1 / y)
			break
		}
		lw, rw = weighing{1, true}, weighing{1, true}
		switch role {
		case Denominator:
			rrole = Numerator
		case Part, Numerator:
			lrole, rrole = Numerator, Denominator
		}
	case "^":
		prec, after = power, power+1
		lw, rw, rrole = w.times(y*math.Pow(x, y-1)), none, Coefficient
	case "%":
		after, rw, rrole = power, none, Coefficient
	}
	if prec < outer {
		t.out = append(t.out, '(')
	}
	if err := t.follow(left, lrole, lw, prec); err != nil {
		return err
	}
	t.out = append(append(append(t.out, ' '), t.parts[i].op...), ' ')
	err := t.follow(right, rrole, rw, after)
	if prec < outer {
		t.out = append(t.out, ')')
	}
	return err
}

// product tells an amount from what it is weighted with.
func (t *Tree) product(left, right int32, role Role) (Role, Role) {
	a, b := t.column(left), t.column(right)
	switch {
	case t.parts[left].kind == isNumber || t.parts[right].kind == isNumber:
	case b != "" && b != measure:
		return role, Coefficient
	case a != "" && a != measure:
		return Coefficient, role
	}
	return role, role
}

func (t *Tree) column(i int32) string {
	for t.parts[i].kind == isOp && t.parts[i].op == "&" {
		i = t.parts[i].first
	}
	if t.parts[i].kind != isCell {
		return ""
	}
	return t.cells.Column(t.parts[i].ref.Place)
}

func (t *Tree) added(i int32, role Role, w weighing, outer int) error {
	first := t.parts[i].first
	if first < 0 {
		t.out = append(t.out, "null"...)
		return nil
	}
	if t.parts[first].next < 0 {
		return t.follow(first, role, w, outer)
	}
	if outer > additive {
		t.out = append(t.out, '(')
	}
	for k := first; k >= 0; k = t.parts[k].next {
		if k != first {
			t.out = append(t.out, " + "...)
		}
		if err := t.follow(k, role, w.times(1), multiplicative); err != nil {
			return err
		}
	}
	if outer > additive {
		t.out = append(t.out, ')')
	}
	return nil
}

// counted writes a count; a member that is a plain 1 is named by the first cell by which it is there.
func (t *Tree) counted(i int32, role Role) error {
	t.out = append(append(t.out, t.parts[i].op...), '(')
	for k := t.parts[i].first; k >= 0; k = t.parts[k].next {
		if k != t.parts[i].first {
			t.out = append(t.out, ", "...)
		}
		ref, err := t.member(k)
		if err != nil {
			return err
		}
		if ref != nowhere {
			t.out = append(t.out, '#')
			t.out = strconv.AppendInt(t.out, int64(t.input(ref, role, 1)), 10)
			continue
		}
		if err := t.follow(k, role, weighing{by: 1}, loose); err != nil {
			return err
		}
	}
	t.out = append(t.out, ')')
	return nil
}

// member gives the first cell of a member that is a plain number with cells behind it.
func (t *Tree) member(k int32) (Ref, error) {
	found := nowhere
	for t.parts[k].kind == isOp && t.parts[k].op == "&" && !t.parts[k].null {
		value := t.parts[k].first
		for c := t.parts[value].next; c >= 0 && found == nowhere && t.parts[value].kind == isNumber; c = t.parts[c].next {
			err := t.leaves(c, func(r Ref) {
				if found == nowhere {
					found = r
				}
			})
			if err != nil {
				return found, err
			}
		}
		k = value
	}
	return found, nil
}

// call writes any other operation.
func (t *Tree) call(i int32, role Role, w weighing) error {
	op, first := t.parts[i].op, t.parts[i].first
	if second := t.parts[first].next; op == "nullif" && second >= 0 && t.parts[second].kind == isNumber && t.parts[second].number == 0 {
		return t.follow(first, role, w, power) // only to divide by
	}
	n := 0
	for k := t.parts[i].first; k >= 0; k = t.parts[k].next {
		if !t.parts[k].null {
			n++
		}
	}
	t.out = append(append(t.out, op...), '(')
	for k := t.parts[i].first; k >= 0; k = t.parts[k].next {
		later := k != t.parts[i].first
		if later {
			t.out = append(t.out, ", "...)
		}
		krole, kw := role, none
		switch op {
		case "-":
			kw = w.times(-1)
		case "avg":
			kw = w.times(1 / float64(n))
		case "min", "max", "greatest", "least":
			kw = weighing{}
			if x, ok := t.amount(k); ok && x == t.parts[i].number {
				kw = w
			}
		case "nullif", "round":
			if kw = w; later {
				krole, kw = Condition, none
			}
		case "+", "trunc", "floor", "ceil":
			kw = w
		case "abs":
			kw = w.times(sign(t.parts[k].number))
		}
		if err := t.follow(k, krole, kw, loose); err != nil {
			return err
		}
	}
	t.out = append(t.out, ')')
	return nil
}
