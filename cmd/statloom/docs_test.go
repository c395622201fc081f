package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every query of docs/sql.md runs on the sample, and but for those that ask for what went wrong each gives something.
func TestDocumentedSQL(t *testing.T) {
	text, err := os.ReadFile("../../docs/sql.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 15 {
		t.Fatalf("%d queries are found", len(blocks))
	}
	dir := sample(t)
	statloom(t, dir, nil, "run").must(t, 0)
	for _, b := range blocks {
		c := statloom(t, dir, nil, "sql", "--format", "csv", "-c", b[1])
		if c.code != 0 {
			t.Errorf("%s\n%s", b[1], c.err)
			continue
		}
		mayBeEmpty := regexp.MustCompile(`FROM (checks|quarantine|corrections)\b`).MatchString(b[1])
		if rows := strings.Count(strings.TrimSpace(c.out), "\n"); rows == 0 && !mayBeEmpty {
			t.Errorf("%s\ngives nothing", b[1])
		}
	}
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
