package layout_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statloom/statloom/transforms/layout"
)

// TestLabelsOnly holds what recognition says of figures when asked for labels only against what it says when asked for all:
// the same, also where arithmetic takes lines out of groups, and where books before it taught it words.
func TestLabelsOnly(t *testing.T) {
	unexported := cmpopts.IgnoreUnexported(layout.CellOut{})
	for _, family := range []string{"vn_budget/raw/*.xls", "gso_monthly/raw/2024*.xlsx", "gso_monthly/raw/2012*.xls", "ons_its2018/raw/*.xls", "vn_admin/raw/*"} {
		paths, err := filepath.Glob(filepath.Join(corpus(t), family))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no books of %s: %v", family, err)
		}
		bare := layout.Recogniser{LabelsOnly: true} // for all books, as a dataset's reader has
		for _, path := range paths {
			var all layout.Recogniser
			for _, g := range grids(t, path) {
				want, got := all.Recognise(g), bare.Recognise(g)
				if diff := cmp.Diff(slices.Collect(layout.Cells(g, want)), slices.Collect(layout.Cells(g, got)), unexported); diff != "" {
					t.Errorf("%s, %s: %s", filepath.Base(path), g.Name, diff)
				}
				if diff := cmp.Diff(want.Shapes(), got.Shapes()); diff != "" {
					t.Errorf("%s, %s: shapes: %s", filepath.Base(path), g.Name, diff)
				}
				for _, table := range got.Tables {
					if len(table.Identities)+len(table.Decisions) > 0 {
						t.Errorf("%s, %s: what explains a table was looked for", filepath.Base(path), g.Name)
					}
				}
			}
		}
	}
}
