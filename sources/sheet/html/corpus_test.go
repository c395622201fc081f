package html

import (
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// TestCorpus checks that no real file of another format is taken for a page, and that what is taken for one is read.
func TestCorpus(t *testing.T) {
	files, pages := 0, 0
	for _, path := range sheettest.Corpus(t, 100) {
		in := sheettest.Input(t, path)
		head := make([]byte, min(in.Size, 4096))
		if _, err := in.Data.ReadAt(head, 0); err != nil {
			t.Fatal(err)
		}
		files++
		if !(Format{}).Match(head, in) {
			continue
		}
		pages++
		switch filepath.Ext(path) {
		case ".html", ".htm", ".xls":
		default:
			t.Errorf("%s is taken for a page", path)
		}
		b, err := sheet.Open(t.Context(), []sheet.Format{Format{}}, in, sheet.Limits{})
		if err == nil {
			_, err = sheettest.Dump(t.Context(), b)
		}
		if err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d files, %d of them pages", files, pages)
}
