// Package lineage carries lineage through SQL: it rewrites a SELECT so that a value brings along, as a text, how it was
// made of the cells of datasets; it computes such terms again, apart from the database; and it writes them as formulas.
//
// A term says what happened to one value of one row: which cells were added, multiplied, divided or counted, which branch
// of a CASE was taken and what that hung on. Cells are named by relation, column and row id. What only chose rows (WHERE,
// ON) is not part of it. Models that aggregate are computed once; their terms stay apart and are referred to by row.
package lineage

import (
	"context"
	"fmt"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
)

// ID is the column by which a tracked relation tells its rows apart.
const ID = "__id"

// Kind says what a relation is to lineage.
type Kind int

const (
	Reference Kind = iota // code lists, snapshots and the like: what is read of them counts as a constant
	Leaf                  // a dataset or an indicator: its cells are the inputs
	Interned              // a model computed before: its terms are known by row
	Inline                // a model read as if its SELECT stood in its place
)

// Relation is a table or view that SQL reads.
type Relation struct {
	Name    string
	Kind    Kind
	SQL     string   // Leaf and Interned: a SELECT of all columns and ID; Inline: the model's SELECT
	Columns []Column // of the relation, without ID
	Moves   bool     // its rows get other ids in the end, so that no list may keep them

	lists int // how many lists of row ids its table has
}

// Column is a column with DuckDB's name of its type.
type Column struct{ Name, Type string }

// numeric reports whether the column holds amounts.
func (c Column) numeric() bool {
	for _, t := range []string{"DOUBLE", "FLOAT", "DECIMAL", "HUGEINT", "BIGINT", "INTEGER", "SMALLINT", "TINYINT"} {
		if strings.HasPrefix(strings.TrimPrefix(c.Type, "U"), t) {
			return true
		}
	}
	return false
}

// Catalog finds relations by name, in lower case and without a schema; for name_asof, the second result names the dataset.
type Catalog interface {
	Relation(name string) (*Relation, bool)
	AsOf(function string, at string) (*Relation, bool)
}

// Form says what is carried of a column.
type Form byte

const (
	Value   Form = 'v' // the term that gives its value
	Witness Form = 'w' // the cells that it hangs on, without how
	Row     Form = 'r' // the cells by which the row is there at all
)

// Place is a column of a relation as terms refer to it.
type Place struct {
	Relation *Relation
	Column   string // empty for Row
	Form     Form
}

// Want asks for a column's term.
type Want struct {
	Column string
	Form   Form
}

// Name is the column that holds the term.
func (w Want) Name() string { return "__" + string(w.Form) + "_" + strings.ToLower(w.Column) }

// Refused is a formula that cannot be followed.
type Refused struct{ What, Want string }

func (r *Refused) Error() string { return r.What }

func refuse(want, what string, args ...any) error {
	return &Refused{What: fmt.Sprintf(what, args...), Want: want}
}

// Rewriter rewrites the SELECTs of one release.
type Rewriter struct {
	db         *duck.DB
	catalog    Catalog
	aggregates map[string]bool
	macros     map[string]macro // by name, in lower case
	codes      map[Place]string
	places     []Place
	demands    map[*Relation][]Want // of interned models, in the order they were asked for
	gathers    map[int32]*Gather    // by place
	trees      map[string]string    // what DuckDB says of a SELECT, as it is asked more than once
}

// New makes a rewriter.
func New(ctx context.Context, db *duck.DB, catalog Catalog) (*Rewriter, error) {
	r := &Rewriter{
		db: db, catalog: catalog, aggregates: map[string]bool{}, codes: map[Place]string{},
		demands: map[*Relation][]Want{}, gathers: map[int32]*Gather{}, trees: map[string]string{},
	}
	return r, r.readFunctions(ctx)
}

// Rewrite adds to a SELECT a column for each term that is wanted. With into, the model whose rows it makes, sums are kept
// as lists of row ids; see Gather. An error that is *Refused says what stands in the way.
func (r *Rewriter) Rewrite(ctx context.Context, sql string, wants []Want, into *Relation) (string, error) {
	return r.rewrite(ctx, sql, wants, into, nil)
}

func (r *Rewriter) rewrite(ctx context.Context, sql string, wants []Want, into *Relation, after func(source)) (string, error) {
	tree, err := r.parse(ctx, sql)
	if err != nil {
		return "", err
	}
	w := &writing{Rewriter: r, ctx: ctx, into: into}
	if into != nil {
		into.lists = 0
	}
	src, err := w.query(tree, &scope{})
	if err != nil {
		return "", err
	}
	w.top = src
	for _, want := range wants {
		if err := askNamed(src, want); err != nil {
			return "", err
		}
	}
	if after != nil {
		after(src)
	}
	return print(ctx, r.db, tree)
}

func askNamed(src source, want Want) error {
	if want.Form == Row {
		return src.ask(-1, Row, want.Name())
	}
	for i, name := range src.columns() {
		if strings.EqualFold(name, want.Column) {
			return src.ask(i, want.Form, want.Name())
		}
	}
	if len(src.columns()) == 0 {
		return src.ask(0, want.Form, want.Name()) // it says why
	}
	return refuse("give the column a name with AS", "its column %s cannot be found by name", want.Column)
}

// Aggregates reports whether a SELECT aggregates at its top: such a model is worth computing once.
func (r *Rewriter) Aggregates(ctx context.Context, sql string) (bool, error) {
	tree, err := r.parse(ctx, sql)
	if err != nil {
		return false, err
	}
	return text(tree, "type") == "SELECT_NODE" && r.grouped(tree), nil
}

// Demands gives what has been asked of an interned model so far.
func (r *Rewriter) Demands(rel *Relation) []Want { return r.demands[rel] }

// Places gives what the places of terms stand for, by their number.
func (r *Rewriter) Places() []Place { return r.places }

// code gives the letters that stand for a place in terms: A is place 0, Z 25, AA 26.
func (r *Rewriter) code(p Place) string {
	if code, ok := r.codes[p]; ok {
		return code
	}
	code := ""
	for n := len(r.places); ; n = n/26 - 1 {
		code = string(rune('A'+n%26)) + code
		if n < 26 {
			break
		}
	}
	r.codes[p] = code
	r.places = append(r.places, p)
	if p.Relation.Kind == Interned && p.Form != Gathered {
		r.demands[p.Relation] = append(r.demands[p.Relation], Want{Column: p.Column, Form: p.Form})
	}
	return code
}
