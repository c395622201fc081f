// Package trace follows a published value back to the cells it was computed of: it asks a release, reads the books from
// the lake, and draws their sheets as they look.
package trace

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
)

// Query says which value is followed. Dimensions that are not named are taken at their total, _T, where there is one.
type Query struct {
	Indicator string
	Period    string // empty: the latest that has a value
	At        map[string]string
	Depth     int // of indicators that are made of indicators; 0 for DefaultDepth
}

// DefaultDepth is how deep indicators are followed into others.
const DefaultDepth = 8

// Value is a value of an indicator and all it was made of.
type Value struct {
	Indicator    string            `json:"indicator"`
	NameVI       string            `json:"name_vi,omitempty"`
	NameEN       string            `json:"name_en,omitempty"`
	DefinitionVI string            `json:"definition_vi,omitempty"` // the formula as people write it
	DefinitionEN string            `json:"definition_en,omitempty"`
	Period       string            `json:"time_period"`
	At           map[string]string `json:"dimensions,omitempty"`
	Value        *float64          `json:"obs_value"`
	Low          *float64          `json:"obs_low,omitempty"`
	High         *float64          `json:"obs_high,omitempty"`
	Status       string            `json:"obs_status"`
	Comment      string            `json:"obs_comment,omitempty"`
	Unit         string            `json:"unit,omitempty"`
	PriceBase    string            `json:"price_base,omitempty"`
	Method       string            `json:"method,omitempty"`
	Decimals     int               `json:"decimals"`
	Illustrative bool              `json:"illustrative"`
	Formula      string            `json:"formula"`      // over inputs: 100 * #1 / #2
	Numbers      string            `json:"with_numbers"` // the same with the numbers put in
	Inputs       []Input           `json:"inputs"`
}

// Input is one thing that went into a value.
type Input struct {
	N       int      `json:"n"`
	Role    string   `json:"role"`
	Weight  *float64 `json:"weight"`
	Kind    string   `json:"kind"` // observation or indicator
	Name    string   `json:"input"`
	Key     string   `json:"key"`
	Column  string   `json:"column,omitempty"`
	Value   *float64 `json:"obs_value"`
	Text    string   `json:"obs_text,omitempty"`
	Unit    string   `json:"unit,omitempty"`
	Status  string   `json:"obs_status,omitempty"`
	Source  *Source  `json:"source,omitempty"` // of an observation
	Made    *Value   `json:"made_of,omitempty"`
	Visited bool     `json:"shown_above,omitempty"` // the same indicator row has been shown already
}

// Source is where an observation stands.
type Source struct {
	Snapshot string `json:"snapshot_id"`
	Book     string `json:"book"`
	URI      string `json:"uri"`
	Producer string `json:"producer,omitempty"`
	Sheet    string `json:"sheet"`
	Cell     string `json:"cell"`
	Vintage  string `json:"vintage"`
	InCell   string `json:"text_in_cell"` // as it stands there; empty until Read
	Problem  string `json:"problem,omitempty"`
}

// Find follows a value through a release.
func Find(ctx context.Context, db *duck.DB, q Query) (*Value, error) {
	f := &finder{db: db, depth: q.Depth, seen: map[string]bool{}}
	if f.depth <= 0 {
		f.depth = DefaultDepth
	}
	if err := f.books(ctx); err != nil {
		return nil, err
	}
	return f.find(ctx, q, 0)
}

type finder struct {
	db    *duck.DB
	depth int
	seen  map[string]bool
	names map[string]Source // by snapshot
}

// books reads the names of all books.
func (f *finder) books(ctx context.Context) error {
	f.names = map[string]Source{}
	return f.each(ctx, `SELECT snapshot_id, any_value(name ORDER BY uri, version), any_value(uri ORDER BY uri, version), coalesce(any_value(producer ORDER BY uri, version), '')
		FROM snapshots GROUP BY snapshot_id`, nil, func(rows *sql.Rows) error {
		var s Source
		err := rows.Scan(&s.Snapshot, &s.Book, &s.URI, &s.Producer)
		f.names[s.Snapshot] = s
		return err
	})
}

// each runs a query and visits its rows.
func (f *finder) each(ctx context.Context, query string, args []any, visit func(*sql.Rows) error) error {
	rows, err := f.db.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("ask the release: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := visit(rows); err != nil {
			return fmt.Errorf("ask the release: %w", err)
		}
	}
	return rows.Err()
}

// column finds the indicator in the catalogue and gives its dimensions.
func (f *finder) describe(ctx context.Context, v *Value) ([]string, error) {
	var dims string
	found := false
	err := f.each(ctx, `SELECT indicator, coalesce(name_vi, ''), coalesce(name_en, ''), coalesce(formula_vi, ''), coalesce(formula_en, ''),
			coalesce(dimensions, ''), decimals FROM indicator_catalogue WHERE lower(indicator) = lower(?)`, []any{v.Indicator}, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&v.Indicator, &v.NameVI, &v.NameEN, &v.DefinitionVI, &v.DefinitionEN, &dims, &v.Decimals)
	})
	if err == nil && !found {
		err = &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the release has no indicator %s", v.Indicator), Remedy: `see: statloom sql -c "FROM indicator_catalogue"`}
	}
	return strings.FieldsFunc(dims, func(r rune) bool { return r == ',' || r == ' ' }), err
}

func (f *finder) find(ctx context.Context, q Query, depth int) (*Value, error) {
	v := &Value{Indicator: q.Indicator, At: map[string]string{}}
	dims, err := f.describe(ctx, v)
	if err != nil {
		return nil, err
	}
	for d := range q.At {
		if !slices.Contains(dims, d) {
			return nil, &fault.Error{Kind: fault.Config, What: fmt.Sprintf("indicator %s has no dimension %s", v.Indicator, d),
				Remedy: "its dimensions: " + strings.Join(append(dims, "time_period"), ", ")}
		}
	}
	where, args := []string{"indicator = ?"}, []any{v.Indicator}
	for _, d := range dims {
		value, ok := q.At[d]
		if !ok {
			value = "_T"
		}
		v.At[d] = value
		where, args = append(where, duck.Ident(d)+" = ?"), append(args, value)
	}
	if q.Period != "" {
		where, args = append(where, "time_period = ?"), append(args, q.Period)
	}
	found := false
	err = f.each(ctx, `SELECT time_period, obs_value, obs_low, obs_high, obs_status, coalesce(obs_comment, ''), coalesce(unit, ''),
			coalesce(price_base, ''), coalesce(method, ''), illustrative FROM indicators
		WHERE `+strings.Join(where, " AND ")+` ORDER BY obs_value IS NULL, period_end DESC, period_start LIMIT 1`, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&v.Period, &v.Value, &v.Low, &v.High, &v.Status, &v.Comment, &v.Unit, &v.PriceBase, &v.Method, &v.Illustrative)
	})
	if err == nil && !found {
		err = f.absent(ctx, v, dims, q)
	}
	if err != nil {
		return nil, err
	}
	if err := f.inputs(ctx, v, dims, depth); err != nil {
		return nil, err
	}
	v.Numbers = v.withNumbers()
	return v, nil
}

// absent says which rows there are.
func (f *finder) absent(ctx context.Context, v *Value, dims []string, q Query) error {
	var have []string
	for _, d := range append(slices.Clone(dims), "time_period") {
		var values string
		err := f.each(ctx, "SELECT coalesce(string_agg(DISTINCT "+duck.Ident(d)+", ', ' ORDER BY "+duck.Ident(d)+"), '') FROM indicators WHERE indicator = ?",
			[]any{v.Indicator}, func(rows *sql.Rows) error { return rows.Scan(&values) })
		if err != nil {
			return err
		}
		have = append(have, d+": "+values)
	}
	at := keyText(v.At)
	if q.Period != "" {
		at = strings.TrimPrefix(at+", time_period="+q.Period, ", ")
	}
	return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("indicator %s has no row at %s", v.Indicator, at), Remedy: "it has " + strings.Join(have, "; ")}
}

// keyText writes dimension values as area=92, field=_T.
func keyText(at map[string]string) string {
	parts := make([]string, 0, len(at))
	for _, d := range slices.Sorted(maps.Keys(at)) {
		parts = append(parts, d+"="+at[d])
	}
	return strings.Join(parts, ", ")
}

// inputs reads what a value was made of.
func (f *finder) inputs(ctx context.Context, v *Value, dims []string, depth int) error {
	where, args := []string{"indicator = ?", "time_period = ?"}, []any{v.Indicator, v.Period}
	for _, d := range dims {
		where, args = append(where, duck.Ident(d)+" = ?"), append(args, v.At[d])
	}
	condition := strings.Join(where, " AND ")
	err := f.each(ctx, "SELECT coalesce(formula, '') FROM indicator_formulas WHERE "+condition, args, func(rows *sql.Rows) error {
		return rows.Scan(&v.Formula)
	})
	if err != nil {
		return err
	}
	err = f.each(ctx, `SELECT n, role, weight, input_kind, input, coalesce(input_key, ''), coalesce(input_column, ''), obs_value, coalesce(obs_text, ''),
			coalesce(unit, ''), coalesce(obs_status, ''), coalesce(snapshot_id, ''), coalesce(sheet, ''), coalesce(cell, ''), vintage_from
		FROM indicator_inputs WHERE `+condition+" ORDER BY n", args, func(rows *sql.Rows) error {
		var in Input
		var s Source
		var vintage *time.Time
		err := rows.Scan(&in.N, &in.Role, &in.Weight, &in.Kind, &in.Name, &in.Key, &in.Column, &in.Value, &in.Text, &in.Unit, &in.Status,
			&s.Snapshot, &s.Sheet, &s.Cell, &vintage)
		if in.Kind == "observation" {
			known := f.names[s.Snapshot]
			s.Book, s.URI, s.Producer = known.Book, known.URI, known.Producer
			if vintage != nil {
				s.Vintage = vintage.UTC().Format(time.RFC3339)
			}
			in.Source = &s
		}
		v.Inputs = append(v.Inputs, in)
		return err
	})
	if err != nil {
		return err
	}
	return f.deeper(ctx, v, depth)
}

// deeper follows the inputs that are indicators themselves, each row once.
func (f *finder) deeper(ctx context.Context, v *Value, depth int) error {
	for i := range v.Inputs {
		in := &v.Inputs[i]
		if in.Kind != "indicator" || depth >= f.depth {
			continue
		}
		if f.seen[in.Name+" "+in.Key] {
			in.Visited = true
			continue
		}
		f.seen[in.Name+" "+in.Key] = true
		q := Query{Indicator: in.Name, At: map[string]string{}}
		for _, part := range strings.Split(in.Key, ", ") {
			if d, value, ok := strings.Cut(part, "="); ok && d == "time_period" {
				q.Period = value
			} else if ok {
				q.At[d] = value
			}
		}
		made, err := f.find(ctx, q, depth+1)
		if err != nil {
			return err
		}
		in.Made = made
	}
	return nil
}

// JSON writes the value for programs.
func (v *Value) JSON() ([]byte, error) { return json.MarshalIndent(v, "", "  ") }

// Observations gives all observations below the value, once each, in order.
func (v *Value) Observations() []*Input {
	var out []*Input
	for i := range v.Inputs {
		in := &v.Inputs[i]
		if in.Source != nil {
			out = append(out, in)
		}
		if in.Made != nil {
			out = append(out, in.Made.Observations()...)
		}
	}
	return out
}
