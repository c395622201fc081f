package inflate

import (
	"encoding/binary"
	"io"
)

// decode decompresses a block of codes, until the block ends or buf is full but for its slack.
func (d *Decoder) decode(buf []byte, to, oldest int) (int, error) {
	in, lit, dist := &d.in, &d.lit, &d.dist
	pos, bits, have := in.pos, d.bits, d.have
	limit := len(buf) - Slack
	safe := in.safe()
	var err error
loop:
	for to <= limit {
		if pos > safe {
			if in.last {
				return to, io.ErrUnexpectedEOF
			}
			in.pos = pos
			if err := in.fill(); err != nil {
				return to, err
			}
			pos, safe = in.pos, in.safe()
		}
		bits |= in.load(pos) << (have & 63)
		pos += int((63 - have) >> 3)
		have |= 56
		e := lit[bits&(1<<litBits-1)]
		if e&literal != 0 {
			binary.LittleEndian.PutUint16(buf[to:], uint16(e>>8))
			to += int(1 + e>>30&1)
			bits >>= e & 63
			have -= uint(e & 63)
			e = lit[bits&(1<<litBits-1)]
			if e&literal != 0 {
				binary.LittleEndian.PutUint16(buf[to:], uint16(e>>8))
				to += int(1 + e>>30&1)
				bits >>= e & 63
				have -= uint(e & 63)
				e = lit[bits&(1<<litBits-1)]
				if e&literal != 0 {
					binary.LittleEndian.PutUint16(buf[to:], uint16(e>>8))
					to += int(1 + e>>30&1)
					bits >>= e & 63
					have -= uint(e & 63)
					continue
				}
			}
		}
		if e&special != 0 {
			if e&second != 0 {
				bits >>= litBits
				have -= litBits
				e = lit[(e>>16+uint32(bits)&(1<<(e>>8&31)-1))&(litSize-1)]
				if e&literal != 0 {
					buf[to] = byte(e >> 8)
					to++
					bits >>= e & 63
					have -= uint(e & 63)
					continue
				}
			}
			if e&special != 0 {
				if e&ending == 0 {
					err = ErrCorrupt
				}
				bits >>= e & 63
				have -= uint(e & 63)
				d.end()
				break loop
			}
		}
		length := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&31))
		bits >>= e & 63
		have -= uint(e & 63)

		bits |= in.load(pos) << (have & 63)
		pos += int((63 - have) >> 3)
		have |= 56
		e = dist[bits&(1<<distBits-1)]
		if e&special != 0 {
			if e&second == 0 {
				err = ErrCorrupt
				break
			}
			bits >>= distBits
			have -= distBits
			e = dist[(e>>16+uint32(bits)&(1<<(e>>8&31)-1))&(distSize-1)]
			if e&special != 0 {
				err = ErrCorrupt
				break
			}
		}
		distance := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&31))
		bits >>= e & 63
		have -= uint(e & 63)

		from := to - distance
		if from < oldest {
			err = ErrCorrupt
			break
		}
		end := to + length
		switch {
		case distance >= 16:
			for {
				*(*[16]byte)(buf[to : to+16]) = *(*[16]byte)(buf[from : from+16])
				to += 16
				from += 16
				if to >= end {
					break
				}
			}
		case distance >= 8:
			for ; to < end; to += 8 {
				*(*[8]byte)(buf[to : to+8]) = *(*[8]byte)(buf[from : from+8])
				from += 8
			}
		default:
			for ; to < end; to++ {
				buf[to] = buf[from]
				from++
			}
		}
		to = end
	}
	// Give back the bytes whose bits were not used: taking more than there were is the end of a truncated stream.
	pos -= int(have >> 3)
	have &= 7
	bits &= 1<<have - 1
	if pos > in.end {
		return to, io.ErrUnexpectedEOF
	}
	in.pos, d.bits, d.have = pos, bits, have
	return to, err
}

// safe is the last position that decode may begin a step at: a step loads twice, and takes at most 14 bytes.
func (in *input) safe() int {
	if in.last {
		return in.end + 8
	}
	return in.end - 24
}
