package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/runlog"
)

// fast is a clock whose time passes at once, but never while a run is going on.
type fast struct {
	mu   sync.Mutex
	now  time.Time
	end  time.Time
	data string
}

func (f *fast) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fast) Elapsed() time.Duration { return f.Now().Sub(time.Unix(0, 0)) }

func (f *fast) After(d time.Duration) <-chan time.Time {
	time.Sleep(20 * time.Microsecond)
	c := make(chan time.Time, 1)
	if _, held, _ := runlog.Held(f.data); held {
		time.AfterFunc(2*time.Millisecond, func() { c <- time.Time{} })
		return c
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now.Before(f.end) {
		if d > 10*time.Second {
			d = 4 * time.Minute // nothing is due meanwhile, and a run that begins so much late is on time
		}
		f.now = f.now.Add(d)
		c <- f.now
	}
	return c // at the end of its time it stands still
}

// Many scheduled runs leave nothing behind: no goroutine, no open file, no file beyond what is to be kept. STATLOOM_SOAK
// says how many; a thousand take some minutes.
func TestServeSoak(t *testing.T) {
	runs := 10
	if n, err := strconv.Atoi(os.Getenv("STATLOOM_SOAK")); err == nil {
		runs = n
	}
	ignore := goleak.IgnoreCurrent()
	dir := office(t, "schedule: {cron: 0 2 * * *, time_zone: Asia/Ho_Chi_Minh}\n")
	s := quietSystem(dir, nil)
	begin := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	clock := &fast{now: begin, end: begin.AddDate(0, 0, runs), data: filepath.Join(dir, "data")}
	s.now, s.clock = clock.Now, clock
	statloomAt(t, s, dir, "run")
	files := openFiles(t)
	v := start(t, s, "--listen", "127.0.0.1:0")
	defer v.stop()
	last, published := "", 0
	var peak int
	v.until("the last run", func() bool {
		var list struct{ Runs []runlog.Run }
		v.ask("GET", "/api/v1/runs?limit=1", "", "", &list)
		for len(list.Runs) == 1 && list.Runs[0].ID != last {
			last = list.Runs[0].ID
			if published++; published%3 == 0 {
				writeBook(t, dir, 100+published) // a new book comes now and then
			}
			v.ask("GET", "/api/v1/datasets/iip", "", "", nil)
			peak = max(peak, openFiles(t))
		}
		return !clock.Now().Before(clock.end)
	}, time.Duration(runs)*20*time.Second)
	v.end()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(ignore); err != nil {
		t.Error(err)
	}
	if now := openFiles(t); now > files {
		t.Errorf("%d files are open, there were %d before", now, files)
	}
	history, err := runlog.Open(t.Context(), filepath.Join(dir, "data/state.db"))
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := history.Runs(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := history.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range recorded {
		if r.Status != runlog.Done && r.Status != runlog.Unchanged {
			t.Errorf("a run ended otherwise: %+v", r)
		}
	}
	if n := strings.Count(v.errs.String(), "run ended"); n != runs {
		t.Errorf("%d runs ended, want %d", n, runs)
	}
	for folder, most := range map[string]int{"releases": 3, "runs": 20, "staging": 0, "work": 0, "rejected": 0, "tmp": 0} {
		entries, err := os.ReadDir(filepath.Join(dir, "data", folder))
		if err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
		if len(entries) > most {
			t.Errorf("%s holds %d entries, want %d at most", folder, len(entries), most)
		}
	}
	if len(recorded) != min(runs+1, 20) {
		t.Errorf("the history holds %d runs", len(recorded))
	}
	t.Logf("%d runs, %d files open at most", runs, peak)
}

// statloomAt runs the program once at the time of a system.
func statloomAt(t *testing.T, s system, dir string, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	s.out, s.err, s.dir = &out, &errs, dir
	if code := run(t.Context(), args, s); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not list open files")
	}
	return len(entries)
}
