package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

var update = flag.Bool("update", false, "write testdata/hostile.want anew")

// hostile lists the books that broke other readers, as folder/file.
func hostile(t *testing.T) (corpus string, files []string) {
	t.Helper()
	corpus = sheettest.Shared(t, "corpus")
	paths, err := filepath.Glob(filepath.Join(corpus, "hostile_*", "*"))
	if err != nil || len(paths) != 86 {
		t.Fatalf("there are %d books (%v)", len(paths), err)
	}
	for _, p := range paths {
		rel, err := filepath.Rel(corpus, p)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.ToSlash(rel))
	}
	return corpus, files
}

// TestHostileBooks opens every book that broke another reader: each is read right or refused in words that name it. The
// list of what comes of them is testdata/hostile.want; -update writes it anew.
func TestHostileBooks(t *testing.T) {
	corpus, files := hostile(t)
	a := &app{system: system{dir: corpus}}
	var got strings.Builder
	for _, file := range files {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		sum, err := a.countBook(ctx, file, 1)
		cancel()
		if err == nil {
			fmt.Fprintf(&got, "%s: %s\n", file, sum)
			continue
		}
		var f *fault.Error
		switch {
		case !errors.As(err, &f) || f.File != file || f.What == "" || f.Kind != fault.Input && f.Kind != fault.Limit:
			t.Errorf("%s: the error does not say what is wrong: %v", file, err)
		case strings.Contains(f.Error(), "the reader broke"):
			t.Error(f)
		}
		fmt.Fprintf(&got, "%v\n", err)
	}
	want, err := os.ReadFile("testdata/hostile.want")
	if *update {
		if err := os.WriteFile("testdata/hostile.want", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); d != "" {
		t.Error(d)
	}
}

// String leaves out what there is none of.
func (t tally) String() string {
	s := fmt.Sprintf("%s, %d sheets, %d rows", t.format, t.sheets, t.rows)
	for i, n := range t.types {
		if n > 0 {
			s += fmt.Sprintf(", %d %s", n, sheet.Type(i))
		}
	}
	if t.formula > 0 {
		s += fmt.Sprintf(", %d formulas", t.formula)
	}
	return s
}

// TestHostileBooksTogether counts all of them in one process of its own, which must stay small.
func TestHostileBooksTogether(t *testing.T) {
	corpus, files := hostile(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "statloom") // the test binary is the program when it is called so
	if err := os.Symlink(program, name); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, append([]string{"read", "--count", "--format", "jsonl"}, files...)...)
	c.Dir = corpus
	c.Env = append(os.Environ(), "GOMEMLIMIT=512MiB")
	var out, problems bytes.Buffer
	c.Stdout, c.Stderr = &out, &problems
	err = c.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("%v, want exit code 1 for the books that are refused\n%s", err, problems.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(files)+1 {
		t.Fatalf("%d lines for %d books and the sum", len(lines), len(files))
	}
	for i, line := range lines[:len(files)] {
		var book struct{ File, Problem string }
		if err := json.Unmarshal([]byte(line), &book); err != nil {
			t.Fatal(err)
		}
		if book.File != files[i] {
			t.Errorf("line %d is of %s, want %s", i+1, book.File, files[i])
		}
		if book.Problem != "" && !strings.Contains(problems.String(), book.Problem) {
			t.Errorf("not reported: %s", book.Problem)
		}
	}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
		t.Logf("peak memory %d MiB, %v of processor time", usage.Maxrss>>10, c.ProcessState.UserTime())
		if usage.Maxrss > 512<<10 {
			t.Errorf("peak memory %d MiB, want 512 MiB at most", usage.Maxrss>>10)
		}
	}
}
