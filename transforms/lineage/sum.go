package lineage

import "strconv"

// Sum is what a Gather comes to in one row of its model.
type Sum struct {
	Value   float64
	OK      bool
	Status  byte
	Unknown Ref // why there is no value; see Nowhere
	Lost    Ref
	Many    bool      // its parts are not written out
	Parts   []SumPart // all, or where they are many the first two and the last
	Width   int       // how many numbers of a formula each takes
	Numbers int       // how many all take, with the cells that they hang on
}

// SumPart is a part of a sum.
type SumPart struct {
	Alternative *Alternative
	Rows        []int64 // of its factors, -1 for none
	Hangs       []int64
	At          int // in the order of the parts, from 0
}

// Nowhere is no cell.
func Nowhere() Ref { return nowhere }

// readOf reads the term of a row of a model.
func (t *Tree) readOf(ref Ref, text string) (int32, error) {
	before := t.row
	t.row = ref.Row
	defer func() { t.row = before }()
	return t.read(text)
}

// solveSum takes over what the cells say of a sum; one of few parts is written out, and solved as if its term had said so.
func (t *Tree) solveSum(i int32) error {
	s, err := t.cells.Sum(t.parts[i].ref)
	if err != nil {
		return err
	}
	if !s.Many {
		t.writeOut(i, s)
		return t.solve(i)
	}
	p := &t.parts[i]
	p.number, p.null, p.status, p.unknown, p.lost, p.sum = s.Value, !s.OK, s.Status, s.Unknown, s.Lost, s
	return nil
}

// writeOut makes a sum an operation over its parts.
func (t *Tree) writeOut(i int32, s *Sum) {
	t.parts[i].kind, t.parts[i].op = isOp, "sum"
	last := int32(-1)
	for _, p := range s.Parts {
		kid := t.multiplied(p)
		if last < 0 {
			t.parts[i].first = kid
		} else {
			t.parts[last].next = kid
		}
		last = kid
	}
}

func (t *Tree) multiplied(p SumPart) int32 {
	root := int32(-1)
	for j, f := range p.Alternative.Factors {
		at := t.factor(f, p.Rows[j])
		if root < 0 {
			root = t.guard(at, p)
			continue
		}
		t.parts[root].next = at
		op := t.add(part{kind: isOp, op: "*"})
		t.parts[op].first = root
		root = op
	}
	return root
}

// guard puts the cells that a part hangs on beside its first factor.
func (t *Tree) guard(first int32, p SumPart) int32 {
	if len(p.Hangs) == 0 {
		return first
	}
	guard := t.add(part{kind: isOp, op: "&"})
	t.parts[guard].first = first
	for j, f := range p.Alternative.Hangs {
		at := t.factor(f, p.Hangs[j])
		t.parts[first].next = at
		first = at
	}
	return guard
}

func (t *Tree) factor(f Factor, row int64) int32 {
	switch {
	case f.Place < 0:
		return t.add(part{kind: isNumber, number: f.Number})
	case row < 0:
		return t.add(part{kind: isNull, null: true})
	}
	return t.add(part{kind: isCell, ref: Ref{Place: f.Place, Row: row}})
}

// summed writes a sum of many parts: the first two and the last, from which the others follow. Its inputs are noted as one.
func (t *Tree) summed(i int32, role Role, w weighing, outer int) {
	s := t.parts[i].sum
	first := t.take(t.parts[i].ref, role, w.by, s.Numbers)
	if outer > additive {
		t.out = append(t.out, '(')
	}
	for k, p := range s.Parts {
		switch {
		case k == 0:
		case k == len(s.Parts)-1:
			t.out = append(t.out, " + … + "...)
		default:
			t.out = append(t.out, " + "...)
		}
		number := first + p.At*s.Width
		for j, f := range p.Alternative.Factors {
			if j > 0 {
				t.out = append(t.out, " * "...)
			}
			if f.Place < 0 {
				t.out = strconv.AppendFloat(t.out, f.Number, 'f', -1, 64)
				continue
			}
			t.out = strconv.AppendInt(append(t.out, '#'), int64(number), 10)
			number++
		}
	}
	if outer > additive {
		t.out = append(t.out, ')')
	}
}
