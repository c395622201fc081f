package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/config"
)

func TestRules(t *testing.T) {
	var got []string
	for _, r := range load(t, "operate.yaml").Rules() {
		due, start, ok := r.Next(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))
		if !ok || start.Before(due) {
			t.Errorf("%s: due %v, starts %v, %v", r.ID, due, start, ok)
		}
		got = append(got, r.ID+" "+due.Format(time.RFC3339)+" late from "+r.Deadline(due).Format(time.RFC3339))
	}
	want := []string{
		"pipeline 2026-02-02T02:00:00+07:00 late from 2026-02-02T08:00:00+07:00",
		"source:monthly 2026-02-06T09:00:00+07:00 late from 2026-03-06T00:00:00+07:00",
		"source:weekly 2026-03-31T00:00:00Z late from 0001-01-01T00:00:00Z",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rules (-want +got):\n%s", d)
	}
}

func TestHide(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	const text = `version: 1
name: {vi: a, en: b}
sources:
  - {id: s, kind: web, producer: {vi: a, en: b}, url: "https://example.org/?key=${KEY}"}
serve: {token: "${TOKEN}"}
observe: {openlineage_token: "${SHORT}"}
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"KEY": "k/12", "TOKEN": "correct horse battery", "SHORT": "ab"}
	c, err := config.Load(file, kinds(), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	got := c.Hide(`get "https://example.org/?key=k/12&sort=k%2F12": refused; Bearer correct horse battery; q=correct+horse+battery; absent`)
	want := `get "https://example.org/?key=${KEY}&sort=${KEY}": refused; Bearer ${TOKEN}; q=${TOKEN}; absent`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
