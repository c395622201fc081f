package layout_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/layout"
)

func TestNewRefuses(t *testing.T) {
	dim := func(p transforms.Pick) []transforms.Dimension { return []transforms.Dimension{{ID: "x", Pick: p}} }
	tests := []struct {
		name   string
		recipe transforms.Recipe
		want   string
	}{
		{"no title", transforms.Recipe{}, "title: a recipe needs a title"},
		{"bad pattern", transforms.Recipe{Title: "("}, `title: "(" is not a regular expression`},
		{"bad shape", transforms.Recipe{Title: "x", Shape: "cube"}, `shape: "cube" is no shape`},
		{"bad place", transforms.Recipe{Title: "x", Dimensions: dim(transforms.Pick{From: []transforms.Place{"row.0"}})}, `dimensions.x.from: "row.0" is no place`},
		{"no place", transforms.Recipe{Title: "x", Dimensions: dim(transforms.Pick{})}, "dimensions.x: neither a place nor a value is given"},
		{"empty rule", transforms.Recipe{Title: "x", Dimensions: dim(transforms.Pick{From: []transforms.Place{"row"}, Map: []transforms.Rule{{}}})},
			"dimensions.x.map[0].match: a rule needs an expression"},
		{"bad vintage", transforms.Recipe{Title: "x", Vintage: transforms.Vintage{From: "sheet"}}, `vintage.from: "sheet" is no place`},
		{"no columns", transforms.Recipe{Title: "x", Shape: transforms.Register}, "columns: a register needs columns"},
		{"bad type", transforms.Recipe{Title: "x", Shape: transforms.Register, Columns: []transforms.Column{{ID: "a", Header: "a", Type: "money"}}},
			`columns.a.type: "money" is no type`},
		{"bad key", transforms.Recipe{Title: "x", Shape: transforms.Register, Columns: []transforms.Column{{ID: "a", Header: "a"}}, Key: []string{"b"}},
			`key: "b" is not a column`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := layout.New(tt.recipe)
			if fault.KindOf(err) != fault.Config || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want a configuration error that begins with %q", err, tt.want)
			}
		})
	}
}

func TestVintage(t *testing.T) {
	recipe := plainRecipe
	recipe.Vintage = transforms.Vintage{From: "book", Pattern: `^(\d{4}-\d\d-\d\d)`}
	got := read(t, sheettest.MustParse(plain), recipe)
	if v := got.rows[1][len(got.rows[1])-1]; v != "2024-06-29T00:00:00Z" {
		t.Errorf("vintage %s, want the date in the book's name", v)
	}
	recipe.Vintage.From = "title"
	rd, err := layout.New(recipe)
	if err != nil {
		t.Fatal(err)
	}
	_, err = rd.Read(t.Context(), sheettest.MustParse(plain), transforms.Origin{Name: "b.xlsx"}, &result{})
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Input || e.File != "b.xlsx" || e.Cell == "" || e.Remedy == "" {
		t.Errorf("got %v, want an input error with file, cell and remedy", err)
	}
}

// TestPeriodNeverGuessed reads headers that leave out what they are about under titles that do not settle it.
func TestPeriodNeverGuessed(t *testing.T) {
	tests := []struct{ title, header, want string }{ // want "" means rejected
		{"Chỉ số A tháng 5 năm 2024", "So với cùng kỳ năm trước (%)", "2024-05"},
		{"Chỉ số A tháng 5 và 5 tháng năm 2024", "So với cùng kỳ năm trước (%)", ""},
		{"Chỉ số A tháng 5 và 5 tháng năm 2024", "Tháng 5", "2024-05"},
		{"Chỉ số A tháng 5 và 5 tháng năm 2024", "5 tháng", "2024-01-01/P5M"},
		{"Chỉ số A tháng 5 và 5 tháng năm 2024", "Giá trị", ""},
		{"Chỉ số A năm 2024", "Giá trị", "2024"},
		{"Chỉ số A", "So với cùng kỳ năm trước (%)", ""},
		{"Chỉ số A", "Tháng 3", "2024-03"},
		{"Chỉ số A", "Tháng 12", ""},
		{"Chỉ số A", "Giá trị", ""},
		{"Chỉ số A năm 2024", "2020-2024", ""},
	}
	for _, tt := range tests {
		book := sheettest.MustParse(tt.title + "\n\n | " + tt.header + "\nDệt | 1.5\nMay | 2.5\n!! end\n")
		got := read(t, book, transforms.Recipe{Title: "chỉ số a", Dimensions: plainRecipe.Dimensions[:1]})
		have := ""
		if len(got.rows) > 1 {
			have = got.rows[1][1]
		}
		if have != tt.want || (len(got.rejects) == 2) != (tt.want == "") {
			t.Errorf("%s / %s: got %q, want %q (rejected: %v)", tt.title, tt.header, have, tt.want, got.rejects)
		}
	}
}

func TestReadStopsWithContext(t *testing.T) {
	rd, err := layout.New(plainRecipe)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := rd.Read(ctx, sheettest.MustParse(plain), transforms.Origin{}, &result{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// TestSameTwice reads a book twice: the same batches come out.
func TestSameTwice(t *testing.T) {
	book := sheettest.MustParse(plain)
	if diff := cmp.Diff(read(t, book, plainRecipe).rows, read(t, book, plainRecipe).rows); diff != "" {
		t.Error(diff)
	}
}

// TestHeader finds tables by their headings: those without a title, and one of several under the same title.
func TestHeader(t *testing.T) {
	const book = `
!sheet Firms
Province | Firms | Workers
North | 10 | 30
South | 11 | 31
!sheet Prices
Province | Rice | Maize
North | 1.5 | 2.5
South | 1.6 | 2.6
!sheet Titled
Firms by province

Province | Firms | Workers
North | 12 | 32
South | 13 | 33
!sheet Titled prices
Firms by province

Province | Price | Cost
North | 14 | 34
South | 15 | 35
!! end
`
	for _, tt := range []struct{ title, header, want string }{
		{"", `^province \| firms`, "10 30 11 31"},
		{"", `^PROVINCE \| Rice \| Maize$`, "1.5 2.5 1.6 2.6"},
		{"", `^firms`, ""},
		{"firms by province", "", "12 32 13 33 14 34 15 35"},
		{"firms by province", `\| price`, "14 34 15 35"},
	} {
		recipe := transforms.Recipe{Title: tt.title, Header: tt.header, Dimensions: plainRecipe.Dimensions[:1], Period: transforms.PeriodPick{Pick: transforms.Pick{Value: "2024"}}}
		var have []string
		got := read(t, sheettest.MustParse(book), recipe)
		value := slices.Index(got.rows[0], transforms.ColObsValue)
		for _, row := range got.rows[1:] {
			have = append(have, row[value])
		}
		if s := strings.Join(have, " "); s != tt.want {
			t.Errorf("title %q, header %q: got %s, want %s", tt.title, tt.header, s, tt.want)
		}
	}
}
