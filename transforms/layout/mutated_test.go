package layout_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/delim"
	"github.com/statloom/statloom/sources/sheet/xls"
	"github.com/statloom/statloom/sources/sheet/xlsx"
	"github.com/statloom/statloom/transforms/layout"
)

// TestMutatedBooks damages real books in small ways: each is understood, or refused with an error that a user can read.
// STATLOOM_MUTATED is how many are tried.
func TestMutatedBooks(t *testing.T) {
	t.Parallel()
	n := 400
	if more, err := strconv.Atoi(os.Getenv("STATLOOM_MUTATED")); err == nil {
		n = more
	}
	var books [][]byte
	err := filepath.WalkDir(corpus(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch info, err := d.Info(); {
		case err != nil:
			return err
		case info.Size() > 100<<10 || info.Size() == 0:
			return nil
		}
		switch filepath.Ext(path) {
		case ".csv", ".xlsx", ".xls":
			data, err := os.ReadFile(path)
			books = append(books, data)
			return err
		}
		return nil
	})
	if err != nil || len(books) == 0 {
		t.Fatal(len(books), err)
	}
	understood := 0
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		data := mutated(r, books[r.IntN(len(books))])
		in := sheet.Input{Name: "b", Data: bytes.NewReader(data), Size: int64(len(data))}
		book, err := sheet.Open(t.Context(), []sheet.Format{xlsx.Format{}, xls.Format{}, delim.Format{}}, in, sheet.Limits{})
		for i := 0; err == nil && i < len(book.Sheets()); i++ {
			var g *sheet.Grid
			if g, err = sheet.Load(t.Context(), book, i); err != nil {
				break
			}
			err = fault.Guard(fault.Error{Sheet: g.Name}, func() error {
				for range layout.Cells(g, layout.Recognise(g)) {
					understood++
				}
				return nil
			})
		}
		var told *fault.Error
		var broken interface{ Stack() []byte }
		if err != nil && !errors.As(err, &told) || errors.As(err, &broken) {
			t.Errorf("seed %d: %v", seed, err)
			if broken != nil {
				t.Logf("%s", broken.Stack())
			}
		}
		if book != nil {
			book.Close()
		}
	}
	if understood == 0 {
		t.Error("nothing was understood of any book")
	}
}

// mutated changes a book in a few places; one that is an archive, in one of its parts.
func mutated(r *rand.Rand, data []byte) []byte {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || r.IntN(4) == 0 {
		return scratched(r, data)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	pick := r.IntN(len(archive.File))
	for i, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			return scratched(r, data)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return scratched(r, data)
		}
		if i == pick {
			text = scratched(r, text)
		}
		if to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store}); err == nil {
			_, _ = to.Write(text)
		}
	}
	_ = w.Close()
	return out.Bytes()
}

// scratched changes, drops, repeats and swells bytes.
func scratched(r *rand.Rand, data []byte) []byte {
	b := bytes.Clone(data)
	for range 1 + r.IntN(4) {
		if len(b) < 16 {
			return b
		}
		i := r.IntN(len(b))
		n := min(len(b)-i, 1+r.IntN(100))
		switch r.IntN(6) {
		case 0:
			b[i] = byte(r.IntN(256))
		case 1:
			b = append(b[:i:i], b[i+n:]...)
		case 2:
			j := r.IntN(len(b))
			b = append(b[:j:j], append(bytes.Clone(b[i:i+n]), b[j:]...)...)
		case 3:
			clear(b[i : i+min(n, 8)])
		case 4:
			b = append(b[:i:i], append([]byte("999999999"), b[i:]...)...)
		case 5:
			b = b[:max(i, len(b)/2)]
		}
	}
	return b
}
