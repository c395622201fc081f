package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"gocloud.dev/blob"

	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/sinks/postgres/pgtest"
)

// machines are processes with a data folder each that share a database, a lake and releases on an S3-compatible store.
type machines struct {
	t       testing.TB
	program string
	config  string // folder of the configuration
	store   string // URL of the releases
	again   func(away time.Duration)

	mu      sync.Mutex
	said    bytes.Buffer
	workers []*exec.Cmd
}

// crowd makes machines for a folder with the sample's configuration.
func crowd(t testing.TB, dir string) *machines {
	t.Helper()
	database, again := pgtest.Mortal(t)
	backend := s3mem.New()
	if err := backend.CreateBucket("statloom"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	place := func(prefix string) string {
		return "s3://statloom?region=us-east-1&use_path_style=true&endpoint=" + server.URL + "&prefix=" + prefix + "/"
	}
	m := processes(t, dir)
	m.store, m.again = place("releases"), again
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
		"STATE": database, "LAKE": place("lake"), "RELEASES": m.store,
	} {
		t.Setenv(name, value)
	}
	return m
}

// processes makes one machine, or several that share nothing, for a folder with a configuration.
func processes(t testing.TB, dir string) *machines {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m := &machines{t: t, program: filepath.Join(t.TempDir(), "statloom"), config: dir}
	if err := os.Symlink(exe, m.program); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, w := range m.workers {
			m.kill(w)
		}
		if t.Failed() {
			m.mu.Lock()
			defer m.mu.Unlock()
			t.Logf("the workers said:\n%s", m.said.String())
		}
	})
	return m
}

// shared gives the sample's configuration places that the environment names; without these it is that of one machine.
func shared(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(dir, "config.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	places := "data: ${DATA:-data}\nstate: ${STATE:-}\nlake: ${LAKE:-}\nreleases: ${RELEASES:-}\n"
	before, after, ok := strings.Cut(string(text), "\ndata: data")
	if !ok {
		t.Fatal("the sample's configuration names no data folder")
	}
	_, after, _ = strings.Cut(after, "\n")
	if err := os.WriteFile(file, []byte(before+"\n"+places+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// command makes a call of the program on one of the machines.
func (m *machines) command(machine string, args ...string) *exec.Cmd {
	c := exec.Command(m.program, args...)
	c.Dir = m.config
	c.Env = append(os.Environ(), "DATA=machine-"+machine)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// Write keeps what workers say.
func (m *machines) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.said.Write(p)
}

// worker starts a worker on a machine.
func (m *machines) worker(machine string, options ...string) *exec.Cmd {
	m.t.Helper()
	c := m.command(machine, append([]string{"worker"}, options...)...)
	c.Stderr = m
	if err := c.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.workers = append(m.workers, c)
	return c
}

// kill ends a worker without a word.
func (m *machines) kill(c *exec.Cmd) {
	if i := slices.Index(m.workers, c); i >= 0 && c.ProcessState == nil {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

// run has a run done and gives what the program says.
func (m *machines) run(machine string, args ...string) string {
	m.t.Helper()
	out, err := m.command(machine, append([]string{"run"}, args...)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("run %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// published lists what stands below a prefix of the releases.
func (m *machines) published(prefix string) []string {
	m.t.Helper()
	b, err := lake.OpenBucket(m.t.Context(), m.store)
	if err != nil {
		m.t.Fatal(err)
	}
	defer b.Close()
	var keys []string
	it := b.List(&blob.ListOptions{Prefix: prefix, Delimiter: "/"})
	for {
		o, err := it.Next(m.t.Context())
		if errors.Is(err, io.EOF) {
			return keys
		}
		if err != nil {
			m.t.Fatal(err)
		}
		keys = append(keys, o.Key)
	}
}

// holds compares what is current on a machine with a release that one process alone has made.
func (m *machines) holds(t *testing.T, machine string, want map[string]string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(m.config, "machine-"+machine), filepath.Join(dir, "data")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.yaml", "examples"} {
		if err := os.Symlink(filepath.Join(m.config, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(want, contents(t, dir)); d != "" {
		t.Errorf("the release of many machines is not that of one (-one +many)\n%s", d)
	}
}

// many adds small books to a folder with the sample, and a dataset that they are read for.
func many(t testing.TB, dir string, books, rows int) {
	t.Helper()
	folder := filepath.Join(dir, "many")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for n := range books {
		var b strings.Builder
		fmt.Fprintf(&b, "Số liệu thử\n\nMã,Kỳ,Giá trị\n")
		for row := range rows {
			fmt.Fprintf(&b, "ma_%d,%d,%d.%d\n", row, 2000+n, n*row, n%10)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("2025-01-01-so-lieu-%04d.csv", n)), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "config.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(text), "\nsources:\n", `
sources:
  - id: many
    kind: file
    producer: {vi: Thử, en: Test}
    paths: [many/*.csv]
`, 1)
	more = strings.Replace(more, "\ndatasets:\n", `
datasets:
  - id: many_rows
    name: {vi: Thử, en: Test}
    source: many
    table:
      shape: register
      title: ^số liệu thử
      columns:
        - {id: code, name: {vi: Mã, en: Code}, header: ^mã, required: true}
        - {id: period, name: {vi: Kỳ, en: Period}, header: ^kỳ, required: true}
        - {id: value, name: {vi: Giá trị, en: Value}, header: ^giá trị, type: number, required: true}
      key: [code, period]
      vintage: {from: book, pattern: '^(\d{4}-\d\d-\d\d)'}
`, 1)
	if err := os.WriteFile(file, []byte(more), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestWorkers has three workers do a run while they and the database are killed at random moments; STATLOOM_STRESS says
// how often (make stress), and a few times are tried in every test. In the end there is one release, and it is that of an
// undisturbed process by itself.
func TestWorkers(t *testing.T) {
	kills, books, rows := 4, 30, 50
	if text := os.Getenv("STATLOOM_STRESS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("STATLOOM_STRESS is %q; it says how many kills", text)
		}
		kills, books, rows = max(30, n/3), 400, 200
	}
	dir := sample(t)
	many(t, dir, books, rows)
	shared(t, dir)
	started := time.Now()
	statloom(t, dir, nil, "run").must(t, 0)
	took := time.Since(started)
	want := contents(t, dir)

	m := crowd(t, dir)
	names := []string{"a", "b", "c"}
	workers := make([]*exec.Cmd, len(names))
	for i, name := range names {
		workers[i] = m.worker(name)
	}
	// A run that is done before all kills are is followed by one that does everything anew.
	ctx, enough := context.WithCancel(t.Context())
	defer enough()
	runs := 0
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for options := []string{"run", "--queued"}; ctx.Err() == nil || runs == 0; options = []string{"run", "--queued", "--full-refresh"} {
			out, err := m.command("d", options...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "statloom.duckdb") {
				t.Errorf("run: %v\n%s", err, out)
				return
			}
			runs++
		}
	}()
	random := rand.New(rand.NewPCG(uint64(started.UnixNano()), 0))
	for range kills {
		time.Sleep(100*time.Millisecond + time.Duration(random.Int64N(int64(2*took)/int64(kills)+1)))
		if i := random.IntN(len(names) + 1); i < len(names) {
			m.kill(workers[i])
			workers[i] = m.worker(names[i])
		} else {
			m.again(time.Duration(random.IntN(1000)) * time.Millisecond)
		}
	}
	enough()
	<-ended
	t.Logf("%d kills over %d runs; one process needs %v for one", kills, runs, took)
	if list := m.published("published/"); len(list) != runs {
		t.Errorf("%d runs have published %v", runs, list)
	}
	if list := m.published("releases/"); len(list) != runs {
		t.Errorf("%d runs have left on the store %v", runs, list)
	}
	m.holds(t, "d", want)

	// Nothing is left to do, on whatever machine.
	if said := m.run("e"); !strings.Contains(said, "nothing changed") {
		t.Errorf("another machine finds something to do:\n%s", said)
	}
	m.holds(t, "e", want)
	for _, w := range workers {
		if err := w.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}
	for _, w := range workers {
		if err := w.Wait(); err != nil {
			t.Errorf("a worker that was told to stop ended with %v", err)
		}
	}
}

// A run that nobody watches reads its books as jobs of a queue in the data folder, and gives what any run gives.
func TestUnattendedRun(t *testing.T) {
	t.Parallel()
	watched, dir := sample(t), sample(t)
	statloom(t, watched, nil, "run").must(t, 0)
	var out, errs bytes.Buffer
	a := &app{system: testSystem(dir, nil, &out, &errs), configFile: "config.yaml", quiet: true}
	cfg, err := a.load()
	if err != nil {
		t.Fatal(err)
	}
	result, report, err := a.once(t.Context(), cfg, order{trigger: "schedule"})
	if err != nil || report.ExitCode != 0 {
		t.Fatalf("%+v, %v\n%s", result, err, errs.String())
	}
	if d := cmp.Diff(contents(t, watched), contents(t, dir)); d != "" {
		t.Errorf("what is published differs (-watched +unattended)\n%s", d)
	}
	q, err := a.queueOf(t.Context(), cfg, crewSize{})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if depth, err := q.Depth(t.Context()); err != nil || len(depth) > 0 {
		t.Errorf("left in the queue: %v, %v", depth, err)
	}
	if !exists(filepath.Join(cfg.DataDir(), "state.db.lock")) {
		t.Error("the books were not read as jobs")
	}
}
