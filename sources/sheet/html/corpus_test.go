package html

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// TestCorpus checks that no real file of another format is taken for a page, and that what is taken for one is read.
func TestCorpus(t *testing.T) {
	files, pages := 0, 0
	err := filepath.WalkDir(sheettest.Shared(t, "corpus"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		head := make([]byte, min(info.Size(), 4096))
		if _, err := f.ReadAt(head, 0); err != nil {
			return err
		}
		files++
		in := sheet.Input{Name: path, Data: f, Size: info.Size()}
		if !(Format{}).Match(head, in) {
			return nil
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
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d of them pages", files, pages)
	if files < 100 {
		t.Errorf("only %d files", files)
	}
}
