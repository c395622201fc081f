package schedule

import "time"

// Clock is the time as the scheduler sees it. The two ways of telling it drift apart when the clock on the wall is set,
// or when the machine sleeps.
type Clock interface {
	Now() time.Time                         // on the wall
	Elapsed() time.Duration                 // since some moment, at an even pace, whatever happens to the wall's clock
	After(d time.Duration) <-chan time.Time // like time.After
}

// system is the clock of the machine.
type system struct{ start time.Time }

// SystemClock is the clock of the machine.
func SystemClock() Clock { return system{time.Now()} }

func (system) Now() time.Time                         { return time.Now().Round(0) } // without what tells the even pace
func (s system) Elapsed() time.Duration               { return time.Since(s.start) }
func (system) After(d time.Duration) <-chan time.Time { return time.After(d) }
