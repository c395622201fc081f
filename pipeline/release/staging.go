package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/statloom/statloom/pipeline/fault"
)

// Staging is a release that is being built. What it needs is written below Dir, which lies on the file system of the
// releases; Commit publishes it, SetAside keeps it for study, Discard removes it.
type Staging struct {
	ID  string
	Dir string

	shelf *Shelf
}

// keepRejected is how many candidates that were set aside stay for study.
const keepRejected = 5

// reasonName is the file in a rejected candidate that says why it was held back.
const reasonName = "REJECTED.txt"

// Stage makes the empty folder in which a release is built.
func (s *Shelf) Stage(id string) (*Staging, error) {
	if !validID.MatchString(id) {
		return nil, badID(id)
	}
	if _, err := os.Lstat(s.path("releases", id)); err == nil {
		return nil, &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("release %q exists already", id)}
	}
	dir := s.path("staging", id)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, fmt.Errorf("stage release: %w", err)
	}
	return &Staging{ID: id, Dir: dir, shelf: s}, nil
}

// Commit publishes the release: it writes the manifest, makes every byte durable, moves the folder to its place and
// makes it current. A process that dies on the way leaves the release before current, and at most a finished release
// beside it that was never pointed to. After an error the release before is still current.
func (g *Staging) Commit(ctx context.Context, m Manifest) (Info, error) {
	s := g.shelf
	current, err := s.currentID()
	if err != nil {
		return Info{}, err
	}
	m.Release, m.Previous = g.ID, current
	if m.Files, err = scan(ctx, g.Dir); err != nil {
		return Info{}, fmt.Errorf("commit release: %w", err)
	}
	s.step("manifest")
	if err := writeManifest(g.Dir, m); err != nil {
		return Info{}, err
	}
	s.step("sync files")
	if err := syncTree(ctx, g.Dir); err != nil {
		return Info{}, err
	}
	s.step("move")
	final := s.path("releases", g.ID)
	if err := os.Rename(g.Dir, final); err != nil {
		return Info{}, fmt.Errorf("commit release: %w", err)
	}
	s.step("sync releases")
	if err := errors.Join(syncPath(s.path("releases")), syncPath(s.path("staging")), syncPath(s.data)); err != nil {
		return Info{}, err
	}
	if err := s.point(g.ID); err != nil {
		return Info{}, err
	}
	return Info{ID: g.ID, Dir: final, Current: true, Manifest: m}, nil
}

// Take puts a file of an earlier release into this one, at the same path, and reports whether it could: the file has to be
// there as it was published. Both releases then share its bytes on the disk, which neither ever changes.
func (g *Staging) Take(ctx context.Context, from Info, path string) (bool, error) {
	target := filepath.Join(g.Dir, filepath.FromSlash(path))
	if err := os.Link(filepath.Join(from.Dir, filepath.FromSlash(path)), target); err != nil {
		return false, nil // not every file system has links; the file is written anew
	}
	// The link is looked at, not the file it was made of: what is seen is what the release will hold.
	whole, err := from.holds(ctx, path, target)
	if err == nil && whole {
		return true, nil
	}
	return false, errors.Join(err, os.Remove(target))
}

// SetAside keeps the candidate for study instead of publishing it and gives the folder where it lies.
func (g *Staging) SetAside(reason string) (string, error) {
	s := g.shelf
	if err := os.WriteFile(filepath.Join(g.Dir, reasonName), []byte(reason+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("set release aside: %w", err)
	}
	dir := s.path("rejected", g.ID)
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("set release aside: %w", err)
	}
	s.step("set aside")
	if err := os.Rename(g.Dir, dir); err != nil {
		return "", fmt.Errorf("set release aside: %w", err)
	}
	return dir, s.pruneRejected()
}

// Discard removes the candidate.
func (g *Staging) Discard() error {
	if err := os.RemoveAll(g.Dir); err != nil {
		return fmt.Errorf("discard release: %w", err)
	}
	return nil
}

// Clean removes what a killed run left in the staging folder and gives the names of what it removed. It is called with
// the run's lock held.
func (s *Shelf) Clean() ([]string, error) {
	entries, err := os.ReadDir(s.path("staging"))
	if err != nil {
		return nil, fmt.Errorf("clean staging: %w", err)
	}
	var removed []string
	for _, e := range entries {
		if err := os.RemoveAll(s.path("staging", e.Name())); err != nil {
			return removed, fmt.Errorf("clean staging: %w", err)
		}
		removed = append(removed, e.Name())
	}
	return removed, nil
}

// discard removes a release. It is moved off the shelf first: half a release must never stand there.
func (s *Shelf) discard(dir string) error {
	away := s.path("staging", ".removed-"+filepath.Base(dir))
	if err := os.RemoveAll(away); err != nil {
		return err
	}
	s.step("take off")
	if err := os.Rename(dir, away); err != nil {
		return err
	}
	s.step("remove")
	return os.RemoveAll(away)
}

func (s *Shelf) pruneRejected() error {
	entries, err := os.ReadDir(s.path("rejected"))
	if err != nil {
		return fmt.Errorf("prune rejected releases: %w", err)
	}
	infos := make([]fs.FileInfo, 0, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return fmt.Errorf("prune rejected releases: %w", err)
		}
		infos = append(infos, info)
	}
	slices.SortFunc(infos, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(b.Name(), a.Name()))
	})
	for _, info := range infos[min(keepRejected, len(infos)):] {
		if err := os.RemoveAll(s.path("rejected", info.Name())); err != nil {
			return fmt.Errorf("prune rejected releases: %w", err)
		}
	}
	return nil
}

// syncTree makes all files and folders below dir durable.
func syncTree(ctx context.Context, dir string) error {
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("sync: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return syncPath(name)
	})
}
