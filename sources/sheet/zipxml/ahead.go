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
