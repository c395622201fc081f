package html

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// utf16Of tells UTF-16 by a byte order mark, or by the first character, which is of ASCII.
func utf16Of(head []byte) (encoding.Encoding, string) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), len(head) > 1 && head[0] != 0 && head[1] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16le"
	case bytes.HasPrefix(head, []byte("\xfe\xff")), len(head) > 1 && head[0] == 0 && head[1] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16be"
	}
	return nil, ""
}

// decodeHead gives the first characters of a page, as far as ASCII goes.
func decodeHead(head []byte) []byte {
	if e, _ := utf16Of(head); e != nil {
		if text, err := io.ReadAll(transform.NewReader(bytes.NewReader(head[:len(head)/2*2]), e.NewDecoder())); err == nil {
			return text
		}
	}
	return bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
}

// decode gives the page in UTF-8 and the name of its encoding. A byte order mark decides; what is valid UTF-8 is UTF-8
// whatever the page declares, for no other text is by chance, and servers overrule what pages declare; then the page's
// own word counts.
func decode(ctx context.Context, in sheet.Input, head []byte) (io.Reader, string, error) {
	src := &contextReader{ctx, io.NewSectionReader(in.Data, 0, in.Size)}
	if e, name := utf16Of(head); e != nil {
		return transform.NewReader(src, e.NewDecoder()), name, nil
	}
	e, name := declared(head)
	valid, err := validUTF8(&contextReader{ctx, io.NewSectionReader(in.Data, 0, in.Size)})
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case err != nil:
		return nil, "", &fault.Error{Kind: fault.Input, File: in.Name, What: "read the page", Remedy: "fetch it again", Err: err}
	case valid && !escapes(name), name == "utf-8":
		return transform.NewReader(src, unicode.UTF8BOM.NewDecoder()), "utf-8", nil
	case name == "replacement":
		return nil, "", &fault.Error{
			Kind: fault.Input, File: in.Name, What: "the page is in an encoding that cannot be read",
			Remedy: "open it in a spreadsheet program and save it as .xlsx",
		}
	case e == nil:
		e, name = charmap.Windows1252, "windows-1252"
	}
	return transform.NewReader(src, e.NewDecoder()), name, nil
}

// declaration is where a page says how it is encoded.
var declaration = regexp.MustCompile(`(?i)(?:<meta\b[^>]*\bcharset\s*=|<\?xml\b[^>]*\bencoding\s*=)\s*["']?\s*([a-z0-9_:.-]+)`)

// declared gives the encoding that the page declares, or nil. UTF-16 has been told by the first bytes: a page that
// declares it in ASCII is mistaken, and browsers take it for UTF-8.
func declared(head []byte) (encoding.Encoding, string) {
	m := declaration.FindSubmatch(head)
	if m == nil {
		return nil, ""
	}
	e, name := charset.Lookup(string(m[1]))
	if strings.HasPrefix(name, "utf-16") {
		name = "utf-8"
	}
	return e, name
}

// escapes reports whether an encoding writes other letters in ASCII, so that it would pass for UTF-8.
func escapes(name string) bool { return name == "iso-2022-jp" || name == "hz-gb-2312" }

// validUTF8 reads to the end.
func validUTF8(r io.Reader) (bool, error) {
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		b := buf[:kept+n]
		whole := len(b)
		if err == nil {
			for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
				if utf8.RuneStart(b[len(b)-i]) {
					if !utf8.FullRune(b[len(b)-i:]) {
						whole = len(b) - i
					}
					break
				}
			}
		}
		if !utf8.Valid(b[:whole]) {
			return false, nil
		}
		kept = copy(buf, b[whole:])
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
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
