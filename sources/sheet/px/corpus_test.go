package px

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/cube"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/layout"
)

func openFile(t testing.TB, path string) *book {
	t.Helper()
	b, err := Format{}.Open(t.Context(), sheettest.Input(t, path), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return b.(*book)
}

// reading is what recognition makes of a sheet, without a recipe.
type reading struct {
	labels []string
	value  string // as stored
	status string
}

func read(t testing.TB, b sheet.Book, i int) (list []reading, tables []*layout.Table) {
	t.Helper()
	g, err := sheet.Load(t.Context(), b, i)
	if err != nil {
		t.Fatal(err)
	}
	s := layout.Recognise(g)
	for c := range layout.Cells(g, s) {
		list = append(list, reading{slices.Concat(c.RowPath, c.ColPath), g.At(c.Row, c.Col).Text, c.Status})
	}
	return list, s.Tables
}

// TestReadWithoutRecipe holds that every value of the files is recognised under exactly its labels, in every language.
func TestReadWithoutRecipe(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sheettest.Shared(t, "corpus/px_pyaxis"), "raw", "*.px"))
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	values := 0
	for _, file := range files {
		b := openFile(t, file)
		for i, p := range b.sheets {
			got, tables := read(t, b, i)
			total := cube.Product(p.table.Dims)
			// Lines of marks alone above the first number are taken for part of the header.
			skipped := leadingMarks(t, b, i)
			if int64(len(got))+skipped != total || len(tables) != 1 {
				t.Errorf("%s, %s: %d values in %d tables, want %d in one", filepath.Base(file), p.name, len(got), len(tables), total-skipped)
				continue
			}
			values += len(got)
			wrong := 0
			for n, r := range got {
				want := labelsAt(p.table.Dims, skipped+int64(n))
				if !slices.Equal(want, r.labels) && wrong < 3 && skipped == 0 {
					wrong++
					t.Errorf("%s, %s, value %d stands under %q, want %q", filepath.Base(file), p.name, n, r.labels, want)
				}
				if r.status != "A" && r.status != "M" {
					t.Errorf("%s, %s, value %d %q has the status %q", filepath.Base(file), p.name, n, r.value, r.status)
				}
			}
			if tables[0].Unit != strings.Join(strings.Fields("Unit: "+p.table.Unit), " ") || tables[0].Title != p.table.Titles[0] || len(tables[0].Notes) != len(p.table.Notes) {
				t.Errorf("%s: unit %q, title %q, %d notes", filepath.Base(file), tables[0].Unit, tables[0].Title, len(tables[0].Notes))
			}
		}
	}
	t.Logf("%d values", values)
}

// leadingMarks counts the values above the first number, in whole lines.
func leadingMarks(t *testing.T, b *book, i int) int64 {
	t.Helper()
	n, found := int64(0), false
	_, err := b.Scan(t.Context(), i, func(r *sheet.Row) error {
		found = found || slices.ContainsFunc(r.Cells, func(c sheet.Cell) bool { return c.Type == sheet.Number })
		if r.Number >= 5 && !found && len(r.Cells) > 1 {
			n += b.sheets[i].table.Width
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// labelsAt gives the labels of a value.
func labelsAt(dims []cube.Dim, value int64) []string {
	labels := make([]string, len(dims))
	for i := len(dims) - 1; i >= 0; i-- {
		n := int64(len(dims[i].Labels))
		labels[i] = dims[i].Labels[value%n]
		value /= n
	}
	return labels
}

// TestTruth compares a file with what others made of it.
func TestTruth(t *testing.T) {
	dir := sheettest.Shared(t, "corpus/px_pyaxis")
	f, err := os.Open(filepath.Join(dir, "truth", "2184.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want = want[1:]
	got, _ := read(t, openFile(t, filepath.Join(dir, "raw", "2184.px")), 0)
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	missing := 0
	code := regexp.MustCompile(`^[0-9]{2} `) // which another vintage of the file puts before the names of regions
	for i, w := range want {
		text := w[4]
		if text == "" {
			text = ".."
			missing++
		}
		w[0] = code.ReplaceAllString(w[0], "")
		if !slices.Equal(w[:4], got[i].labels) || !same(text, got[i].value) {
			t.Fatalf("value %d is %q, want %q", i, got[i], w)
		}
	}
	t.Logf("%d values, %d of them missing", len(want), missing)
}

func same(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return a == b || err1 == nil && err2 == nil && x == y
}
