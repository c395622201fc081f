package lake

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"time"

	"gocloud.dev/gcerrors"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

// Version is one version of the content of an address.
type Version struct {
	Source string `json:"-"`
	URI    string `json:"-"`
	Number int    `json:"-"` // 1 is the first that was seen at the address

	SHA256     string             `json:"sha256"`
	Size       int64              `json:"size"`
	Name       string             `json:"name"`
	Retrieved  time.Time          `json:"retrieved"`
	Published  time.Time          `json:"published,omitzero"`
	Validators sources.Validators `json:"validators"`
	MediaType  string             `json:"media_type,omitempty"`
	Licence    string             `json:"licence,omitempty"`
	Producer   string             `json:"producer,omitempty"`
}

// history is the file of an address.
type history struct {
	Source   string    `json:"source"`
	URI      string    `json:"uri"`
	Versions []Version `json:"versions"` // oldest first
}

// Known gives the validators of the newest version of an address, zero when there is none. It is also zero when the
// snapshot they describe is not in the lake, so that the next Open of the source fetches it again.
func (l *Lake) Known(ctx context.Context, source, uri string) (sources.Validators, error) {
	h, err := l.history(ctx, originKey(source, uri))
	if err != nil || len(h.Versions) == 0 {
		return sources.Validators{}, err
	}
	newest := h.Versions[len(h.Versions)-1]
	size, ok, err := l.size(ctx, snapshotKey(newest.SHA256))
	if err != nil || !ok || size != newest.Size {
		return sources.Validators{}, err
	}
	return newest.Validators, nil
}

// asking is how many objects are asked for at a time: stores answer late rather than slowly.
const asking = 16

// Versions gives everything ever seen of a source, sorted by address and then by number.
func (l *Lake) Versions(ctx context.Context, source string) ([]Version, error) {
	if err := checkSource(source); err != nil {
		return nil, err
	}
	keys, err := l.list(ctx, "origins/"+source, ".json")
	if err != nil {
		return nil, err
	}
	each := make([]history, len(keys))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(asking)
	for i, key := range keys {
		group.Go(func() (err error) {
			each[i], err = l.history(within, key)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []Version
	for _, h := range each {
		all = append(all, h.Versions...)
	}
	slices.SortFunc(all, func(a, b Version) int {
		return cmp.Or(cmp.Compare(a.URI, b.URI), cmp.Compare(a.Number, b.Number))
	})
	return all, nil
}

// record adds a version to the history of its address if the content differs from the newest.
func (l *Lake) record(ctx context.Context, o Origin, sum string, size int64) (v Version, created bool, err error) {
	l.origin.Lock()
	defer l.origin.Unlock()
	key := originKey(o.Source, o.URI)
	h, err := l.history(ctx, key)
	if err != nil {
		return Version{}, false, err
	}
	if n := len(h.Versions); n > 0 && h.Versions[n-1].SHA256 == sum {
		newest := &h.Versions[n-1]
		if newest.Validators == o.Validators {
			return *newest, false, nil
		}
		newest.Validators = o.Validators
		return *newest, false, l.writeHistory(ctx, key, h)
	}
	h.Source, h.URI = o.Source, o.URI
	v = Version{
		Source: o.Source, URI: o.URI, Number: len(h.Versions) + 1,
		SHA256: sum, Size: size, Name: o.Name, Retrieved: o.Retrieved.UTC(), Published: o.Published.UTC(),
		Validators: o.Validators, MediaType: o.MediaType, Licence: o.Licence, Producer: o.Producer,
	}
	h.Versions = append(h.Versions, v)
	return v, true, l.writeHistory(ctx, key, h)
}

// history reads the file of an address; one that does not exist is empty.
func (l *Lake) history(ctx context.Context, key string) (history, error) {
	raw, err := l.small(ctx, key)
	if errors.Is(err, os.ErrNotExist) || gcerrors.Code(err) == gcerrors.NotFound {
		return history{}, nil
	}
	if err != nil {
		return history{}, l.trouble("read", key, err)
	}
	var h history
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&h); err != nil || originKey(h.Source, h.URI) != key {
		return history{}, &fault.Error{
			Kind: fault.Failed, File: l.place(key), What: "the history of an address is damaged", Err: err,
			Remedy: "restore the file from a backup; without it the older versions of the address are lost to the next release",
		}
	}
	for i := range h.Versions {
		v := &h.Versions[i]
		v.Source, v.URI, v.Number = h.Source, h.URI, i+1
		if !isSHA256(v.SHA256) {
			return history{}, &fault.Error{
				Kind: fault.Failed, File: l.place(key), What: fmt.Sprintf("version %d has no valid SHA-256", i+1),
				Remedy: "restore the file from a backup",
			}
		}
	}
	return h, nil
}

func (l *Lake) writeHistory(ctx context.Context, key string, h history) error {
	return l.write(ctx, key, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(h)
	})
}

func originKey(source, uri string) string {
	sum := sha256.Sum256([]byte(uri))
	return "origins/" + source + "/" + hex.EncodeToString(sum[:]) + ".json"
}

var sourceID = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

func checkSource(id string) error {
	if !sourceID.MatchString(id) {
		return &fault.Error{
			Kind: fault.Config, What: fmt.Sprintf("%q cannot be the id of a source", id),
			Remedy: "use letters, digits, _, - and .",
		}
	}
	return nil
}

func (o Origin) check() error {
	if err := checkSource(o.Source); err != nil {
		return err
	}
	if o.URI == "" || o.Retrieved.IsZero() {
		return fmt.Errorf("put into lake: origin of %q without address or time of retrieval", o.Name)
	}
	return nil
}
