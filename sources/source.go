// Package sources is the contract between the pipeline and the places books come from. A kind of source lives in a
// folder of its own (file, web, ...) and passes the suite in sourcetest.
package sources

import (
	"context"
	"errors"
	"io"
	"time"
)

// Source offers items and fetches them. A Source is safe for concurrent Open calls; List is called once a run, before
// any Open. Transient errors carry fault.Unavailable after the source has done its own retries: the pipeline does not
// retry on top of them within a run.
type Source interface {
	// List names what the source offers now, sorted by URI, each URI once. An empty list without an error means that
	// there is nothing; a source that cannot be reached is an error.
	List(ctx context.Context) ([]Item, error)

	// Open fetches an item. known holds what the last fetch of the same URI reported (zero the first time); when the
	// item has not changed since, Open returns ErrUnchanged without fetching the body where the source allows it.
	Open(ctx context.Context, item Item, known Validators) (*Content, error)
}

// Whole is implemented by sources whose List names all there is, such as a folder: what it names no more is gone and
// counts no more. With other sources, such as a page that links the newest books only, what was seen once stays.
type Whole interface{ Whole() bool }

// IsWhole reports whether the source's List names all there is.
func IsWhole(s Source) bool {
	w, ok := s.(Whole)
	return ok && w.Whole()
}

// Item is one thing a source offers.
type Item struct {
	URI       string    // identifies the item for ever: file:books/b.xlsx, file:///a.zip!/b.xlsx, https://...
	Name      string    // file name for people and for matching: b.xlsx
	Published time.Time // when the source published it, if the source says so without fetching; else zero
}

// Validators tell whether an item has changed without reading it. They are compared in the order of the fields: the
// first that both sides have decides.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"` // as the server sent it, or the file's time in RFC 3339 with nanoseconds
	Size         int64  `json:"size,omitempty"`          // bytes; 0 when not known
	SHA256       string `json:"sha256,omitempty"`        // of the content, in hex; filled in by the lake
}

// Content is a fetched item. The caller reads Body to the end and closes it; a Body that ends early, or is longer than
// the configured limit, gives an error from Read, never a silent short read.
type Content struct {
	Body       io.ReadCloser
	Validators Validators
	Name       string    // file name, if the source gives a better one than Item.Name only now; else empty
	MediaType  string    // as the source states it, may be empty
	Published  time.Time // when the source published it, if known only now; else zero
}

// ErrUnchanged says that the item is the same as the one the given validators describe.
var ErrUnchanged = errors.New("unchanged")
