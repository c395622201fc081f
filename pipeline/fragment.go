package pipeline

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
)

// trailer is what a fragment holds behind its record batches.
type trailer struct {
	Rows    int64               `json:"rows"`
	Report  transforms.Report   `json:"report"`
	Rejects []transforms.Reject `json:"rejects,omitempty"`
	More    int64               `json:"more,omitempty"` // rejects beyond maxRejects, which are counted only
}

// Rejects are kept in memory until they are loaded, and a book may be all rejects: these bound a book's.
const (
	maxRejects    = 10_000
	maxRejectText = 1_000 // bytes
)

// rows gives the rejects as rows of the quarantine.
func (t trailer) rows(d *Dataset, in input) []duck.Rejected {
	var rows []duck.Rejected
	for _, x := range t.Rejects {
		rows = append(rows, duck.Rejected{
			Dataset: d.ID, SnapshotID: in.version.SHA256, Book: in.version.Name, Sheet: x.Sheet, Cell: x.Cell, Text: x.Text, Reason: x.Reason,
		})
	}
	if t.More > 0 {
		rows = append(rows, duck.Rejected{
			Dataset: d.ID, SnapshotID: in.version.SHA256, Book: in.version.Name,
			Reason: fmt.Sprintf("%d more cells or rows of this book could not be used; the first %d are listed", t.More, len(t.Rejects)),
		})
	}
	return rows
}

func (t trailer) rejected() int64 { return int64(len(t.Rejects)) + t.More }

// A fragment is an Arrow IPC stream, then the trailer as JSON, then the trailer's length as 8 bytes: the trailer is known
// only after the last batch, and batches are not kept in memory meanwhile.

// writeFragment reads a book by its dataset's recipe and writes the fragment.
func writeFragment(ctx context.Context, w io.Writer, in input, book sheet.Book, memory *transforms.Memory) (trailer, error) {
	schema, err := in.dataset.Schema()
	if err != nil {
		return trailer{}, err
	}
	out := &fragmentWriter{ctx: ctx, dataset: in.dataset, ipc: ipc.NewWriter(w, ipc.WithSchema(schema))}
	var report transforms.Report
	err = fault.Guard(fault.Error{Kind: fault.Input, What: "the reader broke on this book"}, func() (err error) {
		report, err = in.dataset.Reader.Read(ctx, book, in.origin(memory), out)
		return err
	})
	if err != nil {
		return trailer{}, err
	}
	if err := out.ipc.Close(); err != nil {
		return trailer{}, fmt.Errorf("write fragment: %w", err)
	}
	out.end.Report = report
	return out.end, writeEnd(w, out.end)
}

// writeEnd writes what stands behind the batches.
func writeEnd(w io.Writer, end any) error {
	text, err := json.Marshal(end)
	if err == nil {
		_, err = w.Write(binary.LittleEndian.AppendUint64(text, uint64(len(text))))
	}
	if err != nil {
		return fmt.Errorf("write fragment: %w", err)
	}
	return nil
}

// Schema is the schema of the dataset's rows after all transforms.
func (d *Dataset) Schema() (*arrow.Schema, error) {
	schema := d.Reader.Schema()
	for _, t := range d.Transforms {
		var err error
		if schema, err = t.Schema(schema); err != nil {
			return nil, fmt.Errorf("dataset %s: %w", d.ID, err)
		}
	}
	return schema, nil
}

// fragmentWriter takes what a reader gives, sends it through the transforms and writes it.
type fragmentWriter struct {
	ctx     context.Context
	dataset *Dataset
	ipc     *ipc.Writer
	end     trailer
}

// Batch writes one batch.
func (f *fragmentWriter) Batch(b arrow.RecordBatch) error {
	b.Retain()
	for _, t := range f.dataset.Transforms {
		next, err := t.Apply(f.ctx, b, f)
		b.Release()
		if err != nil {
			return err
		}
		b = next
	}
	defer b.Release()
	f.end.Rows += b.NumRows()
	if err := f.ipc.Write(b); err != nil {
		return fmt.Errorf("write fragment: %w", err)
	}
	return nil
}

// Reject keeps what cannot be used for the quarantine.
func (f *fragmentWriter) Reject(r transforms.Reject) {
	if len(f.end.Rejects) == maxRejects {
		f.end.More++
		return
	}
	if len(r.Text) > maxRejectText {
		r.Text = strings.ToValidUTF8(r.Text[:maxRejectText], "") + "…"
	}
	f.end.Rejects = append(f.end.Rejects, r)
}

// readEnd reads what stands behind the batches of a fragment or pack, unless end is nil, and gives the length of the stream
// before it.
func readEnd(b *lake.Blob, end any) (stream int64, err error) {
	var tail [8]byte
	if _, err := b.ReadAt(tail[:], b.Size()-8); err != nil {
		return 0, fmt.Errorf("read fragment: %w", err)
	}
	size := int64(binary.LittleEndian.Uint64(tail[:]))
	if size < 0 || size > b.Size()-8 {
		return 0, fmt.Errorf("read fragment: its end is damaged")
	}
	stream = b.Size() - 8 - size
	if end == nil {
		return stream, nil
	}
	text := make([]byte, size)
	if _, err := b.ReadAt(text, stream); err != nil {
		return 0, fmt.Errorf("read fragment: %w", err)
	}
	if err := json.Unmarshal(text, end); err != nil {
		return 0, fmt.Errorf("read fragment: %w", err)
	}
	return stream, nil
}

// batches streams the batches of a fragment. Each is valid until the next is asked for.
func batches(b *lake.Blob, stream int64) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		reader, err := ipc.NewReader(io.NewSectionReader(b, 0, stream))
		if err != nil {
			yield(nil, fmt.Errorf("read fragment: %w", err))
			return
		}
		defer reader.Release()
		for reader.Next() {
			if !yield(reader.RecordBatch(), nil) {
				return
			}
		}
		if err := reader.Err(); err != nil {
			yield(nil, fmt.Errorf("read fragment: %w", err))
		}
	}
}
