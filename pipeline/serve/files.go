package serve

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/release"
)

// types are the media types of files that systems do not agree on.
func types() map[string]string {
	return map[string]string{
		".parquet": "application/vnd.apache.parquet", ".duckdb": "application/vnd.duckdb", ".json": "application/json",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".csv": "text/csv; charset=utf-8",
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
		".svg": "image/svg+xml", ".xml": "application/xml", ".md": "text/markdown; charset=utf-8", ".txt": "text/plain; charset=utf-8",
		".png": "image/png",
	}
}

// file gives a file of a release, whole or in ranges.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	id, name := r.PathValue("release"), r.PathValue("file")
	o, leave, err := s.stock.take(id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer leave()
	if name == "" {
		s.fileList(w, o)
		return
	}
	if strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	tag := `"` + o.ID + `"`
	if name != release.ManifestName {
		entry, ok := o.listed(name)
		if !ok {
			s.fail(w, r, &problem{http.StatusNotFound, "the release has no such file"})
			return
		}
		tag = `"` + entry.SHA256 + `"`
	}
	f, err := o.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		err = &problem{http.StatusNotFound, "the release has been removed"}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("X-Statloom-Release", o.ID)
	kind, known := types()[path.Ext(name)]
	if !known {
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", pagePolicy)
	if h.Set("Cache-Control", "private, no-cache"); id == o.ID {
		h.Set("Cache-Control", "private, max-age=31536000, immutable") // a release never changes
	}
	// Who takes a large file may have time for it, but not for ever.
	allowed := 2*answerTime + time.Duration(info.Size()/slowest)*time.Second
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(allowed)) // a test's writer has none
	http.ServeContent(w, r, name, o.Created, f)
}

// fileList lists the files of a release, with addresses that stay the same.
func (s *Server) fileList(w http.ResponseWriter, o *opened) {
	type entry struct {
		Path   string `json:"path"`
		URL    string `json:"url"`
		Bytes  int64  `json:"bytes"`
		SHA256 string `json:"sha256"`
	}
	list := make([]entry, 0, len(o.Files))
	for _, f := range o.Files {
		list = append(list, entry{f.Path, "/release/" + o.ID + "/" + (&url.URL{Path: f.Path}).EscapedPath(), f.Bytes, f.SHA256})
	}
	w.Header().Set("X-Statloom-Release", o.ID)
	s.answer(w, http.StatusOK, map[string]any{"release": o.ID, "created": o.Created, "illustrative": o.Illustrative, "files": list})
}

// releases lists the releases that are kept.
func (s *Server) releases(w http.ResponseWriter, r *http.Request) {
	list, err := s.Releases.List()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	type entry struct {
		Release string    `json:"release"`
		Current bool      `json:"current"`
		Created time.Time `json:"created"`
		URL     string    `json:"url"`
	}
	out := []entry{}
	for _, i := range list {
		if i.Damage == nil {
			out = append(out, entry{i.ID, i.Current, i.Created, "/release/" + i.ID + "/"})
		}
	}
	s.answer(w, http.StatusOK, map[string]any{"releases": out})
}

// front leads to the report of the current release, by an address that keeps to that release.
func (s *Server) front(w http.ResponseWriter, r *http.Request) {
	o, leave, err := s.stock.take("")
	if err != nil && !errors.Is(err, errNoRelease) {
		s.fail(w, r, err)
		return
	}
	if err == nil {
		defer leave()
		for _, f := range o.Files {
			if path.Base(f.Path) == "index.html" && strings.Count(f.Path, "/") == 1 {
				http.Redirect(w, r, "/release/"+o.ID+"/"+(&url.URL{Path: f.Path}).EscapedPath(), http.StatusFound)
				return
			}
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := frontPage.Execute(w, o); err != nil {
		s.Log.Debug("the front page was not taken", "reason", err)
	}
}

// frontPage stands in where the release holds no report.
var frontPage = template.Must(template.New("front").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>statloom</title></head><body><h1>statloom</h1>
{{if .}}<p>Release {{.ID}}</p><ul>{{$id := .ID}}{{range .Files}}<li><a href="/release/{{$id}}/{{.Path}}">{{.Path}}</a> ({{.Bytes}} bytes)</li>{{end}}</ul>
{{else}}<p>There is no release yet.</p>{{end}}
<p><a href="/api/v1/openapi.json">API</a></p></body></html>
`))

// notModified answers 304 to who has the answer already. An answer over a release is the same as long as the release is.
func notModified(w http.ResponseWriter, r *http.Request, o *opened) bool {
	tag := fmt.Sprintf(`W/"%s"`, o.ID)
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("X-Statloom-Release", o.ID)
	if r.Header.Get("If-None-Match") != tag {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}
