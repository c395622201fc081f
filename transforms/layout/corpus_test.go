package layout_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/layout"
)

// truth is what a published tidy table says of one cell.
type truth struct {
	value  string
	labels []string // of the row and the column, without order
	corner string   // a label that may be missing
	joined string   // where the truth gives it: the column's header in one piece
}

type address struct {
	sheet    string
	row, col int
}

// score counts how many cells of the truth came out with the same number, and with the same labels too.
type score struct {
	cells, found, exact int
	folded              map[string]string // labels already folded; few of them stand in many cells
}

func (s *score) check(t *testing.T, name string, recall, exact float64) {
	t.Helper()
	n := float64(max(s.cells, 1))
	t.Logf("%s: %d cells, value recall %.4f, exact %.4f", name, s.cells, float64(s.found)/n, float64(s.exact)/n)
	if s.cells == 0 || float64(s.found)/n < recall || float64(s.exact)/n < exact {
		t.Errorf("%s: want value recall >= %.4f and exact >= %.4f", name, recall, exact)
	}
}

func (s *score) add(want truth, got layout.CellOut) {
	s.cells++
	if !sameValue(want.value, got.Value) {
		return
	}
	s.found++
	if want.joined != "" {
		head := strings.ReplaceAll(s.label(strings.Join(got.ColPath, "")), " ", "")
		if len(got.RowPath) > 0 && s.label(got.RowPath[len(got.RowPath)-1]) == s.label(want.labels[0]) &&
			head == strings.ReplaceAll(s.label(want.joined), " ", "") {
			s.exact++
		}
		return
	}
	have := make(map[string]bool)
	for _, l := range append(append([]string(nil), got.RowPath...), got.ColPath...) {
		have[s.label(l)] = true
	}
	wanted := make(map[string]bool)
	for _, l := range want.labels {
		wanted[s.label(l)] = true
	}
	for l := range have {
		if !wanted[l] && l != s.label(want.corner) && l != s.label(got.Title) {
			return
		}
	}
	for l := range wanted {
		if !have[l] {
			return
		}
	}
	s.exact++
}

func sameValue(want string, got *float64) bool {
	if want == "" || got == nil {
		return want == "" && got == nil
	}
	v, err := strconv.ParseFloat(want, 64)
	return err == nil && math.Abs(v-*got) <= 1e-9*math.Max(1, math.Abs(v))
}

var footnote = regexp.MustCompile(`\(\d{1,2}\)`)

func (s *score) label(text string) string {
	l, ok := s.folded[text]
	if !ok {
		l = strings.Trim(strings.ToLower(fold.Space(footnote.ReplaceAllString(text, ""))), " :.-")
		if s.folded == nil {
			s.folded = make(map[string]string)
		}
		s.folded[text] = l
	}
	return l
}

// rowsOf reads a CSV file, gzipped or not, as maps from column name to text.
func rowsOf(t *testing.T, path string, visit func(map[string]string)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(in)
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	names := append([]string(nil), head...)
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		row := make(map[string]string, len(names))
		for i, n := range names {
			row[n] = rec[i]
		}
		visit(row)
	}
}

func place(row map[string]string) address {
	r, _ := strconv.Atoi(row["row"])
	c, _ := strconv.Atoi(row["col"])
	return address{row["sheet"], r, c}
}

// compareBook adds a book's cells to the score; a cell that is not given counts as not found.
func compareBook(t *testing.T, path string, want map[address]truth, s *score) {
	t.Helper()
	got := make(map[address]layout.CellOut)
	book := open(t, path)
	defer book.Close()
	for i, info := range book.Sheets() {
		g, err := sheet.Load(t.Context(), book, i)
		if err != nil {
			t.Fatal(err)
		}
		for c := range layout.Cells(g, layout.Recognise(g)) {
			if at := (address{info.Name, c.Row, c.Col}); want[at].labels != nil {
				got[at] = c
			}
		}
	}
	for at, w := range want {
		c, ok := got[at]
		if !ok {
			s.cells++
			continue
		}
		s.add(w, c)
	}
}

// TestMonthlyBooks reads the table of the industrial production index in every monthly book.
func TestMonthlyBooks(t *testing.T) {
	dir := filepath.Join(corpus(t), "gso_monthly")
	books := make(map[string]map[address]truth)
	rowsOf(t, filepath.Join(dir, "truth/visible/iip_cells.csv"), func(row map[string]string) {
		if books[row["report_date"]] == nil {
			books[row["report_date"]] = make(map[address]truth)
		}
		books[row["report_date"]][place(row)] = truth{value: row["value"], labels: []string{row["label"]}, joined: row["header_text"]}
	})
	var s score
	paths, err := filepath.Glob(filepath.Join(dir, "raw/*.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if want := books[filepath.Base(path)[:10]]; want != nil {
			compareBook(t, path, want, &s)
		}
	}
	s.check(t, "monthly books", 0.9999, 0.9999)
}

// TestCensusBook reads 33 tables with up to three header lines and four levels of labels.
func TestCensusBook(t *testing.T) {
	if testing.Short() {
		t.Skip("compares 270,000 cells")
	}
	dir := filepath.Join(corpus(t), "nzcensus2013")
	want := make(map[address]truth)
	rowsOf(t, filepath.Join(dir, "truth/visible.csv.gz"), func(row map[string]string) {
		w := truth{value: row["value"], corner: row["row_header1"], labels: []string{}}
		for _, name := range []string{"col_header1", "col_header2", "col_header3", "row_header2", "row_header3", "row_header4"} {
			if row[name] != "" {
				w.labels = append(w.labels, row[name])
			}
		}
		want[place(row)] = w
	})
	paths, err := filepath.Glob(filepath.Join(dir, "raw/*.xlsx"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("the census book is not there: %v", err)
	}
	var s score
	compareBook(t, paths[0], want, &s)
	s.check(t, "census book", 0.999, 0.99)
}
