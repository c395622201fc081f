package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/evidence"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/sources"
)

func (a *app) cmdVerify() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Make a release again from its evidence pack, and compare",
		Long: `Make a release again from its evidence pack, without the sources and without the network, and compare it with the results
in the pack: value by value, and byte by byte where the same version of the program made it. The tables that tell of the run
itself (runs, checks) are not compared. The exit code is 1 when anything differs.`,
		Example: "  statloom verify release.zip",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(c, "name one evidence pack")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			return a.verify(c.Context(), a.path(args[0]), format)
		},
	}
	formatFlag(c, &format, "table", "csv", "json", "jsonl")
	return c
}

func (a *app) verify(ctx context.Context, file, format string) (err error) {
	dir, err := os.MkdirTemp("", "statloom-verify-")
	if err != nil {
		return fmt.Errorf("make a folder to verify in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	index, err := evidence.Unpack(ctx, file, dir)
	if err != nil {
		return err
	}
	again, err := a.again(ctx, dir, index)
	if err != nil {
		return err
	}
	return a.compareReleases(ctx, filepath.Join(dir, evidence.Results), again, a.engine() == index.Statloom, format)
}

// again makes the release of a pack anew and gives its folder.
func (a *app) again(ctx context.Context, dir string, index evidence.Index) (string, error) {
	data := filepath.Join(dir, "again")
	if err := fillLake(ctx, dir, data, index); err != nil {
		return "", err
	}
	if !filepath.IsLocal(filepath.FromSlash(index.Config)) {
		return "", &fault.Error{Kind: fault.Input, What: fmt.Sprintf("the pack names a configuration outside itself: %q", index.Config)}
	}
	sub := &app{system: a.system, configFile: filepath.Join(dir, filepath.FromSlash(index.Config)), noColor: true, data: data, offline: true}
	sub.env = func(name string) (string, bool) {
		if value, ok := a.env(name); ok {
			return value, true
		}
		return "not-in-the-pack", true // addresses and passwords of sources, which are not asked
	}
	out := filepath.Join(dir, "release")
	err := sub.inTurn(ctx, func(ctx context.Context, t turn) error {
		if t.cfg.Hash() != index.Hash {
			return &fault.Error{Kind: fault.Input, What: "the configuration in the pack is not the one the release was made with"}
		}
		t.Trigger = "verify " + index.Release
		_, err := t.RunAsOf(ctx, t.id, index.Created, out)
		return err
	})
	return out, err
}

// fillLake puts the books of a pack into a lake of their own.
func fillLake(ctx context.Context, dir, data string, index evidence.Index) (err error) {
	l, err := lake.Open(ctx, filepath.Join(data, "lake"), filepath.Join(data, "tmp"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	slices.SortStableFunc(index.Books, func(x, y evidence.Book) int { return x.Number - y.Number })
	for _, b := range index.Books {
		f, err := os.Open(filepath.Join(dir, evidence.Snapshots, filepath.Base(b.SHA256)))
		if err != nil {
			return fmt.Errorf("read book %s: %w", b.Name, err)
		}
		v, _, err := l.Put(ctx, lake.Origin{
			Source: b.Source, URI: b.URI, Name: b.Name, Retrieved: b.Retrieved, Published: b.Published, Validators: b.Validators,
			MediaType: b.MediaType, Licence: b.Licence, Producer: b.Producer,
		}, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		if v.SHA256 != b.SHA256 {
			return &fault.Error{Kind: fault.Input, File: b.Name, What: "the book in the pack is not the one the release was made of"}
		}
	}
	return nil
}

// offline is a source that is not asked: what was fetched of it is all there is.
type offline struct{ sources.Source }

// compareReleases compares the tables of two folders of Parquet files.
func (a *app) compareReleases(ctx context.Context, want, got string, bytes bool, format string) (err error) {
	m, err := release.ReadManifest(got)
	if err != nil {
		return err
	}
	made := map[string]string{}
	for _, f := range m.Files {
		made[filepath.Base(f.Path)] = filepath.Join(got, filepath.FromSlash(f.Path))
	}
	db, err := duck.Create(ctx, ":memory:", duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	files, err := filepath.Glob(filepath.Join(want, "*.parquet"))
	if err != nil {
		return err
	}
	w := newRows(a.out, format, "table", "rows", "differences", "bytes")
	differ := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".parquet")
		if name == "runs" || name == "checks" {
			continue
		}
		other, ok := made[filepath.Base(file)]
		if !ok {
			differ++
			if err := w.row(name, "", "the table is not made any more", ""); err != nil {
				return err
			}
			continue
		}
		rows, differences, err := tableDifferences(ctx, db, file, other)
		if err != nil {
			return err
		}
		same := "not compared: another version of the program"
		if bytes {
			if same, err = sameBytes(file, other); err != nil {
				return err
			}
		}
		if differences > 0 || bytes && same != "same" {
			differ++
		}
		if err := w.row(name, rows, differences, same); err != nil {
			return err
		}
	}
	if err := w.end(); err != nil {
		return err
	}
	if differ > 0 {
		return &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("%d tables differ from the release", differ)}
	}
	if format == "table" {
		fmt.Fprintf(a.out, "The release was made again from its evidence: %d tables are the same.\n", len(files))
	}
	return nil
}

// tableDifferences counts the rows that only one of two files has.
func tableDifferences(ctx context.Context, db *duck.DB, want, got string) (rows, differences int64, err error) {
	a, b := "read_parquet("+duck.Literal(want)+")", "read_parquet("+duck.Literal(got)+")"
	result, err := db.Query(ctx, fmt.Sprintf(`SELECT (SELECT count(*) FROM %[1]s),
		(SELECT count(*) FROM (FROM %[1]s EXCEPT ALL FROM %[2]s)) + (SELECT count(*) FROM (FROM %[2]s EXCEPT ALL FROM %[1]s))`, a, b))
	if err != nil {
		return 0, 0, fmt.Errorf("compare %s: %w", filepath.Base(want), err)
	}
	defer result.Close()
	for result.Next() {
		if err := result.Scan(&rows, &differences); err != nil {
			return 0, 0, err
		}
	}
	return rows, differences, result.Err()
}

func sameBytes(a, b string) (string, error) {
	x, err := os.ReadFile(a)
	if err != nil {
		return "", err
	}
	y, err := os.ReadFile(b)
	if err != nil {
		return "", err
	}
	if string(x) == string(y) {
		return "same", nil
	}
	return "differ", nil
}
