// Package serve answers over HTTP: the current release's files and report, its figures as JSON, the runs, and how the
// program is. It changes nothing, but for asking for a run, and that takes the token.
package serve

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/pipeline/schedule"
	"github.com/statloom/statloom/pipeline/trace"
)

// History is the run history as far as it is asked here.
type History interface {
	Runs(ctx context.Context, limit int) ([]runlog.Run, error)
	Run(ctx context.Context, id string) (runlog.Run, error)
	Events(ctx context.Context, id string) ([]runlog.Event, error)
}

// Asked is a run that a caller wants.
type Asked struct {
	Sources []string `json:"sources"` // ids of the sources to ask; empty: all
	Full    bool     `json:"full"`    // read every book anew
}

// Options are what the server answers from. Those of a plain type may be left out.
type Options struct {
	Releases *release.Shelf
	History  History
	Report   func(run string) ([]byte, error)                           // the report of a run as JSON; fs.ErrNotExist where there is none
	Texts    func(ctx context.Context, v *trace.Value) error            // looks up what stands in the cells of a traced value
	Begin    func(ctx context.Context, a Asked) (run string, err error) // ErrBusy when a run is going on
	Upcoming func() []schedule.Upcoming
	Ready    func(ctx context.Context) error // why the program cannot do its work; nil when it can
	Metrics  http.Handler

	Token string   // what callers must know; empty: nobody can ask for runs
	Local bool     // it listens on this machine only: reading takes no token
	Hosts []string // further names under which it may be asked
	Duck  duck.Options
	Log   *slog.Logger
	Hide  func(string) string // takes secrets out of texts
}

// ErrBusy says that a run is going on.
var ErrBusy = schedule.ErrBusy

// Limits of what callers may use.
const (
	maxRequests = 64               // at a time
	maxQueries  = 4                // on the database at a time
	queueTime   = 5 * time.Second  // how long a request waits for its turn
	answerTime  = 30 * time.Second // how long an answer may take to be made
	maxBody     = 64 << 10
	maxHeader   = 16 << 10
	slowest     = 64 << 10 // bytes a second at which a file must be taken at least
)

//go:embed openapi.json
var openAPI []byte

// Server answers requests. Close it when no request is under way any more.
type Server struct {
	Options
	stock    *stock
	requests turns
	queries  turns
	patience time.Duration // of a request that waits for its turn
}

// New makes a server.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Hide == nil {
		o.Hide = func(text string) string { return text }
	}
	return &Server{Options: o, stock: &stock{shelf: o.Releases, options: o.Duck}, requests: make(turns, maxRequests), queries: make(turns, maxQueries), patience: queueTime}
}

// Close closes the databases.
func (s *Server) Close() error { return s.stock.close() }

// routes are all that can be asked for.
func (s *Server) routes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /{$}":                           s.front,
		"GET /healthz":                       s.healthy,
		"GET /readyz":                        s.ready,
		"GET /metrics":                       s.metrics,
		"GET /release/{$}":                   s.releases,
		"GET /release/{release}/{file...}":   s.file,
		"GET /api/v1/openapi.json":           s.describe,
		"GET /api/v1/runs":                   s.runs,
		"GET /api/v1/runs/{run}":             s.run,
		"GET /api/v1/runs/{run}/events":      s.events,
		"GET /api/v1/runs/{run}/report":      s.report,
		"POST /api/v1/runs":                  s.begin,
		"GET /api/v1/schedule":               s.schedule,
		"GET /api/v1/release":                s.manifest,
		"GET /api/v1/datasets":               s.datasets,
		"GET /api/v1/datasets/{dataset}":     s.dataset,
		"GET /api/v1/indicators":             s.indicators,
		"GET /api/v1/indicators/{indicator}": s.indicator,
		"GET /api/v1/targets":                s.targets,
		"GET /api/v1/trace/{indicator}":      s.trace,
	}
}

// Handler gives the handler of all requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range s.routes() {
		mux.HandleFunc(pattern, h)
	}
	return s.guarded(mux)
}

// HTTP makes the server that a listener is given to, with all its bounds.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler: s.Handler(), MaxHeaderBytes: maxHeader, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 2 * answerTime, IdleTimeout: time.Minute, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// Listen opens the address. One that other machines can reach is refused without a token.
func Listen(ctx context.Context, address, token string) (l net.Listener, local bool, err error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, false, &fault.Error{Kind: fault.Config, What: "listen on " + address, Err: err, Remedy: "write an address and a port, such as 127.0.0.1:8080"}
	}
	local = loopback(ctx, host)
	if !local && token == "" {
		return nil, false, &fault.Error{
			Kind: fault.Config, What: "listen on " + address + ": other machines could reach it, and there is no token",
			Remedy: "set serve.token to ${STATLOOM_TOKEN:-} and the variable to a long random text, or listen on 127.0.0.1",
		}
	}
	l, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, false, &fault.Error{Kind: fault.Failed, What: "listen on " + address, Err: err, Remedy: "is another program there already?"}
	}
	// What counts is what the system made of the name.
	if tcp, ok := l.Addr().(*net.TCPAddr); !ok || local && !tcp.IP.IsLoopback() {
		return nil, false, errors.Join(&fault.Error{Kind: fault.Config, What: "listen on " + address + ": it is no address of this machine alone"}, l.Close())
	}
	return l, local, nil
}

// loopback reports whether all addresses of a host are of this machine alone.
func loopback(ctx context.Context, host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	if host == "" {
		return false
	}
	ips, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	for _, ip := range ips {
		if !ip.IP.IsLoopback() {
			return false
		}
	}
	return err == nil && len(ips) > 0
}
