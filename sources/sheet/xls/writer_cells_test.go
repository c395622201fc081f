package xls

import (
	"bytes"
	"math"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func (w *bookWriter) sheet(s *sheettest.Sheet, first bool) {
	if len(w.fonts) == 0 {
		w.font(w.book.Styles[0].Font, false, false)
	}
	w.bof(kindSheet)
	const recDimensions = 0x0200
	w.record(recDimensions, uint32(0), uint32(maxRows), 0, 256, 0)
	for _, span := range s.Tail.HiddenCols {
		w.record(recColInfo, span.First-1, span.Last-1, 0, 15, 1, 0)
	}
	for from := 0; from < len(s.Rows); { // a block: properties of up to 32 rows, then their cells
		to := from
		for to < len(s.Rows) && s.Rows[to].Number-s.Rows[from].Number < 32 {
			to++
		}
		for _, row := range s.Rows[from:to] {
			flags := 0x100
			if row.Hidden {
				flags |= 0x20
			}
			w.record(recRow, row.Number-1, 0, 256, 0xFF, uint32(0), flags, 15)
		}
		for i := range s.Rows[from:to] {
			w.row(&s.Rows[from+i])
		}
		from = to
	}
	if n := len(s.Tail.Merges); n > 0 {
		data := put(n)
		for _, m := range s.Tail.Merges {
			data = append(data, put(m.Row1-1, m.Row2-1, m.Col1-1, m.Col2-1)...)
		}
		w.record(recMergedCells, data)
	}
	for i, c := range s.Tail.Comments {
		w.comment(i+1, c)
	}
	w.eof()
}

func (w *bookWriter) comment(id int, c sheet.Comment) {
	if w.version != biff8 {
		const room = 20 // of text in one record
		b := bytes1258(c.Text)
		w.record(recNote, c.Row-1, c.Col-1, len(b), b[:min(room, len(b))])
		for at := room; at < len(b); at += room {
			piece := b[at:min(at+room, len(b))]
			w.record(recNote, 0xFFFF, 0, len(piece), piece)
		}
		return
	}
	w.record(recObj, 0x15, 0x12, 0x19, id, 0, uint32(0), uint32(0), uint32(0), uint32(0))
	var t text
	t.text8(c.Text, nil, nil)
	w.record(recTXO, 0, 0, uint32(0), 0, len(utf16.Encode([]rune(c.Text))), 0, uint32(0))
	half := 1 + (len(t.data)-1)/4*2
	w.record(recContinue, t.data[:half])
	w.record(recContinue, t.data[:1], t.data[half:])
	w.record(recNote, c.Row-1, c.Col-1, 0, id, w.long("author"), byte(0))
}

// row writes the cells of a row, neighbours of one kind in one record.
func (w *bookWriter) row(row *sheet.Row) {
	for i := 0; i < len(row.Cells); {
		n := 1
		for i+n < len(row.Cells) && row.Cells[i+n].Col == row.Cells[i].Col+n && kindOf(&row.Cells[i+n]) == kindOf(&row.Cells[i]) {
			n++
		}
		cells := row.Cells[i : i+n]
		data := put(row.Number-1, cells[0].Col-1)
		switch kind := kindOf(&cells[0]); {
		case kind == 0 || n == 1:
			w.cell(row.Number, &cells[0])
			n = 1
		case kind == recMulBlank:
			for _, c := range cells {
				data = append(data, put(firstStyle+int(c.Style))...)
			}
			w.record(recMulBlank, data, cells[n-1].Col-1)
		case kind == recMulRK:
			for _, c := range cells {
				v, _ := packRK(c.Num)
				data = append(data, put(firstStyle+int(c.Style), v)...)
			}
			w.record(recMulRK, data, cells[n-1].Col-1)
		}
		i += n
	}
}

// kindOf gives the record that holds many such cells; 0 when none does.
func kindOf(c *sheet.Cell) uint16 {
	_, short := packRK(c.Num)
	switch {
	case c.Formula:
	case c.Type == sheet.Empty:
		return recMulBlank
	case (c.Type == sheet.Number || c.Type == sheet.Date) && short:
		return recMulRK
	}
	return 0
}

// packRK packs a number into 30 bits, if it fits.
func packRK(v float64) (uint32, bool) {
	if n := int32(v); float64(n) == v && n < 1<<29 && n >= -1<<29 {
		return uint32(n)<<2 | 2, true
	}
	if b := math.Float64bits(v); b&(1<<34-1) == 0 {
		return uint32(b >> 32), true
	}
	if n := int32(math.Round(v * 100)); float64(n)/100 == v && n < 1<<29 && n >= -1<<29 {
		return uint32(n)<<2 | 3, true
	}
	return 0, false
}

func (w *bookWriter) cell(row int, c *sheet.Cell) {
	place := put(row-1, c.Col-1, firstStyle+int(c.Style))
	if c.Formula {
		w.formula(place, c)
		return
	}
	switch c.Type {
	case sheet.Empty:
		w.record(recBlank, place)
	case sheet.Number, sheet.Date:
		if v, ok := packRK(c.Num); ok {
			w.record(recRK, place, v)
		} else {
			w.record(recNumber, place, c.Num)
		}
	case sheet.Bool:
		w.record(recBoolErr, place, byte(c.Num), byte(0))
	case sheet.Error:
		w.record(recBoolErr, place, errorCode(c.Text), byte(1))
	case sheet.Text:
		w.text(place, c)
	}
}

func errorCode(text string) byte {
	for code, known := range errorTexts {
		if known == text {
			return code
		}
	}
	panic(text)
}

func (w *bookWriter) text(place []byte, c *sheet.Cell) {
	switch {
	case w.version == biff8:
		w.record(recLabelSST, place, uint32(w.shared(c)))
	case len(c.Runs) > 0:
		var fonts []byte
		n, from := byte(0), 0
		for _, r := range c.Runs {
			if r.Font != "" {
				fonts = append(fonts, byte(len(bytes1258(c.Text[:from]))), byte(w.font(r.Font, false, false)))
				n++
			}
			from = r.End
		}
		w.record(recRString, place, w.long(c.Text), n, fonts)
	default:
		w.record(recLabel, place, w.long(c.Text))
	}
}

// formula writes a formula with its result. Its tokens are those of a constant that gives this result.
func (w *bookWriter) formula(place []byte, c *sheet.Cell) {
	flags, result, tokens := 0, put(c.Num), put(byte(0x1F), c.Num)
	special := func(kind, value byte) []byte { return []byte{kind, 0, value, 0, 0, 0, 0xFF, 0xFF} }
	switch {
	case c.NoCache:
		flags = formulaOnLoad
	case c.Type == sheet.Text:
		result, tokens = special(cachedText, 0), put(byte(0x17), w.short(c.Text))
		if c.Text == "" {
			result = special(cachedEmpty, 0)
		}
	case c.Type == sheet.Bool:
		result, tokens = special(cachedBool, byte(c.Num)), put(byte(0x1D), byte(c.Num))
	case c.Type == sheet.Error:
		result, tokens = special(cachedError, errorCode(c.Text)), put(byte(0x1C), errorCode(c.Text))
	}
	w.record(recFormula, place, result, flags, uint32(0), len(tokens), tokens)
	if c.Type == sheet.Text && c.Text != "" {
		w.record(recString, w.long(c.Text))
	}
}

// container puts streams into a compound file with sectors of a size, in the order given; each sector comes before the
// one that holds what comes before it.
func container(t testing.TB, sectorSize int, streams ...stored) []byte {
	t.Helper()
	const end, used, free = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
	var data []byte // sectors of streams
	var fat []uint32
	directory := entry128("Root Entry", 5, 1, end, 0)
	for i, s := range streams {
		n := (max(len(s.data), miniCutoff) + sectorSize - 1) / sectorSize
		first := len(fat)
		padded := append(slices.Clone(s.data), make([]byte, n*sectorSize-len(s.data))...)
		for k := range n { // from the last to the first
			data = append(data, padded[(n-1-k)*sectorSize:][:sectorSize]...)
			fat = append(fat, uint32(first+k-1))
		}
		fat[first] = end
		next := uint32(i + 2)
		if i == len(streams)-1 {
			next = free
		}
		e := entry128(s.name, 2, free, uint32(len(fat)-1), uint32(max(len(s.data), miniCutoff)))
		le.PutUint32(e[72:], next) // right sibling
		directory = append(directory, e...)
	}
	directory = append(directory, make([]byte, (sectorSize-len(directory)%sectorSize)%sectorSize)...)
	directoryAt := len(fat)
	for k := range len(directory) / sectorSize {
		fat = append(fat, uint32(directoryAt+k+1))
	}
	fat[len(fat)-1] = end
	fatAt, fatSectors := len(fat), 0
	for ; fatSectors*sectorSize/4 < fatAt+fatSectors; fatSectors++ {
		fat = append(fat, used)
	}
	fat = append(fat, slices.Repeat([]uint32{free}, fatSectors*sectorSize/4-len(fat))...)
	shift, major := 9, 3
	if sectorSize > headerSize {
		shift, major = 12, 4
	}
	out := put(compoundMagic, make([]byte, 16), 0x3E, major, 0xFFFE, shift, 6, make([]byte, 10), uint32(fatSectors), uint32(directoryAt),
		uint32(0), uint32(miniCutoff), uint32(end), uint32(0), uint32(end), uint32(0))
	for i := range 109 {
		at := uint32(free)
		if i < fatSectors {
			at = uint32(fatAt + i)
		}
		out = append(out, put(at)...)
	}
	if fatSectors > 109 {
		t.Fatal("the book is too large for this writer of compound files")
	}
	out = append(out, make([]byte, sectorSize-len(out))...)
	out = append(append(out, data...), directory...)
	var table bytes.Buffer
	for _, v := range fat {
		table.Write(put(v))
	}
	return append(out, table.Bytes()...)
}

// stored is a stream with its name.
type stored struct {
	name string
	data []byte
}

// entry128 makes an entry of a compound file's directory.
func entry128(name string, kind byte, child, first, size uint32) []byte {
	e := make([]byte, 128)
	for i, u := range utf16.Encode([]rune(name)) {
		le.PutUint16(e[2*i:], u)
	}
	le.PutUint16(e[64:], uint16(2*len(name)+2))
	e[66], e[67] = kind, 1
	le.PutUint32(e[68:], 0xFFFFFFFF)
	le.PutUint32(e[72:], 0xFFFFFFFF)
	le.PutUint32(e[76:], child)
	le.PutUint32(e[116:], first)
	le.PutUint32(e[120:], size)
	return e
}
