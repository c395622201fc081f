package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// notRun are the commands and queries of the documentation that are not run here, by how they begin, with the reason.
var notRun = map[string]string{
	"python3 -m venv":                    "tools/clients does it, with these packages among others",
	"duckdb ":                            "DuckDB's own program is not packaged; tools/clients asks the same by its Python client",
	"psql ":                              "needs a server that others reach; the tests of sinks/postgres read theirs as other roles",
	"CREATE ROLE":                        "needs a server; the tests of sinks/postgres grant rights and look at them after a swap",
	"SELECT * FROM read_parquet('/path/": "is a model of Rill's; tools/clients reads every file by read_parquet",
	"npm ":                               "Evidence",
	"npx ":                               "Evidence",
	"cd reports":                         "Evidence",
	"mkdir -p sources":                   "Evidence",
	"printf 'name: statloom":             "Evidence",
	"cp ../data":                         "Evidence",
	"echo 'SELECT":                       "Evidence",
	"venv/bin/pip":                       "tools/clients installs them in versions that are pinned",
	"statloom verify":                    "makes a release again, which takes long; the script trace does it",
	"statloom test":                      "computes the sample anew; the script corrections does it",
	"statloom run --as-of":               "computes the sample anew; the script asof does it",
}

// TestDocumentation runs every command, query and configuration of README.md and docs; Python and R are run by tools/clients.
// Commands that only stand in a sentence must be ones that the program knows.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 10 {
		t.Fatalf("%v, %v", pages, err)
	}
	shared := sync1(func() string {
		dir := sample(t)
		statloom(t, dir, nil, "run").must(t, 0)
		return dir
	})
	used := map[string]bool{}
	for _, name := range append(pages, "../../README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w := &walker{page: filepath.Base(name), used: used}
		switch w.page {
		case "README.md":
			w.dir = newcomer(t)
			w.rename = [2]string{"gia_tri_san_xuat_cong_nghiep_tren", "gross_output"}
		case "tutorial.md":
			w.dir = t.TempDir()
		default:
			w.dir, w.sample = shared(), true
		}
		blocks := fences(t, w.page, text)
		t.Run(w.page, func(t *testing.T) {
			for _, b := range blocks {
				w.block(t, b)
			}
			w.inline(t, text)
		})
	}
	for begin := range notRun {
		if !used[begin] {
			t.Errorf("no command of the documentation begins with %q any more", begin)
		}
	}
}

// sync1 makes a value when it is first asked for.
func sync1[T any](make func() T) func() T {
	var made *T
	return func() T {
		if made == nil {
			v := make()
			made = &v
		}
		return *made
	}
}

// newcomer is the folder of somebody with a workbook of their own, and two of one office's monthly books.
func newcomer(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for to, from := range map[string]string{
		"yearbook.xlsx": "2025-06-27-nien-giam-2024-cong-nghiep.xlsx", "books/may.xlsx": "2023-06-30-nien-giam-2022-cong-nghiep.xlsx", "books/june.xlsx": "2025-06-27-nien-giam-2024-cong-nghiep.xlsx",
	} {
		copyTree(t, filepath.Join("../../examples/cantho/books", from), filepath.Join(dir, to))
	}
	return dir
}

// fence is a block of a page between ``` marks.
type fence struct {
	language, file, text string // file: what the block is the content of, or goes to the end of
}

var fenceMarks = regexp.MustCompile("(?ms)^( *)```([a-z]*)(?: (\\S+))?\n(.*?)^ *```$")

func fences(t *testing.T, page string, text []byte) []fence {
	t.Helper()
	var found []fence
	for _, m := range fenceMarks.FindAllSubmatch(text, -1) {
		body := regexp.MustCompile("(?m)^"+string(m[1])).ReplaceAll(m[4], nil)
		found = append(found, fence{string(m[2]), string(m[3]), string(body)})
	}
	if n := bytes.Count(text, []byte("```")); n != 2*len(found) {
		t.Fatalf("%s: %d marks of blocks, of which %d are understood", page, n, 2*len(found))
	}
	return found
}

// walker follows a page from block to block in a folder.
type walker struct {
	page   string
	dir    string
	sample bool      // the folder holds the sample
	rename [2]string // the name that init gives a dataset, and the one that the page goes on with
	used   map[string]bool
}

func (w *walker) block(t *testing.T, b fence) {
	t.Helper()
	switch b.language {
	case "python", "r": // tools/clients/check_docs.py
	case "": // a drawing
		if w.page != "architecture.md" {
			t.Errorf("a block has no language:\n%s", b.text)
		}
	case "csv":
		w.write(t, b.file, b.text)
	case "sh":
		for line := range strings.Lines(strings.ReplaceAll(b.text, "\\\n", " ")) {
			for _, command := range commands(line) {
				w.command(t, command)
			}
		}
	case "sql":
		if !w.excused(b.text) {
			w.query(t, b.text)
		}
	case "yaml":
		if b.file != "" || !w.sample {
			w.write(t, "config.yaml", w.read(t, "config.yaml")+"\n"+b.text)
			w.statloom(t, "validate")
			return
		}
		w.fragment(t, b.text)
	default:
		t.Errorf("a block of %s is not tested", b.language)
	}
}

// query runs a query of SQL, which has to give something unless it asks for what went wrong.
func (w *walker) query(t *testing.T, sql string) {
	t.Helper()
	out := w.statloom(t, "sql", "--format", "csv", "-c", sql)
	mayBeEmpty := regexp.MustCompile(`FROM (checks|quarantine|corrections)\b`).MatchString(sql)
	if rows := strings.Count(strings.TrimSpace(out), "\n"); rows == 0 && !mayBeEmpty {
		t.Errorf("%s\ngives nothing", sql)
	}
}

// Tables and macros that the documentation of SQL sends readers to have a comment each.
func TestDescribedInSQL(t *testing.T) {
	dir := sample(t)
	statloom(t, dir, nil, "run").must(t, 0)
	for _, command := range []string{".tables", ".macros", ".describe gross_output", ".describe growth_of"} {
		c := statloom(t, dir, nil, "sql", "--format", "csv", "-c", command).must(t, 0)
		for _, r := range readCSV(t, c.out)[1:] {
			if r[len(r)-1] == "" {
				t.Errorf("%s: %q has no comment", command, r[0])
			}
		}
	}
	if c := statloom(t, dir, nil, "sql", "-c", ".describe nothing"); c.code == 0 || !strings.Contains(c.err, `no table or macro "nothing"`) {
		t.Errorf("got %d, %s", c.code, c.err)
	}
}
