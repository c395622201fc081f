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
	Count   int       // how many parts there are
	Width   int       // how many numbers of a formula each takes
	Numbers int       // how many all take, with the cells that they hang on
}

// SumPart is a part of a sum.
type SumPart struct {
	Alternative *Alternative
	Rows        []int64 // of its factors, -1 for none
	Hangs       []int64
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
	s, at, err := t.sumOf(t.parts[i].ref)
	if err != nil {
		return err
	}
	if !s.Many {
		t.writeOut(i, s)
		return t.solve(i)
	}
	t.takeSum(i, s, at)
	return nil
}

// sumOf asks for a sum; it stays where it is until the next one is asked for.
func (t *Tree) sumOf(ref Ref) (*Sum, int32, error) {
	t.sums = append(t.sums, Sum{})
	at := len(t.sums) - 1
	return &t.sums[at], int32(at), t.cells.Sum(ref, &t.sums[at])
}

// takeSum makes a part a sum of many.
func (t *Tree) takeSum(i int32, s *Sum, at int32) {
	p := &t.parts[i]
	p.number, p.null, p.status, p.unknown, p.lost, p.sum = s.Value, !s.OK, s.Status, s.Unknown, s.Lost, at
}

// oneSum solves a term that is one sum of many parts as it stands in a model, as those of most indicators' rows are: a
// short cut, which leaves the tree as solving the term step by step would but for the steps.
func (t *Tree) oneSum(of Ref) (bool, error) {
	text, form, interned, err := t.cells.Term(of)
	if err != nil || !interned || form != Value || len(text) < 2 || text[0] != '@' {
		return false, err
	}
	sum, n := letters(text[1:])
	if n != len(text)-1 {
		return false, nil
	}
	ref := Ref{Place: sum, Row: of.Row}
	s, at, err := t.sumOf(ref)
	if err != nil || !s.Many {
		return false, err
	}
	t.takeSum(t.add(part{kind: isSum, ref: ref}), s, at)
	return true, nil
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
	s := &t.sums[t.parts[i].sum]
	first := t.take(t.parts[i].ref, role, w.by, s.Numbers)
	if outer > additive {
		t.out = append(t.out, '(')
	}
	for k, p := range s.Parts {
		at := k
		switch {
		case k == 0:
		case k == len(s.Parts)-1:
			at = s.Count - 1
			t.out = append(t.out, " + … + "...)
		default:
			t.out = append(t.out, " + "...)
		}
		number := first + at*s.Width
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
