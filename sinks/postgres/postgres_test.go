package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/postgres"
	"github.com/statloom/statloom/sinks/postgres/pgtest"
	"github.com/statloom/statloom/sinks/sinktest"
)

// empty removes what the test before left in a database.
func empty(t *testing.T, address string) string {
	t.Helper()
	exec(t, connect(t, address), "DROP SCHEMA IF EXISTS statloom, statloom_before, statloom_next, public CASCADE", "CREATE SCHEMA public")
	return address
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func exec(t *testing.T, conn *pgx.Conn, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// texts gives the rows of a query as texts.
func texts(t *testing.T, conn *pgx.Conn, sql string, args ...any) [][]string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]string, error) {
		values, err := row.Values()
		line := make([]string, len(values))
		for i, v := range values {
			if line[i] = sinktest.Null; v != nil {
				line[i] = fmt.Sprint(v)
			}
		}
		return line, err
	})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return found
}

func TestPostgres(t *testing.T) {
	address := pgtest.Server(t)
	t.Run("Suite", func(t *testing.T) { suite(t, address) })
	t.Run("GrantsAndViewsAreKept", func(t *testing.T) { keeps(t, empty(t, address)) })
	t.Run("ReadersSeeOneRelease", func(t *testing.T) { readers(t, empty(t, address)) })
	t.Run("AbortPutsTheReleaseBeforeBack", func(t *testing.T) { putsBack(t, empty(t, address)) })
	t.Run("RefusesWhatIsNotOurs", func(t *testing.T) { refuses(t, empty(t, address)) })
	t.Run("OneRunAtATime", func(t *testing.T) { alone(t, empty(t, address)) })
	t.Run("Types", func(t *testing.T) { types(t, empty(t, address)) })
	t.Run("Descriptions", func(t *testing.T) { describes(t, empty(t, address)) })
}

func suite(t *testing.T, address string) {
	sinktest.Run(t, sinktest.Suite{
		New: func(t *testing.T) sinks.Sink {
			k := postgres.Kind()
			o := k.Options().(*postgres.Options)
			o.URL = empty(t, address)
			sink, err := k.Build(t.Context(), kind.Env{}, o)
			if err != nil {
				t.Fatal(err)
			}
			return sink
		},
		Store: ducktest.Store,
		Read: func(t *testing.T, r sinks.Release) map[string]sinktest.Content {
			conn := connect(t, address)
			exec(t, conn, "SET timezone = 'UTC'")
			found := map[string]sinktest.Content{}
			for _, table := range texts(t, conn, "SELECT tablename FROM pg_tables WHERE schemaname = 'statloom'") {
				found[table[0]] = content(t, conn, table[0])
			}
			return found
		},
		Left: func(t *testing.T, r sinks.Release) (left []string) {
			for _, row := range texts(t, connect(t, address), "SELECT nspname FROM pg_namespace WHERE nspname LIKE '%statloom%'") {
				left = append(left, row[0])
			}
			return left
		},
	})
}

func content(t *testing.T, conn *pgx.Conn, table string) sinktest.Content {
	t.Helper()
	duck := map[string]string{"text": "VARCHAR", "double precision": "DOUBLE", "integer": "INTEGER", "bigint": "BIGINT", "boolean": "BOOLEAN", "date": "DATE",
		"timestamp with time zone": "TIMESTAMP WITH TIME ZONE"}
	var c sinktest.Content
	var parts []string
	for _, row := range texts(t, conn, "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'statloom' AND table_name = $1 ORDER BY ordinal_position", table) {
		c.Columns, c.Types = append(c.Columns, row[0]), append(c.Types, duck[row[1]])
		parts = append(parts, pgx.Identifier{row[0]}.Sanitize()+"::text")
	}
	c.Rows = texts(t, conn, "SELECT "+strings.Join(parts, ", ")+" FROM statloom."+pgx.Identifier{table}.Sanitize())
	if len(c.Rows) == 0 {
		c.Rows = nil
	}
	return c
}

// publish begins a release of fixtures and writes them.
func publish(t *testing.T, address, id string, fixtures ...sinktest.Fixture) sinks.Sink {
	t.Helper()
	store, tables := ducktest.Store(t, fixtures)
	sink := postgres.New(postgres.Options{URL: address, Schema: "statloom"})
	r := sinks.Release{ID: id, Store: store, Time: time.Date(2024, 3, 31, 2, 0, 0, 0, time.UTC), Name: sinks.Text{VI: "Số liệu", EN: "Figures"}, Illustrative: true}
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if err := sink.Write(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	return sink
}

func commit(t *testing.T, sink sinks.Sink) {
	t.Helper()
	if err := sink.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func keeps(t *testing.T, address string) {
	fixtures := sinktest.Fixtures()
	commit(t, publish(t, address, "r1", fixtures[0]))
	conn := connect(t, address)
	exec(t, conn, `CREATE ROLE "người đọc"`, "CREATE ROLE bi", `GRANT USAGE ON SCHEMA statloom TO "người đọc"`, `GRANT SELECT ON ALL TABLES IN SCHEMA statloom TO "người đọc"`,
		"GRANT SELECT ON statloom.iip TO bi WITH GRANT OPTION", "GRANT SELECT ON statloom.iip TO PUBLIC",
		"CREATE VIEW public.of_mine AS SELECT area, obs_value FROM statloom.iip", "CREATE VIEW public.over_it AS SELECT count(*) AS n FROM public.of_mine", "GRANT SELECT ON public.of_mine TO bi")
	t.Cleanup(func() {
		c := connect2(address)
		defer c.Close(context.Background())
		c.Exec(context.Background(), `DROP OWNED BY "người đọc", bi; DROP ROLE "người đọc", bi`)
	})
	fewer := fixtures[0]
	fewer.Rows = fewer.Rows[:2]
	fewer.Batches = sinktest.Stream(fewer)
	for _, id := range []string{"r2", "r3"} { // the second time the release before the last goes
		commit(t, publish(t, address, id, fewer, fixtures[1]))
		if diff := cmp.Diff([][]string{{"2"}}, texts(t, conn, "SELECT n FROM public.over_it")); diff != "" {
			t.Errorf("%s: a view shows another release: %s", id, diff)
		}
		got := texts(t, conn, `SELECT has_schema_privilege('người đọc', 'statloom', 'USAGE'), has_table_privilege('người đọc', 'statloom.iip', 'SELECT'),
			has_table_privilege('người đọc', 'statloom."giá trị sản xuất"', 'SELECT'), has_table_privilege('bi', 'statloom.iip', 'SELECT WITH GRANT OPTION'),
			has_table_privilege('bi', 'statloom.iip', 'INSERT'), has_table_privilege('bi', 'public.of_mine', 'SELECT')`)
		if diff := cmp.Diff([][]string{{"true", "true", "true", "true", "false", "true"}}, got); diff != "" {
			t.Errorf("%s: grants (-want +got)\n%s", id, diff)
		}
	}
	if diff := cmp.Diff([][]string{{"statloom"}, {"statloom_before"}}, texts(t, conn, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'statloom%' ORDER BY 1")); diff != "" {
		t.Error(diff)
	}

	exec(t, conn, "CREATE MATERIALIZED VIEW public.frozen AS SELECT area FROM statloom.iip")
	sink := publish(t, address, "r4", fewer)
	if err := sink.Commit(t.Context()); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "frozen") {
		t.Errorf("a materialized view: got %v", err)
	}
	if err := sink.Abort(t.Context()); err != nil {
		t.Error(err)
	}
	if got := texts(t, conn, "SELECT obj_description('statloom'::regnamespace, 'pg_namespace')")[0][0]; !strings.HasPrefix(got, "statloom release r3") {
		t.Errorf("after a refused swap there is %q", got)
	}
}

func connect2(address string) *pgx.Conn {
	c, err := pgx.Connect(context.Background(), address)
	if err != nil {
		panic(err)
	}
	return c
}

// readers asks while a release is written and swapped in: they see the old one, then the new one, and never neither.
func readers(t *testing.T, address string) {
	fixtures := sinktest.Fixtures()
	commit(t, publish(t, address, "r1", fixtures[0]))
	count := func(conn *pgx.Conn) string { return texts(t, conn, "SELECT count(*) FROM statloom.iip")[0][0] }
	conn := connect(t, address)
	long, err := connect(t, address).BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := long.QueryRow(t.Context(), "SELECT count(*) FROM statloom.iip").Scan(&n); err != nil {
		t.Fatal(err)
	}
	fewer := fixtures[0]
	fewer.Rows = fewer.Rows[:1]
	fewer.Batches = sinktest.Stream(fewer)
	sink := publish(t, address, "r2", fewer)
	if got := count(conn); got != "6" {
		t.Errorf("before the commit a reader sees %s rows", got)
	}
	commit(t, sink) // does not wait for the reader that is still at it
	if got := count(conn); got != "1" {
		t.Errorf("after the commit a reader sees %s rows", got)
	}
	if err := long.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func putsBack(t *testing.T, address string) {
	fixtures := sinktest.Fixtures()
	commit(t, publish(t, address, "r1", fixtures[0]))
	conn := connect(t, address)
	exec(t, conn, "CREATE VIEW public.of_mine AS SELECT area FROM statloom.iip")
	fewer := fixtures[0]
	fewer.Rows = fewer.Rows[:1]
	fewer.Batches = sinktest.Stream(fewer)
	sink := publish(t, address, "r2", fewer)
	commit(t, sink)
	if err := sink.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"6", "6"}}, texts(t, conn, "SELECT (SELECT count(*) FROM statloom.iip), (SELECT count(*) FROM public.of_mine)")); diff != "" {
		t.Error(diff)
	}
}

func refuses(t *testing.T, address string) {
	conn := connect(t, address)
	exec(t, conn, "CREATE SCHEMA statloom", "CREATE TABLE statloom.precious (n int)")
	sink := postgres.New(postgres.Options{URL: address, Schema: "statloom"})
	if err := sink.Begin(t.Context(), sinks.Release{ID: "r1"}); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "statloom") {
		t.Errorf("a schema of somebody else's: got %v", err)
	}
	if diff := cmp.Diff([][]string{{"0"}}, texts(t, conn, "SELECT count(*) FROM statloom.precious")); diff != "" {
		t.Error(diff)
	}
}

func alone(t *testing.T, address string) {
	first := publish(t, address, "r1", sinktest.Fixtures()[0])
	second := postgres.New(postgres.Options{URL: address, Schema: "statloom"})
	if err := second.Begin(t.Context(), sinks.Release{ID: "r2"}); fault.KindOf(err) != fault.Locked {
		t.Errorf("a second run: got %v", err)
	}
	commit(t, first)
	commit(t, publish(t, address, "r3", sinktest.Fixtures()[0]))
}

// types publishes a table with the types that the fixtures lack.
func types(t *testing.T, address string) {
	db := ducktest.Create(t)
	if err := db.Exec(t.Context(), `CREATE TABLE kinds AS SELECT 123456789012345678.90::DECIMAL(20, 2) AS d, '{"field": "_T"}'::JSON AS j, 3::SMALLINT AS s, 1.5::FLOAT AS f,
		170141183460469231731687303715884105727::HUGEINT AS h, 'nan'::DOUBLE AS x, 18446744073709551615::UBIGINT AS u, NULL::DECIMAL(5, 1) AS n`); err != nil {
		t.Fatal(err)
	}
	table, err := db.Table(t.Context(), "kinds", nil)
	if err != nil {
		t.Fatal(err)
	}
	sink := postgres.New(postgres.Options{URL: address, Schema: "statloom"})
	if err := sink.Begin(t.Context(), sinks.Release{ID: "r1", Store: db}); err != nil {
		t.Fatal(err)
	}
	if err := sink.Write(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	commit(t, sink)
	got := texts(t, connect(t, address), "SELECT d::text, j::text, s::text, f::text, h::text, x::text, u::text, n::text FROM statloom.kinds")
	want := [][]string{{"123456789012345678.90", `{"field": "_T"}`, "3", "1.5", "170141183460469231731687303715884105727", "NaN", "18446744073709551615", sinktest.Null}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func describes(t *testing.T, address string) {
	commit(t, publish(t, address, "r1", sinktest.Fixtures()[0]))
	got := texts(t, connect(t, address), "SELECT obj_description('statloom'::regnamespace, 'pg_namespace'), obj_description('statloom.iip'::regclass, 'pg_class')")
	want := [][]string{{"statloom release r1: Số liệu - illustrative figures, số liệu minh hoạ", sinktest.Fixtures()[0].Comment}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnreachable(t *testing.T) {
	sink := postgres.New(postgres.Options{URL: "postgres://u:secret@127.0.0.1:1/d?connect_timeout=2", Schema: "statloom"})
	err := sink.Begin(t.Context(), sinks.Release{ID: "r1"})
	if fault.KindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	if err := sink.Abort(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		o   postgres.Options
		key string
	}{
		{postgres.Options{URL: "postgres://u@h/d", Schema: "statloom"}, ""},
		{postgres.Options{Schema: "statloom"}, "url"},
		{postgres.Options{URL: "mysql://x", Schema: "statloom"}, "url"},
		{postgres.Options{URL: "postgres://u@h/d", Schema: "public"}, "schema"},
		{postgres.Options{URL: "postgres://u@h/d", Schema: strings.Repeat("s", 60)}, "schema"},
	} {
		found := c.o.Check()
		if c.key == "" && len(found) > 0 || c.key != "" && (len(found) != 1 || found[0].Key != c.key) {
			t.Errorf("%+v: %v", c.o, found)
		}
	}
}
