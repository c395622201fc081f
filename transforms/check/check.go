// Package check holds tables to what is expected of them: every expectation becomes one query that returns the rows
// that break it, with the book, sheet and cell they come from.
package check

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/query"
)

// Table is the table of results that Run makes.
const Table = "checks"

// Status says how a check went.
type Status string

const (
	Passed Status = "passed"
	Failed Status = "failed"
	Error  Status = "error" // the check could not be made
)

// Result says how a check went. A check that could not be made, or found nothing that it could look at, has not passed.
type Result struct {
	ID         string              `json:"check"`
	Kind       string              `json:"kind"`
	Table      string              `json:"table,omitempty"`
	Severity   transforms.Severity `json:"severity"`
	Status     Status              `json:"status"`
	Passed     bool                `json:"passed"`
	Failures   int64               `json:"failures"`              // rows or groups that break the expectation
	NotChecked int64               `json:"not_checked,omitempty"` // groups of a sum that lack a part or the total
	Message    string              `json:"message,omitempty"`
	Examples   []Example           `json:"examples,omitempty"` // the first failures
	Note       transforms.Text     `json:"note,omitzero"`
}

// Example is a row that breaks an expectation. Book, sheet and cell are empty where the row has no single place.
type Example struct {
	Book  string `json:"book,omitempty"`
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"`
	Text  string `json:"text"`
}

// String reads `book.xlsx, sheet "A", cell B7: text`.
func (e Example) String() string {
	var place string
	add := func(text string) {
		if place != "" {
			place += ", "
		}
		place += text
	}
	if e.Book != "" {
		add(e.Book)
	}
	if e.Sheet != "" {
		add(`sheet "` + e.Sheet + `"`)
	}
	if e.Cell != "" {
		add("cell " + e.Cell)
	}
	if place == "" {
		return e.Text
	}
	return place + ": " + e.Text
}

// Standard gives the checks that hold for every dataset: its key tells its rows apart, and it is not empty. keys holds
// the key columns of each dataset.
func Standard(keys map[string][]string) []transforms.Check {
	one := 1.0
	var checks []transforms.Check
	for _, dataset := range slices.Sorted(maps.Keys(keys)) {
		checks = append(checks,
			transforms.Check{ID: dataset + ".key", Kind: "unique", Table: dataset, Columns: keys[dataset], Severity: transforms.SevError, Note: transforms.Text{
				VI: "Khóa của bộ dữ liệu không trùng nhau", EN: "No two rows share the dataset's key",
			}},
			transforms.Check{ID: dataset + ".rows", Kind: "rows", Table: dataset, Min: &one, Severity: transforms.SevError, Note: transforms.Text{
				VI: "Bộ dữ liệu không rỗng", EN: "The dataset is not empty",
			}})
	}
	return checks
}

// Run makes the checks, in their order, and the table of their results. keys holds the key columns of tables, by which
// messages name rows. The error is of Run itself: what is wrong with a check is in its result.
func Run(ctx context.Context, db *duck.DB, checks []transforms.Check, keys map[string][]string) ([]Result, error) {
	results := make([]Result, len(checks))
	for i, c := range checks {
		results[i] = run(ctx, db, c, keys[c.Table])
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("run check %s: %w", c.ID, err)
		}
	}
	if err := write(ctx, db, results); err != nil {
		return nil, fmt.Errorf("write table %s: %w", Table, err)
	}
	return results, nil
}

func run(ctx context.Context, db *duck.DB, c transforms.Check, key []string) Result {
	r := Result{ID: c.ID, Kind: c.Kind, Table: c.Table, Severity: c.Severity, Note: c.Note}
	if r.Severity == "" {
		r.Severity = transforms.SevError
	}
	sql, err := compile(ctx, db, c, key)
	var found findings
	if err == nil {
		found, err = find(ctx, db, sql)
	}
	if err != nil {
		r.Status, r.Message = Error, "the check cannot be made: "+err.Error()
		return r
	}
	r.Failures, r.NotChecked, r.Examples = found.failed.count, found.unchecked.count, found.failed.examples
	r.Status, r.Message = found.conclude(c)
	r.Passed = r.Status == Passed
	return r
}

// A compiled check returns rows of these verdicts.
const (
	verdictPassed    = "passed" // a group of a sum that adds up; other kinds return no such rows
	verdictFailed    = "failed"
	verdictUnchecked = "unchecked"
)

const exampleLimit = 10

// group counts the rows of one verdict and keeps the first.
type group struct {
	count    int64
	examples []Example
}

type findings struct{ passed, failed, unchecked group }

// find runs a compiled check.
func find(ctx context.Context, db *duck.DB, sql string) (findings, error) {
	var f findings
	rows, err := db.Query(ctx, fmt.Sprintf(`
		SELECT verdict, n, coalesce(book, ''), coalesce(sheet, ''), coalesce(cell, ''), coalesce(text, '') FROM (
			SELECT *, count(*) OVER (PARTITION BY verdict) AS n,
				row_number() OVER (PARTITION BY verdict ORDER BY book, sheet, length(cell), cell, text) AS i
			FROM (SELECT verdict, book::VARCHAR AS book, sheet::VARCHAR AS sheet, cell::VARCHAR AS cell, text::VARCHAR AS text FROM (%s))
		) WHERE i <= %d ORDER BY verdict, i`, sql, exampleLimit))
	if err != nil {
		return f, query.Reason(err)
	}
	defer rows.Close()
	groups := map[string]*group{verdictPassed: &f.passed, verdictFailed: &f.failed, verdictUnchecked: &f.unchecked}
	for rows.Next() {
		var verdict string
		var n int64
		var e Example
		if err := rows.Scan(&verdict, &n, &e.Book, &e.Sheet, &e.Cell, &e.Text); err != nil {
			return f, err
		}
		g := groups[verdict]
		g.count = n
		g.examples = append(g.examples, e)
	}
	return f, query.Reason(rows.Err())
}

// conclude says what the findings come to.
func (f findings) conclude(c transforms.Check) (Status, string) {
	var message string
	if c.Kind == "sum" {
		message = f.sums()
	}
	switch {
	case f.failed.count > 0:
		if message != "" {
			message = "; " + message
		}
		return Failed, f.failed.say("failure", "failures") + message
	case c.Kind == "sum" && f.passed.count == 0:
		return Failed, "nothing could be checked: " + message
	}
	return Passed, message
}

// sums tells how many groups of a sum could be checked.
func (f findings) sums() string {
	if f.unchecked.count == 0 && f.passed.count+f.failed.count == 0 {
		return "no row matches the total or the parts"
	}
	message := fmt.Sprintf("groups checked: %d", f.passed.count+f.failed.count)
	if f.unchecked.count > 0 {
		message += ", " + f.unchecked.say("group not checked", "groups not checked")
	}
	return message
}

// say reads `3 failures, the first: ...`.
func (g group) say(one, many string) string {
	if g.count == 1 {
		return fmt.Sprintf("1 %s: %s", one, g.examples[0])
	}
	return fmt.Sprintf("%d %s, the first: %s", g.count, many, g.examples[0])
}
