package zipxml

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
)

// Next reads up to the next tag or text. It returns io.EOF after the root element has ended and the part was read to
// its end, and an error when the part ends before that.
func (r *Reader) Next() (Kind, error) {
	if r.pending {
		r.pending = false
		r.pop()
		return End, nil
	}
	for {
		if r.pos == r.end {
			_, ok, err := r.more(r.pos)
			if err != nil {
				return 0, err
			}
			if !ok {
				return 0, r.atEnd()
			}
		}
		if r.buf[r.pos] != '<' {
			if r.quickText() {
				return Text, nil
			}
			kind, err := r.readText()
			if kind != 0 || err != nil {
				return kind, err
			}
			continue
		}
		if err := r.need(2); err != nil {
			return 0, err
		}
		switch r.buf[r.pos+1] {
		case '/':
			if r.quickEnd() {
				return End, nil
			}
			return End, r.readEnd()
		case '?':
			if err := r.readInstruction(); err != nil {
				return 0, err
			}
		case '!':
			kind, err := r.readBang()
			if kind != 0 || err != nil {
				return kind, err
			}
		default:
			if ok, err := r.quickStart(); ok {
				return Start, err
			}
			return Start, r.readStart()
		}
	}
}

// atEnd judges the end of the part.
func (r *Reader) atEnd() error {
	if r.closed {
		return r.Fault("the part was closed")
	}
	if n := len(r.ends); n > 0 {
		return r.Fault(fmt.Sprintf("the part is truncated: </%s> is missing", r.names[r.from(n-1):]))
	}
	if !r.rooted {
		return r.Fault("the part holds no XML")
	}
	return io.EOF
}

// need makes sure that n bytes from pos on are in the buffer.
func (r *Reader) need(n int) error {
	for r.end-r.pos < n {
		if _, ok, err := r.more(r.pos); err != nil {
			return err
		} else if !ok {
			return r.truncated()
		}
	}
	return nil
}

func (r *Reader) truncated() error { return r.Fault("the part is truncated within a tag") }

// until gives the bytes from pos+skip up to the mark and moves behind it.
func (r *Reader) until(mark string, skip int) ([]byte, error) {
	from := skip
	for {
		if i := bytes.Index(r.buf[min(r.pos+from, r.end):r.end], []byte(mark)); i >= 0 {
			b := r.buf[r.pos+skip : r.pos+from+i]
			r.pos += from + i + len(mark)
			return b, nil
		}
		from = max(skip, r.end-r.pos-len(mark)+1)
		if _, ok, err := r.more(r.pos); err != nil {
			return nil, err
		} else if !ok {
			return nil, r.truncated()
		}
	}
}

// readText reads up to the next tag. Outside the root element only white space is allowed, and passed over.
func (r *Reader) readText() (Kind, error) {
	from := r.pos
	for {
		if i := bytes.IndexByte(r.buf[from:r.end], '<'); i >= 0 {
			from += i
			break
		}
		from = r.end
		moved, ok, err := r.more(r.pos)
		from -= moved
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
	}
	raw := r.buf[r.pos:from]
	if len(r.ends) == 0 {
		if len(bytes.TrimLeft(raw, " \t\r\n")) > 0 {
			return 0, r.Fault("text outside the root element")
		}
		r.pos = from
		return 0, nil
	}
	if err := r.checkText(raw); err != nil {
		return 0, err
	}
	text, err := r.resolve(raw, '\n')
	if err != nil {
		return 0, err
	}
	r.pos, r.text = from, text
	return Text, nil
}

// readBang reads a comment or a CDATA section.
func (r *Reader) readBang() (Kind, error) {
	if err := r.need(4); err != nil {
		return 0, err
	}
	if bytes.HasPrefix(r.buf[r.pos:r.end], []byte("<!--")) {
		return 0, r.skipComment()
	}
	if err := r.need(9); err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(r.buf[r.pos:r.end], []byte("<![CDATA[")) || len(r.ends) == 0 {
		return 0, r.Fault("a document type or entity declaration, which books may not have")
	}
	raw, err := r.until("]]>", 9)
	if err != nil {
		return 0, err
	}
	if err := r.checkText(raw); err != nil {
		return 0, err
	}
	r.text = newlines(raw, '\n')
	return Text, nil
}

// skipComment passes over a comment of any length.
func (r *Reader) skipComment() error {
	r.pos += 4
	for {
		if i := bytes.Index(r.buf[r.pos:r.end], []byte("-->")); i >= 0 {
			r.pos += i + 3
			return nil
		}
		r.pos = max(r.pos, r.end-2)
		if _, ok, err := r.more(r.pos); err != nil {
			return err
		} else if !ok {
			return r.truncated()
		}
	}
}

const usualDeclaration = `xml version="1.0" encoding="UTF-8" standalone="yes"`

// readInstruction passes over a processing instruction. The first may name the encoding.
func (r *Reader) readInstruction() error {
	first := r.base == 0 && r.pos == 0
	b, err := r.until("?>", 2)
	if err != nil || !first || !bytes.HasPrefix(b, []byte("xml")) || string(b) == usualDeclaration {
		return err
	}
	_, rest, ok := strings.Cut(string(b), "encoding")
	rest = strings.TrimLeft(rest, " \t\r\n=")
	if !ok || rest == "" {
		return nil
	}
	name, _, _ := strings.Cut(rest[1:], rest[:1])
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be": // UTF-16 was told by its first bytes
		return nil
	}
	return r.Fault(fmt.Sprintf("the encoding %q, which books may not have", name))
}

// readEnd reads an end tag and checks that it ends the element that is open.
func (r *Reader) readEnd() error {
	b, err := r.until(">", 2)
	if err != nil {
		return err
	}
	b = bytes.TrimRight(b, " \t\r\n")
	n := len(r.ends)
	if n == 0 {
		return r.Fault(fmt.Sprintf("</%s> without a start", clip(b)))
	}
	if open := r.names[r.from(n-1):]; !bytes.Equal(open, b) {
		return r.Fault(fmt.Sprintf("</%s> where </%s> is expected", clip(b), clip(open)))
	}
	r.pop()
	return nil
}

// clip shortens names for messages.
func clip(b []byte) []byte { return b[:min(len(b), 60)] }

// from gives where the name of open element i begins.
func (r *Reader) from(i int) int {
	if i == 0 {
		return 0
	}
	return r.ends[i-1]
}

func (r *Reader) push(name []byte) error {
	if len(r.ends) == 0 && r.rooted {
		return r.Fault("a second root element")
	}
	if limit := r.archive.limits.Nesting; len(r.ends) >= limit {
		return sheet.Exceeds(r.archive.file, "", "", fmt.Sprintf("%s (part %s)", sheet.LimitNesting, r.part), limit)
	}
	r.rooted = true
	from := len(r.names)
	r.names = append(r.names, name...)
	r.ends = append(r.ends, len(r.names))
	r.name = local(r.names[from:])
	return nil
}

// pop leaves the innermost element; its name stays readable until the next Start.
func (r *Reader) pop() {
	n := len(r.ends) - 1
	from := r.from(n)
	r.name = local(r.names[from:r.ends[n]])
	r.names, r.ends = r.names[:from], r.ends[:n]
	r.attrs = r.attrs[:0]
}

func local(name []byte) []byte {
	return name[bytes.IndexByte(name, ':')+1:]
}

// readStart reads a start tag with its attributes.
func (r *Reader) readStart() error {
	tag, err := r.wholeTag()
	if err != nil {
		return err
	}
	if n := len(tag); n > 0 && tag[n-1] == '/' {
		tag, r.pending = tag[:n-1], true
	}
	i := 0
	for i < len(tag) && !isSpace(tag[i]) {
		i++
	}
	name := tag[:i]
	if !validName(name) {
		return r.Fault(fmt.Sprintf("a tag <%s that XML does not allow", clip(tag)))
	}
	if err := r.push(name); err != nil {
		return err
	}
	return r.readAttrs(tag[i:])
}

// wholeTag gives what stands between < and >, minding that values may hold a >.
func (r *Reader) wholeTag() ([]byte, error) {
	i := r.pos + 1
	var quote byte
	for {
		for ; i < r.end; i++ {
			c := r.buf[i]
			switch {
			case quote != 0:
				if c == quote {
					quote = 0
				} else if c == '<' {
					return nil, r.Fault("a < within an attribute")
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '>':
				tag := r.buf[r.pos+1 : i]
				r.pos = i + 1
				return tag, nil
			case c == '<':
				return nil, r.Fault("a < within a tag")
			}
		}
		moved, ok, err := r.more(r.pos)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, r.truncated()
		}
		i -= moved
	}
}
