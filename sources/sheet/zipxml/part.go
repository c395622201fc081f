package zipxml

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"sync"

	"github.com/statloom/statloom/sources/sheet/inflate"
)

// Bytes come in chunks. In front of a chunk's own bytes its buffer holds those given before, back bytes of them or all,
// so that what a reader has not used up yet is followed by what is new without being moved. Behind a chunk's bytes there
// is room, the first stop bytes of which are zero: no XML goes on there.
const (
	back  = inflate.Window
	chunk = 128 << 10
	stop  = 16
)

// block is a buffer for one chunk.
type block struct {
	buf      [back + chunk + inflate.Slack]byte
	from, to int // the chunk's own bytes
	piece
}

// A book has many small parts, and a run many books: decoders and blocks are kept between them.
var (
	decoders = sync.Pool{New: func() any { return new(inflate.Decoder) }}
	blocks   = sync.Pool{New: func() any { return new(block) }}
)

// filler gives bytes in order: it fills buf from from on, where buf[:from] holds what was given before, back bytes of it or
// all. It gives at least a byte and leaves inflate.Slack bytes of buf, or returns an error, io.EOF at the end.
type filler interface {
	fill(buf []byte, from int) (to int, err error)
}

// feed gives chunks one after the other. A block is valid until the next call; the reader may write to its own bytes.
type feed interface {
	next() (*block, error)
	close()
}

// openPart begins to read a part. Large parts are inflated ahead, beside the reader's own work.
func openPart(ctx context.Context, in io.ReaderAt, f *zip.File) (feed, error) {
	at, err := f.DataOffset()
	if err != nil {
		return nil, err
	}
	p := &part{file: f, in: in, end: at + int64(f.CompressedSize64)}
	p.raw = *io.NewSectionReader(in, at, int64(f.CompressedSize64))
	switch f.Method {
	case zip.Store:
		p.from = &reading{src: &p.raw}
	case zip.Deflate:
		p.inflating.src = &p.raw
		p.from = &p.inflating
	default:
		return nil, zip.ErrAlgorithm
	}
	if f.UncompressedSize64 <= chunk {
		return &direct{ctx: ctx, from: p}, nil
	}
	return newAhead(ctx, p, f.UncompressedSize64), nil
}

// part checks a part's bytes against what the directory says of them.
type part struct {
	file  *zip.File
	in    io.ReaderAt
	raw   io.SectionReader // the bytes as they are stored
	end   int64            // where they end
	from  filler
	given uint64
	sum   uint32

	inflating inflating // what from is, mostly
	behind    [16]byte  // what stands behind them: signature, which may be missing, checksum, sizes
}

func (p *part) fill(buf []byte, from int) (int, error) {
	to, err := p.from.fill(buf, from)
	if err == nil {
		p.sum = crc32.Update(p.sum, crc32.IEEETable, buf[from:to])
		if p.given += uint64(to - from); p.given > p.file.UncompressedSize64 {
			return from, errors.New("the part is larger than the directory says")
		}
		return to, nil
	}
	if !errors.Is(err, io.EOF) {
		return from, err
	}
	if p.given < p.file.UncompressedSize64 {
		return from, io.ErrUnexpectedEOF
	}
	if p.sum != p.file.CRC32 {
		return from, zip.ErrChecksum
	}
	if err := p.descriptor(); err != nil {
		return from, err
	}
	return from, io.EOF
}

// descriptor checks the checksum that stands behind a part which was written before its size was known.
func (p *part) descriptor() error {
	if p.file.Flags&8 == 0 {
		return nil
	}
	b := p.behind[:]
	if n, err := p.in.ReadAt(b, p.end); n < len(b) {
		return err
	}
	sum := b[4:]
	if string(b[:4]) != "PK\x07\x08" {
		sum = b[:]
	}
	if binary.LittleEndian.Uint32(sum) != p.file.CRC32 {
		return zip.ErrChecksum
	}
	return nil
}

// inflating inflates what src holds.
type inflating struct {
	src     io.Reader
	decoder *inflate.Decoder
	done    bool
}

func (i *inflating) fill(buf []byte, from int) (int, error) {
	if i.done {
		return from, io.EOF
	}
	if i.decoder == nil {
		i.decoder = decoders.Get().(*inflate.Decoder)
		i.decoder.Reset(i.src)
	}
	to, err := i.decoder.Next(buf, from)
	if err != nil {
		i.done = true
		i.decoder.Reset(nil)
		decoders.Put(i.decoder)
		i.decoder = nil
	}
	return to, err
}

// reading gives what src holds as it is, at first as many bytes as tell an encoding.
type reading struct {
	src   io.Reader
	begun bool
}

func (r *reading) fill(buf []byte, from int) (int, error) {
	least := 4
	if r.begun {
		least = 1
	}
	r.begun = true
	n, err := io.ReadAtLeast(r.src, buf[from:len(buf)-inflate.Slack], least)
	if n > 0 && (err == nil || errors.Is(err, io.ErrUnexpectedEOF)) {
		return from + n, nil
	}
	return from, err
}

// direct fills a block when it is asked for one.
type direct struct {
	ctx  context.Context
	from filler
	b    *block
	tail []byte // the bytes given last, for the next block
}

func (d *direct) next() (*block, error) {
	if err := d.ctx.Err(); err != nil {
		return nil, err
	}
	if d.b == nil {
		d.b = blocks.Get().(*block)
	}
	b := d.b
	b.from = copy(b.buf[:], d.tail)
	to, err := d.from.fill(b.buf[:], b.from)
	if err != nil {
		return nil, err
	}
	b.to, b.piece = to, piece{}
	clear(b.buf[to : to+stop])
	if p, ok := d.from.(*part); !ok || p.given < p.file.UncompressedSize64 {
		d.tail = append(d.tail[:0], b.buf[max(0, to-back):to]...)
	}
	return b, nil
}

func (d *direct) close() {
	if d.b != nil {
		blocks.Put(d.b)
		d.b = nil
	}
}
