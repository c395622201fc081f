package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/release"
)

// nightly is a folder with a configuration of two offices that publish books of several tables.
type nightly struct {
	t    testing.TB
	dir  string
	full bool // every run makes everything anew
}

const nightlyConfig = `
version: 1
name: {vi: Sách hằng tháng, en: Monthly books}
language: en
data: data
keep_releases: 3
sources:
  - {id: north, kind: file, producer: {vi: North, en: North}, licence: none, paths: ["north/*.csv"]}
  - {id: south, kind: file, producer: {vi: South, en: South}, licence: none, paths: ["south/*.csv"]}
code_lists:
  - {id: items, name: {vi: Items, en: Items}, file: items.csv, source: tests}
datasets:
  - &table
    id: iip
    name: {vi: Index, en: Index}
    source: north
    table:
      title: ^1\. index
      dimensions:
        - {id: item, name: {vi: Item, en: Item}, from: [row]}
      period: {from: [column]}
      unit: {value: '%'}
      vintage: {from: book, pattern: '^(\d{4}-\d{2}-\d{2})'}
  - <<: *table
    id: retail
    source: south
    table:
      title: ^2\. retail
      dimensions:
        - {id: item, name: {vi: Item, en: Item}, from: [row]}
      period: {from: [column]}
      unit: {value: '%'}
      vintage: {from: book, pattern: '^(\d{4}-\d{2}-\d{2})'}
  - <<: *table
    id: southern
    source: south
    table:
      title: ^1\. index
      dimensions:
        - {id: item, name: {vi: Item, en: Item}, from: [row], code_list: items}
      period: {from: [column]}
      unit: {value: '%'}
      vintage: {from: book, pattern: '^(\d{4}-\d{2}-\d{2})'}
sinks:
  - {kind: duckdb}
  - {kind: parquet}
`

func newNightly(t testing.TB, full bool) *nightly {
	n := &nightly{t: t, dir: t.TempDir(), full: full}
	n.write("config.yaml", nightlyConfig)
	items := "code,name_en\n"
	for i := range nightlyItems {
		items += fmt.Sprintf("I%d,Item %d\n", i, i)
	}
	n.write("items.csv", items)
	return n
}

const nightlyItems = 40

func (n *nightly) write(name, text string) {
	n.t.Helper()
	name = filepath.Join(n.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		n.t.Fatal(err)
	}
}

func nightlyName(office string, month int) string {
	return fmt.Sprintf("%s/%d-%02d-28-book.csv", office, 2001+month/12, 1+month%12)
}

// book publishes the book of a month: the last four months of every item, the last of which the next book restates for
// every third item.
func (n *nightly) book(office string, month, items int) {
	var b strings.Builder
	for t, title := range []string{"1. Index", "2. Retail", "3. Exports"} {
		fmt.Fprintf(&b, "%s,,,,\nItem", title)
		for k := month - 3; k <= month; k++ {
			fmt.Fprintf(&b, ",Tháng %d năm %d", 1+(k+12)%12, 2000+(k+12)/12)
		}
		b.WriteString("\n")
		for i := range items {
			fmt.Fprintf(&b, "Item %d", i)
			for k := month - 3; k <= month; k++ {
				x := nightlyValue(t, i, k)
				if k == month && i%3 == 0 {
					x++
				}
				fmt.Fprintf(&b, ",%.2f", x)
			}
			b.WriteString("\n")
		}
		b.WriteString(",,,,\n")
	}
	n.write(nightlyName(office, month), b.String())
}

// nightlyValue is what a table has of an item and a month in the end.
func nightlyValue(table, item, month int) float64 {
	return 100 + rand.New(rand.NewPCG(uint64(table*1000+item), uint64(month+100))).Float64()
}

func (n *nightly) run() string {
	n.t.Helper()
	args := []string{"run"}
	if n.full {
		args = append(args, "--full-refresh")
	}
	var out, errs bytes.Buffer
	if code := run(n.t.Context(), args, testSystem(n.dir, nil, &out, &errs)); code != 0 {
		n.t.Fatalf("exit code %d\n%s\n%s", code, &out, &errs)
	}
	return out.String() + errs.String()
}

// shared gives the tables whose Parquet file is the very file of the release before.
func (n *nightly) shared() string {
	n.t.Helper()
	m, err := release.ReadManifest(filepath.Join(n.dir, "data/current"))
	if err != nil {
		n.t.Fatal(err)
	}
	var same []string
	for _, f := range m.Files {
		now, err := os.Stat(filepath.Join(n.dir, "data/current", f.Path))
		if err != nil {
			n.t.Fatal(err)
		}
		before, err := os.Stat(filepath.Join(n.dir, "data/releases", m.Previous, f.Path))
		if err == nil && os.SameFile(now, before) {
			same = append(same, strings.TrimSuffix(filepath.Base(f.Path), ".parquet"))
		}
	}
	return strings.Join(same, " ")
}

// contents gives the hashes of the Parquet files of the current release and those of its tables in DuckDB, but for those that
// tell times.
func (n *nightly) contents() map[string]string {
	n.t.Helper()
	m, err := release.ReadManifest(filepath.Join(n.dir, "data/current"))
	if err != nil {
		n.t.Fatal(err)
	}
	found := map[string]string{}
	var hashes []string
	for _, t := range m.Tables {
		if t.Name != "snapshots" && t.Name != "runs" {
			hashes = append(hashes, fmt.Sprintf("SELECT '%[1]s', count(*), bit_xor(hash(t)), sum(hash(t) %% 1000003) FROM %[1]s t", t.Name))
		}
	}
	for _, f := range m.Files {
		if name := filepath.Base(f.Path); filepath.Ext(name) == ".parquet" && name != "snapshots.parquet" && name != "runs.parquet" {
			found[f.Path] = f.SHA256
		}
	}
	var out, errs bytes.Buffer
	if code := run(n.t.Context(), []string{"sql", "--format", "csv", "-c", strings.Join(hashes, " UNION ALL ")}, testSystem(n.dir, nil, &out, &errs)); code != 0 {
		n.t.Fatal(errs.String())
	}
	for _, line := range strings.Split(out.String(), "\n") {
		name, rest, _ := strings.Cut(line, ",")
		found["rows of "+name] = rest
	}
	if len(found) < 40 {
		n.t.Fatalf("there is little to compare: %v", found)
	}
	return found
}

// A run that takes over what has not changed publishes what a run that makes everything anew does: every row and every
// byte of the Parquet files.
func TestNightlyRunIsAFullRun(t *testing.T) {
	t.Parallel()
	const books = 34 // enough for a pack
	night, full := newNightly(t, false), newNightly(t, true)
	current := func(n *nightly, name string) string { return filepath.Join(n.dir, "data/current", name) }
	damage := func(n *nightly, name string) {
		if err := os.WriteFile(current(n, name), []byte("damaged"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config := func(n *nightly, old, new string) {
		text, err := os.ReadFile(filepath.Join(n.dir, "config.yaml"))
		if err != nil || !bytes.Contains(text, []byte(old)) {
			t.Fatal(err, old)
		}
		n.write("config.yaml", strings.Replace(string(text), old, new, 1))
	}
	const others, south = "code_lists concordances", " retail retail_history southern southern_history"
	for _, step := range []struct {
		name   string
		change func(n *nightly)
		shared string // tables whose files are taken over
		says   string
	}{
		{name: "first run", change: func(n *nightly) {
			for month := range books {
				n.book("north", month, 4)
			}
			n.book("south", 30, 8)
			n.book("south", 31, 8)
		}, says: fmt.Sprintf("%d tables read, 0 known", books+4)},
		{name: "a new book", change: func(n *nightly) { n.book("north", books, 4) },
			shared: others + south, says: fmt.Sprintf("1 tables read, %d known", books+4)},
		{name: "a book of the other office", change: func(n *nightly) { n.book("south", 32, 8) },
			shared: others + " iip iip_history", says: "2 tables read"},
		{name: "a book is withdrawn, another replaced", change: func(n *nightly) {
			if err := os.Remove(filepath.Join(n.dir, nightlyName("north", 20))); err != nil {
				t.Fatal(err)
			}
			n.book("north", 21, 3)
		}, shared: others + south, says: "1 tables read"},
		{name: "another name and a correction", change: func(n *nightly) {
			config(n, "name: {vi: Index, en: Index}", "name: {vi: Index, en: Index of production}")
			config(n, "sinks:\n", fmt.Sprintf(`corrections:
  - {id: c1, dataset: iip, key: {item: Item 1, time_period: 2003-01}, expected: %.2f, value: 2, reason: {vi: A slip, en: A slip}, date: 2004-01-01, by: N. N.}
sinks:
`, nightlyValue(0, 1, 24)))
		}, says: "0 tables read"},
		{name: "another code list", change: func(n *nightly) {
			config(n, "file: items.csv", "file: others.csv")
			n.write("others.csv", "code,name_en\nJ0,Item 0\nJ1,Item 1\n")
		}, says: "3 tables read"},
		{name: "the last release is damaged", change: func(n *nightly) {
			damage(n, "statloom.duckdb")
			n.book("north", books+1, 4)
		}, says: "1 tables read"},
		{name: "a file of it is damaged", change: func(n *nightly) {
			damage(n, "parquet/southern.parquet")
			n.book("north", books+2, 4)
		}, shared: others + " retail retail_history southern_history", says: "1 tables read"},
		{name: "its manifest is damaged", change: func(n *nightly) {
			damage(n, "manifest.json")
			n.book("north", books+3, 4)
		}, says: "1 tables read"},
	} {
		for _, n := range []*nightly{night, full} {
			step.change(n)
		}
		said := night.run()
		full.run()
		if !strings.Contains(said, step.says) {
			t.Errorf("%s: the run says\n%s\nwant %q", step.name, said, step.says)
		}
		if got := night.shared(); got != step.shared {
			t.Errorf("%s: the files of %q are taken over, want %q", step.name, got, step.shared)
		}
		if got := full.shared(); got != "" {
			t.Errorf("%s: a full refresh takes over the files of %q", step.name, got)
		}
		if d := cmp.Diff(full.contents(), night.contents()); d != "" {
			t.Fatalf("%s (-full +nightly)\n%s", step.name, d)
		}
	}
}

// BenchmarkNightly measures a run with one new book among 300 known ones, of which two of three datasets are made.
func BenchmarkNightly(b *testing.B) {
	n := newNightly(b, false)
	const known = 300
	for month := range known {
		n.book("north", month, nightlyItems)
	}
	n.book("south", 1, nightlyItems)
	n.run()
	for month := known; b.Loop(); month++ {
		n.book("north", month, nightlyItems)
		n.run()
	}
}
