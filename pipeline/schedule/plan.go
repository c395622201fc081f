package schedule

import (
	"fmt"
	"time"
)

// Mark is what is kept of a rule: what has been seen to.
type Mark struct {
	Handled time.Time `json:"handled"`          // the last due time that was seen to, or when the rule was first met
	Print   string    `json:"print"`            // of the rule that Handled is about
	Waiting time.Time `json:"waiting,omitzero"` // the due time whose book is waited for
	Polled  time.Time `json:"polled,omitzero"`  // when it was asked for last
	Late    bool      `json:"late,omitempty"`   // its deadline has passed, and that was told
}

// Action is what a planner decides.
type Action uint8

const (
	Run  Action = iota // begin a run
	Poll               // ask again for the book that is waited for
	Skip               // leave due times out; Why says the reason
	Late               // the book of the due time has not come by its deadline
)

// Decision is one thing to do about a rule.
type Decision struct {
	Action   Action
	Rule     string
	Due      time.Time // of Skip the last one that is left out
	Count    int       // of Skip: how many
	CaughtUp bool      // of Run: the due time was missed
	Why      string
}

const (
	onTime    = 5 * time.Minute // a run that begins so long after its time was not missed, only delayed
	setBack   = time.Hour       // a clock that shows so much less than what was seen to has been put back
	maxMissed = 100             // due times that CatchUpAll makes up for; more are not worth a run each
	maxLooked = 1_000_000       // due times that are counted; two years of minutes
)

// Step decides what is to be done about a rule now. It gives the mark as it is with the decisions to skip carried out; a
// run changes the mark when it has ended, by Ended, so that one that is killed is due again. running is the due time of
// the rule's run that is going on, or nil.
func (r Rule) Step(now time.Time, m Mark, running *time.Time) (Mark, []Decision) {
	switch {
	case m.Print != r.Print || m.Handled.IsZero():
		// A rule that is new or has another timetable: what lies before is not its business.
		return Mark{Handled: now, Print: r.Print}, nil
	case m.Handled.Sub(now) > setBack:
		text := fmt.Sprintf("the clock was put back from %s or later to %s; counting goes on from now", stamp(m.Handled, r.Zone), stamp(now, r.Zone))
		return Mark{Handled: now, Print: r.Print}, []Decision{{Action: Skip, Rule: r.ID, Due: now, Why: text}}
	}
	if running != nil {
		return r.overlap(now, m, *running)
	}
	if due, n := r.due(m.Handled, now); n > 0 {
		return r.begin(now, m, due, n)
	}
	if !m.Waiting.IsZero() {
		return r.wait(now, m)
	}
	return m, nil
}

// overlap leaves out what becomes due while the rule's run is going on. Where every due time is to have its run, it waits.
// The mark must not be stored before the run has ended: if it is killed, it is due again.
func (r Rule) overlap(now time.Time, m Mark, running time.Time) (Mark, []Decision) {
	from := m.Handled
	if running.After(from) {
		from = running
	}
	due, n := r.due(from, now)
	if n == 0 || r.Missed == CatchUpAll {
		return m, nil
	}
	m.Handled = due[len(due)-1]
	return m, []Decision{{Action: Skip, Rule: r.ID, Due: m.Handled, Count: n,
		Why: fmt.Sprintf("the run due at %s was still going on", stamp(running, r.Zone))}}
}

// due lists the due times after from whose start has come, the newest maxMissed of them, and counts all. Those that
// windows put to the same start are one.
func (r Rule) due(from, now time.Time) (list []time.Time, n int) {
	var last time.Time
	for range maxLooked {
		due, start, ok := r.Next(from)
		if !ok || due.After(now) || start.After(now) {
			break
		}
		from = due
		if len(list) > 0 && start.Equal(last) {
			list[len(list)-1] = due
			continue
		}
		if n++; len(list) == maxMissed {
			list = append(list[:0], list[1:]...)
		}
		list, last = append(list, due), start
	}
	return list, n
}

// begin decides which of the due times get a run.
func (r Rule) begin(now time.Time, m Mark, due []time.Time, n int) (Mark, []Decision) {
	last := due[len(due)-1]
	late := now.Sub(r.start(last)) > onTime
	run := Decision{Action: Run, Rule: r.ID, Due: last, CaughtUp: late}
	var out []Decision
	skip := func(count int, upTo time.Time, why string) {
		out = append(out, Decision{Action: Skip, Rule: r.ID, Due: upTo, Count: count, Why: why})
		m.Handled = upTo
	}
	switch {
	case r.Missed == CatchUpAll:
		if more := n - len(due); more > 0 {
			first := r.before(due[0], m.Handled)
			skip(more, first, fmt.Sprintf("more than %d due times were missed", maxMissed))
		}
		run.Due = due[0]
		run.CaughtUp = now.Sub(r.start(run.Due)) > onTime
	case late && r.Missed == CatchUpNone:
		skip(n, last, "missed, and missed runs are not made up for")
		return m, out
	case n > 1:
		before := r.before(last, m.Handled)
		skip(n-1, before, fmt.Sprintf("missed; the run due at %s makes up for it", stamp(last, r.Zone)))
	}
	return m, append(out, run)
}

// before gives the last due time before another, after from; from itself if there is none.
func (r Rule) before(due, from time.Time) time.Time {
	for range maxLooked {
		next, ok := r.When.Next(from)
		if !ok || !next.Before(due) {
			break
		}
		from = next
	}
	return from
}

// wait decides about a book that has not come yet.
func (r Rule) wait(now time.Time, m Mark) (Mark, []Decision) {
	var out []Decision
	deadline := r.Deadline(m.Waiting)
	if m.Polled.After(now) {
		m.Polled = now // the clock was put back
	}
	next := r.nextPoll(m)
	if !next.IsZero() && !now.Before(next) {
		out = append(out, Decision{Action: Poll, Rule: r.ID, Due: m.Waiting, Why: "the book due at " + stamp(m.Waiting, r.Zone) + " has not come yet"})
	}
	if !m.Late && !deadline.IsZero() && !now.Before(deadline) && (len(out) == 0 || m.Polled.After(deadline)) {
		// A deadline that passed while nobody looked is told after one more look.
		m.Late = true
		out = append(out, Decision{Action: Late, Rule: r.ID, Due: m.Waiting, Why: "no new book by " + stamp(deadline, r.Zone)})
	}
	return m, out
}

// nextPoll is when the book is asked for again. A rule that does not poll looks once more at the deadline.
func (r Rule) nextPoll(m Mark) time.Time {
	if m.Waiting.IsZero() {
		return time.Time{}
	}
	if r.Poll > 0 {
		return windows{r.Windows, r.Zone}.move(m.Polled.Add(r.Poll))
	}
	if deadline := r.Deadline(m.Waiting); m.Polled.Before(deadline) {
		return deadline
	}
	return time.Time{}
}

// Ended gives the mark after the run or the poll of a due time. arrived says that the book that was waited for is there.
func (r Rule) Ended(now time.Time, m Mark, due time.Time, arrived bool) Mark {
	if due.After(m.Handled) {
		m.Handled = due
	}
	if arrived || !r.Waits() {
		m.Waiting, m.Polled, m.Late = time.Time{}, time.Time{}, false
		return m
	}
	m.Late = m.Late && m.Waiting.Equal(due)
	m.Waiting, m.Polled = due, now
	return m
}

// Wake is when there is something to decide about a rule next; zero: never.
func (r Rule) Wake(m Mark) time.Time {
	var wake time.Time
	earlier := func(t time.Time) {
		if !t.IsZero() && (wake.IsZero() || t.Before(wake)) {
			wake = t
		}
	}
	if _, start, ok := r.Next(m.Handled); ok {
		earlier(start)
	}
	if !m.Waiting.IsZero() {
		earlier(r.nextPoll(m))
		if !m.Late {
			earlier(r.Deadline(m.Waiting))
		}
	}
	return wake
}

func stamp(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02 15:04 MST") }
