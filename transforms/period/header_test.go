package period_test

import (
	"encoding/csv"
	"os"
	"testing"
	"time"

	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/period"
)

// TestCorpusHeaders reads every header that the monthly industrial indices had from 2012 to 2024.
func TestCorpusHeaders(t *testing.T) {
	f, err := os.Open(sheettest.Shared(t, "corpus/gso_monthly/truth/visible/iip_cells.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	relations := make(map[string]int)
	for _, row := range rows[1:] {
		report, text := row[0], row[6]
		first := !seen[text]
		seen[text] = true
		h, ok := period.ParseHeader(text, nil)
		if !ok || !h.HasRelation || h.Base == nil {
			t.Fatalf("ParseHeader(%q) = %+v, %v", text, h, ok)
		}
		if first {
			relations[h.Relation]++
		}
		month, err := time.Parse("2006-01-02", report)
		if err != nil {
			t.Fatal(err)
		}
		month = time.Date(month.Year(), month.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		if h.Period.End.After(month) || h.Period.Start.Before(month.AddDate(-1, -1, 0)) || !h.Base.Start.Before(h.Period.Start) {
			t.Errorf("report of %s: %q has period %s and base %s", report, text, h.Period, h.Base)
		}
	}
	if len(seen) != 215 {
		t.Errorf("%d distinct headers, want 215", len(seen))
	}
	t.Log(relations)
	for r := range relations {
		if r != period.PreviousPeriod && r != period.SamePeriodLastYear && r != period.Cumulative {
			t.Errorf("relation %q", r)
		}
	}
}

func TestParseHeader(t *testing.T) {
	tests := []struct{ text, context, period, base, relation string }{
		{"Tháng 3 năm 2012 so với tháng 02 năm 2012", "", "2012-03", "2012-02", "previous_period"},
		{"So với cùng kỳ năm trước (%) | 9 tháng năm 2024", "2024-09", "2024-01-01/P9M", "2023-01-01/P9M", "cumulative"},
		{"So với cùng kỳ năm trước (%) | Tháng 3 năm 2020", "2020-03", "2020-03", "2019-03", "same_period_last_year"},
		{"So với tháng trước (%) | Tháng 3 năm 2020", "", "2020-03", "2020-02", "previous_period"},
		{"Tháng 3 năm 2012 so với tháng 3 năm năm 2011", "", "2012-03", "2011-03", "same_period_last_year"},
		{"Quí 1 năm 2012 so với cùng kỳ năm 2011", "", "2012-Q1", "2011-Q1", "cumulative"},
		{"5 tháng năm 2012 so với cùng kỳ năm 2011", "", "2012-01-01/P5M", "2011-01-01/P5M", "cumulative"},
		{"6 tháng năm 2013 so với cùng kỳ năm 2012", "", "2013-S1", "2012-S1", "cumulative"},
		{"9 tháng năm 2024 so với cùng kỳ năm trước", "", "2024-01-01/P9M", "2023-01-01/P9M", "cumulative"},
		{"2 tháng năm 2016 so với cùng kỳ năm 2015", "", "2016-01-01/P2M", "2015-01-01/P2M", "cumulative"},
		{"Tháng 8 năm 2013 so với Tháng 8 năm năm 2012", "", "2013-08", "2012-08", "same_period_last_year"},
		{"Tháng 02 năm 2013 so với tháng 01 năm 2013", "", "2013-02", "2013-01", "previous_period"},
		{"Tháng 1 năm 2014 so với tháng 1 năm 2013", "", "2014-01", "2013-01", "same_period_last_year"},
		{"Tháng 2 năm 2014 so với cùng kỳ năm 2013", "", "2014-02", "2013-02", "same_period_last_year"},
		{"Quí I năm 2014 so với cùng kỳ năm 2013", "", "2014-Q1", "2013-Q1", "cumulative"},
		{"Tháng 12 năm 2015 so với tháng 12 năm 2014", "", "2015-12", "2014-12", "same_period_last_year"},
		{"Năm 2015 so với năm 2014", "", "2015", "2014", "cumulative"},
		{"Năm 2018 so với năm 2017", "", "2018", "2017", "cumulative"},
		{"Tháng 01 năm 2016 so với tháng 12 năm 2015", "", "2016-01", "2015-12", "previous_period"},
		{"Tháng 1/2018 so với tháng 12/2017", "", "2018-01", "2017-12", "previous_period"},
		{"Tháng 1/2018 so với tháng 1/2017", "", "2018-01", "2017-01", "same_period_last_year"},
		{"10 tháng năm 2018 so với cùng kỳ năm trước", "", "2018-01-01/P10M", "2017-01-01/P10M", "cumulative"},
		{"Tháng 12 năm 2018 so với tháng trước", "", "2018-12", "2018-11", "previous_period"},
		{"Tháng 1 năm 2019 so với tháng trước", "", "2019-01", "2018-12", "previous_period"},
		{"Tháng 01 năm 2022 so với cùng kỳ năm trước", "", "2022-01", "2021-01", "same_period_last_year"},
		{"Quý I năm 2020 so với cùng kỳ năm trước", "", "2020-Q1", "2019-Q1", "cumulative"},
		{"Tháng 8 năm 2024 so với cùng kỳ năm trước", "", "2024-08", "2023-08", "same_period_last_year"},
		{"Tháng 9 năm 2024 so với tháng trước", "", "2024-09", "2024-08", "previous_period"},
		{"THÁNG 2 NĂM 2024 SO VỚI CÙNG KỲ NĂM TRƯỚC", "", "2024-02", "2023-02", "same_period_last_year"},
		// beyond the indices
		{"Chỉ số sử dụng lao động thời điểm 1/8/2019 so với cùng thời điểm tháng trước", "", "2019-08-01", "2019-07-01", "previous_period"},
		{"Chỉ số sử dụng lao động thời điểm 1/8/2019 so với cùng thời điểm năm trước", "", "2019-08-01", "2018-08-01", "same_period_last_year"},
		{"thời điểm 31/3/2024 so với tháng trước", "", "2024-03-31", "2024-02-29", "previous_period"},
		{"Tỷ lệ so sánh (%) Tháng 1/2000 so với tháng 12/1999", "", "2000-01", "1999-12", "previous_period"},
		{"Quý II năm 2024 so với cùng kỳ năm trước", "", "2024-Q2", "2023-Q2", "same_period_last_year"},
		{"Quý II năm 2024 so với quý I năm 2024", "", "2024-Q2", "2024-Q1", "previous_period"},
		{"Quý II năm 2024 so với quý trước", "", "2024-Q2", "2024-Q1", "previous_period"},
		{"Quý I/2015 so với quý I/2014 (%)", "", "2015-Q1", "2014-Q1", "cumulative"},
		{"Tháng 5 năm 2016 so với: Tháng 12 năm 2015", "", "2016-05", "2015-12", "other"},
		{"Tháng 5 năm 2016 so với: Kỳ gốc 2014", "", "2016-05", "2014", "other"},
		{"Tháng 5 năm 2016 so với: Kỳ gốc (năm 2014)", "", "2016-05", "2014", "other"},
		{"Tháng 1/2024 so với tháng 12", "", "2024-01", "2023-12", "previous_period"},
		{"Tháng 11\nnăm 2015 so\nvới tháng 10\nnăm 2015 (%)", "", "2015-11", "2015-10", "previous_period"},
		{"11 tháng năm\n2015 so vớicùng\nkỳ năm 2014 (%)", "", "2015-01-01/P11M", "2014-01-01/P11M", "cumulative"},
		{"Tháng 11 năm2015so với cùngkỳ nămtrước", "", "2015-11", "2014-11", "same_period_last_year"},
		{"Tháng 5\u00a0năm 2024 so\u00a0với cùng kỳ năm trước", "", "2024-05", "2023-05", "same_period_last_year"},
		{"5 tháng đầu năm\n2016 so với\ncùng kỳ\nnăm 2015 (%)", "", "2016-01-01/P5M", "2015-01-01/P5M", "cumulative"},
		{"5 tháng năm 2016 so với 5 tháng năm 2015", "", "2016-01-01/P5M", "2015-01-01/P5M", "cumulative"},
		{"Tháng 5 năm 2024 so với cùng kỳ năm 2020", "", "2024-05", "2020-05", "other"},
		{"May 2024 compared to the previous month", "", "2024-05", "2024-04", "previous_period"},
		{"May 2024 compared with the same period last year", "", "2024-05", "2023-05", "same_period_last_year"},
		{"First 5 months of 2024 over the same period of 2023", "", "2024-01-01/P5M", "2023-01-01/P5M", "cumulative"},
		{"Q2 2024 compared to Q2 2023", "", "2024-Q2", "2023-Q2", "same_period_last_year"},
		{"Tháng 5 năm 2016 so với: Kỳ gốc", "", "2016-05", "", "other"},
		// no comparison
		{"Ước tính tháng 5 năm 2024", "", "2024-05", "", ""},
		{"Theo giá so sánh 2010 - Năm 2015", "", "2015", "", ""},
		{"Tổng số", "", "", "", ""},
		// a context
		{"Tháng 4", "Tháng 5 năm 2024", "2024-04", "", ""},
		{"Tháng 12", "Tháng 5 năm 2024", "", "", ""},
		{"Tháng 12", "Năm 2024", "2024-12", "", ""},
		{"Thực hiện 5 tháng", "5 tháng năm 2024", "2024-01-01/P5M", "", ""},
		{"6 tháng đầu năm", "6 tháng đầu năm 2024", "2024-S1", "", ""},
		{"Năm trước", "Tháng 5 năm 2024", "2023", "", ""},
		{"Tháng 5 năm trước", "Tháng 5 năm 2024", "2023-05", "", ""},
		{"Thực hiện cùng\nkỳ năm trước", "9 tháng năm 2024", "2023-01-01/P9M", "", ""},
		{"tháng trước", "Tháng 1 năm 2024", "2023-12", "", ""},
		{"Cả năm", "Tháng 5 năm 2024", "2024", "", ""},
		{"So với cùng kỳ năm trước (%)", "Tháng 5 năm 2024", "2024-05", "2023-05", "same_period_last_year"},
		{"So với tháng trước (%)", "Tháng 5 năm 2024", "2024-05", "2024-04", "previous_period"},
		{"Tháng 4 so với cùng kỳ năm trước", "Tháng 5 năm 2024", "2024-04", "2023-04", "same_period_last_year"},
		{"So với cùng kỳ năm trước (%)", "", "", "", ""},
		{"cùng thời điểm năm trước", "Tháng 5 năm 2024", "2023-05", "", ""},
		{"cùng kỳ năm 2020 (%)", "Tháng 5 năm 2024", "2020-05", "", ""},
		{"Thực hiện kỳ này so với cùng kỳ năm trước (%)", "Quý II năm 2024", "2024-Q2", "2023-Q2", "same_period_last_year"},
		{"so với kế hoạch", "Tháng 5 năm 2024", "2024-05", "", "other"},
		{"T5/T4", "Tháng 5 năm 2024", "2024-05", "2024-04", "previous_period"},
		{"T5/2024/T5/2023", "", "2024-05", "2023-05", "same_period_last_year"},
		// more than one reading
		{"Tháng 5 và 5 tháng năm 2024 so với cùng kỳ năm trước", "", "", "", ""},
		{"Tháng năm 2024 so với cùng kỳ năm trước", "Năm 2024", "", "", ""},
		{"Tháng 13 năm 2024 so với tháng trước", "Năm 2024", "", "", ""},
	}
	for _, tt := range tests {
		var context *period.Period
		if tt.context != "" {
			p, ok := period.Parse(tt.context)
			if !ok {
				t.Fatalf("context %q", tt.context)
			}
			context = &p
		}
		h, ok := period.ParseHeader(tt.text, context)
		base := ""
		if h.Base != nil {
			base = h.Base.String()
		}
		if ok != (tt.period != "") || h.Period.String() != tt.period && ok || ok && (base != tt.base || h.Relation != tt.relation || h.HasRelation != (tt.relation != "")) {
			t.Errorf("ParseHeader(%q, %s) = %s / %s / %s, %v; want %s / %s / %s", tt.text, tt.context, h.Period, base, h.Relation, ok,
				tt.period, tt.base, tt.relation)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	for _, s := range []string{"Tháng 8 năm 2024 so với cùng kỳ năm trước", "Q2 2024 over Q2 2023", "T5/T4", "So với tháng 12", "thời điểm 1/8/2019 so với cùng thời điểm tháng trước"} {
		f.Add(s)
	}
	context := period.Month(2024, 5)
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []*period.Period{nil, &context} {
			h, ok := period.ParseHeader(text, c)
			switch {
			case !ok && h.HasRelation, ok && h.Period.IsZero(), h.HasRelation != (h.Relation != ""):
				t.Errorf("ParseHeader(%q) = %+v, %v", text, h, ok)
			case h.Base != nil && (h.Base.IsZero() || h.Base.End.Before(h.Base.Start)):
				t.Errorf("ParseHeader(%q) has base %+v", text, *h.Base)
			case h.Relation != "" && h.Relation != period.Other && h.Base == nil:
				t.Errorf("ParseHeader(%q) has relation %s without a base", text, h.Relation)
			}
		}
	})
}

func BenchmarkParseHeader(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		period.ParseHeader("Tháng 8 năm 2024 so với cùng kỳ năm trước", nil)
	}
}
