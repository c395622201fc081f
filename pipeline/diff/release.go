package diff

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
)

const old = duck.Before + ".main."

// sameMethod reports whether both releases were made by the same configuration and program: all changes are then those of
// the sources.
func (p Pair) sameMethod() bool {
	return p.Before.ConfigHash == p.After.ConfigHash && p.Before.Statloom == p.After.Statloom
}

// dataset compares the latest vintages of a dataset.
func (p Pair) dataset(ctx context.Context, id string, keyBefore, keyAfter []string) error {
	name := duck.Ident(id)
	c := comparison{
		part: "dataset", subject: id, key: keyAfter, before: "FROM " + old + name, after: "FROM " + name,
		booksBefore: old + "snapshots", booksAfter: "snapshots", gone: duck.Literal(Withdrawn), cause: duck.Literal(ByMethod),
	}
	switch {
	case keyBefore == nil:
		c.before = "FROM " + name + " WHERE false"
	case keyAfter == nil:
		c.key, c.after = keyBefore, "FROM "+old+name+" WHERE false"
	case !slices.Equal(keyBefore, keyAfter):
		// The rows are told apart by something else now: none of them can be the same.
		return p.replaced(ctx, c, keyBefore)
	default:
		c.gone, c.cause = p.gone(id, keyAfter), p.cause(id, keyAfter)
	}
	var err error
	if c.columns, err = p.shared(ctx, c); err != nil {
		return err
	}
	if !slices.Contains(c.columns, "correction") { // the earlier release knew of none
		c.cause = strings.ReplaceAll(c.cause, "a.correction", "NULL")
		if after, err := columnsOf(ctx, p.DB, c.after); err != nil || !slices.Contains(after, "correction") {
			c.cause = strings.ReplaceAll(c.cause, "b.correction", "NULL")
		}
	}
	return c.run(ctx, p.DB)
}

// replaced notes that all rows went and others came.
func (p Pair) replaced(ctx context.Context, c comparison, keyBefore []string) error {
	gone, come := c, c
	gone.key, gone.after = keyBefore, c.before+" WHERE false"
	come.before = c.after + " WHERE false"
	for _, one := range []*comparison{&gone, &come} {
		var err error
		if one.columns, err = p.shared(ctx, *one); err != nil {
			return err
		}
		if err := one.run(ctx, p.DB); err != nil {
			return err
		}
	}
	return p.DB.Exec(ctx, `CREATE OR REPLACE TABLE memory.main.sizes AS SELECT part, subject, max(rows_before) AS rows_before, max(rows_after) AS rows_after
		FROM memory.main.sizes GROUP BY ALL`)
}

// shared gives the columns that both sides of a comparison have.
func (p Pair) shared(ctx context.Context, c comparison) ([]string, error) {
	before, err := columnsOf(ctx, p.DB, c.before)
	if err != nil {
		return nil, err
	}
	after, err := columnsOf(ctx, p.DB, c.after)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(after, func(n string) bool { return !slices.Contains(before, n) }), nil
}

// gone says in SQL how a row went that is not there any more.
func (p Pair) gone(id string, key []string) string {
	return fmt.Sprintf(`CASE WHEN NOT %s AND EXISTS (FROM quarantine q WHERE q.dataset = %s AND q.snapshot_id = a.snapshot_id AND q.sheet = a.sheet AND q.cell = a.cell)
		THEN 'set_aside' ELSE 'withdrawn' END`, inHistory(id, key), duck.Literal(id))
}

// inHistory asks in SQL whether the later release knows that a row of the earlier one was once there.
func inHistory(id string, key []string) string {
	same := make([]string, len(key))
	for i, k := range key {
		same[i] = "h." + duck.Ident(k) + " IS NOT DISTINCT FROM a." + duck.Ident(k)
	}
	return "EXISTS (FROM " + duck.Ident(id+"_history") + " h WHERE " + strings.Join(same, " AND ") + ")"
}

// cause says in SQL who changed a row: a correction of ours, the source when one of the two values comes from a book that
// the other release has not got or when a later version of its book withdrew it, else our method.
func (p Pair) cause(id string, key []string) string {
	rest := duck.Literal(ByMethod)
	if p.sameMethod() {
		rest = duck.Literal(BySource)
	}
	return fmt.Sprintf(`CASE WHEN a.correction IS DISTINCT FROM b.correction THEN 'correction'
		WHEN b.__here AND b.snapshot_id NOT IN (SELECT snapshot_id FROM %[1]ssnapshots) THEN 'source'
		WHEN a.__here AND a.snapshot_id NOT IN (SELECT snapshot_id FROM snapshots) THEN 'source'
		WHEN b.__here IS NULL AND %[2]s THEN 'source'
		ELSE %[3]s END`, old, inHistory(id, key), rest)
}

// indicators compares the values of all indicators.
func (p Pair) indicators(ctx context.Context) error {
	nodes, err := p.graph(ctx)
	if err != nil || len(nodes) == 0 {
		return err
	}
	causes, err := p.causes(ctx)
	if err != nil {
		return err
	}
	all, err := columnsOf(ctx, p.DB, "FROM indicators")
	if err != nil {
		return err
	}
	for _, n := range nodes {
		key := []string{"time_period"}
		for _, d := range n.dimensions {
			if slices.Contains(all, d) {
				key = append(key, d)
			}
		}
		where := " WHERE indicator = " + duck.Literal(n.id)
		c := comparison{
			part: "indicator", subject: n.id, key: key, before: "FROM " + old + "indicators" + where, after: "FROM indicators" + where,
			gone: duck.Literal(Withdrawn), cause: duck.Literal(n.cause(causes)), detail: []string{"obs_low", "obs_high"},
		}
		if c.columns, err = p.shared(ctx, c); err != nil {
			return err
		}
		c.key = slices.DeleteFunc(c.key, func(k string) bool { return !slices.Contains(c.columns, k) })
		c.detail = slices.DeleteFunc(c.detail, func(k string) bool { return !slices.Contains(c.columns, k) })
		if err := c.run(ctx, p.DB); err != nil {
			return fmt.Errorf("%s: %w", n.id, err)
		}
	}
	return nil
}

// targets compares how the targets stand.
func (p Pair) targets(ctx context.Context) error {
	rows, err := p.DB.Query(ctx, `SELECT target, coalesce(max(c.cause), 'method') FROM (
			SELECT target, indicator FROM targets UNION SELECT target, indicator FROM `+old+`targets
		) t LEFT JOIN (SELECT subject, string_agg(DISTINCT cause, ', ' ORDER BY cause) AS cause FROM `+Changes+` WHERE part = 'indicator' GROUP BY 1) c
		ON c.subject = t.indicator GROUP BY 1 ORDER BY 1`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var list []comparison
	for rows.Next() {
		var id, cause string
		if err := rows.Scan(&id, &cause); err != nil {
			return err
		}
		query := "SELECT target, actual_value AS obs_value, status AS obs_status, actual_period, target_value, gap FROM %stargets WHERE target = " + duck.Literal(id)
		list = append(list, comparison{
			part: "target", subject: id, key: []string{"target"}, before: fmt.Sprintf(query, old), after: fmt.Sprintf(query, ""),
			columns: []string{"obs_value", "obs_status"}, gone: duck.Literal(Withdrawn), cause: duck.Literal(cause),
			detail: []string{"actual_period", "target_value", "gap"},
		})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, c := range list {
		if err := c.run(ctx, p.DB); err != nil {
			return err
		}
	}
	return nil
}
