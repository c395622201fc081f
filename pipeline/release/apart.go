package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/statloom/statloom/pipeline/fault"
)

// Apart is a release that is built beside the shelf: it has a folder of its own, and no pointer ever leads to it.
type Apart struct {
	*Staging
	target string
}

// StageApart makes the empty folder in which a release is built that shall stand at target. What stands there may only
// be an earlier release of that sort, which Place puts this one in place of.
func (s *Shelf) StageApart(id, target string) (*Apart, error) {
	if !validID.MatchString(id) {
		return nil, badID(id)
	}
	target, err := filepath.Abs(target)
	if err != nil {
		return nil, fmt.Errorf("stage release: %w", err)
	}
	if err := s.mayReplace(target); err != nil {
		return nil, err
	}
	parent := filepath.Dir(target)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("stage release: %w", err)
	}
	// The folder is hidden, beside its target and of a fixed name, so that the next one clears away what a killed run left.
	dir := filepath.Join(parent, "."+filepath.Base(target)+".partial")
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("stage release: %w", err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, fmt.Errorf("stage release: %w", err)
	}
	return &Apart{&Staging{ID: id, Dir: dir, shelf: s}, target}, nil
}

// mayReplace refuses places where something else stands: the shelf itself, links, and folders that hold no release.
func (s *Shelf) mayReplace(target string) error {
	refuse := func(what string) error {
		return &fault.Error{Kind: fault.Failed, File: target, What: what, Remedy: "name another folder"}
	}
	if rel, err := filepath.Rel(target, s.data); err == nil && filepath.IsLocal(rel) {
		return refuse("the data folder is in it")
	}
	for _, own := range []string{"releases", "staging", "rejected", "lake", "work"} {
		if rel, err := filepath.Rel(s.path(own), target); err == nil && filepath.IsLocal(rel) {
			return refuse("this place is the data folder's own")
		}
	}
	info, err := os.Lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("stage release: %w", err)
	case !info.IsDir():
		return refuse("this is not a folder")
	}
	entries, err := os.ReadDir(target)
	if err != nil {
		return fmt.Errorf("stage release: %w", err)
	}
	if len(entries) == 0 {
		return nil
	}
	m, err := ReadManifest(target)
	if err != nil || m.AsOf.IsZero() {
		return refuse("the folder holds something else than an earlier run as of a time")
	}
	return nil
}

// Place writes the manifest, makes every byte durable and moves the folder to its place. After an error what stood there
// before still stands there.
func (a *Apart) Place(ctx context.Context, m Manifest) (Info, error) {
	m.Release = a.ID
	var err error
	if m.Files, err = scan(ctx, a.Dir); err != nil {
		return Info{}, fmt.Errorf("place release: %w", err)
	}
	if err := writeManifest(a.Dir, m); err != nil {
		return Info{}, err
	}
	if err := syncTree(ctx, a.Dir); err != nil {
		return Info{}, err
	}
	old := a.Dir + ".old"
	if err := os.RemoveAll(old); err != nil {
		return Info{}, fmt.Errorf("place release: %w", err)
	}
	if err := os.Rename(a.target, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Info{}, fmt.Errorf("place release: %w", err)
	}
	if err := os.Rename(a.Dir, a.target); err != nil {
		back := os.Rename(old, a.target)
		if errors.Is(back, fs.ErrNotExist) {
			back = nil
		}
		return Info{}, errors.Join(fmt.Errorf("place release: %w", err), back)
	}
	if err := os.RemoveAll(old); err != nil {
		return Info{}, fmt.Errorf("place release: %w", err)
	}
	return Info{ID: a.ID, Dir: a.target, Manifest: m}, syncPath(filepath.Dir(a.target))
}
