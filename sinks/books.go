package sinks

import (
	"context"
	"time"
)

// Books draws sheets of the books that a release was made of, as they look. It is safe for concurrent use.
type Books interface {
	// Draw draws sheets of one book, in the order asked for. What cannot be drawn has a Problem; an error is one of the
	// lake or its disk.
	Draw(ctx context.Context, snapshot string, sheets []Citation) ([]Drawing, error)
	// Style is the style sheet that gives drawings their looks.
	Style() []byte
}

// Citation names a sheet and the cells of it that are cited, as datasets name them: B7, or A6:O6. Of a sheet that is too
// large to be drawn as a whole, the part round these is.
type Citation struct {
	Sheet string
	Cells []string
}

// Drawing is a drawn sheet.
type Drawing struct {
	Sheet   string
	JSON    []byte // in the form that sources/sheet/draw documents: what a book holds is text in it, never markup
	Problem string // why there is none
}

// Run is a run of the pipeline.
type Run struct {
	ID       string
	Started  time.Time
	Finished time.Time // zero while it runs and when it was interrupted
	Status   string    // running, done, unchanged, failed, checks_failed, interrupted
	Release  string    // current after it
	Trigger  string    // what started it: manual, schedule
	Message  string    // why it failed
	Counters map[string]int64
}

// Unread is a book that a dataset could not be read from.
type Unread struct{ Dataset, Snapshot, Book string }
