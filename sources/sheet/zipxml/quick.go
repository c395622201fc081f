package zipxml

import "bytes"

// Tags are read in two ways with one result: those of plain names and values that lie in the buffer whole, as nearly all
// are, in one pass over their bytes here; all others, and whatever is wrong, in token.go.

// What a byte may be part of, as far as it needs no thought.
const (
	nameByte  = 1 << iota // a name; where a colon stands is looked at apart
	valueByte             // the value of an attribute: no quotes, entities, white space but spaces, or letters beyond ASCII
	textByte              // text, likewise
)

var kinds = func() (table [256]uint8) {
	for c := ' '; c < 0x7f; c++ {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if letter || c >= '0' && c <= '9' || c == '-' || c == '.' {
			table[c] |= nameByte
		}
		if c != '"' && c != '\'' && c != '<' && c != '&' {
			table[c] |= valueByte
		}
		if c != '<' && c != '&' {
			table[c] |= textByte
		}
	}
	table['\n'] |= textByte
	table['\t'] |= textByte
	return table
}()

// quickStart reads a start tag; ok is false where that is for readStart, which then begins at the same byte.
func (r *Reader) quickStart() (ok bool, err error) {
	if r.end+stop > len(r.buf) {
		return false, nil
	}
	b := r.buf[r.pos+1 : r.end+stop] // zeros at the end, which match nothing
	p, ok := plainName(b, 0)
	if !ok {
		return false, nil
	}
	name := b[:p]
	r.attrs = r.attrs[:0]
	for b[p] == ' ' {
		from := p + 1
		if p, ok = plainName(b, from); !ok {
			if p > from {
				return false, nil
			}
			break // white space in front of the end
		}
		attrName := b[from:p]
		if b[p] != '=' || b[p+1] != '"' {
			return false, nil
		}
		p += 2
		value := p
		for kinds[b[p]]&valueByte != 0 {
			p++
		}
		if b[p] != '"' {
			return false, nil
		}
		colon := bytes.IndexByte(attrName, ':')
		r.attrs = append(r.attrs, attr{name: attrName[colon+1:], prefix: colon >= 0, value: b[value:p]})
		p++
	}
	pending := b[p] == '/'
	if pending {
		p++
	}
	if b[p] != '>' {
		return false, nil
	}
	if err := r.push(name); err != nil {
		return true, err
	}
	r.pending = pending
	r.pos += p + 2
	return true, nil
}

// plainName passes over a name of letters that need no thought.
func plainName(b []byte, p int) (next int, ok bool) {
	from, colon := p, -1
	for ; kinds[b[p]]&nameByte != 0 || b[p] == ':'; p++ {
		if b[p] == ':' {
			if colon >= 0 {
				return p, false
			}
			colon = p
		}
	}
	first := b[from]
	return p, p > from && colon != from && colon != p-1 && first != '-' && first != '.' && (first < '0' || first > '9')
}

// quickEnd reads the end tag of the element that is open.
func (r *Reader) quickEnd() bool {
	n := len(r.ends)
	if n == 0 {
		return false
	}
	name := r.names[r.from(n-1):]
	at := r.pos + 2 + len(name)
	if at >= r.end || r.buf[at] != '>' || !bytes.Equal(r.buf[r.pos+2:at], name) {
		return false
	}
	r.pos = at + 1
	r.pop()
	return true
}

// quickText reads text up to the next tag.
func (r *Reader) quickText() bool {
	if len(r.ends) == 0 || r.end+stop > len(r.buf) {
		return false
	}
	p := r.pos
	for kinds[r.buf[p]]&textByte != 0 {
		p++
	}
	if p >= r.end || r.buf[p] != '<' {
		return false
	}
	r.text = r.buf[r.pos:p]
	r.pos = p
	return true
}
