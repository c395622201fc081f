package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/schedule"
)

func cron(t testing.TB, expr, zone string) schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(expr, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nightly is a rule at two in the night, at home.
func nightly(t testing.TB, missed schedule.Missed) schedule.Rule {
	return schedule.Rule{ID: "nightly", When: cron(t, "0 2 * * *", "Asia/Ho_Chi_Minh"), Zone: zone(t, "Asia/Ho_Chi_Minh"), Missed: missed, Print: "p"}
}

func handled(t testing.TB, text string) schedule.Mark {
	return schedule.Mark{Handled: at(t, text), Print: "p"}
}

// tell writes decisions in short: run 02 15:00Z, skip 3 until ...
func tell(ds []schedule.Decision) []string {
	var out []string
	for _, d := range ds {
		what := [...]string{"run", "poll", "skip", "late"}[d.Action]
		if d.CaughtUp {
			what = "catch up"
		}
		if d.Action == schedule.Skip {
			what = fmt.Sprintf("skip %d:", d.Count)
		}
		text := what + " " + d.Due.UTC().Format("01-02 15:04")
		if d.Action == schedule.Skip {
			text += " " + d.Why
		}
		out = append(out, text)
	}
	return out
}

func TestStep(t *testing.T) {
	const three = "2026-03-01T02:00:00+07:00"
	due := at(t, "2026-03-02T02:00:00+07:00")
	for _, test := range []struct {
		name    string
		missed  schedule.Missed
		mark    schedule.Mark
		now     string
		running *time.Time
		want    []string
	}{
		{name: "nothing yet", mark: handled(t, three), now: "2026-03-02T01:59:59+07:00"},
		{name: "due", mark: handled(t, three), now: "2026-03-02T02:00:00+07:00", want: []string{"run 03-01 19:00"}},
		{name: "a little late", missed: schedule.CatchUpNone, mark: handled(t, three), now: "2026-03-02T02:04:00+07:00", want: []string{"run 03-01 19:00"}},
		{name: "new rules begin with the next due time", now: "2026-03-02T03:00:00+07:00"},
		{name: "so do changed ones", mark: schedule.Mark{Handled: at(t, three), Print: "other"}, now: "2026-03-05T03:00:00+07:00"},
		{name: "missed, once", mark: handled(t, three), now: "2026-03-05T09:00:00+07:00",
			want: []string{"skip 3: 03-03 19:00 missed; the run due at 2026-03-05 02:00 +07 makes up for it", "catch up 03-04 19:00"}},
		{name: "one missed, once", missed: schedule.CatchUpOnce, mark: handled(t, three), now: "2026-03-02T09:00:00+07:00", want: []string{"catch up 03-01 19:00"}},
		{name: "missed, all", missed: schedule.CatchUpAll, mark: handled(t, three), now: "2026-03-05T09:00:00+07:00", want: []string{"catch up 03-01 19:00"}},
		{name: "missed for a year, all", missed: schedule.CatchUpAll, mark: handled(t, three), now: "2027-03-01T09:00:00+07:00",
			want: []string{"skip 265: 11-20 19:00 more than 100 due times were missed", "catch up 11-21 19:00"}},
		{name: "missed, none", missed: schedule.CatchUpNone, mark: handled(t, three), now: "2026-03-05T09:00:00+07:00",
			want: []string{"skip 4: 03-04 19:00 missed, and missed runs are not made up for"}},
		{name: "missed but the last, none", missed: schedule.CatchUpNone, mark: handled(t, three), now: "2026-03-05T02:00:30+07:00",
			want: []string{"skip 3: 03-03 19:00 missed; the run due at 2026-03-05 02:00 +07 makes up for it", "run 03-04 19:00"}},
		{name: "overlap", mark: handled(t, three), now: "2026-03-03T02:00:00+07:00", running: &due,
			want: []string{"skip 1: 03-02 19:00 the run due at 2026-03-02 02:00 +07 was still going on"}},
		{name: "no overlap", mark: handled(t, three), now: "2026-03-03T01:00:00+07:00", running: &due},
		{name: "overlap where every due time counts", missed: schedule.CatchUpAll, mark: handled(t, three), now: "2026-03-03T02:00:00+07:00", running: &due},
		{name: "a clock put back a little", mark: handled(t, three), now: "2026-03-01T01:59:58+07:00"},
		{name: "a clock put back by years", mark: handled(t, "2031-01-01T02:00:00+07:00"), now: "2026-03-02T09:00:00+07:00",
			want: []string{"skip 0: 03-02 02:00 the clock was put back from 2031-01-01 02:00 +07 or later to 2026-03-02 09:00 +07; counting goes on from now"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, got := nightly(t, test.missed).Step(at(t, test.now), test.mark, test.running)
			if d := cmp.Diff(test.want, tell(got)); d != "" {
				t.Errorf("decisions (-want +got):\n%s", d)
			}
		})
	}
}

// live takes a rule through a time in steps, as if every run ended at once, and gives what was done.
func live(t *testing.T, r schedule.Rule, from, to string, step time.Duration, arrived func(time.Time) bool) []string {
	t.Helper()
	var out []string
	m := schedule.Mark{Handled: at(t, from), Print: r.Print}
	for now := at(t, from); !now.After(at(t, to)); now = now.Add(step) {
		for {
			next, ds := r.Step(now, m, nil)
			m = next
			for _, line := range tell(ds) {
				out = append(out, now.In(r.Zone).Format("02 15:04")+" "+line)
			}
			again := false
			for _, d := range ds {
				if d.Action == schedule.Run || d.Action == schedule.Poll {
					m = r.Ended(now, m, d.Due, arrived != nil && arrived(now))
					again = true
				}
			}
			if !again {
				break
			}
		}
	}
	return out
}

// Over a change of clocks, both ways, a nightly run happens once a night.
func TestChangeOfClocks(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	r := schedule.Rule{ID: "r", When: cron(t, "30 2 * * *", "Europe/Berlin"), Zone: berlin, Print: "p"}
	got := live(t, r, "2026-03-28T00:00:00+01:00", "2026-03-30T12:00:00+02:00", 10*time.Minute, nil)
	if d := cmp.Diff([]string{"28 02:30 run 03-28 01:30", "29 03:00 run 03-29 01:00", "30 02:30 run 03-30 00:30"}, got); d != "" {
		t.Errorf("spring (-want +got):\n%s", d)
	}
	got = live(t, r, "2026-10-24T00:00:00+02:00", "2026-10-26T12:00:00+01:00", 10*time.Minute, nil)
	if d := cmp.Diff([]string{"24 02:30 run 10-24 00:30", "25 02:30 run 10-25 00:30", "26 02:30 run 10-26 01:30"}, got); d != "" {
		t.Errorf("autumn (-want +got):\n%s", d)
	}
}

// A machine that sleeps over two nights makes up for them once when it wakes.
func TestSuspend(t *testing.T) {
	r := nightly(t, schedule.CatchUpOnce)
	m := handled(t, "2026-03-01T02:00:00+07:00")
	if _, ds := r.Step(at(t, "2026-03-01T23:00:00+07:00"), m, nil); len(ds) > 0 {
		t.Fatalf("before it sleeps: %v", tell(ds))
	}
	woken := at(t, "2026-03-03T10:00:00+07:00")
	m, ds := r.Step(woken, m, nil)
	want := []string{"skip 1: 03-01 19:00 missed; the run due at 2026-03-03 02:00 +07 makes up for it", "catch up 03-02 19:00"}
	if d := cmp.Diff(want, tell(ds)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	m = r.Ended(woken, m, ds[1].Due, true)
	if _, ds := r.Step(woken, m, nil); len(ds) > 0 {
		t.Errorf("it makes up for more: %v", tell(ds))
	}
	if wake := r.Wake(m); !wake.Equal(at(t, "2026-03-04T02:00:00+07:00")) {
		t.Errorf("the next one is at %v", wake)
	}
}

func TestKilledRunIsDueAgain(t *testing.T) {
	r := nightly(t, schedule.CatchUpOnce)
	m, ds := r.Step(at(t, "2026-03-02T02:00:00+07:00"), handled(t, "2026-03-01T02:00:00+07:00"), nil)
	if len(ds) != 1 {
		t.Fatal(tell(ds))
	}
	_, again := r.Step(at(t, "2026-03-02T02:20:00+07:00"), m, nil)
	if d := cmp.Diff([]string{"catch up 03-01 19:00"}, tell(again)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// monthly waits for a book of the 29th, every six hours in working hours, until the 5th.
func monthly(t *testing.T) schedule.Rule {
	hcm := zone(t, "Asia/Ho_Chi_Minh")
	return schedule.Rule{
		ID: "m", Zone: hcm, Poll: 6 * time.Hour, Print: "p",
		When: schedule.Calendar{Day: 29, At: 9 * time.Hour, Until: 1, Weekend: weekend, Zone: hcm},
	}
}

func TestWaitingEndsWithTheBook(t *testing.T) {
	there := at(t, "2026-01-30T01:00:00+07:00")
	got := live(t, monthly(t), "2026-01-28T00:00:00+07:00", "2026-02-10T00:00:00+07:00", time.Hour, func(now time.Time) bool { return now.After(there) })
	want := []string{"29 09:00 run 01-29 02:00", "29 15:00 poll 01-29 02:00", "29 21:00 poll 01-29 02:00", "30 03:00 poll 01-29 02:00"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A book that does not come is late once, goes on to be asked for, and gives way to the next one.
func TestLateBook(t *testing.T) {
	r := monthly(t)
	r.Poll = 40 * time.Hour
	got := live(t, r, "2026-01-28T00:00:00+07:00", "2026-02-06T00:00:00+07:00", time.Hour, nil)
	want := []string{
		"29 09:00 run 01-29 02:00", "31 01:00 poll 01-29 02:00", "01 17:00 poll 01-29 02:00",
		"02 00:00 late 01-29 02:00", "03 09:00 poll 01-29 02:00", "05 01:00 poll 01-29 02:00",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	r.Poll = 0
	got = live(t, r, "2026-01-28T00:00:00+07:00", "2026-02-27T10:00:00+07:00", time.Hour, nil)
	want = []string{"29 09:00 run 01-29 02:00", "02 00:00 poll 01-29 02:00", "02 00:00 late 01-29 02:00", "27 09:00 run 02-27 02:00"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("without polling (-want +got):\n%s", d)
	}
}

func TestWindowsAndJitter(t *testing.T) {
	hcm := zone(t, "Asia/Ho_Chi_Minh")
	clock := func(text string) time.Duration {
		d, err := schedule.ParseClock(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	r := schedule.Rule{ID: "a", When: cron(t, "0 12 * * *", "Asia/Ho_Chi_Minh"), Zone: hcm, Print: "p",
		Windows: []schedule.Window{{From: clock("22:00"), To: clock("04:00")}}}
	got := live(t, r, "2026-03-02T00:00:00+07:00", "2026-03-04T00:00:00+07:00", 30*time.Minute, nil)
	if d := cmp.Diff([]string{"02 22:00 run 03-02 05:00", "03 22:00 run 03-03 05:00"}, got); d != "" {
		t.Errorf("moved into a window (-want +got):\n%s", d)
	}
	r.Windows = []schedule.Window{{From: clock("20:00"), To: clock("24:00"), Days: []time.Weekday{time.Saturday}}}
	got = live(t, r, "2026-03-02T00:00:00+07:00", "2026-03-09T00:00:00+07:00", 30*time.Minute, nil)
	if d := cmp.Diff([]string{"07 20:00 run 03-07 05:00"}, got); d != "" {
		t.Errorf("a week's runs in one (-want +got):\n%s", d)
	}
	starts := map[string]bool{}
	for n := range 20 {
		r := schedule.Rule{ID: fmt.Sprintf("source %d", n), When: cron(t, "0 2 * * *", "UTC"), Zone: time.UTC, Jitter: time.Hour}
		due, start, ok := r.Next(at(t, "2026-03-01T00:00:00Z"))
		_, again, _ := r.Next(at(t, "2026-03-02T03:00:00Z"))
		late := start.Sub(due)
		if !ok || late < 0 || late >= time.Hour || again.Sub(start) != 48*time.Hour {
			t.Errorf("%s: due %v, starts %v, then %v", r.ID, due, start, again)
		}
		starts[late.String()] = true
	}
	if len(starts) < 15 {
		t.Errorf("20 rules start at %d times only", len(starts))
	}
	r = schedule.Rule{ID: "b", When: cron(t, "0 2 * * *", "UTC"), Zone: time.UTC, Jitter: 24 * time.Hour, Windows: []schedule.Window{{From: clock("02:00"), To: clock("02:01")}}}
	if _, start, _ := r.Next(at(t, "2026-03-01T00:00:00Z")); start.Hour() != 2 || start.Minute() != 0 {
		t.Errorf("the jitter takes a run out of its window: %v", start)
	}
}
