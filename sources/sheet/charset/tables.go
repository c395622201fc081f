package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// tcvn3 are the letters of the ABC fonts, by byte from 0x80. The standard's capitals with marks are not among them: those
// fonts show nothing there, and a font whose name ends in H shows the small letters as capitals. A blank is no letter.
var tcvn3 = upperHalf("" +
	"                                " + // 80, 90
	" ĂÂÊÔƠƯĐăâêôơưđ " + // A0
	"     àảãáạ ằẳẵắ " + // B0
	"      ặầẩẫấậè ẻẽ" + // C0
	"éẹềểễếệìỉ   ĩíịò" + // D0
	" ỏõóọồổỗốộờởỡớợù" + // E0
	" ủũúụừửữứựỳỷỹýỵ ") // F0

// viscii are the letters of VISCII, by byte from 0x80. Six more capitals stand where ASCII has controls; no workbook
// can hold those.
var viscii = upperHalf("" +
	"ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ" + // 80
	"ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ" + // 90
	"Õắằặấầẩậẽẹếềểễệố" + // A0
	"ồổỗỠƠộờởịỰỨỪỬơớƯ" + // B0
	"ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ" + // C0
	"ĐứÒÓÔạỷừửÙÚỹỵÝỡư" + // D0
	"àáâãảăữẫèéêẻìíĩỉ" + // E0
	"đựòóôõỏọụùúũủýợỮ") // F0

// vniLetters are the letters that VNI writes in one byte, by byte from 0x80.
var vniLetters = upperHalf("" +
	"                                                                " + // 80 to B0
	"      Ỉ     ÌÍỴ " + // C0
	" ĐỊĨƠ Ư         " + // D0
	"      ỉ     ìíỵ " + // E0
	" địĩơ ư         ") // F0

// upperHalf makes a table of 128 letters from their list.
func upperHalf(list string) (t [128]rune) {
	i := 0
	for _, r := range list {
		if r != ' ' {
			t[i] = r
		}
		i++
	}
	return t
}

// vniMarks are the marks that VNI puts after a vowel, by the small form of their byte: which vowels take them, and what
// they are in Unicode.
var vniMarks = [256]struct{ vowels, marks string }{
	0xF9: {"aeouyơư", "\u0301"}, 0xF8: {"aeouyơư", "\u0300"}, 0xFB: {"aeouyơư", "\u0309"}, 0xF5: {"aeouyơư", "\u0303"}, 0xEF: {"aeouyơư", "\u0323"},
	0xE2: {"aeo", "\u0302"}, 0xE1: {"aeo", "\u0302\u0301"}, 0xE0: {"aeo", "\u0302\u0300"}, 0xE5: {"aeo", "\u0302\u0309"}, 0xE3: {"aeo", "\u0302\u0303"}, 0xE4: {"aeo", "\u0302\u0323"},
	0xEA: {"a", "\u0306"}, 0xE9: {"a", "\u0306\u0301"}, 0xE8: {"a", "\u0306\u0300"}, 0xFA: {"a", "\u0306\u0309"}, 0xFC: {"a", "\u0306\u0303"}, 0xEB: {"a", "\u0306\u0323"},
}

// byte1252 gives the byte that a character was, if a reader took it for windows-1252 or Latin-1.
func byte1252(r rune) (byte, bool) {
	if r < 0x100 {
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
}

// byte1258 gives the byte that a character was, if a reader took it for windows-1258.
func byte1258(r rune) (byte, bool) {
	if r < utf8.RuneSelf {
		return byte(r), true
	}
	return charmap.Windows1258.EncodeRune(r)
}

// decode adds what a byte above ASCII means that follows the character before, and reports whether it means a letter or
// a mark.
func (e Encoding) decode(out []byte, b byte, before rune) ([]byte, bool) {
	var r rune
	switch e {
	case TCVN3:
		r = tcvn3[b-0x80]
	case VISCII:
		r = viscii[b-0x80]
		if b <= 0xA0 && !(before >= 'A' && before <= 'Z') {
			r = 0 // a quotation mark, dash or blank: what stands there are capitals, and only a capital goes before one
		}
	case VNI:
		if r = vniLetters[b-0x80]; r == 0 {
			mark := vniMarks[b|0x20]
			if before == 0 || !strings.ContainsRune(mark.vowels, unicode.ToLower(before)) {
				return out, false
			}
			return append(out, mark.marks...), true
		}
	case Windows1258:
		r = charmap.Windows1258.DecodeByte(b)
		mark := unicode.Is(unicode.Mn, r)
		if mark && !unicode.IsLetter(before) || !mark && !unicode.IsLetter(r) {
			r = 0
		}
	}
	if r == 0 {
		return out, false
	}
	return utf8.AppendRune(out, r), true
}
