package xls

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// writer writes a workbook's stream, record by record.
type writer struct {
	version version
	out     []byte
}

var le = binary.LittleEndian

// put makes the bytes of numbers, byte by byte, and texts as they are.
func put(values ...any) []byte {
	var b []byte
	for _, v := range values {
		switch v := v.(type) {
		case byte:
			b = append(b, v)
		case int: // the usual size of a field
			b = le.AppendUint16(b, uint16(v))
		case uint16:
			b = le.AppendUint16(b, v)
		case uint32:
			b = le.AppendUint32(b, v)
		case float64:
			b = le.AppendUint64(b, math.Float64bits(v))
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			panic(v)
		}
	}
	return b
}

func (w *writer) record(id uint16, values ...any) {
	data := put(values...)
	w.out = append(w.out, put(id, len(data), data)...)
}

func (w *writer) bof(kind int) {
	v := 0x0500
	if w.version == biff8 {
		v = 0x0600
	}
	w.record(recBOF, v, kind, 0, 0, uint32(0), uint32(0))
}

func (w *writer) eof() { w.record(recEOF) }

// text is a text with what has to be said anew where it is cut: 'c' marks bytes of narrow characters, 'w' of wide ones.
type text struct {
	data  []byte
	kinds []byte
}

func (t *text) add(kind byte, data ...byte) {
	t.data = append(t.data, data...)
	t.kinds = append(t.kinds, slices.Repeat([]byte{kind}, len(data))...)
}

// text8 makes a BIFF8 text without its length: flags, characters, fonts, phonetic data.
func (t *text) text8(s string, fonts []run, phonetic []byte) {
	units := utf16.Encode([]rune(s))
	flags := byte(0)
	for _, u := range units {
		if u > 0xFF {
			flags = flagWide
		}
	}
	if len(fonts) > 0 {
		flags |= flagRich
	}
	if phonetic != nil {
		flags |= flagPhonetic
	}
	t.add(0, flags)
	if len(fonts) > 0 {
		t.add(0, put(len(fonts))...)
	}
	if phonetic != nil {
		t.add(0, put(uint32(len(phonetic)))...)
	}
	for _, u := range units {
		if flags&flagWide != 0 {
			t.add('w', put(u)...)
		} else {
			t.add('c', byte(u))
		}
	}
	for _, f := range fonts {
		t.add(0, put(f.from, f.font)...)
	}
	t.add(0, phonetic...)
}

// cut writes a record and its CONTINUE records, cut at these places.
func (w *writer) cut(id uint16, t text, places []int) {
	from := 0
	for _, to := range append(slices.Clone(places), len(t.data)) {
		var again []byte
		if from > 0 && t.kinds[from] != 0 {
			again = []byte{0}
			if t.kinds[from] == 'w' {
				again[0] = flagWide
			}
		}
		w.record(id, again, t.data[from:to])
		id, from = recContinue, to
	}
}

// long makes a text with its length in two bytes, short with its length in one.
func (w *writer) long(s string) []byte {
	if w.version == biff8 {
		var t text
		t.text8(s, nil, nil)
		return put(len(utf16.Encode([]rune(s))), t.data)
	}
	b := bytes1258(s)
	return put(len(b), b)
}

func (w *writer) short(s string) []byte {
	b := w.long(s)
	return append(b[:1:1], b[2:]...)
}

// bytes1258 encodes Vietnamese as Windows does: tones are characters of their own.
func bytes1258(s string) []byte {
	const tones = "\u0300\u0301\u0303\u0309\u0323"
	var parts strings.Builder
	for _, r := range s {
		base, tone := "", ""
		for _, m := range norm.NFD.String(string(r)) {
			if strings.ContainsRune(tones, m) {
				tone += string(m)
			} else {
				base += string(m)
			}
		}
		parts.WriteString(norm.NFC.String(base) + tone)
	}
	b, err := charmap.Windows1258.NewEncoder().Bytes([]byte(parts.String()))
	if err != nil {
		panic(err)
	}
	return b
}

// bookWriter writes a sheettest.Book.
type bookWriter struct {
	writer
	book    *sheettest.Book
	fonts   []sheet.Style // name, bold and italic only
	formats []string
	texts   text // shared strings
	count   int
	index   map[string]int
}

const (
	vietnamese = 163 // character set of fonts

	firstStyle  = 16 // cell formats come after those of the named styles, which books must have
	firstFormat = 164
)

// writeBook writes a book as a stream.
func writeBook(t testing.TB, v version, b *sheettest.Book) []byte {
	t.Helper()
	w := &bookWriter{writer: writer{version: v}, book: b, index: map[string]int{}}
	var bodies [][]byte
	for i, s := range b.List {
		body := &bookWriter{writer: writer{version: v}, book: b, index: w.index, fonts: w.fonts, texts: w.texts, count: w.count}
		body.sheet(s, i == 0)
		bodies = append(bodies, body.out)
		w.fonts, w.texts, w.count = body.fonts, body.texts, body.count
	}
	w.globals()
	var places []int // of the positions of sheets, to be filled in
	for _, s := range b.List {
		places = append(places, len(w.out)+4)
		hidden := byte(0)
		if s.Info.Hidden {
			hidden = 1
		}
		w.record(recBoundSheet, uint32(0), hidden, byte(0), w.short(s.Info.Name))
	}
	if v == biff8 {
		w.sharedStrings()
	}
	w.eof()
	for i, body := range bodies {
		le.PutUint32(w.out[places[i]:], uint32(len(w.out)))
		w.out = append(w.out, body...)
	}
	return w.out
}

func (w *bookWriter) globals() {
	w.bof(kindGlobals)
	if w.version == biff8 {
		w.record(recCodePage, 1200)
	} else {
		w.record(recCodePage, 1258)
	}
	w.record(recDateMode, 0)
	for _, s := range w.book.Styles {
		w.font(s.Font, s.Bold, s.Italic)
	}
	for i, f := range w.fonts {
		weight, italic := 400, 0
		if f.Bold {
			weight = 700
		}
		if f.Italic {
			italic = 2
		}
		w.record(recFont, 200, italic, 0x7FFF, weight, 0, byte(0), byte(0), byte(vietnamese), byte(0), w.short(f.Font))
		if i == 0 {
			for range 4 { // the first ones are for named styles
				w.record(recFont, 200, 0, 0x7FFF, 400, 0, byte(0), byte(0), byte(vietnamese), byte(0), w.short(f.Font))
			}
		}
	}
	for _, s := range w.book.Styles {
		if s.NumFmt != "General" && !slices.Contains(w.formats, s.NumFmt) {
			w.formats = append(w.formats, s.NumFmt)
			if id := firstFormat + len(w.formats) - 1; w.version == biff8 {
				w.record(recFormat, id, w.long(s.NumFmt))
			} else {
				w.record(recFormat, id, w.short(s.NumFmt))
			}
		}
	}
	for range firstStyle - 1 {
		w.xf(sheet.Style{NumFmt: "General", Font: w.fonts[0].Font}, 0xFFF5)
	}
	w.xf(sheet.Style{NumFmt: "General", Font: w.fonts[0].Font}, 1)
	for _, s := range w.book.Styles {
		w.xf(s, 1)
	}
}

// font gives the number of a font. Four stand between the first and the second, and none has number 4.
func (w *bookWriter) font(name string, bold, italic bool) int {
	f := sheet.Style{Font: name, Bold: bold, Italic: italic}
	i := slices.Index(w.fonts, f)
	if i < 0 {
		i = len(w.fonts)
		w.fonts = append(w.fonts, f)
	}
	if i == 0 {
		return 0
	}
	return i + 5
}

func (w *bookWriter) xf(s sheet.Style, parent int) {
	format := 0
	if s.NumFmt != "General" {
		format = firstFormat + slices.Index(w.formats, s.NumFmt)
	}
	align := byte(slices.Index(alignments[:], s.HAlign))
	font := w.font(s.Font, s.Bold, s.Italic)
	line := func(on bool, shift int) uint32 {
		if on {
			return 1 << shift
		}
		return 0
	}
	if w.version == biff8 {
		w.record(recXF, font, format, parent, align|0x20, byte(0), byte(s.Indent), byte(0xFC),
			line(s.BorderTop, 8)|line(s.BorderBot, 12), uint32(0), 0x20C0)
	} else {
		w.record(recXF, font, format, parent, align|0x20, byte(0xFC), uint32(0x20C0)|line(s.BorderBot, 22), line(s.BorderTop, 0))
	}
}

func (w *bookWriter) sharedStrings() {
	head := text{}
	head.add(0, put(uint32(w.count), uint32(w.count))...)
	head.data, head.kinds = append(head.data, w.texts.data...), append(head.kinds, w.texts.kinds...)
	var places []int
	const room = 8000
	for at := room; at < len(head.data); at += room {
		places = append(places, at)
	}
	w.cut(recSST, head, places)
}

// shared gives the number of a shared string.
func (w *bookWriter) shared(c *sheet.Cell) int {
	key := c.Text
	var fonts []run
	if len(c.Runs) > 0 {
		from := 0
		for _, r := range c.Runs {
			if r.Font != "" {
				fonts = append(fonts, run{from: len(utf16.Encode([]rune(c.Text[:from]))), font: w.font(r.Font, false, false)})
				key += "\x00" + r.Font
			}
			from = r.End
		}
	}
	if i, ok := w.index[key]; ok {
		return i
	}
	w.index[key] = w.count
	w.texts.add(0, put(len(utf16.Encode([]rune(c.Text))))...)
	w.texts.text8(c.Text, fonts, nil)
	w.count++
	return w.count - 1
}
