package html

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/sources/sheet/xlsx"
)

// TestAgainstLibreOffice has LibreOffice save real books as pages and compares what is read of them, in order, with what
// the reader of the books reads. It needs soffice: STATLOOM_LIBREOFFICE=1 runs it.
func TestAgainstLibreOffice(t *testing.T) {
	if os.Getenv("STATLOOM_LIBREOFFICE") != "1" {
		t.Skip("set STATLOOM_LIBREOFFICE=1 to compare with LibreOffice")
	}
	files, err := filepath.Glob(filepath.Join(sheettest.Shared(t, "corpus"), "gso_monthly/raw/*.xlsx"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	profile, dir := t.TempDir(), t.TempDir()
	compared := 0
	for i := 0; i < len(files); i += max(1, len(files)/6) {
		name := strings.TrimSuffix(filepath.Base(files[i]), ".xlsx")
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+profile, "--headless", "--convert-to", "html", "--outdir", dir, files[i])
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("convert: %v\n%s", err, out)
			}
			want, got := visible(t, xlsx.Format{}, files[i]), visible(t, Format{}, filepath.Join(dir, name+".html"))
			compared += len(got)
			for k := range max(len(want), len(got)) {
				if k >= len(want) || k >= len(got) || !same(&want[k], &got[k]) {
					t.Fatalf("value %d of %d and %d: %+v, want %+v", k, len(got), len(want), got[min(k, len(got)-1)], want[min(k, len(want)-1)])
				}
			}
		})
	}
	t.Logf("%d values compared", compared)
	if compared < 1000 {
		t.Error("too little was compared")
	}
}

// same compares values. Pages hold 15 digits of a number, and white space in another form.
func same(want, got *sheet.Cell) bool {
	switch want.Type {
	case sheet.Number, sheet.Date:
		return math.Abs(want.Num-got.Num) <= 1e-9*math.Max(1, math.Abs(want.Num)) && (got.Type == sheet.Number || got.Type == sheet.Date)
	}
	return want.Type == got.Type && strings.Join(strings.Fields(want.Text), " ") == strings.Join(strings.Fields(got.Text), " ")
}

// visible gives the values that a page shows: not those that are hidden or under a merged cell.
func visible(t *testing.T, format sheet.Format, path string) (cells []sheet.Cell) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := sheet.Open(t.Context(), []sheet.Format{format}, sheet.Input{Name: path, Data: strings.NewReader(string(data)), Size: int64(len(data))}, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i, info := range b.Sheets() {
		if info.Hidden {
			continue
		}
		g, err := sheet.Load(t.Context(), b, i)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range g.Rows {
			for _, c := range row.Cells {
				m, merged := g.Merge(row.Number, c.Col)
				hidden := row.Hidden || merged && (m.Row1 != row.Number || m.Col1 != c.Col) || c.NoCache || strings.TrimSpace(c.Text) == ""
				for _, span := range g.HiddenCols {
					hidden = hidden || c.Col >= span.First && c.Col <= span.Last
				}
				if !hidden {
					cells = append(cells, c)
				}
			}
		}
	}
	return cells
}
