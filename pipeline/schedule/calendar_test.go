package schedule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/schedule"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func dates(t testing.TB, texts ...string) (list []schedule.Date) {
	t.Helper()
	for _, text := range texts {
		d, err := schedule.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	return list
}

func holidays(t testing.TB, texts ...string) map[schedule.Date]bool {
	days := map[schedule.Date]bool{}
	for _, d := range dates(t, texts...) {
		days[d] = true
	}
	return days
}

var weekend = []time.Weekday{time.Saturday, time.Sunday}

func TestCalendar(t *testing.T) {
	const nine = 9 * time.Hour
	for _, test := range []struct {
		name, from string
		c          schedule.Calendar
		want       []string // due times and, after a blank, from when the book is late
	}{
		{"the 29th, else the last working day, expected until the 5th", "2026-01-01T00:00:00+07:00",
			schedule.Calendar{Day: 29, At: nine, Until: 5, Weekend: weekend}, []string{
				"2026-01-29T09:00:00+07:00 2026-02-06T00:00:00+07:00",
				"2026-02-27T09:00:00+07:00 2026-03-06T00:00:00+07:00", // no 29th, and the 28th is a Saturday
				"2026-03-31T09:00:00+07:00 2026-04-06T00:00:00+07:00", // the 29th is a Sunday
				"2026-04-29T09:00:00+07:00 2026-05-06T00:00:00+07:00",
			}},
		{"holidays count as no working days", "2026-04-01T00:00:00+07:00",
			schedule.Calendar{Day: 30, Otherwise: schedule.WorkingDayBefore, Weekend: weekend, Holidays: holidays(t, "2026-04-30", "2026-05-01")},
			[]string{"2026-04-29T00:00:00+07:00 2026-04-30T00:00:00+07:00", "2026-05-29T00:00:00+07:00 2026-05-30T00:00:00+07:00"}},
		{"put off into the next month", "2026-05-01T00:00:00+07:00",
			schedule.Calendar{Day: 31, Otherwise: schedule.WorkingDayAfter, Weekend: weekend},
			[]string{"2026-06-01T00:00:00+07:00 2026-06-02T00:00:00+07:00", "2026-06-30T00:00:00+07:00 2026-07-01T00:00:00+07:00"}},
		{"whatever day it is", "2026-02-01T00:00:00+07:00", schedule.Calendar{Day: 29, Otherwise: schedule.AnyDay, Weekend: weekend},
			[]string{"2026-02-28T00:00:00+07:00 2026-03-01T00:00:00+07:00", "2026-03-29T00:00:00+07:00 2026-03-30T00:00:00+07:00"}},
		{"leap day only", "2026-01-01T00:00:00+07:00",
			schedule.Calendar{Day: 29, Months: []time.Month{time.February}, Otherwise: schedule.NoDay},
			[]string{"2028-02-29T00:00:00+07:00 2028-03-01T00:00:00+07:00", "2032-02-29T00:00:00+07:00 2032-03-01T00:00:00+07:00"}},
		{"a date that never comes", "2026-01-01T00:00:00+07:00",
			schedule.Calendar{Day: 30, Months: []time.Month{time.February}, Otherwise: schedule.NoDay}, []string{""}},
		{"known dates take the place of the day", "2026-01-15T00:00:00+07:00",
			schedule.Calendar{Day: 29, Dates: dates(t, "2026-02-06", "2026-03-06"), Weekend: weekend, Until: 31},
			[]string{"2026-01-29T00:00:00+07:00 2026-02-01T00:00:00+07:00", "2026-02-06T00:00:00+07:00 2026-03-01T00:00:00+07:00",
				"2026-03-06T00:00:00+07:00 2026-04-01T00:00:00+07:00", "2026-04-29T00:00:00+07:00 2026-05-01T00:00:00+07:00"}},
		{"dates alone end", "2026-02-06T00:00:00+07:00", schedule.Calendar{Dates: dates(t, "2026-02-06", "2026-03-06")},
			[]string{"2026-03-06T00:00:00+07:00 2026-03-07T00:00:00+07:00", ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.c.Zone = zone(t, "Asia/Ho_Chi_Minh")
			now := at(t, test.from)
			var got []string
			for range test.want {
				due, ok := test.c.Next(now)
				if !ok {
					got = append(got, "")
					break
				}
				got = append(got, due.Format(time.RFC3339)+" "+test.c.Deadline(due).Format(time.RFC3339))
				now = due
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("due times and deadlines (-want +got):\n%s", d)
			}
		})
	}
}

// In a zone whose clock skips the calendar's hour, what is due comes once, at the end of the gap.
func TestCalendarInAGap(t *testing.T) {
	c := schedule.Calendar{Day: 29, Otherwise: schedule.AnyDay, At: 2*time.Hour + 30*time.Minute, Zone: zone(t, "Europe/Berlin")}
	due, ok := c.Next(at(t, "2026-03-01T00:00:00+01:00"))
	if got := due.Format(time.RFC3339); !ok || got != "2026-03-29T03:00:00+02:00" {
		t.Errorf("got %s, %v", got, ok)
	}
	if next, _ := c.Next(due); next.Format(time.RFC3339) != "2026-04-29T02:30:00+02:00" {
		t.Errorf("then comes %s", next)
	}
}

func TestReadHolidays(t *testing.T) {
	days, err := schedule.ReadHolidays([]byte("\ufeffDate,name\n# Tết\n2026-02-16,Giao thừa\n2026-02-17,\"Tết, mùng một\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(holidays(t, "2026-02-16", "2026-02-17"), days); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for text, want := range map[string]string{
		"": "empty", "day\n2026-01-01\n": "no column date", "date\n1/1/2026\n": "line 2", "name,date\nx\n": "line 2 has no date", "date\n\xff\n": "UTF-8",
	} {
		if _, err := schedule.ReadHolidays([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", text, err, want)
		}
	}
}

func FuzzReadHolidays(f *testing.F) {
	f.Add([]byte("date,name\n2026-01-01,x\n"))
	f.Add([]byte("date\n\"2026-01-01\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		days, err := schedule.ReadHolidays(text)
		if err == nil {
			c := schedule.Calendar{Day: 29, Holidays: days, Zone: time.UTC}
			from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			if due, ok := c.Next(from); ok && !due.After(from) {
				t.Errorf("after %v comes %v", from, due)
			}
		}
	})
}
