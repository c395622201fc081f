package main

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The committed books and expected values are those that the program makes. Workbooks are compared by the content of
// their parts, so that another version of the compressor changes nothing.
func TestCommittedFilesAreCurrent(t *testing.T) {
	example, out := "..", t.TempDir()
	if err := run(example, out); err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(out, "books", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 6 {
		t.Fatalf("made %d books, want 6", len(made))
	}
	for _, path := range made {
		name := filepath.Base(path)
		if diff := cmp.Diff(parts(t, filepath.Join(example, "books", name)), parts(t, path)); diff != "" {
			t.Errorf("%s is not current; run go run ./examples/cantho/generate (-committed +made):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(text(t, filepath.Join(example, "expected.csv")), text(t, filepath.Join(out, "expected.csv"))); diff != "" {
		t.Errorf("expected.csv is not current (-committed +made):\n%s", diff)
	}
}

// Every made-up sheet says that it is made up, both above the table and below it; the cited ones name their sources.
func TestSheetsSayWhatTheyAre(t *testing.T) {
	books, err := filepath.Glob(filepath.Join("..", "books", "*.xlsx"))
	if err != nil || len(books) == 0 {
		t.Fatalf("find books: %v, %d found", err, len(books))
	}
	for _, path := range books {
		strs := parts(t, path)["xl/sharedStrings.xml"]
		mark, want := "SỐ LIỆU MINH HOẠ", true
		if strings.Contains(path, "trich-dan") {
			if !strings.Contains(strs, "Nguồn - Source: ") {
				t.Errorf("%s names no source", path)
			}
			want = false
		}
		if got := strings.Contains(strs, mark); got != want {
			t.Errorf("%s holds %q: %v, want %v", path, mark, got, want)
		}
	}
}

func parts(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	defer z.Close()
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(content)
	}
	return all
}

func text(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
