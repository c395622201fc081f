// Package charset turns Vietnamese text of the time before Unicode into Unicode, and all text into its composed form
// (NFC). Books of 1995 to 2012 hold bytes whose meaning only the font tells, and readers can but decode them as
// windows-1252: "Tæng sè" in .VnTime is "Tổng số". Where the font tells, it decides, word by word, for such books mix old
// and new text in one cell. Where it tells nothing, text is turned only on evidence that no other language leaves.
package charset

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Encoding is a way of writing Vietnamese in single bytes.
type Encoding uint8

const (
	Unknown     Encoding = iota // the font tells nothing
	TCVN3                       // TCVN 5712:1993, the form of the ABC fonts: capitals come from fonts of their own
	VNI                         // VNI for Windows: a vowel and its marks are two bytes
	VISCII                      // RFC 1456
	Windows1258                 // marks follow their vowel
	encodings
)

// String gives the name people know the encoding by.
func (e Encoding) String() string {
	return [...]string{"unknown", "TCVN3", "VNI", "VISCII", "windows-1258"}[e]
}

// Span says which font a stretch of a text is in, from the end of the span before to End, in bytes.
type Span struct {
	End  int
	Font Font
}

// ASCII reports whether text has no character beyond ASCII: then it means the same in every encoding and form.
func ASCII(text string) bool {
	for len(text) >= 8 {
		if (text[0]|text[1]|text[2]|text[3]|text[4]|text[5]|text[6]|text[7])&0x80 != 0 {
			return false
		}
		text = text[8:]
	}
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Compose puts text into its composed form.
func Compose(text string) string {
	if usual(text) || norm.NFC.QuickSpanString(text) == len(text) {
		return text
	}
	return norm.NFC.String(text)
}

// usual reports whether a text has only characters that are composed whatever stands beside them: of ASCII, Latin,
// Vietnamese and usual punctuation. It is the short way for nearly all text.
func usual(text string) bool {
	for _, r := range text {
		if r >= 0x300 && !(r >= 0x1E00 && r < 0x1F00) && !(r >= 0x2010 && r <= 0x2026) {
			return false
		}
	}
	return true
}

// SingleByte reports whether all characters of a text can come from windows-1252 or Latin-1. Text with others was Unicode
// from the start.
func SingleByte(text string) bool {
	for _, r := range text {
		if _, ok := byte1252(r); !ok {
			return false
		}
	}
	return true
}
