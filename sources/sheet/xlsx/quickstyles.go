package xlsx

import (
	"bytes"
	"math"

	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// A small book is to a good part its cell formats: programs write one for every combination of font, border and number
// format, hundreds of bytes each, in always the same way. That way is recognised in the bytes themselves, as cells are (see
// usual.go); whatever differs is left to the strict reader where it stands.

// The names of the attributes that begin a cell format, each with what stands in front of it.
const (
	xfFormat = `<xf numFmtId="`
	xfFont   = `" fontId="`
	xfFill   = `" fillId="`
	xfBorder = `" borderId="`
	xfParent = `" xfId="`
)

// applied are the attributes that usually follow, in their usual order. They say what the parts of a format already say.
var applied = [...][]byte{
	[]byte(` applyNumberFormat="1"`), []byte(` applyFont="1"`), []byte(` applyFill="1"`),
	[]byte(` applyBorder="1"`), []byte(` applyAlignment="1"`), []byte(` applyProtection="1"`),
}

// usualXFs gives the cell formats that come next, as far as they are written the usual way.
func (u *usual) usualXFs(x *zipxml.Reader, add func(xf) error) error {
	b, end := x.Ahead()
	if end == 0 {
		return nil
	}
	p := 0
	for {
		v, next := u.usualXF(b, p)
		if next == 0 {
			break
		}
		if err := add(v); err != nil {
			return err
		}
		p = next
	}
	x.Take(p)
	return nil
}

// usualXF reads a cell format; next is 0 for an unusual one.
func (u *usual) usualXF(b []byte, p int) (v xf, next int) {
	p = blank(b, p)
	ok := true
	number := func(in string) (n int32) {
		if !ok || !bytes.HasPrefix(b[p:], []byte(in)) {
			ok = false
			return 0
		}
		p += len(in)
		value, count := digits(b[p:])
		p += count
		ok = count > 0 && count < 8
		return int32(value)
	}
	v.format, v.font = number(xfFormat), number(xfFont)
	number(xfFill)
	v.border = number(xfBorder)
	if ok && bytes.HasPrefix(b[p:], []byte(xfParent)) {
		number(xfParent)
	}
	if !ok || b[p] != '"' {
		return v, 0
	}
	p++
	for _, a := range applied {
		if bytes.HasPrefix(b[p:], a) {
			p += len(a)
		}
	}
	for b[p] == ' ' {
		name, _, to, ok := u.attribute(b, p+1)
		if !ok || bytes.HasSuffix(name, []byte("Id")) || bytes.IndexByte(name, ':') >= 0 {
			return v, 0
		}
		p = to
	}
	if b[p] == '/' && b[p+1] == '>' {
		return v, p + 2
	}
	if b[p] != '>' {
		return v, 0
	}
	if p = u.usualAlignment(&v, b, blank(b, p+1)); p == 0 || !bytes.HasPrefix(b[p:], []byte("</xf>")) {
		return v, 0
	}
	return v, p + len("</xf>")
}

// usualAlignment reads the only child that a cell format usually has.
func (u *usual) usualAlignment(v *xf, b []byte, p int) (next int) {
	const open = "<alignment"
	if !bytes.HasPrefix(b[p:], []byte(open)) {
		return 0
	}
	p += len(open)
	for b[p] == ' ' {
		name, value, to, ok := u.attribute(b, p+1)
		if !ok || bytes.IndexByte(name, ':') >= 0 {
			return 0
		}
		switch string(name) {
		case "horizontal":
			v.align = alignment(value)
		case "indent":
			v.indent = int16(min(count(value), math.MaxInt16))
		}
		p = to
	}
	if b[p] != '/' || b[p+1] != '>' {
		return 0
	}
	return blank(b, p+2)
}

// alignment gives the name of an alignment, of which nearly all books have the same few.
func alignment(value []byte) string {
	switch string(value) {
	case "", "general":
		return ""
	case "center":
		return "center"
	case "left":
		return "left"
	case "right":
		return "right"
	}
	return string(value)
}
