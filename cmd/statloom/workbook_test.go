package main

import (
	"archive/zip"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
)

// workbook runs the sample and gives the path of its workbook.
func workbook(t *testing.T) (dir, path string) {
	t.Helper()
	dir = wholeSample(t)
	statloom(t, dir, nil, "run").must(t, 0)
	return dir, filepath.Join(dir, "data/current/statloom.xlsx")
}

// numbers gives the numeric cells of a book by sheet and place, and which of them are formulas.
func numbers(t *testing.T, path string) (values map[string]float64, formulas map[string]bool) {
	t.Helper()
	book := opened(t, path)
	defer book.Close()
	values, formulas = map[string]float64{}, map[string]bool{}
	for i, info := range book.Sheets() {
		_, err := book.Scan(t.Context(), i, func(r *sheet.Row) error {
			for _, c := range r.Cells {
				key := info.Name + "!" + strconv.Itoa(r.Number) + "," + strconv.Itoa(c.Col)
				if c.Formula {
					formulas[key] = true
				}
				if c.Type == sheet.Number {
					values[key] = c.Num
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return values, formulas
}

// charts counts the charts of a workbook.
func charts(t *testing.T, path string) (n int) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		if ok, _ := filepath.Match("xl/charts/chart*.xml", f.Name); ok {
			n++
		}
	}
	return n
}

// The sample's workbook holds the published values, most of them as formulas over its own data, and a chart an indicator.
func TestWorkbook(t *testing.T) {
	t.Parallel()
	dir, path := workbook(t)
	values, formulas := numbers(t, path)
	have := map[string]bool{}
	for key, x := range values {
		name, _, _ := strings.Cut(key, "!")
		have[name+" "+strconv.FormatFloat(x, 'g', -1, 64)] = true
	}
	published := 0
	for _, r := range query(t, dir, "config.yaml", "SELECT indicator, obs_value FROM indicators WHERE obs_value IS NOT NULL", nil) {
		x, err := strconv.ParseFloat(r[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if published++; !have[r[0]+" "+strconv.FormatFloat(x, 'g', -1, 64)] {
			t.Errorf("%s: %s is not on its sheet", r[0], r[1])
		}
	}
	if len(formulas) < published*9/10 {
		t.Errorf("%d formulas for %d values", len(formulas), published)
	}
	for key := range formulas {
		if _, ok := values[key]; !ok {
			t.Errorf("%s is a formula without a stored value", key)
		}
	}
	indicators := query(t, dir, "config.yaml", "SELECT count(DISTINCT indicator) FROM indicators", nil)[0][0]
	if n := charts(t, path); strconv.Itoa(n-1) != indicators { // one more is that of the targets
		t.Errorf("%d charts for %s indicators and the targets", n, indicators)
	}
}

// LibreOffice computes every formula of the sample's workbook, out of which the stored values have been taken, and comes to
// the values that were stored. STATLOOM_LIBREOFFICE=1 runs it.
func TestLibreOfficeComputesTheWorkbook(t *testing.T) {
	if os.Getenv("STATLOOM_LIBREOFFICE") != "1" {
		t.Skip("set STATLOOM_LIBREOFFICE=1 to compare with LibreOffice")
	}
	_, path := workbook(t)
	work := t.TempDir()
	bare := filepath.Join(work, "bare.xlsx")
	withoutStored(t, path, bare)
	cmd := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", filepath.Join(work, "out"), bare)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("convert: %v\n%s", err, out)
	}
	stored, formulas := numbers(t, path)
	computed, _ := numbers(t, filepath.Join(work, "out/bare.xlsx"))
	for key := range formulas {
		got, ok := computed[key]
		if want := stored[key]; !ok || math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
			t.Errorf("%s: LibreOffice computes %v (%v), stored is %v", key, got, ok, want)
		}
	}
	if got, want := charts(t, filepath.Join(work, "out/bare.xlsx")), charts(t, path); got != want {
		t.Errorf("LibreOffice finds %d charts, want %d", got, want)
	}
	t.Logf("%d formulas computed", len(formulas))
}

// withoutStored copies a workbook without the stored values of its formulas.
func withoutStored(t *testing.T, from, to string) {
	t.Helper()
	in, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	z := zip.NewWriter(out)
	stored := regexp.MustCompile(`(</f>)<v>[^<]*</v>`)
	for _, f := range in.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(f.Name, "xl/worksheets/") {
			data = stored.ReplaceAll(data, []byte("$1"))
		}
		w, err := z.Create(f.Name)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}
