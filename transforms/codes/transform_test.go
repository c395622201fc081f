package codes_test

import (
	"context"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
)

func day(t testing.TB, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// rejects keeps what a transform rejects.
type rejects struct{ list []transforms.Reject }

func (r *rejects) Batch(arrow.RecordBatch) error { return nil }
func (r *rejects) Reject(x transforms.Reject)    { r.list = append(r.list, x) }

var schema = arrow.NewSchema([]arrow.Field{
	{Name: "area", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: transforms.ColPeriodEnd, Type: arrow.FixedWidthTypes.Date32},
	{Name: transforms.ColObsValue, Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: transforms.ColSheet, Type: arrow.BinaryTypes.String},
	{Name: transforms.ColCell, Type: arrow.BinaryTypes.String},
}, nil)

// batch makes a batch of labels, each with a value and a cell.
func batch(t *testing.T, mem memory.Allocator, rows [][2]string) arrow.RecordBatch {
	b := array.NewRecordBuilder(mem, schema)
	defer b.Release()
	for i, r := range rows {
		if r[0] == "" {
			b.Field(0).AppendNull()
		} else {
			b.Field(0).(*array.StringBuilder).Append(r[0])
		}
		b.Field(1).(*array.Date32Builder).Append(arrow.Date32FromTime(day(t, r[1])))
		b.Field(2).(*array.Float64Builder).Append(float64(i))
		b.Field(3).(*array.StringBuilder).Append("IIP")
		b.Field(4).(*array.StringBuilder).Append("B" + string(rune('1'+i)))
	}
	return b.NewRecordBatch()
}

func TestTransform(t *testing.T) {
	l := mustLoad(t, areas)
	rows := [][2]string{
		{"Lào Cai", "2024-12-31"}, {"Thái Bình Dương", "2024-12-31"}, {"", "2024-12-31"}, {"Lào Cai", "2025-12-31"},
		{"Hậu Giang", "2025-12-31"}, {"Sản xuất SỢI", "2024-12-31"},
	}
	tests := []struct {
		name    string
		keep    bool
		codes   []string // (null) for NULL
		values  []float64
		rejects []transforms.Reject
	}{
		{"quarantine", false, []string{"10", "(null)", "15"}, []float64{0, 2, 3}, []transforms.Reject{
			{Sheet: "IIP", Cell: "B2", Text: "Thái Bình Dương",
				Reason: "area: the code list does not know the label, and nothing in it is near: add a code or an alias"},
			{Sheet: "IIP", Cell: "B5", Text: "Hậu Giang",
				Reason: "area: the label is the name of a code that is not valid in this period: 93 (valid 2004-01-01 to 2025-06-30)"},
			{Sheet: "IIP", Cell: "B6", Text: "Sản xuất SỢI", Reason: "area: the label is the name of more than one code: 1, 2"},
		}},
		{"keep", true, []string{"10", "Thái Bình Dương", "(null)", "15", "Hậu Giang", "Sản xuất SỢI"}, []float64{0, 1, 2, 3, 4, 5}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := batch(t, memory.DefaultAllocator, rows)
			defer in.Release()
			out := &rejects{}
			got, err := codes.Transform(codes.Column{Name: "area", List: l, Keep: tt.keep}).Apply(context.Background(), in, out)
			if err != nil {
				t.Fatal(err)
			}
			defer got.Release()
			var labels []string
			var values []float64
			for i := range int(got.NumRows()) {
				labels = append(labels, got.Column(0).ValueStr(i))
				values = append(values, got.Column(2).(*array.Float64).Value(i))
			}
			if diff := cmp.Diff(tt.codes, labels); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.values, values); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.rejects, out.list); diff != "" {
				t.Errorf("rejects (-want +got):\n%s", diff)
			}
			if in.Column(0).ValueStr(0) != "Lào Cai" {
				t.Error("the input was changed")
			}
		})
	}
}

func TestTransformAllRejected(t *testing.T) {
	in := batch(t, memory.DefaultAllocator, [][2]string{{"x", "2024-12-31"}, {"y", "2024-12-31"}})
	defer in.Release()
	out := &rejects{}
	got, err := codes.Transform(codes.Column{Name: "area", List: mustLoad(t, areas)}).Apply(context.Background(), in, out)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	if got.NumRows() != 0 || len(out.list) != 2 || !got.Schema().Equal(schema) {
		t.Errorf("%d rows, %d rejects", got.NumRows(), len(out.list))
	}
}

func TestTransformSchema(t *testing.T) {
	l := mustLoad(t, areas)
	for name, want := range map[string]string{
		"area":      "",
		"nowhere":   "code column nowhere: the table has 0 columns of that name",
		"obs_value": "code column obs_value: it is float64, want utf8",
	} {
		_, err := codes.Transform(codes.Column{Name: name, List: l}).Schema(schema)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("Schema with %s: %q, want %q", name, got, want)
		}
	}
}

func TestRecord(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	r := mustLoad(t, areas).Record(mem)
	defer r.Release()
	var got []string
	for row := range 3 {
		line := ""
		for c := range int(r.NumCols()) {
			line += r.Column(c).ValueStr(row) + ";"
		}
		got = append(got, line)
	}
	want := []string{
		`areas;92;2004-01-01;2025-06-30;(null);Cần Thơ;Can Tho city;{"region":"south"};`,
		`areas;92;2025-07-01;(null);(null);Thành phố Cần Thơ;Can Tho city;{"region":"south"};`,
		`areas;93;2004-01-01;2025-06-30;(null);Hậu Giang;Hau Giang;(null);`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
