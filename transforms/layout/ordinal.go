package layout

import (
	"strconv"
	"strings"

	"github.com/statloom/statloom/transforms/fold"
)

// A column that numbers the lines often tells their hierarchy: A, I, 1, 2, II, 1, B. Numbers of one kind stand at one level;
// where a kind begins, its lines belong to the line above. A plain 1, 2, 3 tells nothing.

// ordinal is the number of a line.
type ordinal struct {
	kind string // alike for the numbers that count on from each other: "A", "I", "1", "a", "-", and "1.2." for 1.2.3
	n    int    // 0 for a dash
}

// mostOrdinals is how many kinds of numbers an outline may have below each other.
const mostOrdinals = 8

// ordinalLevels gives the level, from 1, of the lines that the block's column of numbers tells the hierarchy of, by index of
// the row; nil where it tells none, or where its numbers do not follow each other.
func (a *analysis) ordinalLevels(b *block) map[int]int {
	if len(b.stub) < 2 || !b.ordinals[b.stub[0]] {
		return nil
	}
	from := b.body[0]
	for k := range b.gap {
		from = min(from, k)
	}
	levels := make(map[int]int)
	var open []ordinal // of the lines that hold, from the outermost
	deepest := 0
	for k := from; k <= b.last; k++ {
		switch b.gap[k] {
		case lineSection, lineHead, lineTitle:
			continue
		}
		kd, cell := a.at(k, b.stub[0])
		if kd == blank {
			continue
		}
		at := -1
		list := ordinalsOf(cell.Text)
		for _, o := range list { // "I" and "C" are letters too: what counts on is right
			if i := levelOf(open, o); i >= 0 && open[i].n+1 == o.n {
				at, open = i, append(open[:i], o)
				break
			}
		}
		for _, o := range list {
			if at >= 0 {
				break
			}
			switch i := levelOf(open, o); {
			case i >= 0 && (o.n <= 1):
				at, open = i, append(open[:i], o) // begins anew
			case i < 0 && o.n <= 1 && len(open) < mostOrdinals:
				at, open = len(open), append(open, o)
			}
		}
		if at < 0 {
			return nil
		}
		levels[k] = at + 1
		deepest = max(deepest, at)
	}
	if deepest == 0 {
		return nil
	}
	return levels
}

func levelOf(open []ordinal, o ordinal) int {
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].kind == o.kind {
			return i
		}
	}
	return -1
}

// ordinalsOf reads the number of a line, which may be of two kinds.
func ordinalsOf(text string) (list []ordinal) {
	s := strings.TrimRight(strings.Trim(fold.Space(text), "()"), ".)/ ")
	switch s {
	case "":
		return nil
	case "-", "–", "—", "+", "*", "•":
		return []ordinal{{kind: s}}
	}
	dot := strings.LastIndexByte(s, '.') + 1
	if n, err := strconv.Atoi(s[dot:]); err == nil && n > 0 && n < 1000 {
		if dot == 0 {
			return []ordinal{{"1", n}}
		}
		return []ordinal{{s[:dot], n}}
	}
	if dot > 0 || len(s) > 5 {
		return nil
	}
	if n := roman(s); n > 0 {
		list = append(list, ordinal{"I", n})
	}
	if len(s) == 1 {
		switch c := s[0]; {
		case c >= 'A' && c <= 'Z':
			list = append(list, ordinal{"A", int(c-'A') + 1})
		case c >= 'a' && c <= 'z':
			list = append(list, ordinal{"a", int(c-'a') + 1})
		}
	}
	return list
}
