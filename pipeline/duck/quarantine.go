package duck

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Rejected is one row of the quarantine table. Empty texts other than Dataset and Reason become null.
type Rejected struct {
	Dataset, SnapshotID, Book, Sheet, Cell, Text, Reason string
}

// Quarantine adds rows to the quarantine table.
func (db *DB) Quarantine(ctx context.Context, rows []Rejected) error {
	if len(rows) == 0 {
		return nil
	}
	var fields []arrow.Field
	for _, name := range []string{"dataset", "snapshot_id", "book", "sheet", "cell", "text", "reason"} {
		fields = append(fields, arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true})
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	for _, r := range rows {
		for i, text := range []string{r.Dataset, r.SnapshotID, r.Book, r.Sheet, r.Cell, r.Text, r.Reason} {
			if column := b.Field(i).(*array.StringBuilder); text == "" && i != 0 && i != 6 {
				column.AppendNull()
			} else {
				column.Append(text)
			}
		}
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	staging := rawName(fmt.Sprintf("quarantine_%d", db.seq.Add(1)))
	_, err := db.Load(ctx, staging, b.Schema(), func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) })
	if err != nil {
		return err
	}
	err = db.Exec(ctx, "INSERT INTO quarantine SELECT * FROM "+Ident(staging))
	return errors.Join(err, db.Exec(context.WithoutCancel(ctx), "DROP TABLE "+Ident(staging)))
}
