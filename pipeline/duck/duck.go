// Package duck is the only owner of DuckDB: Arrow in and out, the vintages of a dataset, and the files of a release.
package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"
)

// StorageVersion is the oldest DuckDB that can read the files made here. Of the formats tried it is the one whose files
// differ least between two builds of the same data: older ones choose string compression by a random sample, newer ones
// carry a random identifier.
const StorageVersion = "v1.3.0"

// catalog is the name under which the database file is attached. The instance itself lives in memory: an Arrow view
// may only ever be registered there, because a view left in a file crashes the next process that opens it.
const catalog = "release"

// Options bound what a database may use. Zero values leave DuckDB's defaults.
type Options struct {
	Memory  string // memory limit as DuckDB writes it: 2GB
	Threads int
	TempDir string // where larger-than-memory work spills; empty: no spilling to disk

	// Scratch says that the file serves until Close and is not opened again: Create then spends nothing on making it durable.
	Scratch bool
}

// DB is an open database file. Its methods are safe for concurrent use. Every call has a connection of its own: a
// temporary table, a SET or an open transaction ends with the call that made it.
type DB struct {
	connector *duckdb.Connector
	pool      *sql.DB
	seq       atomic.Int64 // numbers the names of temporary things
	writing   sync.Mutex   // held by WriteDatabase, which changes a setting of the whole instance
}

// Create makes a database in a fresh file; the file must not exist yet. It comes with the quarantine table and the
// macros of sql/release.sql.
func Create(ctx context.Context, path string, o Options) (*DB, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("create database %s: %w", path, fs.ErrExist)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("create database: %w", err)
	}
	attach := fmt.Sprintf("ATTACH %s AS %s (STORAGE_VERSION %s", Literal(path), Ident(catalog), Literal(StorageVersion))
	setup := []string{attach + ")"}
	if o.Scratch {
		// Nor is it worth bringing the file up to date every 16 MB.
		setup = []string{attach + ", RECOVERY_MODE no_wal_writes)", "SET GLOBAL checkpoint_threshold = '256MB'"}
	}
	db, err := open(ctx, path, o, setup...)
	if err != nil {
		return nil, err
	}
	if err := db.atomically(ctx, releaseSQL); err != nil {
		return nil, errors.Join(fmt.Errorf("create database %s: %w", path, err), db.Close())
	}
	return db, nil
}

//go:embed sql/release.sql
var releaseSQL string

// Open opens a database file for reading. Nothing can be written through it, and SQL run on it reaches neither other
// files nor the network nor the settings.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	attach := fmt.Sprintf("ATTACH %s AS %s (READ_ONLY)", Literal(path), Ident(catalog))
	return open(ctx, path, o, attach, "SET enable_external_access = false", "SET lock_configuration = true")
}

// Before is the catalogue that OpenPair attaches the earlier database as.
const Before = "before"

// OpenPair opens two database files for reading, to compare them: the tables of the later one are found by their names,
// those of the earlier one as before.main.<name>. The catalogue memory takes tables of the caller's.
func OpenPair(ctx context.Context, earlier, later string, o Options) (*DB, error) {
	for _, path := range []string{earlier, later} {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
	}
	attach := "ATTACH %s AS %s (READ_ONLY)"
	return open(ctx, later, o, fmt.Sprintf(attach, Literal(later), Ident(catalog)), fmt.Sprintf(attach, Literal(earlier), Before),
		"SET enable_external_access = false", "SET lock_configuration = true")
}

func open(ctx context.Context, path string, o Options, setup ...string) (*DB, error) {
	attached := false
	connector, err := duckdb.NewConnector(":memory:?"+o.config().Encode(), func(c driver.ExecerContext) error {
		if !attached {
			return nil
		}
		_, err := c.ExecContext(context.Background(), "USE "+Ident(catalog), nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("start DuckDB: %w", err)
	}
	db := &DB{connector: connector, pool: sql.OpenDB(connector)}
	db.pool.SetMaxIdleConns(-1) // connections are cheap; a used one may have settings or a transaction of its user's
	setup = append([]string{"SET GLOBAL TimeZone = 'UTC'"}, setup...)
	for _, stmt := range setup {
		if _, err := db.pool.ExecContext(ctx, stmt); err != nil {
			return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
		}
	}
	attached = true
	return db, nil
}

// config gives the settings that hold for the whole instance. Extensions come linked in; none is ever fetched.
func (o Options) config() url.Values {
	v := url.Values{
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"temp_directory":               {o.TempDir},
	}
	if o.Memory != "" {
		v.Set("memory_limit", o.Memory)
	}
	if o.Threads > 0 {
		v.Set("threads", strconv.Itoa(o.Threads))
	}
	return v
}

// Close writes what is pending and closes the file. Readers that Records gave must have been released.
func (db *DB) Close() error {
	return errors.Join(db.pool.Close(), db.connector.Close())
}

// Exec runs statements; args are bound to the last one.
func (db *DB) Exec(ctx context.Context, sql string, args ...any) error {
	_, err := db.pool.ExecContext(ctx, sql, args...)
	return whole(ctx, err)
}

// Query runs a query; the caller closes the rows.
func (db *DB) Query(ctx context.Context, sql string, args ...any) (*sql.Rows, error) {
	rows, err := db.pool.QueryContext(ctx, sql, args...)
	return rows, whole(ctx, err)
}

// whole adds the context's error to one that DuckDB reports as an interruption.
func whole(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, ctx.Err()) {
		return err
	}
	return errors.Join(ctx.Err(), err)
}

// Ident quotes a name for SQL.
func Ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Literal quotes a text for SQL.
func Literal(text string) string { return `'` + strings.ReplaceAll(text, `'`, `''`) + `'` }
