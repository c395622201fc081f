package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/transforms/codes"
)

// waiting reads the labels that the last run could not place: from the release that it published, or from the candidate
// that was held back.
func (a *app) waiting(ctx context.Context, cfg *config.Config) (all []codes.Waiting, err error) {
	shelf, err := release.Open(cfg.DataDir())
	if err != nil {
		return nil, err
	}
	dir, err := shelf.Last()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.duckdb"))
	if err != nil {
		return nil, err
	}
	if dir == "" || len(files) == 0 {
		return nil, &fault.Error{Kind: fault.Failed, What: "there is no release with a DuckDB file to take the labels from", Remedy: "make one: statloom run"}
	}
	db, err := duck.Open(ctx, files[0], duck.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	// A reject of a code list begins with the column it is about.
	rows, err := db.Query(ctx, `SELECT dataset, split_part(reason, ': ', 1), text, coalesce(min_by(book, (book, sheet, cell)), ''),
			coalesce(min_by(sheet, (book, sheet, cell)), ''), coalesce(min_by(cell, (book, sheet, cell)), ''), count(*)
		FROM quarantine WHERE text IS NOT NULL AND starts_with(split_part(reason, ': ', 2), ?) GROUP BY ALL ORDER BY ALL`, codes.NotKnown)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine: %w", err)
	}
	defer rows.Close()
	lists := coded(cfg)
	for rows.Next() {
		var w codes.Waiting
		var column string
		if err := rows.Scan(&w.Dataset, &column, &w.Label, &w.Book, &w.Sheet, &w.Cell, &w.Figures); err != nil {
			return nil, fmt.Errorf("read the quarantine: %w", err)
		}
		if w.List = lists[[2]string{w.Dataset, column}]; w.List != "" {
			all = append(all, w)
		}
	}
	return all, rows.Err()
}

// coded gives the code list of each dataset's columns.
func coded(cfg *config.Config) map[[2]string]string {
	lists := map[[2]string]string{}
	for _, d := range cfg.Datasets {
		for _, dim := range d.Table.Dimensions {
			lists[[2]string{d.ID, dim.ID}] = dim.CodeList
		}
		for _, c := range d.Table.Columns {
			lists[[2]string{d.ID, c.ID}] = c.CodeList
		}
	}
	return lists
}
