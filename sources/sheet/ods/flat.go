package ods

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"hash/crc32"
	"io"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// packFlat wraps a flat document in the zip package that it is the content of, stored as it is, so that one reader of
// XML serves both. Only the package's directory is made; the document stays where it is.
func packFlat(ctx context.Context, in sheet.Input) (sheet.Input, error) {
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, &contextReader{ctx, io.NewSectionReader(in.Data, 0, in.Size)}); err != nil {
		if ctx.Err() != nil {
			return sheet.Input{}, ctx.Err()
		}
		return sheet.Input{}, &fault.Error{Kind: fault.Input, File: in.Name, What: "read the document", Remedy: "fetch it again", Err: err}
	}
	var frame bytes.Buffer
	w := zip.NewWriter(&frame)
	_, err := w.CreateRaw(&zip.FileHeader{
		Name: contentPart, Method: zip.Store, CRC32: sum.Sum32(), CompressedSize64: uint64(in.Size), UncompressedSize64: uint64(in.Size),
	})
	if err == nil {
		err = w.Flush()
	}
	before := int64(frame.Len())
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return sheet.Input{}, err
	}
	all := frame.Bytes()
	tail := append([]byte(nil), all[before:]...)
	// The directory ends with where it begins, which is now behind the document.
	if in.Size > 1<<31 {
		return sheet.Input{}, &fault.Error{Kind: fault.Limit, File: in.Name, What: "the document is larger than 2 GiB", Remedy: "save it as .ods"}
	}
	at := uint32(before + in.Size)
	offset := tail[len(tail)-6:]
	offset[0], offset[1], offset[2], offset[3] = byte(at), byte(at>>8), byte(at>>16), byte(at>>24)
	data := &joined{head: all[:before], middle: in.Data, size: in.Size, tail: tail}
	return sheet.Input{Name: in.Name, Data: data, Size: before + in.Size + int64(len(tail))}, nil
}

// joined is a document with bytes before and behind it.
type joined struct {
	head   []byte
	middle io.ReaderAt
	size   int64
	tail   []byte
}

func (j *joined) ReadAt(p []byte, off int64) (n int, err error) {
	parts := []struct {
		r    io.ReaderAt
		size int64
	}{{bytes.NewReader(j.head), int64(len(j.head))}, {j.middle, j.size}, {bytes.NewReader(j.tail), int64(len(j.tail))}}
	for _, part := range parts {
		if off >= part.size {
			off -= part.size
			continue
		}
		want := int(min(int64(len(p)-n), part.size-off))
		k, err := part.r.ReadAt(p[n:n+want], off)
		n += k
		if k < want {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
		if n == len(p) {
			return n, nil
		}
		off = 0
	}
	return n, io.EOF
}

// contextReader stops when the context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
