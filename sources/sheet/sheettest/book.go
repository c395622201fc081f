// Package sheettest holds books for tests: one in memory, written in a notation people can read, and a book described in
// code that every format which can be written has to give back cell for cell.
package sheettest

import (
	"context"

	"github.com/statloom/statloom/sources/sheet"
)

// Book is a book in memory. Its fields may be changed freely before it is used.
type Book struct {
	List   []*Sheet
	Styles []sheet.Style // by StyleID; id 0 is the default style
}

// Sheet is one sheet of a Book.
type Sheet struct {
	Info sheet.Info
	Rows []sheet.Row // by ascending Number
	Tail sheet.Tail
}

var _ sheet.Book = (*Book)(nil)

// Format is "memory".
func (b *Book) Format() string { return "memory" }

// Sheets lists the sheets.
func (b *Book) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(b.List))
	for i, s := range b.List {
		infos[i] = s.Info
	}
	return infos
}

// Scan visits the rows of sheet i. Rows are handed out as copies, for visitors may keep none of them and change all.
func (b *Book) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	s := b.List[i]
	var buf []sheet.Cell
	for _, row := range s.Rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		buf = append(buf[:0], row.Cells...)
		row.Cells = buf
		if err := visit(&row); err != nil {
			return nil, err
		}
	}
	tail := s.Tail
	return &tail, nil
}

// Style gives the style with this id; an unknown id gives the default style.
func (b *Book) Style(id sheet.StyleID) *sheet.Style {
	if int(id) >= len(b.Styles) {
		return &sheet.Style{NumFmt: "General"}
	}
	return &b.Styles[id]
}

// Close does nothing.
func (b *Book) Close() error { return nil }

// styleID finds or adds a style.
func (b *Book) styleID(s sheet.Style) sheet.StyleID {
	for i, have := range b.Styles {
		if have == s {
			return sheet.StyleID(i)
		}
	}
	b.Styles = append(b.Styles, s)
	return sheet.StyleID(len(b.Styles) - 1)
}
