// Package pg reaches the Postgres database in which machines share their state, and holds locks there that become free
// when their holder is gone.
package pg

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/statloom/statloom/pipeline/fault"
)

// IsURL reports whether a text is the URL of a Postgres database.
func IsURL(text string) bool {
	return strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
}

// Config reads the URL of a database. Its error does not show the password.
func Config(url string) (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Config, What: "state is not the URL of a database", Err: err, Remedy: "postgres://user@host/database"}
	}
	Settle(c)
	return c, nil
}

// Settle sets what every connection should have and the URL may set otherwise: a name, and that the database notices within
// half a minute that a machine has gone away without a word, so that its locks become free.
func Settle(c *pgx.ConnConfig) {
	for name, value := range map[string]string{
		"application_name": "statloom", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
	} {
		if _, given := c.RuntimeParams[name]; !given {
			c.RuntimeParams[name] = value
		}
	}
}

// Away makes an error of a database that does not answer.
func Away(err error) error {
	return &fault.Error{
		Kind: fault.Unavailable, What: "the database of the state cannot be reached", Err: err,
		Remedy: "see whether it is up and the URL under state is right",
	}
}

// Lost reports whether an error is one of a connection, and not of what was asked for: the database, or the way to it, is
// gone.
func Lost(err error) bool {
	var said *pgconn.PgError
	var connecting *pgconn.ConnectError
	var network *net.OpError
	switch {
	case errors.As(err, &said):
		return strings.HasPrefix(said.Code, "08") || strings.HasPrefix(said.Code, "57P") // connection trouble; it is being shut down, or begins
	case errors.As(err, &connecting), errors.As(err, &network):
		return true
	}
	return pgconn.SafeToRetry(err) // the connection was found closed
}

// The first half of the keys of advisory locks; the second half tells the locks of a class apart.
const (
	ClassMigrate int32 = 0x73744c01 // held while tables are made
	ClassSession int32 = 0x73744c02 // held by a process as long as it works on jobs
	ClassRun     int32 = 0x73744c03 // held by the one process that builds and publishes
	ClassLead    int32 = 0x73744c04 // held by the one process that keeps the schedule
)

const (
	askEvery   = 2 * time.Second // how often a connection that holds a lock is looked at
	answerTime = 5 * time.Second // how long the database may take to answer then
)

// Lock is an advisory lock. The database frees it when the connection that took it ends, and that is when the process ends,
// however it ends.
type Lock struct {
	conn *pgx.Conn
	lost chan struct{}
	stop context.CancelFunc
	done sync.WaitGroup
}

// Take takes a lock on a connection of its own. ok is false when somebody else holds it.
func Take(ctx context.Context, c *pgx.ConnConfig, class, key int32) (l *Lock, ok bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return nil, false, Away(err)
	}
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", class, key).Scan(&ok); err != nil {
		return nil, false, errors.Join(Away(err), conn.Close(ctx))
	}
	if !ok {
		return nil, false, conn.Close(ctx)
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	l = &Lock{conn: conn, lost: make(chan struct{}), stop: stop}
	l.done.Go(func() { l.watch(watch) })
	return l, true, nil
}

// watch looks after the connection until it ends.
func (l *Lock) watch(ctx context.Context) {
	defer close(l.lost)
	for {
		// Waiting for a word that nobody sends hears at once of a connection that is closed.
		listen, cancel := context.WithTimeout(ctx, askEvery)
		_, err := l.conn.WaitForNotification(listen)
		cancel()
		if ctx.Err() != nil || l.conn.IsClosed() || err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return
		}
		ask, cancel := context.WithTimeout(ctx, answerTime)
		err = l.conn.Ping(ask)
		cancel()
		if err != nil {
			return
		}
	}
}

// Lost is closed when the lock may be somebody else's.
func (l *Lock) Lost() <-chan struct{} { return l.lost }

// Release frees the lock.
func (l *Lock) Release() {
	l.stop()
	l.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	_ = l.conn.Close(ctx) // it may be gone already
}
