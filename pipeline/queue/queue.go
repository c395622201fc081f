// Package queue has the parts of runs done as jobs, by River: on SQLite in one process, or on Postgres by any number of
// processes that share the lake. A job that is asked for twice is done once; one whose process has died is done again by
// another as soon as that is seen; one that keeps failing is set aside with the reason.
//
// Which processes are alive is told by locks that the database, or the kernel, frees when a process ends, however it
// ends. A process works in sessions: as long as it holds its lock. A process that loses the database gives up what it was
// doing, and begins a new session once the database is back.
package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/pg"
)

// Options say where the queue is and how this process works on it.
type Options struct {
	State  string // the URL of a Postgres database (postgres://...), or the path of a SQLite file
	Group  string // who may do each other's jobs: processes of the same program with the same configuration
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader

	Readers int           // books read at a time; default 2
	Pullers int           // sources pulled at a time; default 8
	Grace   time.Duration // how long jobs may go on when the process is told to stop; default 30 s
	Tries   int           // how often a process may die of the same job before it is set aside; default 5

	StepTime time.Duration // how long loading, computing and publishing may take, each; default 6 h
}

func (o Options) withDefaults() Options {
	if o.Readers == 0 {
		o.Readers = 2
	}
	if o.Pullers == 0 {
		o.Pullers = 8
	}
	if o.Grace == 0 {
		o.Grace = 30 * time.Second
	}
	if o.Tries == 0 {
		o.Tries = 5
	}
	if o.StepTime == 0 {
		o.StepTime = stepTime
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Queue is an open queue. It is safe for concurrent use.
type Queue struct {
	Options
	base   base
	client client // inserts and asks, works on nothing
	own    string // names the queue of the jobs that this process alone can do
	steps  *steps
}

// client is what this package needs of River's client; the type of its transactions plays no part in it.
type client interface {
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error)
	InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
	JobCancel(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobDelete(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobGet(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	Stopped() <-chan struct{}
}

// base is a database that holds queues.
type base interface {
	client(c *river.Config) (client, error)
	executor() riverdriver.Executor
	// begin begins a session.
	begin(ctx context.Context, random io.Reader) (session, error)
	// alive gives the names of all sessions under way.
	alive(ctx context.Context) (map[string]bool, error)
	// depth counts the jobs of a group that wait or run, by kind and state.
	depth(ctx context.Context, group string) ([]Depth, error)
	// forget removes jobs that nobody has begun since they were put there before a time: their group is no more.
	forget(ctx context.Context, before time.Time) error
	poll() time.Duration  // how often to look for what nothing tells of
	grain() time.Duration // times that differ by less are the same there
	close() error
}

// session is a time in which a process is known to be alive.
type session interface {
	name() string
	lost() <-chan struct{} // closed when others may take the process for dead
	end() error
}

// Open opens a queue, making its tables or bringing them up to date where needed.
func Open(ctx context.Context, o Options) (*Queue, error) {
	o = o.withDefaults()
	var b base
	var err error
	if pg.IsURL(o.State) {
		b, err = openPostgres(ctx, o.State)
	} else {
		b, err = openSQLite(ctx, o.State)
	}
	if err != nil {
		return nil, err
	}
	c, err := b.client(&river.Config{Logger: quiet(o.Log)})
	if err != nil {
		_ = b.close()
		return nil, fmt.Errorf("open queue: %w", err)
	}
	key, err := drawKey(o.Random)
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return &Queue{
		Options: o, base: b, client: c, own: fmt.Sprintf("own_%08x", key),
		steps: &steps{waiting: map[pipeline.StepTask]chan *leave{}, closing: make(chan struct{})},
	}, nil
}

// quiet gives a log that hears of River's troubles and not of its doings.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(fromWarn{log.Handler()}) }

// fromWarn lets warnings and errors through.
type fromWarn struct{ slog.Handler }

func (h fromWarn) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}
func (h fromWarn) WithAttrs(attrs []slog.Attr) slog.Handler {
	return fromWarn{h.Handler.WithAttrs(attrs)}
}
func (h fromWarn) WithGroup(name string) slog.Handler { return fromWarn{h.Handler.WithGroup(name)} }

// Close closes the queue. Jobs stay in it.
func (q *Queue) Close() error { return q.base.close() }

// Depth counts jobs that wait or run.
type Depth struct {
	Kind  string // pull, read, load, compute, publish, run
	State string // available, running, retryable, scheduled
	Jobs  int64
}

// Depth counts the jobs that wait or run.
func (q *Queue) Depth(ctx context.Context) ([]Depth, error) { return q.base.depth(ctx, q.prefix()) }

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// prefix begins the names of the group's queues.
func (q *Queue) prefix() string {
	return "g" + strings.Trim(notName.ReplaceAllString(strings.ToLower(q.Group), ""), "_") + "_"
}

// lane names the queue of a kind of job: each has its own, so that a long one does not keep short ones waiting.
func (q *Queue) lane(kind string) string { return q.prefix() + kind }

// hostName names this machine in messages.
func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "host"
	}
	return host
}

// Hands do jobs: a *pipeline.Runner.
type Hands interface {
	PullSource(ctx context.Context, task pipeline.PullTask) (pipeline.PullReport, error)
	ReadBook(ctx context.Context, task pipeline.ReadTask) (pipeline.ReadReport, error)
}

// Runs does whole runs.
type Runs func(ctx context.Context, task RunTask) (RunReport, error)
