package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Window is a time of the day in which runs may begin. One whose end is not after its beginning goes on past midnight.
type Window struct {
	From, To time.Duration  // since midnight
	Days     []time.Weekday // on which it begins; empty: all
}

// ParseClock reads a time of day, 00:00 to 24:00.
func ParseClock(text string) (time.Duration, error) {
	if text == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%.20q is not a time of day; write it as 06:30", text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// on gives the window that begins on a day, if there is one.
func (w Window) on(d Date, zone *time.Location) (from, to time.Time, ok bool) {
	if len(w.Days) > 0 && !slices.Contains(w.Days, d.weekday()) {
		return time.Time{}, time.Time{}, false
	}
	end := d
	if w.To <= w.From {
		end = d.plus(1)
	}
	return instant(d.at(w.From), zone), instant(end.at(w.To), zone), true
}

// windows are all windows of a rule.
type windows struct {
	list []Window
	zone *time.Location
}

// hold reports whether t lies in a window; without windows every time does.
func (w windows) hold(t time.Time) bool {
	if len(w.list) == 0 {
		return true
	}
	today := dateOf(t.In(w.zone))
	for _, d := range []Date{today.plus(-1), today} {
		for _, one := range w.list {
			if from, to, ok := one.on(d, w.zone); ok && !t.Before(from) && t.Before(to) {
				return true
			}
		}
	}
	return false
}

// move gives t if it lies in a window, else the beginning of the next one.
func (w windows) move(t time.Time) time.Time {
	if w.hold(t) {
		return t
	}
	today := dateOf(t.In(w.zone))
	var best time.Time
	for n := range 9 { // a window of one weekday is at most a week and a day away
		for _, one := range w.list {
			if from, to, ok := one.on(today.plus(n), w.zone); ok && from.After(t) && to.After(from) && (best.IsZero() || from.Before(best)) {
				best = from
			}
		}
	}
	if best.IsZero() {
		return t // all windows fall into a gap of the clock this week
	}
	return best
}
