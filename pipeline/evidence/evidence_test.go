package evidence_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/evidence"
)

func write(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := evidence.NewWriter(&out, evidence.Index{Release: "r1", Statloom: "1.0", Config: "config/config.yaml"})
	for _, f := range [][2]string{{"config/config.yaml", "version: 1"}, {"snapshots/abc", "book"}} {
		if err := w.Add(t.Context(), f[0], strings.NewReader(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func unpack(t *testing.T, pack []byte) (evidence.Index, string, error) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "p.zip")
	if err := os.WriteFile(file, pack, 0o600); err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(dir, "into")
	index, err := evidence.Unpack(t.Context(), file, into)
	return index, into, err
}

func TestThereAndBack(t *testing.T) {
	pack := write(t)
	if !bytes.Equal(pack, write(t)) {
		t.Error("equal packs differ")
	}
	index, into, err := unpack(t, pack)
	if err != nil {
		t.Fatal(err)
	}
	book, err := os.ReadFile(filepath.Join(into, "snapshots/abc"))
	if err != nil || string(book) != "book" || index.Release != "r1" || len(index.Files) != 2 {
		t.Errorf("%q %v %+v", book, err, index)
	}
}

// remake writes a pack's files again, changed.
func remake(t *testing.T, pack []byte, change func(name string, content []byte) (string, []byte)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		name, content := change(f.Name, b.Bytes())
		if name == "" {
			continue
		}
		e, err := w.Create(name)
		if err == nil {
			_, err = e.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A pack comes from somebody else: what is not as its index says, or reaches outside, is refused.
func TestBrokenPacks(t *testing.T) {
	pack := write(t)
	index := func(change func(*evidence.Index)) []byte {
		return remake(t, pack, func(name string, content []byte) (string, []byte) {
			if name == "evidence.json" {
				var i evidence.Index
				if err := json.Unmarshal(content, &i); err != nil {
					t.Fatal(err)
				}
				change(&i)
				content, _ = json.Marshal(i)
			}
			return name, content
		})
	}
	for name, c := range map[string]struct {
		pack []byte
		want string
	}{
		"no zip": {[]byte("x"), "it is no evidence pack"},
		"changed": {remake(t, pack, func(n string, b []byte) (string, []byte) {
			return n, bytes.Replace(b, []byte("book"), []byte("b00k"), 1)
		}), "its content is not what the index says"},
		"missing":       {remake(t, pack, func(n string, b []byte) (string, []byte) { return strings.TrimPrefix(n, "snapshots/abc"), b }), "it holds 1 files, its index 2"},
		"without index": {remake(t, pack, func(n string, b []byte) (string, []byte) { return strings.TrimPrefix(n, "evidence.json"), b }), "it has no evidence.json"},
		"outside":       {index(func(i *evidence.Index) { i.Files[1].Path = "../../etc/passwd" }), "a file outside itself"},
		"newer":         {index(func(i *evidence.Index) { i.Form = 2 }), "form 2, this program knows form 1"},
		"bomb":          {index(func(i *evidence.Index) { i.Files[1].Bytes = 1 << 60 }), "larger than"},
	} {
		_, _, err := unpack(t, c.pack)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %s", name, cmp.Diff(c.want, errText(err)))
		}
	}
}

func errText(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}
