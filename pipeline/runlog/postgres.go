package runlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/pg"
)

var postgresTables = tables{
	files:    "schema/postgres/*.sql",
	versions: `CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, file TEXT NOT NULL)`,
	lock:     fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d, 1)`, pg.ClassMigrate),
}

// connections is how many the history has open at most.
const connections = 4

func openPostgres(ctx context.Context, url string) (*Log, error) {
	c, err := pg.Config(url)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(connections)
	l := &Log{db: database{DB: db, numbered: true}, tables: postgresTables, shared: c}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, pg.Away(err)
	}
	if err := l.migrate(ctx, "in the database "+c.Database); err != nil {
		db.Close()
		return nil, err
	}
	return l, nil
}

// Share makes a lock that is held in this machine's data folder hold on all machines that share the history: it takes a lock
// in their database as well. Where the history is a file, there is nothing to do.
func (l *Log) Share(ctx context.Context, held *Lock) error {
	if l.shared == nil {
		return nil
	}
	lock, ok, err := l.take(ctx, pg.ClassRun)
	if err != nil {
		return err
	}
	if !ok {
		return l.elsewhere(ctx)
	}
	text, err := json.Marshal(held.holder)
	if err == nil {
		_, err = l.db.ExecContext(ctx, `INSERT INTO lock_holder (holder) VALUES (?) ON CONFLICT (one) DO UPDATE SET holder = excluded.holder`, string(text))
	}
	if err != nil {
		lock.Release()
		return fmt.Errorf("write who holds the run lock: %w", err)
	}
	held.shared = lock
	return nil
}

// Lead makes this process the one that keeps the schedule, of all that share the history; ok is false when another one is.
func (l *Log) Lead(ctx context.Context) (lock *pg.Lock, ok bool, err error) {
	return l.take(ctx, pg.ClassLead)
}

// take takes a lock of the database that holds the history.
func (l *Log) take(ctx context.Context, class int32) (*pg.Lock, bool, error) {
	schema := ""
	if err := l.db.QueryRowContext(ctx, `SELECT current_schema()`).Scan(&schema); err != nil {
		return nil, false, pg.Away(err)
	}
	key := fnv.New32a()
	key.Write([]byte(schema)) // two pipelines may share a database by a schema each
	return pg.Take(ctx, l.shared, class, int32(key.Sum32()))
}

// elsewhere makes the error that says who holds the shared lock.
func (l *Log) elsewhere(ctx context.Context) error {
	var text string
	var h Holder
	err := l.db.QueryRowContext(ctx, `SELECT holder FROM lock_holder`).Scan(&text)
	if err == nil {
		err = json.Unmarshal([]byte(text), &h)
	}
	e := locked("", h, err)
	var f *fault.Error
	if err == nil && errors.As(e, &f) {
		f.Remedy = fmt.Sprintf("wait until it has ended or stop process %d on %s; the lock frees itself when the process ends", h.PID, h.Host)
	}
	return e
}
