package xlsx

import (
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/charset"
	"github.com/statloom/statloom/sources/sheet/numfmt"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// styles are the looks of cells. A Style is put together when it is first asked for.
type styles struct {
	formats map[int]string // codes the book itself defines
	fonts   []font
	borders []border
	xfs     []xf
	kinds   []styleKind // of xfs
	made    []atomic.Pointer[sheet.Style]
	plain   sheet.Style
}

type font struct {
	name         string
	bold, italic bool
}

type border struct{ top, bottom bool }

// xf is a cell format: which of the parts it is made of.
type xf struct {
	format, font, border int32
	indent               int16
	align                string
}

// styleKind is what reading a value needs to know of its style.
type styleKind uint8

const (
	dateStyle styleKind = 1 << iota // numbers are dates
	toldStyle                       // the font tells an old encoding of text
)

// maxStyles bounds every list of styles; Excel itself stops at 65,490 cell formats.
const maxStyles = 1 << 18

// usualStyles is for how many cell formats room is made at the word of the book.
const usualStyles = 1 << 10

func newStyles() styles {
	return styles{formats: map[int]string{}, plain: sheet.Style{NumFmt: numfmt.General}}
}

// get gives a style; one that the book does not have is the default style.
func (s *styles) get(id sheet.StyleID) *sheet.Style {
	if int(id) >= len(s.xfs) {
		return &s.plain
	}
	if made := s.made[id].Load(); made != nil {
		return made
	}
	x := &s.xfs[id]
	style := &sheet.Style{NumFmt: s.formatCode(int(x.format)), Indent: int(x.indent), HAlign: x.align}
	if i := int(x.font); i < len(s.fonts) {
		f := s.fonts[i]
		style.Font, style.Bold, style.Italic = f.name, f.bold, f.italic
	}
	if i := int(x.border); i < len(s.borders) {
		style.BorderTop, style.BorderBot = s.borders[i].top, s.borders[i].bottom
	}
	s.made[id].Store(style)
	return style
}

// is reports whether a style is of a kind.
func (s *styles) is(id sheet.StyleID, k styleKind) bool {
	return int(id) < len(s.kinds) && s.kinds[id]&k != 0
}

// sort finds out the kinds.
func (s *styles) sort() {
	dates, told := map[int32]bool{}, make([]bool, len(s.fonts))
	for i, f := range s.fonts {
		told[i] = charset.FontOf(f.name).Encoding != charset.Unknown
	}
	s.kinds = make([]styleKind, len(s.xfs))
	for i := range s.xfs {
		x := &s.xfs[i]
		date, known := dates[x.format]
		if !known {
			date = numfmt.IsDate(s.formatCode(int(x.format)))
			dates[x.format] = date
		}
		if date {
			s.kinds[i] |= dateStyle
		}
		if int(x.font) < len(told) && told[x.font] {
			s.kinds[i] |= toldStyle
		}
	}
}

func (s *styles) formatCode(id int) string {
	code, ok := s.formats[id]
	switch {
	case !ok:
		return numfmt.Builtin(id)
	case strings.EqualFold(code, numfmt.General):
		return numfmt.General
	}
	return code
}

// readStyles reads the styles part.
func (b *book) readStyles(x *zipxml.Reader, root string) error {
	if root != "styleSheet" {
		return x.Fault("the part does not hold styles")
	}
	s := newStyles()
	names := map[string]string{}
	seen := 0
	more := func() error {
		if seen++; seen > maxStyles {
			return sheet.Exceeds(b.file, "", "", "styles", maxStyles)
		}
		return nil
	}
	list := func(child string, read func() error) error {
		return x.Children(func(name []byte) error {
			if string(name) != child {
				return nil
			}
			if err := more(); err != nil {
				return err
			}
			return read()
		})
	}
	quick := func() error {
		if b.strict {
			return nil
		}
		u := usual{most: b.limits.Text}
		return u.usualXFs(x, func(v xf) error {
			s.xfs = append(s.xfs, v)
			return more()
		})
	}
	err := x.Children(func(name []byte) error {
		switch string(name) {
		case "numFmts":
			return list("numFmt", func() error {
				code, _ := x.Attr("formatCode")
				if id := intAttr(x, "numFmtId"); len(code) > 0 {
					s.formats[id] = unescape(string(code))
				}
				return nil
			})
		case "fonts":
			return list("font", func() error {
				f, err := readFont(x, names)
				s.fonts = append(s.fonts, f)
				return err
			})
		case "borders":
			return list("border", func() error {
				v, err := readBorder(x)
				s.borders = append(s.borders, v)
				return err
			})
		case "cellXfs":
			s.xfs = slices.Grow(s.xfs, min(intAttr(x, "count"), usualStyles))
			if err := quick(); err != nil {
				return err
			}
			return list("xf", func() error {
				v, err := readXF(x)
				s.xfs = append(s.xfs, v)
				if err == nil {
					err = quick()
				}
				return err
			})
		}
		return nil
	})
	s.sort()
	s.made = make([]atomic.Pointer[sheet.Style], len(s.xfs))
	b.styles = s
	return err
}

// readFont reads a font. Its name is kept once, for the same few recur.
func readFont(x *zipxml.Reader, names map[string]string) (font, error) {
	var f font
	err := x.Children(func(name []byte) error {
		v, given := x.Attr("val")
		switch string(name) {
		case "name":
			known, ok := names[string(v)]
			if !ok {
				known = string(v)
				names[known] = known
			}
			f.name = known
		case "b":
			f.bold = !given || isTrue(v)
		case "i":
			f.italic = !given || isTrue(v)
		}
		return nil
	})
	return f, err
}

func readBorder(x *zipxml.Reader) (border, error) {
	var b border
	err := x.Children(func(name []byte) error {
		v, _ := x.Attr("style")
		drawn := len(v) > 0 && string(v) != "none"
		switch string(name) {
		case "top":
			b.top = drawn
		case "bottom":
			b.bottom = drawn
		}
		return nil
	})
	return b, err
}

func readXF(x *zipxml.Reader) (xf, error) {
	v := xf{
		format: int32(intAttr(x, "numFmtId")),
		font:   int32(intAttr(x, "fontId")),
		border: int32(intAttr(x, "borderId")),
	}
	err := x.Children(func(name []byte) error {
		if string(name) == "alignment" {
			v.indent = int16(min(intAttr(x, "indent"), math.MaxInt16))
			a, _ := x.Attr("horizontal")
			v.align = alignment(a)
		}
		return nil
	})
	return v, err
}

// intAttr gives an attribute that counts something; one that is missing or no number is 0.
func intAttr(x *zipxml.Reader, name string) int {
	v, _ := x.Attr(name)
	return count(v)
}

// count reads a number that counts something; what is none is 0.
func count(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > (math.MaxInt32-9)/10 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}
