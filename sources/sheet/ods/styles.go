package ods

import (
	"math"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/numfmt"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// styles are the looks that a book names. What cells refer to is put together when it is first asked for.
type styles struct {
	count   int
	faces   map[string]string // name of a font face -> font family
	cells   map[string]*style // family table-cell
	texts   map[string]*style // family text
	tables  map[string]bool   // family table: shown
	base    style             // the default of table-cell
	formats map[string]*dataStyle
	step    float64 // millimetres of an indent step
	looks   []sheet.Style
	dates   []bool // parallel to looks: numbers in it are dates
	made    map[string]*ids
}

// style is a style as it is written: only what is set counts, the rest is the parent's.
type style struct {
	parent string
	props
}

// props are the properties of a style.
type props struct {
	set          set
	font         string
	bold, italic bool
	align        string  // fo:text-align
	byType       bool    // the alignment follows the type of the value
	fill         bool    // the text is repeated
	spread       bool    // justified by distributing
	margin       float64 // in millimetres
	top, bottom  bool    // borders
	format       string  // name of the data style
}

// set says which properties are set.
type set uint16

const (
	hasFont set = 1 << iota
	hasBold
	hasItalic
	hasAlign
	hasByType
	hasFill
	hasSpread
	hasMargin
	hasTop
	hasBottom
	hasFormat
)

// over gives the properties of a style on top of its parent's.
func (p props) over(parent props) props {
	out := parent
	out.set |= p.set
	if p.set&hasFont != 0 {
		out.font = p.font
	}
	if p.set&hasBold != 0 {
		out.bold = p.bold
	}
	if p.set&hasItalic != 0 {
		out.italic = p.italic
	}
	if p.set&hasAlign != 0 {
		out.align = p.align
	}
	if p.set&hasByType != 0 {
		out.byType = p.byType
	}
	if p.set&hasFill != 0 {
		out.fill = p.fill
	}
	if p.set&hasSpread != 0 {
		out.spread = p.spread
	}
	if p.set&hasMargin != 0 {
		out.margin = p.margin
	}
	if p.set&hasTop != 0 {
		out.top = p.top
	}
	if p.set&hasBottom != 0 {
		out.bottom = p.bottom
	}
	if p.set&hasFormat != 0 {
		out.format = p.format
	}
	return out
}

// maxStyles bounds the styles of a book, maxParents how many a style may inherit from.
const (
	maxStyles  = 1 << 18
	maxParents = 64
)

// defaultStyle is the style of cells that name none.
const defaultStyle = "Default"

func newStyles() *styles {
	return &styles{
		faces: map[string]string{}, cells: map[string]*style{}, texts: map[string]*style{}, tables: map[string]bool{},
		formats: map[string]*dataStyle{}, made: map[string]*ids{},
	}
}

// readFonts reads <office:font-face-decls>.
func (s *styles) readFonts(x *zipxml.Reader) error {
	return x.Children(func([]byte) error {
		if family, ok := x.Attr("font-family"); ok && len(s.faces) < maxStyles {
			s.faces[attr(x, "name")] = family1(string(family))
		}
		return nil
	})
}

// family1 gives the first of a list of font families, without quotes.
func family1(list string) string {
	first, _, _ := strings.Cut(list, ",")
	return strings.Trim(strings.TrimSpace(first), `'"`)
}

func attr(x *zipxml.Reader, name string) string {
	v, _ := x.Attr(name)
	return string(v)
}

// read reads <office:styles> or <office:automatic-styles>.
func (s *styles) read(x *zipxml.Reader, b *book) error {
	return x.Children(func(name []byte) error {
		if s.count++; s.count > maxStyles {
			return sheet.Exceeds(b.file, "", "", "styles", maxStyles)
		}
		switch string(name) {
		case "default-style":
			if attr(x, "family") == "table-cell" {
				st, err := s.readStyle(x)
				s.base = *st
				return err
			}
		case "style":
			return s.named(x)
		case "number-style", "currency-style", "percentage-style", "date-style", "time-style", "text-style", "boolean-style":
			title, kind := attr(x, "name"), string(name)
			d, err := readDataStyle(x, kind)
			s.formats[title] = d
			return err
		}
		return nil
	})
}

// named reads a style of the families that matter.
func (s *styles) named(x *zipxml.Reader) error {
	title := attr(x, "name")
	switch attr(x, "family") {
	case "table-cell":
		st, err := s.readStyle(x)
		s.cells[title] = st
		return err
	case "text":
		st, err := s.readStyle(x)
		s.texts[title] = st
		return err
	case "table":
		shown := true
		err := x.Children(func(name []byte) error {
			if string(name) == "table-properties" {
				shown = attr(x, "display") != "false"
			}
			return nil
		})
		s.tables[title] = shown
		return err
	}
	return nil
}

// readStyle reads a style's properties.
func (s *styles) readStyle(x *zipxml.Reader) (*style, error) {
	st := &style{parent: attr(x, "parent-style-name")}
	if v, ok := x.Attr("data-style-name"); ok {
		st.format, st.set = string(v), st.set|hasFormat
	}
	err := x.Children(func(name []byte) error {
		switch string(name) {
		case "table-cell-properties":
			st.cellProperties(x)
		case "paragraph-properties":
			st.paragraphProperties(x)
		case "text-properties":
			st.textProperties(x, s.faces)
		}
		return nil
	})
	return st, err
}

func (st *style) cellProperties(x *zipxml.Reader) {
	if v, ok := x.Attr("border"); ok {
		st.top, st.bottom = drawn(v), drawn(v)
		st.set |= hasTop | hasBottom
	}
	if v, ok := x.Attr("border-top"); ok {
		st.top, st.set = drawn(v), st.set|hasTop
	}
	if v, ok := x.Attr("border-bottom"); ok {
		st.bottom, st.set = drawn(v), st.set|hasBottom
	}
	if v, ok := x.Attr("text-align-source"); ok {
		st.byType, st.set = string(v) == "value-type", st.set|hasByType
	}
	if v, ok := x.Attr("repeat-content"); ok {
		st.fill, st.set = string(v) == "true", st.set|hasFill
	}
}

// drawn reports whether a border such as "0.06pt solid #000000" is seen.
func drawn(border []byte) bool {
	words := strings.Fields(string(border))
	for _, w := range words {
		if w == "none" || w == "hidden" {
			return false
		}
	}
	return len(words) > 0
}

func (st *style) paragraphProperties(x *zipxml.Reader) {
	if v, ok := x.Attr("text-align"); ok {
		st.align, st.set = string(v), st.set|hasAlign
	}
	if v, ok := x.Attr("text-justify"); ok {
		st.spread, st.set = string(v) == "distribute", st.set|hasSpread
	}
	if v, ok := x.Attr("margin-left"); ok {
		st.margin, st.set = millimetres(string(v)), st.set|hasMargin
	}
}

func (st *style) textProperties(x *zipxml.Reader, faces map[string]string) {
	if v, ok := x.Attr("font-family"); ok {
		st.font, st.set = family1(string(v)), st.set|hasFont
	}
	if v, ok := x.Attr("font-name"); ok {
		st.font, st.set = string(v), st.set|hasFont
		if family := faces[st.font]; family != "" {
			st.font = family
		}
	}
	if v, ok := x.Attr("font-weight"); ok {
		weight, _ := strconv.Atoi(string(v))
		st.bold, st.set = string(v) == "bold" || weight >= 600, st.set|hasBold
	}
	if v, ok := x.Attr("font-style"); ok {
		st.italic, st.set = string(v) == "italic" || string(v) == "oblique", st.set|hasItalic
	}
}

// millimetres reads a length; one that cannot be read is 0.
func millimetres(s string) float64 {
	for unit, size := range map[string]float64{"mm": 1, "cm": 10, "in": 25.4, "pt": 25.4 / 72, "pc": 25.4 / 6, "px": 25.4 / 96} {
		if digits, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseFloat(digits, 64)
			if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
				return 0
			}
			return n * size
		}
	}
	return 0
}

// An indent step is 10 points in LibreOffice's own books. In books that come from Excel it is three spaces in the
// book's main font, 2.9 mm in Arial 10 and 3.7 mm in Calibri 11, so that the smallest margin of that order in a book is
// its step.
const (
	usualStep    = 10 * 25.4 / 72
	smallestStep = 2.3
	largestStep  = 4.7
)

// settle is called when all styles were read.
func (s *styles) settle() {
	s.step = usualStep
	least := largestStep
	for _, st := range s.cells {
		if st.margin >= smallestStep && st.margin < least {
			least = st.margin
			s.step = least
		}
	}
	s.idsOf([]byte(defaultStyle)) // StyleID 0 is the default style
}

// shade is what a cell's type adds to a style that has no number format of its own.
type shade int

const (
	plain shade = iota
	percent
	date
	clock
	shades
)

var shadeFormats = [shades]string{plain: numfmt.General, percent: "0.00%", date: "yyyy-mm-dd", clock: "hh:mm:ss"}

// ids are the looks of a style for every shade.
type ids [shades]sheet.StyleID

// idsOf gives the looks of a style that cells refer to by name; one the book does not have is the default style.
func (s *styles) idsOf(name []byte) *ids {
	if made := s.made[string(name)]; made != nil {
		return made
	}
	st := s.cells[string(name)]
	if made := s.made[defaultStyle]; st == nil && made != nil {
		return made
	}
	made := new(ids)
	look, isDate := s.look(st)
	for k := range made {
		if k > 0 && look.NumFmt != numfmt.General {
			made[k] = made[0]
			continue
		}
		shaded, shadedDate := look, isDate
		if k > 0 {
			shaded.NumFmt, shadedDate = shadeFormats[k], shade(k) != percent
		}
		made[k] = sheet.StyleID(len(s.looks))
		s.looks, s.dates = append(s.looks, shaded), append(s.dates, shadedDate)
	}
	s.made[string(name)] = made
	return made
}

// look puts a style together with its parents.
func (s *styles) look(st *style) (look sheet.Style, isDate bool) {
	p := s.inherit(st, s.cells, s.base.props)
	look = sheet.Style{
		NumFmt: numfmt.General, Font: p.font, Bold: p.bold, Italic: p.italic, BorderTop: p.top, BorderBot: p.bottom,
		Indent: int(min(math.Round(p.margin/s.step), 250)),
	}
	if look.Indent < 0 {
		look.Indent = 0
	}
	if p.format != "" {
		look.NumFmt = s.formatCode(p.format)
	}
	switch {
	case p.fill:
		look.HAlign = "fill"
	case p.byType:
	case p.align == "start", p.align == "left":
		look.HAlign = "left"
	case p.align == "end", p.align == "right":
		look.HAlign = "right"
	case p.align == "justify" && p.spread:
		look.HAlign = "distributed"
	case p.align == "center", p.align == "justify":
		look.HAlign = p.align
	}
	return look, numfmt.IsDate(look.NumFmt)
}

// inherit puts the properties of a style on top of those of its parents.
func (s *styles) inherit(st *style, family map[string]*style, base props) props {
	var chain []*style
	for st != nil && len(chain) < maxParents {
		chain = append(chain, st)
		st = family[st.parent]
	}
	p := base
	for i := len(chain) - 1; i >= 0; i-- {
		p = chain[i].over(p)
	}
	return p
}

// spanFont gives the font that a style of text names, or "".
func (s *styles) spanFont(name string) string {
	return s.inherit(s.texts[name], s.texts, props{}).font
}
