// Package notify tells people and programs what needs them: by mail and by webhooks, once, again after a while where it
// goes on, and when it is over.
package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Kinds of alerts.
const (
	Failure    = "failure"    // a run failed, or ended with problems
	Recovery   = "recovery"   // what was told of is over
	Late       = "late"       // a book has not come by its deadline
	HeldBack   = "held_back"  // checks failed, the last good release stays
	Quarantine = "quarantine" // more cells could not be used than in the release before
	Revision   = "revision"   // a source revised a published figure by much
	Target     = "target"     // the status of a target changed
	Test       = "test"       // asked for by a person
)

// Alert is something to tell. Texts hold no secrets: the caller sees to that.
type Alert struct {
	Kind     string    `json:"kind"`
	Key      string    `json:"key"`                // what it is about: two alerts of a kind and a key are the same matter
	Standing bool      `json:"standing,omitempty"` // it goes on until it is found no more
	Print    string    `json:"print,omitempty"`    // changes when there is something new to say of the matter
	At       time.Time `json:"at"`
	Run      string    `json:"run,omitempty"`
	Release  string    `json:"release,omitempty"`
	Of       string    `json:"of,omitempty"`     // of a recovery: the kind of what is over
	Since    time.Time `json:"since,omitzero"`   // when the matter was found first
	Subject  Text      `json:"subject,omitzero"` // what it is about, for people: the target, the rule
	Details  []Text    `json:"details,omitempty"`
	More     int       `json:"more,omitempty"` // details that are left out
	Repeated bool      `json:"-"`              // it was told before and goes on
	Name     Text      `json:"-"`              // of what is published
}

// Text is a text in the languages of the messages.
type Text struct {
	VI string `json:"vi,omitempty"`
	EN string `json:"en,omitempty"`
}

// Same is a text that is the same in both languages.
func Same(text string) Text { return Text{VI: text, EN: text} }

// In gives the text in a language, or in the other where it has none.
func (t Text) In(language string) string {
	if language == "en" && t.EN != "" || t.VI == "" {
		return t.EN
	}
	return t.VI
}

func (a Alert) id() string { return a.Kind + " " + a.Key }

// Channel is a way of telling.
type Channel interface {
	Name() string           // for logs and for what is kept: it must hold no secret, and stay the same over restarts
	Wants(kind string) bool // whether alerts of a kind are told
	Send(ctx context.Context, a Alert) error
}

// Matter is what is kept of an alert.
type Matter struct {
	Alert Alert                `json:"alert"`
	Sent  map[string]time.Time `json:"sent,omitempty"` // when it was told, by channel
	Seen  time.Time            `json:"seen"`           // when it was found last
}

// Store keeps matters over restarts; nil forgets one.
type Store interface {
	Matters(ctx context.Context) (map[string]Matter, error)
	Keep(ctx context.Context, id string, m *Matter) error
}

// Center knows what has been told, and tells what has not. It is safe for concurrent use.
type Center struct {
	Channels []Channel
	Store    Store
	Repeat   time.Duration // what goes on is told again after so long
	Now      func() time.Time
	Name     Text // of what is published

	mu sync.Mutex
}

const (
	patience = 3 * 24 * time.Hour  // what could not be told for so long is given up
	memory   = 60 * 24 * time.Hour // what was told is remembered for so long
	slowest  = 30 * time.Second    // for one message on one channel
)

// Tell takes in what was found. over says of a standing matter that was not found whether it was looked for: then it is
// over. It gives what was told, and what could not be.
func (c *Center) Tell(ctx context.Context, found []Alert, over func(kind, key string) bool) (told []string, problems []error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	matters, err := c.Store.Matters(ctx)
	if err != nil {
		// Better told twice than not at all.
		matters, problems = map[string]Matter{}, append(problems, fmt.Errorf("read what has been told: %w", err))
	}
	here := map[string]bool{}
	for _, a := range found {
		here[a.id()] = true
		m, known := matters[a.id()]
		a.Since = a.At
		if known {
			a.Since = m.Alert.Since
		}
		if !known || a.Standing && m.Alert.Print != a.Print {
			m.Sent = nil
		}
		m.Alert, m.Seen = a, c.Now()
		matters[a.id()] = m
	}
	for _, id := range slices.Sorted(maps.Keys(matters)) {
		m := matters[id]
		if m.Alert.Standing && !here[id] && over(m.Alert.Kind, m.Alert.Key) {
			problems = append(problems, c.end(ctx, matters, id))
		}
	}
	more, failed := c.deliver(ctx, matters, here)
	return append(told, more...), compact(append(problems, failed...))
}

// Remind tells again what could not be told, and what goes on.
func (c *Center) Remind(ctx context.Context) (told []string, problems []error) {
	return c.Tell(ctx, nil, func(string, string) bool { return false })
}

// end turns a standing matter that is over into a recovery, if anybody has heard of it.
func (c *Center) end(ctx context.Context, matters map[string]Matter, id string) error {
	m := matters[id]
	delete(matters, id)
	if len(m.Sent) > 0 {
		a := m.Alert
		a.Standing, a.Of, a.Kind, a.At, a.Details, a.More = false, a.Kind, Recovery, c.Now(), nil, 0
		a.Key = m.Alert.id() + " " + m.Alert.Since.UTC().Format(time.RFC3339Nano)
		matters[a.id()] = Matter{Alert: a, Seen: c.Now()}
	}
	return c.keep(ctx, id, nil)
}

// deliver tells what has to be told, and keeps what has been.
func (c *Center) deliver(ctx context.Context, matters map[string]Matter, found map[string]bool) (told []string, problems []error) {
	now := c.Now()
	for _, id := range slices.Sorted(maps.Keys(matters)) {
		m := matters[id]
		changed := found[id] || m.Alert.Kind == Recovery && len(m.Sent) == 0
		for _, ch := range c.Channels {
			if !ch.Wants(m.Alert.Kind) || !c.due(m, ch, now) {
				continue
			}
			a := m.Alert
			a.Name, a.Repeated = c.Name, !m.Sent[ch.Name()].IsZero()
			within, stop := context.WithTimeout(ctx, slowest)
			err := ch.Send(within, a)
			stop()
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: tell of %s: %w", ch.Name(), a.id(), err))
				continue
			}
			told = append(told, a.Kind+": "+a.Key+" ("+ch.Name()+")")
			if m.Sent = maps.Clone(m.Sent); m.Sent == nil {
				m.Sent = map[string]time.Time{}
			}
			m.Sent[ch.Name()] = now
			changed = true
		}
		switch {
		case !m.Alert.Standing && now.Sub(m.Seen) > memory, !m.Alert.Standing && len(m.Sent) == 0 && now.Sub(m.Seen) > patience:
			problems = append(problems, c.keep(ctx, id, nil))
		case changed:
			problems = append(problems, c.keep(ctx, id, &m))
		}
	}
	return told, problems
}

// due reports whether a channel has to hear of a matter now.
func (c *Center) due(m Matter, ch Channel, now time.Time) bool {
	last := m.Sent[ch.Name()]
	if last.IsZero() {
		return now.Sub(m.Seen) <= patience
	}
	return m.Alert.Standing && c.Repeat > 0 && now.Sub(last) >= c.Repeat
}

func (c *Center) keep(ctx context.Context, id string, m *Matter) error {
	if err := c.Store.Keep(ctx, id, m); err != nil {
		return fmt.Errorf("remember what was told: %w", err)
	}
	return nil
}

func compact(errs []error) []error {
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// Try sends a test message on every channel, whatever each wants to hear.
func (c *Center) Try(ctx context.Context) (told []string, problem error) {
	a := Alert{Kind: Test, Key: "test", At: c.Now(), Since: c.Now(), Name: c.Name}
	var problems []error
	for _, ch := range c.Channels {
		within, stop := context.WithTimeout(ctx, slowest)
		err := ch.Send(within, a)
		stop()
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", ch.Name(), err))
			continue
		}
		told = append(told, ch.Name())
	}
	return told, errors.Join(problems...)
}
