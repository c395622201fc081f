// Package runlog keeps the history of runs, in SQLite or in a Postgres database that machines share, and the locks that let
// only one run at a time.
package runlog

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"modernc.org/sqlite" // also the driver "sqlite"

	"github.com/statloom/statloom/pipeline/pg"
)

// Status says how a run stands.
type Status string

const (
	Running      Status = "running"
	Done         Status = "done"          // a release was published
	Unchanged    Status = "unchanged"     // no source had anything new, the current release stays
	Failed       Status = "failed"        // the run stopped with an error, the current release stays
	ChecksFailed Status = "checks_failed" // the candidate was set aside, the current release stays
	Interrupted  Status = "interrupted"   // the process ended without finishing the run
	Skipped      Status = "skipped"       // it was due and did not begin; the message says why
)

// Run is one run of the pipeline.
type Run struct {
	ID         string           `json:"id"`
	Started    time.Time        `json:"started"`
	Finished   time.Time        `json:"finished,omitzero"`
	Status     Status           `json:"status"`
	ExitCode   *int             `json:"exit_code,omitempty"` // none while it runs and when it was interrupted
	Release    string           `json:"release,omitempty"`
	ConfigHash string           `json:"config_hash,omitempty"`
	Trigger    string           `json:"trigger,omitempty"` // what started it: manual, schedule, ...
	Counters   map[string]int64 `json:"counters,omitempty"`
	Message    string           `json:"message,omitempty"`
}

// Outcome is what Finish adds to a run.
type Outcome struct {
	Finished time.Time
	Status   Status
	ExitCode int
	Release  string
	Counters map[string]int64
	Message  string
}

// Event is something that happened in a run. Texts are stored as they are given: the caller removes secrets first.
type Event struct {
	RunID   string         `json:"run_id"`
	At      time.Time      `json:"at"`
	Step    string         `json:"step"`              // pull, read, load, check, compute, publish, ...
	Subject string         `json:"subject,omitempty"` // the source, dataset or indicator it is about
	Level   slog.Level     `json:"level"`
	Message string         `json:"message"`
	Fields  map[string]any `json:"fields,omitempty"`
}

// Log is the run history. It is safe for concurrent use; other processes may read it meanwhile.
type Log struct {
	db     database
	tables tables
	shared *pgx.ConnConfig // of the database that machines share; nil: the history is a file

	mu      sync.Mutex
	pending []pendingEvent // events wait here, so that a busy step costs one transaction and not one an event
}

const (
	batchEvents = 128             // pending events are written at this number at the latest,
	batchAge    = 2 * time.Second // or when the oldest is this old as the next one comes,
	batchLevel  = slog.LevelWarn  // or at once from this level on: they matter most if the process dies

	openTries  = 40
	openPause  = 50 * time.Millisecond
	sqliteBusy = 5 // SQLITE_BUSY

	finishPatience = 10 * time.Second // how long Finish may take although its context has ended
)

// Open opens the history in a SQLite file or, given a URL that begins with postgres://, in a database that machines share,
// making it or bringing its schema up to date where needed.
func Open(ctx context.Context, where string) (*Log, error) {
	if pg.IsURL(where) {
		return openPostgres(ctx, where)
	}
	db, err := OpenSQLite(where)
	if err != nil {
		return nil, err
	}
	l := &Log{db: database{DB: db}, tables: sqliteTables}
	// Processes that open a new file at the same time get in each other's way in spite of busy_timeout: the change to WAL
	// does not wait.
	for try := 1; ; try++ {
		err := l.migrate(ctx, where)
		if err == nil {
			return l, nil
		}
		var s *sqlite.Error
		if !errors.As(err, &s) || s.Code()&0xff != sqliteBusy || try == openTries || ctx.Err() != nil {
			db.Close()
			return nil, err
		}
		time.Sleep(openPause)
	}
}

// OpenSQLite opens a SQLite file of the state, making it if need be.
func OpenSQLite(path string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("locate run log: %w", err)
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(abs), RawQuery: "_txlock=immediate" +
		"&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open run log %s: %w", path, err)
	}
	db.SetMaxOpenConns(1) // SQLite has one writer; queueing here is kinder than retrying there
	return db, nil
}

// Close writes what is pending and closes the history.
func (l *Log) Close() error {
	err := l.Flush(context.Background())
	if cerr := l.db.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("close run log: %w", cerr)
	}
	return err
}

// NewID makes an id for a run that starts now: ids sort by time and can be read, as in 20260102T030405Z-9f3c.
func NewID(now time.Time, random io.Reader) (string, error) {
	var b [2]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("draw run id: %w", err)
	}
	return now.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:]), nil
}
