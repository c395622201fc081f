// Package evidence packs a release with all that it was made of into one file, so that somebody else can make it again
// without the sources, and compare.
package evidence

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
)

// The folders of a pack.
const (
	indexName = "evidence.json"
	Config    = "config"    // the configuration and the files it names
	Snapshots = "snapshots" // books, by the SHA-256 of their bytes
	Results   = "results"   // the manifest and the Parquet files of the release
)

// Book is a version of a book and where it was found.
type Book struct {
	Source string `json:"source"`
	URI    string `json:"uri"`
	Number int    `json:"version"`
	lake.Version
}

// Index says what a pack holds.
type Index struct {
	Form     int       `json:"form"` // 1
	Release  string    `json:"release"`
	Created  time.Time `json:"created"`
	Statloom string    `json:"statloom"` // version of the program that made the release
	Config   string    `json:"config"`   // path of the configuration in the pack
	Hash     string    `json:"config_hash"`
	Books    []Book    `json:"books"`
	Files    []File    `json:"files"`
}

// File is a file of the pack.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// Writer writes a pack.
type Writer struct {
	zip   *zip.Writer
	index Index
}

// NewWriter begins a pack; Close ends it with its index.
func NewWriter(w io.Writer, index Index) *Writer {
	index.Form, index.Files = 1, nil
	return &Writer{zip: zip.NewWriter(w), index: index}
}

// Add adds a file. Equal packs have equal bytes: no times are written.
func (w *Writer) Add(ctx context.Context, name string, from io.Reader) error {
	out, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, hash), contextReader{ctx, from})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	w.index.Files = append(w.index.Files, File{name, hex.EncodeToString(hash.Sum(nil)), n})
	return nil
}

// AddFile adds a file of the disk.
func (w *Writer) AddFile(ctx context.Context, name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer f.Close()
	return w.Add(ctx, name, f)
}

// Close writes the index and ends the pack.
func (w *Writer) Close() error {
	text, err := json.MarshalIndent(w.index, "", "  ")
	if err != nil {
		return err
	}
	out, err := w.zip.CreateHeader(&zip.FileHeader{Name: indexName, Method: zip.Deflate})
	if err == nil {
		_, err = out.Write(text)
	}
	if err == nil {
		err = w.zip.Close()
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", indexName, err)
	}
	return nil
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// Bounds of a pack that is unpacked: it comes from somebody else.
const (
	maxFiles = 100_000
	maxIndex = 64 << 20
	maxBytes = 64 << 30
)

func broken(file, what string, args ...any) error {
	return &fault.Error{Kind: fault.Input, File: file, What: fmt.Sprintf(what, args...), Remedy: "ask for the pack again"}
}

// Unpack writes the files of a pack into a folder and compares each with its hash in the index. Every file has to be in
// the index, and the other way round.
func Unpack(ctx context.Context, file, into string) (Index, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return Index{}, broken(file, "it is no evidence pack: %v", err)
	}
	defer z.Close()
	index, err := readIndex(file, &z.Reader)
	if err != nil {
		return Index{}, err
	}
	if len(z.File) > maxFiles || len(z.File) != len(index.Files)+1 {
		return Index{}, broken(file, "it holds %d files, its index %d", len(z.File)-1, len(index.Files))
	}
	var total int64
	for _, want := range index.Files {
		if !filepath.IsLocal(filepath.FromSlash(want.Path)) || path.Clean(want.Path) != want.Path || strings.Contains(want.Path, "\\") {
			return Index{}, broken(file, "it names a file outside itself: %q", want.Path)
		}
		if total += want.Bytes; want.Bytes < 0 || total > maxBytes {
			return Index{}, broken(file, "it is larger than %d bytes", int64(maxBytes))
		}
		i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == want.Path })
		if i < 0 {
			return Index{}, broken(file, "%s is missing", want.Path)
		}
		if err := unpackOne(ctx, z.File[i], want, filepath.Join(into, filepath.FromSlash(want.Path))); err != nil {
			return Index{}, broken(file, "%s: %v", want.Path, err)
		}
	}
	return index, nil
}

func readIndex(file string, z *zip.Reader) (Index, error) {
	var index Index
	f, err := z.Open(indexName)
	if err != nil {
		return index, broken(file, "it is no evidence pack: it has no %s", indexName)
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, maxIndex)).Decode(&index); err != nil {
		return index, broken(file, "%s cannot be read: %v", indexName, err)
	}
	if index.Form != 1 {
		return index, &fault.Error{Kind: fault.Input, File: file, What: fmt.Sprintf("the pack is of form %d, this program knows form 1", index.Form), Remedy: "use a newer statloom"}
	}
	return index, nil
}

func unpackOne(ctx context.Context, from *zip.File, want File, into string) error {
	if err := os.MkdirAll(filepath.Dir(into), 0o755); err != nil {
		return err
	}
	in, err := from.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(into, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, hash), io.LimitReader(contextReader{ctx, in}, want.Bytes+1))
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err == nil && (n != want.Bytes || hex.EncodeToString(hash.Sum(nil)) != want.SHA256) {
		err = fmt.Errorf("its content is not what the index says")
	}
	return err
}
