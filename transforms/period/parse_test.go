package period_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/statloom/statloom/transforms/period"
)

func TestParse(t *testing.T) {
	tests := []struct{ text, want string }{ // want "" means refused
		{"Tháng 5 năm 2024", "2024-05"},
		{"tháng 5/2024", "2024-05"},
		{"T5/2024", "2024-05"},
		{"T9.2024", "2024-09"},
		{"5 tháng năm 2024", "2024-01-01/P5M"},
		{"5 tháng đầu năm 2024", "2024-01-01/P5M"},
		{"9T/2024", "2024-01-01/P9M"},
		{"tám tháng năm 2011", "2011-01-01/P8M"},
		{"mười một tháng năm 2011", "2011-01-01/P11M"},
		{"năm tháng năm 2011", "2011-01-01/P5M"},
		{"tháng Tám và tám tháng năm 2011", "2011-08"},
		{"SẢN XUẤT THÁNG MƯỜI HAI NĂM 2011", "2011-12"},
		{"Tháng Năm năm 2024", "2024-05"},
		{"Tháng năm 2024", ""},
		{"các tháng năm 2024", "2024"},
		{"tháng 7 và tháng 8 năm 2024", "2024-07"},
		{"tháng 12 và quý I năm 2024", ""},
		{"tháng 4, 5 năm 2024", ""},
		{"Tháng 1 - 5 năm 2024", "2024-01-01/P5M"},
		{"Tháng 5", ""},
		{"Quý I năm 2024", "2024-Q1"},
		{"Quí 1 năm 2012", "2012-Q1"},
		{"quý 1/2024", "2024-Q1"},
		{"Quý IV/2024", "2024-Q4"},
		{"QUÝ III NĂM 2023", "2023-Q3"},
		{"6 tháng đầu năm 2024", "2024-S1"},
		{"6 tháng cuối năm 2024", "2024-S2"},
		{"6 tháng năm 2024", "2024-S1"},
		{"6 tháng đầu năm", ""},
		{"3 tháng năm 2024", "2024-Q1"},
		{"12 tháng năm 2018", "2018"},
		{"13 tháng năm 2018", ""},
		{"Năm 2015", "2015"},
		{"2015", "2015"},
		{"Sơ bộ 2021", "2021"},
		{"Sơ bộ - Prel. 2021", "2021"},
		{"Prel. 2016", "2016"},
		{"năm năm 2011", "2011"},
		{"Tháng 3 năm năm 2011", "2011-03"},
		{"Cả năm 2004", "2004"},
		{"Cả năm", ""},
		{"May 2024", "2024-05"},
		{"may trang phục 2024", "2024"},
		{"Sản xuất sợi", ""},
		{"Jan. 2024", "2024-01"},
		{"Jan-May 2024", "2024-01-01/P5M"},
		{"first 5 months of 2024", "2024-01-01/P5M"},
		{"First nine months 2024", "2024-01-01/P9M"},
		{"Q1 2024", "2024-Q1"},
		{"1st quarter of 2024", "2024-Q1"},
		{"Third quarter 2024", "2024-Q3"},
		{"H1 2024", "2024-S1"},
		{"2024M05", "2024-05"},
		{"2024-05", "2024-05"},
		{"2024-Q3", "2024-Q3"},
		{"2024Q3", "2024-Q3"},
		{"2024-S2", "2024-S2"},
		{"2024-W05", "2024-W05"},
		{"tuần 5 năm 2024", "2024-W05"},
		{"31/12/2024", "2024-12-31"},
		{"31/02/2024", ""},
		{"12/31/2024", ""},
		{"ngày 1/8/2019", "2019-08-01"},
		{"thời điểm 1/6/2024", "2024-06-01"},
		{"ngày 29 tháng 9 năm 2024", "2024-09-29"},
		{"29 September 2024", "2024-09-29"},
		{"September 29, 2024", "2024-09-29"},
		{"từ 01/01/2024 đến 15/01/2024", "2024-01-01/P15D"},
		{"2020-2024", ""},
		{"2020 - 2024", ""},
		{"giai đoạn 2016-2020", ""},
		{"từ năm 2016 đến năm 2020", ""},
		{"2010, 2015 và 2020", ""},
		{"Năm học 2020-2021", ""},
		{"2020/21", ""},
		{"2018 March", "2018-03"},
		{"2018 | March", "2018-03"},
		{"2018 | May", "2018-05"},
		{"2018 | May | Total", "2018-05"},
		{"2018, Sept.", "2018-09"},
		{"2018 Jan-Mar", "2018-Q1"},
		{"2018 | Dec (p)", "2018-12"},
		{"2018 may be revised", ""},
		{"2018 - March 2019", "2018"},
		{"resident population count 2013 Census", "2013"},
		{"2017 Annual", "2017"},
		{"Năm 2024 - Year 2024", "2024"},
		{"Tháng 5 - May 2024", "2024-05"},
		{"Tháng 5/2024 - May 2024", "2024-05"},
		{"Năm 2024 | Tháng 5", "2024-05"},
		{"2024 Quý I", "2024-Q1"},
		{"Tháng 5 | 2024", "2024-05"},
		{"2000 doanh nghiệp lớn nhất", ""},
		{"Giá trị sản xuất theo giá so sánh 2010 tháng 5 năm 2024", "2024-05"},
		{"GTSX theo giá cố định năm 1994, năm 2005", "2005"},
		{"Chỉ số giá năm 2024", "2024"},
		{"IIP (2015=100) tháng 5 năm 2024", "2024-05"},
		{"Thông tư 02/2018/TT-BKHĐT", ""},
		{"Theo VSIC 2018", ""},
		{"THÁNG\u00a05\nNĂM\u00a02024", "2024-05"},
		{"Tháng 5năm2024", "2024-05"},
		{"Thángnăm 5 2024", ""},
		{"05/2024", "2024-05"},
		{"Lũy kế 5 tháng/2024", "2024-01-01/P5M"},
		{"12 tháng qua", ""},
		{"Tháng 13 năm 2024", ""},
		{"Đầu tư trực tiếp được cấp phép từ 01/01- 20/3/2015", "2015-01-01/P79D"},
		{"Sản xuất nông nghiệp đến ngày 15 tháng 3 năm 2015", "2015-03-15"},
		{"Đá quý, kim loại quý và sản phẩm", ""},
		{"Cây hàng năm", ""},
		{"Quý I-III/2024", "2024-01-01/P9M"},
		{"Tổng sản phẩm trong nước 9 tháng năm 2016", "2016-01-01/P9M"},
		{"1. Tổng sản phẩm trong nước quý I năm 2015", "2015-Q1"},
		{"Population 2020 by province", "2020"},
		{"GDP at constant 2010 prices, 2015", "2015"},
		{"cùng kỳ năm 2020 (%)", ""},
		{"kỳ năm trước", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got, ok := period.Parse(tt.text)
		if got.String() != tt.want || ok != (tt.want != "") {
			t.Errorf("Parse(%q) = %q, %v; want %q", tt.text, got, ok, tt.want)
		}
	}
}

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"29/9/2024":                        "2024-09-29",
		"2024-09-29":                       "2024-09-29",
		"2024-09-29T10:00:00Z":             "2024-09-29",
		"ngày 29 tháng 9 năm 2024":         "2024-09-29",
		"Hà Nội, ngày 29 tháng 9 năm 2024": "2024-09-29",
		"29.09.2024":                       "2024-09-29",
		"29/2/2023":                        "",
		"9/29/2024":                        "",
		"29/9/24":                          "",
		"Tháng 9 năm 2024":                 "",
		"2024-09-29-2.Bieu-T9.2024.xlsx":   "2024-09-29",
		"":                                 "",
	} {
		d, ok := period.ParseDate(text)
		got := ""
		if ok {
			got = d.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("ParseDate(%q) = %q, want %q", text, got, want)
		}
	}
}

// periods draws periods of every form.
func periods() *rapid.Generator[period.Period] {
	return rapid.Custom(func(t *rapid.T) period.Period {
		start := time.Date(rapid.IntRange(1900, 2090).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC)
		if rapid.Bool().Draw(t, "months") {
			return period.Of(start, start.AddDate(0, rapid.SampledFrom([]int{1, 2, 3, 5, 6, 9, 12, 24}).Draw(t, "count"), -1))
		}
		start = start.AddDate(0, 0, rapid.IntRange(0, 30).Draw(t, "day"))
		return period.Of(start, start.AddDate(0, 0, rapid.SampledFrom([]int{0, 6, 9, 78}).Draw(t, "days")))
	})
}

// TestRoundTrip holds that the canonical form is read as what it was written for.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "period")
		if got, ok := period.Parse(p.String()); !ok || got != p {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", p, got, ok, p)
		}
		if q := p.Previous(); !q.End.AddDate(0, 0, 1).Equal(p.Start) || q.Months() != p.Months() {
			t.Errorf("Previous of %s is %s", p, q)
		}
		if q := p.YearBefore(); period.Compare(q, p) >= 0 || q.Months() != p.Months() || q.Freq != p.Freq && p.Months() > 0 {
			t.Errorf("YearBefore of %s is %s", p, q)
		}
	})
}

func TestPeriod(t *testing.T) {
	tests := []struct{ in, previous, before, freq string }{
		{"2024", "2023", "2023", "A"},
		{"2024-S1", "2023-S2", "2023-S1", "S"},
		{"2024-Q1", "2023-Q4", "2023-Q1", "Q"},
		{"2024-01", "2023-12", "2023-01", "M"},
		{"2024-02", "2024-01", "2023-02", "M"},
		{"2024-01-01/P5M", "2023-08-01/P5M", "2023-01-01/P5M", "M"},
		{"2024-W01", "2023-W52", "2023-W01", "W"},
		{"2020-W53", "2020-W52", "2019-W52", "W"},
		{"2024-02-29", "2024-02-28", "2023-02-28", "D"},
	}
	for _, tt := range tests {
		p, ok := period.Parse(tt.in)
		if !ok || p.Previous().String() != tt.previous || p.YearBefore().String() != tt.before || p.Freq != tt.freq {
			t.Errorf("%s: previous %s, year before %s, freq %s", tt.in, p.Previous(), p.YearBefore(), p.Freq)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"Tháng 5 năm 2024", "từ 01/01 - 20/3/2015", "2024-01-01/P5M", "tháng Tám và tám tháng năm 2011", "Jan-May, 2024", "T9.2024"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := period.Parse(text)
		if !ok {
			if !p.IsZero() {
				t.Errorf("Parse(%q) refuses but gives %s", text, p)
			}
			return
		}
		if p.End.Before(p.Start) || p != period.Of(p.Start, p.End) {
			t.Errorf("Parse(%q) = %+v", text, p)
		}
		if again, ok := period.Parse(p.String()); (!ok || again != p) && p.Start.Year() >= 1900 {
			t.Errorf("Parse(%q) = %s, which reads as %s", text, p, again)
		}
	})
}
