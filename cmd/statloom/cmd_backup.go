package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/backup"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
)

func (a *app) cmdBackup() *cobra.Command {
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the state, the lake and the current release into one file",
		Long: `Write all that cannot be made again into one file (.tar.gz): the run history and the schedule's state, the books in the
lake and what was read of them, the reports of runs, and the current release. It runs between runs; while one is going on
the exit code is 5. The file is whole or not there at all. Configuration, SQL and code lists are not in it.`,
		Example: "  statloom backup /backup/statloom-2026-03-01.tar.gz",
		Args:    oneFile,
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.backup(c.Context(), cfg, a.path(args[0]))
		},
	}
	a.configFlag(c, "c")
	return c
}

func oneFile(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage(c, "name one file: %s FILE", c.CommandPath())
	}
	return nil
}

// ownFolder refuses to back up what other systems keep.
func ownFolder(cfg *config.Config) error {
	if cfg.Shared() || strings.Contains(cfg.LakePlace(), "://") {
		return &fault.Error{Kind: fault.Config, File: cfg.Path(), What: "the state or the lake is not in a folder of this machine",
			Remedy: "back up the database with pg_dump, and the bucket with the means of its service"}
	}
	return nil
}

func (a *app) backup(ctx context.Context, cfg *config.Config, file string) (err error) {
	if err := ownFolder(cfg); err != nil {
		return err
	}
	lock, err := a.lock(cfg, "backup")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	part := file + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part))
		}
	}()
	n, err := backup.Write(ctx, f, backup.Source{
		Data: cfg.DataDir(), Lake: cfg.LakePlace(), State: runlog.OpenSQLite,
		Head: backup.Head{Created: a.now().UTC(), Statloom: a.engine(), Release: currentOf(cfg).ID},
	})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	_, err = fmt.Fprintf(a.out, "%s: %d files\n", a.shortPath(file), n)
	return err
}

func (a *app) cmdRestore() *cobra.Command {
	var replace bool
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the data folder",
		Long: `Put a backup in the place of the data folder. Every file is compared with its sum before anything is changed. A data
folder that holds something is replaced with --replace only, and is then kept beside it under another name.`,
		Example: "  statloom restore /backup/statloom-2026-03-01.tar.gz",
		Args:    oneFile,
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.restore(c.Context(), cfg, a.path(args[0]), replace)
		},
	}
	a.configFlag(c, "c")
	c.Flags().BoolVar(&replace, "replace", false, "replace a data folder that holds something; it is kept beside it")
	return c
}

func (a *app) restore(ctx context.Context, cfg *config.Config, file string, replace bool) (err error) {
	if err := ownFolder(cfg); err != nil {
		return err
	}
	data := cfg.DataDir()
	if cfg.LakePlace() != filepath.Join(data, "lake") {
		return &fault.Error{Kind: fault.Config, File: cfg.Path(), What: "the lake is not in the data folder", Remedy: "leave the key lake out, restore, and move the folder lake then"}
	}
	if exists(filepath.Join(data, "releases")) && !replace {
		return &fault.Error{Kind: fault.Failed, What: "the data folder " + a.shortPath(data) + " holds something", Remedy: "add --replace: it is kept beside under another name"}
	}
	lock, err := a.lock(cfg, "restore")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("restore backup: %w", err)
	}
	defer f.Close()
	restored := data + ".restoring"
	if err := os.RemoveAll(restored); err != nil { // of a restore that was killed
		return fmt.Errorf("restore backup: %w", err)
	}
	head, err := backup.Restore(ctx, f, restored)
	if err != nil {
		return errors.Join(err, os.RemoveAll(restored))
	}
	aside, err := backup.Swap(restored, data, head, a.now())
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "restored the backup of %s, release %s\n", head.Created.Format("2006-01-02 15:04 MST"), head.Release)
	if aside != "" {
		fmt.Fprintf(a.out, "what was there is in %s\n", a.shortPath(aside))
	}
	return nil
}
