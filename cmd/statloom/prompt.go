package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"
)

// prompt reads statements from the terminal until the user leaves. Errors are shown and the prompt goes on.
func (a *app) prompt(ctx context.Context, s *session) error {
	fd := int(os.Stdin.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return s.script(ctx, a.in) // no raw terminal: read what is piped in
	}
	defer func() { _ = term.Restore(fd, state) }()

	keys := &keyboard{in: a.in}
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, a.out}, "")
	_ = screen.SetSize(a.width, 24) // only the width counts; a wrong one wraps long lines
	history := openHistory(a.historyFile())
	defer history.close()
	screen.History = history
	s.out = screen

	fmt.Fprintln(screen, "The current release, read-only. .help lists the commands, .quit or Ctrl-D leaves.")
	var typed strings.Builder
	for {
		screen.SetPrompt("statloom> ")
		if typed.Len() > 0 {
			screen.SetPrompt("     ...> ")
		}
		line, err := screen.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
			return fmt.Errorf("read the terminal: %w", err)
		}
		if keys.cancelled {
			keys.cancelled = false
			typed.Reset()
			continue
		}
		typed.WriteString(line + "\n")
		text := typed.String()
		if strings.TrimSpace(text) == "" || !complete(text) {
			continue
		}
		typed.Reset()
		if word := strings.Trim(strings.TrimSpace(text), ";"); word == ".quit" || word == ".exit" || word == "exit" || word == "quit" {
			return nil
		}
		// Outside the line editor the terminal is as usual, so that Ctrl-C reaches a statement that runs.
		_ = term.Restore(fd, state)
		err = interruptible(ctx, func(ctx context.Context) error { return s.script(ctx, strings.NewReader(text)) })
		if _, rawErr := term.MakeRaw(fd); rawErr != nil {
			return fmt.Errorf("read the terminal: %w", rawErr)
		}
		switch {
		case errors.Is(err, context.Canceled):
			fmt.Fprintln(screen, "interrupted")
		case err != nil:
			fmt.Fprintln(screen, err)
		}
	}
}

// interruptible runs something that Ctrl-C ends without ending the program.
func interruptible(ctx context.Context, do func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), os.Interrupt)
	defer stop()
	err := do(ctx)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// keyboard turns Ctrl-C, which the line editor takes for the end of input, into an emptied line that is entered.
type keyboard struct {
	in        io.Reader
	waiting   []byte
	cancelled bool
}

const (
	ctrlC   = 3
	lineEnd = 5  // Ctrl-E
	kill    = 21 // Ctrl-U
)

func (k *keyboard) Read(p []byte) (int, error) {
	if len(k.waiting) == 0 {
		n, err := k.in.Read(p)
		before, after, found := bytes.Cut(p[:n], []byte{ctrlC})
		if !found {
			return n, err
		}
		k.cancelled = true
		k.waiting = slices.Concat(before, []byte{lineEnd, kill, '\r'}, after)
	}
	n := copy(p, k.waiting)
	k.waiting = k.waiting[n:]
	return n, nil
}

// historyFile is where the prompt's history is kept, by the XDG rules; "" keeps it in memory.
func (a *app) historyFile() string {
	if dir, ok := a.env("XDG_STATE_HOME"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "statloom", "sql_history")
	}
	if home, ok := a.env("HOME"); ok && filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "statloom", "sql_history")
	}
	return ""
}

// history keeps the lines typed, newest first, in memory and in a file.
type history struct {
	lines []string // oldest first
	file  *os.File
}

const historyLines = 500

func openHistory(path string) *history {
	h := &history{}
	if path == "" {
		return h
	}
	if text, err := os.ReadFile(path); err == nil && len(text) > 0 {
		h.lines = strings.Split(strings.TrimRight(string(text), "\n"), "\n")
		h.lines = h.lines[max(0, len(h.lines)-historyLines):]
	}
	// A prompt without a history file still works, so that a read-only home is no obstacle.
	if os.MkdirAll(filepath.Dir(path), 0o700) == nil {
		h.file, _ = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	}
	return h
}

func (h *history) close() {
	if h.file != nil {
		h.file.Close()
	}
}

// Add keeps a line that was typed.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || (len(h.lines) > 0 && h.lines[len(h.lines)-1] == line) {
		return
	}
	h.lines = append(h.lines, line)
	if h.file != nil {
		fmt.Fprintln(h.file, line)
	}
}

// Len counts the lines kept.
func (h *history) Len() int { return len(h.lines) }

// At gives a line by its age: 0 is the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
