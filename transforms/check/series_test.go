package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/check"
)

// months makes a table `m` of monthly figures with their history: industry 01 runs smoothly from January 2022 to February
// 2024, other rows are given as month, industry, value and unit_mult.
func months(t *testing.T, rows ...string) *duck.DB {
	t.Helper()
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "200MB", Threads: 1})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	list := "SELECT NULL, NULL, NULL, NULL WHERE false"
	if len(rows) > 0 {
		list = "VALUES " + strings.Join(rows, ", ")
	}
	must(t, db.Exec(t.Context(), `
		CREATE TABLE snapshots AS SELECT 's1' AS snapshot_id, 'báo cáo.xlsx' AS name;
		CREATE TABLE m_history AS
		SELECT industry, strftime(day, '%Y-%m') AS time_period, day AS period_start, 'M' AS freq, value::DOUBLE AS obs_value, mult::INTEGER AS unit_mult,
			's1' AS snapshot_id, 'Biểu 1' AS sheet, 'C' || (row_number() OVER (ORDER BY industry, day)) AS cell,
			day + INTERVAL 1 MONTH AS vintage_from, NULL::TIMESTAMP AS vintage_to, NULL::VARCHAR AS correction
		FROM (
			SELECT '01' AS industry, (DATE '2022-01-01' + to_months(i::INTEGER))::DATE AS day, 100 + i + i % 3 AS value, 6 AS mult FROM range(26) r(i)
			UNION ALL
			SELECT industry, (month || '-01')::DATE, value, mult FROM (`+list+`) v(month, industry, value, mult)
		);
		CREATE VIEW m AS SELECT * FROM m_history WHERE vintage_to IS NULL`))
	return db
}

// like01 gives rows of another industry: those of 01 times a factor, but for the months that are given.
func like01(industry string, factor float64, months int, others map[int]float64) []string {
	var rows []string
	for i := range months {
		x, ok := others[i]
		if !ok {
			x = factor * float64(100+i+i%3)
		}
		if x >= 0 { // below 0 stands for no row
			rows = append(rows, fmt.Sprintf("('%s', '%s', %v, 6)", time.Date(2022, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"), industry, x))
		}
	}
	return rows
}

func one(t *testing.T, db *duck.DB, c transforms.Check) check.Result {
	t.Helper()
	results, err := check.Run(t.Context(), db, []transforms.Check{c}, check.Setting{Keys: map[string][]string{"m": {"industry", "time_period"}}, Now: now})
	must(t, err)
	return results[0]
}

func TestJump(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []string
		want []string // cells
	}{
		{"a smooth series", nil, nil},
		{"a thousand times too large", like01("02", 5, 26, map[int]float64{20: 5 * 121000}), []string{"C47"}},
		{"a tenth, in the last month", like01("02", 5, 26, map[int]float64{25: 5 * 12.6}), []string{"C52"}},
		{"in the first month", like01("02", 5, 26, map[int]float64{0: 5 * 10100}), []string{"C27"}},
		{"six times is no power of ten", like01("02", 5, 26, map[int]float64{20: 5 * 121 * 6}), nil},
		{"too short to say", like01("02", 5, 4, map[int]float64{3: 500000}), nil},
		{"a series that is never steady", []string{"('2023-01','02',1,6)", "('2023-02','02',10,6)", "('2023-03','02',100,6)", "('2023-04','02',3,6)", "('2023-05','02',70,6)", "('2023-06','02',700,6)"}, nil},
		{"another unit for the same amount", append(like01("02", 5, 20, nil), "('2023-09', '02', 605000, 3)", "('2023-10', '02', 606000, 3)"), nil},
		{"the same number in another unit", append(like01("02", 5, 20, nil), "('2023-09', '02', 605, 3)"), []string{"C47"}},
		{"an unknown unit", append(like01("02", 5, 20, nil), "('2023-09', '02', 605, NULL)"), nil},
		{"zero and below are passed over", like01("02", 5, 26, map[int]float64{20: 0}), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := one(t, months(t, c.rows...), transforms.Check{Kind: "jump", Table: "m"})
			var cells []string
			for _, e := range r.Examples {
				cells = append(cells, e.Cell)
			}
			if d := cmp.Diff(c.want, cells); d != "" || r.Severity != transforms.SevError || r.Status == check.Error {
				t.Errorf("%s %s: %s", r.Status, r.Message, d)
			}
		})
	}
	for _, c := range []struct{ against, other, want string }{ // other: rows that another book says
		{"other_books", "false", "passed"},
		{"same_book", "false", "failed"},
		{"other_books", "cell = 'C40'", "failed"},
		{"same_book", "cell = 'C40'", "passed"},
		{"other_books", "cell = 'C47'", "failed"},
		{"other_books", "cell = 'C48'", "passed"},
	} {
		db := months(t, like01("02", 5, 26, map[int]float64{20: 605000})...)
		must(t, db.Exec(t.Context(), "UPDATE m_history SET snapshot_id = 's0' WHERE "+c.other))
		if r := one(t, db, transforms.Check{Kind: "jump", Table: "m", Against: c.against}); string(r.Status) != c.want {
			t.Errorf("against %s, where %s: %s, want %s", c.against, c.other, r.Status, c.want)
		}
	}
	r := one(t, months(t, like01("02", 5, 26, map[int]float64{20: 605000})...), transforms.Check{Kind: "jump", Table: "m"})
	want := `1 failure: báo cáo.xlsx, sheet "Biểu 1", cell C47: industry=02, time_period=2023-09: it is 605000.0, about 10^3 times what its series has, which is about 572.495`
	wantVI := `1 trường hợp không đạt: báo cáo.xlsx, trang "Biểu 1", ô C47: industry=02, time_period=2023-09: là 605000.0, lệch khoảng 10^3 lần so với chuỗi của nó, khoảng 572.495`
	if d := cmp.Diff([]string{want, wantVI}, []string{r.Message, r.MessageVI}); d != "" {
		t.Error(d)
	}
}

func TestSeriesChecks(t *testing.T) {
	const place = `báo cáo.xlsx, sheet "Biểu 1", cell `
	spike := like01("02", 5, 26, map[int]float64{20: 900})
	gaps := like01("02", 5, 24, map[int]float64{5: -1, 6: -1})
	for _, c := range []struct {
		name    string
		rows    []string
		more    string // SQL
		check   transforms.Check
		status  check.Status
		message string
	}{
		{"outlier", spike, "", transforms.Check{Kind: "outlier"}, check.Failed,
			"1 failure: " + place + "C47: industry=02, time_period=2023-09: 900.0 is 30.9 robust standard deviations from its neighbours, about 605.0; expected at most 8"},
		{"a trend is no outlier", like01("02", 5, 26, nil), "", transforms.Check{Kind: "outlier"}, check.Passed, ""},
		{"outliers of short series are not looked for", like01("02", 5, 8, map[int]float64{4: 9000}), "", transforms.Check{Kind: "outlier"}, check.Passed, ""},
		{"a lonely step among equal values", []string{}, `UPDATE m_history SET obs_value = CASE WHEN time_period = '2023-05' THEN 130 ELSE 100 END`, transforms.Check{Kind: "outlier"}, check.Failed,
			"1 failure: " + place + "C17: industry=01, time_period=2023-05: 130.0 is 20.7 robust standard deviations from its neighbours, about 100.0; expected at most 8"},

		{"complete", gaps, "", transforms.Check{Kind: "complete", Freq: "M"}, check.Failed,
			"1 failure: " + place + "C31: industry=02: periods missing: 4 (2022-06, 2022-07, 2024-01, 2024-02); the last one before is 2022-05"},
		{"complete, all there", nil, "", transforms.Check{Kind: "complete", Freq: "M"}, check.Passed, ""},
		{"not due yet", nil, "", transforms.Check{Kind: "complete", Freq: "M", Max: at(5)}, check.Passed, ""},
		{"due by the calendar", nil, `DELETE FROM m_history WHERE time_period = '2024-02'`, transforms.Check{Kind: "complete", Freq: "M", Max: at(0)}, check.Failed,
			"1 failure: " + place + "C25: industry=01: periods missing: 1 (2024-02); the last one before is 2024-01"},
		{"a series that begins later", like01("02", 5, 26, map[int]float64{0: -1, 1: -1}), "", transforms.Check{Kind: "complete", Freq: "M"}, check.Passed, ""},
		{"and has a gap", like01("02", 5, 26, map[int]float64{0: -1, 1: -1, 5: -1}), "", transforms.Check{Kind: "complete", Freq: "M"}, check.Failed,
			"1 failure: " + place + "C29: industry=02: periods missing: 1 (2022-06); the last one before is 2022-05"},
		{"of another frequency", nil, "", transforms.Check{Kind: "complete", Freq: "A"}, check.Passed, ""},

		{"fresh", nil, "", transforms.Check{Kind: "fresh", Max: at(0)}, check.Passed, ""},
		{"not fresh", nil, `DELETE FROM m_history WHERE time_period > '2023-11'`, transforms.Check{Kind: "fresh", Max: at(60)}, check.Failed,
			"1 failure: " + place + "C23: vintage_from is 2023-12-01 00:00:00, 91 days ago; expected at most 60"},
		{"fresh by another column", nil, "", transforms.Check{Kind: "fresh", Column: "period_start", Max: at(20)}, check.Failed,
			"1 failure: " + place + "C26: period_start is 2024-02-01 00:00:00, 29 days ago; expected at most 20"},
		{"nothing is not fresh", nil, "DELETE FROM m_history", transforms.Check{Kind: "fresh", Max: at(60)}, check.Failed, "1 failure: there is no date in vintage_from"},

		{"revision", nil, revise, transforms.Check{Kind: "revision", Max: at(5)}, check.Failed,
			"1 failure: " + place + "C26: industry=01, time_period=2024-02: it was revised from 100.0 to 126.0 (26.0 %), expected at most 5 %"},
		{"a small revision", nil, revise, transforms.Check{Kind: "revision", Max: at(30)}, check.Passed, ""},
		{"a revision within the tolerance", nil, revise, transforms.Check{Kind: "revision", Max: at(5), Tolerance: 26}, check.Passed, ""},
		{"a correction is no revision", nil, revise + `; UPDATE m_history SET correction = 'C1' WHERE time_period = '2024-02' AND vintage_to IS NULL`, transforms.Check{Kind: "revision", Max: at(5)}, check.Passed, ""},

		{"what was replaced as it appeared was not revised", nil, revise + `; UPDATE m_history SET vintage_from = vintage_to WHERE vintage_to IS NOT NULL`, transforms.Check{Kind: "revision", Max: at(5)}, check.Passed, ""},

		{"shares", nil, shares, transforms.Check{Kind: "shares", Table: "s", GroupBy: []string{"y"}}, check.Failed,
			"1 failure: báo cáo.xlsx, sheet \"S\", cell A3, A4: y=2021: the shares (2) add up to 99.0, expected 100; groups checked: 2, 1 group not checked: " +
				"báo cáo.xlsx, sheet \"S\", cell A5, A6: y=2022: shares without a value: 1 of 2"},
		{"shares of one", nil, shares, transforms.Check{Kind: "shares", Table: "s", GroupBy: []string{"y"}, Whole: at(99), Where: "y = 2021"}, check.Passed, "groups checked: 1"},
		{"shares within rounding", nil, rounded, transforms.Check{Kind: "shares", Table: "s", Whole: at(133.4), Rounding: true}, check.Passed, "groups checked: 1"},
		{"shares beyond rounding", nil, rounded, transforms.Check{Kind: "shares", Table: "s", Whole: at(133.5), Rounding: true}, check.Failed,
			"1 failure: all rows: the shares (3) add up to 133.3, expected 133.5; groups checked: 1"},
		{"a sum within rounding", nil, rounded, transforms.Check{Kind: "sum", Table: "s", Total: "id = 0", Parts: "id > 0", Rounding: true}, check.Passed, "groups checked: 1"},
		{"no shares", nil, shares, transforms.Check{Kind: "shares", Table: "s", Where: "false"}, check.Failed, "nothing could be checked: no row matches"},

		{"growth", nil, growth, transforms.Check{Kind: "growth", Table: "g", With: "m", By: []string{"industry"}, Over: "year", Tolerance: 0.1}, check.Failed,
			"1 failure: industry=01, time_period=2023-02: the figure is 20.0, the levels 102.0 and 114.0 give 11.764706; groups checked: 2, " +
				"1 group not checked: industry=01, time_period=2022-02: a level is missing"},
		{"growth as an index", nil, growth, transforms.Check{Kind: "growth", Table: "g", With: "m", By: []string{"industry"}, Over: "month", Form: "index", Where: "time_period = '2022-02'", Tolerance: 0.1}, check.Failed,
			"1 failure: industry=01, time_period=2022-02: the figure is 11.0, the levels 100.0 and 102.0 give 102.0; groups checked: 1"},
		{"growth within a frequency", nil, growth + `; INSERT INTO m_history SELECT * REPLACE ('A' AS freq, 9999 AS obs_value) FROM m_history`,
			transforms.Check{Kind: "growth", Table: "g", With: "m", By: []string{"industry"}, Over: "year", Where: "time_period = '2023-01'", Tolerance: 0.1}, check.Passed, "groups checked: 1"},
		{"growth over what", nil, growth, transforms.Check{Kind: "growth", Table: "g", With: "m"}, check.Error, "the check cannot be made: growth needs over: year, half_year, quarter or month"},
		{"growth without periods", nil, shares, transforms.Check{Kind: "growth", Table: "s", With: "m", Over: "year"}, check.Error, "the check cannot be made: growth needs the column period_start, which s does not have"},

		{"equal", nil, other, transforms.Check{Kind: "equal", With: "o", WithColumn: "x", By: []string{"time_period"}, Where: "time_period IN ('2022-01', '2022-02', '2022-03')"}, check.Failed,
			"1 failure: " + place + "C2: industry=01, time_period=2022-02: it is 102.0, o has 103.0; groups checked: 2, 1 group not checked: " + place + "C3: industry=01, time_period=2022-03: there is nothing to compare with"},
		{"equal within its tolerance", nil, other, transforms.Check{Kind: "equal", With: "o", WithColumn: "x", By: []string{"time_period"}, Tolerance: 1, Where: "time_period < '2022-03'"}, check.Passed, "groups checked: 2"},
		{"equal to nothing", nil, other, transforms.Check{Kind: "equal", With: "o", WithColumn: "x", WithWhere: "false", By: []string{"time_period"}, Where: "time_period < '2022-02'"}, check.Failed,
			"nothing could be checked: groups checked: 0, 1 group not checked: " + place + "C1: industry=01, time_period=2022-01: there is nothing to compare with"},
		{"no such partner", nil, "", transforms.Check{Kind: "equal", With: "nowhere", By: []string{"time_period"}}, check.Error, "the check cannot be made: describe table nowhere: there is no such table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := months(t, c.rows...)
			if c.more != "" {
				must(t, db.Exec(t.Context(), c.more))
			}
			if c.check.Table == "" {
				c.check.Table = "m"
			}
			if c.check.Table == "s" {
				c.check.Column = "v"
			}
			r := one(t, db, c.check)
			if d := cmp.Diff(c.message, r.Message); d != "" || r.Status != c.status {
				t.Errorf("%s: %s", r.Status, d)
			}
			if (r.Message == "") != (r.MessageVI == "") || r.Status == check.Failed && r.Message == r.MessageVI {
				t.Errorf("in Vietnamese it says %q", r.MessageVI)
			}
		})
	}
}

const (
	revise = `UPDATE m_history SET vintage_from = TIMESTAMP '2024-04-01' WHERE time_period = '2024-02';
		INSERT INTO m_history SELECT * REPLACE (100 AS obs_value, TIMESTAMP '2024-03-01' AS vintage_from, TIMESTAMP '2024-04-01' AS vintage_to) FROM m_history WHERE time_period = '2024-02'`
	shares = `CREATE TABLE s AS SELECT y, v::DOUBLE AS v, 's1' AS snapshot_id, 'S' AS sheet, cell FROM (VALUES (2020, 40, 'A1'), (2020, 60, 'A2'), (2021, 40, 'A3'), (2021, 59, 'A4'),
		(2022, 40, 'A5'), (2022, NULL, 'A6')) t(y, v, cell)`
	rounded = `CREATE TABLE s AS SELECT i AS id, v::DOUBLE AS v FROM (VALUES (0, 66.7), (1, 33.3), (2, 33.3)) t(i, v)`
	growth  = `CREATE TABLE g AS SELECT industry, time_period, period_start, freq, v::DOUBLE AS obs_value FROM m JOIN
		(VALUES ('2022-02', 11), ('2023-01', 12), ('2023-02', 20)) t(p, v) ON p = time_period`
	other = `CREATE TABLE o AS SELECT * FROM (VALUES ('2022-01', 100), ('2022-02', 103)) t(time_period, x)`
)

// How a check went is kept from one release to the next.
func TestPast(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 3, n, 0, 0, 0, 0, time.UTC) }
	past := map[string]check.Past{}
	var got []check.Past
	for n, fails := range []bool{false, true, true, false, true} {
		db := months(t)
		limit := 1000.0
		if fails {
			limit = 1
		}
		_, err := check.Run(t.Context(), db, []transforms.Check{{ID: "r", Kind: "range", Table: "m", Max: &limit}}, check.Setting{Now: day(n + 1), Before: past})
		must(t, err)
		past, err = check.Read(t.Context(), db)
		must(t, err)
		got = append(got, past["r"])
	}
	want := []check.Past{{}, {day(2), day(2), 1}, {day(2), day(2), 2}, {FirstFailed: day(2)}, {day(2), day(5), 1}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	none, err := check.Read(t.Context(), months(t))
	if err != nil || len(none) != 0 {
		t.Errorf("without a table of checks: %v, %v", none, err)
	}
}

func TestStandard(t *testing.T) {
	keys := map[string][]string{"a": {"x"}, "b": {"y"}}
	ids := func(declared ...transforms.Check) (list []string) {
		for _, c := range check.Standard(keys, map[string]bool{"a": true}, declared) {
			list = append(list, c.ID)
		}
		return list
	}
	if d := cmp.Diff([]string{"a.key", "a.rows", "a.jump", "a.slip", "b.key", "b.rows"}, ids()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"a.key", "a.rows", "b.key", "b.rows"}, ids(transforms.Check{Kind: "jump", Table: "a"})); d != "" {
		t.Error(d)
	}
}

func TestCorrectionsThatStopped(t *testing.T) {
	db := months(t)
	must(t, db.Exec(t.Context(), `CREATE TABLE corrections AS SELECT * FROM (VALUES ('C1', 'm', 'industry=01', 'stopped', 5.0, 4.0, 's1', 'S', 'B2'),
		('C2', 'm', 'industry=02', 'applied', 5.0, 5.0, 's1', 'S', 'B3'), ('C3', 'm', 'industry=03', 'unknown', NULL, 4.0, NULL, NULL, NULL), ('C4', 'm', 'industry=03', 'later', NULL, 4.0, NULL, NULL, NULL))
		v(correction, dataset, key, state, says, expected, snapshot_id, sheet, cell)`))
	r := one(t, db, check.Corrections())
	want := `2 failures, the first: báo cáo.xlsx, sheet "S", cell B2: correction C1 of m (industry=01) no longer applies: the source says 5.0, not 4.0`
	if d := cmp.Diff(want, r.Message); d != "" || r.Severity != transforms.SevWarn {
		t.Error(r.Severity, d)
	}
}
