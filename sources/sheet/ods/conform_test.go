package ods

import (
	"cmp"
	"slices"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// described is the book that formats have to give back. Merged ranges have no list of their own in this format: they come
// in the order of their cells.
func described() *sheettest.Book {
	b := sheettest.Described()
	for _, s := range b.List {
		slices.SortFunc(s.Tail.Merges, func(a, b sheet.Range) int { return cmp.Or(a.Row1-b.Row1, a.Col1-b.Col1) })
	}
	return b
}

func TestConform(t *testing.T) {
	b := described()
	styles, body := write(b)
	sheettest.Conform(t, Format{}, b, pack(t, map[string]string{"mimetype": mimetype, contentPart: content(styles, body)}))
}

func TestConformFlat(t *testing.T) {
	b := described()
	sheettest.Conform(t, Format{}, b, []byte(flat(write(b))))
}
