package pipeline

import (
	"context"
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
	r.Watch.Begin("load", len(r.Datasets))
	defer r.Watch.End()
	var tables []Published
	var catalogue [][]any
	for i := range r.Datasets {
		d := &r.Datasets[i]
		report, err := r.loadDataset(ctx, db, d, books, inputs)
		if err != nil {
			return nil, err
		}
		order := append(slices.Clone(d.Key), transforms.ColVintageFrom)
		tables = append(tables, Published{Name: d.ID, Order: order}, Published{Name: d.ID + "_history", Order: order})
		catalogue = append(catalogue, r.catalogueRow(d, report))
		r.Watch.Part(d.ID)
	}
	if err := datasetTable.create(ctx, db, catalogue); err != nil {
		return nil, err
	}
	if err := r.loadRun(ctx, db, f); err != nil {
		return nil, err
	}
	return append(tables, standardTables()...), nil
}

// loadDataset loads the fragments of a dataset and has its vintages built.
func (r *running) loadDataset(ctx context.Context, db *duck.DB, d *Dataset, books []lake.Version, inputs []input) (duck.DatasetReport, error) {
	schema, err := d.Schema()
	if err != nil {
		return duck.DatasetReport{}, err
	}
	editions, err := loadEditions(ctx, db, d, books)
	if err != nil {
		return duck.DatasetReport{}, err
	}
	var rejects []duck.Rejected
	var rejected int64
	_, err = db.Load(ctx, d.ID+"__raw", schema, r.fragments(ctx, d, inputs, func(in input, t trailer) {
		for _, x := range t.Rejects {
			rejects = append(rejects, duck.Rejected{
				Dataset: d.ID, SnapshotID: in.version.SHA256, Book: in.version.Name, Sheet: x.Sheet, Cell: x.Cell, Text: x.Text, Reason: x.Reason,
			})
		}
		if t.More > 0 {
			rejects = append(rejects, duck.Rejected{
				Dataset: d.ID, SnapshotID: in.version.SHA256, Book: in.version.Name,
				Reason: fmt.Sprintf("%d more cells or rows of this book could not be used; the first %d are listed", t.More, len(t.Rejects)),
			})
		}
		rejected += t.rejected()
	}))
	if err != nil {
		return duck.DatasetReport{}, fmt.Errorf("load dataset %s: %w", d.ID, err)
	}
	report, err := db.BuildDataset(ctx, duck.Dataset{
		ID: d.ID, Comment: d.comment(), Key: d.Key, Values: d.Values, Columns: d.Columns, Editions: editions,
	})
	if err != nil {
		return report, err
	}
	if err := db.Quarantine(ctx, rejects); err != nil {
		return report, err
	}
	r.result.Counters[CountObservations] += report.Latest
	r.result.Counters[CountQuarantined] += report.Quarantined + rejected
	if report.Quarantined > 0 {
		r.event(ctx, slog.LevelWarn, "load", d.ID, "cells that contradict another cell of the same book: %d; the table quarantine names them", report.Quarantined)
	}
	return report, nil
}

// fragments streams the batches of all fragments of a dataset and tells done of each one's trailer.
func (r *running) fragments(ctx context.Context, d *Dataset, inputs []input, done func(input, trailer)) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for _, in := range inputs {
			if in.dataset != d {
				continue
			}
			if !r.fragment(ctx, in, done, yield) {
				return
			}
		}
	}
}

// fragment streams one fragment; it is false when the stream has to end.
func (r *running) fragment(ctx context.Context, in input, done func(input, trailer), yield func(arrow.RecordBatch, error) bool) bool {
	blob, ok, err := r.Lake.Fragment(ctx, in.key(r.Engine))
	if err == nil && !ok {
		err = fmt.Errorf("the fragment of %s is gone from the lake while the run needed it", in.version.Name)
	}
	if err != nil {
		yield(nil, err)
		return false
	}
	defer blob.Close()
	t, stream, err := readTrailer(blob)
	if err != nil {
		yield(nil, err)
		return false
	}
	for b, err := range batches(blob, stream) {
		if !yield(b, err) || err != nil {
			return false
		}
	}
	done(in, t)
	return true
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
