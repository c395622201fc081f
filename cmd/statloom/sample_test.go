package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/release"
)

func readCSV(t *testing.T, text string) [][]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return records
}

// The sample's indicators are what the generator's own numbers say, worked out apart from the program.
func TestSample(t *testing.T) {
	dir := wholeSample(t)
	first := statloom(t, dir, nil, "run").must(t, 0)
	for _, want := range []string{"200 doanh nghiệp", "11", "50", "SỐ LIỆU MINH HOẠ", "statloom.duckdb", "parquet", "manifest.json", "report/index.html"} {
		if !strings.Contains(first.out, want) {
			t.Errorf("the run does not say %q:\n%s", want, first.out)
		}
	}
	compareExpected(t, dir)

	second := statloom(t, dir, nil, "run").must(t, 0)
	if !strings.Contains(second.out, "nothing changed") {
		t.Errorf("a second run does not say that nothing changed:\n%s", second.out)
	}
	releases, err := os.ReadDir(filepath.Join(dir, "data/releases"))
	if err != nil || len(releases) != 1 {
		t.Errorf("%d releases after an unchanged run, %v", len(releases), err)
	}
	statloom(t, dir, nil, "release", "verify").must(t, 0)
}

func compareExpected(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile("../../examples/cantho/expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	records := readCSV(t, string(text))
	column := map[string]int{}
	for i, name := range records[0] {
		column[name] = i
	}
	got := map[string][]string{}
	for _, r := range query(t, dir, "config.yaml", `SELECT indicator, coalesce(field, ''), coalesce(standard, ''), coalesce(tier, definition, product, item, industry, ''), time_period,
		obs_value, obs_low, obs_high, obs_status, illustrative FROM indicators WHERE coalesce(denominator, '_T') = '_T'`, nil) {
		got[strings.Join(r[:5], "|")] = r[5:]
	}
	compared := 0
	for _, r := range records[1:] {
		cell := func(name string) string {
			if i, ok := column[name]; ok {
				return r[i]
			}
			return ""
		}
		key := strings.Join([]string{cell("indicator"), cell("field"), cell("standard"), cell("at"), cell("time_period")}, "|")
		have, ok := got[key]
		if !ok {
			t.Errorf("%s is missing", key)
			continue
		}
		compared++
		for i, name := range []string{"obs_value", "obs_low", "obs_high"} {
			if !closeTo(have[i], cell(name)) {
				t.Errorf("%s %s: %s, want %s", key, name, have[i], cell(name))
			}
		}
		if want := cell("obs_status"); want != "" && want != have[3] {
			t.Errorf("%s obs_status: %s, want %s", key, have[3], want)
		}
		if have[4] != "true" {
			t.Errorf("%s is not marked as illustrative", key)
		}
	}
	if compared < 100 {
		t.Errorf("only %d values compared", compared)
	}
}

func closeTo(have, want string) bool {
	if have == "" || want == "" {
		return have == want
	}
	a, errA := strconv.ParseFloat(have, 64)
	b, errB := strconv.ParseFloat(want, 64)
	return errA == nil && errB == nil && math.Abs(a-b) <= 5.001e-7 // expected.csv has six decimals
}

// A run that is killed at any moment leaves readers what they had, and the next run gives the very release that an
// undisturbed one gives: the same Parquet bytes, but for the two tables that tell times.
func TestKilledRunGoesOn(t *testing.T) {
	quiet := sample(t)
	started := time.Now()
	statloom(t, quiet, nil, "run").must(t, 0)
	took := time.Since(started)
	want := contents(t, quiet)

	killed := 0
	for i := 1; i <= 5; i += 2 {
		dir := sample(t)
		// Twice at different moments: also a run that goes on may be killed.
		killed += killAfter(t, dir, took*time.Duration(i)/6)
		killed += killAfter(t, dir, took*time.Duration(6-i)/12)
		statloom(t, dir, nil, "run").must(t, 0)
		if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
			t.Fatalf("killed after %d/6 of a run (-quiet +killed):\n%s", i, diff)
		}
		if entries, err := os.ReadDir(filepath.Join(dir, "data/staging")); err != nil || len(entries) > 0 {
			t.Errorf("%d unfinished releases are left, %v", len(entries), err)
		}
	}
	if killed < 2 {
		t.Errorf("only %d of 6 kills met a living process", killed)
	}
}

// killAfter starts a run in a process of its own and kills it; 1 says that it was still alive.
func killAfter(t *testing.T, dir string, after time.Duration, options ...string) int {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, append([]string{"-test.run=TestHelperProcess", "--"}, options...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "STATLOOM_TEST_RUN=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatalf("the run ended by itself: %v", err)
		}
		return 0
	case <-time.After(after):
	}
	if err := cmd.Process.Kill(); err != nil {
		return 0
	}
	<-done
	return 1
}

// TestHelperProcess is the process that TestKilledRunGoesOn kills.
func TestHelperProcess(t *testing.T) {
	if os.Getenv("STATLOOM_TEST_RUN") == "" {
		return
	}
	s := realSystem()
	os.Exit(run(t.Context(), append([]string{"run"}, flag.Args()...), s))
}

// contents maps the tables of a release to the hashes of their Parquet files, and the rows of all tables in DuckDB.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	m, err := release.ReadManifest(filepath.Join(dir, "data/current"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range m.Files {
		name := filepath.Base(f.Path)
		if strings.HasSuffix(name, ".parquet") && name != "snapshots.parquet" && name != "runs.parquet" {
			found[f.Path] = f.SHA256
		}
	}
	for _, table := range m.Tables {
		found["rows of "+table.Name] = fmt.Sprint(table.Rows)
		if table.Name != "snapshots" && table.Name != "runs" {
			found["hash of "+table.Name] = query(t, dir, "config.yaml", "SELECT coalesce(bit_xor(hash(t)), 0) FROM "+table.Name+" t", nil)[0][0]
		}
	}
	return found
}
