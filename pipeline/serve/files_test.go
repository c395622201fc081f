package serve

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
