package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
)

// seed is the release before, as far as a run may take over from it what has not changed since. Nothing of it is used
// before its bytes are seen to be those that were published.
type seed struct {
	release.Info
	database string          // its database, whole; empty: there is none to take tables from
	same     map[string]bool // tables of this release that are those of the other, row for row and comment for comment
}

// openSeed finds the release before. It is empty for a run that makes everything anew, or what was known at a time.
func (r *running) openSeed(ctx context.Context, f facts) error {
	r.seed = seed{same: map[string]bool{}}
	if r.Full || !f.asOf.IsZero() {
		return nil
	}
	current, ok, err := r.Releases.Current()
	if err != nil || !ok || current.Statloom != r.Engine {
		return nil // a current release that is damaged has been told of
	}
	r.seed.Info = current
	for _, file := range current.Files {
		if filepath.Ext(file.Path) != ".duckdb" || strings.Contains(file.Path, "/") {
			continue
		}
		whole, err := current.Whole(ctx, file.Path)
		if err != nil {
			return err
		}
		if !whole {
			r.event(ctx, slog.LevelWarn, "load", "", "%s of the current release is damaged, nothing is taken over from it", file.Path)
			r.seed.Info = release.Info{}
			return nil
		}
		r.seed.database = filepath.Join(current.Dir, file.Path)
		break
	}
	if current.ConfigHash == r.ConfigHash {
		r.seed.same["code_lists"], r.seed.same["concordances"] = true, true
	}
	return nil
}

// madeFrom is over all that the tables of a dataset depend on.
func (r *running) madeFrom(d *Dataset, books []lake.Version, inputs []input, build duck.Dataset) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %q %t\n", r.Engine, d.ID, build.Comment, build.Key, build.Values, build.Moving)
	// Marshal sorts the comments by column, and writes numbers so that they are read back as the same.
	texts, err := json.Marshal([]any{build.Columns, build.Corrections})
	if err != nil {
		return "", fmt.Errorf("look at dataset %s: %w", d.ID, err)
	}
	fmt.Fprintf(h, "%s\n", texts)
	for _, v := range books {
		if d.takes(v) {
			fmt.Fprintf(h, "%q %q %q %d %s %s %s\n", v.Source, v.URI, v.Name, v.Number, v.SHA256,
				v.Retrieved.UTC().Format(time.RFC3339Nano), v.Published.UTC().Format(time.RFC3339Nano))
		}
	}
	for _, in := range inputs {
		if in.dataset == d {
			fmt.Fprintf(h, "%s\n", r.fragmentID(in))
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// takeOver takes the tables of a dataset over from the release before, if they were made of the same.
func (r *running) takeOver(ctx context.Context, db *duck.DB, build duck.Dataset, made string) (bool, error) {
	if r.seed.database == "" || r.seed.Made[build.ID] != made {
		return false, nil
	}
	ok, err := db.AdoptDataset(ctx, r.seed.database, build)
	if err == nil && ok && r.seed.ConfigHash == r.ConfigHash {
		r.seed.same[build.ID], r.seed.same[build.ID+"_history"] = true, true
	}
	return ok, err
}

// take puts a file of the release before into the one that is built, in place of one that would be written of a table
// that is the same. How sinks write is said by the configuration, which is the same where a table is.
func (r *running) take(staging *release.Staging) func(ctx context.Context, table, path string) (bool, error) {
	return func(ctx context.Context, table, path string) (bool, error) {
		if !r.seed.same[table] {
			return false, nil
		}
		return staging.Take(ctx, r.seed.Info, path)
	}
}
