package main

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// A table that is too wide wraps its longest texts; numbers stay whole and flush right.
func TestTableFits(t *testing.T) {
	var out bytes.Buffer
	w := newRows(&out, "table", "name", "goal", "value")
	w.fit(50)
	w.right(3)
	if err := w.row("two hundred firms of the supporting industry", "≥ 200 firms", "8,29\n4,94 – 13,11"); err != nil {
		t.Fatal(err)
	}
	if err := w.end(); err != nil {
		t.Fatal(err)
	}
	want := `
┌───────────────────┬─────────────┬──────────────┐
│ name              │ goal        │        value │
├───────────────────┼─────────────┼──────────────┤
│ two hundred firms │ ≥ 200 firms │         8,29 │
│ of the supporting │             │ 4,94 – 13,11 │
│ industry          │             │              │
└───────────────────┴─────────────┴──────────────┘
`
	if diff := cmp.Diff(want, "\n"+out.String()); diff != "" {
		t.Error(diff)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > 50 {
			t.Errorf("a line of %d columns", n)
		}
	}
}

// Ctrl-C empties the line that is typed and goes on; it does not end the prompt.
func TestCtrlCEmptiesTheLine(t *testing.T) {
	for name, in := range map[string]io.Reader{
		"at once":  strings.NewReader("select\x03.quit\r"),
		"key wise": iotest.OneByteReader(strings.NewReader("select\x03.quit\r")),
	} {
		k := &keyboard{in: in}
		got, err := io.ReadAll(k)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("select\x05\x15\r.quit\r", string(got)); diff != "" || !k.cancelled {
			t.Errorf("%s: %s cancelled %v", name, diff, k.cancelled)
		}
	}
}

// On a terminal a run's steps that overlap, are empty or are left open do not keep the program from ending, and warnings
// stand on lines of their own.
func TestBarsEnd(t *testing.T) {
	var out bytes.Buffer
	a := &app{system: system{err: &out, terminal: true, env: func(string) (string, bool) { return "", false }}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w := a.watcher()
		w.Begin("read", 2)
		w.Part("a.xlsx")
		w.Event(slog.LevelWarn, "read", "output", "a cell went to quarantine")
		w.End()
		w.Begin("compute", 0)
		w.Begin("check", 0)
		w.End()
		w.close()
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the bars never end")
	}
	if a.err != &out {
		t.Error("the error stream was not given back")
	}
	if !strings.Contains(out.String(), "read output: a cell went to quarantine") {
		t.Errorf("the warning is lost: %q", out.String())
	}
}
