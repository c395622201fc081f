package indicator

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/period"
)

// Prospect is what a target asks for from now on, and where its indicator goes under stated assumptions. Growth is in
// percent a year.
type Prospect struct {
	RequiredGrowth *float64     `json:"required_growth,omitempty"` // of the indicator, or of the numerator of a share
	AssumedGrowth  *float64     `json:"assumed_growth,omitempty"`  // of the denominator of a share
	TrendGrowth    *float64     `json:"trend_growth,omitempty"`    // of the last three years, or as many as there are
	Projections    []Projection `json:"projections,omitempty"`
}

// Projection is a value that nobody has measured.
type Projection struct {
	Scenario string  `json:"scenario"`
	Period   string  `json:"time_period"`
	Value    float64 `json:"value"`
}

// The scenarios.
const (
	Trend       = "trend"       // goes on growing as in the last three years
	Required    = "required"    // grows just as much as the target asks for
	Pessimistic = "pessimistic" // grows as in the worst of the last three years
)

const trendYears = 3

// prospect works out growth and projections from the years that end with the latest value.
func prospect(t transforms.Target, goal period.Period, known []point) Prospect {
	var out Prospect
	actual := known[len(known)-1]
	years := (position(goal.End) - position(actual.end)) / 12
	if years <= 0 || actual.value <= 0 {
		return out
	}
	out.AssumedGrowth = t.DenominatorGrowth
	if t.Value > 0 {
		perYear := math.Pow(t.Value/actual.value, 1/years)
		required := perYear
		if t.DenominatorGrowth != nil { // the numerator has to outgrow the denominator
			required *= 1 + *t.DenominatorGrowth/100
		}
		required = 100 * (required - 1)
		out.RequiredGrowth = &required
		out.Projections = append(out.Projections, project(Required, actual, goal, perYear)...)
	}
	trend, worst, ok := growth(known, strings.HasPrefix(t.Comparison, "<"))
	if !ok {
		return out
	}
	rate := 100 * (trend - 1)
	out.TrendGrowth = &rate
	out.Projections = append(out.Projections, project(Trend, actual, goal, trend)...)
	out.Projections = append(out.Projections, project(Pessimistic, actual, goal, worst)...)
	return out
}

// growth gives the mean and the worst factor of growth in the last years: whole years before the latest value.
func growth(known []point, lowerIsBetter bool) (mean, worst float64, ok bool) {
	last := known[len(known)-1]
	before := func(years int) (point, bool) {
		for _, p := range known {
			if same(position(p.end), position(last.end)-12*float64(years)) && p.value > 0 {
				return p, true
			}
		}
		return point{}, false
	}
	later, n := last, 0
	for n < trendYears {
		p, found := before(n + 1)
		if !found {
			break
		}
		step := later.value / p.value
		if n == 0 || (step > worst) == lowerIsBetter {
			worst = step
		}
		later = p
		n++
	}
	if n == 0 {
		return 0, 0, false
	}
	return math.Pow(last.value/later.value, 1/float64(n)), worst, true
}

// project goes on from the latest value, year by year, to the target's period.
func project(scenario string, actual point, goal period.Period, factor float64) []Projection {
	var out []Projection
	from := position(actual.end)
	for year := 1; year <= 50; year++ {
		end := actual.end.AddDate(0, 0, 1).AddDate(year, 0, -1) // the ends of months stay such
		name := end.Format(time.DateOnly)
		if same(position(end), math.Trunc(position(end))) && end.Month() == time.December {
			name = end.Format("2006")
		}
		if !end.Before(goal.End) {
			name, end = goal.String(), goal.End
		}
		out = append(out, Projection{scenario, name, actual.value * math.Pow(factor, (position(end)-from)/12)})
		if !end.Before(goal.End) {
			break
		}
	}
	return out
}

// projections makes the table of all scenarios.
func (b *builder) projections(ctx context.Context, results []TargetResult) error {
	var rows []string
	for i := range results {
		for _, p := range results[i].Projections {
			rows = append(rows, fmt.Sprintf("(%s, %s, %s, %s, %s, 'F', %s)", duck.Literal(results[i].ID), duck.Literal(results[i].Indicator),
				duck.Literal(p.Scenario), duck.Literal(p.Period), numberOrNull(&p.Value), literalOrNull(results[i].Unit)))
		}
	}
	return b.makeTable(ctx, Projections, transforms.Text{
		VI: "Dự báo theo kịch bản, KHÔNG phải số liệu thống kê", EN: "Projections under scenarios, NOT statistics",
	}, []column{
		{"target", "VARCHAR", transforms.Text{VI: "Mã mục tiêu", EN: "Id of the target"}},
		{"indicator", "VARCHAR", columnComment("indicator")},
		{"scenario", "VARCHAR", transforms.Text{
			VI: "trend: tăng như ba năm gần nhất; required: tăng đúng mức mục tiêu đòi hỏi; pessimistic: tăng như năm kém nhất trong ba năm",
			EN: "trend: as in the last three years; required: just as the target asks for; pessimistic: as in the worst of the last three years",
		}},
		{"time_period", "VARCHAR", columnComment(transforms.ColTimePeriod)},
		{"projected_value", "DOUBLE", transforms.Text{VI: "Giá trị dự báo", EN: "Projected value"}},
		{"obs_status", "VARCHAR", transforms.Text{VI: "Luôn là F: dự báo", EN: "Always F: a projection"}},
		{"unit", "VARCHAR", columnComment(transforms.ColUnit)},
	}, rows, "target, scenario, time_period")
}
