package pipeline_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/sinks"
)

// A sink is told of the release before, of the runs, and can have sheets drawn. A book that is known is not opened again; a
// sheet that is drawn in part is drawn anew when other cells are cited.
func TestSinksSeeBooks(t *testing.T) {
	w := newWorld(t)
	var long strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&long, "CT,%d,%d\n", i, i)
	}
	w.books.set("a/jan.csv", book("CT,2023,10"))
	w.books.set("a/long.csv", book(long.String()))
	var previous []string
	drawn := map[string][]sinks.Drawing{}
	cells := []string{"C5500"}
	w.sink.hook = func(step, _ string) error {
		if step != "commit" {
			return nil
		}
		rel := w.sink.rel
		previous = append(previous, rel.Previous)
		if len(rel.Runs) == 0 || rel.Runs[0].ID != rel.Run || rel.Runs[0].Status != "running" {
			t.Errorf("runs %+v", rel.Runs)
		}
		for snapshot, sheet := range w.snapshots() {
			list, err := rel.Books.Draw(t.Context(), snapshot, []sinks.Citation{{Sheet: sheet, Cells: cells}, {Sheet: "none"}})
			if err != nil {
				return err
			}
			drawn[sheet] = list
		}
		if len(rel.Books.Style()) == 0 {
			t.Error("drawings have no style sheet")
		}
		return nil
	}
	w.run(runlog.Done, 0)
	first := w.current()
	var jan struct {
		Name string
		Cols [][2]int
		Rows []json.RawMessage
	}
	w.must(json.Unmarshal(drawn["jan"][0].JSON, &jan))
	if jan.Name != "jan" || len(jan.Cols) != 3 || len(jan.Rows) != 2 {
		t.Errorf("%s", drawn["jan"][0].JSON)
	}
	if got := drawn["jan"][1]; got.Problem != `the book has no sheet "none"` || got.JSON != nil {
		t.Errorf("%+v", got)
	}
	part := string(drawn["long"][0].JSON)
	if !strings.Contains(part, "[5500,0,") || strings.Contains(part, "[3000,0,") || !strings.Contains(part, `"left":`) {
		t.Errorf("the part that is drawn of a long sheet: %.200s", part)
	}

	w.now = day(2)
	w.books.set("a/feb.csv", book("CT,2024,11"))
	same := drawn["long"]
	w.run(runlog.Done, 0)
	if diff := cmp.Diff([]string{"", first.Dir}, previous); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(same, drawn["long"]); diff != "" {
		t.Errorf("what was kept is something else: %s", diff)
	}

	w.now = day(3)
	cells = []string{"C3000"}
	w.books.set("a/mar.csv", book("CT,2025,12"))
	w.run(runlog.Done, 0)
	if part := string(drawn["long"][0].JSON); !strings.Contains(part, "[3000,0,") {
		t.Errorf("a cell that is cited now is not drawn: %.200s", part)
	}
}

// snapshots gives the sheets of the books, by the snapshots that the release under way is made of.
func (w *world) snapshots() map[string]string {
	w.t.Helper()
	reader, err := w.sink.rel.Store.Records(w.t.Context(), "SELECT snapshot_id::VARCHAR, replace(name, '.csv', '')::VARCHAR FROM snapshots")
	w.must(err)
	defer reader.Release()
	found := map[string]string{}
	for reader.Next() {
		for i := range int(reader.RecordBatch().NumRows()) {
			found[strings.Clone(reader.RecordBatch().Column(0).ValueStr(i))] = strings.Clone(reader.RecordBatch().Column(1).ValueStr(i))
		}
	}
	w.must(reader.Err())
	return found
}
