package file

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

// Bounds of an archive besides max_bytes, which holds for each book in it.
const (
	maxDirectory = 16 << 20 // bytes read to list an archive; some 300,000 members
	maxRatio     = 500      // inflated bytes per stored byte, of a book and of all books together
	ratioFrom    = 10 << 20 // inflated bytes up to which the ratio does not matter
)

// archive is the listing of a ZIP archive.
type archive struct {
	name    string // for messages
	size    int64
	members []*zip.File // the books
}

// openArchive lists the books of a ZIP archive. It gives nil for content of any other kind, among which are workbooks
// that are ZIP archives themselves, and an error for an archive that is damaged or too large to list.
func openArchive(name string, data io.ReaderAt, size int64, patterns []string) (*archive, error) {
	var magic [4]byte
	if n, err := data.ReadAt(magic[:], 0); n < len(magic) {
		if err == io.EOF {
			return nil, nil
		}
		return nil, cannotRead(name, err)
	}
	if !bytes.Equal(magic[:], []byte("PK\x03\x04")) && !bytes.Equal(magic[:], []byte("PK\x05\x06")) {
		return nil, nil
	}
	bounded := &boundedReaderAt{r: data, left: maxDirectory}
	z, err := zip.NewReader(bounded, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		if !strings.EqualFold(path.Ext(name), ".zip") {
			return nil, nil // a damaged workbook: its reader can say more
		}
		if bounded.left < 0 {
			return nil, &fault.Error{
				Kind: fault.Limit, File: name, What: fmt.Sprintf("the archive's directory is larger than %d bytes", maxDirectory),
				Remedy: "unpack the books you need",
			}
		}
		return nil, &fault.Error{Kind: fault.Input, File: name, What: "the ZIP archive is damaged", Err: err, Remedy: "fetch it again"}
	}
	if isWorkbook(z.File) {
		return nil, nil
	}
	bounded.left = math.MaxInt64 // what a member may take is bounded when it is opened
	a := &archive{name: name, size: size}
	for _, f := range z.File {
		if isBook(f.Name, patterns) {
			a.members = append(a.members, f)
		}
	}
	return a, nil
}

// isWorkbook tells the ZIP archives that are one document: OOXML and ODF.
func isWorkbook(files []*zip.File) bool {
	for _, f := range files {
		switch strings.ToLower(f.Name) {
		case "[content_types].xml", "xl/workbook.xml", "mimetype", "meta-inf/manifest.xml":
			return true
		}
	}
	return false
}

func isBook(name string, patterns []string) bool {
	whole := strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	base := path.Base(whole)
	if whole == "" || strings.HasSuffix(whole, "/") || ignored(base) {
		return false
	}
	for _, p := range patterns {
		p = strings.ToLower(p)
		if strings.Contains(p, "/") {
			if match(strings.Split(p, "/"), strings.Split(whole, "/"), false) {
				return true
			}
		} else if matchName(p, base) {
			return true
		}
	}
	return false
}

// member gives the one member of that name if it may be opened.
func (a *archive) member(name string, limit int64) (*zip.File, error) {
	var found *zip.File
	var total uint64
	place := a.name + inside + name
	for _, f := range a.members {
		total += min(f.UncompressedSize64, 1<<50)
		if f.Name != name {
			continue
		}
		if found != nil {
			return nil, refuse(place, "the archive holds two members of this name", "pack the archive again")
		}
		found = f
	}
	switch {
	case found == nil:
		return nil, &fault.Error{
			Kind: fault.Unavailable, File: place, What: "the book is not in the archive any more", Remedy: "see whether the archive was replaced",
		}
	case unsafeName(name):
		return nil, refuse(place, "the member's name leads out of the archive", "do not trust this archive; if it is yours, pack it again")
	case found.Flags&1 != 0:
		return nil, refuse(place, "the book is encrypted in the archive", "unpack it with its password")
	case found.UncompressedSize64 > uint64(limit):
		return nil, sources.TooLarge(place, limit)
	case inflates(found.UncompressedSize64, min(found.CompressedSize64, uint64(a.size))), inflates(total, uint64(a.size)):
		return nil, &fault.Error{
			Kind: fault.Limit, File: place, What: fmt.Sprintf("the archive inflates to more than %d times its size", maxRatio),
			Remedy: "do not trust this archive; if it is yours, unpack the books",
		}
	}
	return found, nil
}

func inflates(inflated, stored uint64) bool {
	return inflated > ratioFrom && inflated/maxRatio > stored
}

func refuse(place, what, remedy string) error {
	return &fault.Error{Kind: fault.Input, File: place, What: what, Remedy: remedy}
}

// unsafeName tells names that would lead elsewhere if they were taken for paths. Nothing is ever unpacked to its name,
// but an honest archive has none of them.
func unsafeName(name string) bool {
	slashed := strings.ReplaceAll(name, `\`, "/")
	if strings.HasPrefix(slashed, "/") || len(slashed) > 1 && slashed[1] == ':' || strings.ContainsRune(name, 0) {
		return true
	}
	for part := range strings.SplitSeq(slashed, "/") {
		if part == ".." {
			return true
		}
	}
	return false
}

// memberStream reads a member; closing it closes the archive too. The ZIP reader itself holds a member to its announced
// size and checksum.
type memberStream struct {
	io.ReadCloser
	archive io.Closer
	place   string
}

func (m *memberStream) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	var corrupt flate.CorruptInputError
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &corrupt) {
		err = &fault.Error{Kind: fault.Input, File: m.place, What: "the book is damaged in the archive", Err: err, Remedy: "fetch the archive again"}
	}
	return n, err
}

// Close gives the archive back. What the inflater would say now, Read has said already.
func (m *memberStream) Close() error {
	_ = m.ReadCloser.Close()
	return m.archive.Close()
}

// boundedReaderAt fails once more than so many bytes were read, so that listing a hostile archive ends soon.
type boundedReaderAt struct {
	r    io.ReaderAt
	left int64
}

func (b *boundedReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errors.New("the directory is too large")
	}
	return b.r.ReadAt(p, off)
}
