package lake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/statloom/statloom/pipeline/fault"
)

// FragmentKey names what a recipe made of a book.
type FragmentKey struct {
	Snapshot string // SHA-256 of the book
	Recipe   string // hash over everything the result depends on besides the book, in hex
}

// Fragment opens a stored fragment. ok is false when there is none that is whole, and it has to be made (again).
func (l *Lake) Fragment(ctx context.Context, key FragmentKey) (f *Blob, ok bool, err error) {
	name, err := key.object()
	if err != nil {
		return nil, false, err
	}
	b, ok, err := l.open(ctx, name)
	if err != nil || !ok {
		return nil, false, err
	}
	size := b.Size() - sha256.Size
	whole, err := sealed(ctx, b, size)
	if err != nil || !whole {
		_ = b.Close()
		return nil, false, err
	}
	return &Blob{io.NewSectionReader(b.file, 0, size), b.file}, true, nil
}

// HasFragment reports whether there is a fragment. One in a folder is also looked into, as Fragment does; an object store
// looks after its own bytes.
func (l *Lake) HasFragment(ctx context.Context, key FragmentKey) (bool, error) {
	if l.local == "" {
		name, err := key.object()
		if err != nil {
			return false, err
		}
		size, ok, err := l.size(ctx, name)
		return ok && size >= sha256.Size, err
	}
	f, ok, err := l.Fragment(ctx, key)
	if err != nil || !ok {
		return false, err
	}
	if err := f.Close(); err != nil {
		return false, fmt.Errorf("close fragment: %w", err)
	}
	return true, nil
}

// PutFragment stores what fill writes, or nothing if fill fails.
func (l *Lake) PutFragment(ctx context.Context, key FragmentKey, fill func(io.Writer) error) error {
	name, err := key.object()
	if err != nil {
		return err
	}
	return l.write(ctx, name, func(w io.Writer) error {
		hash := sha256.New()
		if err := fill(io.MultiWriter(w, hash)); err != nil {
			return err
		}
		_, err := w.Write(hash.Sum(nil))
		return err
	})
}

// sealed reports whether the first size bytes are followed by their SHA-256. Arrow files carry no checksum, and a
// damaged one would give wrong figures.
func sealed(ctx context.Context, b *Blob, size int64) (bool, error) {
	if size < 0 {
		return false, nil
	}
	sum, err := b.digest(ctx, size)
	if err != nil {
		return false, err
	}
	seal := make([]byte, sha256.Size)
	if _, err := b.ReadAt(seal, size); err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read fragment: %w", err)
	}
	return bytes.Equal(sum, seal), nil
}

var hexDigits = regexp.MustCompile(`^[0-9a-f]{8,64}$`)

func (k FragmentKey) object() (string, error) {
	if !isSHA256(k.Snapshot) || !hexDigits.MatchString(k.Recipe) {
		return "", &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("%q and %q do not name a fragment", k.Snapshot, k.Recipe)}
	}
	return "fragments/" + k.Snapshot[:2] + "/" + k.Snapshot + "-" + k.Recipe + ".arrow", nil
}
