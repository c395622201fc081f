package value

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Result is what a cell's text turned out to be: a value (OK), a mark for a missing one (Missing), or neither, when
// Comment says why it cannot be read.
type Result struct {
	Value   float64
	OK      bool
	Missing bool
	Percent bool   // the text ends with %; Value is the number before it
	Status  string // SDMX CL_OBS_STATUS: A normal, E, P, F, B, M, C
	Comment string // what the note at the number says, what the mark means, or why the text cannot be read
}

// maxLen bounds the texts looked at; no number of a table is longer.
const maxLen = 64

// Parse reads the text of a cell that should hold a number. A blank text is for the caller to judge and is refused.
func Parse(text string, s Style) Result {
	t, why := lex(text)
	if why != "" {
		if status, comment, ok := Mark(text); ok {
			return Result{Missing: true, Status: status, Comment: comment}
		}
		return Result{Comment: why}
	}
	if t.brackets && !s.Brackets {
		return Result{Comment: "a number in brackets can be negative or a note"}
	}
	digits, why := plain(t.body, s)
	if why != "" {
		return Result{Comment: why}
	}
	if t.exponent != "" {
		if strings.ContainsAny(t.body, " '") || s.Thousands != 0 && strings.ContainsRune(t.body, s.Thousands) {
			return Result{Comment: "a power of ten beside thousands marks cannot be read"}
		}
		digits += t.exponent
	}
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(v, 0) {
		return Result{Comment: "the number is too large"}
	}
	if len(digits) > 15 && !exact(digits, v) {
		return Result{Comment: "the number has more digits than can be kept exactly"}
	}
	if t.negative || t.brackets {
		v = -v
	}
	return Result{Value: v, OK: true, Percent: t.percent, Status: t.status, Comment: t.comment}
}

// exact reports whether a whole number survives as a float64; fractions are kept to the nearest, as everywhere.
func exact(digits string, v float64) bool {
	if strings.ContainsAny(digits, ".eE") {
		return true
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return err == nil && v < 1<<64 && uint64(v) == n
}

// plain turns the digits and marks of a number into what strconv reads, or says why it cannot.
func plain(body string, s Style) (digits, why string) {
	last := byte(0)
	for i := range len(body) {
		if c := body[i]; c < '0' || c > '9' {
			last = c
		}
	}
	if last == 0 {
		return body, ""
	}
	whole, frac := body, ""
	if s.Decimal != 0 {
		if i := strings.IndexRune(body, s.Decimal); i >= 0 {
			whole, frac = body[:i], body[i+1:]
			if strings.Trim(frac, "0123456789") != "" {
				return "", "the decimal mark is not the last mark"
			}
		}
	}
	b := make([]byte, 0, len(body)+1)
	mark := byte(0)
	for i := range len(whole) {
		c := whole[i]
		if c >= '0' && c <= '9' {
			b = append(b, c)
			continue
		}
		switch {
		case mark != 0 && mark != c:
			return "", "two kinds of thousands marks"
		case c != ' ' && c != '\'' && rune(c) != s.Thousands && s == (Style{Brackets: s.Brackets}):
			return "", "whether " + strconv.QuoteRune(rune(c)) + " is a decimal mark is not known in this table"
		case c != ' ' && c != '\'' && rune(c) != s.Thousands:
			return "", "the mark " + strconv.QuoteRune(rune(c)) + " does not fit the way this table writes numbers"
		}
		mark = c
	}
	if mark != 0 && !grouped(whole, rune(mark)) {
		return "", "the thousands marks do not part groups of three digits"
	}
	if frac != "" {
		b = append(append(b, '.'), frac...)
	}
	return string(b), ""
}

// token is a number's text taken apart.
type token struct {
	body     string // digits and the marks . , ' and blank
	exponent string // e+05
	negative bool
	brackets bool
	percent  bool
	status   string
	comment  string
}

// lex takes the text of a number apart; why says what keeps it from being one.
func lex(text string) (t token, why string) {
	if len(text) > maxLen {
		return t, "the text is too long for a number"
	}
	rest := trim(text)
	if rest == "" {
		return t, "the text is empty"
	}
	if inner, ok := bracketed(rest); ok {
		rest, t.brackets = inner, true
	}
	rest, t.negative = sign(rest)
	if t.negative && t.brackets {
		return t, "a number in brackets with a sign"
	}
	if t.body, rest = scan(rest); t.body == "" {
		return t, "the text is not a number"
	}
	if t.exponent, rest, why = exponent(rest); why != "" {
		return t, why
	}
	if r, ok := strings.CutPrefix(trim(rest), "%"); ok {
		t.percent, rest = true, r
	}
	if t.status, t.comment, why = suffix(rest); why != "" {
		return t, why
	}
	return t, ""
}

// bracketed gives the inside of a text that begins with a bracket and ends with its partner.
func bracketed(s string) (string, bool) {
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' && strings.IndexByte(s, ')') == len(s)-1 {
		return trim(s[1 : len(s)-1]), true
	}
	return s, false
}

// sign takes a sign off that stands right before the digits; a dash with a blank after it may be a bullet.
func sign(s string) (rest string, negative bool) {
	for _, p := range [...]string{"-", "−", "–", "‐", "‑", "﹣", "－"} {
		if r, ok := strings.CutPrefix(s, p); ok {
			if r != "" && (r[0] >= '0' && r[0] <= '9' || r[0] == '.' || r[0] == ',') {
				return r, true
			}
			return s, false
		}
	}
	if r, ok := strings.CutPrefix(s, "+"); ok && r != "" && r[0] != ' ' {
		return r, false
	}
	return s, false
}

// scan takes the digits and marks off the front. Blanks and apostrophes of all kinds become one each; marks count
// only where a digit follows.
func scan(s string) (body, rest string) {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		c := s[i]
		if c >= '0' && c <= '9' {
			b = append(b, c)
			i++
			continue
		}
		mark, n := markAt(s[i:])
		if mark == 0 || i+n >= len(s) || s[i+n] < '0' || s[i+n] > '9' || len(b) > 0 && !isDigit(b[len(b)-1]) {
			return string(b), s[i:]
		}
		if len(b) == 0 && mark != '.' && mark != ',' {
			return "", s
		}
		b = append(b, mark)
		i += n
	}
	return string(b), ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// markAt gives the mark that s begins with and its length; 0 if it begins with none.
func markAt(s string) (byte, int) {
	switch s[0] {
	case '.', ',', ' ', '\'':
		return s[0], 1
	}
	switch r, n := utf8.DecodeRuneInString(s); r {
	case '\u00a0', '\u202f', '\u2009', '\u2007', '\u2008':
		return ' ', n
	case '’':
		return '\'', n
	}
	return 0, 0
}

// exponent takes a power of ten off the front, which must have a sign so as not to be taken for a note.
func exponent(s string) (exp, rest, why string) {
	if len(s) < 3 || s[0] != 'e' && s[0] != 'E' || s[1] != '+' && s[1] != '-' || !isDigit(s[2]) {
		return "", s, ""
	}
	i := 2
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i > 5 {
		return "", s, "the power of ten is too large"
	}
	return s[:i], s[i:], ""
}

// trim drops white space and what nobody sees from both ends.
func trim(s string) string {
	if n := len(s); n > 0 && isGraphic(s[0]) && isGraphic(s[n-1]) {
		return s // as most are
	}
	return strings.Trim(s, " \t\r\n\v\f\u0085\u00a0\u1680\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
}

// isGraphic reports whether a byte is a character of ASCII that shows.
func isGraphic(b byte) bool { return b > ' ' && b < 0x7f }
