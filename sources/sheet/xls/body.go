package xls

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

const recContinue = 0x003C

// body reads the data of a record and of the CONTINUE records after it as one. Reading past the end gives zeros and is
// remembered, so that it need be looked for only once.
type body struct {
	rs    *records
	rest  []byte // of the current record
	alone bool   // no CONTINUE records belong to it
	short bool   // more was asked for than there is
	long  bool   // a text is longer than the limit
	limit int64  // bytes of one text
	text  []byte // for reuse
}

// start begins with the current record, from offset on.
func (b *body) start(offset int) {
	b.rest, b.alone, b.short = nil, false, offset > len(b.rs.data)
	if !b.short {
		b.rest = b.rs.data[offset:]
	}
}

// more goes on to the next CONTINUE record that holds anything.
func (b *body) more() bool {
	for len(b.rest) == 0 {
		if b.alone || b.short || !b.rs.follows(recContinue) || b.rs.next() != nil {
			b.short = true
			return false
		}
		b.rest = b.rs.data
	}
	return true
}

func (b *body) u8() byte {
	if len(b.rest) == 0 && !b.more() {
		return 0
	}
	v := b.rest[0]
	b.rest = b.rest[1:]
	return v
}

func (b *body) u16() uint16 {
	if len(b.rest) >= 2 {
		v := binary.LittleEndian.Uint16(b.rest)
		b.rest = b.rest[2:]
		return v
	}
	lo := uint16(b.u8())
	return lo | uint16(b.u8())<<8
}

func (b *body) u32() uint32 {
	lo := uint32(b.u16())
	return lo | uint32(b.u16())<<16
}

func (b *body) skip(n int64) {
	for n > 0 && (len(b.rest) > 0 || b.more()) {
		k := min(n, int64(len(b.rest)))
		b.rest = b.rest[k:]
		n -= k
	}
}

// run is a font from a place in a text on, in characters of UTF-16 or, before BIFF8, in bytes.
type run struct{ from, font int }

// Flags of BIFF8 texts.
const (
	flagWide     = 1 << 0
	flagPhonetic = 1 << 2
	flagRich     = 1 << 3
)

// unicode reads a BIFF8 text whose length is known: flags, the characters, then what the flags say. Phonetic guides are
// no part of the text.
func (b *body) unicode(chars int) (string, []run) {
	flags := b.u8()
	fonts, phonetic := 0, int64(0)
	if flags&flagRich != 0 {
		fonts = int(b.u16())
	}
	if flags&flagPhonetic != 0 {
		phonetic = int64(b.u32())
	}
	text := b.chars(chars, flags&flagWide != 0)
	runs := b.runs(fonts)
	b.skip(phonetic)
	return text, runs
}

// runs reads the fonts of a BIFF8 text.
func (b *body) runs(n int) []run {
	var runs []run
	for ; n > 0 && !b.short; n-- {
		r := run{from: int(b.u16()), font: int(b.u16())}
		if !b.short {
			runs = append(runs, r)
		}
	}
	return runs
}

// chars reads characters of one byte (the first 256 of Unicode) or two (UTF-16). Where they go on in a CONTINUE record,
// that begins by saying anew how wide they are; some writers cut through a character.
func (b *body) chars(n int, wide bool) string {
	const none = -1
	out, half := b.text[:0], rune(none) // the first byte of a character that is cut through
	var high rune                       // the first half of a surrogate pair
	for n > 0 {
		switch {
		case len(b.rest) == 0:
			if !b.more() {
				n = 0
				continue
			}
			wide = b.rest[0]&flagWide != 0
			b.rest = b.rest[1:]
		case !wide:
			k := min(n, len(b.rest))
			for _, c := range b.rest[:k] {
				out, high = appendUnit(out, high, rune(c))
			}
			b.rest, n, half = b.rest[k:], n-k, none
		case half != none:
			out, high = appendUnit(out, high, half|rune(b.rest[0])<<8)
			b.rest, n, half = b.rest[1:], n-1, none
		case len(b.rest) == 1:
			b.rest, half = nil, rune(b.rest[0])
		default:
			k := min(n, len(b.rest)/2)
			for i := range k {
				out, high = appendUnit(out, high, rune(binary.LittleEndian.Uint16(b.rest[2*i:])))
			}
			b.rest, n = b.rest[2*k:], n-k
		}
	}
	if high != 0 {
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	b.text = out
	b.long = b.long || int64(len(out)) > b.limit
	return string(out)
}

// appendUnit adds a unit of UTF-16; the first half of a pair is handed back until the second comes.
func appendUnit(out []byte, high, unit rune) (_ []byte, pending rune) {
	if high != 0 {
		if r := utf16.DecodeRune(high, unit); r != utf8.RuneError {
			return utf8.AppendRune(out, r), 0
		}
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	if unit < utf8.RuneSelf {
		return append(out, byte(unit)), 0
	}
	if unit >= 0xD800 && unit < 0xDC00 {
		return out, unit
	}
	return utf8.AppendRune(out, unit), 0
}

// bytes reads characters of the book's code page, as texts before BIFF8 are.
func (b *body) bytes(n int) []byte {
	out := b.text[:0]
	for n > 0 && (len(b.rest) > 0 || b.more()) {
		k := min(n, len(b.rest))
		out = append(out, b.rest[:k]...)
		b.rest = b.rest[k:]
		n -= k
	}
	b.text = out
	b.long = b.long || int64(len(out)) > b.limit
	return out
}
