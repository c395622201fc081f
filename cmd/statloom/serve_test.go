package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/runlog"
)

// small is a configuration of one dataset of one table, with what a test adds.
const small = `version: 1
name: {vi: Thử, en: Test}
language: en
keep_releases: 2
keep_runs: 20
sources:
  - {id: books, kind: file, producer: {vi: a, en: a}, paths: [books/*.csv]}
datasets:
  - id: iip
    name: {vi: Chỉ số, en: Index}
    source: books
    table:
      title: ^index
      dimensions:
        - {id: area, name: {vi: Vùng, en: Area}, from: [column]}
      period: {from: [row]}
`

// office is a folder with a small configuration and a book.
func office(t testing.TB, more string) string {
	t.Helper()
	dir := t.TempDir()
	writeBook(t, dir, 100)
	write(t, filepath.Join(dir, "config.yaml"), small+more)
	return dir
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func writeBook(t testing.TB, dir string, figure int) {
	t.Helper()
	write(t, filepath.Join(dir, "books/a.csv"), fmt.Sprintf("Index of production,,\n,City,Region\n2023,%d,201\n2024,102,202\n", figure))
}

// service is a statloom serve that runs within the test.
type service struct {
	t    testing.TB
	url  string
	stop func()
	over chan int
	errs *logText
}

// logText is a text that may be read while it grows.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start begins to serve and waits until it can be reached.
func start(t *testing.T, s system, args ...string) *service {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	v := &service{t: t, stop: cancel, over: make(chan int, 1), errs: &logText{}}
	s.out, s.err = out, v.errs
	go func() {
		v.over <- run(ctx, append([]string{"serve"}, args...), s)
		out.Close()
	}()
	line := make([]byte, 200)
	n, err := in.Read(line)
	if err != nil {
		t.Fatalf("it does not begin: %v\n%s", err, v.errs)
	}
	v.url = strings.TrimSpace(string(line[:n]))
	return v
}

// end tells it to end, as SIGTERM does.
func (v *service) end() {
	v.t.Helper()
	v.stop()
	select {
	case code := <-v.over:
		if code != 0 {
			v.t.Errorf("exit code %d\n%s", code, v.errs)
		}
	case <-time.After(time.Minute):
		v.t.Fatalf("it does not end\n%s", v.errs)
	}
}

// ask sends a request with a token, if there is one, and reads the answer into a value.
func (v *service) ask(method, path, token, body string, into any) *http.Response {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.url+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if s, ok := into.(*string); ok {
		*s = string(text)
	} else if into != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(text, into); err != nil {
			v.t.Fatalf("%s: %v: %s", path, err, text)
		}
	}
	return resp
}

// until waits for something to become true.
func (v *service) until(what string, is func() bool, patience ...time.Duration) {
	v.t.Helper()
	most := 30 * time.Second
	for _, p := range patience {
		most = max(most, p)
	}
	for begin := time.Now(); time.Since(begin) < most; {
		if is() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	v.t.Fatalf("%s does not come true\n%s", what, v.errs)
}

func quietSystem(dir string, env map[string]string) system {
	s := testSystem(dir, env, nil, nil)
	s.random = rand.Reader
	return s
}

// A run that is asked for over HTTP is that of statloom run, and its release is served at once.
func TestServe(t *testing.T) {
	const token = "a-token-of-the-test-0123"
	dir := office(t, "serve: {token: '${STATLOOM_TOKEN:-}'}\nobserve: {logs: json, openlineage: lineage.jsonl}\n")
	v := start(t, quietSystem(dir, map[string]string{"STATLOOM_TOKEN": token}), "--listen", "127.0.0.1:0")
	defer v.stop()
	var began struct{ Run string }
	if resp := v.ask("POST", "/api/v1/runs", token, "{}", &began); resp.StatusCode != 202 {
		t.Fatalf("%s\n%s", resp.Status, v.errs)
	}
	var r runlog.Run
	v.until("the end of the run", func() bool {
		r = runlog.Run{}
		return v.ask("GET", "/api/v1/runs/"+began.Run, "", "", &r).StatusCode == 200 && r.Status != runlog.Running
	})
	if r.Status != runlog.Done || r.Trigger != "request" {
		t.Errorf("got %+v", r)
	}
	var rows struct{ Rows []map[string]any }
	v.ask("GET", "/api/v1/datasets/iip?area=City&time_period=2023", "", "", &rows)
	if len(rows.Rows) != 1 || rows.Rows[0]["obs_value"] != 100.0 {
		t.Errorf("rows: %v", rows.Rows)
	}
	var parquet, metrics string
	if resp := v.ask("GET", "/release/current/parquet/iip.parquet", "", "", &parquet); resp.StatusCode != 200 || !strings.HasPrefix(parquet, "PAR1") {
		t.Errorf("parquet: %s", resp.Status)
	}
	var report struct {
		Run, Status string
		Steps       []struct{ Name string }
	}
	v.until("the report", func() bool {
		return v.ask("GET", "/api/v1/runs/"+began.Run+"/report", "", "", &report).StatusCode == 200
	})
	if report.Status != "done" || len(report.Steps) == 0 {
		t.Errorf("report: %+v", report)
	}
	v.until("the metrics of the run", func() bool {
		v.ask("GET", "/metrics", "", "", &metrics)
		return strings.Contains(metrics, `statloom_runs_total{status="done",trigger="request"} 1`)
	})
	for _, want := range []string{"statloom_release_age_seconds ", `statloom_source_age_seconds{source="books"}`, `statloom_release_rows{table="iip"} 4`, "statloom_state_up 1", "statloom_run_duration_seconds_bucket"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	for line := range strings.Lines(metrics) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "statloom_") {
			t.Errorf("a metric that is not ours: %s", line)
		}
	}
	v.end()
	lineage, err := os.ReadFile(filepath.Join(dir, "lineage.jsonl"))
	if err != nil || strings.Count(string(lineage), "\n") != 2 || !strings.Contains(string(lineage), `"eventType":"COMPLETE"`) {
		t.Errorf("lineage: %v, %s", err, lineage)
	}
	for line := range strings.Lines(v.errs.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("the log is no JSON: %s", line)
		}
	}
	// The token is told nowhere.
	noSecrets(t, dir, v.errs.String(), token)
	c := statloom(t, dir, nil, "logs", began.Run).must(t, 0)
	if !strings.Contains(c.out, "is current") {
		t.Errorf("logs: %s", c.out)
	}
	if c := statloom(t, dir, nil, "history", "--trigger", "request", "--format", "csv").must(t, 0); len(readCSV(t, c.out)) != 2 {
		t.Errorf("history: %s", c.out)
	}
	if c := statloom(t, dir, nil, "status").must(t, 0); !strings.Contains(strings.ToUpper(c.out), "NEWEST BOOK") {
		t.Errorf("status: %s", c.out)
	}
}

// noSecrets fails when a text, or any file below the data folder, holds a secret.
func noSecrets(t *testing.T, dir, text, secret string) {
	t.Helper()
	if strings.Contains(text, secret) {
		t.Errorf("the log tells a secret")
	}
	err := filepath.WalkDir(filepath.Join(dir, "data"), func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("%s holds a secret", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestServeRefusals(t *testing.T) {
	dir := office(t, "")
	c := statloom(t, dir, nil, "serve", "--listen", "0.0.0.0:0").must(t, 2)
	if !strings.Contains(c.err, "there is no token") {
		t.Error(c.err)
	}
	if c := statloom(t, dir, nil, "serve", "--listen", "here").must(t, 2); !strings.Contains(c.err, "an address and a port") {
		t.Error(c.err)
	}
}

// Alerts follow on runs, whoever began them: once, and again when it is over. One that cannot be told changes nothing.
func TestAlertsOfRuns(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var heard []string
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var a struct{ Kind, Of, Subject, Release string }
		if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, strings.TrimSpace(a.Kind+" "+a.Of))
	}))
	defer hook.Close()
	hear := func(want ...string) {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if strings.Join(heard, ", ") != strings.Join(want, ", ") {
			t.Errorf("heard %q, want %q", heard, want)
		}
		heard = nil
	}
	const secret = "/hidden-path-of-the-hook"
	env := map[string]string{"HOOK": hook.URL + secret}
	dir := office(t, "alerts: {webhooks: [{url: '${HOOK}'}]}\nchecks:\n  - {id: sane, kind: range, table: iip, column: obs_value, min: 0, max: 500}\n")
	c := statloom(t, dir, env, "run").must(t, 0)
	hear()
	write(t, filepath.Join(dir, "books/b.csv"), "Index of production,,\n,City,Region\n2025,900,1\n")
	statloom(t, dir, env, "run").must(t, 3)
	statloom(t, dir, env, "run").must(t, 3)
	hear("held_back")
	write(t, filepath.Join(dir, "books/b.csv"), "Index of production,,\n,City,Region\n2025,90,n.a.?\n2023,50,1\n")
	writeBook(t, dir, 200)
	statloom(t, dir, env, "run").must(t, 0)
	hear("quarantine", "recovery held_back", "revision")
	statloom(t, dir, env, "run").must(t, 0)
	hear()
	if c := statloom(t, dir, env, "notify", "test").must(t, 0); !strings.Contains(c.out, "sent: webhook 127.0.0.1") {
		t.Errorf("notify test: %s", c.out)
	}
	hear("test")
	// A channel that is away is reported and fails nothing.
	writeBook(t, dir, 400)
	env["HOOK"] = "http://127.0.0.1:1" + secret
	c = statloom(t, dir, env, "run").must(t, 0)
	if !strings.Contains(c.err, "could not be told") || strings.Contains(c.err+c.out, "hidden") {
		t.Errorf("an alert that cannot be told: %s", c.err)
	}
	if c := statloom(t, dir, env, "notify", "test").must(t, 1); strings.Contains(c.err, "hidden") {
		t.Errorf("notify test: %s", c.err)
	}
	noSecrets(t, dir, "", "hidden-path-of-the-hook")
}
