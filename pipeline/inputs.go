package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/transforms"
)

// input is one book as one dataset reads it.
type input struct {
	dataset *Dataset
	version lake.Version
	vintage time.Time // unless the recipe finds a better one in the book
}

func (in input) origin(memory *transforms.Memory) transforms.Origin {
	return transforms.Origin{SnapshotID: in.version.SHA256, URI: in.version.URI, Name: in.version.Name, Vintage: in.vintage, Memory: memory}
}

// key names the fragment that the dataset's recipe makes of the book.
func (in input) key(engine string) lake.FragmentKey {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %s", engine, in.dataset.RecipeHash, in.version.URI, in.version.Name, in.vintage.UTC().Format(time.RFC3339Nano))
	return lake.FragmentKey{Snapshot: in.version.SHA256, Recipe: hex.EncodeToString(h.Sum(nil))}
}

// books lists every version of every book that counts, in a fixed order: all ever seen, so that no vintage is lost, less
// those at addresses that a source with a whole list no longer names.
func (r *running) books(ctx context.Context, seen map[string]map[string]bool) ([]lake.Version, error) {
	var all []lake.Version
	for _, s := range r.Sources {
		versions, err := r.Lake.Versions(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		if listed, ok := seen[s.ID]; ok && sources.IsWhole(s.Source) {
			versions = slices.DeleteFunc(versions, func(v lake.Version) bool { return !listed[v.URI] })
		}
		all = append(all, versions...)
	}
	slices.SortStableFunc(all, func(a, b lake.Version) int {
		return cmp.Or(strings.Compare(a.URI, b.URI), strings.Compare(a.Source, b.Source), cmp.Compare(a.Number, b.Number))
	})
	return all, nil
}

// inputs pairs every dataset with the books it is made of. The same bytes are read once, wherever and however often they
// were seen; the database knows all the copies from the table of snapshots.
func (r *running) inputs(books []lake.Version) []input {
	var list []input
	for i := range r.Datasets {
		d := &r.Datasets[i]
		taken := map[string]bool{}
		for _, v := range books {
			if !d.takes(v) || taken[v.SHA256] {
				continue
			}
			taken[v.SHA256] = true
			list = append(list, input{dataset: d, version: v, vintage: vintage(v)})
		}
	}
	return list
}

// takes reports whether a version of a book is one of those the dataset is made of.
func (d *Dataset) takes(v lake.Version) bool {
	return slices.Contains(d.Sources, v.Source) && (d.Books == nil || d.Books.MatchString(v.Name))
}

// vintage is when a version became known: the publication date speaks for the first version at an address only, since
// what replaces it came later.
func vintage(v lake.Version) time.Time {
	if v.Number == 1 && !v.Published.IsZero() {
		return v.Published.UTC()
	}
	return v.Retrieved.UTC()
}

// inputsHash is over all that a release is made of.
func (r *running) inputsHash(books []lake.Version, inputs []input) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q\n", r.Engine, r.ConfigHash)
	for _, v := range books {
		fmt.Fprintf(h, "%q %q %q %d %s %s\n", v.Source, v.URI, v.Name, v.Number, v.SHA256, vintage(v).Format(time.RFC3339Nano))
	}
	for _, in := range inputs {
		fmt.Fprintf(h, "%q %s\n", in.dataset.ID, in.key(r.Engine))
	}
	return hex.EncodeToString(h.Sum(nil))
}
