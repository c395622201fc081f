package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/diff"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/sinks/words"
)

// Thresholds say from when on changes between two releases are told, in percent.
type Thresholds struct {
	Quarantine float64 // growth of the quarantine
	Revision   float64 // change of a published figure by its source
}

// Compare finds what is worth telling of a release, against the one that was current before.
func Compare(ctx context.Context, before, after release.Info, t Thresholds, o duck.Options, at time.Time) ([]Alert, error) {
	earlier, later := database(before), database(after)
	if earlier == "" || later == "" {
		return nil, nil // without a database there is nothing to compare
	}
	db, err := duck.OpenPair(ctx, earlier, later, o)
	if err != nil {
		return nil, fmt.Errorf("compare releases: %w", err)
	}
	defer db.Close()
	c := comparer{db: db, thresholds: t, alert: Alert{At: at, Run: after.Run, Release: after.ID}}
	problems := []error{c.quarantine(ctx)} // one question that cannot be answered keeps no other from being
	if holds(before, "targets") && holds(after, "targets") {
		problems = append(problems, c.targets(ctx))
	}
	problems = append(problems, c.revisions(ctx, before, after))
	return c.found, errors.Join(problems...)
}

// database gives the DuckDB file of a release.
func database(i release.Info) string {
	for _, f := range i.Files {
		if path.Ext(f.Path) == ".duckdb" {
			return filepath.Join(i.Dir, filepath.FromSlash(f.Path))
		}
	}
	return ""
}

func holds(i release.Info, table string) bool {
	for _, t := range i.Tables {
		if t.Name == table {
			return true
		}
	}
	return false
}

type comparer struct {
	db         *duck.DB
	thresholds Thresholds
	alert      Alert // what all alerts have in common
	found      []Alert
}

const earlier = duck.Before + ".main."

// add adds an alert of a kind about a matter of this release.
func (c *comparer) add(kind, key string, subject Text, details []Text, more int) {
	a := c.alert
	a.Kind, a.Key, a.Subject, a.Details, a.More = kind, a.Release, subject, details, more
	if key != "" {
		a.Key += " " + key
	}
	c.found = append(c.found, a)
}

// each visits the rows of a query.
func (c *comparer) each(ctx context.Context, query string, visit func(rows *sql.Rows) error) error {
	rows, err := c.db.Query(ctx, query)
	if err != nil {
		return fmt.Errorf("compare releases: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := visit(rows); err != nil {
			return fmt.Errorf("compare releases: %w", err)
		}
	}
	return rows.Err()
}

// quarantine tells when more cells could not be used than before, in all or of one dataset.
func (c *comparer) quarantine(ctx context.Context) error {
	var details []Text
	err := c.each(ctx, `SELECT coalesce(a.dataset, b.dataset), coalesce(b.n, 0), coalesce(a.n, 0)
		FROM (SELECT dataset, count(*) AS n FROM quarantine GROUP BY dataset) a
		FULL JOIN (SELECT dataset, count(*) AS n FROM `+earlier+`quarantine GROUP BY dataset) b USING (dataset) ORDER BY 1`, func(rows *sql.Rows) error {
		var dataset string
		var before, after int64
		if err := rows.Scan(&dataset, &before, &after); err != nil {
			return err
		}
		if after > before && float64(after-before) > c.thresholds.Quarantine/100*float64(before) {
			details = append(details, Same(fmt.Sprintf("%s: %d → %d", dataset, before, after)))
		}
		return nil
	})
	if err == nil && len(details) > 0 {
		c.add(Quarantine, "", Text{}, details, 0)
	}
	return err
}

// standing says how a target stands, in the words of the page and the workbook.
func standing(status string) Text {
	t, ok := words.Of("standing", status)
	if !ok {
		return Same(status)
	}
	return Text{VI: strings.ToLower(t.VI), EN: strings.ToLower(t.EN)}
}

// targets tells of every target whose status is another one.
func (c *comparer) targets(ctx context.Context) error {
	return c.each(ctx, `SELECT a.target, coalesce(a.name_vi, a.target), coalesce(a.name_en, a.target), b.status, a.status, a.comparison, a.target_value, coalesce(a.unit, ''), a.period,
			coalesce(a.actual_period, ''), a.actual_value
		FROM targets a JOIN `+earlier+`targets b USING (target) WHERE a.status IS DISTINCT FROM b.status ORDER BY a.target`, func(rows *sql.Rows) error {
		var id, period, comparison, unit, when string
		var name Text
		var before, after sql.NullString
		var goal float64
		var value sql.NullFloat64
		if err := rows.Scan(&id, &name.VI, &name.EN, &before, &after, &comparison, &goal, &unit, &period, &when, &value); err != nil {
			return err
		}
		was, is := standing(before.String), standing(after.String)
		details := []Text{{VI: was.VI + " → " + is.VI, EN: was.EN + " → " + is.EN}}
		short := func(x float64, language string) string { return number(x, language) + " " + unit }
		if value.Valid {
			details = append(details, Text{
				VI: fmt.Sprintf("giá trị %s: %s; chỉ tiêu đến %s: %s %s", when, short(value.Float64, "vi"), period, comparison, short(goal, "vi")),
				EN: fmt.Sprintf("value in %s: %s; goal by %s: %s %s", when, short(value.Float64, "en"), period, comparison, short(goal, "en")),
			})
		}
		c.add(Target, id, name, details, 0)
		return nil
	})
}

// revisions tells of figures that their source changed by much.
func (c *comparer) revisions(ctx context.Context, before, after release.Info) error {
	if _, err := diff.Releases(ctx, diff.Pair{DB: c.db, Before: before.Manifest, After: after.Manifest}); err != nil {
		return err
	}
	large := fmt.Sprintf("FROM %s WHERE part = 'dataset' AND change = 'revised' AND contains(cause, 'source') AND abs(percent) > %s",
		diff.Changes, strconv.FormatFloat(c.thresholds.Revision, 'f', -1, 64))
	var all int
	err := c.each(ctx, "SELECT count(*) "+large, func(rows *sql.Rows) error { return rows.Scan(&all) })
	if err != nil || all == 0 {
		return err
	}
	var details []Text
	err = c.each(ctx, fmt.Sprintf("SELECT subject, key, coalesce(time_period, ''), value_before, value_after, percent, coalesce(book, '') %s ORDER BY abs(percent) DESC, subject, key, time_period LIMIT %d", large, maxDetails),
		func(rows *sql.Rows) error {
			var dataset, key, period, book string
			var from, to, percent float64
			if err := rows.Scan(&dataset, &key, &period, &from, &to, &percent, &book); err != nil {
				return err
			}
			text := func(language string) string {
				return fmt.Sprintf("%s, %s, %s: %s → %s (%s %%), %s", dataset, key, period, number(from, language), number(to, language), signed(percent, language), book)
			}
			details = append(details, Text{VI: text("vi"), EN: text("en")})
			return nil
		})
	if err == nil {
		c.add(Revision, "", Text{}, details, all-len(details))
	}
	return err
}

// number writes a number for people, with at most four decimals.
func number(x float64, language string) string {
	text := strconv.FormatFloat(math.Round(x*1e4)/1e4, 'f', -1, 64)
	if language == "en" {
		return text
	}
	for i := range text {
		if text[i] == '.' {
			return text[:i] + "," + text[i+1:]
		}
	}
	return text
}

func signed(x float64, language string) string {
	text := number(math.Round(x*10)/10, language)
	if x > 0 {
		return "+" + text
	}
	return text
}
