// Package depot keeps releases on an object store, where every machine finds them: the one that builds next, and readers.
//
//	releases/<id>/...          the files of a release, never changed once it is current
//	published/<number>.json    which release was made current, and after which; the highest number counts
//	current.json               the same as the highest, for readers that do not want to list
//
// A release's files are stored before it is made current. A release is made current by creating the object of the next
// number, which only one can do: a process that was overtaken by another one finds the number taken. So nobody ever sees
// half a release, and none is published on top of one that its maker did not know.
package depot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
)

// Depot is an open depot. It is safe for concurrent use.
type Depot struct {
	bucket *blob.Bucket
	now    func() time.Time
	seen   string // file that says what this machine last knew to be current
}

// Published says that a release was made current.
type Published struct {
	Number  int       `json:"-"`
	Release string    `json:"release"`
	Before  string    `json:"before,omitempty"` // the release that was current before
	At      time.Time `json:"at"`
}

const (
	currentName = "current.json"
	sumKey      = "sha256" // in the metadata of an object
	carriers    = 4        // files under way at a time
	keepNumbers = 100
)

// Open opens a depot given by its URL. seen names a file of this machine in which it remembers what was published.
func Open(ctx context.Context, where, seen string, now func() time.Time) (*Depot, error) {
	b, err := lake.OpenBucket(ctx, where)
	if err != nil {
		return nil, fmt.Errorf("open releases: %w", err)
	}
	return &Depot{bucket: b, now: now, seen: seen}, nil
}

// Close closes the depot.
func (d *Depot) Close() error { return d.bucket.Close() }

// Current gives what was made current last; its number is 0 when nothing has been yet.
func (d *Depot) Current(ctx context.Context) (Published, error) {
	last, err := d.last(ctx)
	if err != nil || last == 0 {
		return Published{}, err
	}
	raw, err := d.bucket.ReadAll(ctx, numberKey(last))
	if err != nil {
		return Published{}, lake.StoreError("read "+numberKey(last), err)
	}
	p := Published{Number: last}
	if err := json.Unmarshal(raw, &p); err != nil || p.Release == "" {
		return Published{}, &fault.Error{
			Kind: fault.Failed, File: numberKey(last), What: "what was published last is damaged", Err: err,
			Remedy: "remove the object: the release before is current again",
		}
	}
	return p, nil
}

// last gives the highest number.
func (d *Depot) last(ctx context.Context) (int, error) {
	last := 0
	it := d.bucket.List(&blob.ListOptions{Prefix: "published/"})
	for {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return 0, lake.StoreError("list published releases", err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(o.Key, "published/"), ".json")
		if n, err := strconv.Atoi(name); err == nil && n > last {
			last = n
		}
	}
}

func numberKey(n int) string { return fmt.Sprintf("published/%012d.json", n) }

// Store stores the files of a release from its folder. What is there already from an earlier attempt is not sent again.
// The manifest comes last.
func (d *Depot) Store(ctx context.Context, info release.Info) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(carriers)
	for _, f := range info.Files {
		group.Go(func() error {
			key := releaseKey(info.ID, f.Path)
			attrs, err := d.bucket.Attributes(within, key)
			if err == nil && attrs.Size == f.Bytes && attrs.Metadata[sumKey] == f.SHA256 {
				return nil
			}
			if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
				return lake.StoreError("look up "+key, err)
			}
			return d.put(within, key, filepath.Join(info.Dir, filepath.FromSlash(f.Path)), f.SHA256)
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("store release %s: %w", info.ID, err)
	}
	if err := d.put(ctx, releaseKey(info.ID, release.ManifestName), filepath.Join(info.Dir, release.ManifestName), ""); err != nil {
		return fmt.Errorf("store release %s: %w", info.ID, err)
	}
	return nil
}

func releaseKey(id, file string) string { return path.Join("releases", id, file) }

// put stores a file whole or not at all.
func (d *Depot) put(ctx context.Context, key, file, sum string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	o := &blob.WriterOptions{ContentType: "application/octet-stream"}
	if sum != "" {
		o.Metadata = map[string]string{sumKey: sum}
	}
	if err := d.bucket.Upload(ctx, key, f, o); err != nil {
		return lake.StoreError("write "+key, err)
	}
	return nil
}

// Publish makes a stored release current, if what was current is still what the caller thinks it is.
func (d *Depot) Publish(ctx context.Context, id string, before Published) (Published, error) {
	p := Published{Number: before.Number + 1, Release: id, Before: before.Release, At: d.now().UTC().Truncate(time.Second)}
	text, err := json.Marshal(p)
	if err != nil {
		return Published{}, fmt.Errorf("publish release %s: %w", id, err)
	}
	text = append(text, '\n')
	err = d.bucket.Upload(ctx, numberKey(p.Number), bytes.NewReader(text), &blob.WriterOptions{ContentType: "application/json", IfNotExist: true})
	if gcerrors.Code(err) == gcerrors.FailedPrecondition {
		now, nowErr := d.Current(ctx)
		if nowErr == nil && now.Number == p.Number && now.Release == id {
			return now, d.point(ctx, text) // an earlier attempt did it and was not told
		}
		return Published{}, errors.Join(&fault.Error{
			Kind: fault.Locked, What: fmt.Sprintf("another machine has published release %s meanwhile; release %s is not published", now.Release, id),
			Remedy: "run again: it begins with what is published",
		}, nowErr)
	}
	if err != nil {
		return Published{}, lake.StoreError("publish release "+id, err)
	}
	return p, d.point(ctx, text)
}

// point writes the object for readers that do not list.
func (d *Depot) point(ctx context.Context, text []byte) error {
	if err := d.bucket.Upload(ctx, currentName, bytes.NewReader(text), &blob.WriterOptions{ContentType: "application/json", CacheControl: "no-cache"}); err != nil {
		return lake.StoreError("write "+currentName, err)
	}
	return nil
}

// Repair makes current.json say what is current: a process that died, or was overtaken, between its two steps may have left
// an older one.
func (d *Depot) Repair(ctx context.Context, p Published) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("repair %s: %w", currentName, err)
	}
	text = append(text, '\n')
	have, err := d.bucket.ReadAll(ctx, currentName)
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return lake.StoreError("read "+currentName, err)
	}
	if bytes.Equal(have, text) {
		return nil
	}
	return d.point(ctx, text)
}

// Fetch fills an empty folder with a release. What it fetched is not yet checked against the manifest.
func (d *Depot) Fetch(ctx context.Context, id, dir string) error {
	prefix := releaseKey(id, "") + "/"
	it := d.bucket.List(&blob.ListOptions{Prefix: prefix})
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(carriers)
	n := 0
	for {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(lake.StoreError("list release "+id, err), group.Wait())
		}
		n++
		group.Go(func() error { return d.get(within, o.Key, dir, strings.TrimPrefix(o.Key, prefix)) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("fetch release %s: %w", id, err)
	}
	if n == 0 {
		return &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("release %s is current but its files are gone from the store", id), Remedy: "make another release current: statloom release rollback"}
	}
	return nil
}

func (d *Depot) get(ctx context.Context, key, dir, name string) (err error) {
	local, err := filepath.Localize(name)
	if err != nil {
		return fmt.Errorf("fetch %s: %w", key, err)
	}
	file := filepath.Join(dir, local)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("fetch %s: %w", key, err)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("fetch %s: %w", key, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := d.bucket.Download(ctx, key, f, nil); err != nil {
		return lake.StoreError("read "+key, err)
	}
	return nil
}

// Prune removes all but the newest releases, and numbers that are long past. The current release and the one before it
// always stay.
func (d *Depot) Prune(ctx context.Context, keep int, current Published) error {
	var all []string
	it := d.bucket.List(&blob.ListOptions{Prefix: "releases/", Delimiter: "/"})
	for {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return lake.StoreError("list releases", err)
		}
		// Ids begin with the time of their making: what is newer than the current one may still be on its way.
		if id := path.Base(o.Key); o.IsDir && id <= current.Release {
			all = append(all, o.Key)
		}
	}
	slices.Sort(all)
	gone := slices.DeleteFunc(all[:max(0, len(all)-keep)], func(key string) bool {
		return path.Base(key) == current.Release || path.Base(key) == current.Before
	})
	for _, prefix := range gone {
		// The manifest goes first: what has none is no release.
		if err := d.remove(ctx, prefix+release.ManifestName); err != nil {
			return err
		}
		it := d.bucket.List(&blob.ListOptions{Prefix: prefix})
		for {
			o, err := it.Next(ctx)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return lake.StoreError("list releases", err)
			}
			if err := d.remove(ctx, o.Key); err != nil {
				return err
			}
		}
	}
	if old := current.Number - keepNumbers; old > 0 {
		return d.remove(ctx, numberKey(old))
	}
	return nil
}

func (d *Depot) remove(ctx context.Context, key string) error {
	if err := d.bucket.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return lake.StoreError("remove "+key, err)
	}
	return nil
}

// Seen gives what this machine last knew to be current.
func (d *Depot) Seen() (Published, error) {
	raw, err := os.ReadFile(d.seen)
	if errors.Is(err, os.ErrNotExist) {
		return Published{}, nil
	}
	var s seen
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return Published{}, fmt.Errorf("read what was published: %w", err)
	}
	s.Published.Number = s.Number
	return s.Published, nil
}

// See remembers what is current.
func (d *Depot) See(p Published) error {
	raw, err := json.Marshal(seen{p.Number, p})
	if err == nil {
		err = os.WriteFile(d.seen+".tmp", raw, 0o644)
	}
	if err == nil {
		err = os.Rename(d.seen+".tmp", d.seen)
	}
	if err != nil {
		return fmt.Errorf("remember what was published: %w", err)
	}
	return nil
}

type seen struct {
	Number    int       `json:"number"`
	Published Published `json:"published"`
}
