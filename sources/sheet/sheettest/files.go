package sheettest

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/statloom/statloom/sources/sheet"
)

// Input opens a file until the test ends.
func Input(t testing.TB, path string) sheet.Input {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return sheet.Input{Name: filepath.Base(path), Data: f, Size: info.Size()}
}

// OpenFile opens a book of one format, until the test ends.
func OpenFile(t testing.TB, f sheet.Format, path string, limits sheet.Limits) (sheet.Book, error) {
	t.Helper()
	return sheet.Open(t.Context(), []sheet.Format{f}, Input(t, path), limits)
}

// OpenBytes opens a book of one format that lies in memory.
func OpenBytes(ctx context.Context, f sheet.Format, name string, data []byte, limits sheet.Limits) (sheet.Book, error) {
	return sheet.Open(ctx, []sheet.Format{f}, sheet.Input{Name: name, Data: bytes.NewReader(data), Size: int64(len(data))}, limits)
}

// DumpBytes opens a book of one format that lies in memory, and dumps it.
func DumpBytes(ctx context.Context, f sheet.Format, name string, data []byte, limits sheet.Limits) (string, error) {
	b, err := OpenBytes(ctx, f, name, data, limits)
	if err != nil {
		return "", err
	}
	return Dump(ctx, b)
}

// Drain reads every sheet and gives the number of cells.
func Drain(ctx context.Context, b sheet.Book) (cells int, err error) {
	for i := range b.Sheets() {
		_, err := b.Scan(ctx, i, func(r *sheet.Row) error {
			cells += len(r.Cells)
			return nil
		})
		if err != nil {
			return cells, err
		}
	}
	return cells, nil
}

// Corpus lists the real books whose names end in one of these, such as ".xls"; none stands for all files. There are at
// least so many.
func Corpus(t testing.TB, least int, endings ...string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(Shared(t, "corpus"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (endings == nil || slices.Contains(endings, strings.ToLower(filepath.Ext(path)))) {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) < least {
		t.Fatalf("%d books that end in %v: %v", len(paths), endings, err)
	}
	return paths
}

// Cost is what reading a book took.
type Cost struct {
	Cells      int
	Took, Work time.Duration // by the clock, and of the processor, which other programs on the machine do not change
	Allocated  int64         // bytes in all
	Held       int64         // bytes more than before
	System     int64         // bytes that the process has
}

// ReadFile reads a file whole.
func ReadFile(t testing.TB, f sheet.Format, path string) (Cost, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, work := time.Now(), processorTime(t)
	var c Cost
	b, err := OpenFile(t, f, path, sheet.Limits{})
	if err == nil {
		c.Cells, err = Drain(t.Context(), b)
	}
	c.Took, c.Work = time.Since(start), processorTime(t)-work
	runtime.ReadMemStats(&after)
	c.Allocated, c.System = int64(after.TotalAlloc-before.TotalAlloc), int64(after.Sys)
	c.Held = int64(after.HeapAlloc) - int64(before.HeapAlloc)
	return c, err
}

func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
