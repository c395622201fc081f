// Package release keeps published releases and makes one of them current: a release is built in a folder of its own,
// made durable, put on the shelf and pointed to, and readers see either the one before or the new one, whole.
//
//	releases/<id>/   the releases, never changed once they are there
//	current          a symbolic link to the release that readers get
//	staging/<id>/    a release that is being built
//	rejected/<id>/   candidates that were held back, for study; the last few
//
// Readers open files below current (current/statloom.duckdb). A process that keeps a DuckDB file open gets that same
// file again when it opens the same path a second time, even after current has moved on; a long-lived reader therefore
// resolves the link first (filepath.EvalSymlinks, readlink -f) and opens the path of the release itself.
package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
)

// Shelf is the place of releases below a data folder. One process changes it at a time (the run's lock sees to that);
// any number read.
type Shelf struct {
	data string
	// step, when set, is told before each step that changes what is on the disk; tests end the process there.
	step func(name string)
}

// Open opens the shelf below a data folder, which is made if need be.
func Open(data string) (*Shelf, error) {
	data, err := filepath.Abs(data)
	if err != nil {
		return nil, fmt.Errorf("open releases: %w", err)
	}
	s := &Shelf{data: data, step: func(string) {}}
	for _, dir := range []string{"releases", "staging", "rejected"} {
		if err := os.MkdirAll(filepath.Join(data, dir), 0o755); err != nil {
			return nil, fmt.Errorf("open releases: %w", err)
		}
	}
	return s, nil
}

// Info describes a release on the shelf.
type Info struct {
	ID      string
	Dir     string
	Current bool
	Damage  error // why its manifest cannot be read; List alone gives such a release
	Manifest
}

// Whole reports whether a file of the release is as it was published.
func (i Info) Whole(ctx context.Context, path string) (bool, error) {
	return i.holds(ctx, path, filepath.Join(i.Dir, filepath.FromSlash(path)))
}

// holds reports whether a file on the disk is the one that was published under a path.
func (i Info) holds(ctx context.Context, path, name string) (bool, error) {
	for _, f := range i.Files {
		if f.Path == path {
			size, sum, err := digest(ctx, name)
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			return err == nil && size == f.Bytes && sum == f.SHA256, nil
		}
	}
	return false, nil
}

// List gives the releases, newest first.
func (s *Shelf) List() ([]Info, error) {
	entries, err := os.ReadDir(s.path("releases"))
	if err != nil {
		return nil, fmt.Errorf("list releases: %w", err)
	}
	current, err := s.currentID()
	if err != nil {
		return nil, err
	}
	var list []Info
	for _, e := range entries {
		if !e.IsDir() || !validID.MatchString(e.Name()) {
			continue
		}
		info, err := s.info(e.Name(), current)
		if err != nil {
			info = Info{ID: e.Name(), Dir: s.path("releases", e.Name()), Current: e.Name() == current, Damage: err}
		}
		list = append(list, info)
	}
	slices.SortFunc(list, func(a, b Info) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
	return list, nil
}

// Current gives the current release; ok is false when nothing has been published yet.
func (s *Shelf) Current() (info Info, ok bool, err error) {
	id, err := s.currentID()
	if err != nil || id == "" {
		return Info{}, false, err
	}
	info, err = s.info(id, id)
	return info, err == nil, err
}

// Last gives the folder of the release that was made last, or of the candidate that was held back, whichever is newer; ""
// when there is none yet. Ids begin with the time of their making.
func (s *Shelf) Last() (string, error) {
	last := ""
	for _, where := range []string{"releases", "rejected"} {
		entries, err := os.ReadDir(s.path(where))
		if err != nil {
			return "", fmt.Errorf("find the last release: %w", err)
		}
		for _, e := range entries {
			if e.IsDir() && validID.MatchString(e.Name()) && (last == "" || e.Name() > filepath.Base(last)) {
				last = s.path(where, e.Name())
			}
		}
	}
	return last, nil
}

// Rollback makes another release current, after verifying it: the one of that id, or with "" the one that was current
// before.
func (s *Shelf) Rollback(ctx context.Context, id string) (Info, error) {
	if id == "" {
		var err error
		if id, err = s.before(); err != nil {
			return Info{}, err
		}
	}
	if err := s.Verify(ctx, id); err != nil {
		return Info{}, err
	}
	if err := s.point(id); err != nil {
		return Info{}, err
	}
	return s.info(id, id)
}

// before gives the release that the current one took over from. Where its manifest cannot say so any more, it is the
// newest release that is not damaged.
func (s *Shelf) before() (string, error) {
	list, err := s.List()
	if err != nil {
		return "", err
	}
	for _, r := range list {
		if r.Current && r.Damage == nil {
			if r.Previous == "" {
				return "", &fault.Error{Kind: fault.Failed, What: "there is no earlier release to go back to"}
			}
			return r.Previous, nil
		}
	}
	for _, r := range list {
		if !r.Current && r.Damage == nil {
			return r.ID, nil
		}
	}
	return "", &fault.Error{Kind: fault.Failed, What: "there is no release to go back to", Remedy: "statloom run builds one"}
}

// Prune removes all but the newest keep releases and gives the ids it removed. The current release and the one it
// would be rolled back to always stay.
func (s *Shelf) Prune(keep int) ([]string, error) {
	list, err := s.List()
	if err != nil {
		return nil, err
	}
	previous := ""
	for _, r := range list {
		if r.Current {
			previous = r.Previous
		}
	}
	var removed []string
	for i, r := range list {
		if i < keep || r.Current || r.ID == previous {
			continue
		}
		if err := s.discard(r.Dir); err != nil {
			return removed, fmt.Errorf("remove release %s: %w", r.ID, err)
		}
		removed = append(removed, r.ID)
	}
	return removed, nil
}

// Verify reads every file of a release and compares it with the manifest.
func (s *Shelf) Verify(ctx context.Context, id string) error {
	info, err := s.info(id, "")
	if err != nil {
		return err
	}
	have, err := scan(ctx, info.Dir)
	if err != nil {
		return fmt.Errorf("verify release %s: %w", id, err)
	}
	problems := compare(info.Files, have)
	if info.Release != id {
		problems = append(problems, fmt.Sprintf("the manifest is that of release %q", info.Release))
	}
	if len(problems) > 0 {
		return &fault.Error{
			Kind: fault.Failed, File: info.Dir, What: "the release is not as it was published: " + strings.Join(problems, "; "),
			Remedy: "make another release current (statloom release rollback) or build a new one (statloom run)",
		}
	}
	return nil
}

func (s *Shelf) info(id, current string) (Info, error) {
	dir := s.path("releases", id)
	if !validID.MatchString(id) {
		return Info{}, badID(id)
	}
	m, err := ReadManifest(dir)
	if errors.Is(err, os.ErrNotExist) {
		return Info{}, &fault.Error{
			Kind: fault.Failed, What: fmt.Sprintf("there is no release %q", id), Remedy: "statloom release list shows what there is",
		}
	}
	if err != nil {
		return Info{}, err
	}
	return Info{ID: id, Dir: dir, Current: id == current, Manifest: m}, nil
}

// currentID reads the pointer; "" when there is none yet.
func (s *Shelf) currentID() (string, error) {
	target, err := os.Readlink(s.path("current"))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	id := filepath.Base(target)
	if err != nil || filepath.Dir(target) != "releases" || !validID.MatchString(id) {
		return "", &fault.Error{
			Kind: fault.Failed, File: s.path("current"), What: "this is not a link to a release", Err: err,
			Remedy: "move it away, then make a release current: statloom release rollback <id>",
		}
	}
	return id, nil
}

// point makes a release current by renaming a new link over the old one.
func (s *Shelf) point(id string) error {
	next := s.path("staging", ".current")
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("make release current: %w", err)
	}
	s.step("link")
	// The target is relative, so that the data folder can be moved.
	if err := os.Symlink(filepath.Join("releases", id), next); err != nil {
		return fmt.Errorf("make release current: %w", err)
	}
	s.step("swap")
	if err := os.Rename(next, s.path("current")); err != nil {
		return fmt.Errorf("make release current: %w", err)
	}
	s.step("sync pointer")
	return syncPath(s.data)
}

func (s *Shelf) path(parts ...string) string {
	return filepath.Join(append([]string{s.data}, parts...)...)
}

var validID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func badID(id string) error {
	return &fault.Error{
		Kind: fault.Failed, What: fmt.Sprintf("%q cannot be the id of a release", id), Remedy: "use letters, digits, ., _ and -",
	}
}

// syncPath makes the content of a file, or the names in a folder, durable.
func syncPath(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", name, err)
	}
	return nil
}
