// Command statloom turns the spreadsheets that statistics offices publish into indicators that can be audited.
package main

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/statloom/statloom/pipeline/schedule"
)

// Set by the build.
var (
	version = "dev"
	commit  = "unknown"
)

// system is all the program gets from outside. Tests give their own.
type system struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	now      func() time.Time
	random   io.Reader
	clock    schedule.Clock // of the schedule; nil: the machine's
	dir      string         // working directory: relative paths on the command line start here
	terminal bool           // out and err are a terminal: colours and progress bars
	typed    bool           // in is a terminal: somebody types
	width    int            // of the terminal, in columns

	open func(ctx context.Context, file string) error // shows a file in the user's browser; nil: there is none
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], realSystem())
	stop()
	os.Exit(code)
}

func realSystem() system {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	s := system{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, now: time.Now, random: rand.Reader, dir: dir,
		terminal: term.IsTerminal(int(os.Stdout.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		typed:    term.IsTerminal(int(os.Stdin.Fd())),
		width:    100,
	}
	s.open = browser(s.env)
	if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w > 20 {
		s.width = w
	}
	return s
}
