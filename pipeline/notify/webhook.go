package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Webhook tells by posting JSON to an address.
type Webhook struct {
	URL      string // kept out of every text: who knows it may post there
	Form     string // json, slack or teams
	Secret   string // signs what is posted; empty: nothing is signed
	On       []string
	Language string
	Zone     *time.Location
	Now      func() time.Time
	Client   *http.Client
}

// Name implements Channel. Of the address it gives the host, and a mark that tells two apart.
func (w Webhook) Name() string {
	host := ""
	if u, err := url.Parse(w.URL); err == nil {
		host = u.Hostname()
	}
	sum := sha256.Sum256([]byte(w.URL))
	return fmt.Sprintf("webhook %s %x", host, sum[:3])
}

// Wants implements Channel.
func (w Webhook) Wants(kind string) bool { return wants(w.On, kind) }

// SignatureHeader holds t=<seconds since 1970>,v1=<hex of the HMAC-SHA256 over t, a full stop and the body>.
const SignatureHeader = "Statloom-Signature"

// Send implements Channel.
func (w Webhook) Send(ctx context.Context, a Alert) error {
	text, err := Compose(a, w.Language, w.Zone)
	if err != nil {
		return err
	}
	body, err := json.Marshal(w.shape(a, text))
	if err != nil {
		return fmt.Errorf("write the message: %w", err)
	}
	return again(ctx, func() error { return w.post(ctx, body) }, func(err error) bool {
		var refused *refusal
		return !errors.As(err, &refused) || refused.status >= 500 || refused.status == http.StatusTooManyRequests
	})
}

// refusal is an answer that is no success.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return "the answer is " + r.text }

func (w Webhook) post(ctx context.Context, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address cannot be used")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "statloom")
	if w.Secret != "" {
		r.Header.Set(SignatureHeader, Sign(w.Secret, w.Now(), body))
	}
	client := *w.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(r)
	if err != nil {
		// The usual error repeats the address.
		if u := (*url.Error)(nil); errors.As(err, &u) {
			err = u.Err
		}
		return fmt.Errorf("post: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return &refusal{resp.StatusCode, resp.Status}
	}
	return nil
}

// Sign gives the signature of a body.
func Sign(secret string, at time.Time, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "%d.%s", at.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(h.Sum(nil)))
}

// shape gives what is posted.
func (w Webhook) shape(a Alert, m Message) any {
	switch w.Form {
	case "slack":
		return map[string]any{"text": "*" + slackText(m.Subject) + "*\n" + slackText(m.Body)}
	case "teams":
		block := func(text, weight string) map[string]any {
			return map[string]any{"type": "TextBlock", "text": text, "weight": weight, "wrap": true}
		}
		return map[string]any{"type": "message", "attachments": []any{map[string]any{
			"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
			"content": map[string]any{
				"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
				"body": []any{block(m.Subject, "Bolder"), block(strings.ReplaceAll(m.Body, "\n", "\n\n"), "Default")},
			},
		}}}
	}
	details := make([]string, len(a.Details))
	for i, d := range a.Details {
		details[i] = d.In(w.Language)
	}
	return map[string]any{
		"kind": a.Kind, "key": a.Key, "of": a.Of, "subject": m.Subject, "text": m.Body, "name": a.Name.In(w.Language), "at": a.At.UTC(),
		"since": a.Since.UTC(), "run": a.Run, "release": a.Release, "standing": a.Standing, "repeated": a.Repeated, "details": details,
	}
}

// slackText keeps a text from being read as Slack's marks: a mention would ring everywhere.
func slackText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
