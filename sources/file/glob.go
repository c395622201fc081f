package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/pipeline/fault"
)

// maxEntries bounds how many files and folders one path may lead past: a pattern such as /** is a mistake.
const maxEntries = 1_000_000

// walk finds the regular files that one path of the options names.
type walk struct {
	ctx      context.Context
	base     string   // folder before the first wildcard
	segments []string // pattern below it
	visit    func(file string) error
	entries  int
}

// find calls visit for each regular file that a path names. dir is where relative paths start.
func find(ctx context.Context, dir, given string, recursive bool, visit func(file string) error) error {
	full := given
	if !filepath.IsAbs(full) {
		full = filepath.Join(dir, given)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &walk{ctx: ctx, visit: visit}
	info, err := os.Stat(full) // first, so that names with * or [ in them can be given as they are
	switch {
	case err == nil && info.IsDir():
		w.base, w.segments = full, []string{"*"}
		if recursive {
			w.segments = []string{"**"}
		}
	case err == nil && info.Mode().IsRegular():
		return visit(full)
	case err == nil:
		return nil // a device or a pipe
	case hasMeta(given):
		w.base, w.segments = split(filepath.ToSlash(full))
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return cannotRead(full, err)
	}
	return w.folder(w.base, nil, nil)
}

// split parts a pattern into the folder before its first wildcard and the segments after it.
func split(pattern string) (base string, segments []string) {
	all := strings.Split(path.Clean(pattern), "/")
	n := slices.IndexFunc(all, hasMeta)
	if n < 0 {
		n = len(all) - 1
	}
	base = strings.Join(all[:n], "/")
	if base == "" {
		base = "/"
	}
	return filepath.FromSlash(base), all[n:]
}

func hasMeta(s string) bool { return strings.ContainsAny(s, `*?[`) }

// folder looks through a folder whose path below base is rel. above holds the folders on the way, so that a symbolic
// link that leads back to one of them ends there.
func (w *walk) folder(dir string, rel []string, above []fs.FileInfo) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	self, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return cannotRead(dir, err)
	}
	if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, self) }) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return cannotRead(dir, err)
	}
	if w.entries += len(entries); w.entries > maxEntries {
		return &fault.Error{
			Kind: fault.Limit, File: dir, What: fmt.Sprintf("more than %d files and folders to look through", maxEntries),
			Remedy: "give paths that lead to the books more directly",
		}
	}
	above = append(slices.Clip(above), self)
	for _, e := range entries {
		if ignored(e.Name()) {
			continue
		}
		if err := w.entry(filepath.Join(dir, e.Name()), append(slices.Clip(rel), e.Name()), e.Type(), above); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(name string, rel []string, mode fs.FileMode, above []fs.FileInfo) error {
	if mode&fs.ModeSymlink != 0 {
		info, err := os.Stat(name)
		if err != nil {
			return nil // a link to nowhere names no book
		}
		mode = info.Mode()
	}
	switch {
	case mode.IsDir() && match(w.segments, rel, true):
		return w.folder(name, rel, above)
	case mode.IsRegular() && match(w.segments, rel, false):
		return w.visit(name)
	}
	return nil
}

// match reports whether the names of a path match the segments of a pattern, in which ** stands for any number of
// names; with below, whether something below the path can match.
func match(segments, names []string, below bool) bool {
	for len(segments) > 0 {
		if segments[0] == "**" {
			for i := range len(names) + 1 {
				if below || match(segments[1:], names[i:], false) {
					return true
				}
			}
			return false
		}
		if len(names) == 0 {
			return below
		}
		if !matchName(segments[0], names[0]) {
			return false
		}
		segments, names = segments[1:], names[1:]
	}
	return len(names) == 0 && !below
}

// matchName compares composed forms: the same Vietnamese name may be stored composed or decomposed.
func matchName(pattern, name string) bool {
	ok, err := path.Match(norm.NFC.String(pattern), norm.NFC.String(name))
	return err == nil && ok
}

// ignored tells hidden files and the lock files that spreadsheet programs leave beside an open book.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$")
}

func cannotRead(name string, err error) error {
	e := &fault.Error{Kind: fault.Unavailable, File: name, What: "cannot be read", Remedy: "see whether the folder or share is there"}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err // the path stands in File already
	}
	e.Err = err
	switch {
	case errors.Is(err, fs.ErrPermission):
		e.Remedy = "let the user that runs statloom read it"
	case errors.Is(err, fs.ErrNotExist):
		e.What, e.Err, e.Remedy = "the file is not there any more", nil, "put it back, or take it out of the paths"
	}
	return e
}
