package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
)

// turns lets so many at a time.
type turns chan struct{}

// take waits for a turn, not for ever; the function ends it.
func (t turns) take(ctx context.Context, patience time.Duration) (end func(), ok bool) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case t <- struct{}{}:
		return func() { <-t }, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil, false
}

// What pages may do. Those of the report bring their own scripts and styles; an answer of the API is no page at all.
const (
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// guarded is what every request goes through first.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", dataPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		defer s.contain(w, r)
		if what := s.refused(r); what != nil {
			if what.status == http.StatusUnauthorized {
				h.Set("WWW-Authenticate", `Bearer realm="statloom"`)
			}
			s.fail(w, r, what)
			return
		}
		if r.URL.Path != "/healthz" { // whoever looks whether it lives must not wait for others
			end, ok := s.requests.take(r.Context(), s.patience)
			if !ok {
				h.Set("Retry-After", "5")
				s.fail(w, r, &problem{http.StatusServiceUnavailable, "too many requests are under way"})
				return
			}
			defer end()
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// contain keeps a panic of one answer from anything else.
func (s *Server) contain(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	s.Log.Error("an answer broke the program", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
	s.fail(w, r, &problem{http.StatusInternalServerError, "the answer could not be made; the log says more"})
}

// problem is why a request is not answered as the caller wants.
type problem struct {
	status int
	what   string
}

func (p *problem) Error() string { return p.what }

// refused looks at who asks, and where.
func (s *Server) refused(r *http.Request) *problem {
	if !s.named(r.Host) {
		// A page of elsewhere can have its own name lead here, and would then count as one of ours.
		return &problem{http.StatusMisdirectedRequest, "this server is not called so; add the name to serve.hosts"}
	}
	open := r.URL.Path == "/healthz" || r.URL.Path == "/readyz"
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	if reading && (s.Local || open) {
		return nil
	}
	if !reading {
		if s.Token == "" {
			return &problem{http.StatusForbidden, "without a token in serve.token nothing can be asked for but to read"}
		}
		if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
			return &problem{http.StatusForbidden, "pages of elsewhere may not ask for this"}
		}
	}
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	got, want := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.Token))
	if !ok || s.Token == "" || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return &problem{http.StatusUnauthorized, "this takes the token, as Authorization: Bearer"}
	}
	return nil
}

// named reports whether a request's host is a name of this server. For other machines the token decides.
func (s *Server) named(host string) bool {
	if !s.Local {
		return true
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback() || slices.Contains(s.Hosts, host)
	}
	return host == "localhost" || slices.Contains(s.Hosts, host)
}

// fail answers with what is wrong. Of what went wrong in here callers learn nothing.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var p *problem
	var f *fault.Error
	switch {
	case errors.As(err, &p):
	case errors.As(err, &f) && f.Kind == fault.Config:
		p = &problem{http.StatusNotFound, f.Error()}
	case errors.Is(err, context.DeadlineExceeded):
		p = &problem{http.StatusGatewayTimeout, "the answer took too long; ask for less"}
	case r.Context().Err() != nil:
		return // nobody listens any more
	default:
		s.Log.Error("a request failed", "path", r.URL.Path, "reason", s.Hide(err.Error()))
		p = &problem{http.StatusInternalServerError, "the answer could not be made; the log says more"}
	}
	s.answer(w, p.status, map[string]any{"error": s.Hide(p.what), "status": p.status})
}

// answer writes JSON.
func (s *Server) answer(w http.ResponseWriter, status int, value any) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // nothing here is ever read as a page
	if err := enc.Encode(value); err != nil {
		s.Log.Error("an answer cannot be written", "reason", err)
		status = http.StatusInternalServerError
		text.Reset()
		text.WriteString(`{"error":"the answer could not be made; the log says more","status":500}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Del("Content-Length")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // who went away needs no answer
}
