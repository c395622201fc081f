package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is a stretch of letters, or what would be letters in the encoding of its font, between blanks, digits and
// punctuation. Books mix old and new text within one cell, so the word is what is decided on.
type word struct {
	from, to int // bytes of the text
	read     string
	verdict  verdict
}

// verdict says what a word is evidence of.
type verdict uint8

const (
	plain   verdict = iota // ASCII, in a font that tells nothing, or the same in the encoding
	gained                 // a syllable when decoded and none as it stands
	lost                   // the other way round
	either                 // a syllable both ways
	odd                    // no syllable in either way, and as it stands no word of any language: a sign among its letters
	foreign                // no syllable in either way, but letters: a word of another language
)

// reader goes through a text whose stretches are in different fonts.
type reader struct {
	text  string
	spans []Span
	font  Font // of what stands behind the last span
	bytes func(rune) (byte, bool)
}

// fontAt gives the font of the character at byte i. Calls go forward.
func (t *reader) fontAt(i int) Font {
	for len(t.spans) > 0 && i >= t.spans[0].End {
		t.spans = t.spans[1:]
	}
	if len(t.spans) == 0 {
		return t.font
	}
	return t.spans[0].Font
}

// words visits every word in order, until visit has seen enough.
func (t reader) words(visit func(word) bool) {
	var buf [64]byte
	from, read := -1, buf[:0]
	before, told, known := rune(0), false, true
	end := func(to int) bool {
		if from < 0 {
			return true
		}
		stands := t.text[from:to]
		w := word{from: from, to: to, read: stands}
		if string(read) != stands {
			w.read = Compose(string(read))
		}
		if told {
			w.verdict = judge(stands, w.read, known)
		}
		from, read, before, told, known = -1, read[:0], 0, false, true
		return visit(w)
	}
	for i, r := range t.text {
		font := t.fontAt(i)
		next, meant, letter := t.letter(read, r, font.Encoding, before)
		if !letter {
			if !end(i) {
				return
			}
			continue
		}
		if from < 0 {
			from = i
		}
		if r >= utf8.RuneSelf {
			told = told || font.Encoding != Unknown
			known = known && meant
		}
		before, _ = utf8.DecodeLastRune(next)
		if font.Capitals && (meant || r < utf8.RuneSelf) {
			next = utf8.AppendRune(next[:len(read)], unicode.ToUpper(before))
		}
		read = next
	}
	end(len(t.text))
}

// letter adds what a character means in an encoding, or itself, and reports whether it means another one there, and
// whether it is part of a word at all.
func (t *reader) letter(read []byte, r rune, e Encoding, before rune) (next []byte, meant, letter bool) {
	if r < utf8.RuneSelf {
		return append(read, byte(r)), false, isASCIILetter(r)
	}
	if e != Unknown {
		if b, ok := t.bytes(r); ok && b >= 0x80 {
			if next, meant = e.decode(read, b, before); meant {
				return next, true, true
			}
		}
	}
	return utf8.AppendRune(read, r), false, unicode.In(r, unicode.L, unicode.Mn)
}

func isASCIILetter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }

// judge compares a word as it stands with what it reads as. known tells that the encoding has all of its characters.
func judge(stands, read string, known bool) verdict {
	stands = Compose(stands)
	was, is := isSyllable(stands), isSyllable(read)
	switch {
	case was && stands == read && known:
		return plain
	case was && stands == read:
		return lost
	case is && was:
		return either
	case is:
		return gained
	case was:
		return lost
	case hasSign(stands) && stands != read:
		return odd
	}
	return foreign
}

// hasSign reports whether a sign stands in a word, which no language writes.
func hasSign(word string) bool { return strings.ContainsFunc(word, isSign) }

// isSign tells the characters of single-byte code pages that are no letters in any language: ¸ § ® ¬ ÷, the soft hyphen.
func isSign(r rune) bool {
	return r >= utf8.RuneSelf && r != 0xA0 && !unicode.In(r, unicode.L, unicode.Mn) || r == 'ª' || r == 'º' || r == 'µ'
}
