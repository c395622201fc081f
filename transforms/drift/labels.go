package drift

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
)

// pair says which label of the book before stands for which of the new one, by index, ordered by the new one.
type pair struct {
	a, b    int
	renamed bool
}

// mostVanished is the part of a table's labels that may be gone before it is taken for another table.
const mostVanished = 0.5

// fewLabels is the number below which that part says nothing.
const fewLabels = 4

// labels compares the heads of columns or lines. It gives the pairs that stand for each other.
func (c *Comparer) labels(of string, a, b *transforms.TableShape, was, is []transforms.Label) []pair {
	pairs, gone, fresh := c.match(was, is)
	for _, p := range pairs {
		x, y := &was[p.a], &is[p.b]
		c.unit(of, at(a, x.Cell, last(x.Path)), at(b, y.Cell, last(y.Path)), x.Unit, y.Unit)
		if bx, by := bases(strings.Join(x.Path, " ")), bases(strings.Join(y.Path, " ")); bx != by {
			c.add(transforms.TableChange{Kind: BaseChanged, Grave: true, Of: of, Was: at(a, x.Cell, last(x.Path)), Is: at(b, y.Cell, last(y.Path)),
				Note: fmt.Sprintf("the figures are at other prices: %s instead of %s", or(by, "not told"), or(bx, "not told"))})
		}
	}
	unmatched := len(gone)
	gone, fresh = c.split(of, a, b, was, is, gone, fresh)
	renamed, gone, fresh := c.renames(of, was, is, gone, fresh)
	for _, p := range renamed {
		x, y := &was[p.a], &is[p.b]
		kind, note := Renamed, "the label has other words"
		switch {
		case c.timeless(last(x.Path)) == c.timeless(last(y.Path)):
			kind, note = Regrouped, fmt.Sprintf("the label stands under %q instead of %q", strings.Join(outer(y.Path), " | "), strings.Join(outer(x.Path), " | "))
		case squeeze(last(x.Path)) == squeeze(last(y.Path)):
			kind, note = Respelled, "the label is spelt otherwise"
		}
		c.add(transforms.TableChange{Kind: kind, Of: of, Was: at(a, x.Cell, last(x.Path)), Is: at(b, y.Cell, last(y.Path)), Note: note})
		unmatched--
	}
	for _, i := range gone {
		c.add(transforms.TableChange{Kind: Vanished, Of: of, Was: at(a, was[i].Cell, strings.Join(was[i].Path, " | ")), Note: "the " + of + " is gone"})
	}
	for _, i := range fresh {
		c.add(transforms.TableChange{Kind: New, Of: of, Is: at(b, is[i].Cell, strings.Join(is[i].Path, " | ")), Note: "the " + of + " is new"})
	}
	if n := len(was); of == "line" && n >= fewLabels && a.More == 0 && b.More == 0 && float64(unmatched) > mostVanished*float64(n) {
		c.add(transforms.TableChange{Kind: OtherTable, Grave: true, Of: of, Was: at(a, a.Range, a.Title), Is: at(b, b.Range, b.Title),
			Note: fmt.Sprintf("%d of %d lines are gone: this may be another table under the same title", unmatched, n)})
	}
	pairs = append(pairs, renamed...)
	slices.SortFunc(pairs, func(x, y pair) int { return x.b - y.b })
	return pairs
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// match pairs the labels with equal words, the first with the first where several are equal. A label that names nothing but
// a time stands for any other such label, and is neither new nor gone.
func (c *Comparer) match(was, is []transforms.Label) (pairs []pair, gone, fresh []int) {
	free := map[string][]int{}
	for i := range was {
		k := c.key(was[i].Path)
		free[k] = append(free[k], i)
	}
	known := map[string]bool{}
	for k := range free {
		known[k] = true
	}
	now := map[string]bool{}
	for i := range is {
		k := c.key(is[i].Path)
		now[k] = true
		switch list := free[k]; {
		case len(list) > 0:
			pairs = append(pairs, pair{a: list[0], b: i})
			free[k] = list[1:]
		case known[k] || isTime(k):
		default:
			fresh = append(fresh, i)
		}
	}
	for k, list := range free {
		if !now[k] && !isTime(k) {
			gone = append(gone, list...)
		}
	}
	slices.Sort(gone)
	return pairs, gone, fresh
}

// alike is the similarity from which a vanished and a new label are taken for the same one renamed. Headings of columns are
// made of few words that recur in all of them, so they have to be more alike.
const (
	alike        = 0.72
	alikeColumns = 0.85
)

// maxRenames bounds the work of looking for renamed labels.
const maxRenames = 300

// renames pairs vanished labels with the new ones most like them.
func (c *Comparer) renames(of string, was, is []transforms.Label, gone, fresh []int) (pairs []pair, stillGone, stillFresh []int) {
	if len(gone) > maxRenames || len(fresh) > maxRenames {
		return nil, gone, fresh
	}
	taken := map[int]bool{}
	least := alike
	if of == "column" {
		least = alikeColumns
	}
	for _, i := range gone {
		best, score := -1, least
		for _, k := range fresh {
			if taken[k] {
				continue
			}
			s := similarity(c.timeless(last(was[i].Path)), c.timeless(last(is[k].Path)))
			if squeeze(last(was[i].Path)) == squeeze(last(is[k].Path)) {
				s = 1
			}
			if c.key(outer(was[i].Path)) != c.key(outer(is[k].Path)) {
				s -= 0.1
			}
			if s > score {
				best, score = k, s
			}
		}
		if best < 0 {
			stillGone = append(stillGone, i)
			continue
		}
		taken[best] = true
		pairs = append(pairs, pair{i, best, true})
	}
	for _, k := range fresh {
		if !taken[k] {
			stillFresh = append(stillFresh, k)
		}
	}
	return pairs, stillGone, stillFresh
}

func outer(path []string) []string {
	if len(path) == 0 {
		return nil
	}
	return path[:len(path)-1]
}

// split finds labels whose words are shared out among several new ones, and the other way round. What such a label covers
// has changed, and its figures do not go on under any of the new ones.
func (c *Comparer) split(of string, a, b *transforms.TableShape, was, is []transforms.Label, gone, fresh []int) (stillGone, stillFresh []int) {
	if len(gone) > maxRenames || len(fresh) > maxRenames {
		return gone, fresh
	}
	stillFresh = fresh
	for _, i := range gone {
		parts := c.partsOf(was[i], is, stillFresh)
		if len(parts) < 2 {
			stillGone = append(stillGone, i)
			continue
		}
		c.add(transforms.TableChange{Kind: Split, Of: of, Was: at(a, was[i].Cell, last(was[i].Path)), Is: at(b, is[parts[0]].Cell, listed(is, parts)),
			Note: fmt.Sprintf("the %s is split in %d; each part is a series of its own", of, len(parts))})
		stillFresh = without(stillFresh, parts)
	}
	rest := stillGone
	var unmerged []int
	for _, k := range stillFresh {
		parts := c.partsOf(is[k], was, rest)
		if len(parts) < 2 {
			unmerged = append(unmerged, k)
			continue
		}
		c.add(transforms.TableChange{Kind: Merged, Of: of, Was: at(a, was[parts[0]].Cell, listed(was, parts)), Is: at(b, is[k].Cell, last(is[k].Path)),
			Note: fmt.Sprintf("%d %ss became one, which is a series of its own", len(parts), of)})
		rest = without(rest, parts)
	}
	return rest, unmerged
}

// partsOf gives the labels among list that share out the words of the whole: all words of each are in it, no two have one
// in common, and together they have most of it.
func (c *Comparer) partsOf(whole transforms.Label, labels []transforms.Label, list []int) (parts []int) {
	words := map[string]bool{}
	for _, w := range strings.Fields(c.timeless(last(whole.Path))) {
		words[w] = true
	}
	used := map[string]bool{}
	for _, i := range list {
		mine := strings.Fields(c.timeless(last(labels[i].Path)))
		ok := len(mine) > 0 && c.key(outer(labels[i].Path)) == c.key(outer(whole.Path))
		for _, w := range mine {
			ok = ok && words[w] && !used[w]
		}
		if !ok {
			continue
		}
		for _, w := range mine {
			used[w] = true
		}
		parts = append(parts, i)
	}
	if len(parts) < 2 || 3*len(used) < 2*len(words) {
		return nil
	}
	return parts
}

func listed(labels []transforms.Label, list []int) string {
	var out []string
	for _, i := range list {
		out = append(out, fold.Space(last(labels[i].Path)))
	}
	return strings.Join(out, "; ")
}

func without(list, some []int) []int {
	return slices.DeleteFunc(slices.Clone(list), func(i int) bool { return slices.Contains(some, i) })
}

// similarity is 1 for equal texts and 0 for texts with nothing in common, by letters or by words, whichever is more.
func similarity(a, b string) float64 {
	if a == b {
		return 1
	}
	x, y := strings.Fields(a), strings.Fields(b)
	common := 0
	for _, w := range x {
		if slices.Contains(y, w) {
			common++
		}
	}
	words := 2 * float64(common) / float64(max(len(x)+len(y), 1))
	longest := max(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	if longest == 0 || longest > 400 {
		return words
	}
	return max(words, 1-float64(levenshtein.ComputeDistance(a, b))/float64(longest))
}
