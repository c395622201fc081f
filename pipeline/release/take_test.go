package release

import (
	"os"
	"path/filepath"
	"testing"
)

// A file of an earlier release is taken only as it was published, and what is refused leaves its place free.
func TestTake(t *testing.T) {
	for name, c := range map[string]struct {
		harm  func(file string) error
		path  string
		taken bool
	}{
		"as published":        {taken: true},
		"other content":       {harm: func(f string) error { return os.WriteFile(f, []byte("harmed"), 0o644) }},
		"gone":                {harm: os.Remove},
		"none of the release": {path: "stray", harm: func(f string) error { return os.WriteFile(filepath.Join(filepath.Dir(f), "stray"), nil, 0o644) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := shelf(t)
			before, err := publish(s, 1)
			if err != nil {
				t.Fatal(err)
			}
			path := before.Files[0].Path
			if c.harm != nil {
				if err := c.harm(filepath.Join(before.Dir, path)); err != nil {
					t.Fatal(err)
				}
			}
			if c.path != "" {
				path = c.path
			}
			g, err := s.Stage("next")
			if err != nil {
				t.Fatal(err)
			}
			target := filepath.Join(g.Dir, path)
			if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
				t.Fatal(err)
			}
			taken, err := g.Take(t.Context(), before, path)
			if err != nil || taken != c.taken {
				t.Fatalf("taken %v, %v, want %v", taken, err, c.taken)
			}
			if _, err := os.Stat(target); (err == nil) != c.taken {
				t.Errorf("after that the file is %v", err)
			}
		})
	}
}
