package zipxml

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// resolve replaces entities, and line breaks as XML asks, in place: what is written is never longer.
func (r *Reader) resolve(b []byte, newline byte) ([]byte, error) {
	amp := bytes.IndexByte(b, '&')
	if amp < 0 {
		return newlines(b, newline), nil
	}
	out := newlines(b[:amp], newline)
	for rest := b[amp:]; len(rest) > 0; {
		semi := bytes.IndexByte(rest[:min(len(rest), 12)], ';')
		if semi < 0 {
			return nil, r.Fault("an & that begins no entity")
		}
		var err error
		if out, err = r.entity(out, rest[1:semi]); err != nil {
			return nil, err
		}
		rest = rest[semi+1:]
		next := bytes.IndexByte(rest, '&')
		if next < 0 {
			next = len(rest)
		}
		out = append(out, newlines(rest[:next], newline)...)
		rest = rest[next:]
	}
	return out, nil
}

func (r *Reader) entity(out, name []byte) ([]byte, error) {
	switch string(name) {
	case "lt":
		return append(out, '<'), nil
	case "gt":
		return append(out, '>'), nil
	case "amp":
		return append(out, '&'), nil
	case "quot":
		return append(out, '"'), nil
	case "apos":
		return append(out, '\''), nil
	}
	if len(name) > 1 && name[0] == '#' {
		digits, base := string(name[1:]), 10
		if digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		n, err := strconv.ParseUint(digits, base, 32)
		legal := n >= ' ' || n == '\t' || n == '\n' || n == '\r'
		if err == nil && legal && n <= utf8.MaxRune && utf8.ValidRune(rune(n)) {
			return utf8.AppendRune(out, rune(n)), nil
		}
	}
	return nil, r.Fault(fmt.Sprintf("the entity &%s; which XML does not know", name))
}

// newlines makes every line break one newline, in place.
func newlines(b []byte, newline byte) []byte {
	if newline == ' ' {
		for i, c := range b {
			if c == '\n' || c == '\r' || c == '\t' {
				b[i] = ' '
			}
		}
		return b
	}
	i := bytes.IndexByte(b, '\r')
	if i < 0 {
		return b
	}
	out := b[:i]
	for ; i < len(b); i++ {
		if b[i] != '\r' {
			out = append(out, b[i])
			continue
		}
		out = append(out, newline)
		if i+1 < len(b) && b[i+1] == '\n' {
			i++
		}
	}
	return out
}
