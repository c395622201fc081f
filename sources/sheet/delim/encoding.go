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
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// encoding is the way a text is stored.
type encoding struct {
	name    string
	mark    int                // bytes of a byte order mark
	unit    int                // bytes that a character has at least
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

// text gives the decoded text.
func (b *book) text(ctx context.Context) io.Reader {
	mark := int64(b.enc.mark)
	return b.enc.reader(&patient{ctx: ctx, r: io.NewSectionReader(b.in.Data, mark, b.in.Size-mark)})
}

// patient stops reading when its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// decode decodes up to limit bytes of a text that begins with its mark.
func (e *encoding) decode(head []byte, limit int) ([]byte, error) {
	head = head[e.mark : e.mark+(len(head)-e.mark)/e.unit*e.unit]
	return io.ReadAll(io.LimitReader(e.reader(bytes.NewReader(head)), int64(limit)))
}

var (
	utf8Plain  = encoding{name: "UTF-8", unit: 1}
	utf8Marked = encoding{name: "UTF-8", unit: 1, mark: 3}
)

func utf16(order unicode.Endianness, mark int) *encoding {
	name := "UTF-16LE"
	if order == unicode.BigEndian {
		name = "UTF-16BE"
	}
	return &encoding{name: name, unit: 2, mark: mark, charset: unicode.UTF16(order, unicode.IgnoreBOM)}
}

// unicodeOf gives the Unicode encoding that a byte order mark names, or UTF-16 without one, which shows by the zeros
// that every other byte of digits and Latin letters is. It gives nil for all other texts.
func unicodeOf(head []byte) *encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return &utf8Marked
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")):
		return &encoding{name: "UTF-32LE", unit: 4, mark: 4, charset: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)}
	case bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return &encoding{name: "UTF-32BE", unit: 4, mark: 4, charset: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16(unicode.LittleEndian, 2)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16(unicode.BigEndian, 2)
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	units := len(head) / 2
	switch {
	case units < 4:
	case zeros[0] == 0 && zeros[1]*3 > units:
		return utf16(unicode.LittleEndian, 0)
	case zeros[1] == 0 && zeros[0]*3 > units:
		return utf16(unicode.BigEndian, 0)
	}
	return nil
}

// findEncoding looks at the whole text: a byte order mark decides; what is valid UTF-8 is UTF-8, for no other text is
// by chance; in the rest the letters tell.
func findEncoding(ctx context.Context, in sheet.Input) (*encoding, error) {
	head := make([]byte, min(in.Size, 4096))
	if _, err := in.Data.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: "read the first bytes", Remedy: "fetch it again", Err: err}
	}
	known := unicodeOf(head)
	if known != nil && known.charset != nil {
		if in.Size%int64(known.unit) != 0 {
			return nil, &fault.Error{
				Kind: fault.Input, File: in.Name, What: "the text is " + known.name + " with half a character at its end", Remedy: "fetch it again",
			}
		}
		return known, nil
	}
	bad, err := firstBroken(ctx, in)
	switch {
	case err != nil:
		return nil, err
	case bad < 0 && known != nil:
		return known, nil
	case bad < 0:
		return &utf8Plain, nil
	}
	w := watcher{}
	if err := eachChunk(ctx, in, func(b []byte, _ int64) error { w.see(b); return nil }); err != nil {
		return nil, err
	}
	w.see(nil)
	if known != nil || w.runes >= 4 && w.runes >= 4*w.invalid {
		return nil, &fault.Error{
			Kind: fault.Input, File: in.Name, What: fmt.Sprintf("the text is UTF-8 that is damaged at byte %d, in line %d", bad, lineOf(in, bad)),
			Remedy: "fetch it again, or ask for a sound file",
		}
	}
	return w.verdict(in)
}

// eachChunk calls visit with the text piece by piece.
func eachChunk(ctx context.Context, in sheet.Input, visit func(b []byte, offset int64) error) error {
	buf := make([]byte, 256<<10)
	for offset := int64(0); offset < in.Size; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := in.Data.ReadAt(buf[:min(int64(len(buf)), in.Size-offset)], offset)
		if n == 0 {
			return &fault.Error{Kind: fault.Input, File: in.Name, What: fmt.Sprintf("read the text at byte %d", offset), Remedy: "fetch it again", Err: err}
		}
		if err := visit(buf[:n], offset); err != nil {
			return err
		}
		offset += int64(n)
	}
	return nil
}

// firstBroken gives the place of the first byte that is not UTF-8, or -1.
func firstBroken(ctx context.Context, in sheet.Input) (int64, error) {
	bad := int64(-1)
	var carry []byte // the beginning of a rune that the next bytes end
	err := eachChunk(ctx, in, func(b []byte, offset int64) error {
		if bad >= 0 {
			return nil
		}
		for len(carry) > 0 && len(b) > 0 && !utf8.FullRune(carry) {
			carry, b, offset = append(carry, b[0]), b[1:], offset+1
		}
		if len(carry) > 0 && utf8.FullRune(carry) {
			if !utf8.Valid(carry) {
				bad = offset - int64(len(carry))
				return nil
			}
			carry = carry[:0]
		}
		whole := len(b)
		for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
			if utf8.RuneStart(b[len(b)-i]) {
				if !utf8.FullRune(b[len(b)-i:]) {
					whole = len(b) - i
				}
				break
			}
		}
		if !utf8.Valid(b[:whole]) {
			bad = offset + int64(brokenAt(b[:whole]))
			return nil
		}
		carry = append(carry, b[whole:]...)
		return nil
	})
	if bad < 0 && len(carry) > 0 {
		bad = in.Size - int64(len(carry))
	}
	return bad, err
}

func brokenAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// lineOf counts the lines up to a place.
func lineOf(in sheet.Input, place int64) int {
	line := 1
	_ = eachChunk(context.Background(), in, func(b []byte, offset int64) error {
		if offset < place {
			line += bytes.Count(b[:min(int64(len(b)), place-offset)], []byte("\n"))
		}
		return nil
	})
	return line
}

func single(m *charmap.Charmap, name string) *encoding {
	return &encoding{name: name, unit: 1, charset: m, compose: m == charmap.Windows1258}
}
