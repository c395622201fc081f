package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/release"
)

func (a *app) cmdRelease() *cobra.Command {
	c := &cobra.Command{
		Use:   "release",
		Short: "List releases, go back to an earlier one, remove old ones",
		Example: `  statloom release list
  statloom release rollback
  statloom release rollback 20260102T030405Z-1a2b3c4d
  statloom release prune --keep 3
  statloom release verify
  statloom release export --evidence release.zip`,
		Args: knownCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.cmdReleaseList(), a.cmdReleaseRollback(), a.cmdReleasePrune(), a.cmdReleaseVerify(), a.cmdReleaseExport())
	return c
}

func (a *app) cmdReleaseList() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the releases that are kept, newest first",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			shelf, err := a.shelf()
			if err != nil {
				return err
			}
			list, err := shelf.List()
			if err != nil {
				return err
			}
			w := newRows(a.out, format, "release", "current", "created", "statloom", "tables", "files", "bytes", "note")
			w.hideEmpty = true
			for _, r := range list {
				var bytes int64
				for _, f := range r.Files {
					bytes += f.Bytes
				}
				note := ""
				switch {
				case r.Damage != nil:
					note = r.Damage.Error()
				case r.Illustrative:
					note = "holds illustrative figures"
				}
				err := w.row(r.ID, r.Current, r.Created.UTC().Format(time.DateTime), r.Statloom, len(r.Tables), len(r.Files), bytes, note)
				if err != nil {
					return err
				}
			}
			return w.end()
		},
	}
	a.configFlag(c, "c")
	formatFlag(c, &format, "table", "csv", "json", "jsonl")
	return c
}

func (a *app) cmdReleaseRollback() *cobra.Command {
	c := &cobra.Command{
		Use:   "rollback [RELEASE]",
		Short: "Make an earlier release current: the one before, or the one named",
		Long: `Make an earlier release current. Nothing is deleted. The next run publishes again what the sources and the
configuration say then: mend them first, or stop the schedule, to keep an earlier release current.`,
		Args: atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			id := ""
			if len(args) > 0 {
				id = args[0]
			}
			return a.change(c.Context(), func(s *release.Shelf, _ int) error {
				info, err := s.Rollback(c.Context(), id)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "release %s is current\n", info.ID)
				return nil
			})
		},
	}
	a.configFlag(c, "c")
	return c
}

func (a *app) cmdReleasePrune() *cobra.Command {
	var keep int
	c := &cobra.Command{
		Use:   "prune",
		Short: "Remove old releases; the current one always stays",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("keep") && keep < 1 {
				return usageError{errors.New("--keep has to be 1 or more")}
			}
			return a.change(c.Context(), func(s *release.Shelf, configured int) error {
				if !c.Flags().Changed("keep") {
					keep = configured
				}
				gone, err := s.Prune(keep)
				for _, id := range gone {
					fmt.Fprintf(a.out, "removed %s\n", id)
				}
				if err == nil && len(gone) == 0 {
					fmt.Fprintf(a.out, "nothing to remove: the current release and the newest (%d at most) are kept\n", keep)
				}
				return err
			})
		},
	}
	a.configFlag(c, "c")
	c.Flags().IntVar(&keep, "keep", 0, "how many to keep (default: keep_releases of the configuration)")
	return c
}

func (a *app) cmdReleaseVerify() *cobra.Command {
	c := &cobra.Command{
		Use:   "verify [RELEASE]",
		Short: "Compare every file of a release with the hashes in its manifest",
		Args:  atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			shelf, err := a.shelf()
			if err != nil {
				return err
			}
			var id string
			if len(args) > 0 {
				id = args[0]
			} else {
				current, err := currentRelease(shelf)
				if err != nil {
					return err
				}
				id = current.ID
			}
			if err := shelf.Verify(c.Context(), id); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "release %s is whole\n", id)
			return nil
		},
	}
	a.configFlag(c, "c")
	return c
}

// shelf opens the releases of the configuration.
func (a *app) shelf() (*release.Shelf, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	return release.Open(cfg.DataDir())
}

// change does something to the releases while no run can.
func (a *app) change(ctx context.Context, do func(s *release.Shelf, keep int) error) (err error) {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	s, err := release.Open(cfg.DataDir())
	if err != nil {
		return err
	}
	lock, err := a.lock(cfg, "release")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	if err := a.share(ctx, cfg, lock); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := do(s, cfg.KeepReleases); err != nil {
		return err
	}
	current, ok, err := s.Current()
	if err != nil || !ok {
		return err
	}
	return a.everywhere(ctx, cfg, current)
}
