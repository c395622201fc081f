package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/release"
)

// runAsOf computes everything from what was known at a time, into a folder of its own.
func (a *app) runAsOf(ctx context.Context, when, out string) error {
	at, err := instant(when)
	if err != nil {
		return usageError{fmt.Errorf("--as-of: %w", err)}
	}
	// A date that is not over yet means now.
	if now := a.now(); at.After(now) {
		if !now.UTC().Truncate(24 * time.Hour).Equal(at.Truncate(24 * time.Hour)) {
			return usageError{fmt.Errorf("--as-of %s lies in the future", when)}
		}
		at = now
	}
	return a.inTurn(ctx, func(ctx context.Context, t turn) error {
		folder := filepath.Join(t.cfg.DataDir(), "asof", at.UTC().Format("20060102T150405Z"))
		if out != "" {
			folder = a.path(out)
		}
		t.Trigger = "as of " + at.UTC().Format(time.RFC3339)
		result, err := t.RunAsOf(ctx, t.id, at, folder)
		t.watched()
		if err != nil {
			return err
		}
		m, err := release.ReadManifest(result.Folder)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "What was known at %s is in %s; the current release stays as it is.\n", at.UTC().Format(time.RFC3339), a.shortPath(result.Folder))
		for _, f := range m.Files {
			if path.Ext(f.Path) == ".duckdb" {
				fmt.Fprintf(a.out, "Ask it: statloom sql --file %s\n", a.shortPath(filepath.Join(result.Folder, f.Path)))
			}
		}
		if m.Illustrative {
			fmt.Fprintln(a.out, a.paint(yellow, words(t.cfg.Language).illustrative))
		}
		return problems(result)
	})
}

// instant reads a date, which means the end of that day, or a time; UTC where no offset is given.
func instant(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Microsecond), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.Parse(form, strings.TrimSpace(text)); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a date such as 2024-09-30 nor a time such as 2024-09-30T08:00:00+07:00", text)
}
