package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/release"
)

// firstHour goes from books to the page of their figures: it asks for what is not said, where somebody is there to answer.
func (a *app) firstHour(ctx context.Context, books []string, f initFlags) error {
	if err := free(a.path(a.configFile), a.configFile, f.force); err != nil {
		return err
	}
	answers := bufio.NewScanner(a.in)
	asks := a.terminal && a.typed
	if asks && len(books) == 0 {
		found, err := a.askBooks(answers)
		if err != nil {
			return err
		}
		books = found
	}
	datasets, err := a.init(ctx, books, f)
	if err != nil || datasets == 0 {
		return err
	}
	if !f.run {
		if !asks || !yes(a.ask(answers, "Run it now and open the page? [Y/n] ")) {
			return nil
		}
	}
	if err := a.run(ctx, false); err != nil {
		return err
	}
	return a.openPage(ctx)
}

// ask prints a question and gives the line that is typed.
func (a *app) ask(answers *bufio.Scanner, question string) (string, bool) {
	fmt.Fprint(a.out, question)
	if !answers.Scan() {
		fmt.Fprintln(a.out)
		return "", false
	}
	return strings.TrimSpace(answers.Text()), true
}

// yes is the answer of an empty line too.
func yes(answer string, given bool) bool {
	return given && slices.Contains([]string{"", "y", "yes", "c", "có"}, strings.ToLower(answer))
}

// bookNames are the endings of the files that are listed as books.
const bookNames = " .xlsx .xlsm .xls .ods .fods .px .csv .html .htm "

// mostBooks is how many files are listed.
const mostBooks = 12

// askBooks asks which books to begin with. A line may name several, with * and ? in their names.
func (a *app) askBooks(answers *bufio.Scanner) ([]string, error) {
	entries, err := os.ReadDir(a.path("."))
	if err != nil {
		return nil, fmt.Errorf("list the folder: %w", err)
	}
	var here []string
	for _, e := range entries {
		if ending := strings.ToLower(filepath.Ext(e.Name())); !e.IsDir() && ending != "" && strings.Contains(bookNames, " "+ending+" ") {
			here = append(here, e.Name())
		}
	}
	if len(here) > 0 {
		fmt.Fprintln(a.out, "Books in this folder:")
		for _, name := range here[:min(len(here), mostBooks)] {
			fmt.Fprintln(a.out, "  "+name)
		}
		if n := len(here) - mostBooks; n > 0 {
			fmt.Fprintf(a.out, "  and %d more\n", n)
		}
	}
	line, _ := a.ask(answers, "Which book to begin with? (a file, or several such as *.xlsx; empty: none) ")
	return a.booksOf(line), nil
}

// booksOf reads the names on a line: the whole line where it is a file, as one with blanks in its name is.
func (a *app) booksOf(line string) (books []string) {
	line = strings.Trim(line, `"'`)
	if line == "" {
		return nil
	}
	if _, err := os.Stat(a.path(line)); err == nil {
		return []string{line}
	}
	for _, name := range strings.Fields(line) {
		found, err := filepath.Glob(a.path(name))
		if err != nil || len(found) == 0 {
			books = append(books, name) // to be told that it is not there
			continue
		}
		for _, file := range found {
			books = append(books, a.shortPath(file))
		}
	}
	return books
}

// openPage shows the page of the current release in the user's browser, where there is one.
func (a *app) openPage(ctx context.Context) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	current := filepath.Join(cfg.DataDir(), "current")
	m, err := release.ReadManifest(current)
	if err != nil {
		return err
	}
	page := firstPage(m)
	if page == "" || a.system.open == nil {
		return nil
	}
	if err := a.system.open(ctx, filepath.Join(current, page)); err != nil {
		fmt.Fprintf(a.out, "open %s in a browser to see it\n", a.shortPath(filepath.Join(current, page)))
	}
	return nil
}

// browser gives what opens a file in the user's browser, nil where nobody sits before a screen.
func browser(env func(string) (string, bool)) func(context.Context, string) error {
	command := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		command = []string{"open"}
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	default:
		_, x := env("DISPLAY")
		_, wayland := env("WAYLAND_DISPLAY")
		if !x && !wayland {
			return nil // xdg-open would take a browser that draws in the terminal
		}
	}
	program, err := exec.LookPath(command[0])
	if err != nil {
		return nil
	}
	return func(ctx context.Context, file string) error {
		return exec.CommandContext(ctx, program, append(slices.Clone(command[1:]), file)...).Run() //nolint:gosec // a program of the system, on a file of ours
	}
}
