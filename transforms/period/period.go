// Package period reads time periods out of the titles and headers of statistics tables, in Vietnamese and English, and
// writes them the way SDMX does.
package period

import (
	"cmp"
	"fmt"
	"time"
)

// Period is a run of whole days. The zero Period is none.
type Period struct {
	Start time.Time // first day, UTC
	End   time.Time // last day, UTC
	Freq  string    // SDMX CL_FREQ: A, S, Q, M, W or D; a running total of some months has M
}

// Of gives the period from the first to the last day, with the frequency that such a run of days has.
func Of(start, end time.Time) Period {
	p := Period{Start: start, End: end}
	switch n := p.Months(); {
	case n == 12 && start.Month() == 1:
		p.Freq = "A"
	case n == 6 && start.Month()%6 == 1:
		p.Freq = "S"
	case n == 3 && start.Month()%3 == 1:
		p.Freq = "Q"
	case n > 0:
		p.Freq = "M"
	case p.days() == 7 && start.Weekday() == time.Monday:
		p.Freq = "W"
	default:
		p.Freq = "D"
	}
	return p
}

// Year gives a calendar year.
func Year(year int) Period { return months(year, 1, 12) }

// Month gives a calendar month.
func Month(year int, month time.Month) Period { return months(year, int(month), 1) }

// Quarter gives a quarter, 1 to 4.
func Quarter(year, quarter int) Period { return months(year, 3*quarter-2, 3) }

// Day gives a single day.
func Day(year int, month time.Month, day int) Period {
	d := date(year, int(month), day)
	return Of(d, d)
}

// months gives n months from the given one, which may lie outside 1 to 12.
func months(year, from, n int) Period {
	return Of(date(year, from, 1), date(year, from+n, 0))
}

func date(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// IsZero reports whether there is no period.
func (p Period) IsZero() bool { return p.Start.IsZero() }

// String gives the canonical SDMX form: 2024, 2024-S1, 2024-Q1, 2024-03, 2024-W05, 2024-03-29, or for other runs of
// days the start and the duration: 2024-01-01/P5M.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	year, month, _ := p.Start.Date()
	switch n := p.Months(); {
	case n == 12 && month == 1:
		return fmt.Sprintf("%04d", year)
	case n == 6 && month%6 == 1:
		return fmt.Sprintf("%04d-S%d", year, (month+5)/6)
	case n == 3 && month%3 == 1:
		return fmt.Sprintf("%04d-Q%d", year, (month+2)/3)
	case n == 1:
		return fmt.Sprintf("%04d-%02d", year, month)
	case n > 0 && n%12 == 0:
		return fmt.Sprintf("%s/P%dY", p.Start.Format(time.DateOnly), n/12)
	case n > 0:
		return fmt.Sprintf("%s/P%dM", p.Start.Format(time.DateOnly), n)
	}
	switch n := p.days(); {
	case n == 1:
		return p.Start.Format(time.DateOnly)
	case n == 7 && p.Start.Weekday() == time.Monday:
		year, week := p.Start.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	default:
		return fmt.Sprintf("%s/P%dD", p.Start.Format(time.DateOnly), n)
	}
}

// Months gives the number of calendar months the period consists of; 0 if it does not begin and end with one.
func (p Period) Months() int {
	if p.IsZero() || p.Start.Day() != 1 || p.End.AddDate(0, 0, 1).Day() != 1 || p.End.Before(p.Start) {
		return 0
	}
	return 12*(p.End.Year()-p.Start.Year()) + int(p.End.Month()) - int(p.Start.Month()) + 1
}

func (p Period) days() int { return int(p.End.Sub(p.Start)/(24*time.Hour)) + 1 }

// Previous gives the period of the same length right before.
func (p Period) Previous() Period {
	if n := p.Months(); n > 0 {
		return months(p.Start.Year(), int(p.Start.Month())-n, n)
	}
	n := p.days()
	return Of(p.Start.AddDate(0, 0, -n), p.Start.AddDate(0, 0, -1))
}

// YearBefore gives the same part of the year before. For 29 February that is 28 February; for week 53 of a year whose
// forerunner has none it is week 52.
func (p Period) YearBefore() Period { return p.years(-1) }

// years shifts the period by whole years.
func (p Period) years(n int) Period {
	if k := p.Months(); k > 0 {
		return months(p.Start.Year()+n, int(p.Start.Month()), k)
	}
	if p.Freq == "W" {
		year, week := p.Start.ISOWeek()
		if q, ok := isoWeek(year+n, week); ok {
			return q
		}
		q, _ := isoWeek(year+n, week-1)
		return q
	}
	return Of(sameDay(p.Start, n), sameDay(p.End, n))
}

// sameDay gives the day of the same date n years on, 28 February where there is no 29th.
func sameDay(t time.Time, n int) time.Time {
	year, month, day := t.Date()
	if u := date(year+n, int(month), day); u.Month() == month {
		return u
	}
	return date(year+n, int(month)+1, 0)
}

// isoWeek gives the week of that number, which a year may not have.
func isoWeek(year, week int) (Period, bool) {
	fourth := date(year, 1, 4) // always in week 1
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7+7*(week-1))
	if y, w := monday.ISOWeek(); y != year || w != week {
		return Period{}, false
	}
	return Of(monday, monday.AddDate(0, 0, 6)), true
}

// Compare orders periods by their start, then by their end.
func Compare(a, b Period) int {
	return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
}

// Equal reports whether both are the same run of days.
func (p Period) Equal(q Period) bool { return p.Start.Equal(q.Start) && p.End.Equal(q.End) }

// Contains reports whether q lies within p.
func (p Period) Contains(q Period) bool {
	return !q.Start.Before(p.Start) && !q.End.After(p.End)
}
