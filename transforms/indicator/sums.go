package indicator

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// fewParts is up to how many parts a sum is written out in formulas and inputs like any other operation. The parts of a
// longer one stay in the lists of row ids of its model, from which Inputs derives them.
const fewParts = 4

// sums holds a gather computed for all rows of its model.
type sums struct {
	gather *lineage.Gather
	table  string
	lists  map[string]*rowLists
	order  []*rowLists // as parts are ordered by
	first  *rowLists
	tag    *rowLists

	alternatives []alternative
	width, hangs int

	alike  []lineage.SumPart // what ends gives for every row, where there is one alternative
	parts  []int32           // how many there are
	value  []float64
	ok     []bool
	status []byte
	lost   []lineage.Ref // a cell whose figure is not known
}

type alternative struct {
	*lineage.Alternative
	factors []factor
}

type factor struct {
	number float64
	column *cellColumn // nil: a number
	rows   *rowLists
	ids    []int32 // of the row at hand
	place  int32
}

// sumOf gives a sum of a model, computed for all its rows when it is first asked for.
func (c *cells) sumOf(place int32) (*sums, error) {
	if place < 0 || c.gathers[place] == nil {
		return nil, fmt.Errorf("follow a value: there is no sum %d", place)
	}
	o := &c.sums[place]
	if o.done.Load() {
		return o.made, o.err
	}
	return o.get(func() (*sums, error) { return c.sum(c.gathers[place], c.places[place]) })
}

// sum reads the lists of a sum and adds up.
func (c *cells) sum(g *lineage.Gather, p lineage.Place) (*sums, error) {
	s := &sums{gather: g, table: c.source(p)}
	s.width, s.hangs = g.Width()
	var err error
	if s.lists, err = c.readLists(s.table, g); err != nil {
		return nil, fmt.Errorf("read what was added in %s: %w", g.Relation.Name, query.Reason(err))
	}
	for _, name := range g.Lists() {
		s.order = append(s.order, s.lists[name])
	}
	s.first = s.order[0]
	if g.Tag != "" {
		s.tag = s.lists[g.Tag]
	}
	for i := range g.Alternatives {
		a := alternative{Alternative: &g.Alternatives[i]}
		for _, f := range a.Factors {
			if f.Place < 0 {
				a.factors = append(a.factors, factor{number: f.Number, place: -1})
				continue
			}
			col, err := c.column(f.Place)
			if err != nil {
				return nil, err
			}
			a.factors = append(a.factors, factor{column: col, rows: s.lists[f.List], place: f.Place})
		}
		s.alternatives = append(s.alternatives, a)
	}
	if g.Witness() {
		return s, nil
	}
	return s, s.compute()
}

// prefetch reads the terms of a model, and the columns that its sums are made of.
func (c *cells) prefetch(rel *lineage.Relation, start func(func() error)) {
	wanted := map[int32]bool{}
	for place, p := range c.places {
		g := c.gathers[int32(place)]
		switch {
		case p.Relation == rel && g == nil:
			wanted[int32(place)] = true
		case p.Relation == rel:
			for _, a := range g.Alternatives {
				for _, f := range a.Cells() {
					wanted[f.Place] = true
				}
			}
		}
	}
	start(func() error { // one after the other: they share the processor with the rows that are made meanwhile
		for place := range wanted {
			if _, err := c.column(place); err != nil {
				return err
			}
		}
		return nil
	})
}

// prepare computes the sums of a model ahead of the values that are made of them.
func (c *cells) prepare(rel *lineage.Relation, start func(func() error)) {
	for place, g := range c.gathers {
		if g.Relation == rel && !g.Witness() {
			start(func() error {
				_, err := c.sumOf(place)
				return err
			})
		}
	}
}

// compute adds up every row's parts, with what the tree would have said of them.
func (s *sums) compute() error {
	n := len(s.first.starts) - 1
	one := lineage.SumPart{Alternative: s.alternatives[0].Alternative}
	s.alike = []lineage.SumPart{one, one, one}
	s.parts, s.value, s.ok, s.status = make([]int32, n), make([]float64, n), make([]bool, n), make([]byte, n)
	s.lost = make([]lineage.Ref, n)
	var products []float64
	for row := range n {
		if s.tag == nil && s.addUsual(row, &products) {
			continue
		}
		if err := s.add(row); err != nil {
			return err
		}
	}
	return nil
}

// addUsual adds a row as add does, in less time, where there is nothing to say of its cells. False says that there is.
func (s *sums) addUsual(row int, products *[]float64) bool {
	number, seen := 1.0, byte(0)
	xs := (*products)[:0]
	for k := range s.alternatives[0].factors {
		f := &s.alternatives[0].factors[k]
		if f.column == nil {
			number *= f.number
			continue
		}
		ids, numbers, marks := f.rows.row(row), f.column.numbers, f.column.marks
		if len(xs) < len(ids) {
			xs = slices.Grow(xs, len(ids))[:len(ids)]
			for i := range xs {
				xs[i] = 1
			}
		}
		xs = xs[:len(ids)]
		for i, id := range ids {
			if uint(id) >= uint(len(numbers)) || uint(id) >= uint(len(marks)) || marks[id] > usualMarks {
				*products = xs
				return false
			}
			seen |= marks[id]
			xs[i] *= numbers[id]
		}
	}
	*products = xs
	sum, rest := 0.0, 0.0
	for _, x := range xs {
		x *= number
		t := sum + x
		y := t - sum
		rest += (sum - (t - y)) + (x - y)
		sum = t
	}
	if len(xs) == 0 || math.IsNaN(sum+rest) || math.IsInf(sum+rest, 0) {
		return false
	}
	s.parts[row], s.value[row], s.ok[row], s.lost[row] = int32(len(xs)), sum+rest, true, lineage.Nowhere()
	if seen > 0 {
		s.status[row] = ranks[seen]
	}
	return true
}

// add adds with compensation, so that the order of the parts does not show.
func (s *sums) add(row int) error {
	sum, rest := 0.0, 0.0
	ok, weakest := s.gather.Zero, byte(0)
	s.lost[row] = lineage.Nowhere()
	for a := range s.alternatives {
		for k := range s.alternatives[a].factors {
			if f := &s.alternatives[a].factors[k]; f.column != nil {
				f.ids = f.rows.row(row)
			}
		}
	}
	for i := range s.first.row(row) {
		a := s.alternative(row, i)
		if a == nil {
			continue
		}
		s.parts[row]++
		x, known := 1.0, true
		for k := range a.factors {
			f := &a.factors[k]
			if f.column == nil {
				x *= f.number
				continue
			}
			id := int(f.ids[i])
			if id < 0 {
				known = false
				continue
			}
			if id >= len(f.column.numbers) {
				return fmt.Errorf("follow a value: %s has no row %d", f.column.table, id)
			}
			if mark := f.column.marks[id]; mark > usualMarks {
				if mark&isNull != 0 {
					known = false
					s.missing(row, f, id)
				}
				if rank := mark & rankMarks; rank <= lastRank {
					weakest = max(weakest, rank)
				}
			} else {
				weakest = max(weakest, mark)
			}
			x *= f.column.numbers[id]
		}
		if !known || math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		ok = true
		t := sum + x
		if math.Abs(sum) >= math.Abs(x) {
			rest += (sum - t) + x
		} else {
			rest += (x - t) + sum
		}
		sum = t
	}
	s.value[row], s.ok[row] = sum+rest, ok
	if weakest > 0 {
		s.status[row] = ranks[weakest]
	}
	return nil
}

// missing notes a cell without a value; of several the first in its table.
func (s *sums) missing(row int, f *factor, id int) {
	if f.column.marks[id]&isUnknown == 0 {
		return
	}
	ref := lineage.Ref{Place: f.place, Row: int64(id)}
	if before := s.lost[row]; before.Place < 0 || ref.Place < before.Place || ref.Place == before.Place && ref.Row < before.Row {
		s.lost[row] = ref
	}
}

// Sum implements lineage.Cells.
func (c *cells) Sum(ref lineage.Ref, into *lineage.Sum) error {
	s, err := c.sumOf(ref.Place)
	if err != nil {
		return err
	}
	row := int(ref.Row)
	if row < 0 || row >= len(s.value) {
		return fmt.Errorf("follow a value: %s has no row %d", s.table, row)
	}
	parts := int(s.parts[row])
	*into = lineage.Sum{
		Value: s.value[row], OK: s.ok[row], Status: s.status[row], Lost: s.lost[row], Unknown: s.lost[row],
		Width: s.width, Many: parts > fewParts, Count: parts, Numbers: parts * (s.width + s.hangs),
	}
	switch {
	case into.Many:
		into.Parts = s.ends(row)
	case s.gather.Zero:
		zero := &lineage.Alternative{Factors: []lineage.Factor{{Place: -1}}}
		into.Parts = append([]lineage.SumPart{{Alternative: zero, Rows: []int64{-1}}}, s.all(row)...)
	default:
		into.Parts = s.all(row)
	}
	return nil
}

// compare orders the parts of a row as Inputs does: by their lists in turn.
func (s *sums) compare(row, i, j int) int {
	for _, l := range s.order {
		a, b := l.row(row)[i], l.row(row)[j]
		if a != b {
			if a < 0 || b < 0 {
				return cmp.Compare(b, a) // null comes last
			}
			return cmp.Compare(a, b)
		}
	}
	return 0
}

// alternative gives what a part of a row is; nil where it is left out.
func (s *sums) alternative(row, i int) *alternative {
	if s.tag == nil {
		return &s.alternatives[0]
	}
	tag := s.tag.row(row)[i]
	if tag < 0 || s.alternatives[tag].Skip {
		return nil // there is no such row, or it gives nothing
	}
	return &s.alternatives[tag]
}

// all gives the parts of a row in order.
func (s *sums) all(row int) []lineage.SumPart {
	var order []int
	for i := range s.first.row(row) {
		if s.alternative(row, i) != nil {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return s.compare(row, i, j) })
	out := make([]lineage.SumPart, len(order))
	for at, i := range order {
		a := s.alternative(row, i)
		p := lineage.SumPart{Alternative: a.Alternative}
		for _, f := range a.factors {
			id := int64(-1)
			if f.column != nil {
				id = int64(f.rows.row(row)[i])
			}
			p.Rows = append(p.Rows, id)
		}
		for _, f := range a.Hangs {
			l := s.lists[f.List]
			p.Hangs = append(p.Hangs, int64(l.row(row)[i]))
		}
		out[at] = p
	}
	return out
}

// ends gives the first two parts of a row and the last.
func (s *sums) ends(row int) []lineage.SumPart {
	if s.tag == nil {
		return s.alike
	}
	at := [3]int{-1, -1, -1}
	for i := range s.first.row(row) {
		if s.alternative(row, i) == nil {
			continue
		}
		switch {
		case at[0] < 0 || s.compare(row, i, at[0]) < 0:
			at[0], at[1] = i, at[0]
		case at[1] < 0 || s.compare(row, i, at[1]) < 0:
			at[1] = i
		}
		if at[2] < 0 || s.compare(row, i, at[2]) > 0 {
			at[2] = i
		}
	}
	out := make([]lineage.SumPart, len(at))
	for k, i := range at {
		out[k].Alternative = s.alternative(row, i).Alternative
	}
	return out
}

// Leaves implements lineage.Cells.
func (c *cells) Leaves(ref lineage.Ref, found func(lineage.Ref)) error {
	s, err := c.sumOf(ref.Place)
	if err != nil {
		return err
	}
	for _, p := range s.all(int(ref.Row)) {
		rows := slices.Concat(p.Rows, p.Hangs)
		for k, f := range slices.Concat(p.Alternative.Factors, p.Alternative.Hangs) {
			if f.Place >= 0 && rows[k] >= 0 {
				found(lineage.Ref{Place: f.Place, Row: rows[k]})
			}
		}
	}
	return nil
}
