package indicator_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/indicator"
)

func datasets() []indicator.Schema {
	fields := append([]arrow.Field{{Name: "field", Type: arrow.BinaryTypes.String}}, transforms.ObservationColumns()...)
	return []indicator.Schema{{Dataset: "output", Arrow: arrow.NewSchema(append(fields, transforms.ProvenanceColumns()...), nil)}}
}

// prepare makes what the pipeline makes beside the datasets.
func prepare(ctx context.Context, db *duck.DB) error {
	return db.Exec(ctx, `CREATE TABLE code_lists (code_list VARCHAR, code VARCHAR); CREATE MACRO twice(x) AS 2 * x`)
}

var candidates = regexp.MustCompile(`Candidate bindings: ("\w+"(, )?)+`)

func validate(t *testing.T, set indicator.Set) []string {
	t.Helper()
	problems, err := indicator.Validate(t.Context(), set, datasets(), prepare)
	must(t, err)
	got := []string{}
	for _, p := range problems {
		text := p.String() + " (" + p.Want + ")"
		got = append(got, candidates.ReplaceAllString(text, "...")) // DuckDB's choice of them is its own affair
	}
	return got
}

func TestValidateFindsNothingWrong(t *testing.T) {
	set := indicator.Set{
		Models: []transforms.Model{parts},
		Indicators: []transforms.Indicator{byField, share, {
			// A SELECT that gives a row of nothing when there is no data must not be run.
			ID: "SI03", Freq: "A", SQL: `SELECT max(time_period) AS time_period, twice(count(*)) AS obs_value FROM output_history
				WHERE vintage_to IS NULL AND snapshot_id IN (SELECT snapshot_id FROM output_asof(TIMESTAMP '2024-01-01'))
				AND field IN (SELECT code FROM main.code_lists) AND obs_value > (SELECT max(i) FROM range(3) t(i))`,
		}},
		Targets: []transforms.Target{
			{ID: "a", Indicator: "SI01", Period: "2025", Comparison: "about", Value: 11, Tolerance: 0.5, Baseline: "2020"},
			{ID: "b", Indicator: "SI02", Period: "2025-Q4", Comparison: ">", Value: 50, At: map[string]string{"field": "parts"}},
		},
	}
	if d := cmp.Diff([]string{}, validate(t, set)); d != "" {
		t.Error(d)
	}
}

func TestValidate(t *testing.T) {
	ind := func(id, sql string, dims ...string) transforms.Indicator {
		return transforms.Indicator{ID: id, Freq: "A", SQL: sql, Dimensions: dims}
	}
	const good = `SELECT '2024' AS time_period, 1 AS obs_value`
	for _, c := range []struct {
		name string
		set  indicator.Set
		want []string
	}{
		{"no SQL", indicator.Set{Indicators: []transforms.Indicator{ind("A", " ")}}, []string{
			"indicator A, sql: it is empty; want one SELECT (write one SELECT)",
		}},
		{"unknown table", indicator.Set{Indicators: []transforms.Indicator{ind("A", "FROM outptu"), ind("B", "FROM 'data.csv'"), ind("C", "FROM x.main.output")}}, []string{
			"indicator A, sql: there is no dataset, model, indicator or table called outptu (perhaps output)",
			"indicator B, sql: there is no dataset, model, indicator or table called data.csv (use the id of a dataset, a model or an indicator)",
			"indicator C, sql: there is no dataset, model, indicator or table called x.output (perhaps output)",
		}},
		{"files by function", indicator.Set{Indicators: []transforms.Indicator{ind("A", "FROM read_csv('x.csv')"), ind("B", "FROM query('COPY')")}}, []string{
			"indicator A, sql: it calls the table function read_csv (read datasets, code lists, models and indicators only)",
			"indicator B, sql: it calls the table function query (read datasets, code lists, models and indicators only)",
		}},
		{"unknown column in the SELECT", indicator.Set{Indicators: []transforms.Indicator{ind("A", "SELECT time_period,\n valu AS obs_value FROM output")}}, []string{
			`indicator A, sql: Binder Error: Referenced column "valu" not found in FROM clause! ... (line 2) (correct the SELECT)`,
		}},
		{"columns", indicator.Set{Indicators: []transforms.Indicator{
			ind("A", "SELECT 2024 AS year, 'x' AS obs_value, 5 AS field FROM output", "field", "area"),
			ind("B", "SELECT period_end AS time_period, 1 AS obs_value, 2 AS obs_status"),
			ind("C", "SELECT period_end AS time_period, 1 AS obs_value, DATE '2024-01-01' AS obs_status, 'x' AS obs_low FROM output"),
		}}, []string{
			"indicator A, sql: it gives the unknown column year (take it out, or declare it among the dimensions; the columns are field, area, time_period, obs_value, and where wanted obs_low, obs_high, obs_status, obs_comment)",
			"indicator A, sql: column obs_value is of type VARCHAR (give a number)",
			"indicator A, sql: dimension field is of type INTEGER (give its code as text, as in field::VARCHAR)",
			"indicator A, sql: it does not give the column area (let the SELECT give a column of that name)",
			"indicator A, sql: it does not give the column time_period (let the SELECT give a column of that name)",
			`indicator B, sql: Binder Error: Referenced column "period_end" was not found because the FROM clause is missing (line 1) (correct the SELECT)`,
			"indicator C, sql: column time_period is of type DATE (give it as text: 2024, 2024-Q1 or 2024-03)",
			"indicator C, sql: column obs_status is of type DATE (give a text)",
			"indicator C, sql: column obs_low is of type VARCHAR (give a number)",
		}},
		{"cycle", indicator.Set{
			Models:     []transforms.Model{{ID: "m", SQL: "SELECT * FROM b"}, {ID: "self", SQL: "FROM self"}},
			Indicators: []transforms.Indicator{ind("A", "FROM m"), ind("B", "FROM a"), ind("C", "FROM b")},
		}, []string{
			"model self, sql: it reads itself (read the datasets it is made of)",
			"model m, sql: it reads itself by way of others: m -> B -> A -> m (take one of these references out)",
		}},
		{"what depends on something wrong is not reported again", indicator.Set{
			Models:     []transforms.Model{{ID: "m", SQL: "SELECT nothing FROM output"}},
			Indicators: []transforms.Indicator{ind("A", "FROM b"), ind("B", "FROM m")},
		}, []string{
			`model m, sql: Binder Error: Referenced column "nothing" not found in FROM clause! ... (line 1) (correct the SELECT)`,
		}},
		{"names", indicator.Set{
			Models:     []transforms.Model{{ID: "si01", SQL: "SELECT 1 AS x"}, {ID: "OUTPUT", SQL: "SELECT 1 AS x"}, {ID: "targets", SQL: "SELECT 1 AS x"}},
			Indicators: []transforms.Indicator{ind("SI01", good)},
		}, []string{
			"model OUTPUT, id: a dataset or table is called output already (rename it or the dataset)",
			"model targets, id: the name is kept for the table of that name, which is made of the indicators (rename it)",
			"indicator SI01, id: its view si01 would bear the name of model si01 (rename one of them)",
		}},
		{"the table itself", indicator.Set{Indicators: []transforms.Indicator{ind("A", "FROM indicators")}}, []string{
			"indicator A, sql: it reads indicators, which is not finished before all indicators are (read the indicator's own view, such as si01)",
		}},
		{"dimensions", indicator.Set{Indicators: []transforms.Indicator{
			ind("A", good+", 'x' AS unit", "unit"), ind("B", good+", 'x' AS field", "field", "field"), ind("C", good+", 'x' AS field", "Field"),
		}}, []string{
			"indicator A, dimensions: dimension unit has the name of a column that every indicator has (choose another name)",
			"indicator B, dimensions: dimension field is named twice (name it once)",
			"indicator C, dimensions: dimension Field is spelt field elsewhere (spell it alike everywhere)",
		}},
		{"targets", indicator.Set{
			Indicators: []transforms.Indicator{ind("A", good)},
			Targets: []transforms.Target{
				{ID: "t", Indicator: "Z", Period: "2025", Comparison: "=="},
				{ID: "t", Indicator: "A", Period: "31/12/2025", Comparison: ">=", Tolerance: 1, Baseline: "x"},
				{ID: "u", Indicator: "A", Period: "2025", Comparison: "<", Baseline: "2025-12", At: map[string]string{"field": "_T"}},
			},
		}, []string{
			`target t, comparison: "==" is no comparison (use >=, >, <=, < or about)`,
			"target t, indicator: there is no indicator Z (use the id of an indicator)",
			"target t, id: there are two targets of that id (rename one of them)",
			"target t, tolerance: a tolerance of 1 makes no sense with >= (give a number above 0 with comparison: about)",
			`target t, period: "31/12/2025" is no time period (write 2025, 2025-Q4 or 2025-12)`,
			`target t, baseline: "x" is no time period (write 2020, 2020-Q4 or 2020-12)`,
			"target u, baseline: the baseline 2025-12 does not end before the target's period 2025 (choose an earlier period)",
			"target u, at.field: indicator A has no dimension field (use no dimension: the indicator has none)",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, validate(t, c.set)); d != "" {
				t.Error(d)
			}
		})
	}
}
