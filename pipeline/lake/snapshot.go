package lake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

// Origin says where a book was fetched, when, and on what terms.
type Origin struct {
	Source     string             // id of the source in the configuration
	URI        string             // address of the item
	Name       string             // file name
	Retrieved  time.Time          // when it was fetched
	Published  time.Time          // when the source published it, if it says so; else zero
	Validators sources.Validators // what the source reported
	MediaType  string
	Licence    string
	Producer   string
}

// Put stores what r gives as the newest version of the origin's address. created reports whether it is one: content
// that equals the newest version known adds nothing, and only validators that changed are written down. An error of r
// leaves the lake as it was.
func (l *Lake) Put(ctx context.Context, o Origin, r io.Reader) (v Version, created bool, err error) {
	if err := o.check(); err != nil {
		return Version{}, false, err
	}
	file, err := l.scratch()
	if err != nil {
		return Version{}, false, err
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, hash), contextReader{ctx, r})
	if err != nil {
		return Version{}, false, fmt.Errorf("fetch %s: %w", o.URI, err)
	}
	if size == 0 {
		return Version{}, false, &fault.Error{
			Kind: fault.Unavailable, File: o.URI, What: "the content is empty", Remedy: "see whether the source still offers it",
		}
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	if err := l.store(ctx, sum, io.NewSectionReader(file, 0, size)); err != nil {
		return Version{}, false, err
	}
	o.Validators.SHA256 = sum
	if o.Validators.Size == 0 {
		o.Validators.Size = size
	}
	return l.record(ctx, o, sum, size)
}

// store writes a snapshot unless the lake already holds it undamaged.
func (l *Lake) store(ctx context.Context, sum string, content *io.SectionReader) error {
	key := snapshotKey(sum)
	size, ok, err := l.size(ctx, key)
	if err != nil {
		return err
	}
	if ok && size == content.Size() {
		whole, err := l.undamaged(ctx, key, sum)
		if whole || err != nil {
			return err
		}
	}
	return l.write(ctx, key, func(w io.Writer) error {
		_, err := io.Copy(w, contextReader{ctx, content})
		return err
	})
}

// undamaged reports whether the object has the given SHA-256. Remote stores look after their own bytes.
func (l *Lake) undamaged(ctx context.Context, key, sum string) (bool, error) {
	if l.local == "" {
		return true, nil
	}
	b, ok, err := l.open(ctx, key)
	if err != nil || !ok {
		return false, err
	}
	defer func() { _ = b.Close() }()
	have, err := b.digest(ctx, b.Size())
	return hex.EncodeToString(have) == sum, err
}

// Book opens a snapshot. What it gives has the snapshot's SHA-256: a damaged or missing one is an error.
func (l *Lake) Book(ctx context.Context, sum string) (*Blob, error) {
	if !isSHA256(sum) {
		return nil, &fault.Error{
			Kind: fault.Failed, File: sum, What: "this is not the SHA-256 of a snapshot", Remedy: "give its 64 hexadecimal digits",
		}
	}
	key := snapshotKey(sum)
	b, ok, err := l.open(ctx, key)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &fault.Error{
			Kind: fault.Failed, File: l.place(key), What: "the snapshot is missing from the lake",
			Remedy: "restore the file from a backup; if it is the newest version, the next run fetches it again",
		}
	}
	have, err := b.digest(ctx, b.Size())
	if err == nil && hex.EncodeToString(have) != sum {
		err = &fault.Error{
			Kind: fault.Failed, File: l.place(key), What: "the snapshot is damaged: its content has another SHA-256",
			Remedy: "move the file away and restore it from a backup; if it is the newest version, the next run fetches it again",
		}
	}
	if err != nil {
		_ = b.Close()
		return nil, err
	}
	return b, nil
}

func isSHA256(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && s == strings.ToLower(s)
}

func snapshotKey(sum string) string { return "snapshots/" + sum[:2] + "/" + sum }
