package delim

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/layout"
)

// TestPXWeb reads exports of an office's data bank without a recipe and looks for every value of the tidy tables that
// someone made of them, under its labels. The author respelled names of places and shortened headers, so labels need only
// be alike.
func TestPXWeb(t *testing.T) {
	dir := sheettest.Shared(t, "corpus/gso_pxweb")
	files, err := filepath.Glob(filepath.Join(dir, "truth", "*.csv"))
	if err != nil || len(files) < 190 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	m := matcher{memo: map[[2]string]bool{}, plain: map[string]string{}}
	complete, values, found := 0, 0, 0
	for _, file := range files {
		wanted := truthOf(t, file)
		cells := cellsOf(t, filepath.Join(dir, "raw", filepath.Base(file)))
		missing := 0
		for _, w := range wanted {
			values++
			if slices.ContainsFunc(cells[w.value], func(c layout.CellOut) bool { return m.fits(w, c) }) {
				found++
				continue
			}
			if missing++; missing == 1 {
				t.Logf("%s lacks %v", filepath.Base(file), w)
			}
		}
		if missing == 0 {
			complete++
		}
	}
	t.Logf("%d of %d pairs complete, %d of %d values", complete, len(files), found, values)
	// In two the author corrected the year of a column; in one the header "50+" is taken for a number by the layout.
	if complete < len(files)-3 {
		t.Errorf("%d of %d pairs are complete", complete, len(files))
	}
}

// wanted is a value of a tidy table with the labels of its line and the name of its column.
type wanted struct {
	value  float64
	labels []string
	column string
}

func truthOf(t *testing.T, path string) (list []wanted) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head, lines := lines[0], lines[1:]
	isLabel := make([]bool, len(head))
	for i, name := range head {
		isLabel[i] = name == "year" || slices.ContainsFunc(lines, func(l []string) bool {
			_, err := strconv.ParseFloat(l[i], 64)
			return err != nil && l[i] != "" && l[i] != "NA"
		})
	}
	for _, line := range lines {
		var labels []string
		for i, v := range line {
			if isLabel[i] {
				labels = append(labels, v)
			}
		}
		for i, v := range line {
			if n, err := strconv.ParseFloat(v, 64); err == nil && !isLabel[i] {
				list = append(list, wanted{n, labels, head[i]})
			}
		}
	}
	return list
}

func cellsOf(t *testing.T, path string) map[float64][]layout.CellOut {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	b, err := sheet.Open(t.Context(), []sheet.Format{Format{}}, sheet.Input{Name: path, Data: f, Size: info.Size()}, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := sheet.Load(t.Context(), b, 0)
	if err != nil {
		t.Fatal(err)
	}
	cells := map[float64][]layout.CellOut{}
	for c := range layout.Cells(g, layout.Recognise(g)) {
		if c.Value != nil {
			cells[*c.Value] = append(cells[*c.Value], c)
		}
	}
	return cells
}

// matcher compares labels; it remembers what it compared.
type matcher struct {
	memo  map[[2]string]bool
	plain map[string]string
}

func (m *matcher) fits(w wanted, c layout.CellOut) bool {
	labels := slices.Concat(c.RowPath, c.ColPath)
	for _, want := range w.labels {
		if !slices.ContainsFunc(labels, func(l string) bool { return m.like(want, l) }) {
			return false
		}
	}
	all := m.fold(strings.Join(labels, " ") + c.Title + c.StubHead + c.Sheet)
	words := strings.Split(strings.ReplaceAll(w.column, "_b_", "_"), "_")
	hits := 0
	for _, word := range words {
		if strings.Contains(all, strings.TrimPrefix(word, "b")) { // the author's letter for an apostrophe
			hits++
		}
	}
	return hits*4 >= len(words)*3
}

func (m *matcher) like(want, label string) bool {
	key := [2]string{want, label}
	if known, ok := m.memo[key]; ok {
		return known
	}
	m.memo[key] = m.compare(want, label)
	return m.memo[key]
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

func (m *matcher) compare(want, label string) bool {
	a, b := m.fold(strings.ReplaceAll(want, "_b", "")), m.fold(label)
	if a == "" || b == "" {
		return false
	}
	if strings.Contains(b, a) || len(b) <= 9 && len(b) >= 3 && strings.HasPrefix(a, b[:3]) { // April, Apr.
		return true
	}
	if d := levenshtein.ComputeDistance(a, b); d*100 <= 35*max(len(a), len(b)) {
		return true
	}
	words := notWord.Split(strings.ToLower(want), -1)
	hits := 0
	for _, w := range words {
		if strings.Contains(b, w) {
			hits++
		}
	}
	return len(words) > 2 && hits*10 >= len(words)*7
}

// fold keeps letters without their marks, and digits.
func (m *matcher) fold(s string) string {
	if known, ok := m.plain[s]; ok {
		return known
	}
	var out strings.Builder
	for _, r := range norm.NFD.String(strings.ReplaceAll(strings.ToLower(s), "%", "percent")) {
		if r == 'đ' {
			r = 'd'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out.WriteRune(r)
		}
	}
	m.plain[s] = out.String()
	return out.String()
}
