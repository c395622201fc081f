package charset

import (
	"strings"
)

// Decode turns a text whose fonts tell its encoding: font is that of the cell, spans those of stretches within the text.
// A word that is Vietnamese only as it stands was typed as Unicode, whatever its font, and stays; one that is Vietnamese
// only when decoded is decoded; where both or neither is true, the other words decide, and then the font.
func Decode(text string, font Font, spans []Span) string {
	words, gains := judged(reader{text: text, spans: spans, font: font, bytes: byte1252})
	if !SingleByte(text) { // bytes of an old font that went through windows-1258 on the way
		if other, more := judged(reader{text: text, spans: spans, font: font, bytes: byte1258}); more > gains {
			words = other
		}
	}
	balance := 0
	for _, w := range words {
		switch w.verdict {
		case gained:
			balance++
		case lost:
			balance--
		}
	}
	return Compose(rewrite(text, words, func(w word) bool {
		switch w.verdict {
		case gained, odd:
			return true
		case either, foreign:
			return balance >= 0
		case plain:
			return balance > 0 || balance == 0 && !onlyLost(words)
		}
		return false
	}))
}

// judged lists the words of a text and counts those that only decoding makes Vietnamese.
func judged(t reader) (words []word, gains int) {
	t.words(func(w word) bool {
		words = append(words, w)
		if w.verdict == gained {
			gains++
		}
		return true
	})
	return words, gains
}

// onlyLost reports whether there is nothing in the text to decode.
func onlyLost(words []word) bool {
	for _, w := range words {
		if w.verdict != lost && w.verdict != plain {
			return false
		}
	}
	return true
}

// rewrite puts the chosen words in place of what stands there.
func rewrite(text string, words []word, chosen func(word) bool) string {
	var out strings.Builder
	out.Grow(len(text) + len(text)/2)
	done := 0
	for _, w := range words {
		if !chosen(w) || w.read == text[w.from:w.to] {
			continue
		}
		out.WriteString(text[done:w.from])
		out.WriteString(w.read)
		done = w.to
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}
