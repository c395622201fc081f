package diff

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
)

// comparison is one comparison of rows by a key. The queries before and after give the rows; gone and cause are SQL over
// the rows a (before) and b (after) that say how a row went and who changed it.
type comparison struct {
	part, subject           string
	key                     []string
	columns                 []string // that both have
	before, after           string
	booksBefore, booksAfter string // tables of snapshots; empty: rows come from no book
	gone, cause             string
	detail                  []string // further columns to compare, when not all are
}

// aside are the columns that say where a row comes from or follow from others, and whose change is none.
var aside = []string{
	"snapshot_id", "sheet", "cell", "vintage_from", "vintage_to", "correction", "period_start", "period_end", "freq", "obs_comment",
	"obs_value", "obs_status", "time_period",
}

// run adds the changes to the table.
func (c comparison) run(ctx context.Context, db *duck.DB) error {
	has := func(name string) bool { return slices.Contains(c.columns, name) }
	column := func(name, typ string) (a, b string) {
		if !has(name) {
			return "NULL::" + typ, "NULL::" + typ
		}
		return "a." + name, "b." + name
	}
	valueA, valueB := column("obs_value", "DOUBLE")
	statusA, statusB := column("obs_status", "VARCHAR")
	others := c.detail
	if others == nil {
		for _, name := range c.columns {
			if !slices.Contains(aside, name) && !slices.Contains(c.key, name) {
				others = append(others, name)
			}
		}
	}
	detail := "NULL::VARCHAR"
	if len(others) > 0 {
		var parts []string
		for _, name := range others {
			n := duck.Ident(name)
			parts = append(parts, fmt.Sprintf("CASE WHEN a.%s::VARCHAR IS DISTINCT FROM b.%[1]s::VARCHAR THEN %s || coalesce(a.%[1]s::VARCHAR, '-') || ' -> ' || coalesce(b.%[1]s::VARCHAR, '-') END",
				n, duck.Literal(name+": ")))
		}
		detail = "nullif(concat_ws('; ', " + strings.Join(parts, ", ") + "), '')"
	}
	// A register has no value of its own: whatever changes in a record is a revision.
	other := Other
	if !has("obs_value") {
		other = Revised
	}
	var same, texts []string
	for _, k := range c.key {
		n := duck.Ident(k)
		same = append(same, "a."+n+" IS NOT DISTINCT FROM b."+n)
		if k != "time_period" {
			texts = append(texts, duck.Literal(k+"=")+" || coalesce(a."+n+", b."+n+")::VARCHAR")
		}
	}
	text := "''"
	if len(texts) > 0 {
		text = "concat_ws(', ', " + strings.Join(texts, ", ") + ")"
	}
	period := "NULL"
	if slices.Contains(c.key, "time_period") {
		period = "coalesce(a.time_period, b.time_period)"
	}
	sql := fmt.Sprintf(`
		INSERT INTO memory.main.sizes SELECT %[1]s, %[2]s, (SELECT count(*) FROM (%[3]s)), (SELECT count(*) FROM (%[4]s));
		INSERT INTO %[5]s
		WITH both_sides AS (
			SELECT %[6]s AS key, %[7]s AS time_period, a.__here AS __a, b.__here AS __b, %[8]s AS value_before, %[9]s AS value_after,
				%[10]s AS status_before, %[11]s AS status_after, CASE WHEN a.__here AND b.__here THEN %[12]s END AS detail,
				CASE WHEN a.__here IS NULL THEN 'added' WHEN b.__here IS NULL THEN %[13]s
					WHEN %[8]s IS DISTINCT FROM %[9]s THEN 'revised'
					WHEN %[10]s IS DISTINCT FROM %[11]s THEN 'status'
					WHEN %[12]s IS NOT NULL THEN %[14]s END AS change,
				%[15]s AS cause, %[16]s
			FROM (SELECT *, true AS __here FROM (%[3]s)) a FULL JOIN (SELECT *, true AS __here FROM (%[4]s)) b ON %[17]s
		)
		SELECT %[1]s, %[2]s, key, time_period, change, cause, value_before, value_after, value_after - value_before,
			CASE WHEN value_before <> 0 THEN 100 * (value_after / value_before - 1) END,
			status_before, status_after, detail, book, sheet, cell
		FROM both_sides WHERE change IS NOT NULL`,
		duck.Literal(c.part), duck.Literal(c.subject), c.before, c.after, Changes, text, period, valueA, valueB, statusA, statusB,
		detail, c.gone, duck.Literal(other), c.cause, c.place(), strings.Join(same, " AND "))
	return db.Exec(ctx, sql)
}

// place gives book, sheet and cell: where the new value stands, or where the old one stood.
func (c comparison) place() string {
	if c.booksAfter == "" || !slices.Contains(c.columns, "snapshot_id") {
		return "NULL AS book, NULL AS sheet, NULL AS cell"
	}
	return fmt.Sprintf(`CASE WHEN b.__here THEN (SELECT min(s.name) FROM %s s WHERE s.snapshot_id = b.snapshot_id)
		ELSE (SELECT min(s.name) FROM %s s WHERE s.snapshot_id = a.snapshot_id) END AS book,
		CASE WHEN b.__here THEN b.sheet ELSE a.sheet END AS sheet, CASE WHEN b.__here THEN b.cell ELSE a.cell END AS cell`, c.booksAfter, c.booksBefore)
}

func unknownDataset(id string, known map[string][]string) error {
	return &fault.Error{Kind: fault.Input, What: fmt.Sprintf("there is no dataset %q in the release", id), Remedy: "it has " + strings.Join(union(known, nil), ", ")}
}
