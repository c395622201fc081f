package xlsx

import (
	"sync"

	"github.com/statloom/statloom/sources/sheet"
)

// Large sheets are read in pieces, beside the scanner and ahead of it: a piece is a stretch of XML that ends with a row's
// end, and begins behind one if its beginning is not within a comment or a text. Only the scanner can know that, when it
// comes there. A piece holds rows as far as they are written the usual way and say which ones they are.

// piece is what was read of a stretch.
type piece struct {
	reader rowReader
	rows   []pieceRow
	cells  []sheet.Cell // of all rows
	size   int          // bytes of the rows that were read
}

// pieceRow is a row of a piece.
type pieceRow struct {
	number int32
	hidden bool
	end    int // of its cells
}

var pieces = sync.Pool{New: func() any { return new(piece) }}

// readPiece reads the rows in b[:n].
func (s *scanner) readPiece(b []byte, n int) any {
	p := pieces.Get().(*piece)
	r := &p.reader
	r.book, r.shared, r.most = s.book, s.shared, s.most
	r.row.Number, r.cells = 0, 0
	p.rows, p.cells, p.size = p.rows[:0], p.cells[:0], 0
	for at := blank(b, 0); at < n; at = blank(b, at) {
		to, empty, ok := r.usualRow(b, at)
		if !ok || !r.given {
			break
		}
		have := len(p.cells)
		r.row.Cells = p.cells[have:have]
		if !empty {
			ended := false
			if to, ended = r.usualRun(b, to); !ended {
				break
			}
		}
		if have+len(r.row.Cells) <= cap(p.cells) { // they are where they belong
			p.cells = p.cells[:have+len(r.row.Cells)]
		} else {
			p.cells = append(p.cells, r.row.Cells...)
		}
		p.rows = append(p.rows, pieceRow{number: int32(r.row.Number), hidden: r.row.Hidden, end: len(p.cells)})
		p.size, at = to, to
	}
	return p
}

// readPieces hands out the rows of the pieces that come next.
func (s *scanner) readPieces() error {
	for {
		result, err := s.x.Piece()
		if result == nil || err != nil {
			return err
		}
		p := result.(*piece)
		err = s.emitPiece(p)
		s.x.Take(p.size)
		pieces.Put(p)
		if err != nil {
			return err
		}
	}
}

// emitPiece hands out the rows of a piece, unless they are not all right where they stand: then the piece is as good as
// unread.
func (s *scanner) emitPiece(p *piece) error {
	if len(p.rows) == 0 || int(p.rows[0].number) <= s.row.Number || int64(len(p.cells)) > s.book.limits.Cells-s.cells {
		p.size = 0
		return nil
	}
	own := s.row.Cells
	defer func() { s.row.Cells = own }() // the piece goes back, whatever happens
	from := 0
	for _, row := range p.rows {
		s.row = sheet.Row{Number: int(row.number), Hidden: row.hidden, Cells: p.cells[from:row.end:row.end]}
		from = row.end
		if err := s.emit(); err != nil {
			return err
		}
	}
	s.cells += int64(len(p.cells))
	return nil
}
