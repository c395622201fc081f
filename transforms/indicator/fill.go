package indicator

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms/period"
	"github.com/statloom/statloom/transforms/query"
)

// rowsTable begins the name of a table that lives only while an indicator is computed. Names beginning with __ are the
// program's own.
const rowsTable = "__rows"

// temporaryName names a table of a node's own, since several are computed at a time.
func (n *node) temporaryName(of string) string { return of + "_" + n.name }

func (n *node) temporary(of string) string { return duck.Ident(n.temporaryName(of)) }

// fill runs an indicator's SELECT and adds its rows to Table.
func (b *builder) fill(ctx context.Context, n *node) (err error) {
	rows := n.temporary(rowsTable)
	defer func() {
		if derr := b.db.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+rows); err == nil && derr != nil {
			err = fmt.Errorf("clear up after indicator %s: %w", n.id, derr)
		}
	}()
	// The columns are named as declared, whatever case the SELECT spells them in, and those it does not give are null.
	columns := []string{"time_period::VARCHAR AS time_period"}
	for _, d := range n.indicator.Dimensions {
		columns = append(columns, duck.Ident(d)+"::VARCHAR AS "+duck.Ident(d))
	}
	for _, c := range fixed()[4:9] { // obs_value to obs_comment
		value := "NULL"
		for _, g := range n.given {
			if strings.EqualFold(g.Name, c.Name) {
				value = c.Name
			}
		}
		columns = append(columns, value+"::"+c.Type+" AS "+c.Name)
	}
	if b.untraced {
		n.traced = n.query.SQL
	} else {
		columns = append(columns, n.termColumns()...)
	}
	create := fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM (%s\n)", rows, strings.Join(columns, ", "), n.traced)
	if err := b.db.Exec(ctx, create); err != nil {
		return fmt.Errorf("compute indicator %s: %w", n.id, query.Reason(err))
	}
	if err := b.checkRows(ctx, n); err != nil {
		return err
	}
	periods, count, err := b.periods(ctx, n)
	if err != nil || count == 0 {
		return err
	}
	if b.untraced {
		return b.add(ctx, n, periods, count, nil)
	}
	// Rows are stored while they are computed again: what has to be mended of them then, mostly nothing, is done in both.
	r := b.recording()
	stored := make(chan error, 1)
	go func() { stored <- b.add(ctx, n, periods, count, r) }()
	fixes, err := b.record(ctx, n, r)
	if serr := <-stored; err == nil {
		err = serr
	}
	if err == nil && len(fixes) > 0 {
		err = b.mend(ctx, n, r, fixes)
	}
	return err
}

// add adds the rows of an indicator to Table.
func (b *builder) add(ctx context.Context, n *node, periods string, count int64, r *recording) error {
	to := b.recorder
	to.adding.Lock()
	defer to.adding.Unlock()
	if err := b.db.Exec(ctx, b.insertSQL(n, periods)); err != nil {
		return fmt.Errorf("store indicator %s: %w", n.id, query.Reason(err))
	}
	if r != nil {
		r.edges.before = to.rows
		to.edges = append(to.edges, &r.edges)
	}
	to.rows += count
	return nil
}

// Texts that stand in obs_comment where a value cannot be published.
const (
	notFinite = "không tính được, chẳng hạn do chia cho 0 — cannot be computed, such as a division by zero"
	withheld  = "không công bố vì bảo mật — withheld as confidential"
)

// insertSQL moves the checked rows to Table.
func (b *builder) insertSQL(n *node, periods string) string {
	var dims []string
	for _, d := range n.indicator.Dimensions {
		dims = append(dims, "r."+duck.Ident(d))
	}
	columns := append([]string{duck.Literal(n.id) + " AS indicator"}, dims...)
	columns = append(columns, "r.time_period", "p.period_start", "p.period_end", "p.freq")
	for _, c := range published() {
		columns = append(columns, c.sql+" AS "+c.name)
	}
	columns = append(columns,
		literalOrNull(n.indicator.Unit)+" AS unit",
		literalOrNull(n.indicator.PriceBase)+" AS price_base",
		literalOrNull(n.indicator.Method)+" AS method",
		strconv.FormatBool(b.illustrative(n))+" AS illustrative")
	return fmt.Sprintf("INSERT INTO %s BY NAME SELECT %s FROM %s r JOIN (VALUES %s) p(time_period, period_start, period_end, freq) USING (time_period) ORDER BY r.rowid",
		Table, strings.Join(columns, ", "), n.temporary(rowsTable), periods)
}

// publishedColumn is a column of Table as it is made of the rows r of an indicator.
type publishedColumn struct{ name, sql string }

// published are the columns that say of a value what it is. Not-a-number and infinity, which DuckDB gives for a division by
// zero, are missing values; a confidential value stays out of the release.
func published() []publishedColumn {
	finite := func(column string) publishedColumn {
		return publishedColumn{column, fmt.Sprintf("CASE WHEN isfinite(r.obs_value) AND isfinite(r.%s) AND r.obs_status IS DISTINCT FROM 'C' THEN r.%s END", column, column)}
	}
	return []publishedColumn{
		finite("obs_value"), finite("obs_low"), finite("obs_high"),
		{"obs_status", `CASE WHEN r.obs_status = 'C' THEN 'C' WHEN isfinite(r.obs_value) THEN coalesce(r.obs_status, 'A') ELSE 'M' END`},
		{"obs_comment", fmt.Sprintf(`nullif(concat_ws('; ', r.obs_comment,
			CASE WHEN r.obs_value IS NULL THEN NULL WHEN r.obs_status = 'C' THEN %s WHEN NOT isfinite(r.obs_value) THEN %s END), '')`,
			duck.Literal(withheld), duck.Literal(notFinite))},
	}
}

// checkRows refuses rows that cannot be right. Each check names the first row it finds.
func (b *builder) checkRows(ctx context.Context, n *node) error {
	key, rows := append(idents(n.indicator.Dimensions), "time_period"), n.temporary(rowsTable)
	type check struct{ from, where, what, remedy string }
	var checks []check
	for _, d := range key {
		checks = append(checks, check{
			rows, fmt.Sprintf("%s IS NULL OR %s = ''", d, d),
			"gives rows without " + strings.Trim(d, `"`), "give every row its code or period; the total of a dimension is _T",
		})
	}
	duplicates := fmt.Sprintf("(SELECT %s FROM %s GROUP BY ALL HAVING count(*) > 1)", strings.Join(key, ", "), rows)
	const tolerance = `1e-9 * greatest(1, abs(obs_value))`
	checks = append(checks, []check{
		{
			duplicates, "true", "gives more than one row for the same key",
			"aggregate in the SELECT, look at its joins, or declare the dimension that tells the rows apart",
		},
		{
			rows, "obs_status NOT IN ('A', 'E', 'P', 'F', 'B', 'M', 'C')", "gives an unknown obs_status",
			"use A normal, E estimated, P provisional, F forecast, B break, M missing or C confidential",
		},
		{
			rows, "obs_status = 'M' AND isfinite(obs_value)", "gives a value with obs_status M, missing",
			"give null, or the status of the value",
		},
		{
			rows, "isfinite(obs_value) AND (isfinite(obs_low) AND obs_low > obs_value + " + tolerance +
				" OR isfinite(obs_high) AND obs_high < obs_value - " + tolerance + ")",
			"gives a band that does not hold the value", "let obs_low <= obs_value <= obs_high",
		},
	}...)
	wrong := make([]string, len(checks))
	for i, c := range checks {
		wrong[i] = fmt.Sprintf("EXISTS (FROM %s WHERE %s)", c.from, c.where)
	}
	any, err := b.strings(ctx, "SELECT '' WHERE "+strings.Join(wrong, " OR "))
	if err != nil {
		return fmt.Errorf("check indicator %s: %w", n.id, query.Reason(err))
	}
	if len(any) == 0 {
		return nil // as nearly always: one look at the rows is enough
	}
	for _, c := range checks {
		if err := b.refuse(ctx, n, c.from, c.where, c.what, c.remedy); err != nil {
			return err
		}
	}
	return nil
}

// refuse gives an error if any row of from matches where; it names the first row's key.
func (b *builder) refuse(ctx context.Context, n *node, from, where, what, remedy string) error {
	parts := make([]string, 0, len(n.indicator.Dimensions)+1)
	for _, c := range append(append([]string{}, n.indicator.Dimensions...), "time_period") {
		parts = append(parts, duck.Literal(c+"=")+" || coalesce("+duck.Ident(c)+", 'null')")
	}
	rows, err := b.db.Query(ctx, fmt.Sprintf("SELECT concat_ws(', ', %s) AS k, count(*) OVER () FROM %s WHERE %s ORDER BY k LIMIT 1",
		strings.Join(parts, ", "), from, where))
	if err != nil {
		return fmt.Errorf("check indicator %s: %w", n.id, query.Reason(err))
	}
	defer rows.Close()
	if !rows.Next() {
		return rows.Err()
	}
	var key string
	var count int64
	if err := rows.Scan(&key, &count); err != nil {
		return fmt.Errorf("check indicator %s: %w", n.id, err)
	}
	return &fault.Error{
		Kind: fault.Config, Remedy: remedy,
		What: fmt.Sprintf("indicator %s %s, %d in all, the first at %s", n.id, what, count, key),
	}
}

// periods gives the periods that occur in the rows, as rows of VALUES, and how many rows there are.
func (b *builder) periods(ctx context.Context, n *node) (values string, count int64, err error) {
	rows, err := b.db.Query(ctx, "SELECT time_period, count(*) FROM "+n.temporary(rowsTable)+" GROUP BY 1 ORDER BY 1")
	if err != nil {
		return "", 0, fmt.Errorf("read periods of indicator %s: %w", n.id, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		var times int64
		if err := rows.Scan(&text, &times); err != nil {
			return "", 0, fmt.Errorf("read periods of indicator %s: %w", n.id, err)
		}
		count += times
		p, err := parsePeriod(text)
		if err != nil {
			return "", 0, &fault.Error{
				Kind: fault.Config, Err: err, What: fmt.Sprintf("indicator %s gives the time_period %q", n.id, text),
				Remedy: "write 2024, 2024-S1, 2024-Q1, 2024-03, or 2024-01-01/P5M for five months",
			}
		}
		if !made(p, n.indicator.Freq) {
			return "", 0, &fault.Error{
				Kind: fault.Config, What: fmt.Sprintf("indicator %s has freq %s but gives the time_period %s", n.id, n.indicator.Freq, text),
				Remedy: "leave the period out, or declare the freq it has",
			}
		}
		all = append(all, fmt.Sprintf("(%s, DATE '%s', DATE '%s', '%s')",
			duck.Literal(text), p.Start.Format(time.DateOnly), p.End.Format(time.DateOnly), p.Freq))
	}
	return strings.Join(all, ", "), count, rows.Err()
}

// parsePeriod reads a period in SDMX's form and in no other.
func parsePeriod(text string) (period.Period, error) {
	p, ok := period.Parse(text)
	if !ok || p.String() != text {
		return period.Period{}, fmt.Errorf("%q is no time period", text)
	}
	return p, nil
}

// made reports whether a period consists of whole periods of a frequency: with Q the quarters, and running totals such
// as nine months, but no single months. An unknown frequency, which the configuration refuses, takes all.
func made(p period.Period, freq string) bool {
	n := map[string]int{"A": 12, "S": 6, "Q": 3, "M": 1}[freq]
	if n == 0 {
		return true
	}
	months := p.Months()
	return months > 0 && months%n == 0 && int(p.End.Month())%n == 0
}

// strings runs a query that gives one text a row.
func (b *builder) strings(ctx context.Context, sql string, args ...any) ([]string, error) {
	rows, err := b.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}

func literalOrNull(text string) string {
	if text == "" {
		return "NULL::VARCHAR"
	}
	return duck.Literal(text)
}
