package layout_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms/layout"
)

// identitiesOf gives the arithmetic of the first table of a sheet, without how sure it is.
func identitiesOf(t *testing.T, text string) []string {
	t.Helper()
	book, err := sheettest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	g, err := sheet.Load(t.Context(), book, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, id := range layout.Recognise(g).Tables[0].Identities {
		formula, _, _ := strings.Cut(id.String(), " (")
		if id.Implied {
			formula += ", implied"
		}
		out = append(out, formula)
	}
	return out
}

// TestProducts tells amounts that were computed from prices elsewhere in the table from rates shown beside their amounts.
func TestProducts(t *testing.T) {
	far := identitiesOf(t, `Zone | Position | Price | Delay | Amount | Weight | Quantity
a | 700 | 26.5 | 12 | 4128700 | 17 | 155800
b | 525 | 27.25 | 31 | 2997500 | 45 | 110000
c | 410 | 40.75 | 7 | 6656920 | 23 | 163360
d | 150 | 37.5 | 44 | 2340000 | 11 | 62400
e | 550 | 31.3 | 19 | 1896780 | 52 | 60600
`)
	if !slices.Contains(far, "column E = C * G") {
		t.Errorf("the amount is no product of price and quantity: %v", far)
	}
	near := identitiesOf(t, `Day | Quantity | Price | Amount
1 | 11000 | 3.27 | 35970
2 | 7500 | 3.205 | 24037.5
3 | 8858 | 3.04 | 26928.32
4 | 23000 | 3.09 | 71070
5 | 29000 | 3.075 | 89175
`)
	if !slices.Contains(near, "column C = D / B") && !slices.Contains(near, "column B = D / C") {
		t.Errorf("no quotient is shown beside its amount: %v", near)
	}
}

// TestImplied looks for the sum of totals that follows from the sums of their parts.
func TestImplied(t *testing.T) {
	ids := identitiesOf(t, `Group | 2019 | 2020 | 2021
Total | 84262 | 83713 | 85141
Male | 41033 | 40917 | 41824
Female | 43229 | 42796 | 43317
Towns | 31817 | 30866 | 33302
Male | 15211 | 14806 | 16110
Female | 16606 | 16060 | 17192
Country | 52445 | 52847 | 51839
Male | 25822 | 26111 | 25714
Female | 26623 | 26736 | 26125
`)
	implied := 0
	for _, id := range ids {
		if strings.HasSuffix(id, ", implied") {
			implied++
		}
	}
	if implied != 1 {
		t.Errorf("%d sums are implied, want one: %v", implied, ids)
	}
}
