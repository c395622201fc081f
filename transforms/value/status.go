package value

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/statloom/statloom/transforms/fold"
)

// word is a way to write a status.
type word struct {
	text  string // folded
	code  string
	where place
}

// place says where in a header a word must stand to mean a status. Common words mean one only beside a period: "Thực
// hiện tháng 4" says that the figures are actual, "vốn đầu tư thực hiện" says nothing of the kind.
type place uint8

const (
	anywhere place = iota // a phrase that means nothing else
	atEdge                // at the start, after punctuation or at the end
	byPeriod              // at the start or end, alone or beside a period
)

// words is ordered so that the longer of two phrases comes first.
var words = statusWords()

func statusWords() []word {
	var list []word
	add := func(code string, where place, texts ...string) {
		for _, t := range folded(texts...) {
			list = append(list, word{t, code, where})
		}
	}
	add("E", anywhere, "ước thực hiện", "ước tính", "ước đạt", "ưth")
	add("P", anywhere, "số liệu sơ bộ", "sơ bộ")
	add("E", atEdge, "estimated", "estimates", "estimate", "est.", "est", "ước")
	add("P", atEdge, "preliminary", "provisional", "prel.", "prel", "prov.", "tạm tính")
	add("F", atEdge, "dự báo", "dự kiến", "forecasts", "forecast", "projected", "projection")
	add("A", byPeriod, "thực hiện", "chính thức", "final", "actual")
	return list
}

// flagWords are the letters that mean a status in brackets.
var flagWords = [...]word{{text: "(e)", code: "E"}, {text: "(p)", code: "P"}, {text: "(f)", code: "F"}, {text: "(b)", code: "B"}}

// maxHeader bounds the texts looked at, in bytes; no header is longer.
const maxHeader = 4096

// Status finds a word of status in a header or label: E estimated, P provisional, F forecast, A final. rest is the text
// without the word and its translation; a text that says no status is returned as it is.
func Status(text string) (code, rest string, ok bool) {
	if len(text) > maxHeader {
		return "", text, false
	}
	code, rest, ok = cutStatus(text)
	if !ok {
		return "", text, false
	}
	// A second word is the translation of the first: "Sơ bộ - Prel. 2016".
	if again, less, more := cutStatus(rest); more && again == code {
		rest = less
	}
	return code, clean(rest), true
}

// cutStatus cuts the first status word out of a text.
func cutStatus(text string) (code, rest string, ok bool) {
	m := fold.Map(text)
	w, ok := findStatus(m.Text)
	if !ok {
		return "", text, false
	}
	return w.code, m.Original(0, w.start) + " " + m.Original(w.end, len(m.Text)), true
}

// found is a status word in a folded text.
type found struct {
	start, end int
	code       string
}

func findStatus(t string) (found, bool) {
	for _, w := range flagWords {
		if i := strings.Index(t, w.text); i >= 0 {
			return found{i, i + len(w.text), w.code}, true
		}
	}
	for _, w := range words {
		for from := 0; ; {
			i := strings.Index(t[from:], w.text)
			if i < 0 {
				break
			}
			start := from + i
			end := start + len(w.text)
			if isWord(t, start, end) && fits(t, start, end, w.where) {
				return found{start, end, w.code}, true
			}
			from = end
		}
	}
	return found{}, false
}

// isWord reports whether t[start:end] is not part of a longer word.
func isWord(t string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(t[:start])
	after, _ := utf8.DecodeRuneInString(t[end:])
	return (start == 0 || !unicode.IsLetter(before)) && (end == len(t) || !unicode.IsLetter(after))
}

func fits(t string, start, end int, where place) bool {
	before, after := strings.TrimRight(t[:start], " "), strings.TrimLeft(t[end:], " ")
	first := before == "" || strings.ContainsRune("([-–—,;:/|.)]", lastRune(before))
	switch where {
	case anywhere:
		return true
	case atEdge:
		return first || after == "" || strings.ContainsRune(")],;", firstRune(after))
	}
	next := strings.TrimLeft(after, " -–—/|()[]:.,")
	switch {
	case strings.Trim(before, " ()-–—/|") == "" && next == "":
		return true
	case first:
		return isPeriodWord(next)
	}
	return next == "" && (unicode.IsDigit(lastRune(strings.TrimRight(before, " ()-–—/|,"))))
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }
func lastRune(s string) rune  { r, _ := utf8.DecodeLastRuneInString(s); return r }

// periodWords begin a period.
var periodWords = folded("tháng", "quý", "năm", "cả năm", "kỳ", "cùng kỳ", "lũy kế", "luỹ kế", "cộng dồn", "final", "actual", "chính thức",
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
	"quarter", "first", "year", "month")

// isPeriodWord reports whether the folded text begins with a period, or with the translation of a status word.
func isPeriodWord(t string) bool {
	if t != "" && unicode.IsDigit(firstRune(t)) {
		return true
	}
	for _, w := range periodWords {
		if strings.HasPrefix(t, w) && isWord(t, 0, len(w)) {
			return true
		}
	}
	return false
}

// clean drops what is left over around a word that was cut out: empty brackets, dashes, a full stop.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "( )", " "), "()", " ")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "[ ]", " "), "[]", " ")
	s = fold.Space(s)
	s = strings.Trim(s, " -–—/|:,;")
	s = strings.TrimPrefix(s, ". ")
	if strings.Count(s, "(") < strings.Count(s, ")") {
		s = strings.TrimPrefix(s, ")")
	}
	return strings.TrimSpace(s)
}
