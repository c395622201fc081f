package layout_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/delim"
	"github.com/statloom/statloom/transforms/layout"
)

var (
	aggregationFile   = flag.String("aggregations", "", "score this file of annotated aggregations instead of those of the corpus")
	aggregationMisses = flag.Int("misses", 0, "list so many lines of what was missed or found too much, per table")
)

// annotated is a table of a benchmark with the aggregations that people found in it.
type annotated struct {
	File         string  `json:"file_name"`
	Table        [][]any `json:"table_array"`
	Aggregations []struct {
		Result   [2]int   `json:"aggregator_index"`
		Operands [][2]int `json:"aggregatee_indices"`
		Operator string   `json:"operator"`
	} `json:"aggregation_annotations"`
}

func (a *annotated) text(r, c int) string {
	if r >= len(a.Table) || c >= len(a.Table[r]) || a.Table[r][c] == nil {
		return ""
	}
	return fmt.Sprint(a.Table[r][c])
}

// filled reports whether a cell adds anything to a sum.
func (a *annotated) filled(at [2]int) bool {
	return strings.ContainsAny(a.text(at[0], at[1]), "123456789")
}

// TestAggregations compares the identities found with those that people annotated: cell by cell, the same operator over
// the same operands; cells that are empty or zero are no operands.
func TestAggregations(t *testing.T) {
	for _, want := range []struct {
		file              string
		precision, recall float64
	}{
		{"aggrecol_validation.visible.jl.gz", 0.95, 0.88},
		{"aggrecol_unseen.visible.jl.gz", 0.93, 0.87},
	} {
		path := *aggregationFile
		if path == "" {
			path = filepath.Join(corpus(t), "bench", want.file)
		}
		got := make(map[string]*[3]int)
		each(t, path, func(a annotated) {
			score := compareAggregations(t, a)
			for op, n := range score {
				if got[op] == nil {
					got[op] = new([3]int)
				}
				for i := range n {
					got[op][i] += n[i]
				}
			}
		})
		all := [3]int{}
		for _, op := range []string{"Sum", "Average", "Division", "RelativeChange"} {
			if n := got[op]; n != nil {
				t.Logf("%s %-15s %s", filepath.Base(path), op, rates(*n))
				for i := range all {
					all[i] += n[i]
				}
			}
		}
		t.Logf("%s %-15s %s", filepath.Base(path), "all", rates(all))
		if *aggregationFile != "" {
			return
		}
		precision, recall := float64(all[0])/float64(max(1, all[0]+all[1])), float64(all[0])/float64(max(1, all[0]+all[2]))
		if precision < want.precision || recall < want.recall {
			t.Errorf("%s: precision %.3f, recall %.3f, want at least %.3f and %.3f", path, precision, recall, want.precision, want.recall)
		}
	}
}

func rates(n [3]int) string {
	return fmt.Sprintf("precision %.3f recall %.3f (found %d, too much %d, missed %d)",
		float64(n[0])/float64(max(1, n[0]+n[1])), float64(n[0])/float64(max(1, n[0]+n[2])), n[0], n[1], n[2])
}

func each(t *testing.T, path string, visit func(annotated)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(z)
	in.Buffer(nil, 1<<28)
	for in.Scan() {
		var a annotated
		if err := json.Unmarshal(in.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		visit(a)
	}
	if in.Err() != nil {
		t.Fatal(in.Err())
	}
}

// key writes an aggregation so that equal ones are equal: a sum's operands have no order.
func (a *annotated) key(op string, result [2]int, operands [][2]int) string {
	var list [][2]int
	for _, o := range operands {
		if a.filled(o) || op == "Division" || op == "RelativeChange" {
			list = append(list, o)
		}
	}
	if op == "Sum" || op == "Average" {
		sort.Slice(list, func(i, j int) bool {
			return list[i][0] < list[j][0] || list[i][0] == list[j][0] && list[i][1] < list[j][1]
		})
	}
	return fmt.Sprint(op, result, list)
}

// compareAggregations counts, by operator: found, found too much, missed.
func compareAggregations(t *testing.T, a annotated) map[string]*[3]int {
	want, have := make(map[string]string), make(map[string]string)
	for _, x := range a.Aggregations {
		want[a.key(x.Operator, x.Result, x.Operands)] = x.Operator
	}
	var ids []layout.Identity
	for _, g := range csvGrids(t, a) {
		for _, table := range layout.Recognise(g).Tables {
			ids = append(ids, table.Identities...)
		}
	}
	for _, id := range ids {
		for k, op := range a.keys(id) {
			have[k] = op
		}
	}
	out := make(map[string]*[3]int)
	count := func(op string, i int) {
		if out[op] == nil {
			out[op] = new([3]int)
		}
		out[op][i]++
	}
	for k, op := range want {
		if _, ok := have[k]; ok {
			count(op, 0)
		} else {
			count(op, 2)
		}
	}
	for k, op := range have {
		if _, ok := want[k]; !ok {
			count(op, 1)
		}
	}
	if *aggregationMisses > 0 {
		a.report(want, have, ids)
	}
	return out
}

// report lists, identity by identity, what was found too much, and cell by cell what was missed.
func (a *annotated) report(want, have map[string]string, ids []layout.Identity) {
	var lines []string
	missed, wrong := 0, 0
	for k := range want {
		if _, ok := have[k]; !ok {
			missed++
			lines = append(lines, "missed "+k)
		}
	}
	slices.Sort(lines)
	if n := len(lines); n > *aggregationMisses {
		step := float64(n) / float64(*aggregationMisses)
		for i := range *aggregationMisses {
			lines[i] = lines[int(float64(i)*step)]
		}
		lines = lines[:*aggregationMisses]
	}
	for _, id := range ids {
		right, all := 0, 0
		for k := range a.keys(id) {
			all++
			if _, ok := want[k]; ok {
				right++
			}
		}
		wrong += all - right
		if right < all {
			lines = append(lines, fmt.Sprintf("too much %d of %d: %s", all-right, all, id.String()))
		}
	}
	if len(lines) > 0 {
		fmt.Printf("%s: %d right, %d missed, %d too much\n   %s\n", a.File, len(want)-missed, missed, wrong, strings.Join(lines, "\n   "))
	}
}

// keys writes an identity as the benchmark does: a difference as the sum that it is too, cell by cell, from zero.
func (a *annotated) keys(id layout.Identity) map[string]string {
	if id.Kind == layout.Product || id.Implied {
		return nil // the benchmark knows no products, and what is said once is not said again
	}
	op := map[layout.IdentityKind]string{layout.Sum: "Sum", layout.Difference: "Sum", layout.Average: "Average",
		layout.Ratio: "Division", layout.Change: "RelativeChange"}[id.Kind]
	result, operands := id.Result, id.Operands
	if id.Kind == layout.Difference {
		result, operands = id.Operands[0], append([]int{id.Result}, id.Operands[1:]...)
	}
	cell := func(line, place int) [2]int {
		if id.Axis == layout.Rows {
			return [2]int{line - 1, place - 1}
		}
		return [2]int{place - 1, line - 1}
	}
	out := make(map[string]string)
	for _, p := range id.At {
		var cells [][2]int
		for _, o := range operands {
			cells = append(cells, cell(o, p))
		}
		out[a.key(op, cell(result, p), cells)] = op
	}
	return out
}

// csvGrids reads the table as the CSV file that it was.
func csvGrids(t *testing.T, a annotated) []*sheet.Grid {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for r := range a.Table {
		row := make([]string, len(a.Table[r]))
		for c := range row {
			row[c] = a.text(r, c)
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	in := sheet.Input{Name: "table.csv", Data: bytes.NewReader(b.Bytes()), Size: int64(b.Len())}
	book, err := sheet.Open(t.Context(), []sheet.Format{delim.Format{}}, in, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	g, err := sheet.Load(t.Context(), book, 0)
	if err != nil {
		t.Fatal(err)
	}
	return []*sheet.Grid{g}
}
