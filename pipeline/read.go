package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
)

// readers is how many books are read at a time; each keeps one sheet in memory.
const readers = 2

// looking is how many fragments are looked for at a time.
const looking = 8

// read makes sure that every input has its fragment, the normalised book in Arrow, and gives the inputs that have one.
// A book that cannot be read is a problem of its own and does not stop the run; it is among the unread.
func (r *running) read(ctx context.Context, inputs []input) (whole []input, unread []release.Unread, err error) {
	missing, err := r.missing(ctx, inputs)
	if err != nil {
		return nil, nil, err
	}
	r.result.Counters[CountCachedBooks] = int64(len(inputs) - len(missing))
	failed, err := r.readMissing(ctx, missing)
	if err != nil {
		return nil, nil, err
	}
	for _, in := range inputs {
		if failed[in] {
			unread = append(unread, release.Unread{Dataset: in.dataset.ID, SnapshotID: in.version.SHA256, Book: in.version.Name})
		} else {
			whole = append(whole, in)
		}
	}
	return whole, unread, nil
}

// missing gives the inputs whose fragment has to be made.
func (r *running) missing(ctx context.Context, inputs []input) ([]input, error) {
	if r.Full {
		return inputs, nil
	}
	var apart []int // inputs that are in no pack
	for i, in := range inputs {
		if packed, err := r.packed(ctx, in); err != nil {
			return nil, err
		} else if !packed {
			apart = append(apart, i)
		}
	}
	has := make([]bool, len(inputs))
	err := together(ctx, looking, apart, func(ctx context.Context, i int) (err error) {
		has[i], err = r.Lake.HasFragment(ctx, inputs[i].key(r.Engine))
		return err
	})
	if err != nil {
		return nil, err
	}
	var list []input
	for _, i := range apart {
		if !has[i] {
			list = append(list, inputs[i])
		}
	}
	return list, nil
}

func (r *running) readMissing(ctx context.Context, missing []input) (failed map[input]bool, err error) {
	tasks := make([]ReadTask, len(missing))
	for i, in := range missing {
		tasks[i] = r.task(in)
	}
	r.Watch.Begin("read", len(missing))
	defer r.Watch.End()
	failed = map[input]bool{}
	err = r.crew().Read(ctx, tasks, func(i int, report ReadReport) {
		in := missing[i]
		r.Watch.Part(in.version.Name)
		if unreadable := report.Trouble.Err(); unreadable != nil {
			failed[in] = true
			r.result.Counters[CountFailedBooks]++
			r.problem(ctx, "read", in.dataset.ID, fmt.Errorf("dataset %s: %w", in.dataset.ID, unreadable))
			return
		}
		r.result.Counters[CountReadBooks]++
		r.report(ctx, in, report)
	})
	return failed, err
}

// report says what a person should know of a book that was read.
func (r *running) report(ctx context.Context, in input, report ReadReport) {
	switch {
	case report.Tables == 0:
		r.event(ctx, slog.LevelWarn, "read", in.dataset.ID, "%s has no table of this dataset: no title matches the recipe", in.version.Name)
	default:
		r.event(ctx, slog.LevelInfo, "read", in.dataset.ID, "%s: %d rows from %d tables", in.version.Name, report.Rows, report.Tables)
	}
	for _, note := range report.Notes {
		r.event(ctx, slog.LevelInfo, "read", in.dataset.ID, "%s: %s", in.version.Name, note)
	}
	if first := report.First; first != nil {
		r.event(ctx, slog.LevelWarn, "read", in.dataset.ID, "%s: %d cells or rows went to quarantine, the first: sheet %q, cell %s: %s",
			in.version.Name, report.Rejected, first.Sheet, first.Cell, first.Reason)
	}
}

// desk is where a book lies open while it is read for one dataset after the other.
type desk struct {
	snapshot, name string
	formats        []sheet.Format
	limits         sheet.Limits

	blob   *lake.Blob
	book   sheet.Book
	memory transforms.Memory
}

// open opens the book, once. unreadable says what is wrong with it; err is trouble of the lake or its disk.
func (d *desk) open(ctx context.Context, from *lake.Lake) (unreadable, err error) {
	if d.book != nil {
		return nil, nil
	}
	d.close()
	if d.blob, err = from.Book(ctx, d.snapshot); err != nil {
		return nil, err
	}
	d.book, err = sheet.Open(ctx, d.formats, sheet.Input{Name: d.name, Data: d.blob, Size: d.blob.Size()}, d.limits)
	if err != nil {
		return named(err, d.name), nil
	}
	return nil, nil
}

func (d *desk) close() {
	if d.book != nil {
		d.book.Close()
	}
	if d.blob != nil {
		d.blob.Close()
	}
	d.book, d.blob = nil, nil
}

// desk prepares a place for a book. The caller closes it.
func (r *Runner) desk(snapshot, name string) *desk {
	return &desk{snapshot: snapshot, name: name, formats: r.Formats, limits: r.Limits}
}

// readOne reads a book for a dataset and stores the fragment. unreadable says what is wrong with the book. err is trouble
// of the lake or its disk, which stops the run: a book that is fine must not be missing from a release because of it.
func (r *Runner) readOne(ctx context.Context, in input, at *desk) (end trailer, unreadable, err error) {
	if unreadable, err = at.open(ctx, r.Lake); unreadable != nil || err != nil {
		return trailer{}, unreadable, err
	}
	err = r.Lake.PutFragment(ctx, in.key(r.Engine), func(w io.Writer) error {
		store := &storeWriter{Writer: w}
		end, unreadable = writeFragment(ctx, store, in, at.book, &at.memory)
		if store.err != nil {
			unreadable = nil
			return store.err
		}
		return unreadable
	})
	if unreadable != nil {
		at.memory = transforms.Memory{} // which a reader that broke may have left half done
		return trailer{}, named(unreadable, in.version.Name), nil
	}
	return end, nil, err
}

// storeWriter remembers that writing failed, however the error is wrapped on its way back.
type storeWriter struct {
	io.Writer
	err error
}

func (s *storeWriter) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if err != nil && s.err == nil {
		s.err = err
	}
	return n, err
}

// named adds the book's name to errors that point at a cell of it.
func named(err error, book string) error {
	var f *fault.Error
	if errors.As(err, &f) && f.File == "" {
		withFile := *f
		withFile.File = book
		return &withFile
	}
	if err != nil && !strings.Contains(err.Error(), book) {
		return fmt.Errorf("%s: %w", book, err)
	}
	return err
}

// RecipeHash is the hash over the parts that a dataset's recipe depends on, for Dataset.RecipeHash.
func RecipeHash(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
