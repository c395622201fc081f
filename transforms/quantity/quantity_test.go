package quantity_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/quantity"
	"github.com/statloom/statloom/transforms/query"
)

func parser(t *testing.T) quantity.Parser {
	t.Helper()
	db, err := duck.Create(t.Context(), ":memory:", duck.Options{Memory: "200MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return func(ctx context.Context, sql string) (map[string]any, error) { return query.Tree(ctx, db, sql) }
}

var datasets = map[string]quantity.Dataset{
	"output":  {Measure: transforms.Additive, Units: []string{"tỷ đồng"}, PriceBases: []string{"1994", "2010", "current"}},
	"exports": {Measure: transforms.Additive, Units: []string{"triệu đồng"}, PriceBases: []string{"current"}},
	"labour":  {Measure: transforms.Additive, Units: []string{"người"}, PriceBases: []string{}},
	"iip":     {Measure: transforms.Index, Units: []string{"%"}, PriceBases: []string{}},
	"shares":  {Measure: transforms.Share, Units: []string{"%"}, PriceBases: []string{}},
	"other":   {},
}

func TestCheck(t *testing.T) {
	parse := parser(t)
	models := []transforms.Model{
		{ID: "constant", SQL: "SELECT time_period, obs_value FROM output WHERE price_base = '2010'"},
		{ID: "moved", SQL: "SELECT 1", Form: transforms.Form{Carried: &transforms.Carried{Table: "output"}}},
		{ID: "link", SQL: "SELECT b.obs_value / a.obs_value AS obs_value FROM output a JOIN output b USING (time_period) WHERE a.price_base = '1994' AND b.price_base = '2010'",
			Form: transforms.Form{Linked: &transforms.Linked{Table: "output", From: "1994", To: "2010"}}},
		{ID: "total", SQL: "SELECT time_period, price_base, sum(obs_value) AS obs_value FROM output GROUP BY ALL"},
	}
	for _, tt := range []struct{ name, unit, base, sql, want string }{
		{"as it is", "tỷ đồng", "2010", "SELECT time_period, obs_value FROM constant", ""},
		{"a share", "%", "2010", "SELECT 100 * a.obs_value / b.obs_value AS obs_value FROM output a JOIN total b USING (time_period, price_base) WHERE b.price_base = '2010'", ""},
		{"real growth", "%", "2010", "SELECT 100 * (a.obs_value / b.obs_value - 1) AS obs_value FROM total a JOIN total b ON b.time_period < a.time_period AND b.price_base = a.price_base WHERE a.price_base = '2010'", ""},
		{"a deflator", "%", "", "SELECT 100 * a.obs_value / b.obs_value AS obs_value FROM output a JOIN output b USING (time_period) WHERE a.price_base = 'current' AND b.price_base = '2010'", ""},
		{"productivity", "triệu đồng/người", "2010", "SELECT 1000 * a.obs_value / b.obs_value AS obs_value FROM constant a JOIN labour b USING (time_period)", ""},
		{"prices in a CASE", "%", "", "SELECT 100 * max(CASE WHEN price_base = 'current' THEN obs_value END) / max(CASE WHEN price_base = '2010' THEN obs_value END) AS obs_value FROM output GROUP BY time_period", ""},
		{"prices chosen by IN", "tỷ đồng", "2010", "SELECT time_period, sum(obs_value) AS obs_value FROM output WHERE price_base IN ('2010') GROUP BY 1", ""},
		{"prices chosen somehow", "tỷ đồng", "2010", "SELECT time_period, sum(obs_value) AS obs_value FROM output WHERE price_base NOT IN ('1994', 'current') GROUP BY 1", ""},
		{"prices chosen by a subquery", "tỷ đồng", "2010", "SELECT time_period, sum(obs_value) AS obs_value FROM output WHERE (time_period, price_base) IN (SELECT time_period, max(price_base) FROM output GROUP BY 1) GROUP BY 1", ""},
		{"prices chosen after", "tỷ đồng", "2010", "WITH x AS (SELECT * FROM output) SELECT time_period, price_base, sum(obs_value) AS obs_value FROM x GROUP BY ALL HAVING price_base = '2010'", ""},
		{"prices chosen by row", "tỷ đồng", "2010", "SELECT time_period, obs_value FROM output QUALIFY row_number() OVER (PARTITION BY time_period ORDER BY price_base) = 1", ""},
		{"carried to other prices", "tỷ đồng", "2010", "SELECT a.time_period, a.obs_value * l.obs_value AS obs_value FROM output a JOIN link l USING (area) WHERE a.price_base = '1994'", ""},
		{"a carried model", "tỷ đồng", "", "SELECT time_period, sum(obs_value) AS obs_value FROM moved GROUP BY 1",
			"sql: puts figures at several price bases together: 1994, 2010, current; group by price_base, or choose one: WHERE price_base = '1994'"},
		{"nothing known", "%", "2010", "SELECT a.obs_value + b.obs_value AS obs_value FROM other a JOIN iip b USING (time_period)", ""},
		{"another table", "%", "", "SELECT x + obs_value AS obs_value FROM nowhere", ""},

		{"current and constant", "tỷ đồng", "", "SELECT a.obs_value + b.obs_value AS obs_value FROM output a JOIN output b USING (time_period) WHERE a.price_base = 'current' AND b.price_base = '2010'",
			"sql: adds amounts at the prices of current and of 2010; price bases never mix: carry one over with the factors of a linked model"},
		{"through a model", "tỷ đồng", "", "SELECT a.obs_value - b.obs_value AS obs_value FROM constant a JOIN exports b USING (time_period)",
			"sql: takes the difference of amounts in 10^9 and in 10^6 đồng; bring them to one power of ten: multiply by power(10, unit_mult)"},
		{"two constant bases divided", "%", "", "SELECT a.obs_value / b.obs_value AS obs_value FROM output a JOIN output b USING (time_period) WHERE a.price_base = '2010' AND b.price_base = '1994'",
			"sql: divides amounts at the prices of 2010 and of 1994; price bases never mix: carry one over with the factors of a linked model"},
		{"two powers of ten divided", "%", "", "SELECT 100.0 * b.obs_value / a.obs_value AS obs_value FROM constant a JOIN exports b USING (time_period)",
			"sql: divides amounts in 10^6 and in 10^9 đồng; bring them to one power of ten: multiply by power(10, unit_mult)"},
		{"converted by a factor", "%", "", "SELECT 100 * b.obs_value / (1000 * a.obs_value) AS obs_value FROM constant a JOIN exports b USING (time_period)", ""},
		{"not joined on prices", "%", "", "SELECT 100 * a.obs_value / b.obs_value AS obs_value FROM total a JOIN total b ON b.time_period < a.time_period",
			"sql: divides amounts of which nothing says that they are at the same prices; join them on price_base too"},
		{"one side chosen", "%", "", "SELECT growth_percent(a.obs_value, b.obs_value) AS obs_value FROM total a JOIN total b ON b.time_period < a.time_period WHERE a.price_base = '2010'",
			"sql: divides amounts at the prices of 2010 and at any of 1994, 2010, current; add: WHERE price_base = '2010'"},
		{"summed over prices", "tỷ đồng", "", "SELECT time_period, sum(obs_value) AS obs_value FROM output GROUP BY time_period",
			"sql: puts figures at several price bases together: 1994, 2010, current; group by price_base, or choose one: WHERE price_base = '1994'"},
		{"an index and a level", "tỷ đồng", "", "SELECT a.obs_value + b.obs_value AS obs_value FROM constant a JOIN iip b USING (time_period)",
			"sql: adds an amount and an index; an amount can be multiplied by an index or divided by an amount, never added to one that is relative"},
		{"one or the other", "tỷ đồng", "", "SELECT CASE WHEN true THEN a.obs_value ELSE b.obs_value END AS obs_value FROM constant a JOIN shares b USING (time_period)",
			"sql: gives either an amount and a share; an amount can be multiplied by a share or divided by an amount, never added to one that is relative"},
		{"people and money", "tỷ đồng", "", "WITH l AS (SELECT time_period, sum(obs_value) AS n FROM labour GROUP BY 1) SELECT a.obs_value + l.n AS obs_value FROM constant a JOIN l USING (time_period)",
			"sql: adds amounts in đồng and in người; amounts are added in one unit"},
		{"a sum of indices", "%", "", "SELECT sum(obs_value) AS obs_value FROM iip",
			"sql: sums an index; weigh it: sum(index * weight) / sum(weight), or compute it anew from its parts"},
		{"declared in percent", "%", "2010", "SELECT obs_value FROM constant",
			"unit: it is an amount in đồng, and the declared unit is %; divide it by the whole, or declare its own unit"},
		{"declared as an amount", "tỷ đồng", "", "SELECT obs_value FROM iip",
			"unit: it is an index, and the declared unit is tỷ đồng; declare the unit %, or compute an amount"},
		{"declared in millions", "triệu đồng", "2010", "SELECT obs_value FROM constant",
			"unit: its figures are in 10^9 đồng, and the declared unit is triệu đồng; multiply by power(10, 3), or declare its own unit"},
		{"declared at other prices", "tỷ đồng", "current", "SELECT obs_value FROM constant",
			"price_base: it is at the prices of 2010, and the declared price base is current; declare the price base of its figures, or read others"},
		{"prices not chosen", "tỷ đồng", "2010", "SELECT time_period, price_base, obs_value FROM total",
			"price_base: its rows are at several price bases (1994, 2010, current), and the declared one is 2010; add: WHERE price_base = '2010'"},
	} {
		world := quantity.World{Datasets: datasets, Models: models,
			Indicators: []transforms.Indicator{{ID: "X", Unit: tt.unit, PriceBase: tt.base, SQL: tt.sql}}}
		problems, err := quantity.Check(t.Context(), world, parse)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range problems {
			got = append(got, p.Key+": "+p.What+"; "+p.Want)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
