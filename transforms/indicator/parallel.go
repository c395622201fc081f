package indicator

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms/lineage"
	"github.com/statloom/statloom/transforms/query"
)

// computeAll computes every model and indicator as soon as all that it reads is there, several at a time. What is made
// does not hang on who comes first: rows are put in their order when all are there. Of several errors it gives those of
// the first in order; all that does not read what went wrong is run to its end, so that it is the same error every time.
func (b *builder) computeAll(ctx context.Context) error {
	b.recorder = &recorder{cells: newCells(ctx, b), used: make([]uint8, len(b.rewriter.Places()))}
	limit := b.parallel
	if limit == 0 {
		limit = min(4, runtime.GOMAXPROCS(0))
	}
	turns := make(chan struct{}, limit)
	var nodes, ahead errgroup.Group
	ended := map[*node]chan struct{}{}
	for _, n := range b.order {
		ended[n] = make(chan struct{})
	}
	results := make([]error, len(b.order))
	for i, n := range b.order {
		nodes.Go(func() error {
			defer close(ended[n])
			for _, other := range n.needs {
				<-ended[other]
				n.failed = n.failed || other.failed
			}
			turns <- struct{}{}
			defer func() { <-turns }()
			if n.failed {
				return nil
			}
			results[i] = b.compute(ctx, n, func(f func() error) { ahead.Go(f) })
			n.failed = results[i] != nil
			return nil
		})
	}
	_ = nodes.Wait()
	_ = ahead.Wait() // who needed it has had the error
	for _, err := range results {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// compute makes a node's rows: an indicator's, or those of a model that is computed once. What can be read ahead of the
// values that need it is started apart.
func (b *builder) compute(ctx context.Context, n *node, start func(func() error)) error {
	if n.indicator == nil && b.untraced {
		return b.keepPlain(ctx, n)
	}
	sql := n.rows
	if n.indicator == nil {
		sql = n.traced
	}
	if sql != "" && !b.untraced {
		if err := b.db.Exec(ctx, "INSERT INTO "+duck.Ident(internedName(n))+" "+sql); err != nil {
			return fmt.Errorf("compute %s %s: %w", n.kind(), n.id, query.Reason(err))
		}
		b.recorder.cells.prefetch(b.kept(n), start)
		b.recorder.cells.prepare(b.kept(n), start)
	}
	if n.indicator == nil {
		return nil
	}
	return b.fill(ctx, n)
}

// kept is the relation of the rows that are kept of a node.
func (b *builder) kept(n *node) *lineage.Relation {
	if n.indicator == nil {
		return n.relation
	}
	return b.readable.made[internedName(n)]
}

// keepPlain computes a model once, as recording does, but records nothing.
func (b *builder) keepPlain(ctx context.Context, n *node) error {
	if n.relation.Kind != lineage.Interned {
		return nil
	}
	table := duck.Ident("__plain_" + n.name)
	err := b.db.Exec(ctx, fmt.Sprintf("CREATE TABLE %s AS %s; CREATE OR REPLACE VIEW %s AS FROM %s", table, n.query.SQL, duck.Ident(n.name), table))
	if err != nil {
		return fmt.Errorf("compute model %s: %w", n.id, query.Reason(err))
	}
	return nil
}
