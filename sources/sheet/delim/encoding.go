package delim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	xencoding "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// encoding is the way a text is stored.
type encoding struct {
	name    string
	mark    int                // bytes of a byte order mark
	charset xencoding.Encoding // nil for UTF-8
	compose bool               // letters and their marks are stored apart and have to be joined
}

// reader decodes r to UTF-8.
func (e *encoding) reader(r io.Reader) io.Reader {
	switch {
	case e.charset == nil:
		return r
	case e.compose:
		return transform.NewReader(r, transform.Chain(e.charset.NewDecoder(), norm.NFC))
	}
	return e.charset.NewDecoder().Reader(r)
}

// decode decodes up to limit bytes of a text that begins with its mark.
func (e *encoding) decode(r io.Reader, limit int) ([]byte, error) {
	if _, err := io.CopyN(io.Discard, r, int64(e.mark)); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(e.reader(r), int64(limit)))
}

// markOf gives the encoding that a byte order mark names, or nil.
func markOf(head []byte) *encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return &encoding{name: "UTF-8", mark: 3}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return &encoding{name: "UTF-16LE", mark: 2, charset: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)}
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return &encoding{name: "UTF-16BE", mark: 2, charset: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)}
	}
	return nil
}

// findEncoding looks at the whole text: a byte order mark decides; what is valid UTF-8 is UTF-8, for no other text is
// by chance; the rest is windows-1258 if it has Vietnamese letters put together the way only that does, or windows-1252.
func findEncoding(ctx context.Context, in sheet.Input) (*encoding, error) {
	var w watcher
	buf := make([]byte, 64<<10)
	for offset := int64(0); offset < in.Size; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := in.Data.ReadAt(buf[:min(int64(len(buf)), in.Size-offset)], offset)
		if n == 0 {
			return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: fmt.Sprintf("read the text at byte %d", offset), Remedy: "fetch it again", Err: err}
		}
		if offset == 0 {
			w.marked = markOf(buf[:n])
			if w.marked != nil && w.marked.charset != nil {
				if in.Size%2 != 0 {
					return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: "the text is UTF-16 with half a character at its end", Remedy: "fetch it again"}
				}
				return w.marked, nil
			}
		}
		w.see(buf[:n])
		offset += int64(n)
	}
	return w.verdict(), nil
}

// watcher gathers evidence of the encoding.
type watcher struct {
	marked  *encoding
	broken  bool   // not UTF-8
	carry   []byte // the beginning of a rune that the next bytes end
	last    byte
	high    int // bytes above ASCII
	vietnam int // marks of windows-1258 on letters above ASCII
}

func (w *watcher) see(b []byte) {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			w.high++
			if is1258Mark(c) && is1258Letter(w.last) {
				w.vietnam++
			}
		}
		w.last = c
	}
	if w.broken {
		return
	}
	b = append(w.carry, b...)
	whole := len(b)
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				whole = len(b) - i
			}
			break
		}
	}
	w.broken = !utf8.Valid(b[:whole])
	w.carry = append([]byte(nil), b[whole:]...)
}

func (w *watcher) verdict() *encoding {
	switch {
	case !w.broken && len(w.carry) == 0 && w.marked != nil:
		return w.marked
	case !w.broken && len(w.carry) == 0:
		return &encoding{name: "UTF-8"}
	case w.vietnam > 0 && w.vietnam*50 >= w.high:
		return &encoding{name: "windows-1258", charset: charmap.Windows1258, compose: true}
	}
	return &encoding{name: "windows-1252", charset: charmap.Windows1252}
}

// is1258Mark tells the tone marks of windows-1258, which follow their letter: grave, hook above, tilde, acute, dot below.
func is1258Mark(c byte) bool {
	switch c {
	case 0xCC, 0xD2, 0xDE, 0xEC, 0xF2:
		return true
	}
	return false
}

// is1258Letter tells the vowels that Vietnamese puts a tone mark on and that are above ASCII: â ê ô ă ơ ư. In windows-1252
// such pairs are "âì" or "õò", which no language writes.
func is1258Letter(c byte) bool {
	switch c {
	case 0xC2, 0xC3, 0xCA, 0xD4, 0xD5, 0xDD, 0xE2, 0xE3, 0xEA, 0xF4, 0xF5, 0xFD:
		return true
	}
	return false
}
