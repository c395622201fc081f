package runlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// timeFormat sorts as text, which RFC 3339 with trimmed fractions does not.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// Start records that a run has begun; its Status is Running whatever r says.
func (l *Log) Start(ctx context.Context, r Run) error {
	counters, err := encode(r.Counters)
	if err != nil {
		return fmt.Errorf("record run %s: %w", r.ID, err)
	}
	_, err = l.db.ExecContext(ctx, `INSERT INTO runs (id, started, status, "release", config_hash, "trigger", counters, message)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, stamp(r.Started), Running, r.Release, r.ConfigHash, r.Trigger, counters, r.Message)
	if err != nil {
		return fmt.Errorf("record run %s: %w", r.ID, err)
	}
	return nil
}

// Finish records how a run ended. It is written even if ctx has ended, since that is how many runs end.
func (l *Log) Finish(ctx context.Context, id string, o Outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishPatience)
	defer cancel()
	return errors.Join(l.Flush(ctx), l.finish(ctx, id, o))
}

func (l *Log) finish(ctx context.Context, id string, o Outcome) error {
	counters, err := encode(o.Counters)
	if err != nil {
		return fmt.Errorf("finish run %s: %w", id, err)
	}
	res, err := l.db.ExecContext(ctx, `UPDATE runs SET finished = ?, status = ?, exit_code = ?, "release" = ?, counters = ?, message = ?
		WHERE id = ? AND status = ?`,
		stamp(o.Finished), o.Status, o.ExitCode, o.Release, counters, o.Message, id, Running)
	if err != nil {
		return fmt.Errorf("finish run %s: %w", id, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("finish run %s: %w", id, err)
	}
	if n != 1 {
		return fmt.Errorf("finish run %s: no such run is running", id)
	}
	return nil
}

type pendingEvent struct {
	Event
	json string // the fields, encoded at once since the caller may go on using the map
}

// Event records something that happened. Events are written in batches; Flush, Finish and Close write the rest.
func (l *Log) Event(ctx context.Context, e Event) error {
	fields, err := encode(e.Fields)
	if err != nil {
		return fmt.Errorf("record event %q of run %s: %w", e.Message, e.RunID, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending = append(l.pending, pendingEvent{e, fields})
	if e.Level < batchLevel && len(l.pending) < batchEvents && e.At.Sub(l.pending[0].At) < batchAge {
		return nil
	}
	return l.flush(ctx)
}

// Flush writes the pending events.
func (l *Log) Flush(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flush(ctx)
}

// flush keeps the events when it fails: the next flush tries them again.
func (l *Log) flush(ctx context.Context) error {
	if len(l.pending) == 0 {
		return nil
	}
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("record events: %w", err)
	}
	defer tx.Rollback()
	const insert = `INSERT INTO events (run_id, at, step, subject, level, message, fields) VALUES (?, ?, ?, ?, ?, ?, ?)`
	for _, e := range l.pending {
		if _, err := tx.ExecContext(ctx, insert, e.RunID, stamp(e.At), e.Step, e.Subject, e.Level.String(), e.Message, e.json); err != nil {
			return fmt.Errorf("record event %q of run %s: %w", e.Message, e.RunID, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("record events: %w", err)
	}
	l.pending = l.pending[:0]
	return nil
}

// Interrupt marks the runs that are still recorded as running as interrupted and gives their ids. It wants the lock: who
// holds it knows that the processes of those runs are gone.
func (l *Log) Interrupt(ctx context.Context, held *Lock, now time.Time) ([]string, error) {
	if held == nil || held.Holder().Run == "" {
		return nil, fmt.Errorf("mark interrupted runs: the run lock is not held")
	}
	rows, err := l.db.QueryContext(ctx, `UPDATE runs SET status = ?, finished = ?, message = ?
		WHERE status = ? AND id <> ? RETURNING id`,
		Interrupted, stamp(now), "the process ended without finishing the run", Running, held.Holder().Run)
	if err != nil {
		return nil, fmt.Errorf("mark interrupted runs: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("mark interrupted runs: %w", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("mark interrupted runs: %w", err)
	}
	return ids, nil
}

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// encode gives an object's JSON, {} for none.
func encode[V any](m map[string]V) (string, error) {
	if len(m) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(m)
	return string(b), err
}
