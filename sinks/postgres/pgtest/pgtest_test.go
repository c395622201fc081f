package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/statloom/statloom/sinks/postgres/pgtest"
)

func TestServersAreApart(t *testing.T) {
	one, two := connect(t, pgtest.Server(t)), connect(t, pgtest.Server(t))
	if _, err := one.Exec(t.Context(), "CREATE TABLE tỉnh (tên text)"); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Exec(t.Context(), "SELECT * FROM tỉnh"); err == nil {
		t.Error("a table of one server is seen in another")
	}
	var encoding string
	if err := one.QueryRow(t.Context(), "SHOW server_encoding").Scan(&encoding); err != nil || encoding != "UTF8" {
		t.Errorf("encoding %q, %v", encoding, err)
	}
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}
