package lake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"go.uber.org/goleak"
	"gocloud.dev/blob/memblob"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// everywhere runs a test on a lake in a folder, on one in a bucket and on one in a store of the S3 kind.
func everywhere(t *testing.T, test func(t *testing.T, l *Lake)) {
	t.Run("s3", func(t *testing.T) {
		backend := s3mem.New()
		if err := backend.CreateBucket("b"); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(gofakes3.New(backend).Server())
		t.Cleanup(server.Close)
		t.Setenv("AWS_ACCESS_KEY_ID", "test")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
		l, err := Open(t.Context(), "s3://b?region=us-east-1&use_path_style=true&prefix=lake/&endpoint="+server.URL, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		test(t, l)
	})
	t.Run("folder", func(t *testing.T) { test(t, local(t)) })
	t.Run("bucket", func(t *testing.T) {
		l := &Lake{bucket: memblob.OpenBucket(nil), temp: t.TempDir()}
		t.Cleanup(func() { l.Close() })
		test(t, l)
		if left := filesBelow(t, l.temp); len(left) > 0 {
			t.Errorf("working files left behind: %v", left)
		}
	})
}

func local(t *testing.T) *Lake {
	t.Helper()
	dir := t.TempDir()
	l, err := Open(t.Context(), filepath.Join(dir, "lake"), filepath.Join(dir, "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(dir, name)
			files = append(files, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var day = time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)

func origin(uri string) Origin {
	return Origin{
		Source: "gso", URI: uri, Name: "a.xlsx", Retrieved: day, MediaType: "text/csv", Licence: "free", Producer: "GSO",
		Validators: sources.Validators{ETag: `"1"`},
	}
}

func put(t *testing.T, l *Lake, o Origin, content string) (Version, bool) {
	t.Helper()
	v, created, err := l.Put(t.Context(), o, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return v, created
}

func sum(content string) string {
	s := sha256.Sum256([]byte(content))
	return hex.EncodeToString(s[:])
}

func book(t *testing.T, l *Lake, content string) {
	t.Helper()
	b, err := l.Book(t.Context(), sum(content))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	got := make([]byte, b.Size())
	if _, err := b.ReadAt(got, 0); err != nil && !errors.Is(err, io.EOF) || string(got) != content {
		t.Errorf("book has %q, %v; want %q", got, err, content)
	}
}

func TestVersions(t *testing.T) {
	everywhere(t, func(t *testing.T, l *Lake) {
		first, created := put(t, l, origin("u/b"), "one")
		want := Version{
			Source: "gso", URI: "u/b", Number: 1, SHA256: sum("one"), Size: 3, Name: "a.xlsx", Retrieved: day, MediaType: "text/csv",
			Licence: "free", Producer: "GSO", Validators: sources.Validators{ETag: `"1"`, Size: 3, SHA256: sum("one")},
		}
		if d := cmp.Diff(want, first); d != "" || !created {
			t.Errorf("first version, created %v (-want +got):\n%s", created, d)
		}
		if again, created := put(t, l, origin("u/b"), "one"); created || again.Number != 1 {
			t.Errorf("the same content again gave %+v, created %v", again, created)
		}
		later := origin("u/b")
		later.Retrieved, later.Published = day.Add(time.Hour), day.Add(-time.Hour)
		if v, created := put(t, l, later, "two"); !created || v.Number != 2 {
			t.Errorf("new content gave %+v, created %v", v, created)
		}
		if v, created := put(t, l, later, "one"); !created || v.Number != 3 {
			t.Errorf("content that came back gave %+v, created %v", v, created)
		}
		put(t, l, origin("u/a"), "one")
		other := origin("u/a")
		other.Source = "gso2"
		put(t, l, other, "three")

		got, err := l.Versions(t.Context(), "gso")
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		for _, v := range got {
			seen = append(seen, fmt.Sprintf("%s %d %s %s", v.URI, v.Number, v.SHA256[:4], v.Published.Format(time.RFC3339)))
		}
		none := time.Time{}.Format(time.RFC3339)
		if d := cmp.Diff([]string{
			"u/a 1 " + sum("one")[:4] + " " + none, "u/b 1 " + sum("one")[:4] + " " + none,
			"u/b 2 " + sum("two")[:4] + " 2025-03-01T07:00:00Z", "u/b 3 " + sum("one")[:4] + " 2025-03-01T07:00:00Z",
		}, seen); d != "" {
			t.Errorf("versions (-want +got):\n%s", d)
		}
		if d := cmp.Diff(want, got[1]); d != "" {
			t.Errorf("first version read again (-want +got):\n%s", d)
		}
		for _, content := range []string{"one", "two", "three"} {
			book(t, l, content)
		}
		if got, err := l.Versions(t.Context(), "unknown"); err != nil || got != nil {
			t.Errorf("unknown source gave %v, %v", got, err)
		}
	})
}

func TestEqualContentIsStoredOnce(t *testing.T) {
	l := local(t)
	put(t, l, origin("a"), "same")
	put(t, l, origin("b"), "same")
	var snapshots []string
	for _, f := range filesBelow(t, l.local) {
		if strings.HasPrefix(f, "snapshots") {
			snapshots = append(snapshots, f)
		}
	}
	if d := cmp.Diff([]string{filepath.Join("snapshots", sum("same")[:2], sum("same"))}, snapshots); d != "" {
		t.Errorf("snapshots (-want +got):\n%s", d)
	}
}

func TestNothingIsRewrittenWhenNothingChanged(t *testing.T) {
	l := local(t)
	times := func() map[string]time.Time {
		all := map[string]time.Time{}
		for _, f := range filesBelow(t, l.local) {
			info, err := os.Stat(filepath.Join(l.local, f))
			if err != nil {
				t.Fatal(err)
			}
			all[f] = info.ModTime()
		}
		return all
	}
	put(t, l, origin("a"), "same")
	before := times()
	later := origin("a")
	later.Retrieved = day.Add(time.Hour)
	put(t, l, later, "same")
	if d := cmp.Diff(before, times()); d != "" {
		t.Errorf("files changed:\n%s", d)
	}
}

func TestKnown(t *testing.T) {
	everywhere(t, func(t *testing.T, l *Lake) {
		known := func() sources.Validators {
			t.Helper()
			v, err := l.Known(t.Context(), "gso", "a")
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if got := known(); got != (sources.Validators{}) {
			t.Errorf("before anything was put: %+v", got)
		}
		put(t, l, origin("a"), "one")
		if got, want := known(), (sources.Validators{ETag: `"1"`, Size: 3, SHA256: sum("one")}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		renewed := origin("a")
		renewed.Validators.ETag = `"2"`
		if _, created := put(t, l, renewed, "one"); created || known().ETag != `"2"` {
			t.Errorf("renewed validators: created %v, known %+v", created, known())
		}
		if err := l.bucket.Delete(t.Context(), snapshotKey(sum("one"))); err != nil {
			t.Fatal(err)
		}
		if got := known(); got != (sources.Validators{}) {
			t.Errorf("with the snapshot gone: %+v", got)
		}
		if _, created := put(t, l, renewed, "one"); created {
			t.Error("fetching a lost snapshot again made a new version")
		}
		book(t, l, "one")
	})
}

func TestPutThatFailsLeavesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, l *Lake) {
		broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("line cut")))
		if _, _, err := l.Put(t.Context(), origin("a"), broken); err == nil || !strings.Contains(err.Error(), "line cut") {
			t.Errorf("broken reader: %v", err)
		}
		if _, _, err := l.Put(t.Context(), origin("a"), strings.NewReader("")); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("empty content: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := l.Put(ctx, origin("a"), strings.NewReader("x")); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		bad := origin("a")
		bad.Source = "../x"
		if _, _, err := l.Put(t.Context(), bad, strings.NewReader("x")); fault.KindOf(err) != fault.Config {
			t.Errorf("source that leads elsewhere: %v", err)
		}
		it := l.bucket.List(nil)
		if object, err := it.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("the lake holds %v, %v", object, err)
		}
	})
}

func TestDamagedSnapshots(t *testing.T) {
	l := local(t)
	put(t, l, origin("a"), "12.5")
	name := filepath.Join(l.local, filepath.FromSlash(snapshotKey(sum("12.5"))))
	for _, c := range []struct{ content, says string }{{"12.6", "damaged"}, {"12.", "damaged"}, {"", "damaged"}, {"-", "missing"}} {
		if err := os.WriteFile(name, []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		if c.content == "-" {
			os.Remove(name)
		}
		_, err := l.Book(t.Context(), sum("12.5"))
		var e *fault.Error
		if !errors.As(err, &e) || !strings.Contains(e.What, c.says) || e.File != name || !strings.Contains(e.Remedy, "backup") {
			t.Errorf("%q: got %v", c.content, err)
		}
		if _, created := put(t, l, origin("a"), "12.5"); created {
			t.Errorf("%q: repairing made a new version", c.content)
		}
		book(t, l, "12.5")
	}
	for _, bad := range []string{"", "../../etc/passwd", strings.Repeat("Z", 64), strings.ToUpper(sum("12.5"))} {
		if _, err := l.Book(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "not the SHA-256") {
			t.Errorf("Book(%q): %v", bad, err)
		}
	}
}

func TestDamagedHistory(t *testing.T) {
	for _, damage := range []string{
		"", "{", `{"source":"gso","uri":"other","versions":[]}`, `{"source":"gso","uri":"a","versions":[{"sha256":"../x"}]}`,
		`{"source":"gso","uri":"a","versions":[],"strange":1}`,
	} {
		l := local(t)
		put(t, l, origin("a"), "one")
		name := filepath.Join(l.local, filepath.FromSlash(originKey("gso", "a")))
		if err := os.WriteFile(name, []byte(damage), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := l.Versions(t.Context(), "gso")
		var e *fault.Error
		if !errors.As(err, &e) || e.File != name || e.Remedy == "" {
			t.Errorf("%q: Versions gave %v", damage, err)
		}
		if _, _, err := l.Put(t.Context(), origin("a"), strings.NewReader("two")); err == nil {
			t.Errorf("%q: Put wrote over it", damage)
		}
	}
}

func TestConcurrentPuts(t *testing.T) {
	everywhere(t, func(t *testing.T, l *Lake) {
		g, ctx := errgroup.WithContext(t.Context())
		for i := range 40 {
			g.Go(func() error {
				_, _, err := l.Put(ctx, origin(fmt.Sprint(i%4)), strings.NewReader(fmt.Sprint("content ", i/4)))
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		got, err := l.Versions(t.Context(), "gso")
		if err != nil {
			t.Fatal(err)
		}
		// Contents of one address arrive in any order, and each differs from all others.
		if len(got) != 40 {
			t.Errorf("%d versions, want 40", len(got))
		}
	})
}

func TestFragments(t *testing.T) {
	everywhere(t, func(t *testing.T, l *Lake) {
		key := FragmentKey{Snapshot: sum("book"), Recipe: "0123456789abcdef"}
		absent := func(when string) {
			t.Helper()
			if f, ok, err := l.Fragment(t.Context(), key); ok || err != nil || f != nil {
				t.Errorf("%s: got %v, %v, %v", when, f, ok, err)
			}
		}
		absent("before anything was put")
		err := l.PutFragment(t.Context(), key, func(w io.Writer) error {
			io.WriteString(w, "half")
			return errors.New("no more")
		})
		if err == nil || !strings.Contains(err.Error(), "no more") {
			t.Errorf("fill that fails gave %v", err)
		}
		absent("after a fill that failed")
		for _, content := range []string{"", "arrow", strings.Repeat("large", 1<<20)} {
			if err := l.PutFragment(t.Context(), key, func(w io.Writer) error { _, err := io.WriteString(w, content); return err }); err != nil {
				t.Fatal(err)
			}
			f, ok, err := l.Fragment(t.Context(), key)
			if !ok || err != nil {
				t.Fatalf("got %v, %v", ok, err)
			}
			got, err := io.ReadAll(f)
			if err != nil || string(got) != content || f.Size() != int64(len(content)) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
			f.Close()
		}
		name, _ := key.object()
		whole, err := l.bucket.ReadAll(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		flipped := bytes.Clone(whole)
		flipped[1] ^= 1
		for what, damaged := range map[string][]byte{"flipped": flipped, "cut": whole[:len(whole)-1], "short": whole[:3], "empty": nil} {
			if err := l.bucket.WriteAll(t.Context(), name, damaged, nil); err != nil {
				t.Fatal(err)
			}
			absent(what)
		}
		for _, bad := range []FragmentKey{{}, {Snapshot: sum("x"), Recipe: "../x"}, {Snapshot: "x", Recipe: "01234567"}} {
			if _, _, err := l.Fragment(t.Context(), bad); err == nil {
				t.Errorf("%v names a fragment", bad)
			}
		}
	})
}

func TestLocalBookIsTheFileItself(t *testing.T) {
	l := local(t)
	put(t, l, origin("a"), "one")
	b, err := l.Book(t.Context(), sum("one"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if want := filepath.Join(l.local, filepath.FromSlash(snapshotKey(sum("one")))); b.file.Name() != want {
		t.Errorf("opened %s, want %s", b.file.Name(), want)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	for _, where := range []string{filepath.Join(dir, "a"), "file://" + filepath.ToSlash(filepath.Join(dir, "b"))} {
		l, err := Open(t.Context(), where, filepath.Join(dir, "tmp"))
		if err != nil {
			t.Fatal(err)
		}
		put(t, l, origin("a"), "one")
		if l.local == "" {
			t.Errorf("%s is not a local lake", where)
		}
		l.Close()
	}
	if _, err := Open(t.Context(), "ftp://x", dir); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "ftp://") {
		t.Errorf("unknown scheme: %v", err)
	}
}
