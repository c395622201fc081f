package cube_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/cube"
)

// print prints a cube whose values count from 0 and gives the texts of its rows by number.
func print(t *testing.T, c cube.Cube) (map[int][]string, *sheet.Tail) {
	t.Helper()
	rows := map[int][]string{}
	table := cube.Place(c)
	p, err := table.Print(context.Background(), func(r *sheet.Row) error {
		for _, c := range r.Cells {
			for len(rows[r.Number]) < c.Col-1 {
				rows[r.Number] = append(rows[r.Number], "")
			}
			rows[r.Number] = append(rows[r.Number], c.Text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range cube.Product(c.Dims) / table.Width {
		if err := p.Row(i, func(k int) sheet.Cell {
			c, _ := cube.Number(string(rune('0' + (int(i*table.Width)+k)%10)))
			return c
		}, nil); err != nil {
			t.Fatal(err)
		}
	}
	tail, err := p.End()
	if err != nil {
		t.Fatal(err)
	}
	return rows, tail
}

// TestBareLabels puts the dimension's name before labels that readers of the table would take for values or marks.
func TestBareLabels(t *testing.T) {
	label := func(name, label string, freq byte) string {
		rows, _ := print(t, cube.Cube{Decimals: -1, Dims: []cube.Dim{{Name: name, Labels: []string{label, "b"}, Freq: freq}}, Across: 0})
		return rows[2][0]
	}
	for _, c := range []struct {
		name, label string
		freq        byte
		want        string
	}{
		{"Age", "15", 0, "Age 15"}, {"Age", "65+", 0, "Age 65+"}, {"Age", "0-14", 0, "Age 0-14"}, {"Age", "15 years", 0, "15 years"},
		{"Year", "2020", 0, "2020"}, {"Year", "2010-2011", 0, "2010-2011"}, {"Year", "2016/17", 0, "2016/17"}, {"Year", "202003", 0, "Year 202003"},
		{"Month", "202003", 'M', "2020-03"}, {"Quarter", "20201", 'Q', "2020-Q1"}, {"Half", "20202", 'H', "2020-S2"}, {"Week", "202052", 'W', "2020-W52"},
		{"Day", "20200131", 'D', "2020-01-31"}, {"Code", "5a", 0, "Code 5a"}, {"Code", "01.1", 0, "Code 01.1"}, {"Code", "A1", 0, "A1"},
		{"Sign", "-", 0, "Sign -"}, {"Sign", "x", 0, "Sign x"}, {"", "7", 0, "Code 7"}, {"Name", "Hà Nội", 0, "Hà Nội"}, {"Time", "2020M03", 'M', "2020M03"},
	} {
		if got := label(c.name, c.label, c.freq); got != c.want {
			t.Errorf("%s %q is printed as %q, want %q", c.name, c.label, got, c.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	two := cube.Dim{Name: "D", Labels: []string{"d1", "d2"}}
	one := cube.Dim{Name: "O", Labels: []string{"only"}}
	for _, c := range []struct {
		name string
		cube cube.Cube
		want map[int][]string
	}{
		{"a dimension of one label beside others goes down", cube.Cube{Dims: []cube.Dim{two, one, two}, Across: 2},
			map[int][]string{1: {"D", "O", "d1", "d2"}, 2: {"d1", "only", "0", "1"}, 3: {"d2", "only", "2", "3"}}},
		{"a dimension of one label alone stays", cube.Cube{Dims: []cube.Dim{two, one}, Across: 1},
			map[int][]string{1: {"D", "only"}, 2: {"d1", "0"}, 3: {"d2", "1"}}},
		{"units shared are the table's", cube.Cube{Dims: []cube.Dim{{Name: "D", Labels: two.Labels, Units: []string{"t", "t"}}}},
			map[int][]string{1: {"Unit: t"}, 2: {"D", "Value"}, 3: {"d1", "0"}, 4: {"d2", "1"}}},
		{"a unit for the rest", cube.Cube{Lang: "vi", Unit: "kg", Dims: []cube.Dim{{Name: "D", Labels: two.Labels, Units: []string{"t", ""}}}},
			map[int][]string{1: {"D", "Đơn vị tính", "Giá trị"}, 2: {"d1", "t", "0"}, 3: {"d2", "kg", "1"}}},
	} {
		c.cube.Decimals = -1
		rows, _ := print(t, c.cube)
		if d := cmp.Diff(c.want, rows); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestProduct(t *testing.T) {
	ten := cube.Dim{Labels: make([]string, 10)}
	var dims []cube.Dim
	for range 40 {
		dims = append(dims, ten)
	}
	if n := cube.Product(dims); n != math.MaxInt64 {
		t.Errorf("10^40 is %d", n)
	}
	if n := cube.Product(dims[:6]); n != 1_000_000 {
		t.Errorf("10^6 is %d", n)
	}
	if n := cube.Product([]cube.Dim{ten, {}}); n != 0 {
		t.Errorf("10 times none is %d", n)
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"1": true, "-1.50": true, ".5": true, "5.": true, "1E7": true, "1.5e-3": true, "007": true,
		"": false, "-": false, ".": false, "..": false, "1e": false, "+1": false, "1,5": false, "0x1": false, "1e999": false, "NaN": false, "Inf": false,
	} {
		c, ok := cube.Number(text)
		if ok != want || ok && c.Text != text {
			t.Errorf("%q is a number: %v, %+v", text, ok, c)
		}
	}
}
