package xls

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/statloom/statloom/sources/sheet"
)

// codePage gives the encoding that the number stands for; nil for one that is not known.
func codePage(n uint16) encoding.Encoding {
	switch n {
	case 367, 1200, 1252, 32769: // ASCII; what a BIFF8 book says, which has no texts in bytes; "ANSI" of Windows
		return charmap.Windows1252
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 855:
		return charmap.CodePage855
	case 858:
		return charmap.CodePage858
	case 860:
		return charmap.CodePage860
	case 862:
		return charmap.CodePage862
	case 863:
		return charmap.CodePage863
	case 865:
		return charmap.CodePage865
	case 866:
		return charmap.CodePage866
	case 874:
		return charmap.Windows874
	case 932:
		return japanese.ShiftJIS
	case 936:
		return simplifiedchinese.GBK
	case 949:
		return korean.EUCKR
	case 950:
		return traditionalchinese.Big5
	case 1250:
		return charmap.Windows1250
	case 1251:
		return charmap.Windows1251
	case 1253:
		return charmap.Windows1253
	case 1254:
		return charmap.Windows1254
	case 1255:
		return charmap.Windows1255
	case 1256:
		return charmap.Windows1256
	case 1257:
		return charmap.Windows1257
	case 1258:
		return charmap.Windows1258
	case 10000, 32768:
		return charmap.Macintosh
	case 10007:
		return charmap.MacintoshCyrillic
	}
	return nil
}

// pageOfFont gives the encoding of texts in a font with this character set, which says more than the code page of the
// book: a Russian font has Russian letters in an English book. nil leaves it to the book, as do fonts that say "ANSI",
// which careless writers put everywhere.
func pageOfFont(set byte) encoding.Encoding {
	pages := map[byte]uint16{
		77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257,
		204: 1251, 222: 874, 238: 1250,
	}
	return codePage(pages[set])
}

// decode reads a text in the book's code page.
func (b *book) decode(raw []byte) string { return b.decodeIn(font{}, raw) }

// decodeIn reads a text in a font.
func (b *book) decodeIn(f font, raw []byte) string {
	page := f.page
	if page == nil {
		page = b.page
	}
	for _, c := range raw {
		if c >= 0x80 {
			text, err := page.NewDecoder().Bytes(raw)
			if err != nil {
				return strings.ToValidUTF8(string(raw), "\uFFFD")
			}
			return string(text)
		}
	}
	return string(raw)
}

// longText reads a text with its length in two bytes, as cells, formats and results of formulas have it.
func (b *book) longText(in *body) (string, []run) {
	n := int(in.u16())
	if b.version == biff8 {
		return in.unicode(n)
	}
	return b.decode(in.bytes(n)), nil
}

// shortText reads a text with its length in one byte, as sheets and fonts have it.
func (b *book) shortText(in *body) string {
	n := int(in.u8())
	if b.version == biff8 {
		text, _ := in.unicode(n)
		return text
	}
	return b.decode(in.bytes(n))
}

// runs makes the runs of a text from the fonts that begin in it; nil when none does.
func (b *book) runs(text string, fonts []run) []sheet.Run {
	if len(fonts) == 0 {
		return nil
	}
	var out []sheet.Run
	font, units := "", 0
	for i, r := range text {
		for len(fonts) > 0 && fonts[0].from <= units {
			out = addRun(out, i, font)
			font = b.font(fonts[0].font).name
			fonts = fonts[1:]
		}
		units += max(1, utf16.RuneLen(r))
	}
	return addRun(out, len(text), font)
}

// byteRuns is runs for the text of a cell before BIFF8, where fonts begin at a byte and say what the bytes mean.
func (b *book) byteRuns(style sheet.StyleID, raw []byte, fonts []run) (string, []sheet.Run) {
	var runs []sheet.Run
	in, text, name, at := b.fontOf(style), "", "", 0
	for _, f := range fonts {
		if f.from >= len(raw) {
			break
		}
		if f.from > at {
			text += b.decodeIn(in, raw[at:f.from])
			at = f.from
		}
		runs = addRun(runs, len(text), name)
		in = b.font(f.font)
		name = in.name
	}
	text += b.decodeIn(in, raw[at:])
	if runs == nil && name == "" {
		return text, nil
	}
	return text, addRun(runs, len(text), name)
}

// addRun adds the run that ends here, if it holds anything, to what came before in the same font.
func addRun(runs []sheet.Run, end int, font string) []sheet.Run {
	k := len(runs) - 1
	switch {
	case k < 0 && end == 0, k >= 0 && runs[k].End == end:
		return runs
	case k >= 0 && runs[k].Font == font:
		runs[k].End = end
		return runs
	}
	return append(runs, sheet.Run{End: end, Font: font})
}

// checkText makes the error of a text that was cut short or is too long.
func (b *book) checkText(in *body, what string) error {
	switch {
	case in.short:
		return b.fault(what+" is cut short", fetchAgain)
	case in.long:
		return sheet.Exceeds(b.file, "", "", sheet.LimitText, b.limits.Text)
	}
	return nil
}

func (b *book) setCodePage(n uint16) error {
	page := codePage(n)
	if page == nil {
		if b.version == biff8 { // has no use for it
			return nil
		}
		return b.fault(fmt.Sprintf("the book's texts are in code page %d, which is not known", n), saveAnew)
	}
	b.page = page
	return nil
}
