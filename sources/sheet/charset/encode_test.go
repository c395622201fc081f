package charset

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func decomposed(s string) string { return norm.NFD.String(s) }

// latin1 gives what a reader makes of bytes that it takes for Latin-1.
func latin1(stored []byte) []rune {
	var runes []rune
	for _, b := range stored {
		runes = append(runes, rune(b))
	}
	return runes
}

// read reads a text as one encoding, whatever it is evidence of.
func read(text string, e Encoding) string {
	var out strings.Builder
	done := 0
	reader{text: text, font: Font{Encoding: e}, bytes: byte1252}.words(func(w word) bool {
		out.WriteString(text[done:w.from] + w.read)
		done = w.to
		return true
	})
	return out.String() + text[done:]
}

// spellings finds how each letter is stored in an encoding, by reading all there is.
func spellings(e Encoding) map[rune]string {
	stored := map[rune]string{}
	try := func(s, before string) {
		text := strings.TrimPrefix(read(before+s, e), before)
		if r, n := utf8.DecodeRuneInString(text); n == len(text) && r != 0 && text != s {
			stored[r] = s
		} else if _, ok := stored[r]; n == len(text) && text == s && unicode.IsLetter(r) && !ok {
			stored[r] = s // the same as in Latin-1
		}
	}
	for b := rune(0x80); b < 0x100; b++ {
		try(string(b), "A") // VISCII has capitals only behind capitals where windows-1252 has punctuation
		if e == VNI || e == Windows1258 {
			for _, base := range "AEIOUYaeiouyÔÖôöÂÊâêÃÕÝãõý" {
				try(string(base)+string(b), "")
			}
		}
	}
	return stored
}

// mangle gives what a reader hands out for a Vietnamese text that a book has in an old encoding.
func mangle(t testing.TB, text string, e Encoding) string {
	t.Helper()
	stored := spellings(e)
	var out strings.Builder
	for _, r := range text {
		s, ok := stored[r]
		switch {
		case r < utf8.RuneSelf:
			s = string(r)
		case !ok && e == TCVN3:
			s = stored[unicode.ToLower(r)]
		case !ok:
			t.Fatalf("%s has no %c", e, r)
		}
		out.WriteString(s)
	}
	return out.String()
}

// TestEveryLetterIsRead looks for every Vietnamese letter in every encoding: all of them in VNI and windows-1258, all but the
// six that need control characters in VISCII, the small ones in TCVN3.
func TestEveryLetterIsRead(t *testing.T) {
	const small = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
	for e := TCVN3; e < encodings; e++ {
		letters := small
		switch e {
		case TCVN3:
			letters += "ĂÂÊÔƠƯĐ"
		case VISCII:
			letters += strings.Map(func(r rune) rune {
				if strings.ContainsRune("ẲẴẪỶỸỴ", r) {
					return -1
				}
				return r
			}, strings.ToUpper(small))
		default:
			letters += strings.ToUpper(small)
		}
		stored := spellings(e)
		for _, r := range letters {
			if s, ok := stored[r]; !ok || len([]rune(s)) > 2 {
				t.Errorf("%s cannot say %c: %q", e, r, s)
			}
		}
	}
}
