package indicator

import (
	"context"

	"github.com/statloom/statloom/pipeline/duck"
)

// BuildUntraced builds without recording, to measure what recording costs.
func BuildUntraced(ctx context.Context, db *duck.DB, set Set) (Result, error) {
	return build(ctx, &builder{db: db, set: set, untraced: true})
}

// BuildParallel builds with so many models and indicators at a time.
func BuildParallel(ctx context.Context, db *duck.DB, set Set, parallel int) (Result, error) {
	return build(ctx, &builder{db: db, set: set, parallel: parallel})
}
