package pipeline_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/sources/web"
)

// Ten thousand books that have not changed, of a source each or all of one source, are asked for in less than 10 s, in less
// than 200 MB and over few connections.
func TestManyUnchanged(t *testing.T) {
	const books = 10_000
	for _, c := range []struct {
		name string
		each int // books of a source
	}{{"sources", 1}, {"books of one source", books}} {
		t.Run(c.name, func(t *testing.T) {
			var unchanged, connections atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"1"`)
				if r.Header.Get("If-None-Match") == `"1"` {
					unchanged.Add(1)
					w.WriteHeader(http.StatusNotModified)
					return
				}
				fmt.Fprint(w, book("CT,2023,1"))
			}))
			server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					connections.Add(1)
				}
			}
			server.Start()
			defer server.Close()
			w := newWorld(t)
			w.Sources = webSources(t, server.URL, books/c.each, c.each, w.data)
			w.Datasets[0].Sources = nil
			for _, s := range w.Sources {
				w.Datasets[0].Sources = append(w.Datasets[0].Sources, s.ID)
			}
			fetched(t, w, server.URL)
			w.run(runlog.Done, 0)
			unchanged.Store(0)
			connections.Store(0)
			highest(t)
			started, before := time.Now(), worked(t)
			result := w.run(runlog.Unchanged, 0)
			took, busy, peak := time.Since(started), worked(t)-before, highest(t)
			t.Logf("%d books in %v, of which %v at work, and %d MB, over %d connections", books, took, busy, peak>>20, connections.Load())
			if n := result.Counters[pipeline.CountUnchangedBooks]; n != books || unchanged.Load() != books {
				t.Errorf("%d books count as unchanged, the server said it of %d", n, unchanged.Load())
			}
			// A machine that does much else takes longer than the work does, which includes the server's part.
			if busy > 10*time.Second || peak > 200<<20 || connections.Load() > 64 {
				t.Errorf("%v, %d bytes, %d connections", busy, peak, connections.Load())
			}
		})
	}
}

// fetched fills the lake as if all sources had been pulled: in the way of a lake, each would wait for the disk.
func fetched(t *testing.T, w *world, address string) {
	t.Helper()
	o := lake.Origin{Source: "first", URI: address + "/first.csv", Name: "first.csv", Retrieved: w.now, Validators: sources.Validators{ETag: `"1"`}}
	v, _, err := w.Lake.Put(t.Context(), o, strings.NewReader(book("CT,2023,1")))
	w.must(err)
	type history struct {
		Source   string         `json:"source"`
		URI      string         `json:"uri"`
		Versions []lake.Version `json:"versions"`
	}
	for _, s := range w.Sources {
		items, err := s.List(t.Context())
		w.must(err)
		folder := filepath.Join(w.data, "lake", "origins", s.ID)
		w.must(os.MkdirAll(folder, 0o755))
		for _, item := range items {
			one := v
			one.Name = item.Name
			text, err := json.Marshal(history{s.ID, item.URI, []lake.Version{one}})
			w.must(err)
			w.must(os.WriteFile(filepath.Join(folder, fmt.Sprintf("%x.json", sha256.Sum256([]byte(item.URI)))), text, 0o644))
		}
	}
}

// webSources makes sources of the kind web as the configuration does.
func webSources(t *testing.T, address string, n, each int, data string) []pipeline.Source {
	t.Helper()
	asked := web.Kind()
	list := make([]pipeline.Source, n)
	for i := range list {
		o := asked.Options().(*web.Options)
		for k := range each {
			o.URLs = append(o.URLs, fmt.Sprintf("%s/%05d.csv", address, i*each+k))
		}
		o.Rate, o.Concurrency = 1e6, 16
		built, err := asked.Build(t.Context(), kind.Env{Now: time.Now, Data: data}, o)
		if err != nil {
			t.Fatal(err)
		}
		list[i] = pipeline.Source{ID: fmt.Sprintf("s%05d", i), Source: built}
	}
	return list
}

// worked is how long the process has had a processor.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var resident = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// highest gives the most memory that the process has held since it was asked last.
func highest(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("how much memory the process holds is told on Linux alone")
	}
	kilobytes, err := strconv.ParseInt(string(resident.FindSubmatch(status)[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skip("how much memory the process holds cannot be measured here")
	}
	return kilobytes << 10
}
