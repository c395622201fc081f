package codes_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
)

func industries(t *testing.T) *codes.List {
	t.Helper()
	l, err := codes.Load(strings.NewReader("code,name_vi,level\nB,Khai khoáng,section\n13,Dệt may thổ cẩm,division\n24,Sản xuất kim loại,division\n25,Sản xuất kim hoàn,division\n"),
		transforms.CodeList{ID: "vsic", File: "vsic.csv"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestReview(t *testing.T) {
	waiting := []codes.Waiting{
		{Dataset: "iip", List: "vsic", Label: "Sản xuất kim loai", Book: "a.xlsx", Sheet: "1", Cell: "B7", Figures: 3},
		{Dataset: "output", List: "vsic", Label: "SẢN XUẤT KIM LOAI", Figures: 2},
		{Dataset: "iip", List: "vsic", Label: "Một ngành không ai biết", Figures: 4},
		{Dataset: "iip", List: "vsic", Label: "Khai khoáng", Figures: 9},
		{Dataset: "iip", List: "none", Label: "x", Figures: 9},
	}
	decided := codes.Decision{List: "vsic", Label: "Một ngành không ai biết", Decision: codes.Reject, By: "an", Date: "2026-01-02"}
	type line struct {
		Dataset, Label, Code string
		Figures              int64
		Distance             int
		Decided              bool
	}
	var got []line
	for _, e := range codes.Review(waiting, map[string]*codes.List{"vsic": industries(t)}, []codes.Decision{decided}) {
		got = append(got, line{e.Dataset, e.Label, e.Suggestion, e.Figures, e.Distance, e.Decision != nil})
	}
	want := []line{{"iip output", "Sản xuất kim loai", "24", 5, 1, false}, {"iip", "Một ngành không ai biết", "", 4, 0, true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecided(t *testing.T) {
	l := industries(t)
	if m := l.Match("Sản xuất kim loai"); m.OK() || m.Suggestion != "24" {
		t.Fatalf("before: %+v", m)
	}
	file := "list,label,code,decision,by,date\nother,Dệt,13,accept,an,2026-01-02\nvsic,Sản xuất kim loai,24,accept,an,2026-01-02\n" +
		"vsic,Dệt thổ cẩm các loại,13,reject,bình,2026-01-03\nvsic,Không phải ngành,,reject,bình,2026-01-03\n"
	all, err := codes.ReadDecisions(strings.NewReader(file), "review.csv")
	if err != nil {
		t.Fatal(err)
	}
	d, err := l.Decided(all)
	if err != nil {
		t.Fatal(err)
	}
	for label, want := range map[string]codes.Match{
		"SẢN XUẤT KIM LOAI (1)": {Code: "24", How: codes.Reviewed},
		"Dệt thổ cẩm các loại":  {Code: "13", How: codes.Reviewed},
		"Sản xuất kim loại":     {Code: "24", How: codes.Folded},
		"Không phải ngành":      {},
	} {
		got := d.Match(label)
		if got.How == codes.Exact {
			got.How = codes.Folded
		}
		got.Suggestion, got.SuggestionName, got.Distance = "", "", 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", label, diff)
		}
	}
	var notes []string
	for _, c := range d.Codes {
		for _, a := range c.Attributes {
			if a.Name != "level" {
				notes = append(notes, c.Code+" "+a.Name+": "+a.Value)
			}
		}
	}
	if diff := cmp.Diff([]string{"13 reviewed_labels: Dệt thổ cẩm các loại (set by bình on 2026-01-03)",
		"24 reviewed_labels: Sản xuất kim loai (accepted by an on 2026-01-02)"}, notes); diff != "" {
		t.Error(diff)
	}
	if len(l.Codes[2].Attributes) != 1 || len(d.Decisions()) == 0 || len(l.Decisions()) != 0 {
		t.Error("the list before the decisions was changed")
	}
	var out bytes.Buffer
	if err := codes.WriteDecisions(&out, codes.Decide(all, codes.Decision{List: "other", Label: "DỆT", Code: "14", Decision: codes.Reject, By: "an", Date: "2026-01-05"})); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(file, "other,Dệt,13,accept,an,2026-01-02", "other,DỆT,14,reject,an,2026-01-05", 1)
	lines := strings.Split(want, "\n")
	lines[2], lines[3], lines[4] = lines[3], lines[4], lines[2] // sorted by label
	if diff := cmp.Diff(strings.Join(lines, "\n"), out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestDecisionsRefused(t *testing.T) {
	head := "list,label,code,decision,by,date\n"
	for _, tt := range []struct{ name, file, want string }{
		{"columns", "list,label\n", "review.csv:1: the first line does not name the columns"},
		{"word", head + "vsic,x,24,yes,an,2026-01-02\n", `review.csv:2: the decision is "yes", want accept or reject`},
		{"no code", head + "vsic,x,,accept,an,2026-01-02\n", "review.csv:2: what is accepted has no code"},
		{"nobody", head + "vsic,x,24,accept,,2026-01-02\n", "review.csv:2: nobody is named as the one who decided"},
		{"day", head + "vsic,x,24,accept,an,2/1/2026\n", `review.csv:2: the date is "2/1/2026", want a day such as 2025-07-01`},
		{"twice", head + "vsic,x y,24,accept,an,2026-01-02\nvsic,X  Y,25,accept,an,2026-01-02\n", `review.csv:3: the label "X Y" of vsic is also on line 2`},
		{"fields", head + "vsic,x\n", "review.csv: record on line 2: wrong number of fields"},
	} {
		_, err := codes.ReadDecisions(strings.NewReader(tt.file), "review.csv")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, err := industries(t).Decided([]codes.Decision{{List: "vsic", Label: "x", Code: "99", Decision: codes.Accept, By: "an", Date: "2026-01-02"}}); err == nil ||
		!strings.Contains(err.Error(), `label "x": the code list vsic has no code 99`) {
		t.Errorf("a code that is not in the list: %v", err)
	}
}

// FuzzReadDecisions holds that what is read is written so that it reads the same.
func FuzzReadDecisions(f *testing.F) {
	f.Add("list,label,code,decision,by,date\nvsic,\"a, b\",24,accept,an,2026-01-02\nvsic,c,,reject,bình,2026-01-03\n")
	f.Fuzz(func(t *testing.T, file string) {
		all, err := codes.ReadDecisions(strings.NewReader(file), "f")
		if err != nil || len(all) == 0 {
			return
		}
		var first, second bytes.Buffer
		if err := codes.WriteDecisions(&first, all); err != nil {
			t.Fatal(err)
		}
		again, err := codes.ReadDecisions(bytes.NewReader(first.Bytes()), "f")
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, first.String())
		}
		if err := codes.WriteDecisions(&second, again); err != nil || first.String() != second.String() {
			t.Errorf("written %q, then %q (%v)", first.String(), second.String(), err)
		}
	})
}
