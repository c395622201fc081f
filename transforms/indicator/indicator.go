// Package indicator computes indicators and judges targets: SQL declared in the configuration, ordered by what it reads,
// run in DuckDB, and written to tables from which every number can be explained.
package indicator

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
)

// The tables that Build makes.
const (
	Table       = "indicators"          // the values of all indicators
	Catalogue   = "indicator_catalogue" // what each indicator is and how it is made
	Targets     = "targets"             // how each target stands
	Inputs      = "indicator_inputs"    // the cells that every value was computed of
	Projections = "target_projections"  // where targets may go, under scenarios
	Formulas    = "indicator_formulas"  // how it was computed of them

	Edges       = "indicator_edges"        // of every row its shape, and the rows that are its inputs: of these the views above are made
	Shapes      = "indicator_shapes"       // the formulas of a shape
	ShapeInputs = "indicator_shape_inputs" // the inputs of a shape

	BandInputs   = "indicator_band_inputs"   // the same of the bands, obs_low and obs_high
	BandFormulas = "indicator_band_formulas" // and how they were computed
)

// Set is what is declared. The SQL that a declaration keeps in a file stands in its SQL field.
type Set struct {
	Models     []transforms.Model
	Indicators []transforms.Indicator
	Targets    []transforms.Target
	Language   string // which language comments begin with: vi (the default) or en

	Keys         map[string][]string // columns that identify a row, by dataset
	Illustrative []string            // datasets whose figures are made up; what is computed of them is marked
}

// Result says what Build did.
type Result struct {
	Order      []string            // models and indicators in the order they were made
	Inputs     map[string][]string // by model or indicator: the tables, models and indicators it reads
	Indicators []Count             // in the order of the declarations
	Targets    []TargetResult      // in the order of the declarations
}

// Count counts an indicator's rows.
type Count struct {
	Indicator string `json:"indicator"`
	Rows      int64  `json:"rows"`
	Missing   int64  `json:"missing"` // rows without a value
}

// Problem is something wrong with a declaration.
type Problem struct {
	Kind string // model, indicator or target
	ID   string
	Key  string // the key of the declaration it is about: sql, dimensions, at.field
	What string
	Want string // what would be right
}

// String reads `indicator SI01, sql: what is wrong`.
func (p Problem) String() string { return p.Kind + " " + p.ID + ", " + p.Key + ": " + p.What }

func (p Problem) fault() error {
	return &fault.Error{Kind: fault.Config, What: p.String(), Remedy: p.Want}
}

// Build makes a view of every model, the tables Table, Catalogue and Targets, and a view of every indicator, named like
// it in lower case. Nothing is run before all declarations have been looked at. It wants a database in which none of
// this exists yet.
func Build(ctx context.Context, db *duck.DB, set Set) (Result, error) {
	return build(ctx, &builder{db: db, set: set})
}

func build(ctx context.Context, b *builder) (Result, error) {
	problems, err := b.bind(ctx)

	if err != nil {
		return Result{}, err
	}
	if len(problems) > 0 {
		errs := make([]error, len(problems))
		for i, p := range problems {
			errs[i] = p.fault()
		}
		return Result{}, errors.Join(errs...)
	}
	result := Result{Inputs: map[string][]string{}}
	for _, n := range b.order {
		result.Order = append(result.Order, n.id)
		result.Inputs[n.id] = n.reads
	}
	if err := b.computeAll(ctx); err != nil {
		return Result{}, err
	}
	if err := b.dropInterned(ctx); err != nil {
		return Result{}, fmt.Errorf("clear up after the models: %w", err)
	}
	if err := b.conclude(ctx, &result); err != nil {
		return Result{}, err
	}
	return result, nil
}

// conclude puts the rows in their order, judges the targets, and stores beside it how the rows were made.
func (b *builder) conclude(ctx context.Context, result *Result) error {
	order, err := b.settle(ctx)
	if err != nil {
		return fmt.Errorf("finish table %s: %w", Table, err)
	}
	dims, err := b.dimensionComments(ctx)
	if err != nil {
		return fmt.Errorf("describe table %s: %w", Table, err)
	}
	both, beside := errgroup.WithContext(ctx)
	both.Go(func() error { return b.store(beside, order) })
	both.Go(func() error { return b.judge(beside, dims, result) })
	if err := both.Wait(); err != nil {
		return err
	}
	if err := b.views(ctx); err != nil {
		return fmt.Errorf("make view %s: %w", Inputs, err)
	}
	return b.describeRecord(ctx, dims)
}

// judge describes and counts the indicators, and judges the targets.
func (b *builder) judge(ctx context.Context, dims map[string]string, result *Result) (err error) {
	if err := b.describe(ctx, dims); err != nil {
		return fmt.Errorf("describe table %s: %w", Table, err)
	}
	if result.Indicators, err = b.counts(ctx); err != nil {
		return fmt.Errorf("count indicators: %w", err)
	}
	if err := b.catalogue(ctx); err != nil {
		return fmt.Errorf("write %s: %w", Catalogue, err)
	}
	if result.Targets, err = b.targets(ctx); err != nil {
		return fmt.Errorf("judge targets: %w", err)
	}
	return nil
}

// builder carries one Build or Validate.
type builder struct {
	db         *duck.DB
	set        Set
	dimensions []string // all dimensions of all indicators, sorted
	order      []*node
	found      names // what was in the database before

	parallel int  // how many are computed at a time; 0: one for each core, and not more than four
	untraced bool // nothing is recorded: for measuring what recording costs
	rewriter *lineage.Rewriter
	readable *relations
	recorder *recorder
	comments map[string]string // of the columns that were there before, by name
}

// counts counts the rows of each indicator, in the order of the declarations.
func (b *builder) counts(ctx context.Context) ([]Count, error) {
	rows, err := b.db.Query(ctx, `SELECT indicator, count(*), count(*) - count(obs_value) FROM `+Table+` GROUP BY indicator`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]Count{}
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Indicator, &c.Rows, &c.Missing); err != nil {
			return nil, err
		}
		found[c.Indicator] = c
	}
	counts := make([]Count, len(b.set.Indicators))
	for i, ind := range b.set.Indicators {
		counts[i] = found[ind.ID]
		counts[i].Indicator = ind.ID
	}
	return counts, rows.Err()
}
