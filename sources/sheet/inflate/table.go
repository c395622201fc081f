package inflate

import "math/bits"

// The bits that the first look-up of a code takes. Codes that are longer go on in a second part of the table.
const (
	litBits  = 11
	distBits = 8
	preBits  = 7

	// Room for the largest second parts that complete codes of 288 and 32 symbols of up to 15 bits can need (2,342 and 402
	// entries), rounded up so that a mask keeps every index within.
	litSize  = 4096
	distSize = 512
)

// An entry of a table says what a run of bits means:
//
//	bits 0-5    bits to take in all: code and extra bits
//	bits 8-12   of those, bits of the code
//	bits 16-30  base of a length or a distance, or start of the second part
//	flags       below; an entry without flags is a length or a distance
//
// In an entry of literals, bits 8-15 hold the first and bits 16-23 the second one, if there are two.
const (
	literal = 1 << 31
	special = 1 << 15 // second part, end of the block, or no code; read with the next two
	second  = 1 << 14 // bits 8-12 hold how many bits index the second part
	ending  = 1 << 13 // end of the block
	pair    = 1 << 30 // with literal: two of them
)

// maxCode is the length of the longest code.
const maxCode = 15

// build fills a table of a canonical code from the lengths of its symbols. meaning gives what an entry says of a symbol,
// without the length of its code. It reports whether the lengths make a code: complete, or of a single code of one bit,
// or empty, as compress/flate takes them.
func build(table []uint32, tableBits uint, lengths []uint8, meaning []uint32) bool {
	var counts [maxCode + 1]uint16
	for _, n := range lengths {
		counts[n]++
	}
	longest := maxCode
	for longest > 0 && counts[longest] == 0 {
		longest--
	}
	var offsets [maxCode + 2]uint16
	used := 0
	for n := 1; n <= maxCode; n++ {
		offsets[n+1] = offsets[n] + counts[n]
		used = used<<1 + int(counts[n])
	}
	if used != 1<<maxCode {
		if longest > 1 || counts[1] > 1 {
			return false
		}
		return buildPoor(table[:1<<tableBits], lengths, meaning)
	}
	var sorted [288]uint16
	next := offsets
	for symbol, n := range lengths {
		if n != 0 {
			sorted[next[n]] = uint16(symbol)
			next[n]++
		}
	}
	c := coder{table: table, bits: tableBits, counts: &counts, sorted: sorted[:offsets[maxCode+1]], meaning: meaning}
	if c.first() {
		c.rest()
	}
	return true
}

// buildPoor fills the table of a code of one symbol or none, where the other bit means nothing.
func buildPoor(table []uint32, lengths []uint8, meaning []uint32) bool {
	for i := range table {
		table[i] = special
	}
	for symbol, n := range lengths {
		if n == 1 {
			for i := 0; i < len(table); i += 2 {
				table[i] = entry(meaning[symbol], 1)
			}
		}
	}
	return true
}

// entry adds the length of a code to what its symbol means.
func entry(meaning uint32, n uint) uint32 { return meaning + uint32(n) + uint32(n)<<8*(1-meaning>>31) }

// coder walks the codes of a complete code in order, each with its bits reversed, as they come in a stream.
type coder struct {
	table   []uint32
	bits    uint
	counts  *[maxCode + 1]uint16
	sorted  []uint16 // symbols by length of code, then by value
	meaning []uint32

	code  uint // the next code
	n     uint // its length
	count uint16
}

// advance moves to the next code of the same length.
func (c *coder) advance() {
	bit := uint(1) << (bits.Len(c.code^(1<<c.n-1)) - 1)
	c.code = c.code&(bit-1) | bit
}

// first fills the first part with the codes that fit there, doubling it with every bit. It reports whether there are
// longer ones.
func (c *coder) first() bool {
	c.n = 1
	for c.counts[c.n] == 0 {
		c.n++
		if c.n > c.bits {
			break
		}
	}
	c.count = c.counts[c.n]
	end := 1 << min(c.n, c.bits)
	for c.n <= c.bits {
		for ; c.count > 0; c.count-- {
			c.table[c.code] = entry(c.meaning[c.sorted[0]], c.n)
			c.sorted = c.sorted[1:]
			if len(c.sorted) == 0 {
				for ; end < 1<<c.bits; end *= 2 {
					copy(c.table[end:2*end], c.table[:end])
				}
				return false
			}
			c.advance()
		}
		for c.count == 0 {
			if c.n++; c.n <= c.bits {
				copy(c.table[end:2*end], c.table[:end])
				end *= 2
			}
			c.count = c.counts[c.n]
		}
	}
	for c.count == 0 {
		c.n++
		c.count = c.counts[c.n]
	}
	return true
}

// rest fills the second parts.
func (c *coder) rest() {
	mask := uint(1)<<c.bits - 1
	prefix, start, end := ^uint(0), uint(0), uint(1)<<c.bits
	for {
		if c.code&mask != prefix {
			prefix, start = c.code&mask, end
			width := c.n - c.bits
			for used := uint(c.count); used < 1<<width; {
				width++
				used = used<<1 + uint(c.counts[c.bits+width])
			}
			end = start + 1<<width
			c.table[prefix] = uint32(start)<<16 | special | second | uint32(width)<<8 | uint32(c.bits)
		}
		e := entry(c.meaning[c.sorted[0]], c.n-c.bits)
		for i := start + c.code>>c.bits; i < end; i += 1 << (c.n - c.bits) {
			c.table[i] = e
		}
		c.sorted = c.sorted[1:]
		if len(c.sorted) == 0 {
			return
		}
		c.advance()
		c.count--
		for c.count == 0 {
			c.n++
			c.count = c.counts[c.n]
		}
	}
}

// pairUp makes entries of two literals where the code of a second one lies within the bits that index the table.
func pairUp(table *[litSize]uint32) {
	// From the last entry to the first: the entry of the second literal has the lower index, and is still single.
	for i := 1<<litBits - 1; i >= 0; i-- {
		e := table[i]
		if e&literal == 0 {
			continue
		}
		n := uint(e & 63)
		next := table[uint(i)>>n]
		if next&literal != 0 && uint(next&63)+n <= litBits {
			table[i] = (e | pair | next&0xff00<<8) + next&63
		}
	}
}
