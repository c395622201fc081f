package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
)

// settled is how old a file's time must be before it counts: on coarse file systems a file that is written again within
// that time keeps it.
const settled = 2 * time.Second

// Source is the source; see sources.Source.
type Source struct {
	dir   string
	now   func() time.Time
	opts  Options
	limit int64 // Options.MaxBytes
}

// New makes the source. Nothing is read before List.
func New(env kind.Env, opts Options) (*Source, error) {
	if !filepath.IsAbs(env.Dir) {
		return nil, fmt.Errorf("make file source: the configuration's folder %q is not an absolute path", env.Dir)
	}
	return &Source{dir: filepath.Clean(env.Dir), now: env.Now, opts: opts, limit: int64(opts.MaxBytes)}, nil
}

// Whole says that a file which is listed no more is gone.
func (s *Source) Whole() bool { return true }

// List names the files that the paths find and the books in the archives among them.
func (s *Source) List(ctx context.Context) ([]sources.Item, error) {
	var items []sources.Item
	for _, given := range s.opts.Paths {
		before := len(items)
		err := find(ctx, s.dir, given, s.opts.Recursive, func(file string) error {
			found, err := s.itemsOf(file)
			items = append(items, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(items) == before && s.opts.Required {
			return nil, s.foundNothing(given)
		}
	}
	slices.SortFunc(items, func(a, b sources.Item) int { return strings.Compare(a.URI, b.URI) })
	return slices.CompactFunc(items, func(a, b sources.Item) bool { return a.URI == b.URI }), nil
}

// itemsOf gives the items a file stands for. An archive that cannot be listed stands for itself, so that only its own
// Open fails.
func (s *Source) itemsOf(file string) ([]sources.Item, error) {
	uri := uriOf(s.dir, file)
	f, info, err := open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // gone since the folder was read
	}
	if err != nil {
		return nil, cannotRead(file, err)
	}
	defer func() { _ = f.Close() }()
	a, err := s.archive(file, f, info)
	if a == nil || err != nil {
		return []sources.Item{{URI: uri, Name: displayName(filepath.ToSlash(file))}}, nil
	}
	items := make([]sources.Item, 0, len(a.members))
	for _, m := range a.members {
		items = append(items, sources.Item{URI: uri + inside + escape(m.Name), Name: displayName(m.Name)})
	}
	return items, nil
}

func (s *Source) archive(file string, f *os.File, info fs.FileInfo) (*archive, error) {
	if info.Size() > s.limit {
		return nil, sources.TooLarge(file, s.limit)
	}
	return openArchive(file, f, info.Size(), s.opts.Members)
}

func (s *Source) foundNothing(given string) error {
	full := given
	if !filepath.IsAbs(full) {
		full = filepath.Join(s.dir, given)
	}
	where := filepath.Dir(full)
	if hasMeta(given) {
		where, _ = split(filepath.ToSlash(full))
	}
	return &fault.Error{
		Kind: fault.Unavailable, File: where,
		What:   fmt.Sprintf("the path %q finds no book there", given),
		Remedy: "see whether the folder is filled and the path right (relative paths start at the configuration's folder), or set required: false",
	}
}

// Open opens a file or a book in an archive. An item whose size and time are those of the last fetch is unchanged.
func (s *Source) Open(ctx context.Context, item sources.Item, known sources.Validators) (*sources.Content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, member, err := parseURI(s.dir, item.URI)
	if err != nil {
		return nil, err
	}
	f, info, err := open(file)
	if err != nil {
		return nil, cannotRead(file, err)
	}
	content, err := s.content(ctx, f, info, member, known)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return content, nil
}

// content takes over f if it gives no error.
func (s *Source) content(ctx context.Context, f *os.File, info fs.FileInfo, member string, known sources.Validators) (*sources.Content, error) {
	if info.Size() > s.limit {
		return nil, sources.TooLarge(f.Name(), s.limit)
	}
	steady := &steadyFile{File: f, info: info}
	a, err := s.archive(f.Name(), f, info)
	if err != nil {
		return nil, err
	}
	if member == "" {
		if a != nil {
			return nil, refuse(f.Name(), "the file is a ZIP archive now", "run again: its books are found then")
		}
		return s.guard(ctx, steady, f.Name(), info, info.Size(), known)
	}
	if a == nil {
		return nil, refuse(f.Name(), "the file is not a ZIP archive any more", "run again")
	}
	m, err := a.member(member, s.limit)
	if err != nil {
		return nil, err
	}
	place := f.Name() + inside + member
	body, err := m.Open()
	if err != nil {
		return nil, &fault.Error{Kind: fault.Input, File: place, What: "the book cannot be unpacked", Err: err, Remedy: "pack the archive with Deflate"}
	}
	content, err := s.guard(ctx, &memberStream{body, f, place}, place, info, int64(m.UncompressedSize64), known)
	if err != nil {
		_ = body.Close()
	}
	return content, err
}

func (s *Source) guard(ctx context.Context, stream io.ReadCloser, place string, info fs.FileInfo, size int64, known sources.Validators) (*sources.Content, error) {
	v := sources.Validators{LastModified: info.ModTime().UTC().Format(time.RFC3339Nano), Size: size}
	if known.LastModified == v.LastModified && known.Size == v.Size {
		return nil, sources.ErrUnchanged
	}
	if s.now().Sub(info.ModTime()) < settled {
		v.LastModified = ""
	}
	return &sources.Content{Body: sources.Body(ctx, stream, place, size, s.limit), Validators: v}, nil
}

func open(name string) (*os.File, fs.FileInfo, error) {
	// Looked at first: opening a pipe that took the file's place would wait for ever.
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errors.New("not a file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// steadyFile is a file that must not change while it is read.
type steadyFile struct {
	*os.File
	info fs.FileInfo // when it was opened
}

func (f *steadyFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if err != io.EOF {
		return n, err
	}
	now, statErr := f.Stat()
	if statErr != nil {
		return n, cannotRead(f.Name(), statErr)
	}
	if now.Size() != f.info.Size() || !now.ModTime().Equal(f.info.ModTime()) {
		return n, &fault.Error{
			Kind: fault.Unavailable, File: f.Name(), What: "the file was changed while it was read", Remedy: "run again when it has been written",
		}
	}
	return n, err
}
