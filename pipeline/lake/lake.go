// Package lake keeps every book that was ever fetched: its bytes once, under their SHA-256, and for each address the
// versions seen there with their origin. It also keeps fragments, the Arrow files that were made of a book, which can be
// made again at any time.
//
//	snapshots/ab/<sha256>                 the bytes of a book
//	origins/<source>/<sha256 of URI>.json the versions seen at an address, oldest first
//	fragments/ab/<sha256>-<recipe>.arrow  what a recipe made of a book
//
// Nothing is ever changed in place: an object is written beside its name, made durable and then named, so that a run
// that is killed leaves the lake as it was. Any number of processes read and write: snapshots and fragments are named by
// what they hold, so that two who write one write the same, and the history of an address is written by the one process
// that pulls its source.
package lake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"
)

// Lake is an open lake. It is safe for concurrent use.
type Lake struct {
	bucket *blob.Bucket
	local  string // folder of the bucket, empty when it is not a local one
	temp   string // folder for files that are still being hashed or were fetched from the bucket to be read

	origin sync.Mutex // held while the history of an address is read and written again
	synced sync.Map   // folders of a local lake that are known to be on the disk with their parents
}

// Open opens the lake in a folder, which is made if need be, or in a bucket given by its URL (s3://...). temp is a local
// folder for working files.
func Open(ctx context.Context, where, temp string) (*Lake, error) {
	if err := os.MkdirAll(temp, 0o755); err != nil {
		return nil, fmt.Errorf("make folder for working files: %w", err)
	}
	if rest, local := strings.CutPrefix(where, fileblob.Scheme+"://"); local || !IsURL(where) {
		return openFolder(filepath.FromSlash(rest), temp)
	}
	bucket, err := OpenBucket(ctx, where)
	if err != nil {
		return nil, fmt.Errorf("open lake: %w", err)
	}
	return &Lake{bucket: bucket, temp: temp}, nil
}

func openFolder(dir, temp string) (*Lake, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open lake: %w", err)
	}
	bucket, err := openFolderBucket(dir)
	if err != nil {
		return nil, fmt.Errorf("open lake: %w", err)
	}
	return &Lake{bucket: bucket, local: dir, temp: temp}, nil
}

// Close closes the lake.
func (l *Lake) Close() error { return l.bucket.Close() }

// trouble makes an error of what was to be done. One of a store that machines share may pass.
func (l *Lake) trouble(what, key string, err error) error {
	what += " " + l.place(key)
	if l.local != "" {
		return fmt.Errorf("%s: %w", what, err)
	}
	return StoreError(what, err)
}

// place names an object for messages: its path, or its key in the bucket.
func (l *Lake) place(key string) string {
	if l.local != "" {
		return filepath.Join(l.local, filepath.FromSlash(key))
	}
	return "lake: " + key
}

// size gives the size of an object; ok is false when there is none.
func (l *Lake) size(ctx context.Context, key string) (size int64, ok bool, err error) {
	if l.local != "" {
		info, err := os.Stat(filepath.Join(l.local, filepath.FromSlash(key)))
		switch {
		case errors.Is(err, os.ErrNotExist):
			return 0, false, nil
		case err != nil:
			return 0, false, l.trouble("look up", key, err)
		}
		return info.Size(), true, nil
	}
	attrs, err := l.bucket.Attributes(ctx, key)
	switch {
	case gcerrors.Code(err) == gcerrors.NotFound:
		return 0, false, nil
	case err != nil:
		return 0, false, l.trouble("look up", key, err)
	}
	return attrs.Size, true, nil
}

// small reads a small object whole. A local one is read by hand: thousands are, every night, and the bucket asks the file
// system several times for each.
func (l *Lake) small(ctx context.Context, key string) ([]byte, error) {
	if l.local == "" {
		return l.bucket.ReadAll(ctx, key)
	}
	return os.ReadFile(filepath.Join(l.local, filepath.FromSlash(key)))
}

// write stores an object whole or not at all. In a local lake it is on the disk, under its name, when write returns.
func (l *Lake) write(ctx context.Context, key string, fill func(io.Writer) error) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var file *os.File // the working file of a local bucket
	w, err := l.bucket.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType: "application/octet-stream", // given, so that nothing is held back to guess it
		BeforeWrite: func(as func(any) bool) error { as(&file); return nil },
	})
	if err != nil {
		return l.trouble("write", key, err)
	}
	if err = fill(w); err == nil && file != nil {
		err = file.Sync()
	}
	if err != nil {
		cancel() // a writer whose context has ended gives up instead of storing what it has
		_ = w.Close()
		return fmt.Errorf("write %s: %w", l.place(key), err)
	}
	if err = w.Close(); err != nil {
		return l.trouble("write", key, err)
	}
	return l.syncFolders(key)
}

// syncFolders makes the name of an object durable, and the first time also the names of the folders on the way to it.
func (l *Lake) syncFolders(key string) error {
	if l.local == "" {
		return nil
	}
	parent := path.Dir(key)
	_, known := l.synced.Load(parent)
	for dir := parent; ; dir = path.Dir(dir) {
		d, err := os.Open(filepath.Join(l.local, filepath.FromSlash(dir)))
		if err != nil {
			return fmt.Errorf("sync folder: %w", err)
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return fmt.Errorf("sync folder: %w", err)
		}
		if known || dir == "." {
			l.synced.Store(parent, true)
			return nil
		}
	}
}

// list gives the keys directly below a folder that end in suffix, sorted. A local folder is read by hand: the bucket's
// listing passes over what it may not read, and a version passed over is a wrong release.
func (l *Lake) list(ctx context.Context, folder, suffix string) ([]string, error) {
	var keys []string
	if l.local != "" {
		entries, err := os.ReadDir(filepath.Join(l.local, filepath.FromSlash(folder)))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("list lake: %w", err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), suffix) {
				keys = append(keys, path.Join(folder, e.Name()))
			}
		}
		return keys, nil
	}
	it := l.bucket.List(&blob.ListOptions{Prefix: folder + "/", Delimiter: "/"})
	for {
		object, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			sort.Strings(keys)
			return keys, nil
		}
		if err != nil {
			return nil, l.trouble("list", folder, err)
		}
		if strings.HasSuffix(object.Key, suffix) {
			keys = append(keys, object.Key)
		}
	}
}
