package sheettest

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
)

// CheckPlaces reads cells of real books that are easily read wrongly. Each place is a file of the corpus, a sheet, a cell,
// and what is in it: its type, its value where it has one, and its text. Without a cell it is about the sheet, which is
// "hidden" or not.
func CheckPlaces(t *testing.T, f sheet.Format, places [][4]string) {
	t.Helper()
	for _, p := range places {
		file, name, cell, want := p[0], p[1], p[2], p[3]
		b, err := OpenFile(t, f, filepath.Join(Shared(t, "corpus"), file), sheet.Limits{})
		if err != nil {
			t.Error(err)
			continue
		}
		i := slices.IndexFunc(b.Sheets(), func(info sheet.Info) bool { return info.Name == name })
		if i < 0 {
			t.Errorf("%s has no sheet %q but %v", file, name, b.Sheets())
			continue
		}
		g, err := sheet.Load(t.Context(), b, i)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := describe(g, cell); got != want {
			t.Errorf("%s, %s!%s: %q, want %q", file, name, cell, got, want)
		}
	}
}

func describe(g *sheet.Grid, cell string) string {
	row, col, _ := sheet.ParseA1(cell)
	switch at := g.At(row, col); {
	case cell == "" && g.Hidden:
		return "hidden"
	case at == nil:
		return ""
	case at.NoCache:
		return "no cache"
	case at.Type == sheet.Number || at.Type == sheet.Date:
		return fmt.Sprint(at.Type, at.Num, " ", at.Text)
	default:
		return at.Type.String() + " " + at.Text
	}
}

// CheckTruth finds every figure that people read out of the monthly books whose names end so, at its sheet, row and column:
// at least so many.
func CheckTruth(t *testing.T, f sheet.Format, ending string, least int) {
	t.Helper()
	monthly := Shared(t, "corpus/gso_monthly")
	truth, err := os.Open(filepath.Join(monthly, "truth/visible/iip_cells.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer truth.Close()
	records, err := csv.NewReader(truth).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	byBook := map[string][][]string{} // report date -> sheet, row, col, value
	for _, r := range records[1:] {
		byBook[r[0]] = append(byBook[r[0]], r[1:5])
	}
	found := 0
	for date, figures := range byBook {
		files, err := filepath.Glob(filepath.Join(monthly, "*", date+"*"+ending))
		if err != nil || len(files) != 1 {
			continue // of another format
		}
		b, err := OpenFile(t, f, files[0], sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		found += checkFigures(t, b, date, figures)
	}
	t.Logf("%d figures found", found)
	if found < least {
		t.Errorf("only %d figures were looked for", found)
	}
}

// checkFigures finds the figures in their book, and gives how many were looked for.
func checkFigures(t *testing.T, b sheet.Book, date string, figures [][]string) (found int) {
	t.Helper()
	grids := map[string]*sheet.Grid{}
	for i, info := range b.Sheets() {
		var err error
		if grids[info.Name], err = sheet.Load(t.Context(), b, i); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range figures {
		row, _ := strconv.Atoi(f[1])
		col, _ := strconv.Atoi(f[2])
		want, err := strconv.ParseFloat(f[3], 64)
		g := grids[f[0]]
		if err != nil || g == nil {
			t.Fatalf("%s: sheet %q, value %q: %v", date, f[0], f[3], err)
		}
		got := g.At(row, col)
		if got == nil || got.Type != sheet.Number || math.Abs(got.Num-want) > 1e-9*math.Abs(want) {
			t.Errorf("%s, %s!%s: %+v, want %v", date, f[0], sheet.A1(row, col), got, want)
		}
		found++
	}
	return found
}
