package layout

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// enumerator is the number that a label begins with, "II." or "B.", and its kind.
type enumerator struct {
	kind rune // 'I' for Roman numerals, 'A' for capitals; 0 for none
	n    int
}

var enumerated = regexp.MustCompile(`^([IVX]{1,5}|[A-HK-P])[.)/-]\s*\pL`)

// enumeratorOf reads the number of a label.
func enumeratorOf(label string) enumerator {
	if label == "" || label[0] < 'A' || label[0] > 'X' {
		return enumerator{} // most labels
	}
	m := enumerated.FindStringSubmatch(label)
	if m == nil {
		return enumerator{}
	}
	if n := roman(m[1]); n > 0 {
		return enumerator{'I', n}
	}
	if utf8.RuneCountInString(m[1]) == 1 {
		return enumerator{'A', int(m[1][0]-'A') + 1}
	}
	return enumerator{}
}

// roman reads a Roman numeral up to 39; 0 if it is none.
func roman(s string) int {
	n := 0
	for _, r := range []struct {
		digit string
		value int
	}{{"X", 10}, {"IX", 9}, {"V", 5}, {"IV", 4}, {"I", 1}} {
		for strings.HasPrefix(s, r.digit) {
			n += r.value
			s = s[len(r.digit):]
		}
	}
	if s != "" {
		return 0
	}
	return n
}

// mostRead is how many lines are read where a sample is enough to tell what a table is like.
const mostRead = 5000

// outlines tells which kinds of enumeration the labels of a block follow: one that counts on from a first to a second
// label of the first column orders the table, and its labels stand above all others of their depth.
func (a *analysis) outlines(b *block) map[rune]bool {
	var out map[rune]bool
	last := make(map[rune]int)
	from := b.body[0]
	for k := range b.gap {
		from = min(from, k)
	}
	for k := from; k <= min(b.last, from+mostRead); k++ {
		for _, c := range b.stub {
			if c == b.unitCol || b.ordinals[c] {
				continue
			}
			kd, cell := a.at(k, c)
			if kd == blank {
				continue
			}
			if e := enumeratorOf(cell.Text); kd == text && e.kind != 0 {
				if e.n == last[e.kind]+1 && e.n > 1 {
					if out == nil {
						out = make(map[rune]bool)
					}
					out[e.kind] = true
				}
				last[e.kind] = e.n
			}
			break
		}
	}
	return out
}
