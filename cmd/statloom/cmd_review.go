package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/transforms/codes"
)

// reviewFlags are what a person says about labels.
type reviewFlags struct {
	accept, reject []int
	under          int
	code, by       string
	format         string
}

func (a *app) cmdReview() *cobra.Command {
	var f reviewFlags
	c := &cobra.Command{
		Use:   "review",
		Short: "List the labels that wait for a decision, and decide",
		Long: `List the labels that no code list knows: where they stand, how many figures wait on them, and the code whose name is
nearest. A nearest name is never used by itself. What you decide is written to the file of decisions, which belongs under
version control; the next run reads the books again with it.`,
		Example: `  statloom review
  statloom review --accept 1 --accept 2
  statloom review --accept-all-under 3
  statloom review --reject 4 --code 2592`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.review(c.Context(), f) },
	}
	a.configFlag(c, "c")
	formatFlag(c, &f.format, "table", "csv", "json", "jsonl")
	c.Flags().IntSliceVar(&f.accept, "accept", nil, "accept the nearest code of these lines")
	c.Flags().IntVar(&f.under, "accept-all-under", 0, "accept the nearest code of every waiting line with fewer edits than this")
	c.Flags().IntSliceVar(&f.reject, "reject", nil, "reject the nearest code of these lines")
	c.Flags().StringVar(&f.code, "code", "", "with --reject: the code that is right; without it the label stands for none")
	c.Flags().StringVar(&f.by, "by", "", "who decides (default: the user's name)")
	return c
}

func (a *app) review(ctx context.Context, f reviewFlags) error {
	if err := knownForm(f.format, "table", "csv", "json", "jsonl"); err != nil {
		return err
	}
	if f.code != "" && len(f.reject) != 1 {
		return usageError{fmt.Errorf("--code says what is right in the place of the one line that --reject names")}
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	lists, decisions, err := reviewLists(cfg)
	if err != nil {
		return err
	}
	waiting, err := a.waiting(ctx, cfg)
	if err != nil {
		return err
	}
	entries := codes.Review(waiting, lists, decisions)
	if len(f.accept)+len(f.reject)+f.under == 0 {
		return a.showReview(f.format, entries)
	}
	made, err := a.decide(f, entries)
	if err != nil {
		return err
	}
	for _, d := range made {
		decisions = codes.Decide(decisions, d)
	}
	for id, list := range lists {
		if _, err := list.Decided(decisions); err != nil {
			return fmt.Errorf("code list %s: %w", id, err)
		}
	}
	return a.writeDecisions(cfg, decisions, made)
}

// reviewLists reads the code lists without the decisions, and the decisions.
func reviewLists(cfg *config.Config) (map[string]*codes.List, []codes.Decision, error) {
	decisions, err := codes.ReadDecisions(bytes.NewReader(cfg.Decisions()), cfg.Review)
	if err != nil {
		return nil, nil, err
	}
	lists := map[string]*codes.List{}
	for _, decl := range cfg.CodeLists {
		if lists[decl.ID], err = codes.Load(bytes.NewReader(cfg.Codes(decl.ID)), decl); err != nil {
			return nil, nil, err
		}
	}
	return lists, decisions, nil
}

// decide makes decisions of the flags.
func (a *app) decide(f reviewFlags, entries []codes.Entry) ([]codes.Decision, error) {
	by := f.by
	if by == "" {
		by, _ = a.env("USER")
	}
	if by == "" {
		return nil, usageError{fmt.Errorf("say who decides: --by NAME")}
	}
	day := a.now().Format(time.DateOnly)
	var made []codes.Decision
	add := func(e codes.Entry, how, code string) {
		made = append(made, codes.Decision{List: e.List, Label: e.Label, Code: code, Decision: how, By: by, Date: day})
	}
	line := func(n int) (codes.Entry, error) {
		if n < 1 || n > len(entries) {
			return codes.Entry{}, usageError{fmt.Errorf("there is no line %d: statloom review lists %d", n, len(entries))}
		}
		return entries[n-1], nil
	}
	for _, n := range f.accept {
		e, err := line(n)
		if err != nil {
			return nil, err
		}
		if e.Suggestion == "" {
			return nil, usageError{fmt.Errorf("line %d has no nearest code to accept: say which with --reject %d --code CODE", n, n)}
		}
		add(e, codes.Accept, e.Suggestion)
	}
	for _, e := range entries {
		if e.Decision == nil && e.Suggestion != "" && e.Distance < f.under {
			add(e, codes.Accept, e.Suggestion)
		}
	}
	for _, n := range f.reject {
		e, err := line(n)
		if err != nil {
			return nil, err
		}
		add(e, codes.Reject, f.code)
	}
	return made, nil
}

// writeDecisions puts the file of decisions in the place of the old one at once, and says what is new in it.
func (a *app) writeDecisions(cfg *config.Config, all, made []codes.Decision) error {
	var text bytes.Buffer
	if err := codes.WriteDecisions(&text, all); err != nil {
		return fmt.Errorf("write decisions: %w", err)
	}
	file := cfg.Resolve(cfg.Review)
	partial, err := os.CreateTemp(filepath.Dir(file), ".review-*")
	if err != nil {
		return fmt.Errorf("write decisions: %w", err)
	}
	defer os.Remove(partial.Name())
	_, err = partial.Write(text.Bytes())
	if err == nil {
		err = partial.Chmod(0o644)
	}
	if err == nil {
		err = partial.Sync()
	}
	if closed := partial.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(partial.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write decisions: %w", err)
	}
	for _, d := range made {
		what := d.List + " " + d.Code
		if d.Code == "" {
			what = "no code of " + d.List
		}
		fmt.Fprintf(a.out, "%q stands for %s\n", d.Label, what)
	}
	_, err = fmt.Fprintf(a.out, "%d decisions written to %s; statloom run reads the books again with them\n", len(made), a.shortPath(file))
	return err
}

func (a *app) showReview(format string, entries []codes.Entry) error {
	if len(entries) == 0 && format == "table" {
		_, err := fmt.Fprintln(a.out, "No label waits for a decision.")
		return err
	}
	out := newRows(a.out, format, "n", "figures", "list", "label", "nearest", "name", "edits", "dataset", "where", "decided")
	out.fit(a.width)
	if format == "table" {
		out.right(1, 2, 7)
	}
	for i, e := range entries {
		nearest, name, edits, decided := any(nil), any(nil), any(nil), any(nil)
		if e.Suggestion != "" {
			nearest, name, edits = e.Suggestion, e.Name, int64(e.Distance)
		}
		if d := e.Decision; d != nil {
			decided = strings.TrimSpace(d.Decision+" "+d.Code) + ", " + d.By + " " + d.Date
		}
		where := strings.Trim(e.Book+" "+e.Sheet+"!"+e.Cell, " !")
		if err := out.row(int64(i+1), e.Figures, e.List, e.Label, nearest, name, edits, e.Dataset, where, decided); err != nil {
			return err
		}
	}
	return out.end()
}
