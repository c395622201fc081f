package xls

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// scanner reads one sheet, twice: a survey of all its records learns whether the rows come in order and what is known
// besides the cells; then come the cells.
type scanner struct {
	*book
	ctx      context.Context
	name     string // of the sheet
	visit    func(*sheet.Row) error
	visitErr error

	rs     *records
	in     body
	survey survey

	lo, hi int            // rows that this walk hands out
	rows   [][]sheet.Cell // of them; a single one that is used anew where rows come in order
	row    int            // of the cells in rows[0], where rows come in order
	next   int            // row to be handed out next
	awaits *sheet.Cell    // a formula whose text comes in a record of its own
	digits []byte         // for reuse
}

// Scan streams a sheet. A chart has no rows.
func (b *book) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	s := &scanner{book: b, ctx: ctx, name: b.infos[i].Name, visit: visit}
	err := s.scan(b.tabs[i])
	if err == nil {
		return &s.survey.tail, nil
	}
	var f *fault.Error
	if s.visitErr == nil && errors.As(err, &f) && f.Sheet == "" {
		f.Sheet = s.name
	}
	return nil, err
}

func (s *scanner) scan(t tab) error {
	if !t.grid {
		return s.ctx.Err()
	}
	s.rs = newRecords(s.stream, s.key)
	s.in = body{rs: s.rs, limit: s.limits.Text}
	s.survey = survey{ordered: true}
	if err := s.walk(t.at, s.surveyRecord); err != nil {
		return err
	}
	s.finishTail()
	if s.survey.ordered {
		return s.inOrder(t.at)
	}
	return s.inBands(t.at)
}

// walk goes through the records of the sheet itself, not of the charts that lie in it. Nothing is read of what is no
// sheet with cells.
func (s *scanner) walk(at int64, record func(id uint16, data []byte) error) error {
	s.rs.seek(at)
	if err := s.rs.next(); err != nil {
		return s.endError(err, "the book ends before this sheet")
	}
	switch v, kind := bof(s.rs.id, s.rs.data); {
	case v != 0 && (kind == kindChart || kind == kindModule):
		return nil
	case v == 0 || kind != kindSheet && kind != kindMacro:
		return s.fault("the book says that the sheet begins where none does", fetchAgain)
	}
	for depth, n := 1, 0; ; n++ {
		if n%checkEvery == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err := s.rs.next(); err != nil {
			return s.endError(err, "the book ends within this sheet")
		}
		switch id := s.rs.id; {
		case id == recBOF:
			if depth++; depth > s.limits.Nesting {
				return sheet.Exceeds(s.file, s.name, "", sheet.LimitNesting, s.limits.Nesting)
			}
		case id == recEOF:
			if depth--; depth == 0 {
				return nil
			}
		case depth == 1:
			if err := record(id, s.rs.data); err != nil {
				return err
			}
		}
	}
}

// inOrder hands out each row when the next one begins.
func (s *scanner) inOrder(at int64) error {
	s.hi, s.row, s.rows = maxRows, -1, make([][]sheet.Cell, 1)
	if err := s.walk(at, s.cellRecord); err != nil {
		return err
	}
	if err := s.flush(s.row, &s.rows[0]); err != nil {
		return err
	}
	return s.hiddenUpTo(maxRows)
}

const (
	maxRows   = 1 << 16 // of a sheet in this format
	bandCells = 1 << 20 // that are kept at once where rows come in no order
)

// inBands walks through the sheet once for each band of rows that is small enough to be kept.
func (s *scanner) inBands(at int64) error {
	counts := s.survey.counts
	for s.hi < len(counts) {
		s.lo = s.hi
		for n := 0; s.hi < len(counts) && (s.hi == s.lo || n+int(counts[s.hi]) <= bandCells); s.hi++ {
			n += int(counts[s.hi])
		}
		s.rows = make([][]sheet.Cell, s.hi-s.lo)
		if err := s.walk(at, s.cellRecord); err != nil {
			return err
		}
		for i := range s.rows {
			if err := s.flush(s.lo+i, &s.rows[i]); err != nil {
				return err
			}
			s.rows[i] = nil
		}
	}
	return s.hiddenUpTo(maxRows)
}

// put adds a cell to its row.
func (s *scanner) put(row int, c sheet.Cell) (*sheet.Cell, error) {
	i := row - s.lo
	if s.survey.ordered {
		i = 0
		if row != s.row {
			if err := s.flush(s.row, &s.rows[0]); err != nil {
				return nil, err
			}
			s.row = row
		}
	}
	cells := &s.rows[i]
	if len(*cells) > 2*sheet.MaxCols {
		tidy(cells)
	}
	*cells = append(*cells, c)
	return &(*cells)[len(*cells)-1], nil
}

// flush hands out a row with cells, after the hidden rows without any that come before it.
func (s *scanner) flush(row int, cells *[]sheet.Cell) error {
	if len(*cells) == 0 {
		return nil
	}
	if err := s.hiddenUpTo(row); err != nil {
		return err
	}
	tidy(cells)
	s.next = row + 1
	r := sheet.Row{Number: row + 1, Hidden: s.survey.isHidden(row), Cells: *cells}
	*cells = (*cells)[:0]
	s.visitErr = s.visit(&r)
	return s.visitErr
}

func (s *scanner) hiddenUpTo(row int) error {
	for ; s.next < min(row, len(s.survey.hidden)); s.next++ {
		if s.survey.isHidden(s.next) {
			if s.visitErr = s.visit(&sheet.Row{Number: s.next + 1, Hidden: true}); s.visitErr != nil {
				return s.visitErr
			}
		}
	}
	return nil
}

// tidy puts the cells of a row in order and keeps one for each column: the last of those that hold something.
func tidy(cells *[]sheet.Cell) {
	byCol := func(a, b sheet.Cell) int { return cmp.Compare(a.Col, b.Col) }
	ascending := true
	for i := 1; i < len(*cells) && ascending; i++ {
		ascending = (*cells)[i-1].Col < (*cells)[i].Col
	}
	if ascending {
		return
	}
	slices.SortStableFunc(*cells, byCol)
	out := (*cells)[:0]
	for _, c := range *cells {
		k := len(out) - 1
		switch {
		case k < 0 || out[k].Col != c.Col:
			out = append(out, c)
		case c.Type != sheet.Empty || c.NoCache || (out[k].Type == sheet.Empty && !out[k].NoCache):
			out[k] = c
		}
	}
	*cells = out
}
