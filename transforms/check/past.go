package check

import (
	"context"
	"fmt"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
)

// Past is how a check went until now.
type Past struct {
	FirstFailed  time.Time `json:"first_failed,omitzero"`  // zero: never
	FailingSince time.Time `json:"failing_since,omitzero"` // zero: it passed the last time
	FailedTimes  int64     `json:"failed_times,omitempty"` // in a row
}

// next adds how the check went now.
func (p Past) next(passed bool, now time.Time) Past {
	if passed {
		return Past{FirstFailed: p.FirstFailed}
	}
	if p.FirstFailed.IsZero() {
		p.FirstFailed = now
	}
	if p.FailingSince.IsZero() {
		p.FailingSince = now
	}
	p.FailedTimes++
	return p
}

// Read reads how the checks of an earlier release or candidate went. A database without such a table, or with one of an
// older form, has nothing to tell.
func Read(ctx context.Context, db *duck.DB) (map[string]Past, error) {
	before := map[string]Past{}
	rows, err := db.Query(ctx, `SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND table_name = '`+Table+`'
		AND column_name IN ('check_id', 'first_failed', 'failing_since', 'failed_times')`)
	if err != nil {
		return nil, fmt.Errorf("read earlier checks: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		if n < 4 {
			return before, nil
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	past, err := db.Query(ctx, "SELECT check_id, first_failed, failing_since, failed_times FROM "+Table)
	if err != nil {
		return nil, fmt.Errorf("read earlier checks: %w", err)
	}
	defer past.Close()
	for past.Next() {
		var id string
		var first, since *time.Time
		var p Past
		if err := past.Scan(&id, &first, &since, &p.FailedTimes); err != nil {
			return nil, err
		}
		if first != nil {
			p.FirstFailed = first.UTC()
		}
		if since != nil {
			p.FailingSince = since.UTC()
		}
		before[id] = p
	}
	return before, past.Err()
}
