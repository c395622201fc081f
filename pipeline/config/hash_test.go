package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statloom/statloom/pipeline/config"
)

const hashed = `version: 1
name: {vi: a, en: b}
sources:
  - {id: s, kind: web, producer: {vi: a, en: b}, url: "https://${SITE}/"}
code_lists:
  - {id: area, name: {vi: a, en: b}, file: area.csv}
models:
  - {id: m, name: {vi: a, en: b}, file: m.sql}
`

func TestHash(t *testing.T) {
	base := map[string]string{"config.yaml": hashed, "area.csv": "code\n1\n", "m.sql": "SELECT 1"}
	hash := func(site string, changed map[string]string) string {
		t.Helper()
		dir := t.TempDir()
		for name, content := range base {
			if c, ok := changed[name]; ok {
				content = c
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		c, err := config.Load(filepath.Join(dir, "config.yaml"), kinds(), func(string) (string, bool) { return site, true })
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash()
	}
	first := hash("a.example", nil)
	if len(first) != 64 {
		t.Errorf("hash %q", first)
	}
	reformatted := `# a comment
version: 1
code_lists: [{file: 'area.csv', id: area, name: &n {en: b, vi: a}}]
models:
- id: m
  name: *n
  file: "m.sql" # another
sources:
- id: s
  kind: web
  url: https://${SITE}/
  producer: *n
name:
  <<: *n
`
	for _, test := range []struct {
		name    string
		site    string
		changed map[string]string
		same    bool
	}{
		{"the same again", "a.example", nil, true},
		{"another value from the environment", "b.example", nil, true},
		{"written otherwise", "a.example", map[string]string{"config.yaml": reformatted}, true},
		{"another query", "a.example", map[string]string{"m.sql": "SELECT 2"}, false},
		{"another code", "a.example", map[string]string{"area.csv": "code\n2\n"}, false},
		{"another schedule", "a.example", map[string]string{"config.yaml": strings.Replace(hashed, ", url:", ", schedule: {cron: 0 3 * * *, time_zone: UTC}, url:", 1) +
			"schedule: {cron: 0 2 * * *, time_zone: UTC}\nkeep_runs: 5\nserve: {listen: '[::1]:80'}\n"}, true},
		{"another key", "a.example", map[string]string{"config.yaml": hashed + "language: en\n"}, false},
	} {
		if got := hash(test.site, test.changed); (got == first) != test.same {
			t.Errorf("%s: same hash is %v, want %v", test.name, got == first, test.same)
		}
	}
}
