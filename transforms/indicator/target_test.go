package indicator_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/indicator"
)

// valuesSQL gives an indicator whose rows are written as period, value, low, high, status.
func valuesSQL(rows ...string) string {
	if len(rows) == 0 {
		return `SELECT '2020' AS time_period, 1 AS obs_value WHERE false`
	}
	return `SELECT * FROM (VALUES ` + strings.Join(rows, ", ") + `) v(time_period, obs_value, obs_low, obs_high, obs_status)`
}

func at(period string, value float64) string {
	return fmt.Sprintf("('%s', %g, NULL::DOUBLE, NULL::DOUBLE, 'A')", period, value)
}

func TestTargets(t *testing.T) {
	cases := []struct {
		name       string
		rows       []string
		freq       string // default A
		comparison string // default >=
		value      float64
		tolerance  float64
		baseline   string
		period     string // default 2025
		want       string // status|actual period|actual|gap|attainment|required
		vi, en     string
	}{
		{
			name: "reached", rows: []string{at("2020", 120), at("2024", 212)}, value: 200,
			// gap 212-200; attainment 100*212/200; path at 2024: 120+(200-120)*4/5 = 184
			want: "reached|2024|212.0|12.0|106.0|184.0",
			vi:   "Đạt: 2024 là 212 %, thỏa mục tiêu ≥ 200 %.",
			en:   "Reached: 2024 gives 212 %, which meets the target ≥ 200 %.",
		}, {
			name: "on track, right on the path", rows: []string{at("2020", 120), at("2022", 152)}, value: 200,
			// path at 2022: 120+80*2/5 = 152; in days it would be 120+80*730/1826 = 151.98
			want: "on_track|2022|152.0|-48.0|76.0|152.0",
			vi:   "Đúng tiến độ: 2022 là 152 %, đường thẳng từ 120 (2020) đến 200 (2025) đòi hỏi ít nhất 152 %.",
			en:   "On track: 2022 gives 152 %, the straight path from 120 (2020) to 200 (2025) asks for at least 152 %.",
		}, {
			name: "on track although > is asked", rows: []string{at("2020", 120), at("2022", 152)}, comparison: ">", value: 200,
			want: "on_track|2022|152.0|-48.0|76.0|152.0",
			en:   "On track: 2022 gives 152 %, the straight path from 120 (2020) to 200 (2025) asks for at least 152 %.",
		}, {
			name: "off track by little", rows: []string{at("2020", 120), at("2022", 151.996)}, value: 200,
			want: "off_track|2022|151.996|-48.004|75.998|152.0",
			vi:   "Chậm tiến độ: 2022 là 151,996 %, đường thẳng từ 120 (2020) đến 200 (2025) đòi hỏi ít nhất 152,000 %.",
			en:   "Off track: 2022 gives 151.996 %, the straight path from 120 (2020) to 200 (2025) asks for at least 152.000 %.",
		}, {
			name: "missed: the target's period has ended", rows: []string{at("2020", 120), at("2025", 199.6)}, value: 200,
			want: "off_track|2025|199.6|-0.4|99.8|200.0",
			vi:   "Không đạt: kỳ mục tiêu đã kết thúc với 2025 là 199,6 %, không thỏa mục tiêu ≥ 200 %.",
			en:   "Missed: the target's period has ended with 2025 at 199.6 %, which does not meet the target ≥ 200 %.",
		}, {
			name: "equal is not more", rows: []string{at("2020", 40), at("2025", 50)}, comparison: ">", value: 50,
			want: "off_track|2025|50.0|0.0|100.0|50.0",
			en:   "Missed: the target's period has ended with 2025 at 50 %, which does not meet the target > 50 %.",
		}, {
			name: "binary fractions do not decide", rows: []string{"('2025', 100 * 0.07, NULL, NULL, 'A')", "('2020', 0.1 + 0.2, NULL, NULL, 'A')"}, comparison: ">", value: 7,
			want: "off_track|2025|7.0|0.0|100.0|7.0",
			en:   "Missed: the target's period has ended with 2025 at 7 %, which does not meet the target > 7 %.",
		}, {
			name: "fewer is better", rows: []string{at("2020", 30), at("2023", 19)}, comparison: "<=", value: 10,
			// path at 2023: 30-20*3/5 = 18
			want: "off_track|2023|19.0|9.0|190.0|18.0",
			vi:   "Chậm tiến độ: 2023 là 19 %, đường thẳng từ 30 (2020) đến 10 (2025) đòi hỏi không quá 18 %.",
			en:   "Off track: 2023 gives 19 %, the straight path from 30 (2020) to 10 (2025) asks for at most 18 %.",
		}, {
			name: "fewer, reached early", rows: []string{at("2020", 30), at("2023", 9)}, comparison: "<", value: 10,
			want: "reached|2023|9.0|-1.0|90.0|18.0",
			en:   "Reached: 2023 gives 9 %, which meets the target < 10 %.",
		}, {
			name: "about, met within the tolerance", rows: []string{at("2020", 8), at("2025", 10.5)}, comparison: "about", value: 11, tolerance: 0.5,
			want: "reached|2025|10.5|-0.5|95.45455|11.0",
			vi:   "Đạt: 2025 là 10,5 %, mục tiêu khoảng 11 % được coi là đạt từ 10,5 % trở lên.",
			en:   "Reached: 2025 gives 10.5 %, about 11 % counts as met from 10.5 % upwards.",
		}, {
			name: "about, missed by a hair", rows: []string{at("2020", 8), at("2025", 10.49)}, comparison: "about", value: 11, tolerance: 0.5,
			want: "off_track|2025|10.49|-0.51|95.36364|11.0",
			en:   "Missed: the target's period has ended with 2025 at 10.49 %, below the 10.5 % from which about 11 % counts as met.",
		}, {
			name: "about, on the path less the tolerance", rows: []string{at("2020", 8), at("2022", 8.9)}, comparison: "about", value: 11, tolerance: 0.5,
			// path at 2022: 8+3*2/5 = 9.2; 8.9 is more than 9.2-0.5
			want: "on_track|2022|8.9|-2.1|80.90909|9.2",
			en:   "On track: 2022 gives 8.9 %, the straight path from 8.0 (2020) to 11 (2025) asks for at least 9.2 %, less the tolerance of 0.5.",
		}, {
			name: "a declared baseline", rows: []string{at("2015", 1), at("2020", 100), at("2024", 150)}, baseline: "2020", value: 200,
			// path at 2024: 100+100*4/5 = 180
			want: "off_track|2024|150.0|-50.0|75.0|180.0",
			en:   "Off track: 2024 gives 150 %, the straight path from 100 (2020) to 200 (2025) asks for at least 180 %.",
		}, {
			name: "a baseline without a value", rows: []string{at("2015", 1), at("2024", 150)}, baseline: "2020", value: 200,
			want: "no_data|2024|150.0|-50.0|75.0|-",
			vi:   "Chưa đạt (2024 là 150 %, mục tiêu ≥ 200 %) và chưa đánh giá được tiến độ: kỳ gốc 2020 không có số liệu.",
			en:   "Not reached (2024 gives 150 %, the target is ≥ 200 %), and progress cannot be judged: the baseline 2020 has no value.",
		}, {
			name: "one value is no path", rows: []string{at("2024", 150)}, value: 200,
			want: "no_data|2024|150.0|-50.0|75.0|150.0",
			en:   "Not reached (2024 gives 150 %, the target is ≥ 200 %), and progress cannot be judged: there is no value after the baseline 2024.",
		}, {
			name: "one value reaches or misses all the same", rows: []string{at("2025", 150)}, value: 200,
			want: "off_track|2025|150.0|-50.0|75.0|-",
			en:   "Missed: the target's period has ended with 2025 at 150 %, which does not meet the target ≥ 200 %.",
		}, {
			name: "nothing", value: 200, want: "no_data|-|-|-|-|-",
			vi: "Chưa có số liệu thực tế.", en: "There is no actual value.",
		}, {
			name: "only later values", rows: []string{at("2026", 300)}, value: 200, want: "no_data|-|-|-|-|-",
			vi: "Không có số liệu thực tế đến hết kỳ 2025.", en: "There is no actual value up to the end of 2025.",
		}, {
			name: "neither forecasts nor missing or later values count", value: 200,
			rows: []string{at("2020", 120), at("2021", 130), "('2022', 300, NULL, NULL, 'F')", "('2023', NULL, NULL, NULL, 'M')", at("2026", 400)},
			// path at 2021: 120+80/5 = 136
			want: "off_track|2021|130.0|-70.0|65.0|136.0",
			en:   "Off track: 2021 gives 130 %, the straight path from 120 (2020) to 200 (2025) asks for at least 136 %.",
		}, {
			name: "status is told", rows: []string{at("2020", 120), "('2021', 136, NULL, NULL, 'E')"}, value: 200,
			want: "on_track|2021|136.0|-64.0|68.0|136.0",
			vi:   "Đúng tiến độ: 2021 là 136 % (ước tính), đường thẳng từ 120 (2020) đến 200 (2025) đòi hỏi ít nhất 136 %.",
			en:   "On track: 2021 gives 136 % (estimated), the straight path from 120 (2020) to 200 (2025) asks for at least 136 %.",
		}, {
			name: "a band on both sides of the target", rows: []string{at("2020", 8), "('2025', 11.2, 9.8, 12.9, 'A')"}, value: 11,
			want: "reached|2025|11.2|0.2|101.81818|11.0",
			vi:   "Đạt: 2025 là 11,2 %, thỏa mục tiêu ≥ 11 %. Khoảng 9,8 đến 12,9 của giá trị nằm ở cả hai phía, nên kết luận chưa chắc chắn.",
			en:   "Reached: 2025 gives 11.2 %, which meets the target ≥ 11 %. The value's band, 9.8 to 12.9, lies on both sides of that, so this is not certain.",
		}, {
			name: "a band on one side", rows: []string{at("2020", 8), "('2025', 12, 11, 13, 'A')"}, value: 11,
			want: "reached|2025|12.0|1.0|109.09091|11.0",
			en:   "Reached: 2025 gives 12 %, which meets the target ≥ 11 %.",
		}, {
			name: "the longest of periods that end together", rows: []string{at("2020", 8), at("2025-Q4", 3), at("2025", 12)}, freq: "Q", value: 11,
			want: "reached|2025|12.0|1.0|109.09091|11.0",
			en:   "Reached: 2025 gives 12 %, which meets the target ≥ 11 %.",
		}, {
			name: "quarters towards a month", rows: []string{at("2024-Q1", 10), at("2024-Q2", 15)}, freq: "Q", value: 30, period: "2024-12",
			// path at the end of June: 10+20*3/9 = 16.667
			want: "off_track|2024-Q2|15.0|-15.0|50.0|16.66667",
			en:   "Off track: 2024-Q2 gives 15 %, the straight path from 10 (2024-Q1) to 30 (2024-12) asks for at least 17 %.",
		}, {
			name: "a target of nothing has no attainment", rows: []string{at("2020", 8), at("2025", 1)}, comparison: "<=", value: 0,
			want: "off_track|2025|1.0|1.0|-|0.0",
			en:   "Missed: the target's period has ended with 2025 at 1 %, which does not meet the target ≤ 0 %.",
		},
	}
	var set indicator.Set
	for i, c := range cases {
		id := fmt.Sprintf("SI%02d", i)
		set.Indicators = append(set.Indicators, transforms.Indicator{
			ID: id, Unit: "%", Freq: cmp.Or(c.freq, "A"), SQL: valuesSQL(c.rows...),
		})
		set.Targets = append(set.Targets, transforms.Target{
			ID: id, Indicator: id, Period: cmp.Or(c.period, "2025"), Comparison: cmp.Or(c.comparison, ">="),
			Value: c.value, Tolerance: c.tolerance, Baseline: c.baseline,
		})
	}
	db := open(t)
	got, err := indicator.Build(t.Context(), db, set)
	must(t, err)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			same(t, c.want, ducktest.Rows(t, db, fmt.Sprintf(`SELECT status, actual_period, round(actual_value, 5)::VARCHAR, round(gap, 5)::VARCHAR,
				round(attainment, 5)::VARCHAR, round(required_by_path, 5)::VARCHAR FROM targets WHERE target = 'SI%02d'`, i)))
			rule := got.Targets[i].Rule
			if c.vi == "" {
				rule.VI = ""
			}
			if d := gocmp.Diff(transforms.Text{VI: c.vi, EN: c.en}, rule); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTargetTable(t *testing.T) {
	db := open(t)
	set := indicator.Set{
		Models: []transforms.Model{parts}, Indicators: []transforms.Indicator{byField, share},
		Targets: []transforms.Target{
			{
				ID: "b", Name: transforms.Text{VI: "Mục tiêu", EN: "Target"}, Indicator: "SI02", Period: "2025", Comparison: "about", Value: 9000, Tolerance: 500,
				At: map[string]string{"field": "parts"}, Area: transforms.Text{VI: "Cũ", EN: "Old"}, Source: transforms.Text{VI: "QĐ 1", EN: "Decision 1"},
			},
			{ID: "a", Indicator: "SI02", Period: "2025", Comparison: ">=", Value: 1},
		},
	}
	got, err := indicator.Build(t.Context(), db, set)
	must(t, err)
	if got.Targets[0].ID != "b" || got.Targets[1].Rule.EN != "There is no actual value at field=_T." {
		t.Errorf("results come in the order of the declarations: %+v", got.Targets)
	}
	same(t, `
		a|-|-|SI02|field=_T|_T|2025|>=|1.0|-|-|-|-|-|-|-|no_data|-|-|%
		b|Mục tiêu|Target|SI02|field=parts|parts|2025|about|9000.0|500.0|2020|7500.0|2021|8750.0|-|P|reached|Old|QĐ 1|%
	`, ducktest.Rows(t, db, `SELECT target, name_vi, name_en, indicator, at_text, at_json->>'field', period, comparison, target_value::VARCHAR, tolerance::VARCHAR,
		baseline_period, baseline_value::VARCHAR, actual_period, actual_value::VARCHAR, actual_low::VARCHAR, actual_status, status, area_en, source_vi, unit FROM targets`))
}
