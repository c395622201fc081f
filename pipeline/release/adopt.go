package release

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/statloom/statloom/pipeline/fault"
)

// Adopt makes a release current that was built elsewhere. Unless it is on the shelf, fetch fills a folder with it; it is
// compared with its manifest before it is put there.
func (s *Shelf) Adopt(ctx context.Context, id string, fetch func(dir string) error) error {
	if !validID.MatchString(id) {
		return badID(id)
	}
	if _, err := os.Lstat(s.path("releases", id)); errors.Is(err, os.ErrNotExist) {
		if err := s.takeIn(ctx, id, fetch); err != nil {
			return err
		}
	} else if err != nil {
		return fmt.Errorf("adopt release: %w", err)
	}
	return s.point(id)
}

func (s *Shelf) takeIn(ctx context.Context, id string, fetch func(dir string) error) (err error) {
	staging, err := s.Stage(id)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, staging.Discard())
		}
	}()
	if err := fetch(staging.Dir); err != nil {
		return err
	}
	m, err := ReadManifest(staging.Dir)
	if err != nil {
		return fmt.Errorf("adopt release %s: %w", id, err)
	}
	have, err := scan(ctx, staging.Dir)
	if err != nil {
		return fmt.Errorf("adopt release %s: %w", id, err)
	}
	if problems := compare(m.Files, have); len(problems) > 0 || m.Release != id {
		return &fault.Error{Kind: fault.Failed, File: id, What: fmt.Sprintf("the release that was fetched is not as it was published: %v", problems)}
	}
	if err := syncTree(ctx, staging.Dir); err != nil {
		return err
	}
	if err := os.Rename(staging.Dir, s.path("releases", id)); err != nil {
		return fmt.Errorf("adopt release: %w", err)
	}
	return errors.Join(syncPath(s.path("releases")), syncPath(s.data))
}
