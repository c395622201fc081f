package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
