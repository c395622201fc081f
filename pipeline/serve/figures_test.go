package serve

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// page is an answer with rows.
type page struct {
	Release string
	Rows    []map[string]any
	Next    string
}

func (h *house) page(target string) (p page) {
	h.t.Helper()
	w := h.ask("GET", target, "")
	if w.Code != 200 {
		h.t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	h.must(json.Unmarshal(w.Body.Bytes(), &p))
	return p
}

func TestFigures(t *testing.T) {
	h := newHouse(t, nil)
	h.publish(1, nil)
	var values []any
	for next := "/api/v1/datasets/iip?industry=C&limit=4"; next != ""; {
		p := h.page(next)
		for _, r := range p.Rows {
			values = append(values, r["time_period"])
		}
		next = p.Next
	}
	want := []any{"2000", "2002", "2004", "2006", "2008", "2010", "2012", "2014", "2016", "2018", "2020", "2022", "2024"}
	if d := cmp.Diff(want, values); d != "" {
		t.Errorf("periods over all pages (-want +got):\n%s", d)
	}
	for target, rows := range map[string]int{
		"/api/v1/datasets/iip": 25, "/api/v1/datasets/iip?vintages=all": 25, "/api/v1/datasets/iip?as_of=2009-12-31": 10,
		"/api/v1/datasets/iip?time_period=2001&time_period=2002": 2, "/api/v1/datasets/iip?from=2010-06-01&to=2012-01-01": 3,
		"/api/v1/datasets/iip?industry=%27%20OR%201=1": 0, "/api/v1/indicators/SI01?time_period=2003": 1, "/api/v1/indicators/SI01?release=release1&limit=10000": 25,
	} {
		if p := h.page(target); len(p.Rows) != rows {
			t.Errorf("%s: %d rows, want %d", target, len(p.Rows), rows)
		}
	}
	for target, want := range map[string]int{
		"/api/v1/datasets/none": 404, "/api/v1/datasets/runs": 404, "/api/v1/indicators/SI99": 404, "/api/v1/datasets/iip?column=1": 400,
		"/api/v1/datasets/iip?limit=0": 400, "/api/v1/datasets/iip?limit=10001": 400, "/api/v1/datasets/iip?offset=-1": 400, "/api/v1/datasets/iip?vintages=some": 400,
		"/api/v1/datasets/iip?as_of=yesterday": 400, "/api/v1/datasets/iip?from=2010": 400, "/api/v1/datasets/iip?release=release9": 404,
		"/api/v1/datasets?dataset=iip": 400, "/api/v1/runs?limt=1": 400, "/api/v1/runs?before=none": 404, "/api/v1/runs/none": 404,
		"/api/v1/runs/run2/report": 404, "/api/v1/datasets/iip?release=..%2f..": 404,
		"/api/v1/datasets/iip?" + strings.Repeat("industry=C&", maxValues+1): 400,
	} {
		if w := h.ask("GET", target, ""); w.Code != want {
			t.Errorf("%.80s: %d, want %d: %s", target, w.Code, want, w.Body)
		}
	}
	w := h.ask("GET", "/api/v1/datasets/iip", "")
	if again := h.ask("GET", "/api/v1/datasets/iip", "", "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
		t.Errorf("asked again: %d", again.Code)
	}
}
