package xls

import (
	"encoding/binary"
	"errors"
	"io"
)

// records reads the stream record by record: two bytes of identifier, two of length, the data.
type records struct {
	s      *stream
	pos    int64  // of what is not yet in buf
	buf    []byte // read from the stream; what lies before r is done with
	r, w   int
	cipher cipher // nil for a book that is not encrypted

	id   uint16
	data []byte // of the current record, valid until the next one is asked for
	at   int64  // where the current record begins
}

const (
	recordHeader = 4
	recordBuffer = 1 << 15 // records are to have 8 KiB at most, but their length has room for 64
)

func newRecords(s *stream, key key) *records {
	r := &records{s: s, buf: make([]byte, recordBuffer)}
	if key != nil {
		r.cipher = key.cipher()
	}
	return r
}

// seek goes to a place of the stream.
func (r *records) seek(pos int64) { r.pos, r.r, r.w = pos, 0, 0 }

// errShort is the end of the stream within a record, io.EOF the end after one.
var errShort = errors.New("the workbook ends within a record")

// next goes to the next record.
func (r *records) next() error {
	if err := r.fill(recordHeader); err != nil {
		return err
	}
	head := r.buf[r.r:]
	id, size := binary.LittleEndian.Uint16(head), int(binary.LittleEndian.Uint16(head[2:]))
	if err := r.fill(recordHeader + size); err != nil {
		return err
	}
	r.at = r.pos - int64(r.w-r.r)
	r.id, r.data = id, r.buf[r.r+recordHeader:r.r+recordHeader+size]
	r.r += recordHeader + size
	if r.cipher != nil {
		decrypt(r.cipher, id, r.at+recordHeader, r.data)
	}
	return nil
}

// follows reports whether the next record has this identifier. The data of the current one is no longer valid.
func (r *records) follows(id uint16) bool {
	r.data = nil
	return r.fill(recordHeader) == nil && binary.LittleEndian.Uint16(r.buf[r.r:]) == id
}

// fill sees to it that so many bytes from r on are in the buffer.
func (r *records) fill(n int) error {
	if r.w-r.r >= n {
		return nil
	}
	rest := r.buf[r.r:r.w]
	if n > len(r.buf) {
		r.buf = make([]byte, n)
	}
	r.r, r.w = 0, copy(r.buf, rest)
	got, err := r.s.ReadAt(r.buf[r.w:], r.pos)
	r.w += got
	r.pos += int64(got)
	switch {
	case r.w >= n:
		return nil
	case err == nil || errors.Is(err, io.ErrUnexpectedEOF) || (errors.Is(err, io.EOF) && r.w > 0):
		return errShort
	}
	return err
}
