package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/drift"
	"github.com/statloom/statloom/transforms/layout"
)

// areBooks reports whether the arguments name two files, so books: releases are named by id or by folder.
func (a *app) areBooks(args []string) bool {
	return len(args) == 2 && !slices.ContainsFunc(args, func(name string) bool {
		info, err := os.Stat(a.path(name))
		return err != nil || info.IsDir()
	})
}

// diffBooks prints how the tables of a book differ from those of the one before.
func (a *app) diffBooks(ctx context.Context, before, after string, o diffOptions) error {
	known := layout.Recogniser{LabelsOnly: true}
	old, err := a.shapes(ctx, &known, before)
	if err != nil {
		return err
	}
	now, err := a.shapes(ctx, &known, after)
	if err != nil {
		return err
	}
	changes := drift.NewComparer().Compare(old, now)
	out := bufio.NewWriter(a.out)
	w := newRows(out, o.format, "kind", "grave", "of", "was_sheet", "was_cell", "was", "sheet", "cell", "is", "note")
	if o.format == "table" { // for eyes: less apart
		w = newRows(out, o.format, "change", "of", "before", "now")
	}
	w.width = a.width
	counts := map[string]int{}
	shown := 0
	for _, c := range changes {
		counts[c.Kind]++
		if !o.all && !c.Grave && isMove(c) {
			continue
		}
		shown++
		if o.format == "table" {
			kind := c.Kind
			if c.Grave {
				kind += " (!)"
			}
			err = w.row(kind, c.Of, placed(c.Was), placed(c.Is))
		} else {
			err = w.row(c.Kind, c.Grave, c.Of, c.Was.Sheet, c.Was.Cell, c.Was.Text, c.Is.Sheet, c.Is.Cell, c.Is.Text, c.Note)
		}
		if err != nil {
			return err
		}
	}
	if shown > 0 || o.format != "table" {
		if err := w.end(); err != nil {
			return err
		}
	}
	if o.format == "table" {
		fmt.Fprintln(out, summary(len(old), len(now), changes, counts))
		if shown < len(changes) {
			fmt.Fprintln(out, "--all shows what only moved or was written otherwise, too")
		}
	}
	return out.Flush()
}

// placed writes a place in one text.
func placed(p transforms.ShapePlace) string {
	if p == (transforms.ShapePlace{}) {
		return ""
	}
	return fmt.Sprintf("%s!%s: %s", p.Sheet, p.Cell, p.Text)
}

// isMove reports whether a change concerns only where something stands or how it is written.
func isMove(c transforms.TableChange) bool {
	switch c.Kind {
	case drift.TableMoved, drift.SheetRenamed, drift.Reordered, drift.Respelled, drift.Regrouped:
		return true
	}
	return false
}

// summary says in a sentence what changed.
func summary(before, after int, changes []transforms.TableChange, counts map[string]int) string {
	if len(changes) == 0 {
		return fmt.Sprintf("%d tables, %d before: nothing changed but the figures", after, before)
	}
	grave := 0
	for _, c := range changes {
		if c.Grave {
			grave++
		}
	}
	kinds := make([]string, 0, len(counts))
	for k, n := range counts {
		kinds = append(kinds, fmt.Sprintf("%s %d", k, n))
	}
	slices.Sort(kinds)
	return fmt.Sprintf("%d tables, %d before; %d changes, of which %d change what figures mean (!): %s", after, before, len(changes), grave, strings.Join(kinds, ", "))
}

// shapes gives the shapes of all tables that show in a book.
func (a *app) shapes(ctx context.Context, known *layout.Recogniser, book string) (list []transforms.TableShape, err error) {
	err = a.eachSheet(ctx, book, func(g *sheet.Grid) error {
		if !g.Hidden {
			list = append(list, known.Recognise(g).Shapes()...)
		}
		return ctx.Err()
	})
	return list, err
}
