// Package check holds tables to what is expected of them: every expectation becomes one query that returns the rows
// that break it, with the book, sheet and cell they come from.
package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
	MessageVI  string              `json:"message_vi,omitempty"`
	Examples   []Example           `json:"examples,omitempty"` // the first failures
	Note       transforms.Text     `json:"note,omitzero"`
	Past
}

// Setting is what checks know besides the tables.
type Setting struct {
	Keys   map[string][]string // key columns of tables, by which messages name rows
	Now    time.Time           // by which freshness is judged
	Before map[string]Past     // how checks went before, by id
}

// Example is a row that breaks an expectation. Book, sheet and cell are empty where the row has no single place.
type Example struct {
	Book  string `json:"book,omitempty"`
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"`
	Text  string `json:"text"`
	VI    string `json:"text_vi,omitempty"`
}

// in writes the example with its text, and the words for sheet and cell, of a language.
func (e Example) in(vi bool) string {
	if !vi {
		return e.String()
	}
	text := e.place(`trang "`, "ô ")
	if text == "" {
		return e.VI
	}
	return text + ": " + e.VI
}

// String reads `book.xlsx, sheet "A", cell B7: text`.
func (e Example) String() string {
	if place := e.place(`sheet "`, "cell "); place != "" {
		return place + ": " + e.Text
	}
	return e.Text
}

func (e Example) place(sheet, cell string) string {
	var parts []string
	if e.Book != "" {
		parts = append(parts, e.Book)
	}
	if e.Sheet != "" {
		parts = append(parts, sheet+e.Sheet+`"`)
	}
	if e.Cell != "" {
		parts = append(parts, cell+e.Cell)
	}
	return strings.Join(parts, ", ")
}

// Run makes the checks, in their order, and the table of their results. The error is of Run itself: what is wrong with a
// check is in its result.
func Run(ctx context.Context, db *duck.DB, checks []transforms.Check, in Setting) ([]Result, error) {
	results := make([]Result, len(checks))
	for i, c := range checks {
		results[i] = run(ctx, db, c, in)
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("run check %s: %w", c.ID, err)
		}
	}
	if err := write(ctx, db, results); err != nil {
		return nil, fmt.Errorf("write table %s: %w", Table, err)
	}
	return results, nil
}

func run(ctx context.Context, db *duck.DB, c transforms.Check, in Setting) Result {
	r := Result{ID: c.ID, Kind: c.Kind, Table: c.Table, Severity: c.Severity, Note: c.Note}
	if r.Severity == "" {
		r.Severity = transforms.SevError
	}
	sql, err := compile(ctx, db, c, in)
	var found findings
	if err == nil {
		found, err = find(ctx, db, sql)
	}
	if err != nil {
		r.Status, r.Message, r.MessageVI = Error, "the check cannot be made: "+err.Error(), "không kiểm tra được: "+err.Error()
	} else {
		r.Failures, r.NotChecked, r.Examples = found.failed.count, found.unchecked.count, found.failed.examples
		r.Status, r.Message, r.MessageVI = found.conclude(c)
	}
	r.Passed = r.Status == Passed
	r.Past = in.Before[c.ID].next(r.Passed, in.Now)
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
		SELECT verdict, n, coalesce(book, ''), coalesce(sheet, ''), coalesce(cell, ''), coalesce(text, ''), coalesce(text_vi, '') FROM (
			SELECT *, count(*) OVER (PARTITION BY verdict) AS n,
				row_number() OVER (PARTITION BY verdict ORDER BY book, sheet, length(cell), cell, text) AS i
			FROM (SELECT verdict, book::VARCHAR AS book, sheet::VARCHAR AS sheet, cell::VARCHAR AS cell, text::VARCHAR AS text, text_vi::VARCHAR AS text_vi FROM (%s))
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
		if err := rows.Scan(&verdict, &n, &e.Book, &e.Sheet, &e.Cell, &e.Text, &e.VI); err != nil {
			return f, err
		}
		g := groups[verdict]
		g.count = n
		g.examples = append(g.examples, e)
	}
	return f, query.Reason(rows.Err())
}

// compares reports whether a kind of check holds some figures against others: one that finds nothing to compare has not
// passed.
func compares(kind string) bool {
	return slices.Contains([]string{"sum", "shares", "growth", "equal"}, kind)
}

// conclude says what the findings come to, in English and Vietnamese.
func (f findings) conclude(c transforms.Check) (status Status, en, vi string) {
	if compares(c.Kind) {
		en, vi = f.compared()
	}
	switch {
	case f.failed.count > 0:
		if en != "" {
			en, vi = "; "+en, "; "+vi
		}
		return Failed, f.failed.say("failure", "failures") + en, f.failed.sayVI("trường hợp không đạt") + vi
	case compares(c.Kind) && f.passed.count == 0:
		return Failed, "nothing could be checked: " + en, "không có gì để kiểm tra: " + vi
	}
	return Passed, en, vi
}

// compared tells how many groups could be checked.
func (f findings) compared() (en, vi string) {
	if f.unchecked.count == 0 && f.passed.count+f.failed.count == 0 {
		return "no row matches", "không có dòng nào khớp"
	}
	en, vi = fmt.Sprintf("groups checked: %d", f.passed.count+f.failed.count), fmt.Sprintf("số nhóm đã kiểm tra: %d", f.passed.count+f.failed.count)
	if f.unchecked.count > 0 {
		en += ", " + f.unchecked.say("group not checked", "groups not checked")
		vi += ", " + f.unchecked.sayVI("nhóm không kiểm tra được")
	}
	return en, vi
}

// say reads `3 failures, the first: ...`.
func (g group) say(one, many string) string {
	if g.count == 1 {
		return fmt.Sprintf("1 %s: %s", one, g.examples[0])
	}
	return fmt.Sprintf("%d %s, the first: %s", g.count, many, g.examples[0])
}

func (g group) sayVI(what string) string {
	if g.count == 1 {
		return fmt.Sprintf("1 %s: %s", what, g.examples[0].in(true))
	}
	return fmt.Sprintf("%d %s, đầu tiên: %s", g.count, what, g.examples[0].in(true))
}
