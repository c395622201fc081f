package file_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/sources/file"
	"github.com/statloom/statloom/sources/sourcetest"
)

// packed is a member of an archive to be.
type packed struct{ name, content string }

func pack(t testing.TB, members ...packed) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, m := range members {
		w, err := z.Create(m.name)
		if err == nil {
			_, err = io.WriteString(w, m.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// archive is the harness of a folder that holds one archive.
type archive struct {
	dir     string
	puts    int
	members []packed
}

func (a *archive) Source(t *testing.T, limit int64) sources.Source {
	return source(t, a.dir, func(o *file.Options) { o.Paths, o.MaxBytes = []string{"books.zip"}, kind.Bytes(limit) })
}

func (a *archive) save(t *testing.T, content []byte) {
	a.puts++
	name := filepath.Join(a.dir, "books.zip")
	write(t, name, string(content))
	when := time.Now().Add(time.Duration(a.puts) * time.Millisecond)
	if err := os.Chtimes(name, when, when); err != nil {
		t.Fatal(err)
	}
}

func (a *archive) Put(t *testing.T, name string, content []byte) {
	a.members = append(slices.DeleteFunc(a.members, func(p packed) bool { return p.name == name }), packed{name, string(content)})
	a.save(t, pack(t, a.members...))
}

func (a *archive) Remove(t *testing.T, name string) {
	a.members = slices.DeleteFunc(a.members, func(p packed) bool { return p.name == name })
	a.save(t, pack(t, a.members...))
}

func (a *archive) Cut(t *testing.T, _ string) {
	name := filepath.Join(a.dir, "books.zip")
	info, err := os.Stat(name)
	if err == nil {
		err = os.Truncate(name, info.Size()/2)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestArchive(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) sourcetest.Harness { return &archive{dir: t.TempDir()} })
}

func TestWhatIsAnArchive(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"a.zip": pack(t, packed{"2024/x.xlsx", "x"}, packed{"2024/Y.CSV", "y"}, packed{"readme.txt", "no"}, packed{"2024/", ""},
			packed{"inner.zip", "nested"}, packed{"~$x.xlsx", "lock"}, packed{"__MACOSX/2024/._x.xlsx", "fork"}),
		"b.xlsx":      pack(t, packed{"[Content_Types].xml", ""}, packed{"xl/embeddings/book.xlsx", "x"}),
		"c.ods":       pack(t, packed{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, packed{"x.csv", "x"}),
		"d.data":      pack(t, packed{"told by content.csv", "x"}),
		"damaged.zip": pack(t, packed{"x.csv", "x"})[:40],
		"e.xlsx":      []byte("PK\x03\x04 cut short"),
		"f.csv":       []byte("PK"),
	} {
		write(t, filepath.Join(dir, name), string(content))
	}
	s := source(t, dir, func(o *file.Options) { o.Paths = []string{"."} })
	want := "file:a.zip!/2024/Y.CSV file:a.zip!/2024/x.xlsx file:b.xlsx file:c.ods file:d.data!/told%20by%20content.csv file:damaged.zip file:e.xlsx file:f.csv"
	if got := uris(t, s); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := readAll(t, s, sources.Item{URI: "file:a.zip!/2024/Y.CSV"}); got != "y" {
		t.Errorf("read %q", got)
	}
	s = source(t, dir, func(o *file.Options) { o.Paths, o.Members = []string{"a.zip"}, []string{"2024/*.csv", "*.zip"} })
	if got, want := uris(t, s), "file:a.zip!/2024/Y.CSV file:a.zip!/inner.zip"; got != want {
		t.Errorf("with members: got %s, want %s", got, want)
	}
}

func TestHostileArchives(t *testing.T) {
	bomb := strings.Repeat("\x00", 11<<20)
	lying := pack(t, packed{"small.csv", strings.Repeat("1,2\n", 1000)})
	binary.LittleEndian.PutUint32(lying[bytes.LastIndex(lying, []byte("PK\x01\x02"))+24:], 10)
	encrypted := pack(t, packed{"secret.xlsx", "x"})
	encrypted[bytes.LastIndex(encrypted, []byte("PK\x01\x02"))+8] |= 1
	flipped := pack(t, packed{"flip.csv", "1,2\n3,4\n"})
	flipped[42] ^= 0x40
	for _, c := range []struct {
		name, uri string
		content   []byte
		kind      fault.Kind
		says      string
	}{
		{"path up", "a.zip!/../../etc/x.csv", pack(t, packed{"../../etc/x.csv", "x"}), fault.Input, "leads out of the archive"},
		{"absolute path", "a.zip!//etc/x.csv", pack(t, packed{"/etc/x.csv", "x"}), fault.Input, "leads out of the archive"},
		{"backslashes", `a.zip!/..%5Cx.csv`, pack(t, packed{`..\x.csv`, "x"}), fault.Input, "leads out of the archive"},
		{"drive", "a.zip!/C:/x.csv", pack(t, packed{"C:/x.csv", "x"}), fault.Input, "leads out of the archive"},
		{"same name twice", "a.zip!/x.csv", pack(t, packed{"x.csv", "1"}, packed{"x.csv", "2"}), fault.Input, "two members"},
		{"encrypted", "a.zip!/secret.xlsx", encrypted, fault.Input, "encrypted"},
		{"bomb", "a.zip!/bomb.csv", pack(t, packed{"bomb.csv", bomb}), fault.Limit, "more than 500 times"},
		{"bombs together", "a.zip!/0.csv", pack(t, packed{"0.csv", bomb[:6<<20]}, packed{"1.csv", bomb[:6<<20]}), fault.Limit, "more than 500 times"},
		{"announces less than it holds", "a.zip!/small.csv", lying, fault.Input, "damaged"},
		{"changed bytes", "a.zip!/flip.csv", flipped, fault.Input, "damaged"},
		{"cut off", "a.zip", pack(t, packed{"x.csv", "x"})[:50], fault.Input, "the ZIP archive is damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a.zip"), string(c.content))
			s := source(t, dir, func(o *file.Options) { o.Paths = []string{"a.zip"} })
			items, err := s.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(items, func(i sources.Item) bool { return i.URI == "file:"+c.uri })
			if i < 0 {
				t.Fatalf("not listed: %v", items)
			}
			if strings.ContainsAny(items[i].Name, `/\`) {
				t.Errorf("name is %q", items[i].Name)
			}
			content, err := s.Open(t.Context(), items[i], sources.Validators{})
			if err == nil {
				_, err = io.Copy(io.Discard, content.Body)
				if err := content.Body.Close(); err != nil {
					t.Error(err)
				}
			}
			if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "a.zip") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestArchiveDirectoryIsBounded(t *testing.T) {
	var content bytes.Buffer
	z := zip.NewWriter(&content)
	for i := range 300 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i, ".csv"), Extra: make([]byte, 60_000)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.zip"), content.String())
	s := source(t, dir, func(o *file.Options) { o.Paths = []string{"a.zip"} })
	if got := uris(t, s); got != "file:a.zip" {
		t.Fatalf("listed %.200s", got)
	}
	if _, err := s.Open(t.Context(), sources.Item{URI: "file:a.zip"}, sources.Validators{}); fault.KindOf(err) != fault.Limit {
		t.Errorf("got %v", err)
	}
}

func FuzzArchive(f *testing.F) {
	f.Add(pack(f, packed{"a.csv", "1,2\n"}, packed{"../b.xlsx", "x"}))
	f.Add(pack(f, packed{"[Content_Types].xml", "<Types/>"}))
	f.Add(pack(f, packed{"B\xe9.csv", strings.Repeat("0", 5000)}, packed{"B\xe9.csv", ""}))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "a.zip"), string(content))
		const limit = 1 << 20
		s := source(t, dir, func(o *file.Options) { o.Paths, o.Required, o.MaxBytes = []string{"a.zip"}, false, limit })
		items, err := s.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, item := range items {
			if !utf8.ValidString(item.Name) || strings.ContainsAny(item.Name, "/\\\n\x00") || !utf8.ValidString(item.URI) {
				t.Errorf("item %+q", item)
			}
			if i > 0 && items[i-1].URI >= item.URI {
				t.Errorf("%q is listed after %q", item.URI, items[i-1].URI)
			}
			c, err := s.Open(t.Context(), item, sources.Validators{})
			if err == nil {
				var n int64
				n, err = io.Copy(io.Discard, c.Body)
				err = errors.Join(err, c.Body.Close())
				if err == nil && n != c.Validators.Size {
					t.Errorf("%s: read %d bytes, %d announced", item.URI, n, c.Validators.Size)
				}
			}
			var e *fault.Error
			if err != nil && !errors.As(err, &e) {
				t.Errorf("%s: %v does not say what to do", item.URI, err)
			}
		}
	})
}

func TestMemberURIsLeadBack(t *testing.T) {
	names := []string{"a!/b.csv", "100%.csv", "Biểu số.csv", "x#y?.csv", "b\xe9.csv"}
	members := make([]packed, len(names))
	want := map[string]string{}
	for i, n := range names {
		members[i] = packed{n, n}
		want[n] = n
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.zip"), string(pack(t, members...)))
	s := source(t, dir, func(o *file.Options) { o.Paths = []string{"a.zip"} })
	items, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, i := range items {
		content := readAll(t, s, i)
		got[content] = content
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
