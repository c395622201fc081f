package layout

import (
	"regexp"
	"slices"
)

// A line that is indented below another, or stands in an "of which" group, may stand beside it all the same. Arithmetic
// tells: if a total is the sum of one line and of another below it, the two are of one level.

// ofWhich begins the labels of groups whose lines are some of the parts of what stands above: they need not add up.
var ofWhich = regexp.MustCompile(`^(\(?trong đó|of which|in which|including|bao gồm|gồm|chia ra)($|\W)`)

// nested reports whether there are lines that arithmetic may move: in an "of which" group, or right below a line with values.
func (a *analysis) nested(t *Table) bool {
	var last []string
	for i := range t.Lines {
		path := t.Lines[i].Path
		parent := path[:max(0, len(path)-1)]
		if i > 0 && len(parent) > 0 && slices.Equal(parent, t.Lines[i-1].Path) {
			return true
		}
		if !slices.Equal(parent, last) && slices.ContainsFunc(parent, a.isOfWhich) {
			return true
		}
		last = parent
	}
	return false
}

// settled reports whether no sum can move a line, which is cheaper to tell than to look for sums: what is right below each
// line adds up to it, as parts do, or nothing is as large as the line and one of those together. Lines are by line of figures.
func (a *analysis) settled(lines []*Line, f *figures) bool {
	for r, l := range lines {
		if l == nil || len(l.Path) == 0 {
			continue
		}
		if slices.ContainsFunc(l.Path[:len(l.Path)-1], a.isOfWhich) {
			return false
		}
		parts := f.children(lines, r)
		if len(parts) == 0 {
			continue
		}
		if ev := f.checkSum(r, parts, false); ev.good > ev.bad {
			continue
		}
		if f.negative || slices.ContainsFunc(parts, func(p int) bool { return f.reached(r, p) }) {
			return false
		}
	}
	return true
}

// reached reports whether another line may be what two lines and others add up to, where nothing is below zero: it is as large
// as the two together, in more places than not.
func (f *figures) reached(r, part int) bool {
	for total := range f.n {
		if total == r || total == part {
			continue
		}
		most := 0
		for p := range f.m {
			if f.apart(p) {
				continue
			}
			switch d := f.at(r, p) + f.at(part, p) - f.at(total, p); {
			case d <= f.halfAt(r, p)+f.halfAt(part, p)+f.halfAt(total, p):
				most++
			case d > 0:
				most--
			}
		}
		if most > 0 {
			return true
		}
	}
	return false
}

// regroup moves the lines that sums say stand elsewhere; the sums' numbers are lines of figures.
func (a *analysis) regroup(t *Table, lines []*Line, sums []relation) {
	for i := range sums {
		if sums[i].kind != Sum || confidenceOf(sums[i].score) < sureSum {
			continue
		}
		ops := slices.Sorted(slices.Values(sums[i].ops))
		first := lines[ops[0]]
		if first == nil || len(first.Path) == 0 {
			continue
		}
		parent := first.Path[:len(first.Path)-1]
		for _, o := range ops[1:] {
			if lines[o] != nil {
				a.lift(t, lines[o], parent, first.Label())
			}
		}
	}
}

// sureSum is the confidence from which on a sum tells where lines stand.
const sureSum = 0.8

// lift takes a line, and the lines below it, out of the "of which" groups and from below the line beside it that part it from
// its parent.
func (a *analysis) lift(t *Table, l *Line, parent []string, beside string) {
	from, to := len(parent), len(l.Path)-1
	if to <= from || !slices.Equal(l.Path[:from], parent) {
		return
	}
	for _, above := range l.Path[from:to] {
		if above != beside && !a.isOfWhich(above) {
			return
		}
	}
	group := slices.Clone(l.Path[:to])
	for j := slices.IndexFunc(t.Lines, func(o Line) bool { return o.Row == l.Row }); j < len(t.Lines); j++ {
		p := t.Lines[j].Path
		if len(p) <= to || !slices.Equal(p[:to], group) {
			return
		}
		t.Lines[j].Path = slices.Concat(p[:from], p[to:])
	}
}
