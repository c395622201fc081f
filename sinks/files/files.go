// Package files holds what sinks of files share: a place of their own in the release's folder, filled before it is seen and
// gone after an abort.
package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Plain reports whether a name can be a file's or folder's of its own: no path, and not hidden.
func Plain(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, `/\:`+"\x00") && filepath.IsLocal(name)
}

// Folder is a folder that a sink has made in the release's. The zero value has nothing to undo.
type Folder struct{ Path string }

// Begin makes the folder; one that is there already holds something else.
func (f *Folder) Begin(ctx context.Context, dir, name string) error {
	f.Path = ""
	if err := ctx.Err(); err != nil {
		return err
	}
	path := filepath.Join(dir, name)
	if err := os.Mkdir(path, 0o755); err != nil {
		return fmt.Errorf("make the folder %s: %w", name, err)
	}
	f.Path = path
	return nil
}

// Write writes a file below the folder by what fill gives, and makes it durable.
func (f *Folder) Write(name string, fill func(*os.File) error) error {
	path := filepath.Join(f.Path, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the folder of %s: %w", name, err)
	}
	return Write(path, fill)
}

// Write makes a new file by what fill gives, and makes it durable. After an error there is none.
func Write(path string, fill func(*os.File) error) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	err = fill(out)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), errors.Join(err, os.Remove(path)))
	}
	return nil
}

// Commit makes the names of all files durable; the files are already.
func (f *Folder) Commit() error {
	err := filepath.WalkDir(f.Path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return Sync(path)
	})
	if err == nil {
		err = Sync(filepath.Dir(f.Path))
	}
	if err != nil {
		return fmt.Errorf("make the folder %s durable: %w", filepath.Base(f.Path), err)
	}
	return nil
}

// Abort removes the folder.
func (f *Folder) Abort() error {
	if f.Path == "" {
		return nil
	}
	path := f.Path
	f.Path = ""
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("remove the folder %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Sync makes the names in a folder durable.
func Sync(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
