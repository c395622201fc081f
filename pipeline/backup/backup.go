// Package backup puts all that a data folder cannot make again into one file, and back: the state, the lake, the reports of
// runs and the current release.
package backup

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
)

// Head says what a backup is of. It is the first entry of the file.
type Head struct {
	Version  int       `json:"version"`
	Created  time.Time `json:"created"`
	Statloom string    `json:"statloom"`
	Release  string    `json:"release,omitempty"` // that was current
}

const (
	version  = 1
	headName = "backup.json"
	sumsName = "SHA256SUMS"
	maxFiles = 10_000_000
	maxSums  = 2 << 30
)

// Source is what is backed up. No run may be going on meanwhile.
type Source struct {
	Data  string // the data folder
	Lake  string // the folder of the lake, which may lie elsewhere
	Head  Head
	State func(path string) (*sql.DB, error) // opens a database file of the data folder
}

// Write writes a backup. A database file is written as one consistent copy, whoever reads it meanwhile.
func Write(ctx context.Context, out io.Writer, s Source) (files int, err error) {
	buffered := bufio.NewWriterSize(out, 1<<20)
	zip, err := gzip.NewWriterLevel(buffered, gzip.BestSpeed) // books are compressed already
	if err != nil {
		return 0, fmt.Errorf("write backup: %w", err)
	}
	w := &writer{ctx: ctx, tar: tar.NewWriter(zip)}
	s.Head.Version = version
	head, err := json.MarshalIndent(s.Head, "", "  ")
	if err != nil {
		return 0, fmt.Errorf("write backup: %w", err)
	}
	steps := []func() error{
		func() error { return w.text(headName, head) },
		func() error { return w.databases(s) },
		func() error { return w.tree("lake", s.Lake) },
		func() error { return w.tree("runs", filepath.Join(s.Data, "runs")) },
	}
	if s.Head.Release != "" {
		steps = append(steps, func() error {
			return w.tree("releases/"+s.Head.Release, filepath.Join(s.Data, "releases", s.Head.Release))
		})
	}
	steps = append(steps, func() error { return w.text(sumsName, []byte(strings.Join(w.sums, ""))) }, w.tar.Close, zip.Close, buffered.Flush)
	for _, step := range steps {
		if err := errors.Join(ctx.Err(), step()); err != nil {
			return 0, fmt.Errorf("write backup: %w", err)
		}
	}
	return len(w.sums), nil
}

type writer struct {
	ctx  context.Context
	tar  *tar.Writer
	sums []string
}

// databases writes consistent copies of the database files.
func (w *writer) databases(s Source) error {
	names, err := filepath.Glob(filepath.Join(s.Data, "*.db"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := w.database(s, name); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) database(s Source, name string) (err error) {
	dir, err := os.MkdirTemp(s.Data, "backup-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := s.State(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	whole := filepath.Join(dir, "copy")
	if _, err := db.ExecContext(w.ctx, "VACUUM INTO ?", whole); err != nil {
		return fmt.Errorf("copy %s: %w", filepath.Base(name), err)
	}
	return w.file(filepath.Base(name), whole)
}

// tree writes the files of a folder; one that does not exist has none.
func (w *writer) tree(as, dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == dir {
			return fs.SkipAll
		}
		if err := errors.Join(err, w.ctx.Err()); err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		return w.file(path.Join(as, filepath.ToSlash(rel)), name)
	})
}

func (w *writer) file(as, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return w.entry(as, info.Size(), info.ModTime(), f)
}

func (w *writer) text(as string, text []byte) error {
	return w.entry(as, int64(len(text)), time.Time{}, strings.NewReader(string(text)))
}

func (w *writer) entry(as string, size int64, at time.Time, from io.Reader) error {
	head := &tar.Header{Typeflag: tar.TypeReg, Name: as, Size: size, Mode: 0o644, ModTime: at.Truncate(time.Second), Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(head); err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w.tar, h), from); err != nil {
		return fmt.Errorf("copy %s: %w", as, err)
	}
	w.sums = append(w.sums, hex.EncodeToString(h.Sum(nil))+"  "+as+"\n")
	return nil
}

// Restore puts a backup into a folder that does not exist yet. When the function fails, nothing of the folder can be
// trusted. The files are compared with the sums that were taken when they were written.
func Restore(ctx context.Context, in io.Reader, dir string) (Head, error) {
	head, err := restore(ctx, in, dir)
	if err != nil {
		return Head{}, fmt.Errorf("restore backup: %w", err)
	}
	return head, nil
}

func restore(ctx context.Context, in io.Reader, dir string) (head Head, err error) {
	zip, err := gzip.NewReader(bufio.NewReaderSize(in, 1<<20))
	if err != nil {
		return head, damaged(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return head, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return head, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	r := tar.NewReader(zip)
	sums := map[string]string{}
	for n := 0; ; n++ {
		entry, err := r.Next()
		if errors.Is(err, io.EOF) {
			return head, damaged(errors.New("it ends before its sums"))
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return head, damaged(err)
		}
		switch {
		case n > maxFiles, entry.Typeflag != tar.TypeReg, !filepath.IsLocal(filepath.FromSlash(entry.Name)), strings.Contains(entry.Name, `\`):
			return head, damaged(fmt.Errorf("the entry %.100q is none of a backup", entry.Name))
		case n == 0:
			if head, err = readHead(entry, r); err != nil {
				return head, err
			}
			continue
		case entry.Name == sumsName:
			err := compare(r, sums)
			if _, rest := io.Copy(io.Discard, zip); rest != nil && err == nil { // to the end, where the sum of the whole file is
				err = damaged(rest)
			}
			return head, err
		}
		if sums[entry.Name], err = put(root, entry, r); err != nil {
			return head, err
		}
	}
}

func readHead(entry *tar.Header, in io.Reader) (head Head, err error) {
	if entry.Name != headName {
		return head, damaged(errors.New("this is no backup of statloom"))
	}
	if err := json.NewDecoder(io.LimitReader(in, 1<<20)).Decode(&head); err != nil {
		return head, damaged(err)
	}
	if head.Version != version {
		return head, &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("the backup is of version %d, and this program knows version %d", head.Version, version),
			Remedy: "use the statloom that wrote it: " + head.Statloom}
	}
	return head, nil
}

// put writes one file and gives its sum.
func put(root *os.Root, entry *tar.Header, in io.Reader) (string, error) {
	name := filepath.FromSlash(entry.Name)
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	from := &reader{Reader: in}
	_, err = io.Copy(io.MultiWriter(f, h), from)
	if err = errors.Join(err, f.Sync(), f.Close()); from.err != nil {
		return "", damaged(from.err)
	} else if err != nil {
		return "", fmt.Errorf("write %s: %w", entry.Name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), root.Chtimes(name, entry.ModTime, entry.ModTime)
}

// reader remembers its error, which tells a damaged backup from a full disk.
type reader struct {
	io.Reader
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		r.err = err
	}
	return n, err
}

// compare looks whether every file is there as it was.
func compare(in io.Reader, got map[string]string) error {
	lines := bufio.NewScanner(io.LimitReader(in, maxSums))
	n := 0
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if name == headName {
			continue
		}
		if n++; !ok || got[name] != sum {
			return damaged(fmt.Errorf("%.100q is missing or has changed", name))
		}
	}
	if err := lines.Err(); err != nil {
		return damaged(err)
	}
	if n != len(got) {
		return damaged(errors.New("it holds files without a sum"))
	}
	return nil
}

func damaged(err error) error {
	return &fault.Error{Kind: fault.Input, What: "the backup cannot be used", Err: err, Remedy: "use another one"}
}

// Swap puts a restored folder in the place of the data folder. What was there is kept beside it, under the name that is
// given back.
func Swap(restored, data string, head Head, now time.Time) (aside string, err error) {
	if head.Release != "" {
		if err := os.Symlink(filepath.Join("releases", head.Release), filepath.Join(restored, "current")); err != nil {
			return "", fmt.Errorf("restore backup: %w", err)
		}
	}
	entries, err := os.ReadDir(data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("restore backup: %w", err)
	}
	switch {
	case err != nil:
	case len(slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "run.lock" })) == 0:
		err = os.RemoveAll(data)
	default:
		aside = data + ".before-" + now.UTC().Format("20060102T150405Z")
		err = os.Rename(data, aside)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("restore backup: %w", err)
	}
	if err := os.Rename(restored, data); err != nil {
		return aside, fmt.Errorf("restore backup: %w", err)
	}
	return aside, nil
}
