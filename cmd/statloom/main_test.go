package main

import (
	"bytes"
	"crypto/rand"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"statloom": func() { main() },
	})
}

// TestCommands runs the scripts in testdata/script: what a user types and what comes of it.
func TestCommands(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("ROOT", root)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("SAMPLE", filepath.Join(e.WorkDir, ".sample.yaml"))
			return os.WriteFile(e.Getenv("SAMPLE"), leanSample(t), 0o644)
		},
	})
}

// call is one call of the program in a folder.
type call struct {
	code     int
	out, err string
}

func statloom(t *testing.T, dir string, env map[string]string, args ...string) call {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, testSystem(dir, env, &out, &errs))
	return call{code, out.String(), errs.String()}
}

func testSystem(dir string, env map[string]string, out, errs *bytes.Buffer) system {
	return system{
		in: strings.NewReader(""), out: out, err: errs, now: time.Now, random: rand.Reader, dir: dir, width: 120,
		env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	}
}

// must fails the test unless the call ended with the code.
func (c call) must(t *testing.T, code int) call {
	t.Helper()
	if c.code != code {
		t.Fatalf("exit code %d, want %d\nout: %s\nerr: %s", c.code, code, c.out, c.err)
	}
	return c
}

// sample copies the configuration and the example of the repository into a folder of the test, without the page and the
// workbook, which take long to make.
func sample(t *testing.T) string {
	t.Helper()
	dir := wholeSample(t)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), leanSample(t), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// leanSample is the repository's configuration without the page and the workbook, and with one thread: so little data is made
// with the least work by one.
func leanSample(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lean := bytes.Replace(unpublished(text), []byte("\n  threads: 2\n"), []byte("\n  threads: 1\n"), 1)
	if bytes.Equal(lean, text) {
		t.Fatal("the sample's configuration is lean already")
	}
	return lean
}

// unpublished is a configuration without the page and the workbook.
func unpublished(text []byte) (kept []byte) {
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("  - kind: excel")) && !bytes.HasPrefix(line, []byte("  - kind: report")) {
			kept = append(kept, line...)
		}
	}
	return kept
}

// wholeSample copies the configuration and the example of the repository into a folder of the test as they are.
func wholeSample(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, path := range []string{"config.yaml", "examples/cantho/books", "examples/cantho/codes", "examples/cantho/sql"} {
		copyTree(t, filepath.Join("../..", path), filepath.Join(dir, path))
	}
	return dir
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// query asks the current release below a folder.
func query(t *testing.T, dir, config, sql string, env map[string]string) [][]string {
	t.Helper()
	c := statloom(t, dir, env, "sql", "--config", config, "--format", "csv", "-c", sql).must(t, 0)
	return readCSV(t, c.out)[1:]
}
