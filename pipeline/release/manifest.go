package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
)

// ManifestName is the name of the manifest's file in a release.
const ManifestName = "manifest.json"

// Manifest says what a release holds and what it was made of. Whoever stages a release fills it in; Commit sets Release,
// Previous and Files.
type Manifest struct {
	Release      string    `json:"release"`
	Run          string    `json:"run"`
	Created      time.Time `json:"created"`
	Statloom     string    `json:"statloom"`       // version of the program
	ConfigHash   string    `json:"config_hash"`    // of the configuration and all files it names
	InputsHash   string    `json:"inputs_hash"`    // of the snapshots it was made of
	AsOf         time.Time `json:"as_of,omitzero"` // it holds what was known then; none: everything
	Illustrative bool      `json:"illustrative"`
	Unread       []Unread  `json:"unread,omitempty"`   // what it had to go without
	Previous     string    `json:"previous,omitempty"` // the release that was current before

	// Made has a hash for each dataset, over all that its tables depend on: where it is the same, so are they.
	Made map[string]string `json:"made,omitempty"`

	Tables []Table `json:"tables"`
	Files  []File  `json:"files"`
}

// Unread is a book that could not be read for a dataset.
type Unread struct {
	Dataset    string `json:"dataset"`
	SnapshotID string `json:"snapshot_id"`
	Book       string `json:"book"`
}

// Table describes one table of a release.
type Table struct {
	Name    string   `json:"name"`
	Comment string   `json:"comment,omitempty"`
	Rows    int64    `json:"rows"`
	Columns []Column `json:"columns"`
}

// Column describes one column of a table.
type Column struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Comment string `json:"comment,omitempty"`
}

// File describes one file of a release.
type File struct {
	Path   string `json:"path"` // below the release's folder, with forward slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ReadManifest reads the manifest of the release in a folder.
func ReadManifest(dir string) (Manifest, error) {
	name := filepath.Join(dir, ManifestName)
	raw, err := os.ReadFile(name)
	if err != nil {
		return Manifest{}, fmt.Errorf("read manifest: %w", err)
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return Manifest{}, &fault.Error{
			Kind: fault.Failed, File: name, What: "the manifest is damaged", Err: err,
			Remedy: "roll back to another release: statloom release rollback",
		}
	}
	return m, nil
}

// scan lists the files below a folder with size and hash, sorted by path, leaving out the manifest.
func scan(ctx context.Context, dir string) ([]File, error) {
	files := []File{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if entry.IsDir() || rel == ManifestName {
			return nil
		}
		if !entry.Type().IsRegular() {
			return &fault.Error{Kind: fault.Failed, File: name, What: "a release may hold files and folders only"}
		}
		size, sum, err := digest(ctx, name)
		files = append(files, File{Path: rel, Bytes: size, SHA256: sum})
		return err
	})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, err
}

func digest(ctx context.Context, name string) (int64, string, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = f.Close() }()
	hash, buf := sha256.New(), make([]byte, 1<<20)
	var size int64
	for {
		if err := ctx.Err(); err != nil {
			return 0, "", err
		}
		n, err := f.Read(buf)
		hash.Write(buf[:n])
		size += int64(n)
		if err == io.EOF {
			return size, hex.EncodeToString(hash.Sum(nil)), nil
		}
		if err != nil {
			return 0, "", err
		}
	}
}

func writeManifest(dir string, m Manifest) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ManifestName), text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}

// compare says how the files of a release differ from its manifest, one line a file.
func compare(want, have []File) []string {
	var problems []string
	found := make(map[string]File, len(have))
	for _, f := range have {
		found[f.Path] = f
	}
	for _, w := range want {
		h, ok := found[w.Path]
		delete(found, w.Path)
		switch {
		case !ok:
			problems = append(problems, w.Path+" is missing")
		case h.Bytes != w.Bytes:
			problems = append(problems, fmt.Sprintf("%s has %d bytes instead of %d", w.Path, h.Bytes, w.Bytes))
		case h.SHA256 != w.SHA256:
			problems = append(problems, w.Path+" has other content than was published")
		}
	}
	for _, f := range have {
		if _, extra := found[f.Path]; extra {
			problems = append(problems, f.Path+" is not part of the release")
		}
	}
	return problems
}
