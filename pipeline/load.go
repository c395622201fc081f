package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/transforms"
)

// load fills the fresh database: what the release says about itself, code lists, and every dataset with its vintages. It
// gives the tables to publish, in their order.
func (r *running) load(ctx context.Context, db *duck.DB, books []lake.Version, inputs []input, f facts) ([]Published, error) {
	if err := r.loadSnapshots(ctx, db, books); err != nil {
		return nil, err
	}
	if err := r.loadCodeLists(ctx, db); err != nil {
		return nil, err
	}
	if err := r.loadConcordances(ctx, db); err != nil {
		return nil, err
	}
	r.Watch.Begin("load", len(r.Datasets))
	defer r.Watch.End()
	var tables []Published
	var catalogue, corrections [][]any
	for i := range r.Datasets {
		d := &r.Datasets[i]
		report, corrected, err := r.loadDataset(ctx, db, d, books, inputs, f)
		if err != nil {
			return nil, err
		}
		corrections = append(corrections, corrected...)
		order := append(slices.Clone(d.Key), transforms.ColVintageFrom)
		tables = append(tables, Published{Name: d.ID, Order: order}, Published{Name: d.ID + "_history", Order: order})
		catalogue = append(catalogue, r.catalogueRow(d, report))
		r.Watch.Part(d.ID)
	}
	if err := correctionTable.create(ctx, db, corrections); err != nil {
		return nil, err
	}
	if err := datasetTable.create(ctx, db, catalogue); err != nil {
		return nil, err
	}
	if !f.asOf.IsZero() {
		if err := db.ForgetAfter(ctx, f.asOf, r.datasetIDs()); err != nil {
			return nil, err
		}
	}
	if err := db.BuildRevisions(ctx, r.measured()); err != nil {
		return nil, err
	}
	if err := r.loadRun(ctx, db, f); err != nil {
		return nil, err
	}
	return append(tables, standardTables()...), nil
}

// loadDataset loads the fragments of a dataset and has its vintages built. corrections are rows of the table of those.
func (r *running) loadDataset(ctx context.Context, db *duck.DB, d *Dataset, books []lake.Version, inputs []input, f facts) (
	report duck.DatasetReport, corrections [][]any, err error,
) {
	schema, err := d.Schema()
	if err != nil {
		return report, nil, err
	}
	build := duck.Dataset{ID: d.ID, Comment: d.comment(), Key: d.Key, Values: d.Values, Columns: d.Columns, AsOf: f.asOf}
	if build.Editions, err = loadEditions(ctx, db, d, books); err != nil {
		return report, nil, err
	}
	if build.Corrections, err = d.corrections(f.now()); err != nil {
		return report, nil, err
	}
	made, err := r.madeFrom(d, books, inputs, build)
	if err != nil {
		return report, nil, err
	}
	r.keepMade(d, made, f)
	adopted, err := r.takeOver(ctx, db, build, made)
	if err != nil {
		return report, nil, err
	}
	if !adopted {
		if _, err = db.Load(ctx, d.ID+"__raw", schema, r.fragments(ctx, d, inputs)); err != nil {
			return report, nil, fmt.Errorf("load dataset %s: %w", d.ID, err)
		}
	}
	rejects, rejected, err := r.rejects(ctx, d, inputs)
	if err != nil {
		return report, nil, err
	}
	if adopted {
		report, err = db.DatasetReport(ctx, build, int64(len(rejects)))
	} else {
		// The vintages have to know what could not be used: it must not pass for withdrawn.
		if err := db.Quarantine(ctx, rejects); err != nil {
			return report, nil, err
		}
		report, err = db.BuildDataset(ctx, build)
	}
	if err != nil {
		return report, nil, err
	}
	r.result.Counters[CountObservations] += report.Latest
	r.result.Counters[CountQuarantined] += report.Quarantined + rejected
	if report.Quarantined > 0 {
		r.event(ctx, slog.LevelWarn, "load", d.ID, "cells that contradict another cell of the same book: %d; the table quarantine names them", report.Quarantined)
	}
	corrections, err = r.correctionRows(ctx, db, d, build)
	return report, corrections, err
}

// keepMade remembers what a dataset was made of, for the run after this one. What was known at a time is made of less.
func (r *running) keepMade(d *Dataset, made string, f facts) {
	if !f.asOf.IsZero() {
		return
	}
	if r.made == nil {
		r.made = map[string]string{}
	}
	r.made[d.ID] = made
}

// rejects gives what of a dataset's books could not be used, as rows of the quarantine, and its number.
func (r *running) rejects(ctx context.Context, d *Dataset, inputs []input) (rows []duck.Rejected, n int64, err error) {
	for _, in := range inputs {
		if in.dataset != d {
			continue
		}
		b, err := r.end(ctx, in)
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, b.End.rows(d, in)...)
		n += b.End.rejected()
	}
	return rows, n, nil
}

// fragments streams the rows of all books of a dataset and keeps what stands behind them.
func (r *running) fragments(ctx context.Context, d *Dataset, inputs []input) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		enough := errors.New("no more rows are wanted")
		err := r.walk(ctx, d, inputs, func(b arrow.RecordBatch) error {
			if !yield(b, nil) {
				return enough
			}
			return nil
		}, func(_ input, b packed) error {
			r.keepEnd(b)
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			yield(nil, err)
		}
	}
}

func (r *Runner) datasetIDs() []string {
	ids := make([]string, len(r.Datasets))
	for i, d := range r.Datasets {
		ids[i] = d.ID
	}
	return ids
}

// measured gives the datasets of observations, with their keys: those whose values can be revised.
func (r *Runner) measured() []duck.Dataset {
	var list []duck.Dataset
	for _, d := range r.Datasets {
		if slices.Contains(d.Values, transforms.ColObsValue) && slices.Contains(d.Key, transforms.ColTimePeriod) {
			list = append(list, duck.Dataset{ID: d.ID, Key: d.Key})
		}
	}
	return list
}

// comment describes a dataset in the database.
func (d *Dataset) comment() string {
	text := both(d.Name)
	if d.Note != (transforms.Text{}) {
		text += ". " + strings.TrimSuffix(both(d.Note), ".")
	}
	if d.Illustrative {
		text += ". " + Illustrative
	}
	return text
}

// Illustrative marks made-up figures wherever they show.
const Illustrative = "SỐ LIỆU MINH HOẠ, không phải số liệu thống kê — ILLUSTRATIVE FIGURES, not statistics"

// both gives a text in both languages.
func both(t transforms.Text) string {
	switch {
	case t.VI == "" || t.VI == t.EN:
		return t.EN
	case t.EN == "":
		return t.VI
	}
	return t.VI + " — " + t.EN
}
