package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
)

// script answers the first requests one by one and the rest with the last.
func script(t *testing.T, steps ...http.HandlerFunc) (url string, asked *[]http.Header) {
	var got []http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Clone())
		steps[min(len(got), len(steps))-1](w, r)
	})
	return server.URL + "/a.csv", &got
}

func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

func text(body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		fmt.Fprint(w, body)
	}
}

// broken announces more than it sends.
func broken(body string, rest int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)+rest))
		text(body, headers...)(w, r)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func partial(body, contentRange string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Header().Set("Content-Range", contentRange)
		w.WriteHeader(http.StatusPartialContent)
		fmt.Fprint(w, body)
	}
}

func raw(response string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			fmt.Fprint(conn, response)
			conn.Close()
		}
	}
}

func TestRetries(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name  string
		steps []http.HandlerFunc
		want  string // content, or what the error says
		slept []time.Duration
	}{
		{"first time right", []http.HandlerFunc{text("x")}, "x", nil},
		{"5xx, then right", []http.HandlerFunc{status(500), status(503), text("x")}, "x", []time.Duration{s, 2 * s}},
		{"attempts used up", []http.HandlerFunc{status(502)}, "the server answers 502 Bad Gateway", []time.Duration{s, 2 * s, 4 * s}},
		{"429 with seconds", []http.HandlerFunc{status(429, "Retry-After", "7"), text("x")}, "x", []time.Duration{7 * s}},
		{"503 with a date", []http.HandlerFunc{status(503, "Retry-After", "Sat, 01 Mar 2025 08:00:30 GMT"), text("x")}, "x", []time.Duration{30 * s}},
		{"a wait below the policy's", []http.HandlerFunc{status(503, "Retry-After", "0"), text("x")}, "x", []time.Duration{s}},
		{"nonsense in Retry-After", []http.HandlerFunc{status(503, "Retry-After", "soon"), text("x")}, "x", []time.Duration{s}},
		{"a wait longer than max_wait", []http.HandlerFunc{status(503, "Retry-After", "3600"), text("x")}, "the server answers 503", nil},
		{"404 is not repeated", []http.HandlerFunc{status(404), text("x")}, "the server answers 404 Not Found", nil},
		{"401 asks for credentials", []http.HandlerFunc{status(401), text("x")}, "credentials", nil},
		{"a connection that breaks", []http.HandlerFunc{raw("HTTP/1.1 2"), text("x")}, "x", []time.Duration{s}},
		{"an empty answer", []http.HandlerFunc{text(""), text("x")}, "x", []time.Duration{s}},
		{"an HTML page for a book", []http.HandlerFunc{text("\n<!DOCTYPE html><html>busy</html>"), text("x")}, "x", []time.Duration{s}},
		{"an HTML page that stays", []http.HandlerFunc{text("<HTML>login</HTML>")}, "an HTML page instead of a book", []time.Duration{s, 2 * s, 4 * s}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			address, asked := script(t, c.steps...)
			source := w.source(t, func(o *Options) { o.URLs = kind.Strings{address} })
			got, _, err := fetchOne(t, source, sources.Validators{})
			if err != nil {
				got = err.Error()
				if fault.KindOf(err) != fault.Unavailable {
					t.Errorf("kind is %v", fault.KindOf(err))
				}
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if d := cmp.Diff(c.slept, w.slept); d != "" {
				t.Errorf("waits (-want +got):\n%s", d)
			}
			if len(*asked) != len(c.slept)+1 {
				t.Errorf("%d requests, want %d", len(*asked), len(c.slept)+1)
			}
		})
	}
}

func TestRetryAfterReachesTheCaller(t *testing.T) {
	address, _ := script(t, status(503, "Retry-After", "3600"))
	s := newWorld().source(t, func(o *Options) { o.URLs = kind.Strings{address} })
	_, _, err := fetchOne(t, s, sources.Validators{})
	if after, ok := fault.Retryable(err); !ok || after != time.Hour {
		t.Errorf("got %v, %v of %v", after, ok, err)
	}
}

func TestJitter(t *testing.T) {
	w := newWorld()
	address, _ := script(t, status(500))
	s := w.source(t, func(o *Options) { o.URLs = kind.Strings{address} })
	s.clock.rand = func() float64 { return 0 }
	fetchOne(t, s, sources.Validators{})
	if want := []time.Duration{time.Second / 2, time.Second, 2 * time.Second}; !slices.Equal(w.slept, want) {
		t.Errorf("waits %v, want %v", w.slept, want)
	}
}

func TestResume(t *testing.T) {
	tag := []string{"ETag", `"1"`}
	modified := []string{"Last-Modified", "Sat, 01 Mar 2025 08:00:00 GMT"}
	for _, c := range []struct {
		name   string
		steps  []http.HandlerFunc
		want   string
		ranges []string // Range and If-Range of each request
	}{
		{"by strong ETag", []http.HandlerFunc{broken("abc", 3, tag...), partial("def", "bytes 3-5/6", tag...)}, "abcdef", []string{" ", `bytes=3- "1"`}},
		{"by time of change", []http.HandlerFunc{broken("abc", 3, modified...), partial("def", "bytes 3-5/6")}, "abcdef", []string{" ", "bytes=3- " + modified[1]}},
		{"in several steps", []http.HandlerFunc{broken("a", 5, tag...), partial("bc", "bytes 1-2/6", tag...), partial("def", "bytes 3-5/*", tag...)}, "abcdef",
			[]string{" ", `bytes=1- "1"`, `bytes=3- "1"`}},
		{"chunks that break off", []http.HandlerFunc{raw("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), partial("def", "bytes 3-5/6", tag...)},
			"abcdef", []string{" ", `bytes=3- "1"`}},
		{"a server that knows no ranges starts again", []http.HandlerFunc{broken("abc", 3, tag...), text("uvwxyz", tag...)}, "uvwxyz", []string{" ", `bytes=3- "1"`}},
		{"content that changed starts again", []http.HandlerFunc{broken("abc", 3, tag...), text("uv", "ETag", `"2"`)}, "uv", []string{" ", `bytes=3- "1"`}},
		{"without a mark it starts again", []http.HandlerFunc{broken("abc", 3), text("uvw")}, "uvw", []string{" ", " "}},
		{"a weak ETag is no mark", []http.HandlerFunc{broken("abc", 3, "ETag", `W/"1"`), text("uvw")}, "uvw", []string{" ", " "}},
		{"a part that does not fit is not used", []http.HandlerFunc{broken("abc", 3, tag...), partial("cdef", "bytes 2-5/6", tag...), text("uvw")}, "uvw", []string{" ", `bytes=3- "1"`, " "}},
		{"a part of another version is not used", []http.HandlerFunc{broken("abc", 3, tag...), partial("def", "bytes 3-5/6", "ETag", `"2"`), text("uvw")}, "uvw", []string{" ", `bytes=3- "1"`, " "}},
		{"a part of another length is not used", []http.HandlerFunc{broken("abc", 3, tag...), partial("def", "bytes 3-5/9", tag...), text("uvw")}, "uvw", []string{" ", `bytes=3- "1"`, " "}},
		{"a range that is refused starts again", []http.HandlerFunc{broken("abc", 3, tag...), status(416), text("uvw")}, "uvw", []string{" ", `bytes=3- "1"`, " "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, asked := script(t, c.steps...)
			s := newWorld().source(t, func(o *Options) { o.URLs = kind.Strings{address} })
			got, content, err := fetchOne(t, s, sources.Validators{})
			if err != nil || got != c.want {
				t.Fatalf("got %q, %v", got, err)
			}
			if content.Validators.Size != int64(len(got)) {
				t.Errorf("size %d", content.Validators.Size)
			}
			var ranges []string
			for _, h := range *asked {
				ranges = append(ranges, h.Get("Range")+" "+h.Get("If-Range"))
			}
			if d := cmp.Diff(c.ranges, ranges); d != "" {
				t.Errorf("ranges (-want +got):\n%s", d)
			}
		})
	}
}

func TestLengths(t *testing.T) {
	squeeze := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(s))
		z.Close()
		return b.String()
	}
	table := strings.Repeat("1,2,3\n", 1000)
	for _, c := range []struct {
		name    string
		answer  http.HandlerFunc
		unsized bool
		kind    fault.Kind
		want    string
	}{
		{"shorter than announced", broken("abc", 3), false, fault.Unavailable, "broke off after 3 bytes of 6"},
		{"of unknown length", raw("HTTP/1.0 200 OK\r\n\r\nabc"), false, fault.Unavailable, "allow_unsized"},
		{"of unknown length, allowed", raw("HTTP/1.0 200 OK\r\n\r\nabc"), true, 0, "abc"},
		{"larger than the limit", text(strings.Repeat("x", 10_001), "Content-Length", "10001"), false, fault.Limit, "max_bytes of 10000B"},
		{"larger than the limit, not announced", func(w http.ResponseWriter, r *http.Request) {
			for range 20 {
				text(strings.Repeat("x", 1000))(w, r)
				w.(http.Flusher).Flush()
			}
		}, false, fault.Limit, "max_bytes of 10000B"},
		{"compressed without being asked", text(squeeze(table), "Content-Encoding", "gzip"), false, 0, table},
		{"compressed and cut", text(squeeze(table)[:30], "Content-Encoding", "gzip"), false, fault.Unavailable, "compressed content is damaged"},
		{"compressed, beyond the limit", text(squeeze(strings.Repeat("1", 1<<20)), "Content-Encoding", "gzip"), false, fault.Limit, "max_bytes"},
		{"compressed HTML page", text(squeeze("<html>no</html>"), "Content-Encoding", "gzip"), false, fault.Unavailable, "HTML page"},
		{"an unknown encoding", text("abc", "Content-Encoding", "br"), false, fault.Unavailable, `"br"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := script(t, c.answer)
			s := newWorld().source(t, func(o *Options) {
				o.URLs, o.MaxBytes, o.AllowUnsized = kind.Strings{address}, 10_000, c.unsized
			})
			got, _, err := fetchOne(t, s, sources.Validators{})
			if err != nil {
				got = err.Error()
				if fault.KindOf(err) != c.kind {
					t.Errorf("kind is %v, want %v", fault.KindOf(err), c.kind)
				}
			} else if c.kind != 0 {
				t.Errorf("got %.50q, want an error", got)
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %.200q, want %.200q", got, c.want)
			}
		})
	}
}

func TestServerThatFallsSilent(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Options)
		says string
	}{
		{"idle", func(o *Options) { o.IdleTimeout = 20 * time.Millisecond }, "idle_timeout"},
		{"total", func(o *Options) { o.Timeout = 50 * time.Millisecond }, "longer than timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := script(t, func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, "abc")
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			})
			s := newWorld().source(t, func(o *Options) { o.URLs = kind.Strings{address}; c.set(o) })
			_, _, err := fetchOne(t, s, sources.Validators{})
			if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCancelWhileDownloading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address, _ := script(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "abc")
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	s := newWorld().source(t, func(o *Options) { o.URLs = kind.Strings{address} })
	if _, err := s.Open(ctx, sources.Item{URI: address}, sources.Validators{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://user:hunter2@" + listener.Addr().String() + "/a.csv?token=hunter3"
	listener.Close()
	w := newWorld()
	s := w.source(t, func(o *Options) { o.URLs = kind.Strings{address} })
	_, _, err = fetchOne(t, s, sources.Validators{})
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "cannot be reached") || len(w.slept) != 3 {
		t.Errorf("got %v after waits %v", err, w.slept)
	}
	for _, told := range []string{err.Error(), w.log.String()} {
		if strings.Contains(told, "hunter") || strings.Contains(told, "user") {
			t.Errorf("a credential is shown: %s", told)
		}
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	address, _ := script(t, text("1,2\n"))
	s := newWorld().source(t, func(o *Options) { o.URLs = kind.Strings{address} })
	c, err := s.Open(t.Context(), sources.Item{URI: address}, sources.Validators{})
	if err != nil {
		t.Fatal(err)
	}
	// Even before it is closed: the process may be killed at any time.
	left, err := filepath.Glob(filepath.Join(s.temp, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	c.Body.Close()
	if _, err := os.Stat(s.temp); err != nil {
		t.Errorf("the folder for downloads was not used: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	var seen http.Header
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		fmt.Fprint(w, "1,2\n")
	})
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	own := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/download":
			http.Redirect(w, r, elsewhere+"/files/b%C3%A1o-c%C3%A1o.csv", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/cookie":
			if _, err := r.Cookie("ok"); err != nil {
				http.SetCookie(w, &http.Cookie{Name: "ok", Value: "1"})
				http.Redirect(w, r, "/cookie", http.StatusFound)
				return
			}
			fmt.Fprint(w, r.Header.Get("X-Key"))
		}
	})
	open := func(path string) (string, *sources.Content, error) {
		s := newWorld().source(t, func(o *Options) {
			o.URLs = kind.Strings{strings.Replace(own.URL, "//", "//user:hunter2@", 1) + path + "?token=hunter2"}
			o.Headers = map[string]string{"X-Key": "hunter2"}
		})
		return fetchOne(t, s, sources.Validators{})
	}
	got, c, err := open("/download")
	if err != nil || got != "1,2\n" || c.Name != "báo-cáo.csv" {
		t.Errorf("got %q, %+v, %v", got, c, err)
	}
	if all := fmt.Sprint(seen); strings.Contains(all, "hunter2") || seen.Get("Authorization") != "" || seen.Get("Referer") != "" {
		t.Errorf("another server was sent %v", seen)
	}
	if got, _, err := open("/cookie"); err != nil || got != "hunter2" {
		t.Errorf("the same server got the header %q, %v", got, err)
	}
	if _, _, err := open("/loop"); err == nil || !strings.Contains(err.Error(), "redirects too often") || strings.Contains(err.Error(), "hunter") {
		t.Errorf("loop: %v", err)
	}
}

func TestDowngradeIsRefused(t *testing.T) {
	s := newWorld().source(t, func(o *Options) { o.URLs = kind.Strings{"https://example.org/"} })
	ask := func(u string) *http.Request {
		parsed, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		return &http.Request{URL: parsed, Header: http.Header{}}
	}
	if err := s.redirect(ask("http://example.org/"), []*http.Request{ask("https://example.org/")}); !errors.Is(err, errDowngrade) {
		t.Errorf("https to http: %v", err)
	}
	if err := s.redirect(ask("https://example.org/"), []*http.Request{ask("http://example.org/")}); err != nil {
		t.Errorf("http to https: %v", err)
	}
}

func TestHeadersAreSent(t *testing.T) {
	address, asked := script(t, text("x"))
	s := newWorld().source(t, func(o *Options) {
		o.URLs = kind.Strings{strings.Replace(address, "//", "//user:pass@", 1)}
		o.Headers, o.UserAgent = map[string]string{"X-Key": "1"}, "statloom/test"
	})
	if _, _, err := fetchOne(t, s, sources.Validators{}); err != nil {
		t.Fatal(err)
	}
	h := (*asked)[0]
	want := map[string]string{"X-Key": "1", "User-Agent": "statloom/test", "Accept-Encoding": "identity", "Authorization": "Basic dXNlcjpwYXNz"}
	for name, value := range want {
		if h.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, h.Get(name), value)
		}
	}
}
