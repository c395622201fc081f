package depot_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"gocloud.dev/blob"

	"github.com/statloom/statloom/pipeline/depot"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// store is an S3-compatible store that can be told to refuse.
type store struct {
	url    string
	refuse atomic.Pointer[func(r *http.Request) bool]
}

func newStore(t *testing.T) *store {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("b"); err != nil {
		t.Fatal(err)
	}
	inner := gofakes3.New(backend).Server()
	s := &store{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuse := s.refuse.Load(); refuse != nil && (*refuse)(r) {
			http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden) // the client does not try again by itself
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	s.url = "s3://b?region=us-east-1&use_path_style=true&prefix=releases/&endpoint=" + server.URL
	return s
}

// machine is a shelf and a depot of one of the machines.
type machine struct {
	*release.Shelf
	*depot.Depot
	t *testing.T
}

func newMachine(t *testing.T, url string) *machine {
	t.Helper()
	dir := t.TempDir()
	shelf, err := release.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	d, err := depot.Open(t.Context(), url, filepath.Join(dir, "published.json"), func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return &machine{shelf, d, t}
}

// build makes a release current on this machine.
func (m *machine) build(id, content string) release.Info {
	m.t.Helper()
	g, err := m.Stage(id)
	m.must(err)
	m.must(os.MkdirAll(filepath.Join(g.Dir, "parquet"), 0o755))
	m.must(os.WriteFile(filepath.Join(g.Dir, "parquet", "a.parquet"), []byte(content), 0o644))
	info, err := g.Commit(m.t.Context(), release.Manifest{Created: noon})
	m.must(err)
	return info
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) current() depot.Published {
	m.t.Helper()
	p, err := m.Depot.Current(m.t.Context())
	m.must(err)
	return p
}

// publish stores and publishes a release over what is current.
func (m *machine) publish(info release.Info) depot.Published {
	m.t.Helper()
	before := m.current()
	m.must(m.Store(m.t.Context(), info))
	p, err := m.Publish(m.t.Context(), info.ID, before)
	m.must(err)
	return p
}

// everywhere runs a test on a store of the S3 kind and on a folder.
func everywhere(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("s3", func(t *testing.T) { test(t, newStore(t).url) })
	t.Run("gs", func(t *testing.T) { test(t, newGoogle(t)) })
	t.Run("azblob", func(t *testing.T) { test(t, newAzure(t)) })
	t.Run("folder", func(t *testing.T) { test(t, "file://"+filepath.ToSlash(t.TempDir())) })
}

// What one machine publishes another takes over, whole, and publishes upon.
func TestFromMachineToMachine(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, b := newMachine(t, url), newMachine(t, url)
		if p := a.current(); p.Number != 0 {
			t.Errorf("an empty depot has %+v", p)
		}
		first := a.publish(a.build("20260101T000000Z-a", "one"))
		if d := cmp.Diff(depot.Published{Number: 1, Release: "20260101T000000Z-a", At: noon}, b.current()); d != "" {
			t.Errorf("the other machine sees (-want +got)\n%s", d)
		}
		b.must(b.Adopt(t.Context(), first.Release, func(dir string) error { return b.Fetch(t.Context(), first.Release, dir) }))
		b.must(b.Verify(t.Context(), first.Release))
		info, ok, err := b.Shelf.Current()
		if err != nil || !ok || info.ID != first.Release {
			t.Fatalf("it has %v, %v, %v", info.ID, ok, err)
		}
		second := b.publish(b.build("20260102T000000Z-b", "two"))
		if second.Before != first.Release || a.current().Release != second.Release {
			t.Errorf("then %+v is current", a.current())
		}
		b.must(b.See(second))
		if seen, err := b.Seen(); err != nil || seen != second {
			t.Errorf("it remembers %+v, %v", seen, err)
		}
	})
}

// Of machines that publish upon the same release only one does.
func TestOnlyOnePublishes(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		const machines = 4
		var all []*machine
		for range machines {
			all = append(all, newMachine(t, url))
		}
		before := all[0].publish(all[0].build("20260101T000000Z-a", "one"))
		var published, refused atomic.Int64
		var wait sync.WaitGroup
		for i, m := range all {
			info := m.build("20260102T00000"+string(rune('0'+i))+"Z-b", "two")
			m.must(m.Store(t.Context(), info))
			wait.Go(func() {
				_, err := m.Publish(t.Context(), info.ID, before)
				switch {
				case err == nil:
					published.Add(1)
				case fault.KindOf(err) == fault.Locked && strings.Contains(err.Error(), "another machine has published"):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if published.Load() != 1 || refused.Load() != machines-1 {
			t.Errorf("%d published, %d were refused", published.Load(), refused.Load())
		}
		if p := all[1].current(); p.Number != 2 || p.Before != before.Release {
			t.Errorf("current is %+v", p)
		}
	})
}

// A store that goes away at any request leaves what was current current, and a second attempt goes through.
func TestStoreGoesAway(t *testing.T) {
	s := newStore(t)
	m := newMachine(t, s.url)
	first := m.publish(m.build("20260101T000000Z-a", "one"))
	info := m.build("20260102T000000Z-b", "two")
	steps := 0
	for n := int64(1); ; n++ {
		var asked atomic.Int64
		refuse := func(*http.Request) bool { return asked.Add(1) >= n }
		s.refuse.Store(&refuse)
		err := m.Store(t.Context(), info)
		if err == nil {
			_, err = m.Publish(t.Context(), info.ID, first)
		}
		s.refuse.Store(nil)
		if err == nil {
			break
		}
		steps++
		now := m.current()
		if now.Release != first.Release && now.Release != info.ID {
			t.Fatalf("after %v the current release is %+v", err, now)
		}
		if now.Release == info.ID {
			dir := t.TempDir()
			m.must(m.Fetch(t.Context(), info.ID, dir))
			if text, err := os.ReadFile(filepath.Join(dir, "parquet", "a.parquet")); err != nil || string(text) != "two" {
				t.Errorf("the release that is current has %q, %v", text, err)
			}
		}
	}
	if p := m.current(); steps < 4 || p.Number != 2 || p.Release != info.ID {
		t.Errorf("after %d steps %+v is current", steps, p)
	}
}

// The object for readers that do not list says what is current, also after a process died before it wrote it.
func TestRepair(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		m := newMachine(t, url)
		p := m.publish(m.build("20260101T000000Z-a", "one"))
		b, err := lake.OpenBucket(t.Context(), url)
		m.must(err)
		defer b.Close()
		m.must(b.Delete(t.Context(), "current.json"))
		m.must(m.Repair(t.Context(), p))
		text, err := b.ReadAll(t.Context(), "current.json")
		if want := `{"release":"20260101T000000Z-a","at":"2026-03-01T12:00:00Z"}` + "\n"; err != nil || string(text) != want {
			t.Errorf("current.json says %s, %v", text, err)
		}
	})
}

// Old releases go; the current one, the one before it, and what is newer and may be on its way stay.
func TestPrune(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		m := newMachine(t, url)
		var p depot.Published
		for _, day := range []string{"1", "2", "3", "4"} {
			p = m.publish(m.build("2026010"+day+"T000000Z-a", day))
		}
		m.must(m.Store(t.Context(), m.build("20260105T000000Z-a", "5")))
		m.must(m.Depot.Prune(t.Context(), 1, p))
		b, err := lake.OpenBucket(t.Context(), url)
		m.must(err)
		defer b.Close()
		var left []string
		it := b.List(&blob.ListOptions{Prefix: "releases/", Delimiter: "/"})
		for {
			o, err := it.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			m.must(err)
			left = append(left, strings.TrimPrefix(o.Key, "releases/"))
		}
		if d := cmp.Diff([]string{"20260103T000000Z-a/", "20260104T000000Z-a/", "20260105T000000Z-a/"}, left); d != "" {
			t.Errorf("left are (-want +got)\n%s", d)
		}
	})
}
