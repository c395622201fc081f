package runlog

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/statloom/statloom/pipeline/schedule"
)

// Keep stores a small value over restarts, under a name in a room of its caller's; null forgets it.
func (l *Log) Keep(ctx context.Context, room, name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("keep %s %s: %w", room, name, err)
	}
	if string(text) == "null" {
		_, err = l.db.ExecContext(ctx, `DELETE FROM kept WHERE room = ? AND name = ?`, room, name)
	} else {
		_, err = l.db.ExecContext(ctx, `INSERT INTO kept (room, name, value) VALUES (?, ?, ?)
			ON CONFLICT (room, name) DO UPDATE SET value = excluded.value`, room, name, string(text))
	}
	if err != nil {
		return fmt.Errorf("keep %s %s: %w", room, name, err)
	}
	return nil
}

// Kept gives what is kept in a room, by name. A value that does not fit V any more, since another version of the program
// kept it, is left out.
func Kept[V any](ctx context.Context, l *Log, room string) (map[string]V, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT name, value FROM kept WHERE room = ?`, room)
	if err != nil {
		return nil, fmt.Errorf("read what is kept of %s: %w", room, err)
	}
	defer rows.Close()
	all := map[string]V{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, fmt.Errorf("read what is kept of %s: %w", room, err)
		}
		var v V
		if json.Unmarshal([]byte(text), &v) == nil {
			all[name] = v
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what is kept of %s: %w", room, err)
	}
	return all, nil
}

// scheduleRoom is where the marks of schedules are kept.
const scheduleRoom = "schedule"

// Marks implements schedule.Store.
func (l *Log) Marks(ctx context.Context) (map[string]schedule.Mark, error) {
	return Kept[schedule.Mark](ctx, l, scheduleRoom)
}

// SetMark implements schedule.Store.
func (l *Log) SetMark(ctx context.Context, rule string, m schedule.Mark) error {
	return l.Keep(ctx, scheduleRoom, rule, m)
}

// Prune forgets all but the newest runs, and what happened in them; those that are under way stay.
func (l *Log) Prune(ctx context.Context, keep int) error {
	_, err := l.db.ExecContext(ctx, `DELETE FROM runs WHERE status <> ? AND id NOT IN (SELECT id FROM runs ORDER BY started DESC, id DESC LIMIT ?)`,
		Running, max(keep, 1))
	if err != nil {
		return fmt.Errorf("forget old runs: %w", err)
	}
	return nil
}
