package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/sources/sourcetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a clock that sleeping puts forward, and what there was to log.
type world struct {
	mu    sync.Mutex
	time  time.Time
	slept []time.Duration
	log   bytes.Buffer
}

func (w *world) clock() clock {
	return clock{
		now: func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.time },
		sleep: func(ctx context.Context, d time.Duration) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			if d > 0 {
				w.time = w.time.Add(d)
				w.slept = append(w.slept, d)
			}
			return ctx.Err()
		},
		rand: func() float64 { return 0.5 }, // waits are those of the policy
	}
}

// source makes a source in a world; set changes the default options.
func (w *world) source(t *testing.T, set func(*Options)) *Source {
	t.Helper()
	o := defaults()
	o.Rate = 1e6 // not to mix its waits with those of retries
	set(&o)
	if complaints := o.Check(); len(complaints) > 0 {
		t.Fatalf("options: %v", complaints)
	}
	s, err := newSource(kind.Env{Data: t.TempDir(), Log: slog.New(slog.NewTextHandler(&w.log, nil))}, o, w.clock(), &common{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

func newWorld() *world { return &world{time: time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)} }

// serve starts a server that lives as long as the test.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

// fetchOne lists and opens the only item of the source.
func fetchOne(t *testing.T, s *Source, known sources.Validators) (string, *sources.Content, error) {
	t.Helper()
	items, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Open(t.Context(), items[0], known)
	if err != nil {
		return "", nil, err
	}
	got, err := io.ReadAll(c.Body)
	if err := errors.Join(err, c.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(got), c, nil
}

// site is the harness of a server with a page that links to its items. validators says what it tells about them.
type site struct {
	validators string
	server     *httptest.Server

	mu    sync.Mutex
	files map[string][]byte
	times map[string]time.Time
	puts  int
	cut   map[string]bool
}

func newSite(t *testing.T, validators string) *site {
	h := &site{validators: validators, files: map[string][]byte{}, times: map[string]time.Time{}, cut: map[string]bool{}}
	h.server = serve(t, h.answer)
	return h
}

func (h *site) answer(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/")
	content, ok := h.files[name]
	switch {
	case name == "":
		fmt.Fprint(w, "<!DOCTYPE html><html><body>")
		for _, n := range slices.Sorted(maps.Keys(h.files)) {
			fmt.Fprintf(w, `<a href="%s">%s</a>`, url.PathEscape(n), n)
		}
		return
	case !ok:
		http.NotFound(w, r)
		return
	case h.cut[name]:
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:len(content)/2])
		panic(http.ErrAbortHandler)
	}
	var modified time.Time
	switch h.validators {
	case "etag":
		sum := sha256.Sum256(content)
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	case "time":
		modified = h.times[name]
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, name, modified, bytes.NewReader(content))
}

func (h *site) Source(t *testing.T, limit int64) sources.Source {
	return newWorld().source(t, func(o *Options) {
		o.Discover = &Discover{Page: h.server.URL, Pattern: `\.(csv|xls)$`}
		o.MaxBytes = kind.Bytes(limit)
	})
}

func (h *site) Put(_ *testing.T, name string, content []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files[name] = content
	h.puts++
	h.times[name] = time.Date(2025, 1, 1, 0, 0, h.puts, 0, time.UTC)
}

func (h *site) Remove(_ *testing.T, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.files, name)
}

func (h *site) Cut(_ *testing.T, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cut[name] = true
}

func TestSite(t *testing.T) {
	for _, validators := range []string{"etag", "time", "none"} {
		t.Run(validators, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness { return newSite(t, validators) })
		})
	}
}

func TestUnchangedItemIsNotSent(t *testing.T) {
	for _, validators := range []string{"etag", "time"} {
		h := newSite(t, validators)
		h.Put(t, "a.csv", []byte("1,2\n"))
		var statuses []int
		proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
			record := httptest.NewRecorder()
			h.answer(record, r)
			statuses = append(statuses, record.Code)
			maps.Copy(w.Header(), record.Header())
			w.WriteHeader(record.Code)
			w.Write(record.Body.Bytes())
		})
		s := newWorld().source(t, func(o *Options) { o.URLs = kind.Strings{proxy.URL + "/a.csv"} })
		_, c, err := fetchOne(t, s, sources.Validators{})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := fetchOne(t, s, c.Validators); !errors.Is(err, sources.ErrUnchanged) {
			t.Errorf("%s: got %v", validators, err)
		}
		if want := []int{200, 304}; !slices.Equal(statuses, want) {
			t.Errorf("%s: the server answered %v, want %v", validators, statuses, want)
		}
	}
}

func TestServerThatIgnoresConditions(t *testing.T) {
	tag := `"one"`
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		fmt.Fprint(w, "1,2\n")
	})
	s := newWorld().source(t, func(o *Options) { o.URLs = kind.Strings{server.URL} })
	if _, _, err := fetchOne(t, s, sources.Validators{ETag: `W/"one"`}); !errors.Is(err, sources.ErrUnchanged) {
		t.Errorf("same ETag: %v", err)
	}
	tag = `"two"`
	if got, _, err := fetchOne(t, s, sources.Validators{ETag: `"one"`}); err != nil || got != "1,2\n" {
		t.Errorf("other ETag: %q, %v", got, err)
	}
}

func TestConcurrencyAndRatePerHost(t *testing.T) {
	var mu sync.Mutex
	now, most := 0, 0
	entered := make(chan struct{}, 12)
	release := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		entered <- struct{}{}
		<-release
		mu.Lock()
		now--
		mu.Unlock()
		fmt.Fprint(w, "1,2\n")
	})
	w := newWorld()
	s := w.source(t, func(o *Options) {
		for i := range 12 {
			o.URLs = append(o.URLs, fmt.Sprintf("%s/%d.csv", server.URL, i))
		}
		o.Concurrency, o.Rate = 3, 4
	})
	items, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for _, item := range items {
		group.Go(func() {
			c, err := s.Open(t.Context(), item, sources.Validators{})
			if err != nil {
				t.Error(err)
				return
			}
			c.Body.Close()
		})
	}
	for range 3 {
		<-entered
	}
	close(release)
	group.Wait()
	if most != 3 {
		t.Errorf("%d downloads at the same time, want 3", most)
	}
	// Twelve requests at four a second take at least 11 quarters of a second.
	if took := w.time.Sub(newWorld().time); took < 2750*time.Millisecond {
		t.Errorf("12 requests took %s", took)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := defaults()
	good.URLs = kind.Strings{"https://example.org/a.xlsx"}
	for _, c := range []struct {
		name string
		set  func(*Options)
		keys string
	}{
		{"good", func(*Options) {}, ""},
		{"nothing to fetch", func(o *Options) { o.URLs = nil }, "urls"},
		{"other schemes", func(o *Options) { o.URLs = kind.Strings{"ftp://x/y", "https://", "x"} }, "urls[0] urls[1] urls[2]"},
		{"patterns", func(o *Options) { o.Discover = &Discover{Page: "http://x", Pattern: "(", Follow: "["} }, "discover.follow discover.pattern"},
		{"no pattern", func(o *Options) { o.Discover = &Discover{Page: "http://x"} }, "discover.pattern"},
		{"headers", func(o *Options) { o.Headers = map[string]string{"a b": "x", "ok": "a\nb", "range": "x"} }, "headers.a b headers.ok headers.range"},
		{"numbers", func(o *Options) { o.Rate, o.Concurrency, o.Retry.Attempts = 0, 0, 0 }, "concurrency rate retry.attempts"},
	} {
		o := good
		c.set(&o)
		var keys []string
		for _, complaint := range o.Check() {
			keys = append(keys, complaint.Key)
		}
		if got := strings.Join(keys, " "); got != c.keys {
			t.Errorf("%s: got %q, want %q", c.name, got, c.keys)
		}
	}
}

func TestKindBuildsASource(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "1,2\n") })
	k := Kind()
	o := k.Options().(*Options)
	o.URLs = kind.Strings{server.URL + "/a.csv"}
	s, err := k.Build(t.Context(), kind.Env{Data: t.TempDir(), Now: time.Now}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.(*Source).client.CloseIdleConnections()
	if got, _, err := fetchOne(t, s.(*Source), sources.Validators{}); err != nil || got != "1,2\n" {
		t.Errorf("got %q, %v", got, err)
	}
}
