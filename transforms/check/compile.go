package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/query"
)

// compile turns a check into one SELECT of verdict, book, sheet, cell and text.
func compile(ctx context.Context, db *duck.DB, c transforms.Check, key []string) (string, error) {
	if c.Kind == "sql" {
		return compileSQL(ctx, db, c)
	}
	t, err := lookAt(ctx, db, c, key)
	if err != nil {
		return "", err
	}
	sql, err := t.compile(c)
	if err != nil {
		return "", err
	}
	// A condition is pasted into the query; what comes of it must still be one SELECT.
	q, err := query.Parse(ctx, db, sql)
	return q.SQL, err
}

// table is the table a check looks at.
type table struct {
	name    string
	columns []string
	key     []string // names a row in messages
	where   string
	books   bool // there is a table of snapshots
}

func lookAt(ctx context.Context, db *duck.DB, c transforms.Check, key []string) (table, error) {
	described, err := db.Columns(ctx, c.Table)
	if err != nil {
		return table{}, err
	}
	t := table{name: duck.Ident(c.Table), key: key, where: "true"}
	for _, d := range described {
		t.columns = append(t.columns, d.Name)
	}
	if len(t.key) == 0 {
		t.key = t.columns[:min(3, len(t.columns))]
		if i := slices.Index(t.columns, transforms.ColTimePeriod); i >= 0 {
			t.key = t.columns[:i+1] // the dimensions come before it
		}
	}
	if strings.TrimSpace(c.Where) != "" {
		t.where = "(" + c.Where + "\n)"
	}
	t.books, err = hasSnapshots(ctx, db)
	return t, err
}

func hasSnapshots(ctx context.Context, db *duck.DB) (bool, error) {
	rows, err := db.Query(ctx, `SELECT 1 FROM information_schema.tables WHERE table_catalog = current_database() AND table_name = 'snapshots'`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

func (t table) compile(c transforms.Check) (string, error) {
	switch c.Kind {
	case "unique":
		return t.unique(c)
	case "not_null":
		return t.notNull(c)
	case "range":
		return t.within(c)
	case "rows":
		return t.rows(c)
	case "sum":
		return t.sum(c)
	}
	return "", fmt.Errorf("there is no kind of check called %q; use unique, not_null, range, rows, sum or sql", c.Kind)
}

// failing selects the rows of from that match the condition, each with its place and a text.
func (t table) failing(from, condition, text string) string {
	return fmt.Sprintf("SELECT '%s' AS verdict, %s, %s || ': ' || %s AS text FROM %s t WHERE %s",
		verdictFailed, t.place(), t.identity(), text, from, condition)
}

// place gives book, sheet and cell of the rows of t, as far as the table has them.
func (t table) place() string {
	column := func(name string) string {
		if slices.Contains(t.columns, name) {
			return "t." + name
		}
		return "NULL"
	}
	book := "NULL"
	if t.books && slices.Contains(t.columns, transforms.ColSnapshotID) {
		book = "(SELECT min(s.name) FROM snapshots s WHERE s.snapshot_id = t.snapshot_id)"
	}
	return fmt.Sprintf("%s AS book, %s AS sheet, %s AS cell", book, column(transforms.ColSheet), column(transforms.ColCell))
}

// identity names a row by its key: industry=10, time_period=2024.
func (t table) identity() string { return named(t.key) }

// named writes columns as name=value, separated by commas; nulls are left out.
func named(columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = duck.Literal(c+"=") + " || " + duck.Ident(c) + "::VARCHAR"
	}
	return "concat_ws(', ', " + strings.Join(parts, ", ") + ")"
}

func (t table) unique(c transforms.Check) (string, error) {
	key := c.Columns
	if len(key) == 0 {
		key = t.key
	}
	if len(key) == 0 {
		return "", errors.New("unique needs columns")
	}
	t.key = key
	from := fmt.Sprintf("(SELECT *, count(*) OVER (PARTITION BY %s) AS __n FROM %s WHERE %s)", strings.Join(idents(key), ", "), t.name, t.where)
	return t.failing(from, "__n > 1", "__n || ' rows have this key'"), nil
}

func (t table) notNull(c transforms.Check) (string, error) {
	columns := c.Columns
	if len(columns) == 0 && c.Column != "" {
		columns = []string{c.Column}
	}
	if len(columns) == 0 {
		return "", errors.New("not_null needs columns")
	}
	var isNull, names []string
	for _, name := range columns {
		isNull = append(isNull, duck.Ident(name)+" IS NULL")
		names = append(names, fmt.Sprintf("CASE WHEN %s IS NULL THEN %s END", duck.Ident(name), duck.Literal(name)))
	}
	condition := t.where + " AND (" + strings.Join(isNull, " OR ") + ")"
	return t.failing(t.name, condition, "concat_ws(', ', "+strings.Join(names, ", ")+") || ' is null'"), nil
}

// within wants numbers between min and max. Not-a-number compares as greater than all numbers in DuckDB, and would pass
// a check that has no max.
func (t table) within(c transforms.Check) (string, error) {
	if c.Min == nil && c.Max == nil {
		return "", errors.New("range needs min, max or both")
	}
	name := valueColumn(c)
	column := duck.Ident(name)
	broken := []string{"isnan(" + column + "::DOUBLE)"}
	limits := ""
	if c.Min != nil {
		broken = append(broken, column+" < "+number(*c.Min))
		limits += " at least " + plain(*c.Min)
	}
	if c.Max != nil {
		broken = append(broken, column+" > "+number(*c.Max))
		if limits != "" {
			limits += " and"
		}
		limits += " at most " + plain(*c.Max)
	}
	condition := t.where + " AND (" + strings.Join(broken, " OR ") + ")"
	return t.failing(t.name, condition, fmt.Sprintf("%s || %s::VARCHAR || %s", duck.Literal(name+" is "), column, duck.Literal(", expected"+limits))), nil
}

func (t table) rows(c transforms.Check) (string, error) {
	if c.Min == nil && c.Max == nil {
		return "", errors.New("rows needs min, max or both")
	}
	var broken []string
	text := "'it has ' || n || ' rows, expected"
	if c.Min != nil {
		broken = append(broken, "n < "+number(*c.Min))
		text += " at least " + plain(*c.Min)
	}
	if c.Max != nil {
		broken = append(broken, "n > "+number(*c.Max))
		if c.Min != nil {
			text += " and"
		}
		text += " at most " + plain(*c.Max)
	}
	return fmt.Sprintf("SELECT '%s' AS verdict, NULL AS book, NULL AS sheet, NULL AS cell, %s' AS text FROM (SELECT count(*) AS n FROM %s t WHERE %s) WHERE %s",
		verdictFailed, text, t.name, t.where, strings.Join(broken, " OR ")), nil
}

// compileSQL looks at what the declared query returns: each row is a failure.
func compileSQL(ctx context.Context, db *duck.DB, c transforms.Check) (string, error) {
	q, err := query.Parse(ctx, db, c.SQL)
	if err != nil {
		return "", err
	}
	columns, err := query.Columns(ctx, db, q)
	if err != nil {
		return "", err
	}
	t := table{}
	for _, col := range columns {
		t.columns = append(t.columns, col.Name)
	}
	if t.books, err = hasSnapshots(ctx, db); err != nil {
		return "", err
	}
	var rest []string
	for _, name := range t.columns {
		if !slices.Contains([]string{transforms.ColSnapshotID, transforms.ColSheet, transforms.ColCell}, name) {
			rest = append(rest, name)
		}
	}
	text := "'a row'"
	switch {
	case slices.Contains(t.columns, "message"):
		text = "coalesce(t.message::VARCHAR, 'a row without a message')"
	case len(rest) > 0:
		text = named(rest)
	}
	return fmt.Sprintf("SELECT '%s' AS verdict, %s, %s AS text FROM (%s\n) t", verdictFailed, t.place(), text, q.SQL), nil
}

// valueColumn is the column of numbers that a check looks at.
func valueColumn(c transforms.Check) string {
	if c.Column == "" {
		return transforms.ColObsValue
	}
	return c.Column
}

// number writes a number so that DuckDB reads back exactly the same; plain writes it for people.
func number(x float64) string { return "'" + strconv.FormatFloat(x, 'g', -1, 64) + "'::DOUBLE" }
func plain(x float64) string  { return strconv.FormatFloat(x, 'f', -1, 64) }

func idents(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = duck.Ident(name)
	}
	return quoted
}
