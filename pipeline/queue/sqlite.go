package queue

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/statloom/statloom/pipeline/runlog"
)

// lite is a queue in the SQLite file of the state. One process works on it: a kernel lock sees to that.
type lite struct {
	path   string
	db     *sql.DB
	driver *riversqlite.Driver
	own    *liteSession // the session under way
}

func openSQLite(ctx context.Context, path string) (base, error) {
	db, err := runlog.OpenSQLite(path)
	if err != nil {
		return nil, err
	}
	l := &lite{path: path, db: db, driver: riversqlite.New(db)}
	migrator, err := rivermigrate.New(l.driver, nil)
	if err == nil {
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("make the tables of the queue: %w", err)
	}
	return l, nil
}

func (l *lite) client(c *river.Config) (client, error) {
	c.PollOnly = true
	return river.NewClient(l.driver, c)
}

func (l *lite) executor() riverdriver.Executor { return l.driver.GetExecutor() }
func (l *lite) poll() time.Duration            { return 50 * time.Millisecond }
func (l *lite) grain() time.Duration           { return time.Millisecond }

func (l *lite) close() error {
	if err := l.db.Close(); err != nil {
		return fmt.Errorf("close queue: %w", err)
	}
	return nil
}

func (l *lite) depth(ctx context.Context, prefix string) ([]Depth, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT kind, state, count(*) FROM river_job
		WHERE substr(queue, 1, length(?)) = ? AND state IN ('available', 'running', 'retryable', 'scheduled') GROUP BY 1, 2 ORDER BY 1, 2`, prefix, prefix)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	var list []Depth
	for rows.Next() {
		var d Depth
		if err := rows.Scan(&d.Kind, &d.State, &d.Jobs); err != nil {
			return nil, fmt.Errorf("count jobs: %w", err)
		}
		list = append(list, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return list, nil
}

// liteSession lasts until it is ended: the kernel frees its lock when the process dies.
type liteSession struct {
	id   string
	lock *runlog.Lock
	gone chan struct{}
}

func (l *lite) begin(_ context.Context, random io.Reader) (session, error) {
	key, err := drawKey(random)
	if err != nil {
		return nil, err
	}
	lock, err := runlog.AcquireFile(l.path+".lock", runlog.Holder{Run: "queue", PID: os.Getpid(), Host: hostName(), Started: time.Now()})
	if err != nil {
		return nil, err
	}
	l.own = &liteSession{id: sessionName(key), lock: lock, gone: make(chan struct{})}
	return l.own, nil
}

// alive knows of one session at most. It is asked by that session alone.
func (l *lite) alive(context.Context) (map[string]bool, error) {
	return map[string]bool{l.own.id: true}, nil
}

func (s *liteSession) name() string          { return s.id }
func (s *liteSession) lost() <-chan struct{} { return s.gone }
func (s *liteSession) end() error            { return s.lock.Release() }

func (l *lite) forget(ctx context.Context, before time.Time) error {
	_, err := l.db.ExecContext(ctx, `DELETE FROM river_job WHERE state IN ('available', 'retryable', 'scheduled') AND created_at < ?`,
		before.UTC().Format(time.DateTime))
	if err != nil {
		return fmt.Errorf("remove old jobs: %w", err)
	}
	return nil
}
