package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/period"
)

// The national monthly books, read by the example's configuration: nearly every published figure of the index comes out
// with its value, its industry and what it is compared with. What does not is listed.
func TestGSOMonthly(t *testing.T) {
	books := sheettest.Shared(t, "corpus/gso_monthly/raw")
	truth := sheettest.Shared(t, "corpus/gso_monthly/truth/visible/iip_cells.csv")
	dir := t.TempDir()
	copyTree(t, "../../examples/gso-monthly", filepath.Join(dir, "examples/gso-monthly"))
	env := map[string]string{"STATLOOM_GSO_BOOKS": books}
	const config = "examples/gso-monthly/config.yaml"
	statloom(t, dir, env, "run", "--config", config).must(t, 0)

	// A value that a later book repeats stays with the cell that said it first, so what a book says is looked up as the
	// state of knowledge at its date.
	known := map[string]string{}
	for _, r := range query(t, dir, config, `SELECT s.name[1:10], i.industry, i.comparison, i.time_period, i.obs_value
		FROM (SELECT DISTINCT name, vintage_from AS day FROM iip_history JOIN snapshots USING (snapshot_id)) s
		JOIN iip_history i ON i.vintage_from <= s.day AND (i.vintage_to IS NULL OR i.vintage_to > s.day)`, env) {
		known[strings.Join(r[:4], "|")] = r[4]
	}
	codes := industryCodes(t, dir)
	have, err := filepath.Glob(filepath.Join(books, "*.xlsx"))
	if err != nil || len(have) == 0 {
		t.Fatalf("no books: %v", err)
	}
	dates := map[string]bool{}
	for _, b := range have {
		dates[filepath.Base(b)[:10]] = true
	}
	var wrong []string
	cells := 0
	for _, c := range truthCells(t, truth) {
		if !dates[c.date] {
			continue
		}
		cells++
		key := strings.Join([]string{c.date, codes[fold.Label(c.label)], c.relation, c.period}, "|")
		got, err := strconv.ParseFloat(known[key], 64)
		if err != nil || math.Abs(got-c.value) > 1e-9*math.Abs(c.value) {
			wrong = append(wrong, fmt.Sprintf("%s %s!%s %q: %q, want %v (%s)", c.date, c.sheet, c.cell, c.label, known[key], c.value, key))
		}
	}
	right := float64(cells-len(wrong)) / float64(cells)
	t.Logf("%d of %d cells right (%.4f); the others:\n%s", cells-len(wrong), cells, right, strings.Join(wrong, "\n"))
	if cells < 4000 || right < 0.995 {
		t.Errorf("%.4f of %d cells are right, want 0.995 of 4000 or more", right, cells)
	}
}

type truthCell struct {
	date, sheet, cell, label, relation, period string
	value                                      float64
}

func truthCells(t *testing.T, file string) []truthCell {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var cells []truthCell
	for _, r := range records[1:] { // report_date, sheet, row, col, value, label, header_text
		row, errRow := strconv.Atoi(r[2])
		col, errCol := strconv.Atoi(r[3])
		value, errValue := strconv.ParseFloat(r[4], 64)
		h, ok := period.ParseHeader(r[6], nil)
		if errRow != nil || errCol != nil || errValue != nil || !ok {
			t.Fatalf("truth row %q cannot be read", r)
		}
		cells = append(cells, truthCell{r[0], r[1], sheet.A1(row, col), r[5], h.Relation, h.Period.String(), value})
	}
	return cells
}

// industryCodes maps folded labels to codes, by the names and aliases of the example's code list.
func industryCodes(t *testing.T, dir string) map[string]string {
	t.Helper()
	codes := map[string]string{}
	text, err := os.ReadFile(filepath.Join(dir, "examples/gso-monthly/codes/iip_industry.csv"))
	if err != nil {
		t.Fatal(err)
	}
	records := readCSV(t, string(text))
	column := map[string]int{}
	for i, name := range records[0] {
		column[name] = i
	}
	for _, r := range records[1:] {
		if r[column["valid_to"]] != "" {
			continue // no longer valid when the .xlsx books began
		}
		names := append(strings.Split(r[column["aliases"]], "|"), r[column["name_vi"]], r[column["name_en"]])
		for _, n := range names {
			codes[fold.Label(n)] = r[column["code"]]
		}
	}
	return codes
}
