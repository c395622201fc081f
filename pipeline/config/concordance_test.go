package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/pipeline/config"
)

// Decisions about labels are part of the configuration wherever their file is; a file that is not there holds none.
func TestDecisionsAreHashed(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	load := func() *config.Config {
		t.Helper()
		c, err := config.Load(filepath.Join(dir, "config.yaml"), kinds(), func(string) (string, bool) { return "a.example", true })
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	write("config.yaml", hashed)
	write("area.csv", "code\n1\n")
	write("m.sql", "SELECT 1")
	none := load()
	if none.Decisions() != nil || none.Review != config.DefaultReview {
		t.Errorf("without a file: %q from %q", none.Decisions(), none.Review)
	}
	write("review.csv", "x")
	some := load()
	if string(some.Decisions()) != "x" || some.Hash() == none.Hash() {
		t.Errorf("with a file: %q, the hash is the same: %v", some.Decisions(), some.Hash() == none.Hash())
	}
	write("config.yaml", hashed+"review: decided/labels.csv\n")
	if c := load(); c.Decisions() != nil {
		t.Errorf("another file is named, and %q is read", c.Decisions())
	}
}
