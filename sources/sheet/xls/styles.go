package xls

import (
	"strings"

	"golang.org/x/text/encoding"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/numfmt"
)

// styles are the looks of cells.
type styles struct {
	formats map[uint16]string // codes the book itself defines
	fonts   []font
	xfs     []xf
	made    []sheet.Style // by number of the xf
	dates   []bool        // whether numbers in that style are dates
	plain   sheet.Style
}

type font struct {
	name         string
	bold, italic bool
	page         encoding.Encoding // of texts before BIFF8; nil for the book's own
}

// xf is a cell format: which of the parts it is made of. It is whole in itself: cell formats have a parent and bits that
// say which parts differ from it, but what they hold is what Excel shows, whatever the bits say.
type xf struct {
	font, format uint16
	align        byte
	indent       byte
	top, bottom  bool
}

// maxStyles bounds every list of styles: cells refer to them in 16 bits.
const maxStyles = 1 << 16

func newStyles() styles {
	return styles{formats: map[uint16]string{}, plain: sheet.Style{NumFmt: numfmt.General}}
}

// get gives a style; one that the book does not have is the default style.
func (s *styles) get(id sheet.StyleID) *sheet.Style {
	if int64(id) >= int64(len(s.made)) {
		return &s.plain
	}
	return &s.made[id]
}

// isDate reports whether numbers in this style are dates.
func (s *styles) isDate(id sheet.StyleID) bool { return int(id) < len(s.dates) && s.dates[id] }

// alignments by their number; 0 is general.
var alignments = [...]string{"", "left", "center", "right", "fill", "justify", "centerContinuous", "distributed"}

// font gives a font by its number. There is no number 4, for reasons that only Excel knows.
func (b *book) font(i int) font {
	fonts := b.styles.fonts
	if i > 4 {
		i--
	}
	if i >= len(fonts) {
		return font{}
	}
	return fonts[i]
}

// fontOf gives the font of a style.
func (b *book) fontOf(id sheet.StyleID) font {
	if int(id) >= len(b.styles.xfs) {
		return font{}
	}
	return b.font(int(b.styles.xfs[id].font))
}

// readFont reads a FONT record.
func (b *book) readFont(in *body) error {
	const boldFrom = 600 // of weights from 100 to 1000; regular is 400, bold 700
	in.u16()             // height
	italic := in.u16()&2 != 0
	in.u16() // colour
	bold := in.u16() >= boldFrom
	in.skip(4) // escapement, underline, family
	page := pageOfFont(in.u8())
	in.u8()
	f := font{name: b.shortText(in), bold: bold, italic: italic, page: page}
	if err := b.checkText(in, "the name of a font"); err != nil {
		return err
	}
	if len(b.styles.fonts) >= maxStyles {
		return sheet.Exceeds(b.file, "", "", "styles", maxStyles)
	}
	b.styles.fonts = append(b.styles.fonts, f)
	return nil
}

// readFormat reads a FORMAT record.
func (b *book) readFormat(in *body) error {
	id := in.u16()
	var code string
	if b.version == biff8 {
		code, _ = b.longText(in)
	} else {
		code = b.shortText(in)
	}
	if err := b.checkText(in, "the code of a number format"); err != nil {
		return err
	}
	b.styles.formats[id] = code
	return nil
}

// readXF reads an XF record, whose layout is one thing in BIFF8 and another before.
func (g *globals) readXF() error {
	d := g.in.rest
	if len(d) < 16 || (g.version == biff8 && len(d) < 18) {
		return g.fault("the record of a cell format is cut short", fetchAgain)
	}
	if len(g.styles.xfs) >= maxStyles {
		return sheet.Exceeds(g.file, "", "", "styles", maxStyles)
	}
	x := xf{font: u16(d, 0), format: u16(d, 2), align: d[6] & 7}
	if g.version == biff8 {
		x.indent = d[8] & 0x0F
		x.top, x.bottom = d[11]&0x0F != 0, d[11]&0xF0 != 0
	} else {
		x.top, x.bottom = d[12]&7 != 0, d[10]>>6 != 0 || d[11]&1 != 0
	}
	g.styles.xfs = append(g.styles.xfs, x)
	return nil
}

// makeStyles puts the styles together, once all their parts are known.
func (b *book) makeStyles() {
	s := &b.styles
	s.made, s.dates = make([]sheet.Style, len(s.xfs)), make([]bool, len(s.xfs))
	dates := map[uint16]bool{}
	for i, x := range s.xfs {
		f := b.font(int(x.font))
		s.made[i] = sheet.Style{
			NumFmt: s.formatCode(x.format), Font: f.name, Bold: f.bold, Italic: f.italic,
			Indent: int(x.indent), HAlign: alignments[x.align], BorderTop: x.top, BorderBot: x.bottom,
		}
		date, known := dates[x.format]
		if !known {
			date = numfmt.IsDate(s.made[i].NumFmt)
			dates[x.format] = date
		}
		s.dates[i] = date
	}
}

func (s *styles) formatCode(id uint16) string {
	code, ok := s.formats[id]
	switch {
	case !ok:
		return numfmt.Builtin(int(id))
	case strings.EqualFold(code, numfmt.General) || code == "":
		return numfmt.General
	}
	return code
}
