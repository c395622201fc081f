package depot_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Stores of Google and Microsoft are played by as much of their protocols as their clients use here.
func newGoogle(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(google{&objects{all: map[string]object{}}})
	t.Cleanup(server.Close)
	t.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(server.URL, "http://"))
	return "gs://b?prefix=releases/"
}

func newAzure(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(azure{&objects{all: map[string]object{}}})
	t.Cleanup(server.Close)
	t.Setenv("AZURE_STORAGE_ACCOUNT", "account")
	t.Setenv("AZURE_STORAGE_KEY", base64.StdEncoding.EncodeToString([]byte("key")))
	return "azblob://b?prefix=releases/&protocol=http&localemu=true&domain=" + strings.TrimPrefix(server.URL, "http://")
}

// objects are what a store holds.
type objects struct {
	mu  sync.Mutex
	all map[string]object
}

type object struct {
	name, kind string
	body       []byte
	meta       map[string]string
	generation int64
	at         time.Time
}

// put stores an object, unless there is one already and that matters.
func (s *objects) put(o object, onlyNew bool) (object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, there := s.all[o.name]
	if there && onlyNew {
		return old, false
	}
	o.generation, o.at = old.generation+1, time.Now().UTC().Truncate(time.Second)
	s.all[o.name] = o
	return o, true
}

func (s *objects) get(name string) (object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.all[name]
	return o, ok
}

func (s *objects) remove(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.all[name]
	delete(s.all, name)
	return ok
}

// list gives the objects below a prefix, and the folders where there is a delimiter.
func (s *objects) list(prefix, delimiter string) (list []object, folders []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[string]bool{}
	for _, o := range s.all {
		rest, ok := strings.CutPrefix(o.name, prefix)
		if !ok {
			continue
		}
		if head, _, in := strings.Cut(rest, delimiter); delimiter != "" && in {
			seen[prefix+head+delimiter] = true
			continue
		}
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b object) int { return cmp.Compare(a.name, b.name) })
	return list, slices.Sorted(maps.Keys(seen))
}

// google is a store of the kind gs.
type google struct{ *objects }

func (g google) told(o object) map[string]any {
	return map[string]any{
		"kind": "storage#object", "name": o.name, "bucket": "b", "contentType": o.kind, "metadata": o.meta, "size": strconv.Itoa(len(o.body)),
		"generation": strconv.FormatInt(o.generation, 10), "metageneration": "1", "updated": o.at.Format(time.RFC3339), "timeCreated": o.at.Format(time.RFC3339),
	}
}

func (g google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const root = "/storage/v1/b/b/o"
	answer := func(v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	refuse := func(code int) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"error": {"code": %d, "message": %q}}`, code, http.StatusText(code))
	}
	path, query := r.URL.Path, r.URL.Query()
	name, one := strings.CutPrefix(path, root+"/")
	switch {
	case r.Method == http.MethodPost && path == "/upload"+root:
		o, err := related(r)
		if err != nil {
			refuse(http.StatusBadRequest)
			return
		}
		o, ok := g.put(o, query.Get("ifGenerationMatch") == "0")
		if !ok {
			refuse(http.StatusPreconditionFailed)
			return
		}
		answer(g.told(o))
	case r.Method == http.MethodGet && path == root:
		list, folders := g.list(query.Get("prefix"), query.Get("delimiter"))
		items := []any{}
		for _, o := range list {
			items = append(items, g.told(o))
		}
		answer(map[string]any{"kind": "storage#objects", "items": items, "prefixes": folders})
	case r.Method == http.MethodDelete && one:
		if !g.remove(name) {
			refuse(http.StatusNotFound)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet && one && query.Get("alt") != "media":
		o, ok := g.get(name)
		if !ok {
			refuse(http.StatusNotFound)
			return
		}
		answer(g.told(o))
	case r.Method == http.MethodGet:
		if !one {
			name = strings.TrimPrefix(path, "/b/")
		}
		o, ok := g.get(name)
		if !ok {
			refuse(http.StatusNotFound)
			return
		}
		w.Header().Set("X-Goog-Generation", strconv.FormatInt(o.generation, 10))
		w.Header().Set("Content-Type", o.kind)
		http.ServeContent(w, r, "", o.at, strings.NewReader(string(o.body)))
	default:
		refuse(http.StatusNotImplemented)
	}
}

// related reads an upload in two parts: what is said of the object, and the object.
func related(r *http.Request) (o object, err error) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return o, err
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	said, err := parts.NextPart()
	if err != nil {
		return o, err
	}
	var m struct {
		Name, ContentType string
		Metadata          map[string]string
	}
	if err := json.NewDecoder(said).Decode(&m); err != nil {
		return o, err
	}
	media, err := parts.NextPart()
	if err != nil {
		return o, err
	}
	body, err := io.ReadAll(media)
	return object{name: m.Name, kind: m.ContentType, body: body, meta: m.Metadata}, err
}

// azure is a store of the kind azblob.
type azure struct{ *objects }

func (a azure) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code string) {
		w.Header().Set("x-ms-error-code", code)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<?xml version=\"1.0\"?><Error><Code>%s</Code></Error>", code)
	}
	path := strings.TrimPrefix(r.URL.Path, "/account/b")
	name := strings.TrimPrefix(path, "/")
	o, there := a.get(name)
	switch {
	case r.Method == http.MethodGet && name == "":
		a.listing(w, r.URL.Query())
	case r.Method == http.MethodPut && r.URL.Query().Get("comp") == "":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			refuse(http.StatusBadRequest, "InvalidInput")
			return
		}
		o := object{name: name, kind: r.Header.Get("x-ms-blob-content-type"), body: body, meta: map[string]string{}}
		for key, values := range r.Header {
			if rest, ok := strings.CutPrefix(strings.ToLower(key), "x-ms-meta-"); ok {
				o.meta[rest] = values[0]
			}
		}
		if _, ok := a.put(o, r.Header.Get("If-None-Match") == "*"); !ok {
			refuse(http.StatusConflict, "BlobAlreadyExists")
			return
		}
		w.WriteHeader(http.StatusCreated)
	case !there:
		refuse(http.StatusNotFound, "BlobNotFound")
	case r.Method == http.MethodDelete:
		a.remove(name)
		w.WriteHeader(http.StatusAccepted)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		for key, value := range o.meta {
			w.Header().Set("x-ms-meta-"+key, value)
		}
		w.Header().Set("Content-Type", o.kind)
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, o.generation))
		w.Header().Set("x-ms-blob-type", "BlockBlob")
		if span := r.Header.Get("x-ms-range"); span != "" {
			r.Header.Set("Range", span)
		}
		http.ServeContent(w, r, "", o.at, strings.NewReader(string(o.body)))
	default:
		refuse(http.StatusNotImplemented, "NotImplemented")
	}
}

// listing answers what objects there are.
func (a azure) listing(w http.ResponseWriter, query url.Values) {
	type properties struct {
		Modified string `xml:"Last-Modified"`
		Length   int    `xml:"Content-Length"`
		ETag     string `xml:"Etag"`
	}
	type entry struct {
		Name       string
		Properties *properties `xml:",omitempty"`
	}
	var out struct {
		XMLName xml.Name `xml:"EnumerationResults"`
		Blobs   struct {
			Blob       []entry
			BlobPrefix []entry
		}
	}
	list, folders := a.list(query.Get("prefix"), query.Get("delimiter"))
	for _, o := range list {
		out.Blobs.Blob = append(out.Blobs.Blob, entry{o.name, &properties{o.at.Format(http.TimeFormat), len(o.body), fmt.Sprint(o.generation)}})
	}
	for _, f := range folders {
		out.Blobs.BlobPrefix = append(out.Blobs.BlobPrefix, entry{Name: f})
	}
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(out)
}
