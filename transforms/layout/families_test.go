package layout_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/layout"
)

// figuresOf holds the figures of a book by their value, each with all that was understood of it.
type figuresOf map[string][]string

// understood reads a book: a figure's labels, the title and the name of its sheet make one folded text.
func understood(t *testing.T, path string) figuresOf {
	t.Helper()
	out := make(figuresOf)
	known := make(map[string]string)
	plain := func(s string) string {
		w, ok := known[s]
		if !ok {
			w = foldWords(s)
			known[s] = w
		}
		return w
	}
	for _, g := range grids(t, path) {
		for c := range layout.Cells(g, layout.Recognise(g)) {
			key := "none"
			if c.Value != nil {
				key = valueKey(*c.Value)
			}
			words := append(append(append([]string{c.Title, c.StubHead, g.Name, c.Unit}, c.RowPath...), c.ColPath...), "")
			for i := range words {
				words[i] = plain(words[i])
			}
			out[key] = append(out[key], "|"+strings.Join(words, "|"))
		}
	}
	return out
}

func valueKey(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

var noWord = regexp.MustCompile(`[^\pL\pN]+`)

// foldWords leaves letters without their accents, which the tidy data do without.
func foldWords(s string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ' || r == 'Đ':
			return 'd'
		}
		return r
	}, norm.NFD.String(fold.Label(s)))
	return strings.Trim(noWord.ReplaceAllString(plain, " "), " ")
}

// says reports whether a figure with all these words is there, spelled as here or as the exports spell them.
func (f figuresOf) says(value string, words []string) bool {
	key := "none"
	if v, err := strconv.ParseFloat(value, 64); err == nil {
		key = valueKey(v)
	}
next:
	for _, have := range f[key] {
		for _, w := range words {
			if strings.Contains(have, foldWords(w)) {
				continue
			}
			if other, ok := respelled[w]; !ok || !strings.Contains(have, foldWords(other)) {
				continue next
			}
		}
		return true
	}
	return false
}

// family is published tidy data and the books it was made of.
type family struct {
	name, truth string
	book        func(row map[string]string) string
	words       []string // columns whose texts the figure's labels must hold
	skip        []string // columns that the authors computed
	least       float64
}

// TestFamilies looks for each figure of published tidy data, which its authors made by hand or with code of their own, in
// what is understood of the book: with the same labels.
func TestFamilies(t *testing.T) {
	budget := func(kind string) func(map[string]string) string {
		return func(row map[string]string) string { return "vn_budget/raw/" + kind + "_" + row["year"] + ".xls" }
	}
	pci := func(row map[string]string) string {
		if row["year"] < "2010" {
			return "vn_pci/raw/PCI_" + row["year"] + ".xls"
		}
		return "vn_pci/raw/PCI_" + row["year"] + ".xlsx"
	}
	for _, f := range []family{
		{"budgets, final", "vn_budget/truth/final_visible.csv", budget("Final"), []string{"prov"}, []string{"net.trans"}, 0.87},
		{"budgets, planned", "vn_budget/truth/plan_visible.csv", budget("Plan"), []string{"prov"}, []string{"net.trans"}, 0.94},
		{"competitiveness", "vn_pci/truth/pci_visible.csv", pci, []string{"prov"}, []string{"pci_unweighted"}, 0.96},
		{"trade in services", "ons_its2018/truth/visible.csv",
			func(map[string]string) string {
				return "ons_its2018/raw/2018internationaltradeinservicesdatatables.xls"
			},
			[]string{"NUTS area name", "Industry Grouping", "Country or origin of trade", "Direction of Trade"}, nil, 0.999},
	} {
		t.Run(f.name, func(t *testing.T) { f.check(t) })
	}
}

func (f *family) check(t *testing.T) {
	books := make(map[string]figuresOf)
	all, found := 0, 0
	shown := 0
	rowsOf(t, filepath.Join(corpus(t), f.truth), func(row map[string]string) {
		path := filepath.Join(corpus(t), f.book(row))
		if books[path] == nil {
			if _, err := os.Stat(path); err != nil {
				return
			}
			books[path] = understood(t, path)
		}
		var words []string
		for _, w := range f.words {
			words = append(words, row[w])
		}
		for name, v := range row {
			if _, err := strconv.ParseFloat(v, 64); err != nil || name == "year" || slices.Contains(f.skip, name) {
				continue
			}
			all++
			if books[path].says(v, words) {
				found++
			} else if shown++; shown <= 12 && testing.Verbose() {
				fmt.Println("   missed", f.book(row), words, name, v)
			}
		}
	})
	share := float64(found) / float64(max(1, all))
	t.Logf("%d of %d figures are found with their labels (%.4f)", found, all, share)
	if share < f.least {
		t.Errorf("%.4f of the figures are found with their labels, want at least %.4f", share, f.least)
	}
}

// respelled are the labels that the author of the tidy frames spelled anew, and what the exports say.
var respelled = map[string]string{
	"Dack Lak": "Dak Lak", "Hanoi": "Ha Noi", "Trunong Sa": "Truong Sa", "Pleiku": "Playku", "China_b PR": "China, PR",
	"Korea_b PDR": "Korea, PDR", "Korea_b Republic of": "Korea, Republic of",
	"North Total Area And Central Coastal Area": "North Central Area and Central coastal area",
	"January": "Jan", "February": "Feb", "March": "Mar", "April": "Apr", "June": "Jun", "July": "Jul", "August": "Aug", "September": "Sep",
	"October": "Oct", "November": "Nov", "December": "Dec",
}

// TestPxWeb looks for each value of the tidy frames that were made of PX-Web exports, at its labels: nearly all exports
// must be complete.
func TestPxWeb(t *testing.T) {
	dir := filepath.Join(corpus(t), "gso_pxweb")
	paths, err := filepath.Glob(filepath.Join(dir, "truth/*.csv"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no frames: %v", err)
	}
	pairs, complete := 0, 0
	for _, path := range paths {
		raw := filepath.Join(dir, "raw", filepath.Base(path))
		if _, err := os.Stat(raw); err != nil {
			continue
		}
		got := understood(t, raw)
		all, found := 0, 0
		var rows []map[string]string
		rowsOf(t, path, func(row map[string]string) { rows = append(rows, row) })
		measures := measuresOf(rows)
		for _, row := range rows {
			var words []string
			for name, v := range row {
				if measures[name] {
					continue
				}
				words = append(words, v)
			}
			for name := range measures {
				if _, err := strconv.ParseFloat(row[name], 64); err != nil {
					continue
				}
				if all++; got.says(row[name], words) {
					found++
				}
			}
		}
		if pairs++; found == all {
			complete++
		} else {
			t.Logf("%s: %d of %d", filepath.Base(path), found, all)
		}
	}
	t.Logf("%d of %d exports are complete", complete, pairs)
	if complete*100 < pairs*95 {
		t.Errorf("%d of %d exports are complete, want 95 %%", complete, pairs)
	}
}

// measuresOf tells the columns of figures from those of labels: they hold more than words and years.
func measuresOf(rows []map[string]string) map[string]bool {
	out := make(map[string]bool)
	for _, row := range rows {
		for name, v := range row {
			if x, err := strconv.ParseFloat(v, 64); err == nil && !strings.Contains(v, "_") && (x != float64(int(x)) || x < 1900 || x > 2100) {
				out[name] = true
			}
		}
	}
	for _, row := range rows {
		for name, v := range row {
			if _, err := strconv.ParseFloat(v, 64); (err != nil || strings.Contains(v, "_")) && v != "" && v != "NA" {
				delete(out, name)
			}
		}
	}
	return out
}
