package drift

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/statloom/statloom/transforms/fold"
)

// Words below are written as fold.Text leaves them: in lower case, with y as i after a consonant.
var (
	base = regexp.MustCompile(`(?:giá so sánh|giá cố định|giá gốc|năm gốc|constant prices?(?: of)?|at|gốc)(?: năm| in| of)? ((?:19|20)\d\d)|((?:19|20)\d\d) (?:constant )?prices|((?:19|20)\d\d) ?= ?100`)
	// number follows or stands before a unit of time.
	number = `(?:\d{1,2}|một|hai|ba|tư|bốn|năm|sáu|bảy|tám|chín|mười(?: một| hai)?|giêng|chạp|iv|i{1,3})`
	part   = regexp.MustCompile(`(^|[^\p{L}\d])(tháng|quí|t|q|h|s) ?` + number + `($|[^\p{L}\d])|(^|[^\p{L}\d])` + number + ` (tháng|months|quí|quarters?)($|[^\p{L}\d])`)
	day    = regexp.MustCompile(`(ngày )?\d{1,2} tháng \d{1,2}($|[^\p{L}\d])`)
	month  = regexp.MustCompile(`\b(january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?`)
	order  = regexp.MustCompile(`\b(first|second|third|fourth|1st|2nd|3rd|4th) (quarter|half)\b`)
	date   = regexp.MustCompile(`\d{1,2}[/.-]\d{1,2}([/.-](?:19|20)\d\d)?|\d{1,2}/(?:19|20)\d\d`)
	marks  = regexp.MustCompile(`(năm |year )?#( (năm |of |year )?#)*`) // one time, written in parts
	year   = regexp.MustCompile(`(^|[^\d])(?:19|20)\d\d($|[^\d])`)
)

// timeless folds a text and puts one mark in place of each time it names, so that the headings of two months are equal.
// The year of a price base is no time.
func timeless(s string) string {
	t := base.ReplaceAllString(fold.Text(s), " ")
	t = date.ReplaceAllString(t, " # ")
	t = day.ReplaceAllString(t, " # $2")
	t = part.ReplaceAllString(t, "$1$4 # $3$6")
	t = order.ReplaceAllString(t, " # ")
	t = month.ReplaceAllString(t, " # ")
	for range 2 { // years that share the mark between them
		t = year.ReplaceAllString(t, "$1 # $2")
	}
	t = strings.Join(strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '#' && r != '%' }), " ")
	return marks.ReplaceAllString(t, "#")
}

// bases gives the year that the text's constant prices, or its index, are based on.
func bases(s string) string {
	m := base.FindStringSubmatch(fold.Text(s))
	for _, year := range m[min(1, len(m)):] {
		if year != "" {
			return year
		}
	}
	return ""
}

// texts remembers what texts were turned into: most of a book's stand in it many times, and in the next book again.
type texts map[string]string

func (t texts) timeless(s string) string {
	v, ok := t[s]
	if !ok {
		v = timeless(s)
		t[s] = v
	}
	return v
}

// key is what labels are paired by.
func (t texts) key(path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = t.timeless(p)
	}
	return strings.Join(parts, "\x00")
}

// statusWords may stand beside a time without being words of their own.
var statusWords = map[string]bool{
	"#": true, "năm": true, "sơ": true, "bộ": true, "ước": true, "tính": true, "thực": true, "hiện": true, "chính": true, "thức": true,
	"prel": true, "preliminary": true, "est": true, "estimate": true, "estimated": true, "year": true, "of": true, "in": true, "trong": true, "and": true, "và": true,
}

// isTime reports whether a key names nothing but a time.
func isTime(key string) bool {
	named := false
	for _, w := range strings.FieldsFunc(key, func(r rune) bool { return r == ' ' || r == 0 }) {
		if !statusWords[w] {
			return false
		}
		named = named || w == "#"
	}
	return named
}

// squeeze leaves the letters and digits of a folded text.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold.Label(s))
}
