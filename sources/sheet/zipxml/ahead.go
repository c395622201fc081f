package zipxml

// A caller that knows how a part is usually written may take what it recognises from the bytes themselves, and leave the
// rest to Next: it looks at Ahead, and takes whole elements, tags or white space off with Take. What it takes it vouches
// for: Next would have read it as well, and to the same effect.

// Ahead gives the bytes that have been read and not used yet, n of them, and behind those at least 16 that are no part of
// the XML, the first of them zero. They are valid until the next call of Next or More.
func (r *Reader) Ahead() (b []byte, n int) {
	if r.pending || r.end+stop > len(r.buf) {
		return nil, 0
	}
	return r.buf[r.pos : r.end+stop], r.end - r.pos
}

// Take uses up the first n bytes of Ahead.
func (r *Reader) Take(n int) { r.pos += min(n, r.end-r.pos) }

// More reads more bytes behind those of Ahead. It returns false at the end of the part.
func (r *Reader) More() (bool, error) {
	_, ok, err := r.more(r.pos)
	return ok, err
}

// Enter says that the tag of an element of this name, with its prefix, was taken, and that its end will be left to Next.
func (r *Reader) Enter(name string) error {
	r.attrs = r.attrs[:0]
	return r.push([]byte(name))
}

// Aside asks for work to be done beside reading and ahead of it, in other goroutines: it is given stretches of the part that
// begin and end behind a mark, n bytes at the start of b, and as many behind them as Ahead gives. Marks may lie in comments or
// texts: only the caller, who knows where the last stretch ended, knows whether one is what it seems. Work stops when the
// Reader is closed. Small parts are read without.
func (r *Reader) Aside(mark string, work func(b []byte, n int) any) {
	if a, ok := r.feed.(*ahead); ok {
		a.set(aside{[]byte(mark), work})
	}
}

// Piece gives what came of the work on the bytes that are next, in front of which it passes over white space; nil says
// that nothing did.
func (r *Reader) Piece() (any, error) {
	for r.block != nil && !r.pending {
		at := r.shift + r.pos
		for at < r.block.begin && isSpace(r.block.buf[at]) {
			at++
		}
		if result := r.block.result; result != nil && at == r.block.begin {
			r.pos, r.block.result = at-r.shift, nil
			return result, nil
		}
		if r.block.edge == 0 || at < r.block.edge {
			return nil, nil
		}
		if more, err := r.More(); err != nil || !more {
			return nil, err
		}
	}
	return nil, nil
}
