package catalogue_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
	"github.com/statloom/statloom/sinks/sinktest"
)

func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		column sinks.Column
		want   catalogue.Column
	}{
		{sinks.Column{Name: "industry", Type: "VARCHAR", Comment: "Ngành — Activity; code list vsic"},
			catalogue.Column{Label: sinks.Text{VI: "Ngành", EN: "Activity"}, CodeList: "vsic", Role: catalogue.Dimension}},
		{sinks.Column{Name: "field", Type: "VARCHAR", Comment: "Lĩnh vực — Field; code list cnht_field; _T là tổng số"},
			catalogue.Column{Label: sinks.Text{VI: "Lĩnh vực", EN: "Field"}, CodeList: "cnht_field"}},
		{sinks.Column{Name: "capital", Type: "DOUBLE", Comment: "Vốn — Capital (tỷ đồng)"},
			catalogue.Column{Label: sinks.Text{VI: "Vốn", EN: "Capital"}, Unit: "tỷ đồng", Role: catalogue.Measure}},
		{sinks.Column{Name: "name", Type: "VARCHAR", Comment: "Tên (đầy đủ)"},
			catalogue.Column{Label: sinks.Text{VI: "Tên (đầy đủ)", EN: "Tên (đầy đủ)"}}}, // a text has no unit
		{sinks.Column{Name: "x", Type: "BIGINT"}, catalogue.Column{Label: sinks.Text{VI: "x", EN: "x"}, Role: catalogue.Measure}},
		{sinks.Column{Name: "time_period", Type: "VARCHAR", Comment: "Time period"}, catalogue.Column{Label: sinks.Text{VI: "Kỳ", EN: "Period"}, Role: catalogue.Time}},
		{sinks.Column{Name: "cell", Type: "VARCHAR"}, catalogue.Column{Label: sinks.Text{VI: "Ô gốc", EN: "Source cell"}, Role: catalogue.Provenance}},
	} {
		c.want.Column = c.column
		if diff := cmp.Diff(c.want, catalogue.Describe(c.column, []string{"industry"})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.column.Name, diff)
		}
	}
}

func TestRead(t *testing.T) {
	store, tables := ducktest.Store(t, sinktest.Described())
	about, err := catalogue.Read(t.Context(), store, tables)
	if err != nil {
		t.Fatal(err)
	}
	if len(about.Datasets) != 1 || about.Datasets[0].Name.EN != "Output" || !about.Datasets[0].Illustrative {
		t.Fatalf("datasets: %+v", about.Datasets)
	}
	area := about.Datasets[0].Columns[1]
	for day, want := range map[string]string{"2024-12-31": "Cần Thơ cũ", "2025-06-30": "Cần Thơ cũ", "2025-07-01": "Cần Thơ mới", "0001-01-01": "Cần Thơ mới"} {
		on, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := about.Label(area, "92", on); got.VI != want {
			t.Errorf("on %s area 92 is %q, want %q", day, got.VI, want)
		}
	}
	if _, ok := about.Label(area, "93", time.Time{}); ok {
		t.Error("an unknown code has a name")
	}
	if !about.Own("datasets") || !about.Own("output_history") || about.Own("output") {
		t.Error("the release's own tables are mistaken for data")
	}
}

// Values are read whole.
func TestValues(t *testing.T) {
	db := ducktest.Create(t)
	var got []string
	for row, err := range catalogue.Query(t.Context(), db, `SELECT 12345678901234567890123456789.012345678::DECIMAL(38, 9), 170141183460469231731687303715884105727::HUGEINT, DATE '2024-02-29',
		TIMESTAMPTZ '2024-02-29 12:34:56.789012+00', 0.1 + 0.2::DOUBLE, true, NULL::VARCHAR, 18446744073709551615::UBIGINT, '{"a": 1}'::JSON`) {
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range row {
			got = append(got, catalogue.Text(v))
		}
	}
	want := []string{"12345678901234567890123456789.012345678", "170141183460469231731687303715884105727", "2024-02-29", "2024-02-29T12:34:56.789012Z", "0.30000000000000004", "true", "", "18446744073709551615", `{"a": 1}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
