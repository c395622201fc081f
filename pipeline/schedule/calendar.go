package schedule

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Date is a day of the calendar, whatever the time zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads 2026-03-29.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	if err != nil {
		return Date{}, fmt.Errorf("%.40q is not a date; write it as 2026-03-29", text)
	}
	return dateOf(t), nil
}

func dateOf(t time.Time) Date { return Date{t.Year(), t.Month(), t.Day()} }

// String writes 2026-03-29.
func (d Date) String() string { return d.at(0).Format(time.DateOnly) }

// at is a time of the day on a clock that is never changed.
func (d Date) at(clock time.Duration) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Add(clock)
}

func (d Date) plus(days int) Date    { return dateOf(d.at(0).AddDate(0, 0, days)) }
func (d Date) weekday() time.Weekday { return d.at(0).Weekday() }

func lastOf(year int, m time.Month) Date {
	return dateOf(time.Date(year, m+1, 0, 0, 0, 0, 0, time.UTC))
}

// Otherwise says what is done when a calendar's day does not exist in a month or is no working day.
type Otherwise string

const (
	LastWorkingDay   Otherwise = "last_working_day"   // of that month
	WorkingDayBefore Otherwise = "working_day_before" // the nearest before the day
	WorkingDayAfter  Otherwise = "working_day_after"  // the nearest after it
	AnyDay           Otherwise = "any_day"            // the day itself, or the month's last where it has no such day
	NoDay            Otherwise = "skip"               // nothing is due in that month
)

// LastDay, as a calendar's Day, is the last day of a month.
const LastDay = 31

// Calendar is when a statistics office publishes: a day of every month, or a list of dates.
type Calendar struct {
	Day       int           // of the month, 1 to 31; LastDay is the last one whatever the month; 0: Dates alone count
	Months    []time.Month  // in which there is one; empty: all
	Otherwise Otherwise     // empty: LastWorkingDay
	Dates     []Date        // known dates; in a month that has some, Day plays no part
	At        time.Duration // since midnight
	Until     int           // day of a month until whose end the book is expected, the first one after the due date; 0: the due date's end
	Weekend   []time.Weekday
	Holidays  map[Date]bool
	Zone      *time.Location
}

// years is how far a calendar looks ahead: a 29 February on which nothing falls away may be 40 years off.
const years = 50

// Next gives the first due time after t.
func (c Calendar) Next(t time.Time) (time.Time, bool) {
	wall := t.In(c.Zone)
	first := time.Date(wall.Year(), wall.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	var best time.Time
	for i := range 12 * years {
		month := first.AddDate(0, i, 0)
		for _, d := range c.inMonth(month.Year(), month.Month()) {
			due := instant(d.at(c.At), c.Zone)
			if due.After(t) && (best.IsZero() || due.Before(best)) {
				best = due
			}
		}
		// A day may be put off into the next month, but not past the days of the one after.
		if !best.IsZero() && month.After(best.AddDate(0, 1, 0)) {
			break
		}
	}
	return best, !best.IsZero()
}

// inMonth gives the due days that belong to a month.
func (c Calendar) inMonth(year int, m time.Month) []Date {
	var known []Date
	for _, d := range c.Dates {
		if d.Year == year && d.Month == m {
			known = append(known, d)
		}
	}
	if len(known) > 0 || c.Day == 0 || len(c.Months) > 0 && !slices.Contains(c.Months, m) {
		return known
	}
	last := lastOf(year, m)
	day := Date{year, m, min(c.Day, last.Day)}
	if c.works(day) && (c.Day <= last.Day || c.Day == LastDay) {
		return []Date{day}
	}
	switch c.Otherwise {
	case NoDay:
		return nil
	case AnyDay:
		return []Date{day}
	case WorkingDayBefore:
		return c.nearest(day, -1)
	case WorkingDayAfter:
		return c.nearest(day, 1)
	}
	return c.nearest(last, -1)
}

// nearest looks for a working day; a calendar of holidays without end has none.
func (c Calendar) nearest(d Date, step int) []Date {
	for range 60 {
		if c.works(d) {
			return []Date{d}
		}
		d = d.plus(step)
	}
	return nil
}

func (c Calendar) works(d Date) bool {
	return !c.Holidays[d] && !slices.Contains(c.Weekend, d.weekday())
}

// Deadline is the moment from which what was due is late.
func (c Calendar) Deadline(due time.Time) time.Time {
	d := dateOf(due.In(c.Zone))
	if c.Until > 0 {
		for d = d.plus(1); d.Day != c.Until && !(d == lastOf(d.Year, d.Month) && c.Until > d.Day); {
			d = d.plus(1)
		}
	}
	return instant(d.plus(1).at(0), c.Zone)
}

// maxHolidays bounds a file of holidays, in lines.
const maxHolidays = 100_000

// ReadHolidays reads a CSV file whose column date holds the days on which nobody works; other columns, such as a name,
// are for people.
func ReadHolidays(text []byte) (map[Date]bool, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("the file is not in UTF-8")
	}
	r := csv.NewReader(bufio.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))))
	r.Comment, r.FieldsPerRecord = '#', -1
	header, err := r.Read()
	if err != nil {
		return nil, errors.New("the file is empty; begin with a line of column names, one of them date")
	}
	at := slices.IndexFunc(header, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), "date") })
	if at < 0 {
		return nil, errors.New("there is no column date")
	}
	days := map[Date]bool{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return days, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read holidays: %w", err)
		}
		line, _ := r.FieldPos(0)
		switch {
		case len(days) == maxHolidays:
			return nil, fmt.Errorf("there are more than %d holidays", maxHolidays)
		case at >= len(row):
			return nil, fmt.Errorf("line %d has no date", line)
		}
		d, err := ParseDate(row[at])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		days[d] = true
	}
}
