package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/notify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shelf keeps matters as a database would: as text.
type shelf map[string]string

func (s shelf) Matters(context.Context) (map[string]notify.Matter, error) {
	out := map[string]notify.Matter{}
	for id, text := range s {
		var m notify.Matter
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, err
		}
		out[id] = m
	}
	return out, nil
}

func (s shelf) Keep(_ context.Context, id string, m *notify.Matter) error {
	if m == nil {
		delete(s, id)
		return nil
	}
	text, err := json.Marshal(m)
	s[id] = string(text)
	return err
}

// ear is a channel that remembers what it hears.
type ear struct {
	name  string
	on    []string
	deaf  bool
	heard []string
}

func (e *ear) Name() string { return e.name }

func (e *ear) Wants(kind string) bool {
	return len(e.on) == 0 || strings.Contains(strings.Join(e.on, " "), kind)
}

func (e *ear) Send(_ context.Context, a notify.Alert) error {
	if e.deaf {
		return errors.New("nobody listens")
	}
	text := a.Kind + " " + a.Key
	if a.Kind == notify.Recovery {
		text = "over: " + a.Of
	}
	if a.Repeated {
		text += " again"
	}
	e.heard = append(e.heard, text)
	return nil
}

func failure(print string) notify.Alert {
	return notify.Alert{Kind: notify.Failure, Key: "run", Standing: true, Print: print}
}

func TestTell(t *testing.T) {
	now := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	store := shelf{}
	mail, hook := &ear{name: "mail"}, &ear{name: "hook", on: []string{notify.Target, notify.Failure}, deaf: true}
	night := func(found ...notify.Alert) {
		t.Helper()
		for i := range found {
			found[i].At = now
		}
		// Every night is another process.
		c := &notify.Center{Channels: []notify.Channel{mail, hook}, Store: store, Repeat: 48 * time.Hour, Now: func() time.Time { return now }}
		_, problems := c.Tell(t.Context(), found, func(kind, _ string) bool { return kind == notify.Failure })
		if hook.deaf != (len(problems) > 0) && len(found) > 0 {
			t.Errorf("%v: problems %v", now, problems)
		}
		now = now.Add(24 * time.Hour)
	}
	hear := func(want ...string) {
		t.Helper()
		if d := cmp.Diff(want, mail.heard); d != "" {
			t.Errorf("before %v mail (-want +got):\n%s", now, d)
		}
		mail.heard = nil
	}
	night(failure("1"))
	hear("failure run")
	night(failure("1"))
	hear() // it is known
	night(failure("1"))
	hear("failure run again") // it goes on
	night(failure("2"))
	hear("failure run") // there is more to say
	hook.deaf = false
	night(failure("2"))
	hear()
	night()
	hear("over: failure")
	night()
	hear()
	night(failure("2"))
	hear("failure run") // it is back
	target := notify.Alert{Kind: notify.Target, Key: "release1 firms"}
	night(failure("2"), target)
	hear("target release1 firms")
	night(failure("2"), target)
	hear("failure run again") // what happened once is told once
	// The webhook heard what it wants from when it could: of recoveries nothing.
	if d := cmp.Diff([]string{"failure run", "failure run", "target release1 firms", "failure run again"}, hook.heard); d != "" {
		t.Errorf("hook (-want +got):\n%s", d)
	}
}

// What cannot be told is told when it can be, but not after days; what nobody heard of needs no end.
func TestTellLater(t *testing.T) {
	now := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	store := shelf{}
	mail := &ear{name: "mail", deaf: true}
	c := &notify.Center{Channels: []notify.Channel{mail}, Store: store, Repeat: time.Hour, Now: func() time.Time { return now }}
	looked := func(string, string) bool { return true }
	c.Tell(t.Context(), []notify.Alert{failure("1"), {Kind: notify.Target, Key: "r1"}}, looked)
	c.Tell(t.Context(), nil, looked)
	mail.deaf, now = false, now.Add(10*time.Minute)
	if told, problems := c.Remind(t.Context()); len(problems) > 0 || len(told) != 1 {
		t.Errorf("told %v, %v", told, problems)
	}
	if d := cmp.Diff([]string{"target r1"}, mail.heard); d != "" {
		t.Errorf("heard (-want +got):\n%s", d)
	}
	mail.deaf, mail.heard = true, nil
	c.Tell(t.Context(), []notify.Alert{{Kind: notify.Target, Key: "r2"}}, looked)
	mail.deaf, now = false, now.Add(4*24*time.Hour)
	c.Remind(t.Context())
	now = now.Add(100 * 24 * time.Hour)
	c.Remind(t.Context())
	if len(mail.heard) > 0 || len(store) > 0 {
		t.Errorf("heard %v, kept %v", mail.heard, store)
	}
}

// A store that is away must not keep anything from being told.
func TestTellWithoutMemory(t *testing.T) {
	mail := &ear{name: "mail"}
	c := &notify.Center{Channels: []notify.Channel{mail}, Store: away{}, Repeat: time.Hour, Now: time.Now}
	told, problems := c.Tell(t.Context(), []notify.Alert{failure("1")}, func(string, string) bool { return true })
	if len(told) != 1 || len(problems) != 2 || len(mail.heard) != 1 {
		t.Errorf("told %v, problems %v, heard %v", told, problems, mail.heard)
	}
}

type away struct{}

func (away) Matters(context.Context) (map[string]notify.Matter, error) {
	return nil, errors.New("away")
}
func (away) Keep(context.Context, string, *notify.Matter) error { return errors.New("away") }

func TestCompose(t *testing.T) {
	zone := time.FixedZone("+07", 7*3600)
	at := time.Date(2026, 3, 1, 19, 0, 0, 0, time.UTC)
	for _, kind := range []string{notify.Failure, notify.Late, notify.HeldBack, notify.Quarantine, notify.Revision, notify.Target, notify.Test, notify.Recovery} {
		for _, language := range []string{"vi", "en"} {
			for _, of := range []string{notify.Failure, notify.HeldBack, notify.Late} {
				a := notify.Alert{
					Kind: kind, Of: of, At: at, Since: at.Add(-50 * time.Hour), Run: "run1", Release: "release1", Name: notify.Text{VI: "Cần Thơ", EN: "Can Tho"},
					Subject: notify.Text{VI: "chủ đề", EN: "subject"}, Details: []notify.Text{{VI: "dòng\nBcc: x", EN: "line\r\nBcc: x"}},
				}
				m, err := notify.Compose(a, language, zone)
				if err != nil {
					t.Fatal(err)
				}
				name, detail := "Can Tho", "- line Bcc: x\n"
				if language == "vi" {
					name, detail = "Cần Thơ", "- dòng Bcc: x\n"
				}
				if !strings.HasPrefix(m.Subject, "[statloom] ") || !strings.HasSuffix(m.Subject, name) || strings.ContainsAny(m.Subject, "\r\n{<") {
					t.Errorf("%s in %s: subject %q", kind, language, m.Subject)
				}
				for _, want := range []string{detail, "run1", "release1", "2026-03-02 02:00 +07"} {
					if !strings.Contains(m.Body, want) {
						t.Errorf("%s in %s: no %q in\n%s", kind, language, want, m.Body)
					}
				}
			}
		}
	}
	var many []notify.Text
	for n := range 50 {
		many = append(many, notify.Same(fmt.Sprint(n, strings.Repeat(" long", 1000))))
	}
	m, err := notify.Compose(notify.Alert{Kind: notify.Failure, Standing: true, Repeated: true, At: at, Since: at, Details: many, More: 7, Name: notify.Same(strings.Repeat("n", 1000))}, "en", nil)
	if err != nil || len(m.Body) > 12_000 || len([]rune(m.Subject)) > 160 || !strings.Contains(m.Body, "and 37 more") || !strings.HasPrefix(m.Subject, "Still: ") {
		t.Errorf("%v, %d, %q\n%.3000s", err, len(m.Body), m.Subject, m.Body)
	}
}

func ExampleCompose() {
	at := time.Date(2026, 3, 1, 19, 0, 0, 0, time.UTC)
	m, err := notify.Compose(notify.Alert{
		Kind: notify.Recovery, Of: notify.Late, At: at, Since: at.Add(-50 * time.Hour), Run: "20260301T190000Z-9f3c",
		Name: notify.Same("Cần Thơ"), Subject: notify.Text{VI: "iip — Cục Thống kê", EN: "iip — Statistics office"},
	}, "vi", time.FixedZone("+07", 7*3600))
	fmt.Println(m.Subject, err)
	fmt.Print(m.Body)
	// Output:
	// [statloom] Đã ổn: số liệu đã đến: iip — Cục Thống kê — Cần Thơ <nil>
	// Đã ổn: số liệu đã đến: iip — Cục Thống kê. Việc kéo dài 2 ngày, từ 2026-02-28 00:00 +07.
	//
	// Lúc: 2026-03-02 02:00 +07
	// Lần chạy: 20260301T190000Z-9f3c (statloom logs 20260301T190000Z-9f3c)
}
