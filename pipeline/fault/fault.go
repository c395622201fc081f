// Package fault classifies errors: what kind of thing went wrong decides whether a step is tried again and which exit
// code the program ends with. Everything a user reads names the file, the sheet, the cell and the remedy.
package fault

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Kind says what sort of thing went wrong. Programs act on the kind; people read the text.
type Kind uint8

const (
	Failed      Kind = iota // anything else; exit code 1, not tried again
	Config                  // the configuration is wrong; exit code 2
	Check                   // a check of severity error failed, the last good release stays; exit code 3
	Unavailable             // a source could not be reached; exit code 4, tried again
	Locked                  // another run holds the lock; exit code 5
	Input                   // a book or a value in it cannot be used as it is; exit code 1, not tried again
	Limit                   // a book exceeds a configured limit; exit code 1, not tried again
)

// String gives the kind as it is written in the run log.
func (k Kind) String() string {
	return [...]string{"failed", "config", "check", "unavailable", "locked", "input", "limit"}[k]
}

// ExitCode is what the command ends with when this kind of error stops it.
func (k Kind) ExitCode() int {
	return [...]int{Failed: 1, Config: 2, Check: 3, Unavailable: 4, Locked: 5, Input: 1, Limit: 1}[k]
}

// Error is an error with a place and a remedy. Empty fields are left out of the text.
type Error struct {
	Kind   Kind
	File   string        // the book, the configuration file or the address
	Sheet  string        // the sheet's name
	Cell   string        // the cell or range in A1 form
	What   string        // what is wrong, without a full stop
	Remedy string        // what the reader can do about it, without a full stop
	After  time.Duration // do not try again sooner (Retry-After); zero leaves it to the caller's backoff
	Err    error         // the cause, if there is one
}

// Error reads `book.xlsx, sheet "IIP", cell B7: what is wrong: cause (remedy)`.
func (e *Error) Error() string {
	var place []string
	if e.File != "" {
		place = append(place, e.File)
	}
	if e.Sheet != "" {
		place = append(place, `sheet "`+e.Sheet+`"`)
	}
	if e.Cell != "" {
		place = append(place, "cell "+e.Cell)
	}
	var parts []string
	if len(place) > 0 {
		parts = append(parts, strings.Join(place, ", "))
	}
	if e.What != "" {
		parts = append(parts, e.What)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	text := strings.Join(parts, ": ")
	if e.Remedy != "" {
		text += " (" + e.Remedy + ")"
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf finds the kind of the outermost Error in err's chain; an error without one is Failed.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Failed
}

// Retryable reports whether trying again may help, and how long to wait at least.
func Retryable(err error) (time.Duration, bool) {
	if errors.Is(err, context.Canceled) {
		return 0, false
	}
	var e *Error
	if errors.As(err, &e) && e.Kind == Unavailable {
		return e.After, true
	}
	return 0, false
}

// ExitCode is the exit code of a command that ended with err; nil is 0.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	return KindOf(err).ExitCode()
}
