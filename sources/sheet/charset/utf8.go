package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FromUTF8 repairs text whose UTF-8 was read as windows-1252: "Tá»•ng sá»‘" is "Tổng số". It is certain when every
// character above ASCII is part of a sequence that means a Latin letter or a usual sign, and one of the sequences stands
// where no word has such characters.
func FromUTF8(text string) (string, bool) {
	if !mayBeUTF8(text) {
		return "", false
	}
	bytes := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := byte1252(r)
		if !ok {
			return "", false
		}
		bytes = append(bytes, b)
	}
	certain := false
	for i := 0; i < len(bytes); {
		r, n := utf8.DecodeRune(bytes[i:])
		switch {
		case n == 1 && r == utf8.RuneError:
			return "", false
		case n > 1 && unicode.In(r, unicode.Latin, unicode.Mn):
			certain = certain || impossible(bytes, i, n)
		case n > 1 && !(r >= 0x2010 && r <= 0x2026) && r != '₫' && r != '°' && r != 0xA0:
			return "", false
		}
		i += n
	}
	if !certain {
		return "", false
	}
	return Compose(string(bytes)), true
}

// mayBeUTF8 reports whether the first character beyond ASCII is followed by another one, as bytes of UTF-8 are.
func mayBeUTF8(text string) bool {
	i := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return false
	}
	_, n := utf8.DecodeRuneInString(text[i:])
	return i+n < len(text) && text[i+n] >= utf8.RuneSelf
}

// impossible reports whether no language writes the n characters at i of windows-1252: three of them, or a capital (Â Ã Ä Å
// Æ) with a sign after it, behind or before a small letter. Before one, the sign may not be a blank or of punctuation.
func impossible(text []byte, i, n int) bool {
	if n > 2 || i > 0 && isSmall(text[i-1]) {
		return true
	}
	sign := text[i+1]
	return i+n < len(text) && isSmall(text[i+n]) && sign > 0xA0 && sign != 0xAB && sign != 0xBB
}

func isSmall(b byte) bool { return b >= 'a' && b <= 'z' }
