package zipxml

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// readAttrs takes apart what follows the name in a start tag.
func (r *Reader) readAttrs(b []byte) error {
	r.attrs = r.attrs[:0]
	for {
		i := 0
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i == len(b) {
			return nil
		}
		spaced := i > 0
		start := i
		for i < len(b) && b[i] != '=' && !isSpace(b[i]) {
			i++
		}
		name := b[start:i]
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if !spaced || !validName(name) || i == len(b) || b[i] != '=' {
			return r.Fault(fmt.Sprintf("an attribute of <%s> that XML does not allow", clip(r.name)))
		}
		i++
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i == len(b) || (b[i] != '"' && b[i] != '\'') {
			return r.Fault(fmt.Sprintf("an attribute of <%s> without quotes", clip(r.name)))
		}
		n := bytes.IndexByte(b[i+1:], b[i])
		if n < 0 {
			return r.truncated()
		}
		value := b[i+1 : i+1+n]
		b = b[i+n+2:]
		if err := r.checkText(value); err != nil {
			return err
		}
		value, err := r.resolve(value, ' ')
		if err != nil {
			return err
		}
		colon := bytes.IndexByte(name, ':')
		r.attrs = append(r.attrs, attr{name: name[colon+1:], prefix: colon >= 0, value: value})
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func validName(b []byte) bool {
	if len(b) == 0 || b[0] == ':' || b[0] == '-' || b[0] == '.' || (b[0] >= '0' && b[0] <= '9') || b[len(b)-1] == ':' {
		return false
	}
	colons := 0
	for _, c := range b {
		switch {
		case c == ':':
			if colons++; colons > 1 {
				return false
			}
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c >= utf8.RuneSelf,
			c == '_', c == '-', c == '.':
		default:
			return false
		}
	}
	return utf8.Valid(b)
}
