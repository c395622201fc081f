package ods

import (
	"fmt"
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

// convert has LibreOffice convert a book and gives the new one's path.
func convert(t *testing.T, profile, path, kind string) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+profile, "--headless", "--convert-to", kind, "--outdir", dir, path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("convert: %v\n%s", err, out)
	}
	base := filepath.Base(path)
	return filepath.Join(dir, strings.TrimSuffix(base, filepath.Ext(base))+"."+kind)
}

// explained says why a difference to LibreOffice's conversion is none of ours, or gives "".
func explained(ours, theirs *sheet.Cell) string {
	switch {
	case ours == nil && theirs.Type == sheet.Error && theirs.Formula, ours != nil && ours.NoCache:
		return "a formula without a result, which LibreOffice calculates"
	case theirs == nil && ours.Type == sheet.Text && ours.Text == "":
		return "an empty text, which xlsx has no cell for"
	case ours == nil || theirs == nil:
		return ""
	case ours.Type == sheet.Text && ours.Text == "" && theirs.NoCache:
		return "a formula with an empty result, which LibreOffice writes without a value"
	case ours.Type == sheet.Error && theirs.Type == sheet.Error:
		return "an error, which LibreOffice calls by another name"
	case ours.Type == sheet.Number && theirs.Type == sheet.Bool && ours.Num == theirs.Num, ours.Type == sheet.Bool && ours.Num == theirs.Num:
		return "a truth value, which LibreOffice stores as a number"
	case theirs.Type == sheet.Text && ours.Type == sheet.Text && ours.Text == strings.ReplaceAll(theirs.Text, "\r\n", "\n"):
		return "line breaks of another system"
	}
	return ""
}

// sameValue compares values; LibreOffice writes 15 digits of a number.
func sameValue(ours, theirs *sheet.Cell) bool {
	if ours == nil || theirs == nil {
		return ours == theirs
	}
	switch ours.Type {
	case sheet.Number, sheet.Date:
		return theirs.Type == ours.Type && math.Abs(ours.Num-theirs.Num) <= 1e-9*math.Max(1, math.Abs(ours.Num))
	}
	return ours.Type == theirs.Type && ours.Num == theirs.Num && ours.Text == theirs.Text && ours.NoCache == theirs.NoCache
}

// gist is what matters of a number format: the places, per cent, thousands.
func gist(s *sheet.Style) string {
	code, _, _ := strings.Cut(s.NumFmt, ";")
	places := 0
	if _, after, ok := strings.Cut(code, "."); ok {
		places = len(after) - len(strings.TrimLeft(after, "0#?"))
	}
	return fmt.Sprint(places, strings.Contains(code, "%"), strings.Contains(code, "#,##"))
}

// spacesOfArial is the indent step that LibreOffice gives an xlsx book whose main font is Arial 10, in millimetres.
const spacesOfArial = 2.96

// compareLooks gives the reasons for differences between looks, or what cannot be explained.
func compareLooks(c *sheet.Cell, step float64, a, b sheet.Style) (reasons []string, unexplained string) {
	why := func(differs bool, reason string) {
		if differs {
			reasons = append(reasons, reason)
		}
	}
	if a.Font == "Liberation Sans" && b.Font == "Arial" {
		why(true, "the font Liberation Sans, which LibreOffice writes as Arial")
		a.Font = b.Font
	}
	if a.Indent > 0 && b.Indent == int(math.Round(float64(a.Indent)*step/spacesOfArial)) {
		why(a.Indent != b.Indent, "an indent, which LibreOffice measures anew in spaces of another font")
		a.Indent = b.Indent
	}
	if c.Type == sheet.Text && (a.Bold != b.Bold || a.Italic != b.Italic) {
		why(true, "a rich text, whose first run LibreOffice takes for the look of the cell")
		a.Bold, a.Italic = b.Bold, b.Italic
	}
	if p, q := gist(&a), gist(&b); p != q {
		return reasons, p + ", LibreOffice has " + q
	}
	a.NumFmt, b.NumFmt = "", ""
	if a != b {
		return reasons, fmt.Sprintf("%+v, LibreOffice has %+v", a, b)
	}
	return reasons, ""
}

// TestAgainstLibreOffice compares every cell with what LibreOffice makes of the book. It takes minutes and needs soffice:
// STATLOOM_LIBREOFFICE=1 runs it.
func TestAgainstLibreOffice(t *testing.T) {
	if os.Getenv("STATLOOM_LIBREOFFICE") != "1" {
		t.Skip("set STATLOOM_LIBREOFFICE=1 to compare with LibreOffice")
	}
	profile := t.TempDir()
	var files []string
	for _, path := range books(t) {
		switch filepath.Base(path) {
		case "pass_protected.ods", "issue_594_dos.ods", "large.ods": // refused; refused; twenty minutes of LibreOffice
		default:
			files = append(files, path)
		}
	}
	sources, err := filepath.Glob(filepath.Join(sheettest.Shared(t, "corpus"), "gso_monthly/raw/*.xls*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(sources); i += max(1, len(sources)/8) {
		files = append(files, convert(t, profile, sources[i], "ods"))
	}
	compared := 0
	reasons := map[string]int{}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			ours, err := openFile(t, path)
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(convert(t, profile, path, "xlsx"))
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := sheet.Open(t.Context(), []sheet.Format{xlsx.Format{}}, sheet.Input{Name: path, Data: strings.NewReader(string(data)), Size: int64(len(data))}, sheet.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if a, b := fmt.Sprint(ours.Sheets()), fmt.Sprint(theirs.Sheets()); a != b {
				t.Fatalf("sheets %s, LibreOffice has %s", a, b)
			}
			for i := range ours.Sheets() {
				compared += compareSheets(t, ours, theirs, i, stepOf(t, path), reasons)
			}
		})
	}
	t.Logf("%d cells compared; differences explained: %v", compared, reasons)
	if rich := reasons["a rich text, whose first run LibreOffice takes for the look of the cell"]; rich*1000 > compared {
		t.Errorf("%d cells are said to be rich texts", rich)
	}
	if compared < 1000 {
		t.Error("too little was compared")
	}
}

// stepOf gives the indent step that the reader finds in a book.
func stepOf(t *testing.T, path string) float64 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Format{}.Open(t.Context(), sheet.Input{Name: path, Data: strings.NewReader(string(data)), Size: int64(len(data))}, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return b.(*book).styles.step
}

func compareSheets(t *testing.T, ours, theirs sheet.Book, i int, step float64, reasons map[string]int) (compared int) {
	a, err := sheet.Load(t.Context(), ours, i)
	if err != nil {
		t.Fatal(err)
	}
	b, err := sheet.Load(t.Context(), theirs, i)
	if err != nil {
		t.Fatal(err)
	}
	for row := 1; row <= max(a.MaxRow, b.MaxRow); row++ {
		for col := 1; col <= max(a.MaxCol, b.MaxCol); col++ {
			x, y := a.At(row, col), b.At(row, col)
			if x == nil && y == nil {
				continue
			}
			compared++
			if !sameValue(x, y) {
				if why := explained(x, y); why != "" {
					reasons[why]++
				} else {
					t.Errorf("%s!%s: %+v, LibreOffice has %+v", a.Name, sheet.A1(row, col), x, y)
				}
				continue
			}
			whys, unexplained := compareLooks(x, step, *a.StyleOf(x), *b.StyleOf(y))
			for _, why := range whys {
				reasons[why]++
			}
			if unexplained != "" {
				t.Errorf("%s!%s: look %s", a.Name, sheet.A1(row, col), unexplained)
			}
			m, _ := a.Merge(row, col)
			if n, _ := b.Merge(row, col); m != n {
				t.Errorf("%s!%s: merged in %v, LibreOffice has %v", a.Name, sheet.A1(row, col), m, n)
			}
		}
	}
	for k := range a.Rows {
		row := a.Rows[k]
		for _, other := range b.Rows {
			if other.Number == row.Number && other.Hidden != row.Hidden {
				t.Errorf("%s: row %d is hidden: %t, LibreOffice has %t", a.Name, row.Number, row.Hidden, other.Hidden)
			}
		}
	}
	return compared
}
