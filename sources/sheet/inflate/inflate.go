// Package inflate decompresses DEFLATE streams (RFC 1951) into buffers of the caller, fast and in bounded memory. It
// takes and refuses what compress/flate takes and refuses.
package inflate

import (
	"encoding/binary"
	"errors"
	"io"
)

// Window is how far back a stream may refer to what it gave before.
const Window = 32 << 10

// Slack is the room at the end of a buffer in which Next begins nothing, so that it need not ask at every byte whether
// there is room. The last Margin bytes of it are neither given nor written to.
const (
	Slack  = 320
	Margin = 32
)

// ErrCorrupt is returned for a stream that is none.
var ErrCorrupt = errors.New("the compressed data is corrupt")

// Decoder decompresses one stream at a time. It is large: keep it for the next stream.
type Decoder struct {
	in    input
	bits  uint64 // bits taken from the input and not used yet
	have  uint   // how many
	total int64  // bytes given so far
	state state
	final bool // the block is the last one
	left  int  // bytes left of a stored block

	lit  [litSize]uint32
	dist [distSize]uint32
	lens [maxLens]uint8
}

type state uint8

const (
	between state = iota // blocks
	coded                // within a block of codes
	stored               // within a block that is stored as it is
	ended
	failed
)

// Reset begins a new stream.
func (d *Decoder) Reset(src io.Reader) {
	d.in.reset(src)
	d.bits, d.have, d.total, d.state, d.final = 0, 0, 0, between, false
}

// Next decompresses into buf[from:] and gives where it came to, which is within the last Slack bytes of buf unless the
// stream ends. In front of from, buf holds what was given before, Window bytes of it or all; a stream that refers further
// back is corrupt. Behind the last byte Next returns io.EOF; an error of the stream or of its source comes instead of what
// was decompressed before it, and ends the stream.
func (d *Decoder) Next(buf []byte, from int) (to int, err error) {
	if from > len(buf)-Slack {
		return from, io.ErrShortBuffer
	}
	oldest := max(0, from-int(min(d.total, Window)))
	to = from
	for to <= len(buf)-Slack && d.state != ended && err == nil {
		switch d.state {
		case between:
			err = d.begin()
		case coded:
			to, err = d.decode(buf, to, oldest)
		case stored:
			to, err = d.copyStored(buf[:len(buf)-Slack+1], to)
		case failed:
			return from, ErrCorrupt
		}
	}
	switch {
	case err != nil:
		d.state = failed
		return from, err
	case to == from && d.state == ended:
		return from, io.EOF
	}
	d.total += int64(to - from)
	return to, nil
}

// end leaves a block.
func (d *Decoder) end() {
	d.state = between
	if d.final {
		d.state = ended
	}
}

// begin reads the header of a block.
func (d *Decoder) begin() error {
	if err := d.need(3); err != nil {
		return err
	}
	d.final = d.take(1) == 1
	switch d.take(2) {
	case 0:
		return d.beginStored()
	case 1:
		d.fixed()
	case 2:
		if err := d.dynamic(); err != nil {
			return err
		}
	default:
		return ErrCorrupt
	}
	d.state = coded
	return nil
}

// need makes sure that n bits, at most 48, are at hand.
func (d *Decoder) need(n uint) error {
	for d.have < n {
		if d.in.pos >= d.in.end {
			if err := d.in.fill(); err != nil {
				return err
			}
			if d.in.pos >= d.in.end {
				return io.ErrUnexpectedEOF
			}
		}
		d.bits |= uint64(d.in.buf[d.in.pos]) << d.have
		d.in.pos++
		d.have += 8
	}
	return nil
}

func (d *Decoder) take(n uint) uint {
	v := uint(d.bits & (1<<n - 1))
	d.bits >>= n
	d.have -= n
	return v
}

// beginStored reads the length of a stored block.
func (d *Decoder) beginStored() error {
	d.take(d.have % 8)
	if err := d.need(32); err != nil {
		return err
	}
	n, not := d.take(16), d.take(16)
	if n != not^0xffff {
		return ErrCorrupt
	}
	d.left, d.state = int(n), stored
	if n == 0 {
		d.end()
	}
	return nil
}

func (d *Decoder) copyStored(buf []byte, to int) (int, error) {
	for d.have > 0 && d.left > 0 && to < len(buf) {
		buf[to] = byte(d.take(8))
		to++
		d.left--
	}
	for d.left > 0 && to < len(buf) {
		if d.in.pos >= d.in.end {
			if err := d.in.fill(); err != nil {
				return to, err
			}
			if d.in.pos >= d.in.end {
				return to, io.ErrUnexpectedEOF
			}
		}
		n := copy(buf[to:min(len(buf), to+d.left)], d.in.buf[d.in.pos:d.in.end])
		to += n
		d.left -= n
		d.in.pos += n
	}
	if d.left == 0 {
		d.end()
	}
	return to, nil
}

const (
	inputSize = 64 << 10
	inputPad  = 32 // bytes behind the end of the input that decode may look at
)

// input reads a stream's compressed bytes.
type input struct {
	src  io.Reader
	pos  int // next byte of buf
	end  int // end of what has been read
	last bool
	buf  [inputSize + inputPad]byte
}

func (in *input) reset(src io.Reader) { in.src, in.pos, in.end, in.last = src, 0, 0, false }

// fill reads more behind what is left, and keeps the last bytes that were taken, for decode gives some back. At the end of
// the source it sets last, and what follows the end is zero.
func (in *input) fill() error {
	if in.last {
		return nil
	}
	kept := min(in.pos, 8)
	in.end = copy(in.buf[:], in.buf[in.pos-kept:in.end])
	in.pos = kept
	n, err := io.ReadFull(in.src, in.buf[in.end:inputSize])
	in.end += n
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		in.last, err = true, nil
		clear(in.buf[in.end : in.end+inputPad])
	}
	return err
}

// load gives the next 8 bytes, of which those behind the end may be any.
func (in *input) load(pos int) uint64 { return binary.LittleEndian.Uint64(in.buf[pos : pos+8]) }
