package schedule

import (
	"hash/fnv"
	"time"
)

// Timetable gives the times at which something is due: a Schedule or a Calendar.
type Timetable interface {
	Next(t time.Time) (due time.Time, ok bool)
}

// Missed says what is done about due times that passed while nobody could see to them.
type Missed string

const (
	CatchUpOnce Missed = "once" // one run makes up for all of them
	CatchUpAll  Missed = "all"  // one run each, in their order
	CatchUpNone Missed = "none" // none
)

// Rule is a timetable and what goes with it.
type Rule struct {
	ID      string   // tells the rules of a configuration apart, and seeds the jitter
	Sources []string // ids of the sources that are asked; empty: all
	When    Timetable
	Zone    *time.Location
	Windows []Window
	Jitter  time.Duration // runs begin up to so much later, each rule by an amount of its own
	Missed  Missed        // empty: CatchUpOnce

	Poll    time.Duration // ask again so often until a new book is there; 0: ask once
	Patient time.Duration // how long after the due time a book is expected, where the timetable is no Calendar
	Early   time.Duration // a book that came so long before the due time is the one that is expected

	Print string // changes when the timetable does: what was due by another one is not made up for
}

// start is when the run of a due time begins.
func (r Rule) start(due time.Time) time.Time {
	w := windows{r.Windows, r.Zone}
	begin := w.move(due)
	if late := begin.Add(r.jitter()); w.hold(late) {
		return late
	}
	return begin
}

// jitter is the same for a rule at all times, so that runs keep their distance, and differs between rules.
func (r Rule) jitter() time.Duration {
	if r.Jitter < time.Second {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.ID)) // a hash never fails
	return time.Duration(h.Sum64()%uint64(r.Jitter/time.Second)) * time.Second
}

// Deadline is the moment from which the book of a due time is late; zero where none is waited for.
func (r Rule) Deadline(due time.Time) time.Time {
	if c, ok := r.When.(Calendar); ok && r.Patient == 0 {
		if r.Poll == 0 && c.Until == 0 {
			return time.Time{}
		}
		return c.Deadline(due)
	}
	if r.Patient > 0 {
		return due.Add(r.Patient)
	}
	return time.Time{}
}

// Waits reports whether the rule is about a book that should come.
func (r Rule) Waits() bool { return !r.Deadline(time.Time{}).IsZero() }

// Next gives the due time after t and when its run begins.
func (r Rule) Next(t time.Time) (due, start time.Time, ok bool) {
	if due, ok = r.When.Next(t); !ok {
		return time.Time{}, time.Time{}, false
	}
	return due, r.start(due), true
}
