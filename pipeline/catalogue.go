package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/sinks"
)

// tableSpec declares a table that the release holds about itself.
type tableSpec struct {
	name, comment string
	columns       []columnSpec
}

type columnSpec struct {
	name    string
	of      arrow.DataType
	comment string
}

var (
	textType = arrow.BinaryTypes.String
	wholeNum = arrow.PrimitiveTypes.Int64
	number   = arrow.PrimitiveTypes.Float64
	yesNo    = arrow.FixedWidthTypes.Boolean
	instant  = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
)

// create makes the table of its declaration and fills it.
func (t tableSpec) create(ctx context.Context, db *duck.DB, rows [][]any) error {
	fields := make([]arrow.Field, len(t.columns))
	for i, c := range t.columns {
		fields[i] = arrow.Field{Name: c.name, Type: c.of, Nullable: true}
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	for _, row := range rows {
		for i, v := range row {
			if err := appendValue(b.Field(i), v); err != nil {
				return fmt.Errorf("load table %s, column %s: %w", t.name, t.columns[i].name, err)
			}
		}
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	_, err := db.Load(ctx, t.name, b.Schema(), func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) })
	if err != nil {
		return fmt.Errorf("load table %s: %w", t.name, err)
	}
	columns := make([]sinks.Column, len(t.columns))
	for i, c := range t.columns {
		columns[i] = sinks.Column{Name: c.name, Comment: c.comment}
	}
	return db.CommentTable(ctx, t.name, t.comment, columns)
}

// appendValue adds a value to a column; an empty text or a zero time is null.
func appendValue(b array.Builder, v any) error {
	switch b := b.(type) {
	case *array.StringBuilder:
		if v.(string) == "" {
			b.AppendNull()
			return nil
		}
		b.Append(v.(string))
	case *array.Int64Builder:
		b.Append(v.(int64))
	case *array.Float64Builder:
		x := v.(*float64)
		if x == nil {
			b.AppendNull()
			return nil
		}
		b.Append(*x)
	case *array.BooleanBuilder:
		b.Append(v.(bool))
	case *array.Date32Builder:
		if v.(time.Time).IsZero() {
			b.AppendNull()
			return nil
		}
		b.Append(arrow.Date32FromTime(v.(time.Time)))
	case *array.TimestampBuilder:
		if v.(time.Time).IsZero() {
			b.AppendNull()
			return nil
		}
		b.Append(arrow.Timestamp(v.(time.Time).UnixMicro()))
	default:
		return fmt.Errorf("no way to write a %s", b.Type())
	}
	return nil
}

var snapshotTable = tableSpec{
	name:    "snapshots",
	comment: "Các bản sách đã tải về — Every version of every book the release is made of; join on snapshot_id",
	columns: []columnSpec{
		{"snapshot_id", textType, "sha256 of the book's bytes"},
		{"source", textType, "Id of the source in the configuration"},
		{"uri", textType, "Address of the book"},
		{"version", wholeNum, "Number of the version at this address, from 1"},
		{"name", textType, "File name"},
		{"retrieved_at", instant, "When it was fetched, UTC"},
		{"published", instant, "When the source says it was published, UTC; null if it does not say"},
		{"bytes", wholeNum, "Size of the book"},
		{"media_type", textType, "Media type as the source states it"},
		{"licence", textType, "Terms under which the data may be used"},
		{"producer", textType, "Who makes the data"},
	},
}

func (r *running) loadSnapshots(ctx context.Context, db *duck.DB, books []lake.Version) error {
	rows := make([][]any, len(books))
	for i, v := range books {
		rows[i] = []any{v.SHA256, v.Source, v.URI, int64(v.Number), v.Name, v.Retrieved, v.Published, v.Size, v.MediaType, v.Licence, v.Producer}
	}
	return snapshotTable.create(ctx, db, rows)
}

// loadEditions makes the staging table that says which versions of books belong to a dataset, and gives its name. The same
// bytes may also stand at an address that is none of the dataset's, and what happens there says nothing about it.
func loadEditions(ctx context.Context, db *duck.DB, d *Dataset, books []lake.Version) (string, error) {
	var rows [][]any
	for _, v := range books {
		if d.takes(v) {
			rows = append(rows, []any{v.Source, v.URI, int64(v.Number)})
		}
	}
	t := tableSpec{name: duck.EditionsName(d.ID), comment: "The versions of books that belong to " + d.ID, columns: []columnSpec{
		{"source", textType, "As in snapshots"}, {"uri", textType, "As in snapshots"}, {"version", wholeNum, "As in snapshots"},
	}}
	return t.name, t.create(ctx, db, rows)
}

var datasetTable = tableSpec{
	name:    "datasets",
	comment: "Danh mục bộ dữ liệu — The datasets of the release",
	columns: []columnSpec{
		{"dataset", textType, "Id: the view of the latest vintage; <id>_history holds all vintages, <id>_asof(ts) what was known then"},
		{"name_vi", textType, "Name in Vietnamese"},
		{"name_en", textType, "Name in English"},
		{"note_vi", textType, "What a reader should know, in Vietnamese"},
		{"note_en", textType, "What a reader should know, in English"},
		{"illustrative", yesNo, "True when the figures are made up (số liệu minh hoạ)"},
		{"sources", textType, "Ids of the sources, separated by blanks"},
		{"licence", textType, "Terms under which the data may be used"},
		{"key", textType, "Columns that identify a row, separated by blanks"},
		{"rows", wholeNum, "Rows of the latest vintage"},
		{"history_rows", wholeNum, "Rows of all vintages"},
		{"quarantined", wholeNum, "Cells set aside because their book contradicts itself"},
	},
}

func (r *running) catalogueRow(d *Dataset, report duck.DatasetReport) []any {
	return []any{
		d.ID, d.Name.VI, d.Name.EN, d.Note.VI, d.Note.EN, d.Illustrative, strings.Join(d.Sources, " "), d.Licence,
		strings.Join(d.Key, " "), report.Latest, report.History, report.Quarantined,
	}
}

var runTable = tableSpec{
	name:    "runs",
	comment: "Lần chạy tạo ra bản phát hành này — The run that made this release",
	columns: []columnSpec{
		{"run", textType, "Id of the run"},
		{"release", textType, "Id of the release"},
		{"name_vi", textType, "What is published, in Vietnamese"},
		{"name_en", textType, "What is published, in English"},
		{"created", instant, "When the release was built, UTC"},
		{"statloom", textType, "Version of the program"},
		{"config_hash", textType, "Identifies the configuration and the files it names"},
		{"inputs_hash", textType, "Identifies the books, the configuration and the program it was made of"},
		{"as_of", instant, "The release holds what was known at this time, UTC; null: everything"},
	},
}

func (r *running) loadRun(ctx context.Context, db *duck.DB, f facts) error {
	return runTable.create(ctx, db, [][]any{
		{f.run, f.release, r.Name.VI, r.Name.EN, f.created, r.Engine, r.ConfigHash, f.inputsHash, f.asOf},
	})
}

var codeColumns = map[string]string{
	"code_list":  "Id of the code list",
	"code":       "Code, as it stands in the datasets",
	"valid_from": "First day the code has this meaning; null without a bound",
	"valid_to":   "Last day the code has this meaning; null without a bound",
	"parent":     "Code one level up",
	"name_vi":    "Label in Vietnamese",
	"name_en":    "Label in English",
	"attributes": "Further columns of the code list, as JSON",
}

// Frame makes the tables that every release holds besides its datasets, with the code lists and no other rows, so that SQL
// can be checked without data.
func (r *Runner) Frame(ctx context.Context, db *duck.DB) error {
	for _, t := range []tableSpec{snapshotTable, datasetTable, runTable, correctionTable, changeTable} {
		if err := t.create(ctx, db, nil); err != nil {
			return err
		}
	}
	return errors.Join(r.loadCodeLists(ctx, db), r.loadConcordances(ctx, db))
}

// loadCodeLists loads all code lists into one table.
func (r *Runner) loadCodeLists(ctx context.Context, db *duck.DB) error {
	_, err := db.Load(ctx, "code_lists", r.CodeListSchema, func(yield func(arrow.RecordBatch, error) bool) {
		for _, b := range r.CodeLists {
			if !yield(b, nil) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("load code lists: %w", err)
	}
	var columns []sinks.Column
	for _, f := range r.CodeListSchema.Fields() {
		if text, ok := codeColumns[f.Name]; ok {
			columns = append(columns, sinks.Column{Name: f.Name, Comment: text})
		}
	}
	return db.CommentTable(ctx, "code_lists", "Bảng mã — Code lists; a code may have several meanings over time, told apart by valid_from and valid_to", columns)
}

// standardTables are the tables that every release holds besides its datasets.
func standardTables() []Published {
	return []Published{
		{Name: changeTable.name, Order: []string{"dataset", "book", "of", "sheet", "cell", "was_sheet", "was_cell", "kind", "note"}},
		{Name: "corrections", Order: []string{"dataset", "correction"}},
		{Name: "code_lists", Order: []string{"code_list", "code", "valid_from"}},
		{Name: "concordances", Order: []string{"concordance", "from_code", "to_code"}},
		{Name: "datasets", Order: []string{"dataset"}},
		{Name: "quarantine", Order: []string{"dataset", "book", "sheet", "cell", "text", "reason"}},
		{Name: duck.RevisionSummary, Order: []string{"dataset", "series"}},
		{Name: "runs", Order: []string{"run"}},
		{Name: "snapshots", Order: []string{"uri", "source", "version"}},
	}
}
