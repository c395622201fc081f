package indicator

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/period"
)

const total = "_T"

// checkTargets compares the targets with the indicators they are about.
func (b *builder) checkTargets() []Problem {
	var problems []Problem
	seen := map[string]bool{}
	for _, t := range b.set.Targets {
		bad := func(key, want, what string, args ...any) {
			problems = append(problems, Problem{Kind: "target", ID: t.ID, Key: key, What: fmt.Sprintf(what, args...), Want: want})
		}
		if seen[t.ID] {
			bad("id", "rename one of them", "there are two targets of that id")
		}
		seen[t.ID] = true
		if !slices.Contains([]string{">=", ">", "<=", "<", "about"}, t.Comparison) {
			bad("comparison", "use >=, >, <=, < or about", "%q is no comparison", t.Comparison)
		}
		if t.Tolerance < 0 || t.Tolerance > 0 && t.Comparison != "about" {
			bad("tolerance", "give a number above 0 with comparison: about", "a tolerance of %g makes no sense with %s", t.Tolerance, t.Comparison)
		}
		goal, err := parsePeriod(t.Period)
		if err != nil {
			bad("period", "write 2025, 2025-Q4 or 2025-12", "%v", err)
		}
		if t.Baseline != "" {
			if base, berr := parsePeriod(t.Baseline); berr != nil {
				bad("baseline", "write 2020, 2020-Q4 or 2020-12", "%v", berr)
			} else if err == nil && !base.End.Before(goal.End) {
				bad("baseline", "choose an earlier period", "the baseline %s does not end before the target's period %s", t.Baseline, t.Period)
			}
		}
		checkWay(t, goal, bad)
		ind, ok := b.find(t.Indicator)
		if !ok {
			bad("indicator", "use the id of an indicator", "there is no indicator %s", t.Indicator)
			continue
		}
		for _, d := range slices.Sorted(maps.Keys(t.At)) {
			if !slices.Contains(ind.Dimensions, d) {
				bad("at."+d, "use "+orNone(ind.Dimensions), "indicator %s has no dimension %s", ind.ID, d)
			}
		}
	}
	return problems
}

// checkWay looks at what is said of the way to a target, and of its area.
func checkWay(t transforms.Target, goal period.Period, bad func(key, want, what string, args ...any)) {
	var before time.Time
	for i, m := range t.Path {
		key := fmt.Sprintf("path[%d].period", i)
		p, err := parsePeriod(m.Period)
		switch {
		case err != nil:
			bad(key, "write 2023, 2023-Q4 or 2023-12", "%v", err)
		case !p.End.After(before) || !goal.End.IsZero() && !p.End.Before(goal.End):
			bad(key, "list milestones in order, all before the target's period", "the milestone %s is out of order", m.Period)
		default:
			before = p.End
		}
	}
	if t.RiskMargin < 0 || t.RiskMargin > 100 {
		bad("risk_margin", "give percent, from 0 to 100", "a margin of %g %% makes no sense", t.RiskMargin)
	}
	if t.DenominatorGrowth != nil && *t.DenominatorGrowth <= -100 {
		bad("denominator_growth", "give percent a year", "a denominator cannot grow by %g %%", *t.DenominatorGrowth)
	}
	if t.AreaUntil != "" {
		if _, err := time.Parse(time.DateOnly, t.AreaUntil); err != nil {
			bad("area_until", "write 2025-06-30", "%q is no date", t.AreaUntil)
		}
	} else if t.Rebased != (transforms.Text{}) {
		bad("rebased", "say with area_until until when the area was as it was", "it says how values were carried back, but not to which area")
	}
}

func orNone(dimensions []string) string {
	if len(dimensions) == 0 {
		return "no dimension: the indicator has none"
	}
	return strings.Join(dimensions, " or ")
}

func (b *builder) find(id string) (transforms.Indicator, bool) {
	i := slices.IndexFunc(b.set.Indicators, func(ind transforms.Indicator) bool { return ind.ID == id })
	if i < 0 {
		return transforms.Indicator{}, false
	}
	return b.set.Indicators[i], true
}

// targets judges the targets and makes their table.
func (b *builder) targets(ctx context.Context) ([]TargetResult, error) {
	results := make([]TargetResult, len(b.set.Targets))
	rows := make([]string, len(b.set.Targets))
	for i, t := range b.set.Targets {
		ind, _ := b.find(t.Indicator)
		at := map[string]string{}
		for _, d := range ind.Dimensions {
			at[d] = total
		}
		maps.Copy(at, t.At)
		points, err := b.points(ctx, ind, at)
		if err != nil {
			return nil, fmt.Errorf("read values for target %s: %w", t.ID, err)
		}
		if results[i], err = judge(t, ind, at, points); err != nil {
			return nil, fmt.Errorf("judge target %s: %w", t.ID, err)
		}
		results[i].Illustrative = slices.ContainsFunc(b.order, func(n *node) bool { return n.id == ind.ID && b.illustrative(n) })
		if rows[i], err = results[i].row(t); err != nil {
			return nil, fmt.Errorf("write target %s: %w", t.ID, err)
		}
	}
	err := b.makeTable(ctx, Targets, transforms.Text{
		VI: "Mục tiêu và mức độ thực hiện", EN: "Targets and how they stand",
	}, targetColumns(), rows, "target")
	if err != nil {
		return nil, err
	}
	return results, b.projections(ctx, results)
}

// points reads the values of an indicator at a place.
func (b *builder) points(ctx context.Context, ind transforms.Indicator, at map[string]string) ([]point, error) {
	where := []string{"indicator = " + duck.Literal(ind.ID), "obs_value IS NOT NULL"}
	for _, d := range ind.Dimensions {
		where = append(where, duck.Ident(d)+" = "+duck.Literal(at[d]))
	}
	rows, err := b.db.Query(ctx, `SELECT time_period, period_start, period_end, obs_value, obs_low, obs_high, obs_status
		FROM `+Table+` WHERE `+strings.Join(where, " AND "))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var points []point
	for rows.Next() {
		var p point
		if err := rows.Scan(&p.period, &p.start, &p.end, &p.value, &p.low, &p.high, &p.status); err != nil {
			return nil, err
		}
		points = append(points, p)
	}
	return points, rows.Err()
}

func targetColumns() []column {
	return []column{
		{"target", "VARCHAR", transforms.Text{VI: "Mã mục tiêu", EN: "Id of the target"}},
		{"name_vi", "VARCHAR", transforms.Text{VI: "Tên tiếng Việt", EN: "Name in Vietnamese"}},
		{"name_en", "VARCHAR", transforms.Text{VI: "Tên tiếng Anh", EN: "Name in English"}},
		{"indicator", "VARCHAR", columnComment("indicator")},
		{"at_text", "VARCHAR", transforms.Text{VI: "Giá trị các chiều mà mục tiêu nói đến", EN: "Dimension values that the target is about"}},
		{"at_json", "JSON", transforms.Text{VI: "Như at_text, dạng JSON", EN: "The same as JSON"}},
		{"period", "VARCHAR", transforms.Text{VI: "Đến hết kỳ nào", EN: "By the end of which period"}},
		{"comparison", "VARCHAR", transforms.Text{
			VI: "So sánh: >=, >, <=, < hoặc about (đạt từ target_value trừ tolerance trở lên)",
			EN: "Comparison: >=, >, <=, < or about (met from target_value minus tolerance upwards)",
		}},
		{"target_value", "DOUBLE", transforms.Text{VI: "Giá trị mục tiêu", EN: "Value to be reached"}},
		{"tolerance", "DOUBLE", transforms.Text{VI: "Dung sai của about", EN: "Tolerance of about"}},
		{"baseline_period", "VARCHAR", transforms.Text{VI: "Kỳ gốc của đường thẳng đến mục tiêu", EN: "Period from which the straight path to the target leads"}},
		{"baseline_value", "DOUBLE", transforms.Text{VI: "Giá trị kỳ gốc", EN: "Value at the baseline"}},
		{"actual_period", "VARCHAR", transforms.Text{
			VI: "Kỳ mới nhất có giá trị, không sau kỳ mục tiêu; không tính dự báo",
			EN: "Latest period with a value that does not end after the target's; forecasts do not count",
		}},
		{"actual_value", "DOUBLE", transforms.Text{VI: "Giá trị thực tế", EN: "Actual value"}},
		{"actual_low", "DOUBLE", transforms.Text{VI: "Cận dưới của giá trị thực tế", EN: "Lower end of the actual value's band"}},
		{"actual_high", "DOUBLE", transforms.Text{VI: "Cận trên của giá trị thực tế", EN: "Upper end of the actual value's band"}},
		{"actual_status", "VARCHAR", columnComment(transforms.ColObsStatus)},
		{"gap", "DOUBLE", transforms.Text{VI: "Thực tế trừ mục tiêu", EN: "Actual minus target"}},
		{"attainment", "DOUBLE", transforms.Text{VI: "100 × thực tế / mục tiêu; với <= và < thì càng thấp càng tốt", EN: "100 × actual / target; for <= and < lower is better"}},
		{"required_by_path", "DOUBLE", transforms.Text{
			VI: "Giá trị của đường thẳng từ kỳ gốc đến mục tiêu tại actual_period",
			EN: "Value at actual_period of the straight path from the baseline to the target",
		}},
		{"required_growth", "DOUBLE", transforms.Text{
			VI: "Tốc độ tăng cần thiết, %/năm; với tỷ trọng là của tử số, khi mẫu số tăng assumed_growth", EN: "Growth it takes, % a year; of a share its numerator's, if the denominator grows by assumed_growth",
		}},
		{"assumed_growth", "DOUBLE", transforms.Text{VI: "Giả định tốc độ tăng của mẫu số, %/năm", EN: "Assumed growth of the denominator, % a year"}},
		{"trend_growth", "DOUBLE", transforms.Text{VI: "Tốc độ tăng bình quân ba năm gần nhất, %/năm", EN: "Mean growth of the last three years, % a year"}},
		{"projected_trend", "DOUBLE", transforms.Text{VI: "Dự báo cho kỳ mục tiêu theo xu hướng; không phải số liệu thống kê", EN: "Projection for the target's period by trend; no statistic"}},
		{"area_until", "VARCHAR", transforms.Text{VI: "Ngày cuối cùng địa bàn còn như khi đặt mục tiêu", EN: "Last day on which the area was as it was when the target was set"}},
		{"not_judged", "VARCHAR", transforms.Text{VI: "Kỳ mới nhất có số liệu của địa bàn khác", EN: "Latest period with a value of another area"}},
		{"status", "VARCHAR", transforms.Text{
			VI: "reached đạt, on_track đúng tiến độ, at_risk có nguy cơ, off_track chậm tiến độ hoặc không đạt, no_data chưa đủ số liệu",
			EN: "reached, on_track (at least on the path), at_risk (behind it within the margin), off_track (behind it, or missed), no_data (too little to judge)",
		}},
		{"rule_vi", "VARCHAR", transforms.Text{VI: "Lý do của kết luận, tiếng Việt", EN: "Why it stands so, in Vietnamese"}},
		{"rule_en", "VARCHAR", transforms.Text{VI: "Lý do của kết luận, tiếng Anh", EN: "Why it stands so, in English"}},
		{"area_vi", "VARCHAR", transforms.Text{VI: "Địa bàn khi đặt mục tiêu, tiếng Việt", EN: "Area as it was when the target was set, in Vietnamese"}},
		{"area_en", "VARCHAR", transforms.Text{VI: "Địa bàn khi đặt mục tiêu, tiếng Anh", EN: "Area as it was when the target was set, in English"}},
		{"source_vi", "VARCHAR", transforms.Text{VI: "Nguồn, tiếng Việt", EN: "Source in Vietnamese"}},
		{"source_en", "VARCHAR", transforms.Text{VI: "Nguồn, tiếng Anh", EN: "Source in English"}},
		{"unit", "VARCHAR", columnComment(transforms.ColUnit)},
		{"illustrative", "BOOLEAN", columnComment("illustrative")},
	}
}

// row writes the result as a row of targetColumns in SQL.
func (r *TargetResult) row(t transforms.Target) (string, error) {
	at, err := json.Marshal(r.At)
	if err != nil {
		return "", err
	}
	text, number := literalOrNull, numberOrNull
	tolerance := "NULL::DOUBLE"
	if r.Comparison == "about" {
		tolerance = number(&r.Tolerance)
	}
	values := []string{
		text(r.ID), text(r.Name.VI), text(r.Name.EN), text(r.Indicator), text(atText(r.At)), duck.Literal(string(at)),
		text(r.Period), text(r.Comparison), number(&r.Value), tolerance,
		text(r.BaselinePeriod), number(r.Baseline),
		text(r.ActualPeriod), number(r.Actual), number(r.ActualLow), number(r.ActualHigh), text(r.ActualStatus),
		number(r.Gap), number(r.Attainment), number(r.RequiredByPath),
		number(r.RequiredGrowth), number(r.AssumedGrowth), number(r.TrendGrowth), number(r.projected(Trend)), text(r.AreaUntil), text(r.Left),
		text(string(r.Standing)), text(r.Rule.VI), text(r.Rule.EN),
		text(t.Area.VI), text(t.Area.EN), text(t.Source.VI), text(t.Source.EN), text(r.Unit),
		strconv.FormatBool(r.Illustrative),
	}
	return "(" + strings.Join(values, ", ") + ")", nil
}

// projected gives the value that a scenario ends with.
func (r *TargetResult) projected(scenario string) *float64 {
	for i := len(r.Projections) - 1; i >= 0; i-- {
		if r.Projections[i].Scenario == scenario {
			return &r.Projections[i].Value
		}
	}
	return nil
}

// numberOrNull writes a number so that DuckDB reads back exactly the same.
func numberOrNull(x *float64) string {
	if x == nil {
		return "NULL::DOUBLE"
	}
	return "'" + strconv.FormatFloat(*x, 'g', -1, 64) + "'::DOUBLE"
}

// atText writes dimension values as area=92, field=_T.
func atText(at map[string]string) string {
	parts := make([]string, 0, len(at))
	for _, d := range slices.Sorted(maps.Keys(at)) {
		parts = append(parts, d+"="+at[d])
	}
	return strings.Join(parts, ", ")
}
