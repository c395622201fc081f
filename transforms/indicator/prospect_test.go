package indicator_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/indicator"
)

// judged builds one target over values by year and gives its row and its projections.
func judged(t *testing.T, target transforms.Target, rows ...string) (indicator.TargetResult, string) {
	t.Helper()
	db := open(t)
	target.ID, target.Indicator, target.Period, target.Comparison = "t", "X", "2025", ">="
	got, err := indicator.Build(t.Context(), db, indicator.Set{
		Indicators: []transforms.Indicator{{ID: "X", Freq: "A", Unit: "%", Decimals: 1, SQL: valuesSQL(rows...)}},
		Targets:    []transforms.Target{target},
	})
	must(t, err)
	return got.Targets[0], ducktest.Rows(t, db, "SELECT scenario, time_period, round(projected_value, 4)::VARCHAR, obs_status FROM target_projections")
}

func TestProspect(t *testing.T) {
	assumed := 8.0
	r, projections := judged(t, transforms.Target{Value: 121, DenominatorGrowth: &assumed}, at("2020", 80), at("2021", 88), at("2022", 88), at("2023", 100))
	// Two years from 100 to 121: 10 % a year; the numerator has to grow by 1.08*1.1 - 1 = 18.8 % a year. In three years it
	// grew from 80 to 100, (1.25)^(1/3) - 1 = 7.7217 % a year; the worst year was 88/88 = 0 %.
	if d := cmp.Diff([]string{"18.8000", "8.0000", "7.7217"}, []string{four(r.RequiredGrowth), four(r.AssumedGrowth), four(r.TrendGrowth)}); d != "" {
		t.Error(d)
	}
	same(t, `
		pessimistic|2024|100.0|F
		pessimistic|2025|100.0|F
		required|2024|110.0|F
		required|2025|121.0|F
		trend|2024|107.7217|F
		trend|2025|116.0397|F
	`, projections)
}

func TestPathByMilestones(t *testing.T) {
	target := transforms.Target{Value: 200, Path: []transforms.Milestone{{Period: "2023", Value: 180}}, RiskMargin: 5}
	// From 120 in 2020 to 180 in 2023: 140 in 2021, 160 in 2022; from there to 200 in 2025: 190 in 2024.
	for _, c := range []struct {
		year string
		x    float64
		want string
		rule string
	}{
		{"2022", 160, "on_track", "On track: 2022 gives 160.0 %, the path by its milestones from 120.0 (2020) to 200 (2025) asks for at least 160.0 %."},
		{"2024", 181, "at_risk", "At risk: 2024 gives 181.0 %, the path by its milestones from 120.0 (2020) to 200 (2025) asks for at least 190.0 %; it is behind by no more than 5 %."},
		{"2024", 180, "off_track", "Off track: 2024 gives 180.0 %, the path by its milestones from 120.0 (2020) to 200 (2025) asks for at least 190.0 %."},
	} {
		r, _ := judged(t, target, at("2020", 120), at(c.year, c.x))
		if d := cmp.Diff([]string{c.want, c.rule}, []string{string(r.Standing), r.Rule.EN}); d != "" {
			t.Errorf("%s %g: %s", c.year, c.x, d)
		}
	}
}

// A value of the merged city is not held against a target of the old one, unless it was carried back and that is said.
func TestAreaAsItWas(t *testing.T) {
	target := transforms.Target{Value: 200, AreaUntil: "2025-06-30"}
	rows := []string{at("2020", 120), at("2024", 156), at("2025", 420)}
	r, _ := judged(t, target, rows...)
	if r.ActualPeriod != "2024" || r.Standing != indicator.OffTrack || !strings.HasSuffix(r.Rule.EN, "The value of 2025 is of the area after 2025-06-30, which is not the one the target was set for: it is not judged.") {
		t.Errorf("%s %s %s", r.ActualPeriod, r.Standing, r.Rule.EN)
	}
	target.Rebased = transforms.Text{VI: "quy đổi theo tỷ trọng 2024", EN: "by the shares of 2024"}
	r, _ = judged(t, target, rows...)
	if r.ActualPeriod != "2025" || r.Standing != indicator.Reached || !strings.HasSuffix(r.Rule.EN, "carried back to the area as it was: by the shares of 2024.") {
		t.Errorf("%s %s %s", r.ActualPeriod, r.Standing, r.Rule.EN)
	}
}

func four(x *float64) string {
	if x == nil {
		return "-"
	}
	return strconv.FormatFloat(*x, 'f', 4, 64)
}
