package pgtest_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/statloom/statloom/sinks/postgres/pgtest"
)

// What was committed is there after the server was killed.
func TestMortal(t *testing.T) {
	t.Parallel()
	address, again := pgtest.Mortal(t)
	do := func(sql string) int {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		var n int
		if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 7 AS n"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again(50 * time.Millisecond)
		if n := do("SELECT n FROM kept"); n != 7 {
			t.Errorf("after a kill the table has %d", n)
		}
	}
	if conn.Ping(t.Context()) == nil {
		t.Error("a connection outlived the server")
	}
}
