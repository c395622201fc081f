package pipeline

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/pipeline/duck"
)

var concordanceTable = tableSpec{
	name:    "concordances",
	comment: "Bảng chuyển mã — How codes become those of another list or of another time; the weights of a from_code add up to one",
	columns: []columnSpec{
		{"concordance", textType, "Id of the concordance"},
		{"from_list", textType, "Code list of from_code, as in code_lists"},
		{"from_code", textType, "Code that is carried"},
		{"to_list", textType, "Code list of to_code, as in code_lists"},
		{"to_code", textType, "Code it is carried to"},
		{"weight", number, "What part of from_code goes to to_code; null: not known, and figures cannot be carried"},
		{"valid_from", arrow.FixedWidthTypes.Date32, "First day on which the new codes hold"},
		{"note", textType, "What the row rests on"},
	},
}

// loadConcordances makes the table of concordances, which is empty where none is declared.
func (r *Runner) loadConcordances(ctx context.Context, db *duck.DB) error {
	rows := make([][]any, len(r.Concordances))
	for i, c := range r.Concordances {
		rows[i] = []any{c.Concordance, c.FromList, c.FromCode, c.ToList, c.ToCode, c.Weight, c.ValidFrom, c.Note}
	}
	return concordanceTable.create(ctx, db, rows)
}
