package fold

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Pattern compiles a regular expression (Go's syntax) that people wrote for texts as they see them, so that it matches
// the folded form that Text gives. Literal letters of the expression are folded, escapes and group names are left
// alone. Punctuation is kept on both sides.
func Pattern(expr string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(expr); err != nil {
		return nil, err // with the expression as it was written, not as it is folded
	}
	var b strings.Builder
	for rest := expr; rest != ""; {
		n := rawPrefix(rest)
		if n > 0 {
			b.WriteString(rest[:n])
			rest = rest[n:]
			continue
		}
		n = 1
		for n < len(rest) && rawPrefix(rest[n:]) == 0 {
			n++
		}
		b.WriteString(foldLiteral(rest[:n]))
		rest = rest[n:]
	}
	return regexp.Compile(b.String())
}

// foldLiteral is Text that keeps a blank at either end.
func foldLiteral(s string) string {
	t := Text(s)
	if t == "" {
		if s != "" {
			return " "
		}
		return ""
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	if isSpace(first) {
		t = " " + t
	}
	if isSpace(last) {
		t += " "
	}
	return t
}

// rawPrefix gives the length of the escape or group opening that the expression begins with; 0 if it is literal.
func rawPrefix(s string) int {
	switch {
	case strings.HasPrefix(s, `\p{`), strings.HasPrefix(s, `\P{`), strings.HasPrefix(s, `\x{`):
		return strings.IndexByte(s, '}') + 1
	case strings.HasPrefix(s, `\p`), strings.HasPrefix(s, `\P`):
		return min(3, len(s))
	case strings.HasPrefix(s, `\x`):
		return min(4, len(s))
	case strings.HasPrefix(s, `\`):
		_, n := utf8.DecodeRuneInString(s[1:])
		return 1 + n
	case strings.HasPrefix(s, "[[:"), strings.HasPrefix(s, "[:"):
		if i := strings.Index(s, ":]"); i > 0 {
			return i + 2
		}
	case strings.HasPrefix(s, "(?P<"), strings.HasPrefix(s, "(?<"):
		return strings.IndexByte(s, '>') + 1
	case strings.HasPrefix(s, "(?"):
		return strings.IndexAny(s, ":)") + 1
	}
	return 0
}

// Mapped is a folded text that remembers where its parts come from.
type Mapped struct {
	Text   string // as the function Text gives it
	Source string // the text it was made of, in NFC and without invisible characters

	at []int // offset in Text -> offset in Source
}

// Map folds like Text and remembers the origin of every part.
func Map(s string) Mapped {
	source := visible(s)
	var given, folded [short]rune
	in := runes(source, given[:0])
	places := make([]int, 2*len(in)+2)
	from, starts := places[:len(in)+1], places[len(in)+1:]
	out := fold(in, from, folded[:0])
	for i, r := range in {
		starts[i+1] = starts[i] + utf8.RuneLen(r)
	}
	m := Mapped{Text: string(out), Source: string(in)}
	m.at = make([]int, len(m.Text)+1)
	pos := 0
	for i, r := range out {
		for range utf8.RuneLen(r) {
			m.at[pos] = starts[from[min(i, len(in))]]
			pos++
		}
	}
	m.at[pos] = len(m.Source)
	return m
}

// Original gives the part of Source that became Text[start:end], with white space collapsed.
func (m Mapped) Original(start, end int) string {
	if start >= end {
		return ""
	}
	return Space(m.Source[m.at[start]:m.at[end]])
}

// Find gives the first group (or, without groups, the whole match) of a Pattern in s, in the spelling of s.
func Find(re *regexp.Regexp, s string) (string, bool) {
	m := Map(s)
	loc := re.FindStringSubmatchIndex(m.Text)
	if loc == nil {
		return "", false
	}
	if len(loc) > 3 {
		if loc[2] < 0 {
			return "", false
		}
		return m.Original(loc[2], loc[3]), true
	}
	return m.Original(loc[0], loc[1]), true
}
