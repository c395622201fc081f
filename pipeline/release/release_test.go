package release

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
)

var day = time.Date(2025, 3, 1, 2, 0, 0, 0, time.UTC)

func shelf(t *testing.T) *Shelf {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stage makes a candidate of two files; n sets it apart from others.
func stage(s *Shelf, n int) (*Staging, Manifest, error) {
	g, err := s.Stage(fmt.Sprintf("r%d", n))
	if err != nil {
		return nil, Manifest{}, err
	}
	for name, content := range map[string]string{"statloom.duckdb": "database ", "parquet/iip.parquet": "figures "} {
		name = filepath.Join(g.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, fmt.Append(nil, content, n), 0o644)); err != nil {
			return nil, Manifest{}, err
		}
	}
	return g, Manifest{
		Run: fmt.Sprintf("run%d", n), Created: day.Add(time.Duration(n) * time.Hour), Statloom: "v1", ConfigHash: "c", InputsHash: "i",
		Tables: []Table{{Name: "iip", Rows: 2, Columns: []Column{{Name: "obs_value", Type: "DOUBLE"}}}},
	}, nil
}

func publish(s *Shelf, n int) (Info, error) {
	g, m, err := stage(s, n)
	if err != nil {
		return Info{}, err
	}
	return g.Commit(context.Background(), m)
}

func sum(content string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(content))) }

func mustPublish(t *testing.T, s *Shelf, ns ...int) {
	t.Helper()
	for _, n := range ns {
		if _, err := publish(s, n); err != nil {
			t.Fatal(err)
		}
	}
}

// ids gives the releases, newest first, the current one with a star.
func ids(t *testing.T, s *Shelf) string {
	t.Helper()
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range list {
		id := r.ID
		if r.Current {
			id += "*"
		}
		if r.Damage != nil {
			id += "?"
		}
		all = append(all, id)
	}
	return strings.Join(all, " ")
}

func TestCommit(t *testing.T) {
	s := shelf(t)
	if _, ok, err := s.Current(); ok || err != nil {
		t.Fatalf("an empty shelf has a current release: %v, %v", ok, err)
	}
	mustPublish(t, s, 1, 2)
	got, ok, err := s.Current()
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	want := Info{ID: "r2", Dir: filepath.Join(s.data, "releases", "r2"), Current: true, Manifest: Manifest{
		Release: "r2", Run: "run2", Created: day.Add(2 * time.Hour), Statloom: "v1", ConfigHash: "c", InputsHash: "i", Previous: "r1",
		Tables: []Table{{Name: "iip", Rows: 2, Columns: []Column{{Name: "obs_value", Type: "DOUBLE"}}}},
		Files: []File{
			{"parquet/iip.parquet", 9, sum("figures 2")},
			{"statloom.duckdb", 10, sum("database 2")},
		},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("current (-want +got):\n%s", d)
	}
	if err := s.Verify(t.Context(), "r2"); err != nil {
		t.Error(err)
	}
	content, err := os.ReadFile(filepath.Join(s.data, "current", "statloom.duckdb"))
	if err != nil || string(content) != "database 2" {
		t.Errorf("current/statloom.duckdb has %q, %v", content, err)
	}
	if got := ids(t, s); got != "r2* r1" {
		t.Errorf("list is %q", got)
	}
	moved := s.data + "-moved"
	if err := os.Rename(s.data, moved); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(moved, "current", "statloom.duckdb")); err != nil {
		t.Errorf("current does not survive a move of the data folder: %v", err)
	}
}

func TestReadersKeepTheReleaseTheyResolved(t *testing.T) {
	s := shelf(t)
	mustPublish(t, s, 1)
	resolved, err := filepath.EvalSymlinks(filepath.Join(s.data, "current"))
	if err != nil {
		t.Fatal(err)
	}
	mustPublish(t, s, 2)
	if content, err := os.ReadFile(filepath.Join(resolved, "statloom.duckdb")); err != nil || string(content) != "database 1" {
		t.Errorf("got %q, %v", content, err)
	}
}

func TestStage(t *testing.T) {
	s := shelf(t)
	mustPublish(t, s, 1)
	for _, id := range []string{"", "..", ".hidden", "a/b", "r1"} {
		if _, err := s.Stage(id); fault.KindOf(err) != fault.Failed || err == nil {
			t.Errorf("Stage(%q) gave %v", id, err)
		}
	}
	g, _, err := stage(s, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(g.Dir, "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Commit(t.Context(), Manifest{}); err == nil || !strings.Contains(err.Error(), "files and folders only") {
		t.Errorf("a release with a link: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Commit(ctx, Manifest{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := g.Discard(); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, s); got != "r1*" {
		t.Errorf("list is %q", got)
	}
}

func TestRollback(t *testing.T) {
	s := shelf(t)
	rollback := func(id string) string {
		if _, err := s.Rollback(t.Context(), id); err != nil {
			return "error: " + err.Error()
		}
		return ids(t, s)
	}
	if got := rollback(""); !strings.Contains(got, "no release to go back to") {
		t.Error(got)
	}
	mustPublish(t, s, 1, 2, 3)
	for _, c := range []struct{ id, want string }{
		{"", "r3 r2* r1"}, {"", "r3 r2 r1*"}, {"r3", "r3* r2 r1"}, {"r1", "r3 r2 r1*"},
	} {
		if got := rollback(c.id); got != c.want {
			t.Errorf("rollback %q gave %q, want %q", c.id, got, c.want)
		}
	}
	if got := rollback(""); !strings.Contains(got, "no earlier release") {
		t.Error(got)
	}
	if got := rollback("r9"); !strings.Contains(got, `there is no release "r9"`) {
		t.Error(got)
	}
	if got := rollback("../.."); !strings.HasPrefix(got, "error") {
		t.Error(got)
	}
	if err := os.WriteFile(filepath.Join(s.data, "releases/r2/statloom.duckdb"), []byte("database X"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := rollback("r2"); !strings.Contains(got, "other content") || ids(t, s) != "r3 r2 r1*" {
		t.Errorf("rollback to a damaged release gave %q, list %q", got, ids(t, s))
	}
	mustPublish(t, s, 4)
	if current, _, err := s.Current(); err != nil || current.Previous != "r1" {
		t.Errorf("after a rollback the next release follows %q, %v", current.Previous, err)
	}
	if err := os.WriteFile(filepath.Join(s.data, "releases/r4/manifest.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := rollback(""); got != "r3* r2 r1 r4?" {
		t.Errorf("rollback from a damaged release gave %q", got)
	}
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		what   string
		damage func(dir string) error
		says   string
	}{
		{"nothing", func(string) error { return nil }, ""},
		{"changed", func(d string) error { return os.WriteFile(d+"/statloom.duckdb", []byte("database 2"), 0o644) }, "statloom.duckdb has other content"},
		{"cut", func(d string) error { return os.Truncate(d+"/statloom.duckdb", 3) }, "statloom.duckdb has 3 bytes instead of 10"},
		{"missing", func(d string) error { return os.RemoveAll(d + "/parquet") }, "parquet/iip.parquet is missing"},
		{"added", func(d string) error { return os.WriteFile(d+"/extra", nil, 0o644) }, "extra is not part of the release"},
		{"renamed", func(d string) error { return os.WriteFile(d+"/manifest.json", []byte(`{"release":"r7"}`), 0o644) }, `the manifest is that of release "r7"`},
	} {
		s := shelf(t)
		mustPublish(t, s, 1)
		if err := c.damage(filepath.Join(s.data, "releases/r1")); err != nil {
			t.Fatal(err)
		}
		err := s.Verify(t.Context(), "r1")
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: got %v", c.what, err)
		}
	}
}

func TestPrune(t *testing.T) {
	s := shelf(t)
	mustPublish(t, s, 1, 2, 3, 4, 5, 6)
	if _, err := s.Rollback(t.Context(), "r3"); err != nil {
		t.Fatal(err)
	}
	removed, err := s.Prune(2)
	if err != nil {
		t.Fatal(err)
	}
	// r3 is current, and r2 is what it would be rolled back to.
	if d := cmp.Diff([]string{"r4", "r1"}, removed); d != "" || ids(t, s) != "r6 r5 r3* r2" {
		t.Errorf("left %q (-want +got):\n%s", ids(t, s), d)
	}
	if removed, err := s.Prune(0); err != nil || len(removed) != 2 || ids(t, s) != "r3* r2" {
		t.Errorf("removed %v, %v; left %q", removed, err, ids(t, s))
	}
}

func TestSetAside(t *testing.T) {
	s := shelf(t)
	mustPublish(t, s, 1)
	for n := 2; n < 10; n++ {
		g, _, err := stage(s, n)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := g.SetAside(fmt.Sprint("reason ", n))
		if err != nil {
			t.Fatal(err)
		}
		reason, err := os.ReadFile(filepath.Join(dir, reasonName))
		if err != nil || string(reason) != fmt.Sprintf("reason %d\n", n) {
			t.Errorf("got %q, %v", reason, err)
		}
		when := day.Add(time.Duration(n) * time.Minute)
		if err := os.Chtimes(dir, when, when); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(s.data, "rejected"))
	if err != nil || len(entries) != keepRejected || entries[0].Name() != "r5" || entries[4].Name() != "r9" {
		t.Errorf("rejected: %v, %v", entries, err)
	}
	if got := ids(t, s); got != "r1*" {
		t.Errorf("list is %q", got)
	}
}

func TestForeignPointer(t *testing.T) {
	s := shelf(t)
	if err := os.Symlink("/tmp", filepath.Join(s.data, "current")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Current(); err == nil || !strings.Contains(err.Error(), "not a link to a release") {
		t.Errorf("got %v", err)
	}
}
