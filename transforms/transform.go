// Package transforms is the contract between the pipeline and what happens to data on its way from a book to an
// indicator: readers that make record batches of a book, transforms of batches, and stages that work on tables in
// DuckDB. The declarations that the configuration and the implementations share live here too, so that neither has to
// know the other.
package transforms

import (
	"context"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/sources/sheet"
)

// Reader makes record batches of a book, following one dataset's recipe. A Reader is safe for concurrent use on
// different books.
type Reader interface {
	// Schema is the schema of every batch it emits; see ObservationColumns and ProvenanceColumns.
	Schema() *arrow.Schema
	// Read emits the book's batches in a fixed order: the same book and recipe give the same batches. A book that does
	// not hold the dataset gives Report.Tables == 0 and no error; whether that matters is the caller's affair. An error
	// means that the book cannot be read as a whole and nothing of it may be used, even if batches were emitted.
	Read(ctx context.Context, book sheet.Book, origin Origin, out Output) (Report, error)
}

// Transform changes record batches, such as replacing labels by codes. It is safe for concurrent use.
type Transform interface {
	// Schema gives the schema of the result for the given input, or an error that says which column does not fit.
	Schema(in *arrow.Schema) (*arrow.Schema, error)
	// Apply gives the changed batch; rows that cannot be used go to out.Reject with a reason and are left out. The
	// caller releases both batches.
	Apply(ctx context.Context, in arrow.RecordBatch, out Output) (arrow.RecordBatch, error)
}

// Output takes what a Reader or Transform gives.
type Output interface {
	// Batch takes a batch; the callee retains it if it keeps it.
	Batch(arrow.RecordBatch) error
	// Reject takes a row or cell that cannot be used, with the reason. It goes to the release's quarantine table.
	Reject(Reject)
}

// Origin says where a book comes from; it becomes the provenance of every observation.
type Origin struct {
	SnapshotID string    // sha256 of the book's bytes, in hex
	URI        string    // where it was fetched
	Name       string    // file name
	Vintage    time.Time // publication date where the source or the recipe knows it, else retrieval; UTC
	Memory     *Memory   // of the book, where it is read for several datasets; nil for none
}

// Reject is a cell or row that was read but cannot be used.
type Reject struct {
	Sheet  string
	Cell   string // A1 form
	Text   string // what stands there
	Reason string // why it cannot be used, and what would help
}

// Report says what a Reader saw in one book.
type Report struct {
	Tables  int          // tables that the recipe matched
	Rows    int64        // observations or records emitted
	Notes   []string     // what a person should know: harmless oddities that were followed
	Vintage time.Time    // latest publication that the book itself names; zero where the recipe does not look for it there
	Shapes  []TableShape `json:",omitempty"` // what those tables look like, to compare the next book with
}
