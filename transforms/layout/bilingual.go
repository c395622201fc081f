package layout

import (
	"strings"
	"unicode"

	"github.com/statloom/statloom/transforms/fold"
)

// between are the marks that yearbooks set between a text and its translation, the surest first.
var between = []string{"\n", " - ", " – ", " — ", " / ", "/", "-"}

// Tongues splits a text that is given in Vietnamese and in English, such as "Khai khoáng - Mining and quarrying", into the
// two. It is false where the text is in one language, or where it cannot be told.
func Tongues(text string) (vi, en string, ok bool) {
	for _, mark := range between {
		at := 0
		for {
			i := strings.Index(text[at:], mark)
			if i < 0 {
				break
			}
			i += at
			left, right := fold.Space(text[:i]), fold.Space(text[i+len(mark):])
			if vietnamese(left) && english(right) {
				return left, right, true
			}
			at = i + len(mark)
		}
	}
	return "", "", false
}

// vietnamese reports whether a text has letters that English lacks.
func vietnamese(s string) bool {
	for _, r := range s {
		if r > 0x7f && unicode.IsLetter(r) {
			return true
		}
	}
	return false
}

// english reports whether a text is words of plain letters.
func english(s string) bool {
	n := 0
	for _, r := range s {
		if r > 0x7f && unicode.IsLetter(r) {
			return false
		}
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n > 2
}
