package lineage

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Lists names the lists of row ids, and last that of the alternatives.
func (g *Gather) Lists() []string {
	var names []string
	for _, a := range g.Alternatives {
		for _, f := range append(slices.Clone(a.Factors), a.Hangs...) {
			if f.Place >= 0 && !slices.Contains(names, f.List) {
				names = append(names, f.List)
			}
		}
	}
	if g.Tag != "" {
		names = append(names, g.Tag)
	}
	return names
}

// Half says what of the entries of a column is a list's own.
type Half uint8

// Two lists of row ids share a column: gathering one list of twice the width takes half the time of gathering two.
const (
	Whole Half = iota
	First      // the upper 32 bits
	Last       // the lower ones
)

// NoRow stands in a half for a row that is not there.
const NoRow = math.MaxInt32

const (
	idsPrefix = "__g" // begins the names of lists of row ids
	tagPrefix = "__h" // and of those that say which alternative a part takes
)

// Stored says in which column of the model's table a list stands, and what of its entries is the list's.
func (g *Gather) Stored(list string) (column string, half Half) {
	number, ok := strings.CutPrefix(list, idsPrefix)
	k, err := strconv.Atoi(number)
	switch {
	case !ok || err != nil || k == g.Relation.lists-1 && k%2 == 0:
		return list, Whole
	case k%2 == 0:
		return list, First
	}
	return idsPrefix + strconv.Itoa(k-1), Last
}

// Columns names the columns in which the lists stand.
func (g *Gather) Columns() (columns []string) {
	for _, l := range g.Lists() {
		if c, _ := g.Stored(l); !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
	}
	return columns
}

// tags gathers which alternative the rows of each group take.
func (b *block) tags(tag node) string {
	return b.listOf(tag, func() string {
		name := tagPrefix + strconv.Itoa(len(b.lists))
		b.collect(name, cast(clone(tag), "TINYINT", false))
		return name
	})
}

// ids gathers row ids: in a column of their own, or in that of the list before if it has room.
func (b *block) ids(id node) string {
	return b.listOf(id, func() string {
		k, id := b.w.into.lists, cast(clone(id), "INTEGER", false)
		b.w.into.lists++
		name := idsPrefix + strconv.Itoa(k)
		if k%2 == 0 {
			b.unpaired = b.collect(name, id)
		} else {
			first := nodes(b.unpaired, "children")[0]
			b.unpaired["children"] = anys([]node{function("+", function("*", orNoRow(first), bigint(1<<32)), orNoRow(id))})
		}
		return name
	})
}

func orNoRow(id node) node { return operator("OPERATOR_COALESCE", id, bigint(NoRow)) }

// listOf gives the name of the list of an expression, which is made once.
func (b *block) listOf(e node, add func() string) string {
	key := marshal(e)
	name, ok := b.lists[key]
	if !ok {
		if b.lists == nil {
			b.lists = map[string]string{}
		}
		name = add()
		b.lists[key] = name
	}
	return name
}

// collect adds a column that lists an expression over the rows of each group.
func (b *block) collect(name string, e node) node {
	all := function("list", e)
	all["alias"] = name
	b.n["select_list"] = append(list(b.n, "select_list"), all)
	return all
}
