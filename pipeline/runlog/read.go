package runlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
)

const runColumns = `id, started, finished, status, exit_code, "release", config_hash, "trigger", counters, message`

// Runs gives the latest runs, newest first; a limit of 0 gives all.
func (l *Log) Runs(ctx context.Context, limit int) ([]Run, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	rows, err := l.db.QueryContext(ctx, `SELECT `+runColumns+` FROM runs ORDER BY started DESC, id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	defer rows.Close()
	runs := []Run{}
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, fmt.Errorf("read runs: %w", err)
		}
		runs = append(runs, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	return runs, nil
}

// Run gives one run.
func (l *Log) Run(ctx context.Context, id string) (Run, error) {
	r, err := scanRun(l.db.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("there is no run %q", id), Remedy: "statloom status lists the runs"}
	}
	if err != nil {
		return Run{}, fmt.Errorf("read run %s: %w", id, err)
	}
	return r, nil
}

// Events gives what happened in a run, in the order it was recorded, pending events included.
func (l *Log) Events(ctx context.Context, id string) ([]Event, error) {
	if err := l.Flush(ctx); err != nil {
		return nil, err
	}
	rows, err := l.db.QueryContext(ctx, `SELECT run_id, at, step, subject, level, message, fields
		FROM events WHERE run_id = ? ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("read events of run %s: %w", id, err)
	}
	defer rows.Close()
	events := []Event{}
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, fmt.Errorf("read events of run %s: %w", id, err)
		}
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events of run %s: %w", id, err)
	}
	return events, nil
}

type scanner interface{ Scan(...any) error }

func scanRun(s scanner) (Run, error) {
	var r Run
	var started, counters string
	var finished sql.NullString
	var exit sql.NullInt64
	err := s.Scan(&r.ID, &started, &finished, &r.Status, &exit, &r.Release, &r.ConfigHash, &r.Trigger, &counters, &r.Message)
	if err != nil {
		return Run{}, err
	}
	if r.Started, err = time.Parse(timeFormat, started); err != nil {
		return Run{}, err
	}
	if finished.Valid {
		if r.Finished, err = time.Parse(timeFormat, finished.String); err != nil {
			return Run{}, err
		}
	}
	if exit.Valid {
		code := int(exit.Int64)
		r.ExitCode = &code
	}
	r.Counters, err = decode[int64](counters)
	return r, err
}

func scanEvent(s scanner) (Event, error) {
	var e Event
	var at, level, fields string
	if err := s.Scan(&e.RunID, &at, &e.Step, &e.Subject, &level, &e.Message, &fields); err != nil {
		return Event{}, err
	}
	var err error
	if e.At, err = time.Parse(timeFormat, at); err != nil {
		return Event{}, err
	}
	var lv slog.Level
	if err := lv.UnmarshalText([]byte(level)); err != nil {
		return Event{}, err
	}
	e.Level = lv
	e.Fields, err = decode[any](fields)
	return e, err
}

// decode is the inverse of encode: no map for {}.
func decode[V any](text string) (map[string]V, error) {
	var m map[string]V
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, fmt.Errorf("decode %q: %w", text, err)
	}
	if len(m) == 0 {
		return nil, nil
	}
	return m, nil
}
