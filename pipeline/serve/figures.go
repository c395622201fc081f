package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/trace"
)

// Bounds of what is given at a time.
const (
	rowsPreset = 100
	rowsMost   = 10_000
	maxOffset  = 100_000_000
	maxValues  = 200 // of one filter
)

// asking lets a request ask a release, bounded in time and number.
func (s *Server) asking(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, o *opened, db *duck.DB) error) {
	o, leave, err := s.stock.take(r.URL.Query().Get("release"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer leave()
	if notModified(w, r, o) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	end, ok := s.queries.take(ctx, s.patience)
	if !ok {
		w.Header().Set("Retry-After", "5")
		s.fail(w, r, &problem{http.StatusServiceUnavailable, "too many questions are being answered"})
		return
	}
	defer end()
	db, err := o.database(s.Duck)
	if err == nil {
		err = do(ctx, o, db)
	}
	if err != nil {
		w.Header().Del("ETag")
		s.fail(w, r, err)
	}
}

// rows runs a SELECT and gives its rows as JSON objects.
func rows(ctx context.Context, db *duck.DB, sql string, args ...any) ([]json.RawMessage, error) {
	result, err := db.Query(ctx, "SELECT to_json(t)::VARCHAR FROM ("+sql+") t", args...)
	if err != nil {
		return nil, fmt.Errorf("ask the release: %w", err)
	}
	defer result.Close()
	out := []json.RawMessage{}
	for result.Next() {
		var text string
		if err := result.Scan(&text); err != nil {
			return nil, fmt.Errorf("ask the release: %w", err)
		}
		out = append(out, json.RawMessage(text))
	}
	return out, result.Err()
}

// list answers with all rows of a SELECT.
func (s *Server) list(w http.ResponseWriter, r *http.Request, name, table, order string) {
	if err := only(r.URL.Query(), "release"); err != nil {
		s.fail(w, r, err)
		return
	}
	s.asking(w, r, func(ctx context.Context, o *opened, db *duck.DB) error {
		found := []json.RawMessage{}
		var err error
		if columns(o, table) != nil { // a configuration without indicators has no table of them
			found, err = rows(ctx, db, "FROM "+table+" ORDER BY "+order)
		}
		if err == nil {
			s.answer(w, http.StatusOK, map[string]any{"release": o.ID, "illustrative": o.Illustrative, name: found})
		}
		return err
	})
}

func (s *Server) datasets(w http.ResponseWriter, r *http.Request) {
	s.list(w, r, "datasets", "datasets", "dataset")
}

func (s *Server) targets(w http.ResponseWriter, r *http.Request) {
	s.list(w, r, "targets", "targets", "ALL")
}

// indicators lists the indicators there are.
func (s *Server) indicators(w http.ResponseWriter, r *http.Request) {
	s.list(w, r, "indicators", "indicator_catalogue", "indicator")
}

// manifest gives the manifest of the release.
func (s *Server) manifest(w http.ResponseWriter, r *http.Request) {
	if err := only(r.URL.Query(), "release"); err != nil {
		s.fail(w, r, err)
		return
	}
	o, leave, err := s.stock.take(r.URL.Query().Get("release"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer leave()
	if !notModified(w, r, o) {
		s.answer(w, http.StatusOK, o.Manifest)
	}
}

// dataset gives rows of a dataset: the latest vintage, all of them, or what was known at a time.
func (s *Server) dataset(w http.ResponseWriter, r *http.Request) {
	s.asking(w, r, func(ctx context.Context, o *opened, db *duck.DB) error {
		id := r.PathValue("dataset")
		if err := there(ctx, o, db, "datasets", "dataset", id); err != nil {
			return err
		}
		q := r.URL.Query()
		table, shape, args := duck.Ident(id), id, []any(nil)
		switch vintages, at := q.Get("vintages"), q.Get("as_of"); {
		case vintages != "" && vintages != "latest" && vintages != "all":
			return &problem{http.StatusBadRequest, "vintages can be latest or all"}
		case vintages == "all" && at != "":
			return &problem{http.StatusBadRequest, "give one of vintages and as_of"}
		case vintages == "all":
			table, shape = duck.Ident(id+"_history"), id+"_history"
		case at != "":
			when, err := moment(at)
			if err != nil {
				return err
			}
			table, args = duck.Ident(id+"_asof")+"(?::TIMESTAMPTZ)", []any{when.UTC().Format("2006-01-02 15:04:05.999999+00")}
		}
		return s.page(ctx, w, r, o, db, selection{table: table, args: args, columns: columns(o, shape, id), other: []string{"vintages", "as_of"}, about: "dataset", name: id})
	})
}

// indicator gives values of an indicator.
func (s *Server) indicator(w http.ResponseWriter, r *http.Request) {
	s.asking(w, r, func(ctx context.Context, o *opened, db *duck.DB) error {
		id := r.PathValue("indicator")
		if err := there(ctx, o, db, "indicator_catalogue", "indicator", id); err != nil {
			return err
		}
		return s.page(ctx, w, r, o, db, selection{
			table: "(FROM indicators WHERE indicator = ?)", args: []any{id}, columns: columns(o, "indicators"), about: "indicator", name: id,
		})
	})
}

// there refuses a name that a table of the release does not list.
func there(ctx context.Context, o *opened, db *duck.DB, table, column, name string) error {
	var found []json.RawMessage
	var err error
	if columns(o, table) != nil {
		found, err = rows(ctx, db, "SELECT 1 FROM "+table+" WHERE "+column+" = ?", name)
	}
	if err == nil && len(found) == 0 {
		err = &problem{http.StatusNotFound, "the release has no such " + column}
	}
	return err
}

// moment reads a date, whose end it means, or a time.
func moment(text string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t.AddDate(0, 0, 1).Add(-time.Microsecond), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, &problem{http.StatusBadRequest, "as_of has to be a date or a time: 2026-03-29 or 2026-03-29T08:00:00Z"}
	}
	return t, nil
}

// columns gives the columns of the first of some tables that the manifest describes.
func columns(o *opened, tables ...string) []string {
	for _, name := range tables {
		for _, t := range o.Tables {
			if t.Name == name {
				return names(t.Columns)
			}
		}
	}
	return nil
}

func names(list []release.Column) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Name
	}
	return out
}

// selection is what a page is taken of.
type selection struct {
	table       string
	args        []any
	columns     []string // that may be asked about
	other       []string // parameters that are no columns
	about, name string
}

// page answers with rows that the parameters choose, and with where the next ones are.
func (s *Server) page(ctx context.Context, w http.ResponseWriter, r *http.Request, o *opened, db *duck.DB, sel selection) error {
	q := r.URL.Query()
	limit, err := whole(q, "limit", rowsPreset, rowsMost)
	if err != nil {
		return err
	}
	offset := 0
	if text := q.Get("offset"); text != "" {
		if offset, err = strconv.Atoi(text); err != nil || offset < 0 || offset > maxOffset {
			return &problem{http.StatusBadRequest, "offset has to be a number from 0 on"}
		}
	}
	where, args, err := conditions(q, sel)
	if err != nil {
		return err
	}
	sql := "SELECT * FROM " + sel.table
	if where != "" {
		sql += " WHERE " + where
	}
	sql += fmt.Sprintf(" ORDER BY ALL LIMIT %d OFFSET %d", limit+1, offset)
	found, err := rows(ctx, db, sql, append(slices.Clone(sel.args), args...)...)
	if err != nil {
		return err
	}
	out := map[string]any{"release": o.ID, "illustrative": o.Illustrative, sel.about: sel.name}
	if len(found) > limit {
		found = found[:limit]
		q.Set("offset", strconv.Itoa(offset+limit))
		q.Set("limit", strconv.Itoa(limit))
		q.Set("release", o.ID) // the next page is of the same release, whatever is current by then
		out["next"] = r.URL.Path + "?" + q.Encode()
	}
	out["rows"] = found
	s.answer(w, http.StatusOK, out)
	return nil
}

// conditions makes the WHERE of the parameters that name columns. from and to bound the time of the figures.
func conditions(q url.Values, sel selection) (string, []any, error) {
	var parts []string
	var args []any
	for _, name := range slices.Sorted(maps.Keys(q)) {
		values := q[name]
		switch {
		case slices.Contains([]string{"limit", "offset", "release"}, name) || slices.Contains(sel.other, name):
			continue
		case (name == "from" || name == "to") && slices.Contains(sel.columns, "period_start"):
			day, err := time.Parse(time.DateOnly, values[0])
			if err != nil {
				return "", nil, &problem{http.StatusBadRequest, name + " has to be a date: 2026-03-29"}
			}
			parts = append(parts, map[string]string{"from": "period_end >= ?::DATE", "to": "period_start <= ?::DATE"}[name])
			args = append(args, day.Format(time.DateOnly))
			continue
		case !slices.Contains(sel.columns, name):
			return "", nil, &problem{http.StatusBadRequest, fmt.Sprintf("%.60q is no column; there are %s", name, strings.Join(sel.columns, ", "))}
		case len(values) > maxValues:
			return "", nil, &problem{http.StatusBadRequest, fmt.Sprintf("%s has more than %d values", name, maxValues)}
		}
		parts = append(parts, duck.Ident(name)+"::VARCHAR IN (?"+strings.Repeat(", ?", len(values)-1)+")")
		for _, v := range values {
			args = append(args, v)
		}
	}
	return strings.Join(parts, " AND "), args, nil
}

// trace follows a value back to its cells.
func (s *Server) trace(w http.ResponseWriter, r *http.Request) {
	s.asking(w, r, func(ctx context.Context, o *opened, db *duck.DB) error {
		q := trace.Query{Indicator: r.PathValue("indicator"), At: map[string]string{}}
		for name, values := range r.URL.Query() {
			switch name {
			case "release":
			case "period":
				q.Period = values[0]
			default:
				q.At[name] = values[0]
			}
		}
		value, err := trace.Find(ctx, db, q)
		if err != nil {
			return err
		}
		if s.Texts != nil {
			if err := s.Texts(ctx, value); err != nil {
				return err
			}
		}
		s.answer(w, http.StatusOK, map[string]any{"release": o.ID, "value": value})
		return nil
	})
}
