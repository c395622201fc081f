package xls

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/richardlehane/mscfb"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// compoundMagic begins compound files.
var compoundMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// stream is the workbook within the file: where each stretch of it lies. It is read directly from there, so that many
// sheets can be read at once.
type stream struct {
	data    io.ReaderAt
	size    int64
	extents []extent // by ascending from, without gaps
}

// extent is a stretch of the stream that lies in one piece.
type extent struct{ from, off, size int64 }

// ReadAt reads as io.ReaderAt does.
func (s *stream) ReadAt(p []byte, pos int64) (n int, err error) {
	i := sort.Search(len(s.extents), func(i int) bool { return s.extents[i].from+s.extents[i].size > pos })
	for ; i < len(s.extents) && n < len(p); i++ {
		e := s.extents[i]
		skip := pos + int64(n) - e.from
		want := p[n:min(len(p), n+int(min(e.size-skip, int64(len(p)))))]
		got, err := s.data.ReadAt(want, e.off+skip)
		n += got
		if got < len(want) {
			return n, cmp.Or(err, io.ErrUnexpectedEOF)
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

var (
	errNoWorkbook = errors.New("the compound file holds no workbook")
	errDirectory  = errors.New("the directory of the compound file is too large")
)

// openStream finds the workbook in the file.
func openStream(in sheet.Input, limits sheet.Limits) (*stream, error) {
	head := make([]byte, 16)
	n, _ := in.Data.ReadAt(head, 0)
	s := &stream{data: in.Data, size: in.Size, extents: []extent{{size: in.Size}}}
	if bytes.HasPrefix(head[:n], compoundMagic) {
		entry, err := openContainer(in)
		if err == nil {
			s, err = locate(in, entry)
		}
		if err != nil {
			return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: "this old Office file is damaged", Err: err, Remedy: fetchAgain}
		}
	}
	if s.size > limits.Inflated {
		return nil, sheet.Exceeds(in.Name, "", "", sheet.LimitInflated, limits.Inflated)
	}
	return s, nil
}

// entry is the workbook's entry in the directory of the compound file.
type entry struct {
	*mscfb.File
	probe *probe
}

// openContainer reads the directory of a compound file. A book of two generations holds a stream for each; the newer one
// is called Workbook.
func openContainer(in sheet.Input) (entry, error) {
	p := &probe{data: in.Data, size: in.Size, budget: maxDirectory}
	r, err := mscfb.New(p)
	if err != nil {
		return entry{}, err
	}
	p.budget = 0
	for _, name := range []string{"Workbook", "Book"} {
		for _, f := range r.File {
			if len(f.Path) == 0 && !f.FileInfo().IsDir() && strings.EqualFold(f.Name, name) {
				return entry{File: f, probe: p}, nil
			}
		}
	}
	return entry{}, errNoWorkbook
}

// maxDirectory bounds the directory in bytes: 128 for each entry, of which a book has a few dozen.
const maxDirectory = 4 << 20

// probe is the file as mscfb sees it: the last sector may be cut short. It remembers where mscfb read last.
type probe struct {
	data   io.ReaderAt
	size   int64
	budget int // bytes of directory that may yet be read
	opened bool
	last   int64
}

func (p *probe) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= p.size || (off < headerSize && p.opened) { // sector -1 of a broken chain would be the header
		return 0, io.ErrUnexpectedEOF
	}
	if len(b) >= headerSize {
		if p.opened {
			p.budget -= len(b)
		}
		if p.budget < 0 {
			return 0, errDirectory
		}
	}
	p.opened = true
	p.last = off
	n, err := p.data.ReadAt(b[:min(int64(len(b)), p.size-off)], off)
	if err != nil && (err != io.EOF || int64(n) < p.size-off) {
		return n, err
	}
	clear(b[n:])
	return len(b), nil
}

// Sizes in compound files.
const (
	headerSize = 512 // also the smaller of the two sizes of sectors
	miniSector = 64
	miniCutoff = 4096 // shorter streams lie in mini sectors
)

// locate asks mscfb for the place of each sector of the workbook, which it does not tell otherwise. A chain that ends
// too early leaves the stream short, which shows when something is missing from it; one that comes to the same place
// twice is no chain.
func locate(in sheet.Input, e entry) (*stream, error) {
	s := &stream{data: in.Data}
	step := int64(headerSize)
	if e.Size < miniCutoff {
		step = miniSector
	}
	var one [1]byte
	for s.size < e.Size {
		if s.size > in.Size {
			return nil, errCircle
		}
		if _, err := e.Seek(s.size, io.SeekStart); err != nil {
			break
		}
		if n, err := e.Read(one[:]); n == 0 && err != nil {
			break
		}
		n := min(step, e.Size-s.size)
		if k := len(s.extents) - 1; k >= 0 && s.extents[k].off+s.extents[k].size == e.probe.last {
			s.extents[k].size += n
		} else {
			s.extents = append(s.extents, extent{from: s.size, off: e.probe.last, size: n})
		}
		s.size += n
	}
	sorted := slices.SortedFunc(slices.Values(s.extents), func(a, b extent) int { return cmp.Compare(a.off, b.off) })
	for i := 1; i < len(sorted); i++ {
		if sorted[i-1].off+sorted[i-1].size > sorted[i].off {
			return nil, errCircle
		}
	}
	return s, nil
}

var errCircle = errors.New("its sectors go in a circle")
