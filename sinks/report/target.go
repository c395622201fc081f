package report

import (
	"context"
	"encoding/json"
	"strconv"
)

// target is a target and how it stands.
type target struct {
	ID            string       `json:"id"`
	Name          text         `json:"name"`
	Indicator     string       `json:"indicator"`
	File          string       `json:"file"`
	Dimensions    []string     `json:"dimensions"`
	Place         []string     `json:"at"` // codes of the indicator's dimensions
	Period        string       `json:"period"`
	Comparison    string       `json:"comparison"`
	Value         *float64     `json:"value"`
	Tolerance     *float64     `json:"tolerance,omitempty"`
	BaseOf        string       `json:"baseline_period,omitempty"`
	Base          *float64     `json:"baseline,omitempty"`
	ActualOf      string       `json:"actual_period,omitempty"`
	Actual        *float64     `json:"actual"`
	Low           *float64     `json:"low,omitempty"`
	High          *float64     `json:"high,omitempty"`
	ActualStatus  string       `json:"actual_status,omitempty"`
	Gap           *float64     `json:"gap"`
	Attainment    *float64     `json:"attainment"`
	ByPath        *float64     `json:"by_path,omitempty"`
	Required      *float64     `json:"required_growth,omitempty"`
	Assumed       *float64     `json:"assumed_growth,omitempty"`
	Trend         *float64     `json:"trend_growth,omitempty"`
	NotJudged     string       `json:"not_judged,omitempty"`
	Status        string       `json:"status"`
	Rule          text         `json:"rule"`
	Area          text         `json:"area"`
	Source        text         `json:"source"`
	Unit          string       `json:"unit"`
	Decimals      int64        `json:"decimals"`
	Illustrative  bool         `json:"illustrative,omitempty"`
	Spark         [][2]float64 `json:"spark"`
	SparkPeriods  []string     `json:"spark_periods"`
	Projections   []projected  `json:"projections,omitempty"`
	Before        *stood       `json:"before,omitempty"` // how it stood in the release before, where that differs
	BeforeRelease *past        `json:"before_release,omitempty"`
	New           bool         `json:"new,omitempty"` // the release before had no such target
}

// projected is a value under a scenario.
type projected struct {
	Scenario string   `json:"scenario"`
	Period   string   `json:"period"`
	Value    *float64 `json:"value"`
}

// readTargets reads the targets, after the indicators.
func (w *writer) readTargets(ctx context.Context) error {
	if !w.ask.has("targets", "target", "indicator", "at_json", "status", "rule_vi", "gap", "attainment") {
		return nil
	}
	columns := append(texts("target", "name_vi", "name_en", "indicator", "at_json", "period", "comparison", "baseline_period", "actual_period",
		"actual_status", "not_judged", "status", "rule_vi", "rule_en", "area_vi", "area_en", "source_vi", "source_en", "unit"),
		`"illustrative"::BOOLEAN`)
	fixed := len(columns)
	for _, c := range []string{"target_value", "tolerance", "baseline_value", "actual_value", "actual_low", "actual_high", "gap", "attainment",
		"required_by_path", "required_growth", "assumed_growth", "trend_growth"} {
		columns = append(columns, asNumber(c))
	}
	err := w.ask.each(ctx, from("targets", columns...)+" ORDER BY target", func(r row) error {
		n := func(i int) *float64 { return r.number(fixed + i) }
		t := &target{
			ID: r.text(0), Name: text{r.text(1), r.text(2)}, Indicator: r.text(3), Period: r.text(5), Comparison: r.text(6), BaseOf: r.text(7),
			ActualOf: r.text(8), ActualStatus: r.text(9), NotJudged: r.text(10), Status: r.text(11), Rule: text{r.text(12), r.text(13)},
			Area: text{r.text(14), r.text(15)}, Source: text{r.text(16), r.text(17)}, Unit: r.text(18), Illustrative: r.yes(19),
			Value: n(0), Tolerance: n(1), Base: n(2), Actual: n(3), Low: n(4), High: n(5), Gap: n(6), Attainment: n(7), ByPath: n(8), Required: n(9),
			Assumed: n(10), Trend: n(11), Spark: [][2]float64{}, SparkPeriods: []string{}, File: fileName(r.text(3)),
		}
		var at map[string]string
		if err := json.Unmarshal([]byte(r.text(4)), &at); err != nil {
			at = nil // a target that names no place is of the total
		}
		w.place(t, at)
		w.targets = append(w.targets, t)
		return nil
	})
	if err != nil {
		return err
	}
	return w.readProjections(ctx)
}

// place ties a target to its indicator's series and to how it stood before.
func (w *writer) place(t *target, at map[string]string) {
	t.Dimensions, t.Place = []string{}, []string{}
	for _, i := range w.indicators {
		if i.ID != t.Indicator {
			continue
		}
		t.Decimals, t.Dimensions = i.Decimals, i.dimensionIDs()
		for _, d := range i.Dimensions {
			code, ok := at[d.ID]
			if !ok {
				code = "_T"
			}
			t.Place = append(t.Place, code)
		}
		for _, v := range i.series(t.Place) {
			if v.Value != nil {
				t.Spark = append(t.Spark, [2]float64{years(i.Periods[v.Period].End), *v.Value})
				t.SparkPeriods = append(t.SparkPeriods, i.Periods[v.Period].ID)
			}
		}
		drop := max(0, len(t.Spark)-mostSpark)
		t.Spark, t.SparkPeriods = t.Spark[drop:], t.SparkPeriods[drop:]
		i.Targets = append(i.Targets, t)
	}
	is := stood{Release: w.now.this(), Value: t.Actual, Period: t.ActualOf, Status: t.Status}
	list := w.before.Targets[t.ID]
	t.New = len(list) == 0 && !w.first()
	if n := len(list); n > 0 {
		was := list[n-1]
		if same(was.Value, is.Value) && was.Period == is.Period && was.Status == is.Status {
			w.now.Targets[t.ID] = list
			return
		}
		t.Before, t.BeforeRelease = &was, &w.before.Releases[len(w.before.Releases)-1]
	}
	list = append(list[:len(list):len(list)], is)
	w.now.Targets[t.ID] = list[max(0, len(list)-mostVintages):]
}

func (w *writer) readProjections(ctx context.Context) error {
	if !w.ask.has("target_projections", "target", "scenario", "time_period", "projected_value") {
		return nil
	}
	return w.ask.each(ctx, from("target_projections", append(texts("target", "scenario", "time_period"), asNumber("projected_value"))...)+" ORDER BY ALL", func(r row) error {
		for _, t := range w.targets {
			if t.ID == r.text(0) {
				t.Projections = append(t.Projections, projected{r.text(1), r.text(2), r.number(3)})
			}
		}
		return nil
	})
}

// years makes a number of a day, for small pictures: 2024-06-30 is about the middle of 2024.
func years(day string) float64 {
	if len(day) < 10 {
		return 0
	}
	y, _ := strconv.Atoi(day[:4])
	m, _ := strconv.Atoi(day[5:7])
	d, _ := strconv.Atoi(day[8:10])
	return float64(y) + (float64(m-1)+float64(d)/31)/12
}
