package xlsx

// Long lists of shared strings are read in pieces as well, as rows are (see piece.go): what takes time is not their bytes but
// what is found out about each of them.

// stringPiece is what was read of a stretch.
type stringPiece struct {
	texts
	cost int64 // of keeping them
	size int   // bytes of the strings that were read
}

// readPiece reads the strings in b[:n], as far as they stand for themselves.
func (l *stringList) readPiece(b []byte, n int) any {
	p := &stringPiece{}
	u := usual{most: l.most}
	for p.size < n {
		text, next := u.item(b, p.size)
		if next == 0 {
			break
		}
		p.add(text, knownOf)
		p.cost += int64(len(text)) + stringCost
		p.size = next
	}
	return p
}

// readPieces takes over the strings of the pieces that come next. One that goes beyond a limit is as good as unread.
func (l *stringList) readPieces() error {
	for {
		result, err := l.x.Piece()
		if result == nil || err != nil {
			return err
		}
		p := result.(*stringPiece)
		if p.cost > l.book.limits.Strings-l.size {
			return nil
		}
		l.size += p.cost
		l.shared.join(&p.texts)
		l.x.Take(p.size)
	}
}
