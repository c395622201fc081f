// Package diff says what changed between two releases, or between two states of knowledge of one dataset: which values
// were added, withdrawn and revised, by how much, and whether the source, our method or a correction of ours did it.
package diff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/release"
)

// Changes is the table, in the catalogue memory, that the functions of this package fill.
const Changes = "memory.main.changes"

// What happened to a row.
const (
	Added     = "added"
	Withdrawn = "withdrawn"
	SetAside  = "set_aside" // its cell was read but could not be used this time: it is in quarantine, not withdrawn
	Revised   = "revised"   // another value
	Status    = "status"    // the same value with another status
	Other     = "other"     // another unit or another attribute
)

// Who did it.
const (
	BySource     = "source"     // the books say something else
	ByMethod     = "method"     // the configuration or the program reads or computes otherwise
	ByCorrection = "correction" // a correction of ours
)

// Pair is two releases that are open together.
type Pair struct {
	DB            *duck.DB // as duck.OpenPair opens it
	Before, After release.Manifest
}

// Summary counts the changes of one dataset, indicator or target.
type Summary struct {
	Part      string   `json:"part"` // dataset, indicator or target
	Subject   string   `json:"subject"`
	Before    int64    `json:"rows_before"`
	After     int64    `json:"rows_after"`
	Added     int64    `json:"added"`
	Withdrawn int64    `json:"withdrawn"`
	SetAside  int64    `json:"set_aside"`
	Revised   int64    `json:"revised"`
	Status    int64    `json:"status"`
	Other     int64    `json:"other"`
	MeanAbs   *float64 `json:"mean_abs_difference"` // of the revised values
	MaxAbs    *float64 `json:"max_abs_difference"`
	MaxPct    *float64 `json:"max_abs_percent"`
	Source    int64    `json:"by_source"`
	Method    int64    `json:"by_method"`
	Corrected int64    `json:"by_correction"`
}

// Changed counts the changes.
func (s Summary) Changed() int64 {
	return s.Added + s.Withdrawn + s.SetAside + s.Revised + s.Status + s.Other
}

const table = `CREATE OR REPLACE TABLE ` + Changes + ` (part VARCHAR, subject VARCHAR, key VARCHAR, time_period VARCHAR, change VARCHAR, cause VARCHAR,
	value_before DOUBLE, value_after DOUBLE, difference DOUBLE, percent DOUBLE, status_before VARCHAR, status_after VARCHAR, detail VARCHAR,
	book VARCHAR, sheet VARCHAR, cell VARCHAR);
CREATE OR REPLACE TABLE memory.main.sizes (part VARCHAR, subject VARCHAR, rows_before BIGINT, rows_after BIGINT)`

// Releases compares two releases and fills the table of changes.
func Releases(ctx context.Context, p Pair) ([]Summary, error) {
	if err := p.DB.Exec(ctx, table); err != nil {
		return nil, fmt.Errorf("compare releases: %w", err)
	}
	before, err := datasets(ctx, p.DB, duck.Before+".main.")
	if err != nil {
		return nil, err
	}
	after, err := datasets(ctx, p.DB, "")
	if err != nil {
		return nil, err
	}
	for _, id := range union(before, after) {
		if err := p.dataset(ctx, id, before[id], after[id]); err != nil {
			return nil, fmt.Errorf("compare dataset %s: %w", id, err)
		}
	}
	if err := p.indicators(ctx); err != nil {
		return nil, fmt.Errorf("compare indicators: %w", err)
	}
	if err := p.targets(ctx); err != nil {
		return nil, fmt.Errorf("compare targets: %w", err)
	}
	return summaries(ctx, p.DB)
}

// Vintages compares what was known of a dataset at two times, in one release, and fills the table of changes.
func Vintages(ctx context.Context, db *duck.DB, dataset string, from, to time.Time) ([]Summary, error) {
	if err := db.Exec(ctx, table); err != nil {
		return nil, fmt.Errorf("compare vintages: %w", err)
	}
	known, err := datasets(ctx, db, "")
	if err != nil {
		return nil, err
	}
	key, ok := known[dataset]
	if !ok {
		return nil, unknownDataset(dataset, known)
	}
	at := func(t time.Time) string {
		return duck.Ident(dataset+"_asof") + "(TIMESTAMPTZ " + duck.Literal(t.UTC().Format("2006-01-02 15:04:05.999999")+"+00") + ")"
	}
	columns, err := columnsOf(ctx, db, "FROM "+duck.Ident(dataset))
	if err != nil {
		return nil, err
	}
	c := comparison{
		part: "dataset", subject: dataset, key: key, before: "FROM " + at(from), after: "FROM " + at(to), columns: columns,
		booksBefore: "snapshots", booksAfter: "snapshots", gone: duck.Literal(Withdrawn), cause: duck.Literal(BySource),
	}
	if slices.Contains(columns, "correction") {
		c.cause = "CASE WHEN a.correction IS DISTINCT FROM b.correction THEN " + duck.Literal(ByCorrection) + " ELSE " + duck.Literal(BySource) + " END"
	}
	if err := c.run(ctx, db); err != nil {
		return nil, fmt.Errorf("compare vintages of %s: %w", dataset, err)
	}
	return summaries(ctx, db)
}

// datasets gives the keys of a release's datasets.
func datasets(ctx context.Context, db *duck.DB, schema string) (map[string][]string, error) {
	rows, err := db.Query(ctx, "SELECT dataset, key FROM "+schema+"datasets")
	if err != nil {
		return nil, fmt.Errorf("list the datasets: %w", err)
	}
	defer rows.Close()
	keys := map[string][]string{}
	for rows.Next() {
		var id, key string
		if err := rows.Scan(&id, &key); err != nil {
			return nil, err
		}
		keys[id] = strings.Fields(key)
	}
	return keys, rows.Err()
}

func union(a, b map[string][]string) []string {
	var names []string
	for n := range a {
		names = append(names, n)
	}
	for n := range b {
		if _, both := a[n]; !both {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// columnsOf gives the columns of a query.
func columnsOf(ctx context.Context, db *duck.DB, query string) ([]string, error) {
	rows, err := db.Query(ctx, "SELECT column_name FROM (DESCRIBE "+query+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	return names, rows.Err()
}

// summaries counts the changes by subject: datasets, then indicators, then targets.
func summaries(ctx context.Context, db *duck.DB) ([]Summary, error) {
	rows, err := db.Query(ctx, `SELECT s.part, s.subject, any_value(rows_before), any_value(rows_after),
		count(*) FILTER (change = 'added'), count(*) FILTER (change = 'withdrawn'), count(*) FILTER (change = 'set_aside'),
		count(*) FILTER (change = 'revised'), count(*) FILTER (change = 'status'), count(*) FILTER (change = 'other'),
		avg(abs(difference)), max(abs(difference)), max(abs(percent)),
		count(*) FILTER (contains(cause, 'source')), count(*) FILTER (contains(cause, 'method')), count(*) FILTER (contains(cause, 'correction'))
		FROM memory.main.sizes s LEFT JOIN `+Changes+` c ON c.part = s.part AND c.subject = s.subject
		GROUP BY s.part, s.subject ORDER BY s.part, s.subject`)
	if err != nil {
		return nil, fmt.Errorf("count the changes: %w", err)
	}
	defer rows.Close()
	var list []Summary
	for rows.Next() {
		var s Summary
		if err := rows.Scan(&s.Part, &s.Subject, &s.Before, &s.After, &s.Added, &s.Withdrawn, &s.SetAside, &s.Revised, &s.Status, &s.Other,
			&s.MeanAbs, &s.MaxAbs, &s.MaxPct, &s.Source, &s.Method, &s.Corrected); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}
