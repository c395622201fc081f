package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/runlog"
)

// crowdPlaces are lines of a configuration whose places the environment names.
const crowdPlaces = "data: ${DATA:-data}\nstate: ${STATE:-}\nlake: ${LAKE:-}\nreleases: ${RELEASES:-}\nserve: {token: '" + crowdToken + "'}\n"

const crowdToken = "a-token-of-the-test-0123"

// wound is a clock that a test winds.
type wound struct {
	mu  sync.Mutex
	now time.Time
}

func (w *wound) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *wound) set(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

func (w *wound) Elapsed() time.Duration { return w.Now().Sub(time.Unix(0, 0)) }

func (w *wound) After(time.Duration) <-chan time.Time { return time.After(20 * time.Millisecond) }

// Several processes that serve on one database do what is due once. When the one that keeps the schedule goes, another does,
// and each answers with what was published last.
func TestServeTogether(t *testing.T) {
	dir := office(t, crowdPlaces+"schedule: {cron: 0 2 * * *, time_zone: UTC}\n")
	crowd(t, dir)
	clock := &wound{now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	serving := func(machine string) *service {
		env := map[string]string{"DATA": "machine-" + machine}
		for _, name := range []string{"STATE", "LAKE", "RELEASES"} {
			env[name] = os.Getenv(name)
		}
		s := quietSystem(dir, env)
		s.now, s.clock = clock.Now, clock
		return start(t, s, "--listen", "127.0.0.1:0")
	}
	history, err := runlog.Open(t.Context(), os.Getenv("STATE"))
	if err != nil {
		t.Fatal(err)
	}
	defer history.Close()
	ended := func() (n int) {
		list, err := history.Runs(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			switch r.Status {
			case runlog.Done, runlog.Unchanged:
				n++
			case runlog.Running:
			default:
				t.Errorf("a run went otherwise: %+v", r)
			}
		}
		return n
	}
	keeps := func(v *service) bool { return strings.Contains(v.errs.String(), "this process keeps the schedule") }
	a := serving("a")
	defer func() { a.stop() }()
	a.until("the first keeps the schedule", func() bool { return keeps(a) })
	b := serving("b")
	defer b.stop()
	b.until("the second stands by", func() bool { return strings.Contains(b.errs.String(), "this one stands by") })

	// What is asked for is done by whoever is asked.
	if resp := b.ask("POST", "/api/v1/runs", crowdToken, "{}", nil); resp.StatusCode != 202 {
		t.Fatalf("%s\n%s", resp.Status, b.errs)
	}
	b.until("the run that was asked for", func() bool { return ended() == 1 })
	for day := 1; day <= 5; day++ {
		if day == 3 {
			a.end()
			b.until("the second keeps the schedule", func() bool { return keeps(b) })
			writeBook(t, dir, 300)
		}
		clock.set(time.Date(2026, 1, 1+day, 2, 0, 10, 0, time.UTC))
		b.until(fmt.Sprintf("the run of day %d", day), func() bool { return ended() == day+1 })
		time.Sleep(5 * stirring) // another one would show
		if n := ended(); n != day+1 {
			t.Fatalf("after day %d there are %d runs\n%s\n%s", day, n, a.errs, b.errs)
		}
	}
	if n := strings.Count(a.errs.String(), "run ended") + strings.Count(b.errs.String(), "run ended"); n != 6 {
		t.Errorf("%d runs ended", n)
	}
	a = serving("a")
	a.until("the first answers with what the second has published", func() bool {
		var rows struct{ Rows []map[string]any }
		a.ask("GET", "/api/v1/datasets/iip?area=City&time_period=2023", "", "", &rows)
		return len(rows.Rows) == 1 && rows.Rows[0]["obs_value"] == 300.0
	})
	a.end()
	b.end()
}

// stirring is how soon a process that may begin something does.
const stirring = 100 * time.Millisecond

// A machine that is killed within a step, while it holds the working database, costs the run that it was doing: another one
// begins it again with loading, and what comes of it is the same.
func TestKilledWithinSteps(t *testing.T) {
	dir := dated(t)
	statloom(t, dir, nil, "run").must(t, 0)
	want := contents(t, dir)
	for _, step := range []string{pipeline.StepLoad, pipeline.StepCompute, pipeline.StepPublish} {
		t.Run("postgres/"+step, func(t *testing.T) {
			m := crowd(t, dir)
			for _, name := range []string{"a", "b", "d"} {
				removeAll(t, filepath.Join(dir, "machine-"+name))
			}
			conn, err := pgx.Connect(t.Context(), os.Getenv("STATE"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(context.WithoutCancel(t.Context()))
			worker := m.worker("a")
			said := make(chan string, 1)
			go func() {
				out, err := m.command("d", "run", "--queued").CombinedOutput()
				said <- fmt.Sprint(err, "\n", string(out))
			}()
			killWhen(t, worker, func() bool {
				var is bool
				err := conn.QueryRow(t.Context(), `SELECT to_regclass('river_job') IS NOT NULL`).Scan(&is)
				if err == nil && is {
					err = conn.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM river_job WHERE kind = $1)`, step).Scan(&is)
				}
				if err != nil {
					t.Fatal(err)
				}
				return is
			})
			m.worker("b")
			if s := <-said; !strings.HasPrefix(s, "<nil>") {
				t.Fatal(s)
			}
			if list := m.published("published/"); len(list) != 1 {
				t.Errorf("published: %v", list)
			}
			m.holds(t, "d", want)
		})
		t.Run("sqlite/"+step, func(t *testing.T) {
			m := processes(t, dir)
			removeAll(t, filepath.Join(dir, "machine-s"))
			state := filepath.Join(dir, "machine-s", "state.db")
			killWhen(t, m.serving("s"), func() bool {
				if !exists(state) {
					return false
				}
				db, err := runlog.OpenSQLite(state)
				if err != nil {
					return false // it is being made
				}
				defer db.Close()
				n := 0
				return db.QueryRowContext(t.Context(), `SELECT count(*) FROM river_job WHERE kind = ?`, step).Scan(&n) == nil && n > 0
			})
			if exists(filepath.Join(dir, "machine-s", "current")) {
				t.Fatal("the kill came too late")
			}
			next := m.serving("s")
			for begin := time.Now(); !exists(filepath.Join(dir, "machine-s", "current")); time.Sleep(stirring) {
				if time.Since(begin) > 3*time.Minute {
					t.Fatal("nothing is published")
				}
			}
			m.kill(next)
			m.holds(t, "s", want)
		})
	}
}

// serving starts a process that serves and asks it for a run.
func (m *machines) serving(machine string) *exec.Cmd {
	m.t.Helper()
	c := m.command(machine, "serve", "--listen", "127.0.0.1:0")
	c.Stderr = m
	out, err := c.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.workers = append(m.workers, c)
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil {
		m.t.Fatalf("it does not begin: %v", err)
	}
	v := &service{t: m.t, url: strings.TrimSpace(string(line[:n]))}
	if resp := v.ask("POST", "/api/v1/runs", crowdToken, "{}", nil); resp.StatusCode != 202 {
		m.t.Fatal(resp.Status)
	}
	return c
}

// dated is an office whose books say when they were published, so that what is made of them is the same at any time.
func dated(t *testing.T) string {
	t.Helper()
	dir := office(t, crowdPlaces)
	file := filepath.Join(dir, "config.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	period := "      period: {from: [row]}\n"
	write(t, file, strings.Replace(string(text), period, period+"      vintage: {from: book, pattern: '^(\\d{4}-\\d\\d-\\d\\d)'}\n", 1))
	if err := os.Rename(filepath.Join(dir, "books/a.csv"), filepath.Join(dir, "books/2025-01-01-a.csv")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// killWhen kills a process without a word as soon as something is so.
func killWhen(t *testing.T, c *exec.Cmd, is func() bool) {
	t.Helper()
	for begin := time.Now(); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Since(begin) > 3*time.Minute {
			t.Fatal("it does not come so far")
		}
	}
	_ = c.Process.Kill()
	_ = c.Wait()
}
