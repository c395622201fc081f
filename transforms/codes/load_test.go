package codes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
)

func load(text string) (*codes.List, error) {
	return codes.Load(strings.NewReader(text), transforms.CodeList{ID: "areas", File: "areas.csv"})
}

func mustLoad(t testing.TB, text string) *codes.List {
	t.Helper()
	l, err := load(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLoadProblems(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", "areas.csv: read code list areas: the file is empty; its first line names the columns: code,name_vi,name_en"},
		{"no columns", "id,label\n1,a\n", `code list areas has 2 problems: areas.csv:1: there is no column code (columns: id, label)
areas.csv:1: there is no column name_vi or name_en`},
		{"no rows", "code,name_vi\n", "code list areas: areas.csv:1: the list has no codes"},
		{"column twice", "code,name_vi,name_vi\n", "code list areas: areas.csv:1: column name_vi occurs twice"},
		{"all at once", `code,name_vi,parent,valid_from,valid_to
,Không mã,,,
92,Cần Thơ,,1/7/2025,
93,Hậu Giang,99,,
94,,,2025-07-01,2025-06-30
95,a,b,too,many,fields
`, `code list areas has 6 problems: areas.csv:2: the code is empty
areas.csv:3: valid_from is "1/7/2025", want a day such as 2025-07-01
areas.csv:4: code 93: its parent 99 is not in the list
areas.csv:5: code 94 has no name
areas.csv:5: code 94: valid_to 2025-06-30 is before valid_from 2025-07-01
areas.csv:6: 6 fields, want 5: is a field with a comma without its quotes?`},
		{"overlap", `code,name_vi,valid_from,valid_to
15,Yên Bái,,2025-06-30
15,Lào Cai,2025-06-30,
`, "code list areas: areas.csv:3: code 15 is also on line 2, valid at the same time"},
		{"circle", "code,name_vi,parent\na,A,b\nb,B,a\n", "code list areas: areas.csv:2: code a is its own ancestor"},
		{"parent of another time", `code,name_vi,parent,valid_from,valid_to
1,Cũ,,,2025-06-30
2,Con,1,2025-07-01,
`, "code list areas: areas.csv:3: code 2: its parent 1 is not valid at the same time"},
		{"quotes", "code,name_vi\n1,\"a\"b\"\n2,\n", `code list areas has 2 problems: areas.csv:2: extraneous or missing " in quoted-field
areas.csv:3: code 2 has no name`},
		{"encoding", "code,name_vi\n1,D\xd6t\n", "code list areas: areas.csv:2: name_vi is not UTF-8 text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(tt.text)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if fault.KindOf(err) != fault.Config {
				t.Errorf("kind %v", fault.KindOf(err))
			}
		})
	}
}

const areas = "\ufeff" + `code,name_vi,name_en,aliases,valid_from,valid_to,region
92,Cần Thơ,Can Tho city,TP Cần Thơ|Cantho,2004-01-01,2025-06-30,south
92,Thành phố Cần Thơ,Can Tho city,Cần Thơ,2025-07-01,,south
93,Hậu Giang,Hau Giang,,2004-01-01,2025-06-30,
10,Lào Cai,Lao Cai,,,2025-06-30,north
15,Yên Bái,Yen Bai,,,2025-06-30,north
15,Lào Cai,Lao Cai,,2025-07-01,,north
1,Sản xuất sợi,,,,,
2,sản xuất SỢI,,,,,
`

func TestMatch(t *testing.T) {
	l := mustLoad(t, areas)
	tests := []struct{ label, day, code, how, reason string }{
		{"Hậu Giang", "", "93", codes.Exact, ""},
		{" HẬU\u00a0GIANG ", "2020-12-31", "93", codes.Folded, ""},
		{"Hậu Giang", "2025-12-31", "", codes.NotValid,
			"the label is the name of a code that is not valid in this period: 93 (valid 2004-01-01 to 2025-06-30)"},
		{"Cần Thơ", "2024-12-31", "92", codes.Exact, ""},
		{"Cần Thơ", "2025-12-31", "92", codes.Alias, ""},
		{"Cantho", "", "92", codes.Alias, ""},
		{"Lào Cai", "2024-12-31", "10", codes.Exact, ""},
		{"Lào Cai", "2025-12-31", "15", codes.Exact, ""},
		{"Lào Cai", "", "", codes.Ambiguous,
			"the label is the name of more than one code: 10 (valid until 2025-06-30), 15 (valid from 2025-07-01)"},
		{"Sản Xuất Sợi", "", "", codes.Ambiguous, "the label is the name of more than one code: 1, 2"},
		{"92", "", "92", codes.ByCode, ""},
		{"Hậu Giang - Hau Giang", "", "93", codes.Part, ""},
		{"Hậu Giang (Hau Giang)", "", "93", codes.Part, ""},
		{"Hậu Giang\nHau Giang", "", "93", codes.Part, ""},
		{"Hậu Giang - Cần Thơ", "", "", codes.Unknown, ""},
		{"Hậu Giag", "", "", codes.Unknown,
			`the code list does not know the label; nearest is 93 "Hậu Giang", 1 edits away: add an alias if it is the same`},
		{"Thái Bình Dương", "", "", codes.Unknown,
			"the code list does not know the label, and nothing in it is near: add a code or an alias"},
		{"", "", "", codes.Unknown, "the code list does not know the label, and nothing in it is near: add a code or an alias"},
	}
	for _, tt := range tests {
		m := l.MatchOn(tt.label, day(t, tt.day))
		if m.Code != tt.code || m.How != tt.how || tt.reason != "" && m.Reason() != tt.reason {
			t.Errorf("MatchOn(%q, %s) = %q by %q: %s", tt.label, tt.day, m.Code, m.How, m.Reason())
		}
	}
}

// A name that a code shares with one of its children means the code only where that is its only child.
func TestNameOfParentAndChild(t *testing.T) {
	const two = "code,name_vi,parent\n10,Chế biến thực phẩm,\n101,Chế biến thực phẩm,10\n"
	for text, want := range map[string]codes.Match{
		two:                      {Code: "10", How: codes.Exact},
		two + "102,Xay xát,10\n": {How: codes.Ambiguous},
		two + "102,Xay xát,11\n11,Đồ uống,\n": {Code: "10", How: codes.Exact},
	} {
		if got := mustLoad(t, text).Match("Chế biến thực phẩm"); got.Code != want.Code || got.How != want.How {
			t.Errorf("%s: %q by %q, want %q by %q", text, got.Code, got.How, want.Code, want.How)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(areas, "Cần Thơ")
	f.Add("code,name_vi,parent\na,A,b\nb,B,a\n", "A - B")
	f.Add("code,name_en\n\"1\n", "1. a")
	f.Fuzz(func(t *testing.T, text, label string) {
		l, err := load(text)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a text")
			}
			return
		}
		for _, c := range l.Codes {
			if c.Code == "" || c.Name.VI == "" && c.Name.EN == "" {
				t.Errorf("accepted %+v", c)
			}
		}
		m := l.Match(label)
		if m.OK() && len(l.Match(m.Code).Candidates) == 0 && l.Match(m.Code).How == codes.Unknown {
			t.Errorf("%q gives code %q, which the list does not know", label, m.Code)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	l := mustLoad(b, areas)
	for b.Loop() {
		l.Match("HẬU GIANG")
	}
}
