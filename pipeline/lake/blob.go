package lake

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gocloud.dev/gcerrors"
)

// Blob is a stored object open for reading: Read, ReadAt, Seek and Size. The caller closes it.
type Blob struct {
	*io.SectionReader
	file *os.File
}

// Close closes the blob.
func (b *Blob) Close() error { return b.file.Close() }

// open gives an object as a local file: the file itself in a local lake, else a copy that is gone once it is closed.
// ok is false when there is none.
func (l *Lake) open(ctx context.Context, key string) (b *Blob, ok bool, err error) {
	var file *os.File
	if l.local != "" {
		file, err = os.Open(filepath.Join(l.local, filepath.FromSlash(key)))
	} else {
		file, err = l.download(ctx, key)
	}
	if errors.Is(err, os.ErrNotExist) || gcerrors.Code(err) == gcerrors.NotFound {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, l.trouble("read", key, err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, false, fmt.Errorf("read %s: %w", l.place(key), err)
	}
	return &Blob{io.NewSectionReader(file, 0, info.Size()), file}, true, nil
}

func (l *Lake) download(ctx context.Context, key string) (*os.File, error) {
	file, err := l.scratch()
	if err != nil {
		return nil, err
	}
	if err := l.bucket.Download(ctx, key, file, nil); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// digest gives the SHA-256 of the first size bytes.
func (b *Blob) digest(ctx context.Context, size int64) ([]byte, error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, contextReader{ctx, io.NewSectionReader(b.file, 0, size)}); err != nil {
		return nil, fmt.Errorf("read from lake: %w", err)
	}
	return hash.Sum(nil), nil
}

// scratch makes a working file that has no name, so that none is left behind when the process is killed.
func (l *Lake) scratch() (*os.File, error) {
	file, err := os.CreateTemp(l.temp, "lake-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("make working file: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("make working file: %w", err)
	}
	return file, nil
}

// contextReader stops reading when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
