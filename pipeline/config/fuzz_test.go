package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
)

// Whatever the file holds, Load ends with a configuration or with problems that have a place in it.
func FuzzLoad(f *testing.F) {
	for _, folder := range []string{"good", "bad"} {
		for _, file := range files(f, folder) {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	path := filepath.Join(f.TempDir(), "config.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(path, kinds(), env)
		switch problems, ok := err.(config.Problems); {
		case err == nil && (c == nil || c.Hash() == ""):
			t.Error("neither a configuration nor an error")
		case err != nil && (c != nil || !ok || len(problems) == 0 || fault.KindOf(err) != fault.Config):
			t.Errorf("got %v and the error %v", c, err)
		default:
			for _, p := range problems {
				if p.Line < 1 || p.Column < 1 || p.What == "" {
					t.Errorf("a problem without a place or a text: %+v", p)
				}
			}
		}
	})
}
