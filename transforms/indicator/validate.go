package indicator

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/pipeline/duck"
)

// Schema describes a dataset by what its reader emits.
type Schema struct {
	Dataset string
	Arrow   *arrow.Schema
}

// Validate looks at all declarations as Build does before it runs anything, over datasets that hold nothing. prepare
// makes what else a release holds, such as code lists and macros; it may be nil. The error is of the looking itself.
func Validate(ctx context.Context, set Set, datasets []Schema, prepare func(context.Context, *duck.DB) error) ([]Problem, error) {
	_, problems, err := Examine(ctx, set, datasets, prepare)
	return problems, err
}

// Examine validates, and tells what reads what.
func Examine(ctx context.Context, set Set, datasets []Schema, prepare func(context.Context, *duck.DB) error) (g Graph, problems []Problem, err error) {
	db, err := duck.Create(ctx, ":memory:", duck.Options{Threads: 1})
	if err != nil {
		return Graph{}, nil, fmt.Errorf("make a database to validate in: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if prepare != nil {
		if err := prepare(ctx, db); err != nil {
			return Graph{}, nil, fmt.Errorf("make a database to validate in: %w", err)
		}
	}
	for _, d := range datasets {
		if err := d.make(ctx, db); err != nil {
			return Graph{}, nil, fmt.Errorf("make an empty dataset %s: %w", d.Dataset, err)
		}
	}
	b := &builder{db: db, set: set}
	problems, err = b.bind(ctx)
	if err != nil {
		return Graph{}, nil, err
	}
	return b.graph(datasets), problems, nil
}

// make makes what a release has of a dataset: all vintages, the latest, and those of a time.
func (s Schema) make(ctx context.Context, db *duck.DB) error {
	history := s.Dataset + "_history"
	none := func(func(arrow.RecordBatch, error) bool) {}
	if _, err := db.Load(ctx, history, s.Arrow, none); err != nil {
		return err
	}
	return db.Exec(ctx, fmt.Sprintf(`
		ALTER TABLE %[1]s ADD COLUMN vintage_to TIMESTAMPTZ;
		ALTER TABLE %[1]s ADD COLUMN correction VARCHAR;
		CREATE VIEW %[2]s AS SELECT * FROM %[1]s WHERE vintage_to IS NULL;
		CREATE MACRO %[3]s(ts) AS TABLE SELECT * FROM %[1]s WHERE vintage_from <= CAST(ts AS TIMESTAMPTZ)`,
		duck.Ident(history), duck.Ident(s.Dataset), duck.Ident(s.Dataset+"_asof")))
}
