package sheettest

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared gives the path of a file or folder of the real material that lies in a folder `shared` beside the repository,
// such as "corpus/gso_monthly". Where it is absent the test is skipped with a word; in CI it fails.
func Shared(t testing.TB, path string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		found := filepath.Join(dir, "shared", path)
		if _, err := os.Stat(found); err == nil {
			return found
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("shared/%s is not beside the repository", path)
	}
	t.Skipf("shared/%s is not beside the repository", path)
	return ""
}
