package records

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/statloom/statloom/sources/sheet"
)

// RowColumn is the column that says which row of the sheet a record stands in.
const RowColumn = "row"

// Varied is a key in the metadata of columns of words that hardly recur.
const Varied = "varied"

// Output takes the records of a list.
type Output interface {
	// Begin starts anew: a list whose later rows do not fit the types of the first ones is begun again with other types,
	// and what was written before is to be forgotten.
	Begin(*arrow.Schema) error
	// Write takes a batch and keeps it no longer than the call, unless it retains it. Words that recur are numbers of a
	// dictionary that is the batch's own.
	Write(arrow.RecordBatch) error
}

// Report is what a reader of the list should know.
type Report struct {
	Records int64
	Missing int64  // cells with an error value, or a formula without a result
	First   string // the first of those
}

// Schema gives the list's columns as Arrow fields: first `row`, then one field a column, all nullable.
func (l *List) Schema() *arrow.Schema {
	fields := []arrow.Field{{Name: RowColumn, Type: arrow.PrimitiveTypes.Int32}}
	for _, c := range l.Columns {
		fields = append(fields, arrow.Field{Name: c.Name, Nullable: true, Type: map[Type]arrow.DataType{
			Unknown: wordsType, Number: arrow.PrimitiveTypes.Float64, Bool: arrow.FixedWidthTypes.Boolean,
			Date: arrow.FixedWidthTypes.Date32, DateTime: &arrow.TimestampType{Unit: arrow.Millisecond}, Text: wordsType,
		}[c.Type]})
		if c.Varied {
			f := &fields[len(fields)-1]
			f.Type, f.Metadata = arrow.BinaryTypes.String, arrow.NewMetadata([]string{Varied}, []string{""})
		}
	}
	return arrow.NewSchema(fields, nil)
}

// A batch has as many rows as DuckDB's row groups, so that it can be one, or fewer where there are many columns: a few
// batches are in memory at once.
const (
	batchRows  = 122_880
	batchCells = 4 << 20
)

// retries is how often a list is begun again before all of it is looked at first.
const retries = 3

// Read streams sheet i as records, in batches, to out. Numbers in a column of words are written with the digits that the
// book stores; marks that stand for a missing value are null in columns of another type.
func Read(ctx context.Context, b sheet.Book, i int, out Output) (*List, Report, error) {
	l, err := Plan(ctx, b, i)
	if err != nil {
		return nil, Report{}, err
	}
	for try := 0; ; try++ {
		report, err := l.read(ctx, b, i, out)
		var m *misfit
		switch {
		case errors.Is(err, errVaried):
			continue
		case !errors.As(err, &m):
			return l, report, err
		}
		if try < retries {
			l.widen(m)
			continue
		}
		if l, err = plan(ctx, b, i, -1); err != nil {
			return nil, report, err
		}
	}
}

// misfit ends a reading whose columns cannot hold a cell.
type misfit struct {
	col  int
	wide Type
}

func (m *misfit) Error() string {
	return fmt.Sprintf("column %s holds other values than its first rows", sheet.ColumnName(m.col))
}

// errVaried ends a reading that keeps words which hardly recur in a dictionary, early and once at most.
var errVaried = errors.New("the words hardly recur")

// widen makes room for what did not fit.
func (l *List) widen(m *misfit) {
	i, ok := slices.BinarySearchFunc(l.Columns, m.col, func(c Column, col int) int { return c.Col - col })
	if !ok {
		l.Columns = slices.Insert(l.Columns, i, Column{Col: m.col})
	}
	l.Columns[i].Type = join(l.Columns[i].Type, m.wide)
	l.name()
}

func (l *List) read(ctx context.Context, b sheet.Book, i int, out Output) (Report, error) {
	schema := l.Schema()
	if err := out.Begin(schema); err != nil {
		return Report{}, err
	}
	r := &reading{list: l, schema: schema, out: out, most: max(1, min(batchRows, batchCells/schema.NumFields()))}
	r.bind()
	defer r.builder.Release()
	_, err := b.Scan(ctx, i, r.row)
	if err == nil {
		err = r.flush()
	}
	return r.report, err
}

// reading is one pass over a list.
type reading struct {
	list    *List
	schema  *arrow.Schema
	out     Output
	most    int                  // rows of a batch
	builder *array.RecordBuilder // with the numbers of words in place of the words
	row0    *array.Int32Builder
	fields  []field // by column number
	n       int
	report  Report
}

// field is a column's builder.
type field struct {
	typ  Type
	used bool // the list has this column
	rows int  // how many rows of the batch it has
	num  *array.Float64Builder
	yes  *array.BooleanBuilder
	day  *array.Date32Builder
	time *array.TimestampBuilder
	text *vocabulary
	long *array.StringBuilder // words that hardly recur
}

// bind makes the builders.
func (r *reading) bind() {
	columns, stored := r.list.Columns, r.schema.Fields()
	for i := range stored {
		if stored[i].Type == wordsType {
			stored[i].Type = wordsType.IndexType
		}
	}
	r.builder = array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(stored, nil))
	r.fields = make([]field, 1)
	if n := len(columns); n > 0 {
		r.fields = make([]field, columns[n-1].Col+1)
	}
	r.row0 = r.builder.Field(0).(*array.Int32Builder)
	for k, c := range columns {
		f := &r.fields[c.Col]
		f.typ, f.used = c.Type, true
		switch b := r.builder.Field(k + 1).(type) {
		case *array.Float64Builder:
			f.num = b
		case *array.BooleanBuilder:
			f.yes = b
		case *array.Date32Builder:
			f.day = b
		case *array.TimestampBuilder:
			f.time = b
		case *array.Int32Builder:
			f.text = newVocabulary(b)
		case *array.StringBuilder:
			f.long = b
		}
	}
	r.builder.Reserve(r.most)
}

// row adds a row of the sheet.
func (r *reading) row(row *sheet.Row) error {
	if row.Number <= r.list.Header {
		return nil
	}
	began := false
	for i := range row.Cells {
		c := &row.Cells[i]
		if c.Type == sheet.Empty && !c.NoCache {
			continue
		}
		if c.Col >= len(r.fields) || !r.fields[c.Col].used {
			return &misfit{c.Col, typeOf(c)}
		}
		if !began {
			began = true
			r.row0.UnsafeAppend(int32(row.Number))
		}
		f := &r.fields[c.Col]
		f.fill(r.n)
		if err := r.add(f, c, row.Number); err != nil {
			return err
		}
		f.rows = r.n + 1
	}
	if !began {
		return nil
	}
	if r.n++; r.n == r.most {
		return r.flush()
	}
	return nil
}

// fill makes up for the rows in which the column is blank.
func (f *field) fill(rows int) {
	for ; f.rows < rows; f.rows++ {
		f.null()
	}
}

func (f *field) null() {
	switch {
	case f.num != nil:
		f.num.AppendNull()
	case f.text != nil:
		f.text.add(cell{null: true})
	case f.long != nil:
		f.long.AppendNull()
	case f.day != nil:
		f.day.AppendNull()
	case f.time != nil:
		f.time.AppendNull()
	default:
		f.yes.AppendNull()
	}
}

// add appends a cell to its column. There is room for a batch: bind and flush see to it.
func (r *reading) add(f *field, c *sheet.Cell, row int) error {
	switch {
	case c.Type == sheet.Number && f.typ == Number:
		f.num.UnsafeAppend(c.Num)
	case c.Type == sheet.Text && f.typ == Text:
		return r.word(f, c.Text)
	case c.Type == sheet.Date && f.typ == Date:
		if day, ok := wholeDay(c.Num); ok {
			f.day.UnsafeAppend(day)
			return nil
		}
		return r.other(f, c)
	case c.Type == sheet.Error || c.NoCache:
		if r.report.Missing++; r.report.Missing == 1 {
			r.report.First = sheet.A1(row, c.Col)
		}
		f.null()
	default:
		return r.other(f, c)
	}
	return nil
}

// word appends a word.
func (r *reading) word(f *field, text string) error {
	if f.long != nil {
		f.long.Append(text)
		return nil
	}
	if !f.text.add(cell{text: text}) || r.list.judged {
		return nil
	}
	for i := range r.list.Columns {
		c := &r.list.Columns[i]
		c.Varied = r.fields[c.Col].text != nil && r.fields[c.Col].text.varied()
	}
	r.list.judged = true
	return errVaried
}

// other appends a cell of one of the rarer types.
func (r *reading) other(f *field, c *sheet.Cell) error {
	t := typeOf(c)
	if t == Unknown { // blanks, or a mark for a missing value
		if f.text != nil || f.long != nil {
			return r.word(f, c.Text)
		}
		f.null()
		return nil
	}
	if join(f.typ, t) != f.typ {
		return &misfit{c.Col, t}
	}
	switch f.typ {
	case Bool:
		f.yes.UnsafeAppend(c.Num != 0)
	case Date:
		at, _ := sheet.Time(c.Num)
		f.day.UnsafeAppend(arrow.Date32FromTime(at))
	case DateTime:
		at, _ := sheet.Time(c.Num)
		f.time.UnsafeAppend(arrow.Timestamp(at.UnixMilli()))
	case Text:
		return r.word(f, asText(c, t))
	}
	return nil
}

// asText writes a value into a column of words.
func asText(c *sheet.Cell, t Type) string {
	switch at, _ := sheet.Time(c.Num); t {
	case Bool:
		if c.Num != 0 {
			return "TRUE"
		}
		return "FALSE"
	case Date:
		return at.Format("2006-01-02")
	case DateTime:
		return at.Format("2006-01-02T15:04:05.999")
	}
	return c.Text
}

// flush hands out the batch.
func (r *reading) flush() error {
	if r.n == 0 {
		return nil
	}
	for i := range r.fields {
		if r.fields[i].used {
			r.fields[i].fill(r.n)
			r.fields[i].rows = 0
		}
		if f := &r.fields[i]; f.text != nil {
			f.text.lookUp()
		}
	}
	stored := r.builder.NewRecordBatch()
	defer stored.Release()
	columns := slices.Clone(stored.Columns())
	for k, c := range r.list.Columns {
		if f := &r.fields[c.Col]; f.text != nil {
			columns[k+1] = f.text.take(columns[k+1])
			defer columns[k+1].Release()
		}
	}
	batch := array.NewRecordBatch(r.schema, columns, int64(r.n))
	defer batch.Release()
	r.report.Records += int64(r.n)
	r.n = 0
	r.builder.Reserve(r.most)
	return r.out.Write(batch)
}
