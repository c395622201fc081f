package duck

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Correction puts a value in place of one that the source has. It counts from its own date on, and only as long as the
// source says the value that is expected.
type Correction struct {
	ID       string
	Key      map[string]string // by key column; a column that is left out is null
	Expected *float64          // what the source says; nil: that it has no value
	Value    *float64          // nil: the value is missing
	Status   string            // empty: as the source has it
	Reason   string
	Since    time.Time
}

// CorrectionState says how a correction stands.
type CorrectionState string

const (
	CorrectionApplied CorrectionState = "applied"
	CorrectionStopped CorrectionState = "stopped" // the source says another value than the one that is expected
	CorrectionUnknown CorrectionState = "unknown" // there is no such observation, or none any more
)

// CorrectionReport says how a correction stands, and where and what the source says now.
type CorrectionReport struct {
	ID       string
	State    CorrectionState
	Says     *float64 // the value that stands
	Book     string
	Sheet    string
	Cell     string
	Snapshot string
}

// corrections gives the corrections as a relation in SQL; empty when there are none.
func (d Dataset) corrections() string {
	if len(d.Corrections) == 0 {
		return ""
	}
	rows := make([]string, len(d.Corrections))
	for i, c := range d.Corrections {
		var values []string
		for _, k := range d.Key {
			values = append(values, nullable(c.Key[k])+"::VARCHAR")
		}
		values = append(values, Literal(c.ID), double(c.Expected), double(c.Value), nullable(c.Status)+"::VARCHAR", Literal(c.Reason), instant(c.Since))
		rows[i] = "(" + strings.Join(values, ", ") + ")"
	}
	names := append(idents(d.Key), "__name", "__expected", "__value", "__status", "__reason", "__since")
	return "(FROM (VALUES " + strings.Join(rows, ", ") + ") v(" + strings.Join(names, ", ") + "))"
}

func nullable(text string) string {
	if text == "" {
		return "NULL"
	}
	return Literal(text)
}

// double writes a number so that DuckDB reads back exactly the same.
func double(x *float64) string {
	if x == nil {
		return "NULL::DOUBLE"
	}
	return Literal(strconv.FormatFloat(*x, 'g', -1, 64)) + "::DOUBLE"
}

// CorrectionReports says how the corrections of a dataset stand, after BuildDataset.
func (db *DB) CorrectionReports(ctx context.Context, d Dataset) ([]CorrectionReport, error) {
	reports := make([]CorrectionReport, 0, len(d.Corrections))
	for _, c := range d.Corrections {
		r, err := db.correctionReport(ctx, d, c)
		if err != nil {
			return nil, fmt.Errorf("look at correction %s: %w", c.ID, err)
		}
		reports = append(reports, r)
	}
	return reports, nil
}

func (db *DB) correctionReport(ctx context.Context, d Dataset, c Correction) (CorrectionReport, error) {
	where := make([]string, len(d.Key))
	for i, k := range d.Key {
		where[i] = "d." + Ident(k) + "::VARCHAR IS NOT DISTINCT FROM " + nullable(c.Key[k])
	}
	r := CorrectionReport{ID: c.ID, State: CorrectionUnknown}
	rows, err := db.Query(ctx, `SELECT coalesce(correction, ''), obs_value, d.snapshot_id, d.sheet, d.cell,
		coalesce((SELECT min(s.name) FROM snapshots s WHERE s.snapshot_id = d.snapshot_id), '')
		FROM `+Ident(d.ID)+` d WHERE `+strings.Join(where, " AND "))
	if err != nil {
		return r, err
	}
	defer rows.Close()
	for rows.Next() {
		var by string
		if err := rows.Scan(&by, &r.Says, &r.Snapshot, &r.Sheet, &r.Cell, &r.Book); err != nil {
			return r, err
		}
		if r.State = CorrectionStopped; by == c.ID {
			r.State = CorrectionApplied
		}
	}
	return r, whole(ctx, rows.Err())
}
