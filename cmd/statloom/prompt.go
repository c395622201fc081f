package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{a.in, a.out}, "")
	history := openHistory(a.historyFile())
	defer history.close()
	screen.History = history
	s.out = screen

	fmt.Fprintln(screen, "The current release, read-only. .help lists the commands, .quit leaves.")
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
		typed.WriteString(line + "\n")
		text := typed.String()
		if strings.TrimSpace(text) == "" || !complete(text) {
			continue
		}
		typed.Reset()
		if word := strings.Trim(strings.TrimSpace(text), ";"); word == ".quit" || word == ".exit" || word == "exit" || word == "quit" {
			return nil
		}
		if err := s.script(ctx, strings.NewReader(text)); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintln(screen, err)
		}
	}
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
