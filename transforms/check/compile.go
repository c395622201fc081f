package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/query"
)

// compile turns a check into one SELECT of verdict, book, sheet, cell, text and text_vi.
func compile(ctx context.Context, db *duck.DB, c transforms.Check, in Setting) (string, error) {
	if c.Kind == "sql" {
		return compileSQL(ctx, db, c)
	}
	t, err := lookAt(ctx, db, c, in)
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
	books   bool     // there is a table of snapshots
	with    []string // columns of the other table
	now     time.Time
}

func lookAt(ctx context.Context, db *duck.DB, c transforms.Check, in Setting) (table, error) {
	described, err := db.Columns(ctx, c.Table)
	if err != nil {
		return table{}, err
	}
	t := table{name: duck.Ident(c.Table), key: in.Keys[c.Table], where: "true", now: in.Now}
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
	if c.With != "" {
		other, err := db.Columns(ctx, c.With)
		if err != nil {
			return table{}, err
		}
		for _, d := range other {
			t.with = append(t.with, d.Name)
		}
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
	case "shares":
		return t.shares(c)
	case "growth":
		return t.growth(c)
	case "equal":
		return t.equal(c)
	case "complete":
		return t.complete(c)
	case "fresh":
		return t.fresh(c)
	case "revision":
		return t.revision(c)
	case "outlier":
		return t.outlier(c)
	case "jump":
		return t.jump(c)
	}
	return "", fmt.Errorf("there is no kind of check called %q; use %s", c.Kind, strings.Join(Kinds(), ", "))
}

// Kinds lists the kinds of checks.
func Kinds() []string {
	return []string{"unique", "not_null", "range", "rows", "sum", "shares", "growth", "equal", "complete", "fresh", "revision", "outlier", "jump", "sql"}
}

// said is a text in SQL, in English and in Vietnamese.
type said struct{ en, vi string }

// failing selects the rows of from that match the condition, each with its place and a text.
func (t table) failing(from, condition string, text said) string {
	return fmt.Sprintf("SELECT '%s' AS verdict, %s, %s || ': ' || %s AS text, %[3]s || ': ' || %[5]s AS text_vi FROM %[6]s t WHERE %[7]s",
		verdictFailed, t.place(), t.identity(), text.en, text.vi, from, condition)
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
	return t.failing(from, "__n > 1", said{"__n || ' rows have this key'", "__n || ' dòng có cùng khóa này'"}), nil
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
	list := "concat_ws(', ', " + strings.Join(names, ", ") + ")"
	return t.failing(t.name, condition, said{list + " || ' is null'", list + " || ' bị trống'"}), nil
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
	if c.Min != nil {
		broken = append(broken, column+" < "+number(*c.Min))
	}
	if c.Max != nil {
		broken = append(broken, column+" > "+number(*c.Max))
	}
	limits := bounds(c)
	condition := t.where + " AND (" + strings.Join(broken, " OR ") + ")"
	return t.failing(t.name, condition, said{
		fmt.Sprintf("%s || %s::VARCHAR || %s", duck.Literal(name+" is "), column, duck.Literal(", expected"+limits.en)),
		fmt.Sprintf("%s || %s::VARCHAR || %s", duck.Literal(name+" là "), column, duck.Literal(", phải"+limits.vi)),
	}), nil
}

func (t table) rows(c transforms.Check) (string, error) {
	if c.Min == nil && c.Max == nil {
		return "", errors.New("rows needs min, max or both")
	}
	var broken []string
	if c.Min != nil {
		broken = append(broken, "n < "+number(*c.Min))
	}
	if c.Max != nil {
		broken = append(broken, "n > "+number(*c.Max))
	}
	limits := bounds(c)
	return fmt.Sprintf(`SELECT '%s' AS verdict, NULL AS book, NULL AS sheet, NULL AS cell, 'it has ' || n || %s AS text, 'có ' || n || %s AS text_vi
		FROM (SELECT count(*) AS n FROM %s t WHERE %s) WHERE %s`,
		verdictFailed, duck.Literal(" rows, expected"+limits.en), duck.Literal(" dòng, phải"+limits.vi), t.name, t.where, strings.Join(broken, " OR ")), nil
}

// bounds says what min and max allow.
func bounds(c transforms.Check) said {
	var en, vi []string
	if c.Min != nil {
		en, vi = append(en, "at least "+plain(*c.Min)), append(vi, "từ "+plain(*c.Min))
	}
	if c.Max != nil {
		en, vi = append(en, "at most "+plain(*c.Max)), append(vi, "đến "+plain(*c.Max))
	}
	return said{" " + strings.Join(en, " and "), " " + strings.Join(vi, " ")}
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
	text := said{"'a row'", "'một dòng'"}
	switch {
	case slices.Contains(t.columns, "message"):
		text.en = "coalesce(t.message::VARCHAR, 'a row without a message')"
		if text.vi = text.en; slices.Contains(t.columns, "message_vi") {
			text.vi = "coalesce(t.message_vi::VARCHAR, " + text.en + ")"
		}
	case len(rest) > 0:
		text = said{named(rest), named(rest)}
	}
	return fmt.Sprintf("SELECT '%s' AS verdict, %s, %s AS text, %s AS text_vi FROM (%s\n) t", verdictFailed, t.place(), text.en, text.vi, q.SQL), nil
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
