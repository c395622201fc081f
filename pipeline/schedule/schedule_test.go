package schedule_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/schedule"
)

func TestParseRefuses(t *testing.T) {
	const zone = "Asia/Ho_Chi_Minh"
	for _, test := range []struct{ name, expr, zone, want string }{
		{"empty", "  ", zone, "empty"},
		{"four fields", "0 2 * *", zone, "five fields"},
		{"six fields", "0 0 2 * * *", zone, "five fields"},
		{"minute 60", "60 2 * * *", zone, "above maximum"},
		{"no number", "0 two * * *", zone, "five fields"},
		{"30 February", "0 2 30 2 *", zone, "no such date"},
		{"31 in months of 30 days", "0 2 31 4,6,9,11 *", zone, "no such date"},
		{"field of commas only", ", 2 * * *", zone, "no such date"},
		{"zone prefix without a blank", "CRON_TZ=UTC", zone, "time zone"},
		{"short zone prefix without a blank", "TZ=UTC", zone, "time zone"},
		{"zone prefix", "CRON_TZ=UTC 0 2 * * *", zone, "time zone"},
		{"every", "@every 1h", zone, "restarts"},
		{"every nothing", "@every", zone, "restarts"},
		{"unknown word", "@nightly", zone, "five fields"},
		{"no zone", "0 2 * * *", "", "time zone"},
		{"machine's zone", "0 2 * * *", "Local", "time zone"},
		{"unknown zone", "0 2 * * *", "Asia/Can_Tho", "Asia/Can_Tho"},
		{"zone out of the database", "0 2 * * *", "../etc/passwd", "time zone"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := schedule.Parse(test.expr, test.zone)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
	if _, err := schedule.Parse("0 2 * * *", "Mars"); !errors.Is(err, schedule.ErrZone) {
		t.Errorf("got %v, want ErrZone", err)
	}
}

func TestNext(t *testing.T) {
	for _, test := range []struct {
		name, expr, zone, from string
		want                   []string
	}{
		{"nightly", "0 2 * * *", "Asia/Ho_Chi_Minh", "2025-12-31T01:59:59+07:00",
			[]string{"2025-12-31T02:00:00+07:00", "2026-01-01T02:00:00+07:00"}},
		{"strictly after", "0 2 * * *", "Asia/Ho_Chi_Minh", "2026-01-01T02:00:00+07:00", []string{"2026-01-02T02:00:00+07:00"}},
		{"from another zone, between seconds", "@daily", "Asia/Ho_Chi_Minh", "2025-06-30T16:59:59.5Z", []string{"2025-07-01T00:00:00+07:00"}},
		{"a daily job in a gap runs once, when it ends", "30 2 * * *", "Europe/Berlin", "2025-03-29T12:00:00+01:00",
			[]string{"2025-03-30T03:00:00+02:00", "2025-03-31T02:30:00+02:00"}},
		{"several times in a gap are one", "*/20 * * * *", "Europe/Berlin", "2025-03-30T01:40:00+01:00",
			[]string{"2025-03-30T03:00:00+02:00", "2025-03-30T03:20:00+02:00"}},
		{"a daily job in an overlap runs once, the first time", "30 2 * * *", "Europe/Berlin", "2025-10-25T12:00:00+02:00",
			[]string{"2025-10-26T02:30:00+02:00", "2025-10-27T02:30:00+01:00"}},
		{"a start within the second pass", "30 2 * * *", "Europe/Berlin", "2025-10-26T02:15:00+01:00", []string{"2025-10-27T02:30:00+01:00"}},
		{"a gap at midnight", "0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00-03:00",
			[]string{"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}},
		{"an overlap at midnight", "30 23 * * *", "America/Sao_Paulo", "2018-02-17T12:00:00-02:00",
			[]string{"2018-02-17T23:30:00-02:00", "2018-02-18T23:30:00-03:00"}},
		{"half an hour's gap", "15 2 * * *", "Australia/Lord_Howe", "2025-10-04T12:00:00+10:30",
			[]string{"2025-10-05T02:30:00+11:00", "2025-10-06T02:15:00+11:00"}},
		{"a day that was skipped", "0 12 * * *", "Pacific/Apia", "2011-12-29T12:00:00-10:00",
			[]string{"2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"}},
		{"leap day eight years ahead", "0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", []string{"2104-02-29T00:00:00Z"}},
		{"a change of zone for good", "0 2 * * *", "Asia/Ho_Chi_Minh", "1975-06-12T12:00:00+08:00",
			[]string{"1975-06-13T02:00:00+07:00"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := schedule.Parse(test.expr, test.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, test.from)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for range test.want {
				next, ok := s.Next(at)
				if !ok {
					t.Fatalf("nothing is due after %v", at)
				}
				got = append(got, next.Format(time.RFC3339))
				at = next
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("due times (-want +got):\n%s", diff)
			}
		})
	}
}

func TestZeroScheduleIsNeverDue(t *testing.T) {
	if due, ok := (schedule.Schedule{}).Next(time.Unix(0, 0)); ok {
		t.Errorf("got %v, want nothing", due)
	}
}

// Over twenty years a daily job has exactly one due time a calendar day, wherever clocks change.
func TestOnceADay(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran", "Asia/Ho_Chi_Minh"} {
		for _, expr := range []string{"30 0 * * *", "30 1 * * *", "30 2 * * *", "0 3 * * *"} {
			s, err := schedule.Parse(expr, zone)
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(2004, 12, 31, 0, 0, 0, 0, time.UTC)
			at, _ = s.Next(at)
			for range 20 * 365 {
				next, ok := s.Next(at)
				if !ok {
					t.Fatalf("%s in %s: nothing after %v", expr, zone, at)
				}
				want := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
				if got := next.Format(time.DateOnly); got != want {
					t.Fatalf("%s in %s: after %v comes %v, want a time on %s", expr, zone, at, next, want)
				}
				at = next
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0 2 * * *", "CRON_TZ=UTC", "TZ=", "@daily", "*/5 0-6/2 1,15 JAN-mar sun", "0 0 30 2 *", "@every -1s", ", , , , ,", "*/9223372036854775807 * * * *"} {
		f.Add(s, "Europe/Berlin")
	}
	f.Fuzz(func(t *testing.T, expr, zone string) {
		s, err := schedule.Parse(expr, zone)
		if err != nil {
			return
		}
		from := time.Date(2025, 3, 30, 0, 0, 0, 0, time.UTC)
		if next, ok := s.Next(from); !ok || !next.After(from) {
			t.Errorf("%q in %q: after %v comes %v, %v", expr, zone, from, next, ok)
		}
	})
}
