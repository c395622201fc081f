package trace_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/trace"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/delim"
)

// releaseSQL is a release as a run leaves it, as far as tracing asks it: X is 100 * a / Y, Y a cell.
const releaseSQL = `
	CREATE TABLE snapshots AS SELECT 'abc' AS snapshot_id, 'book.xlsx' AS name, 'file:book.xlsx' AS uri, 1 AS version, 'Office' AS producer;
	CREATE TABLE indicator_catalogue AS SELECT * FROM (VALUES ('X', 'Tỷ trọng', 'Share', 'a / b', 'a / b', 'field', 1), ('Y', 'Tổng', 'Total', NULL, NULL, '', 0))
		v(indicator, name_vi, name_en, formula_vi, formula_en, dimensions, decimals);
	CREATE TABLE indicators AS SELECT * FROM (VALUES
		('X', '_T', '2023', DATE '2023-01-01', DATE '2023-12-31', 12.0::DOUBLE, 'A'), ('X', '_T', '2024', DATE '2024-01-01', DATE '2024-12-31', 12.5, 'P'),
		('X', 'f', '2024', DATE '2024-01-01', DATE '2024-12-31', NULL, 'M'), ('Y', NULL, '2024', DATE '2024-01-01', DATE '2024-12-31', 200.0, 'P'))
		v(indicator, field, time_period, period_start, period_end, obs_value, obs_status);
	ALTER TABLE indicators ADD COLUMN obs_low DOUBLE; ALTER TABLE indicators ADD COLUMN obs_high DOUBLE; ALTER TABLE indicators ADD COLUMN obs_comment VARCHAR;
	ALTER TABLE indicators ADD COLUMN unit VARCHAR DEFAULT '%'; ALTER TABLE indicators ADD COLUMN price_base VARCHAR; ALTER TABLE indicators ADD COLUMN method VARCHAR;
	ALTER TABLE indicators ADD COLUMN illustrative BOOLEAN DEFAULT true;
	CREATE TABLE indicator_formulas AS SELECT * FROM (VALUES ('X', '_T', '2024', '100 * #1 / #2'), ('Y', NULL, '2024', '#1')) v(indicator, field, time_period, formula);
	CREATE TABLE indicator_inputs AS SELECT * FROM (VALUES
		('X', '_T', '2024', 1, 'numerator', 1.0::DOUBLE, 'observation', 'go', 'industry=25', 'obs_value', 25.0::DOUBLE, NULL::VARCHAR, 'tỷ đồng', 'P', 'abc', 'Bảng 1', 'B3', TIMESTAMPTZ '2024-06-30 00:00:00+00'),
		('X', '_T', '2024', 2, 'denominator', 1.0, 'indicator', 'Y', 'time_period=2024', 'obs_value', 200.0, NULL, 'tỷ đồng', 'P', NULL, NULL, NULL, NULL),
		('Y', NULL, '2024', 1, 'part', 1.0, 'observation', 'go', 'industry=_T', 'obs_value', 200.0, NULL, 'tỷ đồng', 'P', 'abc', 'Bảng 1', 'B2', TIMESTAMPTZ '2024-06-30 00:00:00+00'))
		v(indicator, field, time_period, n, role, weight, input_kind, input, input_key, input_column, obs_value, obs_text, unit, obs_status, snapshot_id, sheet, cell, vintage_from)`

func open(t *testing.T) *duck.DB {
	t.Helper()
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Threads: 1})
	if err == nil {
		err = db.Exec(t.Context(), releaseSQL)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestTree(t *testing.T) {
	v, err := trace.Find(t.Context(), open(t), trace.Query{Indicator: "x"})
	if err != nil {
		t.Fatal(err)
	}
	v.Observations()[0].Source.InCell = "25,0"
	var out bytes.Buffer
	if err := trace.Write(&out, v, "en"); err != nil {
		t.Fatal(err)
	}
	want := `X Share — 2024, field=_T
  Value: 12.5 % (P provisional)
  Formula: a / b
  = 100 * #1 / #2
  = 100 * 25 / 200
  ├─ #1 numerator: 25 tỷ đồng (P provisional)  go industry=25
  │  book.xlsx › Bảng 1 › B3 "25,0", known since 2024-06-30
  └─ #2 denominator: 200 tỷ đồng (P provisional)  Y time_period=2024
     Y Total — 2024
       Value: 200 % (P provisional)
       = #1
       = 200
       └─ #1 part: 200 tỷ đồng (P provisional)  go industry=_T
          book.xlsx › Bảng 1 › B2, known since 2024-06-30
Illustrative figures: they are made up and are not statistics.
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}

func TestNothingThere(t *testing.T) {
	db := open(t)
	for _, c := range []struct {
		q    trace.Query
		want string
	}{
		{trace.Query{Indicator: "Z"}, "the release has no indicator Z"},
		{trace.Query{Indicator: "X", At: map[string]string{"area": "92"}}, "indicator X has no dimension area (its dimensions: field, time_period)"},
		{trace.Query{Indicator: "X", Period: "1999"}, "indicator X has no row at field=_T, time_period=1999 (it has field: _T, f; time_period: 2023, 2024)"},
	} {
		_, err := trace.Find(t.Context(), db, c.q)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "\n", " "), strings.Split(c.want, " (")[0]) {
			t.Errorf("%+v: %v, want %s", c.q, err, c.want)
		}
	}
}

// What a book holds comes out as text, whatever it is, and the page loads and runs nothing. The cell is read from the lake.
func TestPageIsInert(t *testing.T) {
	const evil = `</td><script>alert(1)</script><img src=x onerror=alert(1)>`
	l, err := lake.Open(t.Context(), t.TempDir(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	book, _, err := l.Put(t.Context(), lake.Origin{Source: "s", URI: "file:b.csv", Name: "b.csv", Retrieved: time.Unix(0, 0)}, strings.NewReader("Title,2024\n\""+evil+"\",25\n"))
	if err != nil {
		t.Fatal(err)
	}
	value := 25.0
	v := &trace.Value{Indicator: "X", NameVI: evil, Value: &value, Formula: "#1", Inputs: []trace.Input{
		{N: 1, Role: "part", Name: "go", Key: evil, Value: &value, Source: &trace.Source{Snapshot: book.SHA256, Book: "b.csv", Sheet: "b", Cell: "B2"}},
		{N: 2, Role: "part", Name: "go", Key: evil, Source: &trace.Source{Snapshot: strings.Repeat("0", 64), Book: evil, Sheet: evil, Cell: "B2"}},
	}}
	reader := trace.Reader{Lake: l, Formats: []sheet.Format{delim.Format{}}}
	sheets, err := reader.Read(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Inputs[0].Source; got.InCell != "25" || got.Problem != "" {
		t.Errorf("the cell holds %q, %s", got.InCell, got.Problem)
	}
	if v.Inputs[1].Source.Problem == "" {
		t.Error("nothing is said of a book that is not in the lake")
	}
	for _, language := range []string{"vi", "en"} {
		var out bytes.Buffer
		if err := trace.Page(&out, v, sheets, language); err != nil {
			t.Fatal(err)
		}
		page := out.String()
		for _, bad := range []string{"<script", "<img"} {
			if strings.Contains(page, bad) {
				t.Errorf("the page holds %q", bad)
			}
		}
		for _, want := range []string{`lang="` + language + `"`, `href="#s1-B2"`, `id="s1-B2"`, `scope="row"`, "default-src 'none'", "&lt;script"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
	}
}
