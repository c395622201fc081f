package pg_test

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/statloom/statloom/pipeline/pg"
)

// What a lost connection is told from: what the database itself says of a question is no such thing.
func TestLost(t *testing.T) {
	_, refused := pgx.Connect(t.Context(), "postgres://nobody@127.0.0.1:1/nothing")
	if refused == nil {
		t.Fatal("there is a database where none can be")
	}
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"refused", refused, true},
		{"broken pipe", fmt.Errorf("ask: %w", &net.OpError{Op: "write", Err: errors.New("broken pipe")}), true},
		{"shut down", &pgconn.PgError{Code: "57P01"}, true},
		{"connection exception", &pgconn.PgError{Code: "08006"}, true},
		{"wrong question", &pgconn.PgError{Code: "42P01"}, false},
		{"joined", errors.Join(errors.New("x"), refused), true},
		{"anything else", errors.New("no such column"), false},
	} {
		if got := pg.Lost(c.err); got != c.want {
			t.Errorf("%s: %v, want %v: %v", c.name, got, c.want, c.err)
		}
	}
}
