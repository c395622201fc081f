package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statloom/statloom/pipeline/notify"
)

func monday() time.Time { return time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) }

func alert() notify.Alert {
	return notify.Alert{
		Kind: notify.Target, Key: "release1 firms", At: monday(), Since: monday(), Release: "release1", Name: notify.Text{VI: "Cần Thơ", EN: "Can Tho"},
		Subject: notify.Text{VI: "200 doanh nghiệp", EN: "200 firms"}, Details: []notify.Text{notify.Same("<!channel> & more")},
	}
}

func TestWebhook(t *testing.T) {
	var body []byte
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
	}))
	defer server.Close()
	send := func(form, secret string) map[string]any {
		t.Helper()
		w := notify.Webhook{URL: server.URL + "/hidden-path", Form: form, Secret: secret, Language: "en", Now: monday, Client: server.Client()}
		if err := w.Send(t.Context(), alert()); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("%s: %s", err, body)
		}
		return got
	}
	got := send("json", "key")
	if got["kind"] != "target" || got["key"] != "release1 firms" || got["name"] != "Can Tho" || got["at"] != "2026-03-02T02:00:00Z" || got["details"].([]any)[0] != "<!channel> & more" {
		t.Errorf("json: %s", body)
	}
	if header.Get(notify.SignatureHeader) != notify.Sign("key", monday(), body) || notify.Sign("other", monday(), body) == notify.Sign("key", monday(), body) {
		t.Errorf("signature %q", header.Get(notify.SignatureHeader))
	}
	got = send("slack", "")
	if text := got["text"].(string); !strings.HasPrefix(text, "*[statloom] Target changed its status: 200 firms — Can Tho*\n") || strings.Contains(text, "<!channel>") || len(got) != 1 {
		t.Errorf("slack: %s", body)
	}
	if header.Get(notify.SignatureHeader) != "" {
		t.Error("it is signed without a key")
	}
	got = send("teams", "")
	card := got["attachments"].([]any)[0].(map[string]any)
	if got["type"] != "message" || card["contentType"] != "application/vnd.microsoft.card.adaptive" || len(card["content"].(map[string]any)["body"].([]any)) != 2 {
		t.Errorf("teams: %s", body)
	}
}

// The address is a secret: neither errors nor the channel's name tell it, and nobody can lead a message elsewhere.
func TestWebhookErrors(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		w.Header().Set("Location", "/hidden-elsewhere")
		w.WriteHeader([]int{302, 404}[calls%2])
	}))
	defer server.Close()
	for _, address := range []string{server.URL + "/hidden-path", server.URL + "/hidden-path", "http://127.0.0.1:1/hidden-path", "http://%zz/hidden-path"} {
		w := notify.Webhook{URL: address, Form: "json", Now: monday, Client: server.Client()}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // before what is away is asked again
		err := w.Send(ctx, alert())
		cancel()
		if err == nil || strings.Contains(err.Error()+w.Name(), "hidden") {
			t.Errorf("%s: %v, %s", address, err, w.Name())
		}
	}
	if calls != 2 {
		t.Errorf("%d calls, want 2: what is refused is not sent again, and no redirect is followed", calls)
	}
}

// A server that is away for a moment is asked again.
func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		client := &http.Client{Transport: answers(func(*http.Request) (*http.Response, error) {
			if calls++; calls < 3 {
				return &http.Response{StatusCode: 503, Status: "503", Body: http.NoBody}, nil
			}
			return &http.Response{StatusCode: 204, Body: http.NoBody}, nil
		})}
		w := notify.Webhook{URL: "https://example.org/", Form: "json", Now: monday, Client: client}
		if err := w.Send(t.Context(), alert()); err != nil || calls != 3 {
			t.Errorf("%v after %d calls", err, calls)
		}
		calls = -10
		if err := w.Send(t.Context(), alert()); err == nil || calls != -7 {
			t.Errorf("%v after %d calls", err, calls+10)
		}
	})
}

type answers func(*http.Request) (*http.Response, error)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }
