package indicator

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// fewParts is up to how many parts a sum is written out in formulas and inputs like any other operation. The parts of a
// longer one stay in the lists of row ids of its model, from which Inputs derives them.
const fewParts = 4

// rowList is a column of lists, by row of its table: which rows of datasets, or which alternatives, went into a row.
type rowList struct {
	from, to []int
	ids      []int32 // -1 for null
}

// sums holds a gather computed for all rows of its model.
type sums struct {
	gather *lineage.Gather
	table  string
	lists  map[string]*rowList
	order  []*rowList // as parts are ordered by
	first  *rowList
	tag    *rowList

	alternatives []alternative
	width, hangs int

	parts         []int32 // how many there are
	value         []float64
	ok            []bool
	status        []byte
	lost, unknown []lineage.Ref
}

type alternative struct {
	*lineage.Alternative
	factors []factor
}

type factor struct {
	number float64
	column *cellColumn // nil: a number
	rows   *rowList
	place  int32
}

// sumOf gives a gather, computed when it is first asked for: over whole columns at once.
func (c *cells) sumOf(place int32) (*sums, error) {
	if s, ok := c.sums[place]; ok {
		return s, nil
	}
	g, ok := c.gathers()[place]
	if !ok {
		return nil, fmt.Errorf("follow a value: there is no sum %d", place)
	}
	s := &sums{gather: g, lists: map[string]*rowList{}, table: c.source(c.places()[place])}
	s.width, s.hangs = g.Width()
	names := g.Lists()
	if err := c.readLists(s.table, names); err != nil {
		return nil, fmt.Errorf("read what was added in %s: %w", g.Relation.Name, query.Reason(err))
	}
	for _, name := range names {
		s.lists[name] = c.lists[s.table+" "+name]
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
	if err := s.compute(); err != nil {
		return nil, err
	}
	if c.sums == nil {
		c.sums = map[int32]*sums{}
	}
	c.sums[place] = s
	return s, nil
}

// readLists reads the lists of a model's table that are not known yet.
func (c *cells) readLists(table string, names []string) error {
	if c.lists == nil {
		c.lists = map[string]*rowList{}
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return c.lists[table+" "+name] != nil })
	if len(names) == 0 {
		return nil
	}
	lists := make([]*rowList, len(names))
	for i, name := range names {
		lists[i] = &rowList{}
		c.lists[table+" "+name] = lists[i]
	}
	sql := fmt.Sprintf("SELECT rowid::BIGINT, %s FROM %s", strings.Join(idents(names), ", "), duck.Ident(table))
	return scan(c.ctx, c.db, sql, func(b arrow.RecordBatch) error {
		rows := b.Column(0).(*array.Int64)
		for i, l := range lists {
			l.add(rows, b.Column(i+1).(*array.List))
		}
		return nil
	})
}

func (l *rowList) add(rows *array.Int64, lists *array.List) {
	at := len(l.ids)
	switch values := lists.ListValues().(type) {
	case *array.Int32:
		l.ids = append(l.ids, values.Int32Values()...)
	case *array.Int8:
		for _, x := range values.Int8Values() {
			l.ids = append(l.ids, int32(x))
		}
	}
	if values := lists.ListValues(); values.NullN() > 0 {
		for i := range values.Len() {
			if values.IsNull(i) {
				l.ids[at+i] = -1
			}
		}
	}
	for i := range lists.Len() {
		row := int(rows.Value(i))
		for len(l.from) <= row {
			l.from, l.to = append(l.from, 0), append(l.to, 0)
		}
		if !lists.IsNull(i) {
			from, to := lists.ValueOffsets(i)
			l.from[row], l.to[row] = at+int(from), at+int(to)
		}
	}
}

// compute adds up every row's parts, with what the tree would have said of them.
func (s *sums) compute() error {
	n := len(s.first.from)
	s.parts, s.value, s.ok, s.status = make([]int32, n), make([]float64, n), make([]bool, n), make([]byte, n)
	s.lost, s.unknown = make([]lineage.Ref, n), make([]lineage.Ref, n)
	for row := range n {
		if err := s.add(row); err != nil {
			return err
		}
	}
	return nil
}

// add adds with compensation, so that the order of the parts does not show.
func (s *sums) add(row int) error {
	sum, rest := 0.0, 0.0
	ok, weakest := s.gather.Zero, 0
	s.lost[row], s.unknown[row] = lineage.Nowhere(), lineage.Nowhere()
	for i := range s.first.to[row] - s.first.from[row] {
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
			id := int(f.rows.ids[f.rows.from[row]+i])
			if id < 0 {
				known = false
				continue
			}
			if id >= len(f.column.numbers) {
				return fmt.Errorf("follow a value: %s has no row %d", f.column.table, id)
			}
			weakest = max(weakest, rank(f.column.status[id]))
			if f.column.null[id] {
				known = false
				s.missing(row, f, id)
				continue
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
	if !f.column.unknown[id] {
		return
	}
	ref := lineage.Ref{Place: f.place, Row: int64(id)}
	if before := s.lost[row]; before.Place < 0 || ref.Place < before.Place || ref.Place == before.Place && ref.Row < before.Row {
		s.lost[row], s.unknown[row] = ref, ref
	}
}

// ranks are the statuses from the strongest to the weakest, from 1.
const ranks = " ABPEF"

func rank(status byte) int {
	switch status {
	case 'A':
		return 1
	case 'B':
		return 2
	case 'P':
		return 3
	case 'E':
		return 4
	case 'F':
		return 5
	}
	return 0
}

// Sum implements lineage.Cells.
func (c *cells) Sum(ref lineage.Ref) (*lineage.Sum, error) {
	s, err := c.sumOf(ref.Place)
	if err != nil {
		return nil, err
	}
	row := int(ref.Row)
	if row < 0 || row >= len(s.value) {
		return nil, fmt.Errorf("follow a value: %s has no row %d", s.table, row)
	}
	parts := int(s.parts[row])
	out := &lineage.Sum{
		Value: s.value[row], OK: s.ok[row], Status: s.status[row], Lost: s.lost[row], Unknown: s.unknown[row],
		Width: s.width, Many: parts > fewParts, Numbers: parts * (s.width + s.hangs),
	}
	switch {
	case out.Many:
		out.Parts = s.ends(row)
	case s.gather.Zero:
		zero := &lineage.Alternative{Factors: []lineage.Factor{{Place: -1}}}
		out.Parts = append([]lineage.SumPart{{Alternative: zero, Rows: []int64{-1}}}, s.all(row)...)
	default:
		out.Parts = s.all(row)
	}
	return out, nil
}

// compare orders the parts of a row as Inputs does: by their lists in turn.
func (s *sums) compare(row, i, j int) int {
	for _, l := range s.order {
		a, b := l.ids[l.from[row]+i], l.ids[l.from[row]+j]
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
	tag := s.tag.ids[s.tag.from[row]+i]
	if tag < 0 || s.alternatives[tag].Skip {
		return nil // there is no such row, or it gives nothing
	}
	return &s.alternatives[tag]
}

// all gives the parts of a row in order.
func (s *sums) all(row int) []lineage.SumPart {
	var order []int
	for i := range s.first.to[row] - s.first.from[row] {
		if s.alternative(row, i) != nil {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return s.compare(row, i, j) })
	out := make([]lineage.SumPart, len(order))
	for at, i := range order {
		a := s.alternative(row, i)
		p := lineage.SumPart{Alternative: a.Alternative, At: at}
		for _, f := range a.factors {
			id := int64(-1)
			if f.column != nil {
				id = int64(f.rows.ids[f.rows.from[row]+i])
			}
			p.Rows = append(p.Rows, id)
		}
		for _, f := range a.Hangs {
			l := s.lists[f.List]
			p.Hangs = append(p.Hangs, int64(l.ids[l.from[row]+i]))
		}
		out[at] = p
	}
	return out
}

// ends gives the first two parts of a row and the last.
func (s *sums) ends(row int) []lineage.SumPart {
	last := int(s.parts[row]) - 1
	first := s.alternatives[0].Alternative
	if s.tag == nil {
		return []lineage.SumPart{{Alternative: first}, {Alternative: first, At: 1}, {Alternative: first, At: last}}
	}
	at := [3]int{-1, -1, -1}
	for i := range s.first.to[row] - s.first.from[row] {
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
	return []lineage.SumPart{
		{Alternative: s.alternative(row, at[0]).Alternative},
		{Alternative: s.alternative(row, at[1]).Alternative, At: 1},
		{Alternative: s.alternative(row, at[2]).Alternative, At: last},
	}
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
