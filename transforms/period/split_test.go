package period_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/transforms/period"
)

func TestFindSplit(t *testing.T) {
	tests := []struct {
		text string
		want period.Split
	}{
		{"2012–13", period.Split{First: 2012}},
		{"2012-13 (p)", period.Split{First: 2012}},
		{"2011-12", period.Split{First: 2011, Month: true}},
		{"2011/12", period.Split{First: 2011}},
		{"1999-00", period.Split{First: 1999}},
		{"1999-2000", period.Split{First: 1999, Span: true}},
		{"Năm học 2020-2021", period.Split{First: 2020, Span: true}},
		{"Australian Industry, 2016-17", period.Split{First: 2016}},
		{"2016-17 | 2016–17", period.Split{First: 2016}},
		{"2012-14", period.Split{}},
		{"2012-2014", period.Split{}},
		{"2012 - 13", period.Split{}},
		{"2011-12-05", period.Split{}},
		{"05-2011-12", period.Split{}},
		{"2012-13 so với 2011-12", period.Split{}},
		{"15/2007/08-NĐ", period.Split{}},
		{"2024", period.Split{}},
		{"", period.Split{}},
	}
	for _, tt := range tests {
		got, ok := period.FindSplit(tt.text)
		if got != tt.want || ok != (tt.want != period.Split{}) {
			t.Errorf("FindSplit(%q) = %+v, %v; want %+v", tt.text, got, ok, tt.want)
		}
	}
}

func TestYearBegins(t *testing.T) {
	tests := []struct {
		text string
		want time.Month
	}{
		{"Year ended 30 June", time.July},
		{"Data for financial years ending on 31 March.", time.April},
		{"12 months to the end of September", 0},
		{"twelve months to September 2020", time.October},
		{"Financial year (1 April to 31 March)", time.April},
		{"July - June", time.July},
		{"January to December", time.January},
		{"April to June", 0},
		{"year ended June, and year ended March", 0},
		{"từ tháng 7 năm trước đến tháng 6 năm sau", time.July},
		{"Từ tháng 9 năm trước đến hết tháng 8 năm nay", time.September},
		{"từ tháng 7 năm trước đến tháng 9 năm sau", 0},
		{"", 0},
	}
	for _, tt := range tests {
		if got := period.YearBegins(tt.text); got != tt.want {
			t.Errorf("YearBegins(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestSplitBeginning(t *testing.T) {
	p := period.Split{First: 2012}.Beginning(time.July)
	want := period.Period{Start: time.Date(2012, 7, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2013, 6, 30, 0, 0, 0, 0, time.UTC), Freq: "A"}
	if d := cmp.Diff(want, p); d != "" {
		t.Error(d)
	}
	if s := p.String(); s != "2012-07-01/P1Y" {
		t.Errorf("written as %s", s)
	}
	if p := (period.Split{First: 2012}).Beginning(time.January); p.String() != "2012" {
		t.Errorf("a year that begins in January is written as %s", p)
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"2012–13", "2012/2013 p", "Years ended 30 June 2013", "April to March", "từ tháng 7 năm trước đến tháng 6 năm sau"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if m := period.YearBegins(text); m < 0 || m > 12 {
			t.Errorf("YearBegins(%q) = %d", text, m)
		}
		y, ok := period.FindSplit(text)
		if ok != (y.First != 0) || y.Month && y.Span {
			t.Errorf("FindSplit(%q) = %+v, %v", text, y, ok)
		}
		if p := y.Beginning(7); ok && (p.Months() != 12 || p.Start.Year() != y.First || !period.Names(text)) {
			t.Errorf("%q begins %s", text, p)
		}
	})
}
