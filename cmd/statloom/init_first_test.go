package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Who types is asked for a book and whether to run it, and sees the page.
func TestFirstHour(t *testing.T) {
	t.Parallel()
	const book = "Industrial output by activity,,\nUnit: billion dong,,\n\n,2022,2023\nTotal,300.5,310.5\nMining,100,110\nManufacturing,200.5,200.5\n"
	for name, c := range map[string]struct {
		args            []string
		typed           string
		books           []string
		refuses         bool // the browser
		says, doesntSay string
		opened          bool
	}{
		"asked":       {typed: "out put.csv\n\n", books: []string{"out put.csv"}, says: "Books in this folder:\n  out put.csv\nWhich book", opened: true},
		"pattern":     {typed: "o*.csv\ny\n", books: []string{"one.csv", "out.csv"}, says: "Run it now", opened: true},
		"not now":     {typed: "out.csv\nn\n", books: []string{"out.csv"}, doesntSay: "Published"},
		"no book":     {typed: "\n", books: []string{"out.csv"}, says: "0 datasets", doesntSay: "Run it now"},
		"named":       {args: []string{"out.csv"}, typed: "\n", books: []string{"out.csv"}, doesntSay: "Which book", opened: true},
		"told to run": {args: []string{"--run", "out.csv"}, books: []string{"out.csv"}, doesntSay: "Run it now", opened: true},
		"no browser":  {args: []string{"--run", "out.csv"}, books: []string{"out.csv"}, refuses: true, says: "open data/current/report/index.html in a browser", opened: true},
		"end of file": {args: []string{"out.csv"}, books: []string{"out.csv"}, doesntSay: "Published"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, b := range c.books {
				if err := os.WriteFile(filepath.Join(dir, b), []byte(book), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var out, errs bytes.Buffer
			s := testSystem(dir, nil, &out, &errs)
			s.in, s.terminal, s.typed = strings.NewReader(c.typed), true, true
			var opened []string
			s.open = func(_ context.Context, file string) error {
				opened = append(opened, file)
				if c.refuses {
					return errors.New("no browser")
				}
				return nil
			}
			if code := run(t.Context(), append([]string{"init", "--no-color"}, c.args...), s); code != 0 {
				t.Fatalf("exit code %d\n%s%s", code, &out, &errs)
			}
			if c.says != "" && !strings.Contains(out.String(), c.says) || c.doesntSay != "" && strings.Contains(out.String(), c.doesntSay) {
				t.Errorf("it says\n%s", &out)
			}
			var want []string
			if c.opened {
				page := filepath.Join(dir, "data", "current", "report", "index.html")
				want = append(want, page)
				if _, err := os.Stat(page); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(want, opened); diff != "" {
				t.Error(diff)
			}
		})
	}
}
