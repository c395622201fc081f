package lineage_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/transforms/lineage"
)

// grid holds cells A0, A1, ... with the numbers 0, 1, ...; A9 is a figure that is not known.
type grid struct{}

func (grid) Cell(r lineage.Ref) (lineage.Cell, error) {
	return lineage.Cell{Number: float64(r.Row), Null: r.Row == 9, Unknown: r.Row == 9, Status: "AP"[r.Row&1]}, nil
}

// B is a model that was computed before: each of its rows adds A2 and A3. The rows of D are the sum @C.
func (grid) Term(r lineage.Ref) (string, lineage.Form, bool, error) {
	if r.Place == 3 {
		return "@C", lineage.Value, true, nil
	}
	return "(sum A2 A3)", lineage.Value, r.Place == 1, nil
}

// @C is a sum of which only the first two parts and the last are told.
func (grid) Sum(_ lineage.Ref, into *lineage.Sum) error {
	one := &lineage.Alternative{Factors: []lineage.Factor{{Place: 0}}}
	*into = lineage.Sum{
		Value: 55, OK: true, Status: 'E', Unknown: lineage.Nowhere(), Lost: lineage.Nowhere(), Many: true, Width: 1, Numbers: 10,
		Parts: []lineage.SumPart{{Alternative: one}, {Alternative: one}, {Alternative: one}}, Count: 10,
	}
	return nil
}

func (grid) Leaves(_ lineage.Ref, found func(lineage.Ref)) error {
	found(lineage.Ref{Row: 1})
	return nil
}
func (grid) Column(int32) string { return "obs_value" }
func (grid) Source(int32) string { return "t" }

func TestSolveAndFollow(t *testing.T) {
	for _, c := range []struct {
		term, formula string
		value         float64
		status        byte
		lost          bool
	}{
		{"A4", "#1", 4, 'A', false},
		{"(/ (* 100 A4) B0)", "100 * #1 / (#2 + #3)", 80, 'P', false},
		{"(- A8 (- A4 A2))", "#1 - (#2 - #3)", 6, 'A', false},
		{"(sum A2 A9 A4)", "#1 + #2 + #3", 6, 'P', true},
		{"(sum A2 (& ~ A9) A4)", "#1 + null + #2", 6, 'A', false},
		{"(count A2 A9 (& 1 A4))", "count(#1, #2, #3)", 2, 'A', false},
		{"(& 0 A9)", "0", 0, 'A', false},
		{"D7", "#1 + #2 + … + #10", 55, 'E', false}, // as it is, by the short way
		{"(/ (* 100 D7) A5)", "100 * (#1 + #2 + … + #10) / #11", 1100, 'E', false},
		{"(/ (* 100 @C) A5)", "100 * (#1 + #2 + … + #10) / #11", 1100, 'E', false},
		{"(* A2 A9)", "#1 * #2", math.NaN(), 'P', false},
		{"(/ A2 0)", "#1 / 0", math.NaN(), 'A', false},
	} {
		tree := lineage.NewTree(grid{})
		r, err := tree.Solve(c.term)
		if err != nil {
			t.Errorf("%s: %v", c.term, err)
			continue
		}
		trace, err := tree.Follow()
		if err != nil {
			t.Errorf("%s: %v", c.term, err)
		}
		if !r.OK {
			r.Value = math.NaN()
		}
		same := r.Value == c.value || math.IsNaN(r.Value) && math.IsNaN(c.value)
		if !same || r.Status != c.status || (r.Lost != nil) != c.lost || string(trace.Formula) != c.formula {
			t.Errorf("%s: %v %c lost %v %s", c.term, r.Value, r.Status, r.Lost, trace.Formula)
		}
	}
}

func TestBrokenTerms(t *testing.T) {
	got := map[string]string{}
	for _, term := range []string{"(sum A1", "A1 A2", "A", "(& )", "(what A1)", strings.Repeat("(+ ", 600)} {
		_, err := lineage.NewTree(grid{}).Solve(term)
		if err == nil {
			t.Fatalf("%q is taken", term)
		}
		got[term[:min(len(term), 10)]] = err.Error()
	}
	want := map[string]string{
		"(sum A1": "read term: (sum is not closed", "A1 A2": `read term: "A2" follows its end`, "A": `read term: "A" is no cell`,
		"(& )": "compute term: & holds nothing", "(what A1)": "compute term: what with 1 parts is not known",
		"(+ (+ (+ (": "read term: it is nested more than 500 deep",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func FuzzSolve(f *testing.F) {
	for _, seed := range []string{"A4", "(/ (* 100 A4) B0)", "(sum A2 (& ~ A9 B1) 4.5)", "(distinct A1 (& 2 A3))", "((", "(round A1 2)", "inf", "-1e999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, term string) {
		tree := lineage.NewTree(grid{})
		r, err := tree.Solve(term)
		if err != nil {
			return
		}
		if r.OK && (math.IsNaN(r.Value) || math.IsInf(r.Value, 0)) {
			t.Errorf("%q gives %v", term, r.Value)
		}
		if _, err := tree.Follow(); err != nil && !strings.Contains(err.Error(), "deep") {
			t.Errorf("%q: %v", term, err)
		}
	})
}
