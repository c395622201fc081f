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
	t.Parallel()
	books := sheettest.Shared(t, "corpus/gso_monthly/raw")
	truth := sheettest.Shared(t, "corpus/gso_monthly/truth/visible/iip_cells.csv")
	dir := t.TempDir()
	copyTree(t, "../../examples/gso-monthly", filepath.Join(dir, "examples/gso-monthly"))
	env := map[string]string{"STATLOOM_GSO_BOOKS": books}
	const config = "examples/gso-monthly/config.yaml"
	text, err := os.ReadFile(filepath.Join(dir, config))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, config), unpublished(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
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
	gsoTables(t, dir, config, env)
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

// The other monthly tables against an author's own series of them: what a book says of a label in its month. The author
// writes labels in one way for all years, so a label that the book does not have is found by its figures.
func gsoTables(t *testing.T, dir, config string, env map[string]string) {
	t.Helper()
	for _, c := range []struct {
		table, label, truth, where string
		columns                    []seriesColumn
		least                      float64
	}{
		{"products", "product", "spcn.csv", "true", []seriesColumn{
			{3, 8, "level", false, 0}, {4, 8, "level", true, 0}, {5, 8, "same_period_last_year", false, 100}, {6, 8, "cumulative", true, 100},
		}, 0.999},
		{"retail", "trade", "tongmuc.csv", "true", []seriesColumn{
			{3, 8, "level", false, 0}, {4, 8, "level", true, 0}, {5, 8, "same_period_last_year", false, 0}, {6, 8, "cumulative", true, 0},
		}, 0.99},
		// "Dầu thô" stands twice in some books with different figures and is set aside; the author has zeros for gaps.
		{"exports", "goods", "xk.csv", "measure = 'value'", []seriesColumn{
			{2, 6, "level", false, 0}, {3, 6, "level", true, 0}, {4, 6, "same_period_last_year", false, 100}, {5, 6, "cumulative", true, 100},
		}, 0.99},
	} {
		said := map[string]map[string]string{} // by book and label: what is said of it
		for _, r := range query(t, dir, config, fmt.Sprintf(`SELECT s.day, h.%s, h.comparison, h.time_period, h.obs_value
			FROM (SELECT DISTINCT name[1:10] AS day FROM snapshots) s
			JOIN %s_history h ON h.vintage_from <= s.day::TIMESTAMP AND (h.vintage_to IS NULL OR h.vintage_to > s.day::TIMESTAMP)
			WHERE %s`, c.label, c.table, c.where), env) {
			key := r[0] + "|" + fold.Label(r[1])
			if said[key] == nil {
				said[key] = map[string]string{}
			}
			said[key][r[2]+" "+r[3]] = r[4]
		}
		good, all := 0, 0
		text, err := os.ReadFile(sheettest.Shared(t, "corpus/gso_monthly/truth/visible/"+c.truth))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range readCSV(t, string(text))[1:] {
			right, wanted := hits(said, r, c.columns)
			good, all = good+right, all+wanted
		}
		share := float64(good) / float64(all)
		t.Logf("%s: %d of %d figures right (%.4f)", c.table, good, all, share)
		if all < 1000 || share < c.least {
			t.Errorf("%s: %.4f of %d figures are right, want %.4f of 1000 or more", c.table, share, all, c.least)
		}
	}
}

// seriesColumn is a column of an author's series: where it stands, where its date stands, and what it is of.
type seriesColumn struct {
	at, date   int
	comparison string
	toDate     bool
	plus       float64
}

// hits counts the figures of a row that its book says too. A book that is not there counts nothing.
func hits(said map[string]map[string]string, row []string, columns []seriesColumn) (best, wanted int) {
	day := row[columns[0].date]
	count := func(values map[string]string) (n int) {
		for _, c := range columns {
			want, err := strconv.ParseFloat(row[c.at], 64)
			if err != nil {
				continue
			}
			for _, key := range c.keys(row[c.date+1]) {
				if got, err := strconv.ParseFloat(values[key], 64); err == nil && math.Abs(got-want-c.plus) <= 1e-6*max(1, math.Abs(want)) {
					n++
					break
				}
			}
		}
		return n
	}
	known := false
	for key, values := range said {
		if strings.HasPrefix(key, day+"|") {
			known = true
			if n := count(values); key == day+"|"+fold.Label(row[1]) || n >= 2 || len(columns) == n {
				best = max(best, n)
			}
		}
	}
	if !known {
		return 0, 0
	}
	for _, c := range columns {
		if _, err := strconv.ParseFloat(row[c.at], 64); err == nil {
			wanted++
		}
	}
	return best, wanted
}

// keys are what the column may be called: a running total of one month is that month.
func (c seriesColumn) keys(month string) []string {
	p, ok := period.Parse(month)
	if !ok {
		return nil
	}
	if c.toDate {
		p = period.Of(period.Year(p.End.Year()).Start, p.End)
	}
	keys := []string{c.comparison + " " + p.String()}
	for _, other := range []string{"same_period_last_year", "cumulative"} {
		if c.comparison != "level" {
			keys = append(keys, other+" "+p.String())
		}
	}
	return keys
}
