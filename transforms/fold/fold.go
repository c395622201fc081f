// Package fold folds spelling variants of Vietnamese and other labels so that texts that mean the same compare equal.
//
// What is folded: the Unicode form (NFC), upper and lower case, the letters Ð and Đ, the place of the tone mark
// (hóa and hoá, thủy and thuỷ, qúy and quý), y and i after a consonant (kỳ and kì, quý and quí), and white space of
// every kind. The results are keys to compare by, not texts to show; Space is the one for showing.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Label gives the key by which labels compare. Beyond what Text folds it drops footnote marks such as (1) and (*),
// a colon or full stop at the end and blanks around punctuation, and makes all dashes and all quotes alike.
func Label(s string) string {
	t := punctuation(Text(s))
	for {
		cut := trimMarks(t)
		if cut == t || cut == "" {
			return t
		}
		t = cut
	}
}

// Text folds everything but the punctuation; see the package's comment. It is what Pattern's expressions match.
func Text(s string) string {
	if t, ok := plain(s); ok {
		return t
	}
	var in, out [short]rune
	b := make([]byte, 0, 4*short)
	for _, r := range fold(runes(visible(s), in[:0]), nil, out[:0]) {
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// runes appends the runes of a text.
func runes(s string, to []rune) []rune {
	for _, r := range s {
		to = append(to, r)
	}
	return to
}

// short is how many runes most labels have at most; no memory is asked for to fold them.
const short = 64

// Space makes a text fit to show: NFC, white space of every kind collapsed to single blanks and trimmed. Case and
// everything else stay as they are.
func Space(s string) string {
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	if tidy(s) {
		return s
	}
	s = visible(s)
	b := make([]byte, 0, len(s))
	gap := false
	for _, r := range s {
		if isSpace(r) {
			gap = len(b) > 0
			continue
		}
		if gap {
			b = append(b, ' ')
		}
		gap = false
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// tidy reports whether Space has nothing to do.
func tidy(s string) bool {
	last := ' '
	for _, r := range s {
		if isInvisible(r) || isSpace(r) && (r != ' ' || last == ' ') {
			return false
		}
		last = r
	}
	return last != ' ' || s == ""
}

// isSpace takes for white space all that Unicode does, and the zero-width space, which parts words too.
func isSpace(r rune) bool {
	return r == ' ' || r == '\u200b' || unicode.IsSpace(r)
}

// isInvisible says which characters mean nothing in a label: joiners, byte order marks, soft hyphens, directions.
func isInvisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return false
}

// plain folds a text of ASCII letters and digits, the common case for codes and English labels.
func plain(s string) (string, bool) {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return "", false
		}
	}
	b := make([]byte, 0, len(s))
	gap := false
	for i := range len(s) {
		c := s[i]
		if c == ' ' || c >= '\t' && c <= '\r' {
			gap = len(b) > 0
			continue
		}
		if gap {
			b = append(b, ' ')
		}
		gap = false
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if n := len(b); c == 'y' && n > 0 && (isConsonant(rune(b[n-1])) || n > 1 && b[n-1] == 'u' && b[n-2] == 'q') {
			c = 'i'
		}
		b = append(b, c)
	}
	return string(b), true
}

// visible gives NFC without the characters that nobody sees.
func visible(s string) string {
	if strings.ContainsFunc(s, isInvisible) {
		s = strings.Map(func(r rune) rune {
			if isInvisible(r) {
				return -1
			}
			return r
		}, s)
	}
	return norm.NFC.String(s)
}

// fold folds visible text rune by rune. Where from is given, from[i] becomes the index in the input of rune i of the
// result; it must have room for len(in) entries. The result is appended to out, which is empty.
func fold(in []rune, from []int, out []rune) []rune {
	gap, marks := false, false
	put := func(r rune, i int) {
		if from != nil {
			from[len(out)] = i
		}
		out = append(out, r)
	}
	for i, r := range in {
		if isSpace(r) {
			gap = len(out) > 0
			continue
		}
		if gap {
			put(' ', i-1)
		}
		gap = false
		marks = marks || r >= 0x300 && (r < 0x1e00 || r > 0x206f)
		put(lower(r), i)
	}
	if marks && !norm.NFC.IsNormalString(string(out)) {
		out = compose(string(out), from) // without its case a letter can take a mark that it could not take before
	}
	return respell(out)
}

// compose makes NFC of s and keeps from in step: all runes of a composed part come from where it begins.
func compose(s string, from []int) []rune {
	var out []rune
	var origin []int
	var it norm.Iter
	it.InitString(norm.NFC, s)
	for read := 0; !it.Done(); {
		start := it.Pos()
		part := []rune(string(it.Next()))
		out = append(out, part...)
		if from != nil {
			for range part {
				origin = append(origin, from[read])
			}
			read += utf8.RuneCountInString(s[start:it.Pos()])
		}
	}
	copy(from, origin)
	return out
}

// lower folds case, and the letters that books use for đ.
func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	switch r {
	case 'Đ', 'Ð', 'ð', 'Ɖ', 'ɖ':
		return 'đ'
	}
	return unicode.ToLower(r)
}

// respell writes i for y after a consonant and moves tone marks to where the newer spelling has them, in place.
func respell(w []rune) []rune {
	for i, r := range w {
		base, tone := split(r)
		if base == 'y' && i > 0 && (isConsonant(w[i-1]) || i > 1 && w[i-2] == 'q' && isU(w[i-1])) {
			w[i] = join('i', tone)
		}
	}
	for i := len(w) - 2; i >= 0; i-- {
		for k := i; k+1 < len(w) && moveTone(w, k); k++ {
		}
	}
	return w
}

func isU(r rune) bool {
	base, _ := split(r)
	return base == 'u'
}

// moveTone moves the tone of óa, óe, úy (and after q and g, where u and i belong to the consonant, of any such pair)
// to the second vowel, and reports whether it did.
func moveTone(w []rune, i int) bool {
	base, tone := split(w[i])
	if tone == 0 {
		return false
	}
	next := w[i+1]
	before := rune(0)
	if i > 0 {
		before = w[i-1]
	}
	switch {
	case base == 'o' && (next == 'a' || next == 'e'):
	case base == 'u' && next == 'y':
	case base == 'u' && before == 'q' && (next == 'a' || next == 'e' || next == 'i'):
	case base == 'i' && before == 'g' && (next == 'a' || next == 'o' || next == 'u'):
	default:
		return false
	}
	w[i], w[i+1] = base, join(next, tone)
	return true
}

// tones holds the vowels that tones move between, each with its five toned forms.
var tones = [...][6]rune{
	{'a', 'à', 'á', 'ả', 'ã', 'ạ'},
	{'e', 'è', 'é', 'ẻ', 'ẽ', 'ẹ'},
	{'i', 'ì', 'í', 'ỉ', 'ĩ', 'ị'},
	{'o', 'ò', 'ó', 'ỏ', 'õ', 'ọ'},
	{'u', 'ù', 'ú', 'ủ', 'ũ', 'ụ'},
	{'y', 'ỳ', 'ý', 'ỷ', 'ỹ', 'ỵ'},
}

// vowel is a place in tones.
type vowel struct{ row, tone uint8 }

// vowels finds toned vowels: those up to ũ first, then those from ạ to ỹ.
var vowels = func() (table [toneLow + 'ỹ' - 'ạ' + 1]vowel) {
	for row, forms := range tones {
		for tone, r := range forms {
			if i := vowelIndex(r); i >= 0 {
				table[i] = vowel{uint8(row), uint8(tone)}
			}
		}
	}
	return table
}()

const toneLow = 'ũ' - 'à' + 1

func vowelIndex(r rune) rune {
	switch {
	case r >= 'à' && r <= 'ũ':
		return r - 'à'
	case r >= 'ạ' && r <= 'ỹ':
		return toneLow + r - 'ạ'
	}
	return -1
}

// split takes a vowel apart into its base and its tone, 1 to 5; tone 0 is none.
func split(r rune) (base rune, tone int) {
	if i := vowelIndex(r); i >= 0 && vowels[i].tone > 0 {
		return tones[vowels[i].row][0], int(vowels[i].tone)
	}
	return r, 0
}

// join is the inverse of split.
func join(base rune, tone int) rune {
	for _, forms := range tones {
		if forms[0] == base {
			return forms[tone]
		}
	}
	return base
}

func isConsonant(r rune) bool {
	if r == 'đ' {
		return true
	}
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return false
	}
	return r >= 'a' && r <= 'z'
}
