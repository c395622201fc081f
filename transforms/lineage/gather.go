package lineage

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Gathered is the form of a place that stands for a sum over rows.
const Gathered Form = 'g'

// Gather is a sum over the rows behind each row of a model: a product of cells for every row behind it. What was added is
// not written into a term; the model's table keeps the row ids as lists, of which the parts are derived when they are asked for.
type Gather struct {
	Relation     *Relation
	Tag          string        // the list that says which alternative a part takes; empty where there is but one
	Alternatives []Alternative // of the branches of a CASE
	Zero         bool          // a 0 is added: the sum is one even without parts
}

// Alternative is what a part may be: a product.
type Alternative struct {
	Skip    bool // the part is none
	Factors []Factor
	Hangs   []Factor // the cells by which this alternative was taken
}

// Factor is a number, or the cell of a column at the row ids of a list.
type Factor struct {
	Number float64
	Place  int32 // -1: a number
	List   string
}

// Cells are the factors that are cells.
func (a Alternative) Cells() []Factor {
	return slices.DeleteFunc(slices.Clone(a.Factors), func(f Factor) bool { return f.Place < 0 })
}

// Witness reports whether it adds nothing, but gathers the cells that something hangs on.
func (g *Gather) Witness() bool {
	return len(g.Alternatives) == 1 && len(g.Alternatives[0].Factors) == 0 && !g.Alternatives[0].Skip
}

// Width is how many numbers in a formula a part may take for its cells, and how many for those that it hangs on.
func (g *Gather) Width() (cells, hangs int) {
	for _, a := range g.Alternatives {
		cells, hangs = max(cells, len(a.Cells())), max(hangs, len(a.Hangs))
	}
	return cells, hangs
}

// Coefficient says of a place whether its cells are what others are multiplied by, by the rule that products are followed with.
func (g *Gather) Coefficient(place int32, columns func(place int32) string) bool {
	for _, a := range g.Alternatives {
		cells := a.Cells()
		for i := 1; i < len(cells); i++ {
			switch {
			case columns(cells[i].Place) != measure:
				if cells[i].Place == place {
					return true
				}
			case i == 1 && columns(cells[0].Place) != measure && cells[0].Place == place:
				return true
			}
		}
	}
	return false
}

// Gathers gives the gathers of all models, by place.
func (r *Rewriter) Gathers() map[int32]*Gather { return r.gathers }

// member is one part of a sum before its row ids are gathered: expressions over the FROM of a block.
type member struct {
	tag  node // nil where there is one alternative
	alts []product
}

type product struct {
	skip           bool
	factors, hangs []slot
}

// slot is a factor: a number, or the row id of a cell.
type slot struct {
	number float64
	place  *Place
	id     node
}

// gathered gives the term of a sum whose parts are kept as lists of row ids; not ok says that it is not of that simple form.
func (b *block) gathered(e node, name string, args []node) (term node, ok bool) {
	distinct, _ := e["distinct"].(bool)
	if b.w.into == nil || b.w.top != b || b.inWindow || name != "sum" || distinct || e["filter"] != nil || len(args) != 1 {
		return nil, false
	}
	m, ok := b.memberOf(args[0], true)
	if !ok || !slices.ContainsFunc(m.alts, func(p product) bool {
		return slices.ContainsFunc(p.factors, func(s slot) bool { return s.place != nil })
	}) {
		return nil, false
	}
	g := &Gather{Relation: b.w.into, Zero: text(args[0], "class") == "CASE" && zeroes(args[0])}
	if m.tag != nil {
		g.Tag = b.tags(m.tag)
	}
	for _, p := range m.alts {
		g.Alternatives = append(g.Alternatives, Alternative{Skip: p.skip, Factors: b.factors(p.factors), Hangs: b.factors(p.hangs)})
	}
	return literal("@" + b.w.gather(g)), true
}

func (b *block) factors(slots []slot) []Factor {
	out := make([]Factor, len(slots))
	for i, s := range slots {
		out[i] = Factor{Number: s.number, Place: -1}
		if s.place != nil {
			b.w.code(*s.place)
			out[i] = Factor{Place: int32(slices.Index(b.w.places, *s.place)), List: b.ids(s.id)}
		}
	}
	return out
}

// gather numbers a gather; one that is alike has its number already.
func (w *writing) gather(g *Gather) string {
	p := Place{Relation: g.Relation, Column: marshal([]any{g.Tag, g.Alternatives, g.Zero}), Form: Gathered}
	code := w.code(p)
	w.gathers[int32(slices.Index(w.places, p))] = g
	return code
}

// memberOf looks into an expression for a product of cells; direct says that it is all that is added.
func (b *block) memberOf(e node, direct bool) (member, bool) {
	switch text(e, "class") {
	case "CONSTANT":
		value := child(e, "value")
		if n, ok := value["value"].(json.Number); ok && slices.Contains([]string{"INTEGER", "BIGINT", "DOUBLE"}, text(value["type"], "id")) {
			x, err := n.Float64()
			return member{alts: []product{{factors: []slot{{number: x}}}}}, err == nil
		}
	case "CAST":
		if try, _ := e["try_cast"].(bool); text(child(e, "cast_type"), "id") == "DOUBLE" && !try {
			return b.memberOf(child(e, "child"), false)
		}
	case "COLUMN_REF":
		return b.memberColumn(e)
	case "FUNCTION":
		if args := nodes(e, "children"); text(e, "function_name") == "*" && len(args) == 2 {
			left, ok := b.memberOf(args[0], false)
			if !ok {
				return member{}, false
			}
			right, ok := b.memberOf(args[1], false)
			return left.times(right, ok)
		}
	case "CASE":
		return b.memberCase(e, direct)
	}
	return member{}, false
}

// times multiplies; one of the two may have alternatives.
func (m member) times(o member, ok bool) (member, bool) {
	if !ok || m.tag != nil && o.tag != nil {
		return member{}, false
	}
	out := member{tag: m.tag}
	if o.tag != nil {
		out.tag = o.tag
	}
	for _, a := range m.alts {
		for _, b := range o.alts {
			out.alts = append(out.alts, product{
				factors: slices.Concat(a.factors, b.factors), hangs: slices.Concat(a.hangs, b.hangs),
			})
		}
	}
	return out, true
}

func (b *block) memberColumn(e node) (member, bool) {
	f, err := b.resolve(e)
	switch {
	case err != nil:
		return member{}, false
	case f.alias >= 0:
		if b.busy[f.alias] {
			return member{}, false
		}
		b.busy[f.alias] = true
		defer delete(b.busy, f.alias)
		return b.memberOf(b.cols[f.alias].expr, false)
	case len(list(e, "column_names")) > 1 && f.item.find(lastName(e)) != f.column, !slices.Contains(b.items, f.item):
		return member{}, false
	}
	if s, ok := f.item.cell(f.column, Value); ok {
		return member{alts: []product{{factors: []slot{s}}}}, s.place.Relation.Columns[f.column].numeric()
	}
	inner, open := behind(f.item.src)
	if inner == nil || f.column >= len(inner.cols) || inner.busy[f.column] {
		return member{}, false
	}
	inner.busy[f.column] = true
	defer delete(inner.busy, f.column)
	m, ok := inner.memberOf(inner.cols[f.column].expr, false)
	if !ok {
		return member{}, false
	}
	open(f.item.alias)
	return m.lift(inner, f.item.alias), true
}

// cell gives the cell of a column of a dataset that stands in the FROM itself.
func (it *item) cell(column int, f Form) (slot, bool) {
	src, ok := it.src.(*base)
	if !ok || src.rel.Kind != Leaf || src.rel.Moves || src.replace(it.alias) != nil {
		return slot{}, false
	}
	p := src.place(column, f)
	return slot{place: &p, id: ref(it.alias, ID)}, true
}

// behind gives the SELECT behind a source whose rows are rows of its FROM, and what puts it in its place.
func behind(src source) (*block, func(alias string)) {
	var q source
	open := func(string) {}
	switch src := src.(type) {
	case subquery:
		q = src.query
	case *withQuery:
		q = src.query
	case *inline:
		q, open = src.query, src.open
	}
	b, ok := q.(*block)
	if !ok || b.grouped || b.distinctRows || b.asked == nil || slices.ContainsFunc(nodes(b.n, "modifiers"), func(m node) bool {
		return text(m, "type") == "DISTINCT_MODIFIER"
	}) {
		return nil, nil
	}
	return b, open
}

// export adds a column to a SELECT.
func (b *block) export(e node) string {
	key := marshal(e)
	if name, ok := b.exports[key]; ok {
		return name
	}
	if b.exports == nil {
		b.exports = map[string]string{}
	}
	name := "__i" + strconv.Itoa(len(b.exports))
	b.exports[key] = name
	e = clone(e)
	e["alias"] = name
	b.n["select_list"] = append(list(b.n, "select_list"), e)
	return name
}

// lift takes a member out of the SELECT that its expressions are over.
func (m member) lift(from *block, alias string) member {
	lifted := member{}
	if m.tag != nil {
		lifted.tag = ref(alias, from.export(m.tag))
	}
	for _, p := range m.alts {
		lifted.alts = append(lifted.alts, product{skip: p.skip, factors: from.lift(p.factors, alias), hangs: from.lift(p.hangs, alias)})
	}
	return lifted
}

// memberCase makes the branches of a CASE alternatives, told apart by their number.
func (b *block) memberCase(e node, direct bool) (member, bool) {
	var m member
	var whens []node
	var tag []branch
	add := func(then node) bool {
		if direct && (then == nil || nothing(then)) {
			m.alts = append(m.alts, product{skip: true})
			return true
		}
		if then == nil {
			return false
		}
		one, ok := b.memberOf(then, false)
		if !ok || one.tag != nil {
			return false
		}
		hangs, ok := b.hangsOn(whens, then)
		one.alts[0].hangs = append(one.alts[0].hangs, hangs...)
		m.alts = append(m.alts, one.alts[0])
		return ok
	}
	for i, c := range nodes(e, "case_checks") {
		whens = append(whens, child(c, "when_expr"))
		tag = append(tag, branch{clone(child(c, "when_expr")), whole(i)})
		if !add(child(c, "then_expr")) {
			return member{}, false
		}
	}
	if !add(child(e, "else_expr")) || len(m.alts) > 100 {
		return member{}, false
	}
	m.tag = cast(caseOf(whole(len(tag)), tag...), "TINYINT", false)
	return m, true
}

// hangsOn gives the cells by which a branch was taken, unless the branch is made of them; see branch.
func (b *block) hangsOn(whens []node, then node) (out []slot, ok bool) {
	covered, err := b.hangs(then, nil)
	if err != nil {
		return nil, false
	}
	seen := map[string]bool{}
	for _, when := range whens {
		d, err := b.hangs(when, nil)
		if err != nil {
			return nil, false
		}
		if !d.tracked || d.items != nil && d.within(covered) {
			continue
		}
		slots, ok := b.cellsOf(when)
		if !ok {
			return nil, false
		}
		for _, s := range slots {
			if key := marshal(s.id); !seen[key] {
				seen[key] = true
				out = append(out, s)
			}
		}
	}
	return out, true
}
