package file_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/sources/file"
	"github.com/statloom/statloom/sources/sourcetest"
)

// source makes a source as the configuration would; set changes the default options.
func source(t *testing.T, dir string, set func(*file.Options)) sources.Source {
	t.Helper()
	k := file.Kind()
	options := k.Options().(*file.Options)
	set(options)
	if complaints := options.Check(); len(complaints) > 0 {
		t.Fatalf("options: %v", complaints)
	}
	later := func() time.Time { return time.Now().Add(time.Hour) } // what the test has written counts as settled
	s, err := k.Build(t.Context(), kind.Env{Dir: dir, Now: later}, options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// folder is the harness of a folder of files.
type folder struct {
	dir  string
	puts int
}

func (f *folder) Source(t *testing.T, limit int64) sources.Source {
	return source(t, f.dir, func(o *file.Options) { o.Paths, o.MaxBytes = []string{"."}, kind.Bytes(limit) })
}

func (f *folder) Put(t *testing.T, name string, content []byte) {
	f.puts++
	write(t, filepath.Join(f.dir, name), string(content))
	when := time.Now().Add(time.Duration(f.puts) * time.Millisecond)
	if err := os.Chtimes(filepath.Join(f.dir, name), when, when); err != nil {
		t.Fatal(err)
	}
}

func (f *folder) Remove(t *testing.T, name string) {
	if err := os.Remove(filepath.Join(f.dir, name)); err != nil {
		t.Fatal(err)
	}
}

func (f *folder) Cut(t *testing.T, name string) {
	info, err := os.Stat(filepath.Join(f.dir, name))
	if err == nil {
		err = os.Truncate(filepath.Join(f.dir, name), info.Size()/2)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFolder(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) sourcetest.Harness { return &folder{dir: t.TempDir()} })
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// uris gives the URIs of the items, separated by blanks.
func uris(t *testing.T, s sources.Source) string {
	t.Helper()
	items, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, i := range items {
		all = append(all, i.URI)
	}
	return strings.Join(all, " ")
}

func TestPaths(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"a.xlsx", "b.csv", "~$a.xlsx", ".hidden.csv", "notes [1].txt", "y/2023/c.xls", "y/2024/d.xls", "y/2024/deep/e.xls",
		"y/f.xls", ".git/g.xls", "100%!/h.csv", "Biểu số 1.csv",
	} {
		write(t, filepath.Join(dir, name), "x")
	}
	for _, c := range []struct {
		name      string
		paths     []string
		recursive bool
		want      string
	}{
		{"a file", []string{"a.xlsx"}, false, "file:a.xlsx"},
		{"a folder is its files", []string{"y"}, false, "file:y/f.xls"},
		{"a folder with all below it", []string{"y"}, true, "file:y/2023/c.xls file:y/2024/d.xls file:y/2024/deep/e.xls file:y/f.xls"},
		{"hidden files and lock files are no books", []string{"*.xlsx", "*.csv"}, false, "file:Biểu%20số%201.csv file:a.xlsx file:b.csv"},
		{"a pattern with folders", []string{"y/*/*.xls"}, false, "file:y/2023/c.xls file:y/2024/d.xls"},
		{"two stars are any number of folders", []string{"y/**/*.xls"}, false, "file:y/2023/c.xls file:y/2024/d.xls file:y/2024/deep/e.xls file:y/f.xls"},
		{"two stars in the middle", []string{"**/2024/**/e.xls"}, false, "file:y/2024/deep/e.xls"},
		{"two stars at the end", []string{"y/2024/**"}, false, "file:y/2024/d.xls file:y/2024/deep/e.xls"},
		{"classes", []string{"y/202[4-9]/?.xls"}, false, "file:y/2024/d.xls"},
		{"found twice, listed once", []string{"a.xlsx", "a.*", "./y/../a.xlsx"}, false, "file:a.xlsx"},
		{"a name that looks like a pattern", []string{"notes [1].txt"}, false, "file:notes%20[1].txt"},
		{"names that need escaping", []string{"100%!"}, false, "file:100%25%21/h.csv"},
		{"composed pattern, any name", []string{"Bi\u1ec3u*.csv"}, false, "file:Biểu%20số%201.csv"},
		{"decomposed pattern, any name", []string{norm.NFD.String("Biểu*.csv")}, false, "file:Biểu%20số%201.csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := source(t, dir, func(o *file.Options) { o.Paths, o.Recursive = c.paths, c.recursive })
			if got := uris(t, s); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			items, err := s.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				readAll(t, s, i)
			}
		})
	}
}

func readAll(t *testing.T, s sources.Source, item sources.Item) string {
	t.Helper()
	c, err := s.Open(t.Context(), item, sources.Validators{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c.Body)
	if err := errors.Join(err, c.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestFilesOutsideTheConfigurationHaveAbsoluteURIs(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	write(t, filepath.Join(other, "a b.csv"), "outside")
	s := source(t, dir, func(o *file.Options) { o.Paths = []string{filepath.Join(other, "*.csv")} })
	items, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []sources.Item{{URI: "file://" + other + "/a%20b.csv", Name: "a b.csv"}}
	if d := cmp.Diff(want, items); d != "" {
		t.Fatal(d)
	}
	if got := readAll(t, s, items[0]); got != "outside" {
		t.Errorf("read %q", got)
	}
}

func TestOddFileNames(t *testing.T) {
	dir := t.TempDir()
	decomposed := norm.NFD.String("Biểu.csv")
	for name, content := range map[string]string{decomposed: "decomposed", norm.NFC.String(decomposed): "composed", "b\xe9.csv": "latin", "li\nne.csv": "line"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Skipf("the file system does not take %q: %v", name, err)
		}
	}
	s := source(t, dir, func(o *file.Options) { o.Paths = []string{"."} })
	items, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, i := range items {
		got[i.URI] = i.Name + " " + readAll(t, s, i)
	}
	want := map[string]string{
		"file:" + decomposed:                  norm.NFC.String(decomposed) + " decomposed",
		"file:" + norm.NFC.String(decomposed): norm.NFC.String(decomposed) + " composed",
		"file:b%E9.csv":                       "b\uFFFD.csv latin",
		"file:li%0Ane.csv":                    "li\uFFFDne.csv line",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLinksAndSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a/b.csv"), "b")
	for link, target := range map[string]string{"a/up": "..", "a/self": "self", "a/nowhere": "missing", "a/c.csv": "b.csv", "linked": "a"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "a/pipe.csv"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := source(t, dir, func(o *file.Options) { o.Paths, o.Recursive = []string{"."}, true })
	if got, want := uris(t, s), "file:a/b.csv file:a/c.csv file:linked/b.csv file:linked/c.csv"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPathThatFindsNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "books/.keep"), "")
	for _, c := range []struct{ path, where string }{
		{"books/*.xlsx", filepath.Join(dir, "books")}, {"books/**/*.xlsx", filepath.Join(dir, "books")}, {"books", dir},
		{"absent/a.xlsx", filepath.Join(dir, "absent")}, {"absent/*.xlsx", filepath.Join(dir, "absent")},
	} {
		s := source(t, dir, func(o *file.Options) { o.Paths = []string{c.path} })
		_, err := s.List(t.Context())
		if fault.KindOf(err) != fault.Unavailable || !strings.HasPrefix(err.Error(), c.where+": ") || !strings.Contains(err.Error(), `"`+c.path+`"`) {
			t.Errorf("%s: got %v", c.path, err)
		}
		s = source(t, dir, func(o *file.Options) { o.Paths, o.Required = []string{c.path}, false })
		if got := uris(t, s); got != "" {
			t.Errorf("%s: not required, got %s", c.path, got)
		}
	}
}

func TestFreshFileIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.csv"), "x")
	k := file.Kind()
	options := k.Options().(*file.Options)
	options.Paths = []string{"a.csv"}
	s, err := k.Build(t.Context(), kind.Env{Dir: dir, Now: time.Now}, options)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Open(t.Context(), sources.Item{URI: "file:a.csv"}, sources.Validators{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Body.Close() }()
	if want := (sources.Validators{Size: 1}); c.Validators != want {
		t.Errorf("a file written just now has the validators %+v, want %+v", c.Validators, want)
	}
}

func TestFileThatGrowsWhileItIsRead(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.csv"), "1,2\n")
	s := source(t, dir, func(o *file.Options) { o.Paths = []string{"a.csv"} })
	c, err := s.Open(context.Background(), sources.Item{URI: "file:a.csv"}, sources.Validators{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Body.Close() }()
	write(t, filepath.Join(dir, "a.csv"), "1,2\n3,4\n")
	if got, err := io.ReadAll(c.Body); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, c := range []struct {
		options file.Options
		keys    string
	}{
		{file.Options{}, "paths members max_bytes"},
		{file.Options{Paths: []string{"ok", "a[.csv", ""}, Members: []string{"["}, MaxBytes: 1}, "paths[1] paths[2] members[0]"},
	} {
		var keys []string
		for _, complaint := range c.options.Check() {
			keys = append(keys, complaint.Key)
		}
		if got := strings.Join(keys, " "); got != c.keys {
			t.Errorf("got %q, want %q", got, c.keys)
		}
	}
}
