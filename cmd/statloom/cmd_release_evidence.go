package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/evidence"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
)

func (a *app) cmdReleaseExport() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "export",
		Short: "Pack the current release with all that it was made of",
		Long: `Write the current release with all that it was made of into one file: the books, the configuration and the files it names
(code lists, SQL), the versions, the hashes and the results. Somebody else makes the release again from it, without the
sources, and compares: statloom verify FILE. Check first whether the books' licences let you pass them on.`,
		Example: "  statloom release export --evidence release.zip",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if file == "" {
				return usage(c, "name the file to write with --evidence")
			}
			return a.export(c.Context(), file)
		},
	}
	a.configFlag(c, "c")
	c.Flags().StringVar(&file, "evidence", "", "file to write")
	return c
}

func (a *app) export(ctx context.Context, file string) (err error) {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	shelf, err := release.Open(cfg.DataDir())
	if err != nil {
		return err
	}
	info, err := currentRelease(shelf)
	if err != nil {
		return err
	}
	if info.ConfigHash != cfg.Hash() {
		return &fault.Error{Kind: fault.Failed, What: "the configuration has changed since release " + info.ID + " was made", Remedy: "run again, then export: statloom run"}
	}
	l, err := openLake(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	index := evidence.Index{Release: info.ID, Created: info.Created, Statloom: info.Statloom, Hash: info.ConfigHash}
	if index.Books, err = booksOf(ctx, cfg, l); err != nil {
		return err
	}
	partial := a.path(file) + ".partial"
	out, err := os.Create(partial)
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	err = pack(ctx, cfg, l, info, index, out)
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(partial, a.path(file))
	}
	if err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	fmt.Fprintf(a.out, "release %s with %d books is in %s; check it with: statloom verify %s\n", info.ID, len(index.Books), a.shortPath(a.path(file)), file)
	return nil
}

// booksOf lists the versions of books that the current release is made of.
func booksOf(ctx context.Context, cfg *config.Config, l *lake.Lake) ([]evidence.Book, error) {
	file, err := databaseFile(cfg.DataDir(), "")
	if err != nil {
		return nil, err
	}
	db, err := duck.Open(ctx, file, duck.Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query(ctx, "SELECT source, uri, version FROM snapshots")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type address struct {
		source, uri string
		number      int
	}
	used := map[address]bool{}
	for rows.Next() {
		var at address
		if err := rows.Scan(&at.source, &at.uri, &at.number); err != nil {
			return nil, err
		}
		used[at] = true
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var books []evidence.Book
	for _, s := range cfg.Sources {
		versions, err := l.Versions(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			if used[address{v.Source, v.URI, v.Number}] {
				books = append(books, evidence.Book{Source: v.Source, URI: v.URI, Number: v.Number, Version: v})
			}
		}
	}
	if len(books) != len(used) {
		return nil, &fault.Error{Kind: fault.Failed, What: fmt.Sprintf("the lake has %d of the %d books of the release", len(books), len(used)), Remedy: "run again: statloom run"}
	}
	return books, nil
}

// pack writes the files.
func pack(ctx context.Context, cfg *config.Config, l *lake.Lake, info release.Info, index evidence.Index, out *os.File) error {
	files, root, err := configFiles(cfg)
	if err != nil {
		return err
	}
	inPack := func(file string) (string, error) {
		rel, err := filepath.Rel(root, file)
		return path.Join(evidence.Config, filepath.ToSlash(rel)), err
	}
	if index.Config, err = inPack(cfg.Path()); err != nil {
		return err
	}
	w := evidence.NewWriter(out, index)
	for _, file := range files {
		name, err := inPack(file)
		if err != nil {
			return err
		}
		if err := w.AddFile(ctx, name, file); err != nil {
			return err
		}
	}
	added := map[string]bool{}
	for _, b := range index.Books {
		if added[b.SHA256] {
			continue
		}
		added[b.SHA256] = true
		blob, err := l.Book(ctx, b.SHA256)
		if err != nil {
			return err
		}
		err = w.Add(ctx, path.Join(evidence.Snapshots, b.SHA256), blob)
		if err = errors.Join(err, blob.Close()); err != nil {
			return err
		}
	}
	manifest, err := json.MarshalIndent(info.Manifest, "", "  ")
	if err == nil {
		err = w.Add(ctx, path.Join(evidence.Results, release.ManifestName), strings.NewReader(string(manifest)))
	}
	for _, f := range info.Files {
		if err == nil && path.Ext(f.Path) == ".parquet" {
			err = w.AddFile(ctx, path.Join(evidence.Results, path.Base(f.Path)), filepath.Join(info.Dir, filepath.FromSlash(f.Path)))
		}
	}
	if err != nil {
		return err
	}
	return w.Close()
}

// configFiles gives the configuration and the files it names, with the folder that holds them all.
func configFiles(cfg *config.Config) (files []string, root string, err error) {
	self, err := filepath.Abs(cfg.Path())
	if err != nil {
		return nil, "", err
	}
	files, root = []string{self}, filepath.Dir(self)
	for _, name := range cfg.Files() {
		if filepath.IsAbs(name) {
			return nil, "", &fault.Error{Kind: fault.Config, File: cfg.Path(), What: "it names " + name + " by an absolute path, which no other machine has", Remedy: "name it relative to the configuration"}
		}
		file, err := filepath.Abs(cfg.Resolve(name))
		if err != nil {
			return nil, "", err
		}
		files = append(files, file)
		for !strings.HasPrefix(file, root+string(filepath.Separator)) {
			root = filepath.Dir(root)
		}
	}
	return files, root, nil
}
