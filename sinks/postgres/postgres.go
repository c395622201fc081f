// Package postgres publishes a release as a schema of a Postgres database. Everything happens in one transaction: readers see
// the release before until they see the new one, and a run that dies leaves nothing.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
)

// Options are the sink's options in the configuration.
type Options struct {
	URL    string   `yaml:"url" json:"url" jsonschema:"description=Where the database is: postgres://user:${NAME}@host/database,required"`
	Schema string   `yaml:"schema" json:"schema,omitempty" jsonschema:"description=Schema that holds the release; the one before stays beside it as <schema>_before,default=statloom"`
	Tables []string `yaml:"tables" json:"tables,omitempty" jsonschema:"description=Tables to write; default all"`
}

// nameLimit is how many bytes of a name Postgres keeps.
const nameLimit = 63

const (
	nextSuffix   = "_next"   // while it is filled
	beforeSuffix = "_before" // once it is replaced
)

// Check implements kind.Checker.
func (o Options) Check() []kind.Complaint {
	var found []kind.Complaint
	if o.URL == "" {
		found = append(found, kind.Complaint{Key: "url", What: "it is missing", Want: "postgres://user:${NAME}@host/database"})
	} else if _, err := pgx.ParseConfig(o.URL); err != nil {
		found = append(found, kind.Complaint{Key: "url", What: "it is no address of a Postgres database", Want: "postgres://user:${NAME}@host/database"})
	}
	switch {
	case o.Schema == "" || len(o.Schema)+len(beforeSuffix) > nameLimit || strings.ContainsRune(o.Schema, 0):
		found = append(found, kind.Complaint{Key: "schema", What: fmt.Sprintf("%q is not the name of a schema", o.Schema), Want: "a name of at most 56 bytes, such as statloom"})
	case o.Schema == "public" || strings.HasPrefix(o.Schema, "pg_") || o.Schema == "information_schema":
		found = append(found, kind.Complaint{Key: "schema", What: o.Schema + " holds what is not ours", Want: "a schema of its own, such as statloom"})
	}
	return found
}

// Kind makes the sink known to the configuration.
func Kind() kind.Kind[sinks.Sink] {
	return kind.New("postgres", "Writes a schema of a Postgres database, replaced as a whole.",
		func() Options { return Options{Schema: "statloom"} },
		func(_ context.Context, _ kind.Env, o Options) (sinks.Sink, error) { return New(o), nil })
}

// New makes the sink of checked options.
func New(o Options) sinks.Sink { return &sink{options: o} }

type sink struct {
	options Options
	release sinks.Release

	seen map[string]bool

	conn      *pgx.Conn
	tx        pgx.Tx // from Begin to Commit
	committed bool
	replaced  bool // there was a release before
}

// Remote implements sinks.Remote.
func (s *sink) Remote() bool { return true }

func (s *sink) next() string   { return s.options.Schema + nextSuffix }
func (s *sink) before() string { return s.options.Schema + beforeSuffix }

// Begin connects and makes an empty schema that only this transaction sees.
func (s *sink) Begin(ctx context.Context, r sinks.Release) error {
	s.release, s.seen, s.committed, s.replaced = r, map[string]bool{}, false, false
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := s.begin(ctx); err != nil {
		return errors.Join(err, s.close(ctx))
	}
	return nil
}

func (s *sink) connect(ctx context.Context) (err error) {
	if s.conn, err = pgx.Connect(ctx, s.options.URL); err != nil {
		s.conn = nil
		return &fault.Error{Kind: fault.Unavailable, What: "connect to Postgres", Err: err, Remedy: "see that the server runs and the sink's url is right"}
	}
	return nil
}

func (s *sink) begin(ctx context.Context) (err error) {
	if s.tx, err = s.conn.Begin(ctx); err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	var alone bool
	err = s.tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", "statloom "+s.options.Schema).Scan(&alone)
	if err != nil {
		return fmt.Errorf("lock the schema: %w", err)
	}
	if !alone {
		return &fault.Error{Kind: fault.Locked, What: fmt.Sprintf("another run writes the schema %q of this database", s.options.Schema), Remedy: "wait for it to end"}
	}
	for _, schema := range []string{s.options.Schema, s.before(), s.next()} {
		ours, there, err := s.ours(ctx, schema)
		if err != nil {
			return err
		}
		if there && !ours {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the schema %q holds what is not a release", schema), Remedy: "give the sink another schema"}
		}
		if there && schema == s.options.Schema {
			s.replaced = true
		}
	}
	if _, err := s.tx.Exec(ctx, "CREATE SCHEMA "+ident(s.next())); err != nil {
		return fmt.Errorf("make the schema %s: %w", s.next(), err)
	}
	return s.comment(ctx, "SCHEMA "+ident(s.next()), s.describe())
}

// signature begins the comment of every schema that holds a release.
const signature = "statloom release "

func (s *sink) describe() string {
	text := signature + s.release.ID + ": " + s.release.Name.In(s.release.Language)
	if s.release.Illustrative {
		text += " - illustrative figures, số liệu minh hoạ"
	}
	return text
}

// ours reports whether a schema is there and holds a release.
func (s *sink) ours(ctx context.Context, schema string) (ours, there bool, err error) {
	var comment *string
	err = s.tx.QueryRow(ctx, "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = $1", schema).Scan(&comment)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("look for the schema %s: %w", schema, err)
	}
	return comment != nil && strings.HasPrefix(*comment, signature), true, nil
}

// Commit swaps the schemas and lets readers see it.
func (s *sink) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, name := range s.options.Tables {
		if !s.seen[name] {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the release has no table %q to write to Postgres", name), Remedy: "correct the sink's option tables"}
		}
	}
	if err := s.swap(ctx); err != nil {
		return busy(err)
	}
	if err := s.tx.Commit(ctx); err != nil {
		return busy(fmt.Errorf("commit: %w", err))
	}
	s.committed = true
	return s.close(ctx)
}

// busy says what to do about a table that a reader holds.
func busy(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "55P03" {
		return &fault.Error{Kind: fault.Unavailable, What: "a reader holds a table of the release before the last", Err: err, Remedy: "end its query, or run again later"}
	}
	return err
}

// Abort takes back what was done. After a Commit it puts the release before in place again.
func (s *sink) Abort(ctx context.Context) error {
	if s.committed {
		s.committed = false
		if err := s.restore(ctx); err != nil {
			return fmt.Errorf("put the release before back in place: %w", err)
		}
		return nil
	}
	return s.close(ctx)
}

// close ends the connection, and with it a transaction that is not committed.
func (s *sink) close(ctx context.Context) error {
	conn := s.conn
	s.conn, s.tx = nil, nil
	if conn == nil || conn.IsClosed() {
		return nil
	}
	if err := conn.Close(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("close the connection to Postgres: %w", err)
	}
	return nil
}

func ident(name string) string { return pgx.Identifier{name}.Sanitize() }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func (s *sink) comment(ctx context.Context, on, text string) error {
	// E'' is the same under every setting of standard_conforming_strings.
	_, err := s.tx.Exec(ctx, "COMMENT ON "+on+" IS E"+strings.ReplaceAll(literal(strings.ReplaceAll(text, "\x00", "")), `\`, `\\`))
	if err != nil {
		return fmt.Errorf("comment on %s: %w", on, err)
	}
	return nil
}
