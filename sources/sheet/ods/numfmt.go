package ods

import (
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet/numfmt"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// dataStyle is a number format: the code of what it shows, in Excel's notation, and the styles that take its place under
// conditions.
type dataStyle struct {
	code string
	text bool
	maps []formatMap
}

// formatMap says under which condition another style is taken.
type formatMap struct{ condition, style string }

const maxCode = 1 << 10 // bytes of a code; Excel allows 255 characters

// readDataStyle reads a <number:...-style>.
func readDataStyle(x *zipxml.Reader, kind string) (*dataStyle, error) {
	d := &dataStyle{text: kind == "text-style"}
	w := codeWriter{x: x, kind: kind, elapsed: attr(x, "truncate-on-overflow") == "false"}
	err := x.Children(func(name []byte) error {
		if string(name) == "map" {
			if len(d.maps) < 8 {
				d.maps = append(d.maps, formatMap{condition: attr(x, "condition"), style: attr(x, "apply-style-name")})
			}
			return nil
		}
		return w.element(string(name))
	})
	d.code = w.out.String()
	if kind == "boolean-style" {
		d.code = numfmt.General
	}
	return d, err
}

// formatCode gives the whole code of a data style, its conditions as sections.
func (s *styles) formatCode(name string) string {
	d := s.formats[name]
	if d == nil {
		return numfmt.General
	}
	if len(d.maps) == 0 {
		return sectionOf(d.code)
	}
	var sections []string
	for i, m := range d.maps {
		code := numfmt.General
		if part := s.formats[m.style]; part != nil {
			code = part.code
		}
		sections = append(sections, usualCondition(m.condition, i, len(d.maps), d.text)+code)
	}
	code := strings.Join(append(sections, d.code), ";")
	if len(code) > maxCode {
		return numfmt.General
	}
	return code
}

func sectionOf(code string) string {
	if code == "" || len(code) > maxCode {
		return numfmt.General
	}
	return code
}

// usualCondition gives a condition as a code has it: [>100]. Those that sections have anyway are left out.
func usualCondition(condition string, i, n int, text bool) string {
	c := strings.TrimPrefix(strings.ReplaceAll(condition, " ", ""), "value()")
	if !text && n == 1 && c == ">=0" || i == 0 && n > 1 && c == ">0" || i == 1 && n > 1 && c == "<0" || i == 2 && c == "=0" {
		return ""
	}
	return "[" + strings.Replace(c, "!=", "<>", 1) + "]"
}

// codeWriter writes a code from the elements of a data style.
type codeWriter struct {
	x       *zipxml.Reader
	kind    string
	elapsed bool // the first clock part counts on beyond a day or an hour
	out     strings.Builder
}

// element writes the element that just began.
func (w *codeWriter) element(name string) error {
	x := w.x
	long := attr(x, "style") == "long"
	pick := func(short, full string) {
		if long {
			short = full
		}
		w.out.WriteString(short)
	}
	switch name {
	case "number":
		w.number()
	case "scientific-number":
		w.scientific()
	case "fraction":
		w.fraction()
	case "text", "currency-symbol":
		text, err := w.content()
		w.literal(text)
		return err
	case "text-content":
		w.out.WriteByte('@')
	case "fill-character":
		text, err := w.content()
		if text != "" {
			w.out.WriteString("*" + string([]rune(text)[:1]))
		}
		return err
	case "day":
		pick("d", "dd")
	case "day-of-week":
		pick("ddd", "dddd")
	case "month":
		if attr(x, "textual") == "true" {
			pick("mmm", "mmmm")
		} else {
			pick("m", "mm")
		}
	case "year":
		pick("yy", "yyyy")
	case "quarter":
		w.literal("Q")
	case "hours":
		w.clock("h", long)
	case "minutes":
		w.clock("m", long)
	case "seconds":
		w.clock("s", long)
		if n := w.count("decimal-places"); n > 0 {
			w.out.WriteString("." + strings.Repeat("0", n))
		}
	case "am-pm":
		w.out.WriteString("AM/PM")
	}
	return nil
}

// clock writes a part of a time; the first of an elapsed time stands in brackets.
func (w *codeWriter) clock(letter string, long bool) {
	if long {
		letter += letter
	}
	if w.elapsed {
		letter = "[" + letter + "]"
		w.elapsed = false
	}
	w.out.WriteString(letter)
}

// count gives an attribute that counts digits; one that is missing is -1.
func (w *codeWriter) count(name string) int {
	v, ok := w.x.Attr(name)
	n, err := strconv.Atoi(string(v))
	if !ok || err != nil || n < 0 {
		return -1
	}
	return min(n, 30)
}

// decimals writes the places behind the decimal point.
func (w *codeWriter) decimals() {
	places := w.count("decimal-places")
	if places <= 0 {
		return
	}
	least := w.count("min-decimal-places")
	if least < 0 {
		least = places
		if _, ok := w.x.Attr("decimal-replacement"); ok {
			least = 0
		}
	}
	least = min(least, places)
	w.out.WriteString("." + strings.Repeat("0", least) + strings.Repeat("#", places-least))
}

func (w *codeWriter) number() {
	whole := w.count("min-integer-digits")
	grouped := attr(w.x, "grouping") == "true"
	if w.count("decimal-places") < 0 && whole <= 1 && !grouped && w.kind != "percentage-style" {
		w.out.WriteString(numfmt.General)
		return
	}
	digits := strings.Repeat("0", max(whole, 0))
	switch {
	case grouped:
		for len(digits) < 4 {
			digits = "#" + digits
		}
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + "," + digits[i:]
		}
	case digits == "":
		digits = "#"
	}
	w.out.WriteString(digits)
	w.decimals()
	if factor, err := strconv.ParseFloat(attr(w.x, "display-factor"), 64); err == nil {
		for ; factor >= 1000 && factor <= 1e15; factor /= 1000 {
			w.out.WriteByte(',')
		}
	}
}

func (w *codeWriter) scientific() {
	whole := max(w.count("min-integer-digits"), 1)
	if interval := w.count("exponent-interval"); interval > 1 {
		w.out.WriteString(strings.Repeat("#", max(interval-whole, 0)))
	}
	w.out.WriteString(strings.Repeat("0", whole))
	w.decimals()
	w.out.WriteString("E+" + strings.Repeat("0", max(w.count("min-exponent-digits"), 1)))
}

func (w *codeWriter) fraction() {
	if w.count("min-integer-digits") >= 0 {
		w.out.WriteString("# ")
	}
	w.out.WriteString(strings.Repeat("?", max(w.count("min-numerator-digits"), 1)) + "/")
	if n := attr(w.x, "denominator-value"); n != "" && strings.Trim(n, "0123456789") == "" && len(n) < 6 {
		w.out.WriteString(n)
		return
	}
	w.out.WriteString(strings.Repeat("?", max(w.count("min-denominator-digits"), 1)))
}

// content gives the text of the element that just began.
func (w *codeWriter) content() (string, error) {
	var text []byte
	depth := w.x.Depth()
	for {
		kind, err := w.x.Next()
		switch {
		case err != nil:
			return "", err
		case kind == zipxml.Text && len(text) < maxCode:
			text = append(text, w.x.Text()...)
		case kind == zipxml.End && w.x.Depth() < depth:
			return string(text), nil
		}
	}
}

// literal writes text that is shown as it is. What a code would read as something else is quoted.
func (w *codeWriter) literal(text string) {
	if text == "" {
		return
	}
	free := "$-+/(): "
	switch w.kind {
	case "percentage-style":
		free += "%"
	case "date-style", "time-style":
		free += ".,"
	}
	if strings.Trim(text, free) == "" {
		w.out.WriteString(text)
		return
	}
	if text == `"` {
		w.out.WriteString(`\"`)
		return
	}
	w.out.WriteString(`"` + strings.ReplaceAll(text, `"`, `"\""`) + `"`)
}
