package fold

import (
	"strings"
	"unicode/utf8"
)

// punctuation makes the punctuation of folded text alike: dashes and quotes of one kind, no footnote marks in brackets,
// no blanks beside commas and brackets.
func punctuation(s string) string {
	if !strings.ContainsAny(s, ",;:/()[]–—−‐‑‒―“”„″‘’′*¹²³⁰⁴⁵⁶⁷⁸⁹") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if n := footnote(s[i:]); n > 0 && len(b) > 0 {
			i += n
			if len(b) > 0 && b[len(b)-1] == ' ' && i < len(s) && s[i] == ' ' {
				i++
			}
			continue
		}
		text, n := alike(s[i:])
		if len(text) == 1 && tight(text[0]) {
			for len(b) > 0 && b[len(b)-1] == ' ' {
				b = b[:len(b)-1]
			}
			b = append(b, text[0])
			for i += n; i < len(s) && s[i] == ' '; i++ {
			}
			continue
		}
		b = append(b, text...)
		i += n
	}
	return strings.TrimSpace(string(b))
}

// tight says beside which marks blanks mean nothing.
func tight(c byte) bool {
	switch c {
	case ',', ';', ':', '/', '(', ')', '[', ']':
		return true
	}
	return false
}

// alike gives the first character of s in the form that stands for all of its kind, and its length in s.
func alike(s string) (string, int) {
	if s[0] < 0x80 {
		return s[:1], 1
	}
	r, n := utf8.DecodeRuneInString(s)
	switch r {
	case '–', '—', '−', '‐', '‑', '‒', '―':
		return "-", n
	case '“', '”', '„', '″':
		return `"`, n
	case '‘', '’', '′':
		return "'", n
	}
	return s[:n], n
}

// footnote gives the length of the footnote mark that s begins with: (1), (12), (*), [2], (**); 0 if there is none.
func footnote(s string) int {
	if s[0] != '(' && s[0] != '[' {
		return 0
	}
	closing := byte(')')
	if s[0] == '[' {
		closing = ']'
	}
	i := 1
	for i < len(s) && i < 4 && (s[i] == '*' || s[i] >= '0' && s[i] <= '9') {
		i++
	}
	if i == 1 || i >= len(s) || s[i] != closing || i > 3 && s[1] != '*' {
		return 0
	}
	return i + 1
}

// trimMarks drops what may stand at the end of a label without being part of it; m² and m³ keep their exponent.
func trimMarks(s string) string {
	if t := strings.TrimRight(s, " :.*¹⁰⁴⁵⁶⁷⁸⁹"); t != s {
		return t
	}
	for _, mark := range []string{"²", "³"} {
		if t, ok := strings.CutSuffix(s, mark); ok && !strings.HasSuffix(t, "m") {
			return t
		}
	}
	return s
}
