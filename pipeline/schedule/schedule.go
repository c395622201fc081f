// Package schedule tells when a job is due: a cron expression read on the wall clock of a time zone, so that a daily job
// runs once a day also where clocks are put forward and back.
package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a time zone must load also on machines without a zone database

	"github.com/robfig/cron/v3"
)

// Schedule is a checked cron expression in a time zone. The zero value is never due.
type Schedule struct {
	spec cron.Schedule // evaluated in UTC, which stands for the wall clock
	zone *time.Location
}

// How an expression is written, for messages.
const howTo = `write five fields: minute, hour, day of month, month, day of week, such as "0 2 * * *" for every night at two`

// ErrZone marks errors that are about the time zone, not the expression.
var ErrZone = errors.New("unknown time zone")

// Parse reads a cron expression of five fields, or @yearly, @monthly, @weekly, @daily, @hourly, and the IANA name of a
// time zone. An expression that never comes true is an error.
func Parse(expr, zone string) (Schedule, error) {
	location, err := parseZone(zone)
	if err != nil {
		return Schedule{}, err
	}
	expr = strings.TrimSpace(expr)
	switch upper := strings.ToUpper(expr); {
	case expr == "":
		return Schedule{}, fmt.Errorf("the cron expression is empty; %s", howTo)
	case strings.HasPrefix(upper, "TZ=") || strings.HasPrefix(upper, "CRON_TZ="):
		// The parser of cron would panic on a prefix without a blank after it.
		return Schedule{}, fmt.Errorf("the time zone does not belong in the cron expression; give it by itself")
	case strings.HasPrefix(expr, "@every"):
		return Schedule{}, fmt.Errorf("@every counts from the start of the program and loses count when it restarts; %s", howTo)
	}
	spec, err := cron.ParseStandard(expr)
	if err != nil {
		return Schedule{}, fmt.Errorf("%w; %s", err, howTo)
	}
	s := Schedule{spec: spec, zone: location}
	// From a leap year on, so that 29 February is found.
	if _, ok := s.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); !ok {
		return Schedule{}, fmt.Errorf("%q never comes true: there is no such date", expr)
	}
	return s, nil
}

func parseZone(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("%w %q; write a name such as Asia/Ho_Chi_Minh or UTC", ErrZone, name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%w %q; write a name such as Asia/Ho_Chi_Minh or UTC", ErrZone, name)
	}
	return location, nil
}

// Next gives the first time after t at which the job is due, in the schedule's time zone; ok is false when there is
// none. A wall-clock time that a change of clocks skips is due at the end of the gap, once for all times in it; one that
// comes twice is due the first time only.
func (s Schedule) Next(t time.Time) (due time.Time, ok bool) {
	if s.spec == nil {
		return time.Time{}, false
	}
	wall := wallClock(t.In(s.zone))
	for {
		if wall, ok = s.nextWall(wall); !ok {
			return time.Time{}, false
		}
		if due = instant(wall, s.zone); due.After(t) {
			return due, true
		}
	}
}

// nextWall finds the next time on the wall clock. Cron looks five years ahead, but 29 February may be eight years away.
func (s Schedule) nextWall(wall time.Time) (time.Time, bool) {
	for years := 0; years <= 5; years += 5 {
		if next := s.spec.Next(wall.AddDate(years, 0, 0)); !next.IsZero() {
			return next, true
		}
	}
	return time.Time{}, false
}

// wallClock gives what the clock on the wall shows as if it were UTC.
func wallClock(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant finds the first instant at which the wall clock shows the given time, or the end of the gap that skips it.
func instant(wall time.Time, zone *time.Location) time.Time {
	guess := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	start, end := guess.ZoneBounds()
	best := time.Time{}
	for _, near := range []time.Time{start.Add(-1), guess, end} {
		if start.IsZero() && near.Before(guess) || end.IsZero() && near.IsZero() {
			continue
		}
		_, offset := near.In(zone).Zone()
		candidate := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if wallClock(candidate).Equal(wall) && (best.IsZero() || candidate.Before(best)) {
			best = candidate
		}
	}
	if !best.IsZero() {
		return best
	}
	// In a gap the guess lies on one side of the change; the change is the nearer bound of its side.
	if wallClock(guess).After(wall) {
		return start.In(zone)
	}
	return end.In(zone)
}
