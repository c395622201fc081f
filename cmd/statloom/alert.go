package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/notify"
	"github.com/statloom/statloom/pipeline/observe"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/pipeline/schedule"
)

// center makes what tells people of what needs them; nil where the configuration has no alerts.
func (a *app) center(cfg *config.Config, history *runlog.Log) (*notify.Center, error) {
	if cfg.Alerts == nil || a.speaker != nil {
		return a.speaker, nil
	}
	c := &notify.Center{Store: matters{history}, Repeat: cfg.Alerts.Repeat, Now: a.now, Name: notify.Text(cfg.Name)}
	zone := time.UTC
	if cfg.Schedule != nil {
		zone = cfg.Rules()[0].Zone
	}
	language := func(own string) string {
		for _, l := range []string{own, cfg.Alerts.Language, cfg.Language} {
			if l != "" {
				return l
			}
		}
		return "vi"
	}
	for _, m := range cfg.Alerts.Mail {
		var ca []byte
		if m.CA != "" {
			var err error
			if ca, err = os.ReadFile(cfg.Resolve(m.CA)); err != nil {
				return nil, &fault.Error{Kind: fault.Config, What: "read the certificates of alerts.mail", Err: err}
			}
		}
		c.Channels = append(c.Channels, notify.Mail{
			Host: m.Host, Port: m.Port, TLS: m.TLS, CA: ca, User: m.User, Password: m.Password, From: m.From, To: m.To, On: m.On,
			Language: language(m.Language), Zone: zone, Now: a.now,
		})
	}
	for _, w := range cfg.Alerts.Webhooks {
		c.Channels = append(c.Channels, notify.Webhook{
			URL: w.URL, Form: w.Form, Secret: w.Secret, On: w.On, Language: language(w.Language), Zone: zone, Now: a.now, Client: http.DefaultClient,
		})
	}
	return c, nil
}

// alertsRoom is where it is kept what has been told.
const alertsRoom = "alerts"

// matters keeps what has been told in the run history.
type matters struct{ log *runlog.Log }

func (m matters) Matters(ctx context.Context) (map[string]notify.Matter, error) {
	return runlog.Kept[notify.Matter](ctx, m.log, alertsRoom)
}

func (m matters) Keep(ctx context.Context, id string, matter *notify.Matter) error {
	return m.log.Keep(ctx, alertsRoom, id, matter)
}

// runMatter is the key of what is standing about runs as a whole.
const runMatter = "run"

// alert tells people of what a run found. What cannot be told is in the report.
func (a *app) alert(ctx context.Context, cfg *config.Config, history *runlog.Log, report *observe.Report, before release.Info, newest map[string]time.Time) {
	center, err := a.center(cfg, history)
	if err != nil {
		report.Untold = append(report.Untold, cfg.Hide(err.Error()))
	}
	if center == nil || report.Status == runlog.Interrupted {
		return // whoever stopped a run knows of it
	}
	found := a.standing(cfg, report)
	late := lateBooks(cfg, newest, a.now())
	found = append(found, late...)
	after := currentOf(cfg)
	if report.Status == runlog.Done && before.ID != "" && before.ID != after.ID {
		t := notify.Thresholds{Quarantine: cfg.Alerts.Quarantine, Revision: cfg.Alerts.Revision}
		o := duck.Options{Memory: min(apiMemory, cfg.Limits.Memory).String(), Threads: 1}
		changes, err := notify.Compare(ctx, before, after, t, o, a.now())
		if err != nil {
			report.Untold = append(report.Untold, cfg.Hide(err.Error()))
		}
		found = append(found, changes...)
	}
	told, problems := center.Tell(ctx, found, func(kind, _ string) bool {
		switch kind {
		case notify.Late:
			return newest != nil
		case notify.HeldBack: // a run that failed before the checks says nothing of them
			return report.Status == runlog.Done || report.Status == runlog.Unchanged
		}
		return report.ExitCode == 0
	})
	report.Alerts = told
	for _, p := range problems {
		report.Untold = append(report.Untold, cfg.Hide(p.Error()))
	}
}

// standing finds what goes on as long as runs end as this one did.
func (a *app) standing(cfg *config.Config, report *observe.Report) []notify.Alert {
	alert := notify.Alert{Key: runMatter, Standing: true, At: report.Finished, Run: report.Run, Release: report.Release}
	var details []string
	switch {
	case report.Status == runlog.ChecksFailed:
		alert.Kind = notify.HeldBack
		details = strings.Split(report.Message, "\n")
	case report.ExitCode != 0:
		alert.Kind = notify.Failure
		if report.Message != "" {
			details = append(details, report.Message)
		}
		details = append(details, report.Problems...)
	default:
		return nil
	}
	for _, d := range details {
		alert.Details = append(alert.Details, notify.Same(cfg.Hide(strings.TrimSpace(d))))
	}
	// The same trouble in other words, such as with another time in it, is the same trouble.
	alert.Print = fmt.Sprint(report.Status, report.ExitCode, len(report.Problems))
	if alert.Kind == notify.HeldBack {
		alert.Print = fmt.Sprint(len(details))
	}
	return []notify.Alert{alert}
}

// lateBooks finds the rules whose last deadline has passed without a new book.
func lateBooks(cfg *config.Config, newest map[string]time.Time, now time.Time) []notify.Alert {
	if newest == nil {
		return nil
	}
	var found []notify.Alert
	for _, r := range cfg.Rules() {
		due := lastExpected(r, now)
		if due.IsZero() || !lastBook(newest, r.Sources).Before(due.Add(-r.Early)) {
			continue
		}
		deadline := r.Deadline(due).In(r.Zone).Format("2006-01-02 15:04 MST")
		subject := ruleName(cfg, r)
		found = append(found, notify.Alert{
			Kind: notify.Late, Key: r.ID, Standing: true, Print: due.UTC().Format(time.RFC3339), At: now, Subject: subject,
			Details: []notify.Text{{
				VI: "đến hạn " + due.In(r.Zone).Format(time.DateOnly) + ", chờ đến " + deadline,
				EN: "due on " + due.In(r.Zone).Format(time.DateOnly) + ", expected until " + deadline,
			}},
		})
	}
	return found
}

// lookBack is how far due times of books are looked for.
const lookBack = 400 * 24 * time.Hour

// lastExpected gives the last due time of a rule whose book should have come by now.
func lastExpected(r schedule.Rule, now time.Time) time.Time {
	var last time.Time
	if !r.Waits() {
		return last
	}
	for _, back := range []time.Duration{24 * time.Hour, 40 * 24 * time.Hour, lookBack} {
		for at := now.Add(-back); ; {
			due, ok := r.When.Next(at)
			if !ok || due.After(now) {
				break
			}
			if !r.Deadline(due).After(now) {
				last = due
			}
			at = due
		}
		if !last.IsZero() {
			break
		}
	}
	return last
}

// ruleName gives what a rule is about, for people.
func ruleName(cfg *config.Config, r schedule.Rule) notify.Text {
	at := slices.IndexFunc(cfg.Sources, func(s config.Source) bool { return slices.Contains(r.Sources, s.ID) })
	if at < 0 {
		return notify.Text(cfg.Name)
	}
	s := cfg.Sources[at]
	return notify.Text{VI: s.ID + " — " + s.Producer.VI, EN: s.ID + " — " + s.Producer.EN}
}
