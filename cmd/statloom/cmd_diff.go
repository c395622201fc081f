package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/diff"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/release"
)

// diffOptions are the options of statloom diff.
type diffOptions struct {
	dataset, from, to string
	all               bool
	format            string
}

func (a *app) cmdDiff() *cobra.Command {
	var o diffOptions
	c := &cobra.Command{
		Use:   "diff [BEFORE [AFTER]]",
		Short: "Say what changed between two releases, two states of knowledge, or two books",
		Long: `Compare two releases: the values of datasets and indicators that were added, withdrawn, set aside or revised, the targets
that stand otherwise, by how much, and who did it: the source (its books say something else), our method (the
configuration or the program reads or computes otherwise) or a correction of ours. A release is named by its id, as
"current" or "previous", or by its folder, such as one that run --as-of made. Without names the current release is
compared with the one before it; one name is compared with the current release.

With --dataset and --from, what was known of a dataset at one time is compared with what was known at another (--to; now if
left out), in the current release or the one that is named.

Two names of files are books: what changed in their tables is told (units, price bases, headings, lines), not in their
figures, and which of it changes what figures mean.

The summary comes first; --all prints every change.`,
		Example: `  statloom diff
  statloom diff previous current --all
  statloom diff 20260102T030405Z-1a2b3c4d current --format csv --all
  statloom diff data/asof/20240930T235959Z current
  statloom diff books/2024-08.xlsx books/2024-09.xlsx
  statloom diff --dataset iip --from 2024-08-31 --to 2024-09-30 --all`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if err := knownForm(o.format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			if o.dataset == "" && (o.from != "" || o.to != "") {
				return usageError{errors.New("--from and --to go with --dataset")}
			}
			if o.dataset != "" {
				return a.diffVintages(c.Context(), args, o)
			}
			if a.areBooks(args) {
				return a.diffBooks(c.Context(), args[0], args[1], o)
			}
			return a.diffReleases(c.Context(), args, o)
		},
	}
	a.configFlag(c, "c")
	c.Flags().StringVar(&o.dataset, "dataset", "", "compare what was known of this dataset at two times")
	c.Flags().StringVar(&o.from, "from", "", "with --dataset: the earlier date or time")
	c.Flags().StringVar(&o.to, "to", "", "with --dataset: the later date or time (default now)")
	c.Flags().BoolVar(&o.all, "all", false, "print every change")
	formatFlag(c, &o.format, "table", "csv", "json", "jsonl")
	return c
}

// side is one of the two things that are compared.
type side struct {
	manifest release.Manifest
	file     string // its DuckDB file
}

func (a *app) diffReleases(ctx context.Context, args []string, o diffOptions) error {
	switch len(args) {
	case 0:
		args = []string{"previous", "current"}
	case 1:
		args = []string{args[0], "current"}
	case 2:
	default:
		return usageError{errors.New("statloom diff compares two releases: " + accepted)}
	}
	var sides [2]side
	for i, name := range args {
		var err error
		if sides[i], err = a.side(name); err != nil {
			return err
		}
	}
	if sides[0].file == sides[1].file {
		return usageError{fmt.Errorf("%s and %s are the same release", args[0], args[1])}
	}
	db, err := duck.OpenPair(ctx, sides[0].file, sides[1].file, duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	summaries, err := diff.Releases(ctx, diff.Pair{DB: db, Before: sides[0].manifest, After: sides[1].manifest})
	if err != nil {
		return err
	}
	if o.format == "table" {
		if err := a.diffHead(ctx, db, sides); err != nil {
			return err
		}
	}
	return a.printDiff(ctx, db, summaries, o)
}

// accepted says what names a release.
const accepted = `name each by its id (see: statloom release list), as "current" or "previous", or by its folder`

// side finds a release by its name.
func (a *app) side(name string) (side, error) {
	dir := a.path(name)
	if _, err := os.Stat(filepath.Join(dir, release.ManifestName)); err != nil {
		if _, err := os.Stat(dir); err == nil {
			return side{}, usageError{fmt.Errorf("%s is no release: %s", name, accepted)}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return side{}, err
		}
		shelf, err := a.shelf()
		if err != nil {
			return side{}, err
		}
		if dir, err = releaseDir(shelf, name); err != nil {
			return side{}, err
		}
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return side{}, fmt.Errorf("open release %s: %w", name, err)
	}
	m, err := release.ReadManifest(dir)
	if err != nil {
		return side{}, err
	}
	for _, f := range m.Files {
		if filepath.Ext(f.Path) == ".duckdb" {
			return side{m, filepath.Join(dir, filepath.FromSlash(f.Path))}, nil
		}
	}
	return side{}, &fault.Error{Kind: fault.Failed, What: "release " + name + " holds no DuckDB file", Remedy: "add the sink duckdb to the configuration and run again"}
}

// releaseDir gives the folder of a release of the shelf.
func releaseDir(shelf *release.Shelf, name string) (string, error) {
	list, err := shelf.List()
	if err != nil {
		return "", err
	}
	id := name
	if name == "current" || name == "previous" {
		current, err := currentRelease(shelf)
		if err != nil {
			return "", err
		}
		if id = current.ID; name == "previous" {
			id = current.Previous
		}
		if id == "" {
			return "", &fault.Error{Kind: fault.Failed, What: "there is no release before the current one", Remedy: "the next run that finds something new makes one: statloom run"}
		}
	}
	for _, r := range list {
		if r.ID == id && r.Damage == nil {
			return r.Dir, nil
		}
	}
	return "", usageError{fmt.Errorf("there is no release %q: %s", name, accepted)}
}

// diffHead says what is compared.
func (a *app) diffHead(ctx context.Context, db *duck.DB, s [2]side) error {
	same := func(equal bool) string {
		if equal {
			return "the same"
		}
		return "changed"
	}
	rows, err := db.Query(ctx, `SELECT count(*) FILTER (b.snapshot_id IS NULL), count(*) FILTER (a.snapshot_id IS NULL)
		FROM (SELECT DISTINCT snapshot_id FROM before.main.snapshots) b FULL JOIN (SELECT DISTINCT snapshot_id FROM snapshots) a USING (snapshot_id)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var come, gone int64
	for rows.Next() {
		if err := rows.Scan(&come, &gone); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	before, after := s[0].manifest, s[1].manifest
	_, err = fmt.Fprintf(a.out, "Before %s, made %s; after %s, made %s.\nConfiguration %s, program %s; books: %d new, %d no longer used.\n",
		before.Release, before.Created.UTC().Format(time.DateTime), after.Release, after.Created.UTC().Format(time.DateTime),
		same(before.ConfigHash == after.ConfigHash), same(before.Statloom == after.Statloom), come, gone)
	return err
}

func (a *app) diffVintages(ctx context.Context, args []string, o diffOptions) error {
	if o.from == "" || len(args) > 1 {
		return usageError{errors.New("statloom diff --dataset needs --from, and takes one release at most")}
	}
	from, err := instant(o.from)
	if err != nil {
		return usageError{fmt.Errorf("--from: %w", err)}
	}
	to := a.now()
	if o.to != "" {
		if to, err = instant(o.to); err != nil {
			return usageError{fmt.Errorf("--to: %w", err)}
		}
	}
	if !from.Before(to) {
		return usageError{errors.New("--from has to lie before --to")}
	}
	name := strings.Join(args, "")
	if name == "" {
		name = "current"
	}
	s, err := a.side(name)
	if err != nil {
		return err
	}
	db, err := duck.Open(ctx, s.file, duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	summaries, err := diff.Vintages(ctx, db, o.dataset, from, to)
	if err != nil {
		return err
	}
	if o.format == "table" {
		fmt.Fprintf(a.out, "What was known of %s at %s and at %s, in release %s.\n", o.dataset, from.Format(time.RFC3339), to.UTC().Format(time.RFC3339), s.manifest.Release)
	}
	return a.printDiff(ctx, db, summaries, o)
}

// printDiff prints the summary, or with --all the changes; for people both.
func (a *app) printDiff(ctx context.Context, db *duck.DB, summaries []diff.Summary, o diffOptions) error {
	buffered := bufio.NewWriterSize(a.out, 1<<16)
	if !o.all || o.format == "table" {
		if err := printSummaries(newRows(buffered, o.format, summaryColumns...), summaries, o.format == "table"); err != nil {
			return err
		}
	}
	if o.all {
		s := &session{db: db, out: buffered, format: o.format}
		if a.terminal {
			s.width = a.width
		}
		if err := s.one(ctx, `SELECT part, subject, key, time_period, change, cause, value_before, value_after, difference, percent,
			status_before, status_after, detail, book, sheet, cell FROM `+diff.Changes+` ORDER BY part, subject, key, time_period, change`); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

var summaryColumns = []string{
	"part", "subject", "rows_before", "rows_after", "added", "withdrawn", "set_aside", "revised", "status", "other",
	"mean_abs_difference", "max_abs_difference", "max_abs_percent", "by_source", "by_method", "by_correction",
}

// printSummaries prints a line for each thing that changed; for programs also for those that did not.
func printSummaries(w *rows, summaries []diff.Summary, people bool) error {
	w.hideEmpty = people
	count := func(n int64) any {
		if people && n == 0 {
			return ""
		}
		return n
	}
	size := func(x *float64) any {
		switch {
		case x == nil:
			return nil
		case people:
			return fmt.Sprintf("%.4g", *x)
		}
		return *x
	}
	printed := 0
	for _, s := range summaries {
		if people && s.Changed() == 0 {
			continue
		}
		printed++
		err := w.row(s.Part, s.Subject, s.Before, s.After, count(s.Added), count(s.Withdrawn), count(s.SetAside), count(s.Revised), count(s.Status), count(s.Other),
			size(s.MeanAbs), size(s.MaxAbs), size(s.MaxPct), count(s.Source), count(s.Method), count(s.Corrected))
		if err != nil {
			return err
		}
	}
	if people && printed == 0 {
		_, err := fmt.Fprintln(w.out, "Nothing differs.")
		return err
	}
	return w.end()
}
