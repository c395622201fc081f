package period

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/statloom/statloom/transforms/fold"
)

// token is a word, a number or a mark of a folded text.
type token struct {
	text  string
	num   int  // value of a number of up to 4 digits, else -1
	glued bool // no blank before it
}

// maxTokens bounds the work on hostile texts; no title is as long.
const maxTokens = 400

// tokenise takes a text apart. Letters and digits part from each other ("T5", "2024M05"), and words that lost the blank
// between them at a line join are taken apart again where both halves are words of periods ("vớicùng").
func tokenise(text string) []token {
	s := fold.Text(clip(text))
	tokens := make([]token, 0, 16)
	glued := false
	for i := 0; i < len(s) && len(tokens) < maxTokens; {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == ' ':
			glued = false
			i++
			continue
		case r >= '0' && r <= '9':
			n = 1
			for i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
				n++
			}
			tokens = append(tokens, token{text: s[i : i+n], num: number(s[i : i+n]), glued: glued})
		case unicode.IsLetter(r):
			for i+n < len(s) {
				r, k := utf8.DecodeRuneInString(s[i+n:])
				if !unicode.IsLetter(r) {
					break
				}
				n += k
			}
			tokens = appendWords(tokens, s[i:i+n], glued)
		case r == '–' || r == '—' || r == '−' || r == '‐' || r == '‑':
			tokens = append(tokens, token{text: "-", num: -1, glued: glued})
		default:
			tokens = append(tokens, token{text: s[i : i+n], num: -1, glued: glued})
		}
		glued = true
		i += n
	}
	return tokens
}

// clip cuts texts of a length that no title has.
func clip(s string) string {
	const most = 4096
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

func number(s string) int {
	if len(s) > 4 {
		return -1
	}
	n := 0
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// A run of words that lost its blanks is not longer than maxRun bytes, a word of the vocabulary not than longest.
const maxRun, longest = 40, 10

// appendWords appends a word, in its parts if it is several that were run together.
func appendWords(tokens []token, word string, glued bool) []token {
	if len(word) < 6 || len(word) > maxRun || vocabulary[word] {
		return append(tokens, token{text: word, num: -1, glued: glued})
	}
	for first := min(len(word)-1, longest); first > 1; first-- {
		if vocabulary[word[:first]] && (vocabulary[word[first:]] || parts(word[first:], 3)) {
			tokens = append(tokens, token{text: word[:first], num: -1, glued: glued})
			return appendWords(tokens, word[first:], true)
		}
	}
	return append(tokens, token{text: word, num: -1, glued: glued})
}

// parts reports whether a word consists of at most depth words of the vocabulary.
func parts(word string, depth int) bool {
	if vocabulary[word] {
		return true
	}
	if depth <= 1 {
		return false
	}
	for i := 2; i < len(word)-1; i++ {
		if vocabulary[word[:i]] && parts(word[i:], depth-1) {
			return true
		}
	}
	return false
}

// vocabulary holds the words that lines break between, folded.
var vocabulary = set("tháng năm quý so với cùng kỳ trước đầu cuối ngày thời điểm cả các và của đến tính trong ước sơ bộ chính thức thực hiện")

// numerals are the Vietnamese and English words for small numbers.
var numerals = table(map[string]int{
	"một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9, "mười": 10,
	"giêng": 1, "chạp": 12,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1,
})

// romans are the numbers of quarters and months.
var romans = map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12}

// monthNames are the English names of months.
var monthNames = table(map[string]int{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10,
	"november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10,
	"nov": 11, "dec": 12,
})

// set folds words the way texts are folded, so that the words above can be written as people write them.
func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(fold.Text(words)) {
		m[w] = true
	}
	return m
}

func table(words map[string]int) map[string]int {
	m := make(map[string]int, len(words))
	for w, n := range words {
		m[fold.Text(w)] = n
	}
	return m
}
