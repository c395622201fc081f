package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/fold"
)

// gso is a folder with the example's configuration and a folder of books that starts empty. Its clock stands still, so that
// what was fetched when plays no part.
type gso struct {
	t          *testing.T
	dir, books string
}

func newGSO(t *testing.T) *gso {
	t.Helper()
	g := &gso{t: t, dir: t.TempDir()}
	g.books = filepath.Join(g.dir, "books")
	g.must(os.Mkdir(g.books, 0o755))
	copyTree(t, "../../examples/gso-monthly", filepath.Join(g.dir, "examples/gso-monthly"))
	file := filepath.Join(g.dir, g.config())
	text, err := os.ReadFile(file)
	g.must(err)
	var config map[string]any
	g.must(yaml.Unmarshal(unpublished(text), &config))
	// The index alone, whose history is told: the other tables of the books take as long again to read.
	keep(config, "datasets", "iip")
	keep(config, "indicators", "SI29")
	for _, part := range []string{"models", "targets", "checks", "tests", "corrections"} {
		delete(config, part)
	}
	text, err = yaml.Marshal(config)
	g.must(err)
	// Books of either format, whichever of them the example names.
	text = regexp.MustCompile(`STATLOOM_GSO_BOOKS\}/\*\.xlsx\b`).ReplaceAll(text, []byte(`STATLOOM_GSO_BOOKS}/*.xls*`))
	g.must(os.WriteFile(file, text, 0o644))
	return g
}

// keep leaves one entry of a list of the configuration.
func keep(config map[string]any, list, id string) {
	entries, _ := config[list].([]any)
	config[list] = slices.DeleteFunc(entries, func(e any) bool {
		entry, _ := e.(map[string]any)
		return entry["id"] != id
	})
}

func (g *gso) config() string { return "examples/gso-monthly/config.yaml" }

func (g *gso) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// add puts books into the folder of books.
func (g *gso) add(from string, names ...string) {
	g.t.Helper()
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(from, name))
		g.must(err)
		g.must(os.WriteFile(filepath.Join(g.books, name), content, 0o644))
	}
}

func (g *gso) env() map[string]string { return map[string]string{"STATLOOM_GSO_BOOKS": g.books} }

func (g *gso) call(args ...string) call {
	g.t.Helper()
	var out, errs bytes.Buffer
	s := testSystem(g.dir, g.env(), &out, &errs)
	s.now = func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
	code := run(g.t.Context(), append(args, "--config", g.config()), s)
	return call{code, out.String(), errs.String()}
}

func (g *gso) query(sql string) [][]string {
	g.t.Helper()
	return query(g.t, g.dir, g.config(), sql, g.env())
}

// data is the configuration's data folder.
func (g *gso) data() string {
	g.t.Helper()
	found, err := filepath.Glob(filepath.Join(g.dir, "*", "gso-monthly", "state.db"))
	g.must(err)
	if len(found) != 1 {
		g.t.Fatalf("the data folder is not found: %v", found)
	}
	return filepath.Dir(found[0])
}

// tables maps the tables of the current release to hashes of their rows, but for those that tell when something was fetched
// or failed.
func (g *gso) tables() map[string]string {
	g.t.Helper()
	found := map[string]string{}
	for _, r := range g.query("SELECT table_name FROM duckdb_tables() WHERE NOT internal UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal") {
		if name := r[0]; name != "snapshots" && name != "runs" && name != "checks" {
			found[name] = strings.Join(g.query(`SELECT count(*), coalesce(bit_xor(hash(t)), 0), coalesce(sum(hash(t) % 1000003), 0) FROM "` + name + `" t`)[0], " ")
		}
	}
	return found
}

// The books in whatever order they come: what is known in the end is the same, row for row. And what is known of every month
// is what the books say: first estimates, and what the next book made of them.
func TestGSOHistory(t *testing.T) {
	t.Parallel()
	from := sheettest.Shared(t, "corpus/gso_monthly/raw")
	pairs := revisionPairs(t, sheettest.Shared(t, "domain/iip_revisions.csv"))
	g := newGSO(t)
	entries, err := os.ReadDir(from)
	g.must(err)
	var books []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext == ".xlsx" || ext == ".xls" {
			books = append(books, e.Name())
		}
	}
	load := func(parts ...[]string) map[string]string {
		g.must(os.RemoveAll(g.books))
		g.must(os.Mkdir(g.books, 0o755))
		for i, part := range parts {
			g.add(from, part...)
			// A part of the books alone may be held back: the books around a change of form are not there to explain it.
			if c := g.call("run"); c.code != 0 && (c.code != 3 || i == len(parts)-1) {
				t.Fatalf("exit code %d\n%s", c.code, c.err)
			}
		}
		return g.tables()
	}
	want := load(books)
	t.Run("revisions", func(t *testing.T) { g.revisions(t, pairs) })
	t.Run("as of", func(t *testing.T) { g.asOf(t, "2019-06-30") })
	for name, shuffle := range map[string]func([]string){
		"reversed": slices.Reverse[[]string],
		"shuffled": func(list []string) {
			rand.New(rand.NewPCG(7, 7)).Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
		},
	} {
		t.Run(name, func(t *testing.T) {
			// All but what was read of the books begins anew: to read them again would only take time.
			data := g.data()
			for _, gone := range []string{"releases", "current", "state.db", "asof", "lake/origins", "lake/snapshots"} {
				g.must(os.RemoveAll(filepath.Join(data, gone)))
			}
			order := slices.Clone(books)
			shuffle(order)
			if d := cmp.Diff(want, load(order[:len(order)/2], order[len(order)/2:])); d != "" {
				t.Errorf("(-in order +%s)\n%s", name, d)
			}
		})
	}
}

// revisions compares what the release says of first estimates and their revisions with those that others took from the
// books. They rounded to four decimals.
func (g *gso) revisions(t *testing.T, pairs []revisionPair) {
	const rounding = 5.1e-5
	read := map[string]bool{}
	for _, r := range g.query("SELECT name[1:10] FROM snapshots") {
		read[r[0]] = true
	}
	codes := industryCodes(t, g.dir)
	at := map[string]string{} // industry, period and day -> what was known then
	for _, r := range g.query(`SELECT i.industry, i.time_period, s.name[1:10], i.obs_value FROM (SELECT DISTINCT name FROM snapshots) s
		JOIN iip_history i ON i.vintage_from <= s.name[1:10]::DATE AND (i.vintage_to IS NULL OR i.vintage_to > s.name[1:10]::DATE)
		WHERE i.comparison = 'same_period_last_year'`) {
		at[strings.Join(r[:3], " ")] = r[3]
	}
	type revision struct{ next, change string }
	told := map[string]revision{}
	for _, r := range g.query(`SELECT dimensions->>'industry', time_period, next_vintage::DATE, next_value - first_value FROM revisions
		WHERE dataset = 'iip' AND (dimensions->>'comparison') = 'same_period_last_year'`) {
		told[r[0]+" "+r[1]] = revision{r[2], r[3]}
	}
	close := func(text string, want float64) bool {
		got, err := strconv.ParseFloat(text, 64)
		return err == nil && math.Abs(got-want) <= rounding
	}
	single, both, wrong := 0, 0, []string{}
	for _, p := range pairs {
		key := codes[fold.Label(p.label)] + " " + p.period
		for _, side := range []struct {
			day   string
			value float64
		}{{p.first, p.firstValue}, {p.next, p.nextValue}} {
			if !read[side.day] {
				continue
			}
			single++
			if !close(at[key+" "+side.day], side.value) {
				wrong = append(wrong, fmt.Sprintf("%s %q in the book of %s: %q, want %v", p.period, p.label, side.day, at[key+" "+side.day], side.value))
			}
		}
		if !read[p.first] || !read[p.next] {
			continue
		}
		both++
		change := told[key].change
		if change == "" || told[key].next != p.next {
			change = "0" // the next book left it alone
		}
		if got, err := strconv.ParseFloat(change, 64); err != nil || math.Abs(got-(p.nextValue-p.firstValue)) > 2*rounding {
			wrong = append(wrong, fmt.Sprintf("%s %q revised by the book of %s: %s, want %v", p.period, p.label, p.next, change, p.nextValue-p.firstValue))
		}
	}
	right := 1 - float64(len(wrong))/float64(single+both)
	t.Logf("%d first or restated figures and %d revisions, %.4f right; the others:\n%s", single, both, right, strings.Join(wrong, "\n"))
	if single < 1400 || both < 30 || right < 0.995 {
		t.Errorf("%.4f of %d figures and %d revisions are right, want 0.995 of 1400 and 30", right, single, both)
	}
}

// asOf compares a run as of a day with what the whole release says of that day, and sees that the release stays.
func (g *gso) asOf(t *testing.T, day string) {
	current, err := os.Readlink(filepath.Join(g.data(), "current"))
	g.must(err)
	out := filepath.Join(t.TempDir(), "then")
	g.call("run", "--as-of", day, "--out", out).must(t, 0)
	if now, err := os.Readlink(filepath.Join(g.data(), "current")); err != nil || now != current {
		t.Errorf("current was %s and is %s, %v", current, now, err)
	}
	then := func(sql string) [][]string {
		c := statloom(t, g.dir, g.env(), "sql", "--file", filepath.Join(out, "statloom.duckdb"), "--format", "csv", "-c", sql).must(t, 0)
		return readCSV(t, c.out)[1:]
	}
	const columns = "industry, comparison, time_period, obs_value, snapshot_id, sheet, cell"
	want := g.query("SELECT " + columns + " FROM iip_asof('" + day + "') ORDER BY ALL")
	if d := cmp.Diff(want, then("SELECT "+columns+" FROM iip ORDER BY ALL")); d != "" || len(want) < 1000 {
		t.Errorf("%d rows (-macro +run)\n%s", len(want), d)
	}
	// The indicator is the index itself, so that what it was then can be told from the macro.
	want = g.query("SELECT industry, time_period, obs_value FROM iip_asof('" + day + "') WHERE comparison = 'same_period_last_year' AND freq = 'M' ORDER BY ALL")
	if d := cmp.Diff(want, then("SELECT industry, time_period, obs_value FROM indicators WHERE indicator = 'SI29' ORDER BY ALL")); d != "" {
		t.Errorf("indicators (-macro +run)\n%s", d)
	}
	if late := then("SELECT name FROM snapshots WHERE name >= '2019-07'"); len(late) > 0 {
		t.Errorf("books that came later: %v", late)
	}
}

type revisionPair struct {
	label, period, first, next string
	firstValue, nextValue      float64
}

func revisionPairs(t *testing.T, file string) []revisionPair {
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
	var pairs []revisionPair
	for _, r := range records[1:] { // year, month, label, first_report, first_value, next_report, next_value, revision_pp
		month, errMonth := strconv.Atoi(r[1])
		first, errFirst := strconv.ParseFloat(r[4], 64)
		next, errNext := strconv.ParseFloat(r[6], 64)
		if errMonth != nil || errFirst != nil || errNext != nil {
			t.Fatalf("row %q cannot be read", r)
		}
		pairs = append(pairs, revisionPair{r[2], fmt.Sprintf("%s-%02d", r[0], month), r[3], r[5], first, next})
	}
	return pairs
}
