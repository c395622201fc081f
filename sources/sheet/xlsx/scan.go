package xlsx

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// scanner reads one sheet.
type scanner struct {
	name     string // of the sheet
	x        *zipxml.Reader
	value    textReader // of <v>
	inline   textReader // of <is>
	visit    func(*sheet.Row) error
	visitErr error

	rowReader
	out     sheet.Row // what visit is given
	seen    bool      // <sheetData> was read
	columns int       // <col> elements
	hidden  []bool
	tail    sheet.Tail
}

// Scan streams a sheet. A chart sheet has no rows.
func (b *book) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	s := &scanner{name: b.infos[i].Name, visit: visit, rowReader: rowReader{usual: usual{most: b.limits.Text}, book: b}}
	kept := scratches.Get().(*scratch)
	s.scratch, s.row.Cells = *kept, kept.kept
	defer func() {
		clear(s.row.Cells[:cap(s.row.Cells)])
		*kept, kept.kept = s.scratch, s.row.Cells[:0]
		scratches.Put(kept)
	}()
	err := s.scan(ctx, b.sheets[i])
	if err == nil {
		return &s.tail, nil
	}
	var f *fault.Error
	if s.visitErr == nil && errors.As(err, &f) && f.Sheet == "" {
		f.Sheet = s.name
	}
	return nil, err
}

func (s *scanner) scan(ctx context.Context, t tab) error {
	if t.part == "" {
		return s.book.fault("the workbook lists the sheet but the package does not hold it", "open the book in a spreadsheet program and save it anew")
	}
	if !t.grid {
		return ctx.Err()
	}
	shared, err := s.book.strings(ctx)
	if err != nil {
		return err
	}
	s.shared = shared
	if err := s.book.archive.Read(ctx, t.part, func(x *zipxml.Reader, root string) error {
		s.x = x
		s.value, s.inline = textReader{x: x, book: s.book}, textReader{x: x, book: s.book}
		switch root {
		case "chartsheet":
			return nil
		case "worksheet", "dialogsheet", "macrosheet":
		default:
			return x.Fault(fmt.Sprintf("a sheet is expected, not <%s>", root))
		}
		if err := x.Children(s.child); err != nil {
			return err
		}
		if !s.seen && root == "worksheet" {
			return x.Fault("the sheet has no <sheetData>")
		}
		s.hiddenSpans()
		return nil
	}); err != nil {
		return err
	}
	s.tail.Comments, err = s.book.comments(ctx, t.part)
	return err
}

// child reads one child of the sheet's root.
func (s *scanner) child(name []byte) error {
	switch string(name) {
	case "cols":
		return s.x.Children(s.column)
	case "sheetData":
		if s.seen {
			return s.x.Fault("a second <sheetData>")
		}
		s.seen = true
		if !s.book.strict {
			s.x.Aside("</row>", s.readPiece)
		}
		return s.readRows()
	case "mergeCells":
		return s.x.Children(s.merge)
	}
	return nil
}

func (s *scanner) column([]byte) error {
	if s.columns++; s.columns > sheet.MaxCols {
		return s.x.Fault("more column definitions than columns")
	}
	if hidden, _ := s.x.Attr("hidden"); !isTrue(hidden) {
		return nil
	}
	if s.hidden == nil {
		s.hidden = make([]bool, sheet.MaxCols+1)
	}
	for c := max(intAttr(s.x, "min"), 1); c <= min(intAttr(s.x, "max"), sheet.MaxCols); c++ {
		s.hidden[c] = true
	}
	return nil
}

func (s *scanner) hiddenSpans() {
	for c := 1; c < len(s.hidden); c++ {
		if !s.hidden[c] {
			continue
		}
		first := c
		for c+1 < len(s.hidden) && s.hidden[c+1] {
			c++
		}
		s.tail.HiddenCols = append(s.tail.HiddenCols, sheet.Span{First: first, Last: c})
	}
}

func (s *scanner) merge([]byte) error {
	ref, _ := s.x.Attr("ref")
	m, ok := sheet.ParseRange(string(ref))
	if !ok {
		return s.x.Fault(fmt.Sprintf("%q is not a merged range", ref))
	}
	if int64(len(s.tail.Merges)) >= s.book.limits.Merges {
		return sheet.Exceeds(s.book.file, s.name, "", sheet.LimitMerges, s.book.limits.Merges)
	}
	s.tail.Merges = append(s.tail.Merges, m)
	return nil
}

// readRows reads <sheetData>: what is usual quickly, and the rest strictly.
func (s *scanner) readRows() error {
	depth := s.x.Depth()
	for {
		if err := s.usualRows(); err != nil {
			return err
		}
		kind, err := s.x.Next()
		switch {
		case err != nil:
			return err
		case kind == zipxml.End && s.x.Depth() < depth:
			return nil
		case kind != zipxml.Start:
		case string(s.x.Name()) == "row":
			err = s.readRow()
		default:
			err = s.x.Skip()
		}
		if err != nil {
			return err
		}
	}
}

// readRow reads the row that just began.
func (s *scanner) readRow() error {
	number := s.row.Number + 1
	if r, ok := s.x.Attr("r"); ok {
		n, ok := parseInt(r, sheet.MaxRows)
		if !ok {
			return s.x.Fault(fmt.Sprintf("%q is not a row number", r))
		}
		if n < number {
			return s.x.Fault(fmt.Sprintf("row %d comes after row %d", n, s.row.Number))
		}
		number = n
	}
	if number > sheet.MaxRows {
		return s.x.Fault("more rows than a sheet can have")
	}
	hidden, _ := s.x.Attr("hidden")
	s.row = sheet.Row{Number: number, Hidden: isTrue(hidden), Cells: s.row.Cells[:0]}
	s.setRef()
	return s.readCells()
}

// readCells reads the cells that are left of the row, and its end.
func (s *scanner) readCells() error {
	depth := s.x.Depth()
	for {
		s.usualWithin()
		kind, err := s.x.Next()
		if err != nil {
			return err
		}
		switch kind {
		case zipxml.Start:
			if string(s.x.Name()) == "c" {
				err = s.readCell()
			} else {
				err = s.x.Skip()
			}
			if err != nil {
				return err
			}
		case zipxml.End:
			if s.x.Depth() < depth {
				return s.emit()
			}
		}
	}
}

// emit hands out the row, if there is anything to it.
func (s *scanner) emit() error {
	if len(s.row.Cells) == 0 && !s.row.Hidden {
		return nil
	}
	s.out = s.row // the visitor may change what it is given
	s.visitErr = s.visit(&s.out)
	return s.visitErr
}

// place reads where the cell that just began stands. Cells without a reference follow the one before.
func (s *scanner) place() (col int, err error) {
	last := 0
	if n := len(s.row.Cells); n > 0 {
		last = s.row.Cells[n-1].Col
	}
	col = last + 1
	if ref, ok := s.x.Attr("r"); ok {
		r, c, ok := parseRef(ref)
		switch {
		case !ok:
			return 0, s.x.Fault(fmt.Sprintf("%q is not a cell", ref))
		case r != s.row.Number:
			return 0, s.x.Fault(fmt.Sprintf("cell %s stands in row %d", ref, s.row.Number))
		case c <= last:
			return 0, s.x.Fault(fmt.Sprintf("cell %s comes after cell %s", ref, sheet.A1(r, last)))
		}
		col = c
	}
	if col > sheet.MaxCols {
		return 0, s.x.Fault(fmt.Sprintf("row %d has more cells than a sheet has columns", s.row.Number))
	}
	if s.cells++; s.cells > s.book.limits.Cells {
		return 0, sheet.Exceeds(s.book.file, s.name, sheet.A1(s.row.Number, col), sheet.LimitCells, s.book.limits.Cells)
	}
	return col, nil
}

// fault makes an input error that points at a cell of the current row.
func (s *scanner) fault(col int, what string) error {
	f := s.x.Fault(what)
	f.Sheet, f.Cell = s.name, sheet.A1(s.row.Number, col)
	return f
}

// parseInt reads a number from 1 to limit.
func parseInt(b []byte, limit int) (n int, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' || n > limit {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n >= 1 && n <= limit
}

// parseRef is sheet.ParseA1 for the form that books use, without a detour over strings.
func parseRef(b []byte) (row, col int, ok bool) {
	i := 0
	for i < len(b) && i < 3 && b[i] >= 'A' && b[i] <= 'Z' {
		col = col*26 + int(b[i]-'A') + 1
		i++
	}
	if i > 0 && col <= sheet.MaxCols {
		if row, ok = parseInt(b[i:], sheet.MaxRows); ok {
			return row, col, true
		}
	}
	return sheet.ParseA1(string(bytes.TrimSpace(b)))
}
