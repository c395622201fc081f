package zipxml

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// Kind is the kind of a piece of XML.
type Kind uint8

const (
	Start Kind = iota + 1 // <name>; <name/> is a Start and an End
	End                   // </name>
	Text                  // text between tags, entities resolved, or a CDATA section
)

// Reader takes a part's XML apart. What it hands out as bytes is valid until the next call of Next. Comments and
// processing instructions are passed over; a document type, and with it any entity of the book's own, is refused.
type Reader struct {
	archive *Archive
	part    string
	feed    feed

	block  *block // that buf is of
	shift  int    // where in the block buf begins
	buf    []byte // of the feed's block, or own
	own    []byte // for what is longer than a block reaches back
	pos    int    // next byte of buf
	end    int    // end of what has been read into buf
	base   int64  // offset of buf[0] in the part
	read   bool   // reading has begun
	eof    bool
	closed bool

	*stack
	name    []byte // local name of the last Start or End
	text    []byte
	pending bool // the End of an empty element is still to come
	rooted  bool // the root element has begun
}

// stack holds what is open.
type stack struct {
	names []byte // names of the open elements, one behind the other
	ends  []int  // where each ends in names
	attrs []attr // of the last Start
}

type attr struct {
	name   []byte // local name
	prefix bool
	value  []byte
}

// stacks are kept between parts: a book has many small ones.
var stacks = sync.Pool{New: func() any { return new(stack) }}

func newReader(a *Archive, part string, feed feed) *Reader {
	return &Reader{archive: a, part: part, feed: feed, stack: stacks.Get().(*stack)}
}

// Close ends reading. What the Reader handed out is no longer valid.
func (r *Reader) Close() error {
	r.feed.close()
	clear(r.attrs[:cap(r.attrs)])
	r.names, r.ends, r.attrs = r.names[:0], r.ends[:0], r.attrs[:0]
	stacks.Put(r.stack)
	r.stack, r.name, r.text, r.closed = new(stack), nil, nil, true
	r.block, r.buf, r.pos, r.end, r.eof = nil, nil, 0, 0, true
	return nil
}

// Name is the local name of the element that the last Start or End is of. It stays as it is while the element is open.
func (r *Reader) Name() []byte { return r.name }

// Text is the text of the last Text.
func (r *Reader) Text() []byte { return r.text }

// Depth is the number of open elements, counting the one that just began.
func (r *Reader) Depth() int { return len(r.ends) }

// Attr gives an attribute of the last Start by its local name; one without a prefix goes before one with.
func (r *Reader) Attr(name string) (value []byte, ok bool) {
	for i := range r.attrs {
		if a := &r.attrs[i]; string(a.name) == name && (!ok || !a.prefix) {
			value, ok = a.value, true
		}
	}
	return value, ok
}

// Children calls visit for every child element of the element that just began, and returns after its end. What visit
// leaves unread of a child is passed over.
func (r *Reader) Children(visit func(name []byte) error) error {
	depth := r.Depth()
	for {
		kind, err := r.Next()
		if err != nil {
			return err
		}
		switch kind {
		case Start:
			if err := visit(r.name); err != nil {
				return err
			}
			if err := r.skipTo(depth); err != nil {
				return err
			}
		case End:
			if r.Depth() < depth {
				return nil
			}
		}
	}
}

// Skip passes over the rest of the element that just began, its end included.
func (r *Reader) Skip() error { return r.skipTo(r.Depth() - 1) }

func (r *Reader) skipTo(depth int) error {
	for r.Depth() > depth {
		if _, err := r.Next(); err != nil {
			return err
		}
	}
	return nil
}

// Root reads up to the root element and gives its local name.
func (r *Reader) Root() (string, error) {
	for {
		kind, err := r.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = r.Fault("the part holds no XML")
			}
			return "", err
		}
		if kind == Start {
			return string(r.name), nil
		}
	}
}

// Finish reads to the end of the part, which checks that it is whole. It is called after the root's end.
func (r *Reader) Finish() error {
	for {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Fault makes an input error that names the part and how far it was read.
func (r *Reader) Fault(what string) *fault.Error {
	return r.archive.damage(r.part, fmt.Sprintf("%s (at byte %d)", what, r.base+int64(r.pos)), nil)
}

// more reads more bytes behind those not used yet, from keep on; what lies before keep is dropped. It returns how far
// the bytes moved, and false at the end of the part.
func (r *Reader) more(keep int) (moved int, ok bool, err error) {
	if r.eof {
		return 0, false, nil
	}
	rest := r.end - keep
	if limit := max(8*r.archive.limits.Text, 1<<20); int64(rest) >= limit {
		return 0, false, sheet.Exceeds(r.archive.file, "", "", fmt.Sprintf("%s (part %s)", sheet.LimitText, r.part), r.archive.limits.Text)
	}
	long := rest > back
	if long { // the next block may take this one's place
		r.own = append(r.own[:0], r.buf[keep:r.end]...)
		r.buf, r.pos, r.end, r.base, r.block = r.own, r.pos-keep, rest, r.base+int64(keep), nil
		moved, keep = keep, 0
	}
	b, err := r.feed.next()
	if !r.read && err == nil {
		r.read = true
		b, err = r.detect(b)
	}
	switch {
	case errors.Is(err, io.EOF):
		r.eof = true
		return moved, false, nil
	case err != nil:
		return 0, false, r.readError(err)
	case long:
		r.own = append(r.own, b.buf[b.from:b.to]...)
		r.end = len(r.own)
		r.own = append(r.own, make([]byte, stop)...)
		r.buf, r.block = r.own, nil
	default:
		r.block, r.shift = b, b.from-rest
		r.buf = b.buf[r.shift:]
		moved += keep
		r.pos, r.end, r.base = r.pos-keep, b.to-b.from+rest, r.base+int64(keep)
	}
	return moved, true, nil
}

// readError names the part in an error of reading, except where the run was cancelled or ran out of time.
func (r *Reader) readError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return r.archive.damage(r.part, "the part is truncated or damaged", err)
}

// detect looks at the first bytes for UTF-16, which XML may be written in, and drops a byte order mark.
func (r *Reader) detect(b *block) (*block, error) {
	head := b.buf[b.from:b.to]
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		b.from += 3
		return b, nil
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
	case bytes.HasPrefix(head, []byte("<\x00")):
		utf16 = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case bytes.HasPrefix(head, []byte("\x00<")):
		utf16 = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	default:
		return b, nil
	}
	src := utf16.NewDecoder().Reader(&feedReader{feed: r.feed, rest: head})
	r.feed = &translated{direct{ctx: context.Background(), from: &reading{src: src}}, r.feed}
	return r.feed.next()
}

// translated is a feed made of another one.
type translated struct {
	direct
	of feed
}

func (t *translated) close() {
	t.direct.close()
	t.of.close()
}

// feedReader reads from a feed.
type feedReader struct {
	feed feed
	rest []byte
}

func (f *feedReader) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		b, err := f.feed.next()
		if err != nil {
			return 0, err
		}
		f.rest = b.buf[b.from:b.to]
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// checkText refuses bytes that XML does not allow: what they stand for would be a guess.
func (r *Reader) checkText(b []byte) error {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return r.Fault(fmt.Sprintf("a control character (0x%02X) that XML does not allow", c))
		}
	}
	if !utf8.Valid(b) {
		return r.Fault("text that is not valid UTF-8")
	}
	return nil
}
