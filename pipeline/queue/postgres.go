package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/statloom/statloom/pipeline/pg"
)

type postgres struct {
	pool   *pgxpool.Pool
	driver *riverpgxv5.Driver
}

func openPostgres(ctx context.Context, url string) (base, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		_, err := pg.Config(url)
		return nil, err
	}
	pg.Settle(config.ConnConfig)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, pg.Away(err)
	}
	p := &postgres{pool: pool, driver: riverpgxv5.New(pool)}
	if err := p.migrate(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return p, nil
}

// migrate brings River's tables up to date, one process at a time.
func (p *postgres) migrate(ctx context.Context) error {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return pg.Away(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1, 2)", pg.ClassMigrate); err != nil {
		return pg.Away(err)
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1, 2)", pg.ClassMigrate)
	}()
	migrator, err := rivermigrate.New(p.driver, nil)
	if err == nil {
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	var said *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil && !errors.As(err, &said):
		return pg.Away(err) // nothing came back
	}
	return fmt.Errorf("make the tables of the queue: %w", err)
}

func (p *postgres) client(c *river.Config) (client, error) { return river.NewClient(p.driver, c) }
func (p *postgres) executor() riverdriver.Executor         { return p.driver.GetExecutor() }
func (p *postgres) poll() time.Duration                    { return 200 * time.Millisecond }
func (p *postgres) grain() time.Duration                   { return time.Microsecond }

func (p *postgres) close() error {
	p.pool.Close()
	return nil
}

func (p *postgres) depth(ctx context.Context, prefix string) ([]Depth, error) {
	rows, err := p.pool.Query(ctx, `SELECT kind, state::text, count(*) FROM river_job
		WHERE starts_with(queue, $1) AND state IN ('available', 'running', 'retryable', 'scheduled') GROUP BY 1, 2 ORDER BY 1, 2`, prefix)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Depth])
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return list, nil
}

// begin takes a lock that names the session and lasts as long as its connection.
func (p *postgres) begin(ctx context.Context, random io.Reader) (session, error) {
	for {
		key, err := drawKey(random)
		if err != nil {
			return nil, err
		}
		lock, ok, err := pg.Take(ctx, p.pool.Config().ConnConfig, pg.ClassSession, int32(key))
		if err != nil {
			return nil, err
		}
		if ok {
			return pgSession{key, lock}, nil
		}
	}
}

func (p *postgres) alive(ctx context.Context) (map[string]bool, error) {
	rows, err := p.pool.Query(ctx, `SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, pg.ClassSession)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	names := map[string]bool{}
	for _, k := range keys {
		names[sessionName(uint32(k))] = true
	}
	return names, nil
}

// pgSession lasts as long as its lock.
type pgSession struct {
	key  uint32
	lock *pg.Lock
}

func (s pgSession) name() string          { return sessionName(s.key) }
func (s pgSession) lost() <-chan struct{} { return s.lock.Lost() }

func (s pgSession) end() error {
	s.lock.Release()
	return nil
}

func (p *postgres) forget(ctx context.Context, before time.Time) error {
	_, err := p.pool.Exec(ctx, `DELETE FROM river_job WHERE state IN ('available', 'retryable', 'scheduled') AND created_at < $1`, before)
	if err != nil {
		return fmt.Errorf("remove old jobs: %w", err)
	}
	return nil
}
