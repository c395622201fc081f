package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/pipeline/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef"

// house is a server over a shelf, a history and what a test adds.
type house struct {
	t     *testing.T
	shelf *release.Shelf
	*Server
	http.Handler
	begun []Asked
	ready error
}

func newHouse(t *testing.T, change func(o *Options)) *house {
	t.Helper()
	h := &house{t: t}
	data := t.TempDir()
	var err error
	h.shelf, err = release.Open(data)
	h.must(err)
	history, err := runlog.Open(t.Context(), filepath.Join(data, "state.db"))
	h.must(err)
	for n := range 5 {
		id, at := fmt.Sprintf("run%d", n), day(n)
		h.must(history.Start(t.Context(), runlog.Run{ID: id, Started: at, Trigger: "schedule"}))
		h.must(history.Event(t.Context(), runlog.Event{RunID: id, At: at, Step: "pull", Subject: "gso", Message: "with the hidden word"}))
		h.must(history.Finish(t.Context(), id, runlog.Outcome{Finished: at.Add(time.Minute), Status: []runlog.Status{runlog.Done, runlog.Failed}[n%2]}))
	}
	o := Options{
		Releases: h.shelf, History: history, Local: true, Token: token,
		Report: func(run string) ([]byte, error) {
			if run != "run1" {
				return nil, fs.ErrNotExist
			}
			return json.Marshal(map[string]any{"run": run, "trigger": "schedule", "started": day(1), "finished": day(1), "status": "done", "exit_code": 0})
		},
		Begin: func(_ context.Context, a Asked) (string, error) {
			h.begun = append(h.begun, a)
			switch len(h.begun) {
			case 2:
				return "", ErrBusy
			case 3:
				return "", &fault.Error{Kind: fault.Config, What: "there is no source x"}
			case 4:
				panic("a hidden reason")
			}
			return "run9", nil
		},
		Upcoming: func() []schedule.Upcoming {
			return []schedule.Upcoming{{Rule: "pipeline", Due: day(9), Start: day(9)}}
		},
		Ready: func(context.Context) error { return h.ready },
		Hide:  func(text string) string { return strings.ReplaceAll(text, "hidden", "${WORD}") },
		Duck:  duck.Options{Memory: "256MB", Threads: 1},
	}
	if change != nil {
		change(&o)
	}
	h.Server = New(o)
	h.Handler = h.Server.Handler()
	t.Cleanup(func() { h.must(errors.Join(h.Server.Close(), history.Close())) })
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func day(n int) time.Time { return time.Date(2026, 3, 1+n, 2, 0, 0, 0, time.UTC) }

// publish makes a small release current.
func (h *house) publish(n int, files map[string]string) string {
	h.t.Helper()
	id := fmt.Sprintf("release%d", n)
	g, err := h.shelf.Stage(id)
	h.must(err)
	db, err := duck.Create(h.t.Context(), filepath.Join(g.Dir, "statloom.duckdb"), duck.Options{Threads: 1})
	h.must(err)
	h.must(db.Exec(h.t.Context(), `CREATE TABLE datasets AS SELECT 'iip' AS dataset, 'Index' AS name_en;
		CREATE TABLE iip_history AS SELECT CASE WHEN i % 2 = 0 THEN 'C' ELSE 'D' END AS industry, (2000 + i)::VARCHAR AS time_period, make_date(2000 + i::INTEGER, 1, 1) AS period_start,
			make_date(2000 + i::INTEGER, 12, 31) AS period_end, i * 1.5 + `+fmt.Sprint(n)+` AS obs_value FROM range(25) t(i);
		CREATE VIEW iip AS FROM iip_history;
		CREATE MACRO iip_asof(ts) AS TABLE (SELECT * FROM iip_history WHERE period_end < ts);
		CREATE TABLE indicator_catalogue AS SELECT 'SI01' AS indicator;
		CREATE TABLE indicators AS SELECT 'SI01' AS indicator, time_period, period_start, period_end, obs_value FROM iip_history;
		CREATE TABLE targets AS SELECT 'firms' AS target, 200 AS target_value`))
	h.must(db.Close())
	for name, content := range files {
		path := filepath.Join(g.Dir, filepath.FromSlash(name))
		h.must(errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)))
	}
	table := func(name string, columns ...string) release.Table {
		t := release.Table{Name: name}
		for _, c := range columns {
			t.Columns = append(t.Columns, release.Column{Name: c, Type: "VARCHAR"})
		}
		return t
	}
	figures := []string{"industry", "time_period", "period_start", "period_end", "obs_value"}
	_, err = g.Commit(h.t.Context(), release.Manifest{Run: "run1", Created: day(n), Tables: []release.Table{
		table("iip", figures...), table("iip_history", figures...), table("datasets", "dataset", "name_en"),
		table("indicators", append([]string{"indicator"}, figures[1:]...)...), table("indicator_catalogue", "indicator"), table("targets", "target", "target_value"),
	}})
	h.must(err)
	return id
}

// ask sends a request; header holds names and values in turns.
func (h *house) ask(method, target, body string, header ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "localhost:8080"
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const bearer = "Bearer " + token

func TestWhoMayAsk(t *testing.T) {
	local := newHouse(t, nil)
	closed := newHouse(t, func(o *Options) { o.Token = "" })
	wide := newHouse(t, func(o *Options) { o.Local = false })
	named := newHouse(t, func(o *Options) { o.Hosts = []string{"statloom.example.org"} })
	post := []string{"Content-Type", "application/json"}
	for _, test := range []struct {
		name   string
		h      *house
		method string
		target string
		header []string
		want   int
	}{
		{"reading here", local, "GET", "/api/v1/runs", nil, 200},
		{"reading by address", local, "GET", "/api/v1/runs", []string{"Host", "127.0.0.1:8080"}, 200},
		{"reading by address, version 6", local, "GET", "/api/v1/runs", []string{"Host", "[::1]:8080"}, 200},
		{"another name for this machine", local, "GET", "/api/v1/runs", []string{"Host", "attacker.example"}, 421},
		{"another name, even with the token", local, "GET", "/api/v1/runs", []string{"Host", "attacker.example", "Authorization", bearer}, 421},
		{"an address of elsewhere", local, "GET", "/healthz", []string{"Host", "192.0.2.1"}, 421},
		{"no name at all", local, "GET", "/api/v1/runs", []string{"Host", ""}, 421},
		{"a name that is allowed", named, "GET", "/api/v1/runs", []string{"Host", "Statloom.example.org"}, 200},
		{"beginning a run without a token", local, "POST", "/api/v1/runs", post, 401},
		{"with a wrong one", local, "POST", "/api/v1/runs", append([]string{"Authorization", "Bearer 0123456789abcdeX"}, post...), 401},
		{"with the token in another form", local, "POST", "/api/v1/runs", append([]string{"Authorization", token}, post...), 401},
		{"with the token", local, "POST", "/api/v1/runs", append([]string{"Authorization", bearer}, post...), 202},
		{"from a page of elsewhere", local, "POST", "/api/v1/runs", append([]string{"Authorization", bearer, "Sec-Fetch-Site", "cross-site"}, post...), 403},
		{"where there is no token", closed, "POST", "/api/v1/runs", append([]string{"Authorization", "Bearer "}, post...), 403},
		{"reading from elsewhere without a token", wide, "GET", "/api/v1/runs", []string{"Host", "statloom.example.org"}, 401},
		{"files from elsewhere without a token", wide, "GET", "/release/", nil, 401},
		{"metrics from elsewhere without a token", wide, "GET", "/metrics", nil, 401},
		{"whether it lives", wide, "GET", "/healthz", nil, 200},
		{"whether it is ready", wide, "GET", "/readyz", nil, 200},
		{"reading from elsewhere with the token", wide, "GET", "/api/v1/runs", []string{"Authorization", bearer}, 200},
		{"with an empty token", wide, "GET", "/api/v1/runs", []string{"Authorization", "Bearer "}, 401},
		{"another method", local, "DELETE", "/api/v1/runs", []string{"Authorization", bearer}, 405},
		{"nothing there", local, "GET", "/api/v2/runs", nil, 404},
	} {
		w := test.h.ask(test.method, test.target, "{}", test.header...)
		if w.Code != test.want {
			t.Errorf("%s: %d, want %d: %s", test.name, w.Code, test.want, w.Body)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", test.name, name, got, want)
			}
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: the policy is %q", test.name, policy)
		}
		if strings.Contains(w.Body.String(), token) {
			t.Errorf("%s: the answer tells the token", test.name)
		}
	}
}

func TestListen(t *testing.T) {
	for _, test := range []struct {
		address, token string
		local          bool
		want           string
	}{
		{"127.0.0.1:0", "", true, ""}, {"[::1]:0", "", true, ""}, {"localhost:0", "", true, ""}, {"127.8.8.8:0", "", true, ""},
		{"0.0.0.0:0", "", false, "there is no token"}, {":0", "", false, "there is no token"}, {"[::]:0", "", false, "there is no token"},
		{"0.0.0.0:0", token, false, ""}, {"here", "", false, "an address and a port"}, {"127.0.0.1:http-nonsense", "", true, "listen on"},
	} {
		l, local, err := Listen(t.Context(), test.address, test.token)
		if err == nil {
			_ = l.Close()
		} else if strings.Contains(err.Error(), "cannot assign requested address") {
			continue // a machine without version 6
		}
		switch {
		case test.want == "" && (err != nil || local != test.local):
			t.Errorf("%s: local is %v, %v", test.address, local, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: got %v, want an error with %q", test.address, err, test.want)
		}
	}
}

func TestFiles(t *testing.T) {
	h := newHouse(t, nil)
	if w := h.ask("GET", "/release/current/parquet/iip.parquet", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "no release yet") {
		t.Errorf("before there is a release: %d %s", w.Code, w.Body)
	}
	id := h.publish(1, map[string]string{"parquet/iip.parquet": "PAR1 figures PAR1", "report/index.html": "<p>", "report/số liệu.csv": "a,b\n"})
	h.must(os.WriteFile(filepath.Join(filepath.Dir(h.dir(id)), "outside"), []byte("secret"), 0o600))
	h.must(os.Symlink("../outside", filepath.Join(h.dir(id), "link")))
	h.must(os.WriteFile(filepath.Join(h.dir(id), "not listed"), []byte("secret"), 0o600))
	var list struct {
		Files []struct{ Path, URL, SHA256 string }
	}
	h.must(json.Unmarshal(h.ask("GET", "/release/current/", "").Body.Bytes(), &list))
	if len(list.Files) != 4 {
		t.Errorf("files: %+v", list.Files)
	}
	for _, f := range list.Files {
		w := h.ask("GET", f.URL, "")
		if w.Code != 200 || w.Header().Get("ETag") != `"`+f.SHA256+`"` || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", f.URL, w.Code, w.Header())
		}
	}
	file := "/release/current/parquet/iip.parquet"
	whole := h.ask("GET", file, "")
	tag := whole.Header().Get("ETag")
	for _, test := range []struct {
		name   string
		header []string
		want   int
		body   string
	}{
		{"whole", nil, 200, "PAR1 figures PAR1"},
		{"beginning", []string{"Range", "bytes=0-3"}, 206, "PAR1"},
		{"end", []string{"Range", "bytes=-4"}, 206, "PAR1"},
		{"past the end", []string{"Range", "bytes=100-"}, 416, ""},
		{"unchanged", []string{"If-None-Match", tag}, 304, ""},
		{"part of the same", []string{"Range", "bytes=5-11", "If-Range", tag}, 206, "figures"},
		{"part of another", []string{"Range", "bytes=5-11", "If-Range", `"other"`}, 200, "PAR1 figures PAR1"},
	} {
		w := h.ask("GET", file, "", test.header...)
		if body := w.Body.String(); w.Code != test.want || test.want < 300 && body != test.body {
			t.Errorf("%s: %d %q, want %d %q", test.name, w.Code, body, test.want, test.body)
		}
	}
	if w := h.ask("HEAD", file, ""); w.Code != 200 || w.Header().Get("Content-Length") != "17" || w.Body.Len() > 0 {
		t.Errorf("HEAD: %d %v", w.Code, w.Header())
	}
	for _, path := range []string{
		"/release/current/link", "/release/current/not%20listed", "/release/current/..%2f..%2foutside", "/release/current/%2e%2e/%2e%2e/state.db",
		"/release/..%2f..%2f/state.db", "/release/current/parquet%00", "/release/%00/x", "/release/current//etc/passwd", "/release/current/parquet/../../outside",
		"/release/.hidden/x", "/release/release9/manifest.json", "/release/current/parquet\\iip.parquet", "/release/current/parquet/",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host, r.RequestURI = "localhost", path
		u, err := r.URL.Parse(path)
		if err != nil {
			continue // net/http refuses it, too
		}
		r.URL = u
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == 200 || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := h.ask("GET", "/", ""); w.Code != 302 || w.Header().Get("Location") != "/release/release1/report/index.html" {
		t.Errorf("the front leads to %d %s", w.Code, w.Header().Get("Location"))
	}
}

func (h *house) dir(id string) string {
	list, err := h.shelf.List()
	h.must(err)
	for _, i := range list {
		if i.ID == id {
			return i.Dir
		}
	}
	h.t.Fatal("no release " + id)
	return ""
}

// A request that began on a release is answered from it, whatever becomes current or is removed meanwhile.
func TestReleaseOfARequestStays(t *testing.T) {
	h := newHouse(t, nil)
	large := strings.Repeat("release 1, ", 1<<20)
	h.publish(1, map[string]string{"parquet/large.parquet": large})
	server := httptest.NewServer(h)
	defer server.Close()
	get := func(path string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		h.must(err)
		resp, err := server.Client().Do(r)
		h.must(err)
		return resp
	}
	resp := get("/release/current/parquet/large.parquet")
	defer resp.Body.Close()
	begun := make([]byte, 1000)
	_, err := io.ReadFull(resp.Body, begun)
	h.must(err)
	first := h.page("/api/v1/datasets/iip?limit=20")

	h.publish(2, map[string]string{"parquet/large.parquet": "release 2"})
	rest, err := io.ReadAll(resp.Body)
	h.must(err)
	if got := string(begun) + string(rest); got != large {
		t.Errorf("%d bytes came, want %d of the release that was asked", len(got), len(large))
	}
	second := h.page(first.Next)
	if second.Release != "release1" || len(second.Rows) != 5 {
		t.Errorf("the next page is of %s and has %d rows", second.Release, len(second.Rows))
	}
	if now := h.page("/api/v1/datasets/iip?limit=20"); now.Release != "release2" {
		t.Errorf("a new request is answered from %s", now.Release)
	}
	// Removed releases are gone for new requests; one under way keeps its files.
	h.publish(3, map[string]string{"parquet/large.parquet": large})
	resp = get("/release/release3/parquet/large.parquet")
	defer resp.Body.Close()
	h.publish(4, nil)
	h.publish(5, nil)
	if _, err := h.shelf.Prune(1); err != nil {
		t.Fatal(err)
	}
	if rest, err = io.ReadAll(resp.Body); err != nil || !bytes.Equal(rest, []byte(large)) {
		t.Errorf("of the removed release %d bytes came, %v", len(rest), err)
	}
	if w := h.ask("GET", first.Next, ""); w.Code != 404 {
		t.Errorf("a page of a removed release: %d", w.Code)
	}
}

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

func TestRuns(t *testing.T) {
	h := newHouse(t, nil)
	var ids []string
	for next := "/api/v1/runs?status=done&limit=2"; next != ""; {
		var p struct {
			Runs []runlog.Run
			Next string
		}
		h.must(json.Unmarshal(h.ask("GET", next, "").Body.Bytes(), &p))
		for _, r := range p.Runs {
			ids = append(ids, r.ID)
		}
		next = p.Next
	}
	if d := cmp.Diff([]string{"run4", "run2", "run0"}, ids); d != "" {
		t.Errorf("runs (-want +got):\n%s", d)
	}
	if w := h.ask("GET", "/api/v1/runs/run1/events", ""); !strings.Contains(w.Body.String(), "with the ${WORD} word") {
		t.Errorf("events: %s", w.Body)
	}
	h.ready = errors.New("hidden: no database")
	if w := h.ask("GET", "/readyz", ""); w.Code != 503 || strings.Contains(w.Body.String(), "database") {
		t.Errorf("not ready: %d %s", w.Code, w.Body)
	}
}

func TestBegin(t *testing.T) {
	h := newHouse(t, nil)
	send := func(body, kind string) *httptest.ResponseRecorder {
		return h.ask("POST", "/api/v1/runs", body, "Authorization", bearer, "Content-Type", kind)
	}
	for body, want := range map[string]int{
		`{"source": ["a"]}`: 400, `[]`: 400, ``: 400, `{} {}`: 400, `{"sources": ["` + strings.Repeat("a", maxBody) + `"]}`: 413,
	} {
		if w := send(body, "application/json"); w.Code != want {
			t.Errorf("%.30q: %d, want %d: %s", body, w.Code, want, w.Body)
		}
	}
	if w := send("{}", "text/plain"); w.Code != 415 {
		t.Errorf("as text: %d", w.Code)
	}
	if len(h.begun) > 0 {
		t.Errorf("runs were begun: %v", h.begun)
	}
	w := send(`{"sources": ["a"], "full": true}`, "application/json; charset=utf-8")
	if w.Code != 202 || w.Header().Get("Location") != "/api/v1/runs/run9" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, want := range []struct {
		code int
		text string
	}{{409, "going on"}, {400, "no source x"}, {500, "the log says more"}} {
		if w := send("{}", "application/json"); w.Code != want.code || !strings.Contains(w.Body.String(), want.text) || strings.Contains(w.Body.String(), "hidden") {
			t.Errorf("%d %s, want %d %s", w.Code, w.Body, want.code, want.text)
		}
	}
	if d := cmp.Diff(Asked{Sources: []string{"a"}, Full: true}, h.begun[0]); d != "" {
		t.Errorf("begun (-want +got):\n%s", d)
	}
}

func TestTooMany(t *testing.T) {
	h := newHouse(t, nil)
	h.patience = time.Millisecond
	for range maxRequests {
		h.requests <- struct{}{}
	}
	if w := h.ask("GET", "/api/v1/runs", ""); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := h.ask("GET", "/healthz", ""); w.Code != 200 {
		t.Errorf("whether it lives: %d", w.Code)
	}
	for range maxRequests {
		<-h.requests
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config = h.HTTP()
	server.Start()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/healthz", nil)
	h.must(err)
	r.Header.Set("X-Large", strings.Repeat("x", 4*maxHeader))
	resp, err := server.Client().Do(r)
	h.must(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("large headers: %s", resp.Status)
	}
}
