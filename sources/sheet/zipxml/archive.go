// Package zipxml reads the XML parts of zip packages, which .xlsx and .ods books are, under limits: every part is read
// through to its checksum, must be well-formed to its last byte, and may not grow without bounds.
package zipxml

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// Archive is an open zip package. It is safe for concurrent use.
type Archive struct {
	file   string
	in     io.ReaderAt
	limits sheet.Limits
	parts  map[string]*zip.File // by key of the name; nil where the package holds it more than once
	whole  *[]byte              // the file, where it is in memory
}

// small is the size up to which a file is read at once: its parts are many and tiny.
const small = 1 << 20

// wholes are the buffers of small files, kept between them: reading many is otherwise to a good part the collecting of these.
var wholes = sync.Pool{New: func() any { return new([]byte) }}

// ratioFloor is the size of a part below which its ratio is of no matter: small parts of one repeated row compress well.
const ratioFloor = 10 << 20

// OpenArchive reads the package's directory. It fails when the parts together are larger than the limit.
func OpenArchive(in sheet.Input, limits sheet.Limits) (*Archive, error) {
	a := &Archive{file: in.Name, in: in.Data, limits: limits.WithDefaults()}
	if in.Size <= small {
		a.whole = wholes.Get().(*[]byte)
		*a.whole = slices.Grow((*a.whole)[:0], int(in.Size))[:in.Size]
		if _, err := io.ReadFull(io.NewSectionReader(in.Data, 0, in.Size), *a.whole); err != nil {
			return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: "read the file", Err: err}
		}
		a.in = bytes.NewReader(*a.whole)
	}
	r, err := zip.NewReader(a.in, in.Size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are looked up, never used as paths
		return nil, &fault.Error{
			Kind: fault.Input, File: in.Name, What: "read the zip package, which is truncated or damaged", Remedy: "fetch it again", Err: err,
		}
	}
	var total uint64
	a.parts = make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		total = min(total, math.MaxUint64/2) + min(f.UncompressedSize64, math.MaxUint64/2)
		k := key(f.Name)
		if _, twice := a.parts[k]; twice {
			f = nil
		}
		a.parts[k] = f
	}
	if total > uint64(a.limits.Inflated) {
		return nil, sheet.Exceeds(a.file, "", "", sheet.LimitInflated, a.limits.Inflated)
	}
	return a, nil
}

// Close says that nothing will be read any more.
func (a *Archive) Close() {
	if a.whole == nil {
		return
	}
	a.in.(*bytes.Reader).Reset(nil) // whoever reads on finds nothing, rather than the next file
	wholes.Put(a.whole)
	a.whole = nil
}

// key makes names comparable: they are case-insensitive, and some writers use backslashes or a leading slash.
func key(name string) string {
	if !strings.Contains(name, `\`) && !strings.HasPrefix(name, ".") && !strings.Contains(name, "/.") && !strings.Contains(name, "//") &&
		!strings.HasPrefix(name, "/") && !strings.HasSuffix(name, "/") {
		return strings.ToLower(name) // as nearly always: there is nothing to clean
	}
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// Has reports whether the package has a part of this name.
func (a *Archive) Has(name string) bool {
	_, ok := a.parts[key(name)]
	return ok
}

// Open starts reading a part. ctx is honoured until the part is closed.
func (a *Archive) Open(ctx context.Context, name string) (*Reader, error) {
	f, err := a.find(name)
	if err != nil {
		return nil, err
	}
	feed, err := openPart(ctx, a.in, f)
	if err != nil {
		return nil, a.damage(name, "open the part", err)
	}
	return newReader(a, name, feed), nil
}

// find finds a part that can be read.
func (a *Archive) find(name string) (*zip.File, error) {
	f, ok := a.parts[key(name)]
	switch {
	case !ok:
		return nil, a.damage(name, "the part is missing", nil)
	case f == nil:
		return nil, a.damage(name, "the package holds the part more than once", nil)
	}
	if f.Flags&1 != 0 {
		return nil, a.damage(name, "the part is encrypted", nil)
	}
	if f.UncompressedSize64 > ratioFloor && f.UncompressedSize64/uint64(a.limits.Ratio) > f.CompressedSize64 {
		return nil, sheet.Exceeds(a.file, "", "", fmt.Sprintf("%s (part %s)", sheet.LimitRatio, name), a.limits.Ratio)
	}
	return f, nil
}

// Read reads a part from its first byte to its last; f starts at the root element and may leave the rest of it unread.
func (a *Archive) Read(ctx context.Context, name string, f func(x *Reader, root string) error) (err error) {
	x, err := a.Open(ctx, name)
	if err != nil {
		return err
	}
	defer func() {
		if closed := x.Close(); err == nil {
			err = closed
		}
	}()
	root, err := x.Root()
	if err != nil {
		return err
	}
	if err := f(x, root); err != nil {
		if errors.Is(err, io.EOF) {
			err = x.Fault("the part ends too early")
		}
		return err
	}
	return x.Finish()
}

// damage makes the error for a part that cannot be used.
func (a *Archive) damage(part, what string, err error) *fault.Error {
	return &fault.Error{
		Kind: fault.Input, File: a.file, What: fmt.Sprintf("part %s: %s", part, what), Err: err,
		Remedy: "fetch the book again, or open it in a spreadsheet program and save it anew",
	}
}
