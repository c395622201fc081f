package report

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dataset is the page of a dataset. One of observations is a list of series, a register a list of records.
type dataset struct {
	ID           string      `json:"id"`
	File         string      `json:"file"`
	Name         text        `json:"name"`
	Note         text        `json:"note"`
	Licence      string      `json:"licence,omitempty"`
	Sources      []string    `json:"sources"`
	Illustrative bool        `json:"illustrative,omitempty"`
	Kind         string      `json:"kind"` // series or records
	Rows         int64       `json:"rows"`
	History      int64       `json:"history"`
	Quarantined  int64       `json:"quarantined"`
	Key          []string    `json:"key"`
	Columns      []dimension `json:"columns"` // what tells series apart, or all columns of a register
	Numbers      []bool      `json:"numbers"` // which columns hold numbers
	Text         []string    `json:"text"`    // that series refer to by number
	Series       []any       `json:"series,omitempty"`
	Files        []rowFile   `json:"files"`
	Left         *leftOut    `json:"left,omitempty"`

	table string // that is shown
	where string
	file  fileInProgress
	days  map[string]bool // on which rows that are shown became known
}

// rowFile says which series or records a file holds: so many from the first on.
type rowFile struct {
	Name  string `json:"name"`
	First int    `json:"first"`
	Count int    `json:"count"`
}

// fileInProgress collects the series or records of a file.
type fileInProgress struct {
	text  index
	items []any
	rows  int
	first int
}

const (
	rowsInFile    = 2_000 // observations
	recordsInFile = 500
)

// provenance are the columns of every dataset that say where a row comes from.
var provenance = []string{"snapshot_id", "sheet", "cell", "vintage_from", "vintage_to"}

// writeDatasets writes the pages' data of all datasets.
func (w *writer) writeDatasets(ctx context.Context) error {
	if err := w.readDatasets(ctx); err != nil {
		return err
	}
	for _, d := range w.datasets {
		write := w.writeRecords
		if d.Kind == "series" {
			write = w.writeSeries
		}
		if err := write(ctx, d); err != nil {
			return err
		}
		if err := w.data("dataset/"+d.File, d); err != nil {
			return err
		}
	}
	return w.data("datasets", w.listed())
}

// listed gives the datasets as lists of them show them.
func (w *writer) listed() []map[string]any {
	list := make([]map[string]any, 0, len(w.datasets))
	for _, d := range w.datasets {
		list = append(list, map[string]any{"id": d.ID, "file": d.File, "name": d.Name, "note": d.Note, "kind": d.Kind, "rows": d.Rows,
			"history": d.History, "illustrative": d.Illustrative, "sources": d.Sources, "licence": d.Licence})
	}
	return list
}

func (w *writer) readDatasets(ctx context.Context) error {
	if !w.ask.has("datasets", "dataset", "name_vi", "key", "history_rows", "quarantined") {
		return nil
	}
	columns := append(texts("dataset", "name_vi", "name_en", "note_vi", "note_en", "licence", "sources", "key"),
		`"illustrative"::BOOLEAN`, `"rows"::BIGINT`, `"history_rows"::BIGINT`, `"quarantined"::BIGINT`)
	return w.ask.each(ctx, from("datasets", columns...)+" ORDER BY dataset", func(r row) error {
		d := &dataset{
			ID: r.text(0), File: fileName(r.text(0)), Name: text{r.text(1), r.text(2)}, Note: text{r.text(3), r.text(4)}, Licence: r.text(5),
			Sources: split(r.text(6)), Key: strings.Fields(r.text(7)), Illustrative: r.yes(8), Rows: r.whole(9), History: r.whole(10), Quarantined: r.whole(11),
			Text: []string{}, Files: []rowFile{}, Numbers: []bool{}, Kind: "records",
		}
		d.table = d.ID + "_history"
		if !w.wanted(d.ID) || !w.ask.has(d.table, append(provenance, d.Key...)...) {
			return nil
		}
		if w.ask.has(d.table, "obs_value", "time_period", "period_start", "period_end", "obs_status", "obs_comment", "unit", "price_base") {
			d.Kind = "series"
		}
		d.bound(int64(w.options.Observations))
		w.datasets = append(w.datasets, d)
		if d.Left != nil {
			w.left = append(w.left, *d.Left)
		}
		return nil
	})
}

// bound chooses what is shown of a dataset: all vintages, or of a large one the latest, or as many of these as may be.
func (d *dataset) bound(most int64) {
	d.where = " WHERE (vintage_to IS NULL OR vintage_to > vintage_from)" // others were replaced as they appeared
	shown := d.History
	if shown > most {
		d.where = " WHERE vintage_to IS NULL"
		shown = min(d.Rows, most)
		d.Left = &leftOut{"observations", d.ID, shown, d.History}
	}
}

// limit ends a query that shows no more than it may.
func (d *dataset) limit() string {
	if d.Left == nil {
		return ""
	}
	return " LIMIT " + strconv.FormatInt(d.Left.Shown, 10)
}

// totalFirst orders by columns with the code of the total in front.
func totalFirst(columns []string) string {
	parts := make([]string, 0, 2*len(columns))
	for _, c := range columns {
		parts = append(parts, "("+ident(c)+"::VARCHAR = '_T') DESC NULLS LAST", ident(c)+" NULLS FIRST")
	}
	return strings.Join(parts, ", ")
}

// flush writes the file that is being filled.
func (w *writer) flush(d *dataset) error {
	f := &d.file
	if len(f.items) == 0 {
		return nil
	}
	name := "rows/" + d.File + "-" + strconv.Itoa(len(d.Files))
	d.Files = append(d.Files, rowFile{name, f.first, len(f.items)})
	content := map[string]any{"text": f.text.values(), "items": f.items}
	*f = fileInProgress{first: f.first + len(f.items)}
	return w.data(name, content)
}

// writeRecords writes a register: files of records, each with its earlier vintages behind it.
func (w *writer) writeRecords(ctx context.Context, d *dataset) error {
	var columns, selected []string
	for _, name := range w.ask.tables[d.table].names {
		if slices.Contains(provenance, name) || name == "correction" {
			continue
		}
		columns = append(columns, name)
		number := isNumber(w.ask.tables[d.table].columns[name].Type)
		d.Numbers = append(d.Numbers, number)
		if number {
			selected = append(selected, asNumber(name))
		} else {
			selected = append(selected, asText(name))
		}
	}
	d.Columns = w.dimensions(d.table, columns)
	key := make([]int, 0, len(d.Key))
	for _, k := range d.Key {
		key = append(key, slices.Index(columns, k))
	}
	n := len(selected)
	selected = append(selected, texts("snapshot_id", "sheet", "cell")...)
	selected = append(selected, micros("vintage_from"), micros("vintage_to"))
	before, open := "", []any(nil)
	end := func() {
		if open != nil {
			d.file.items = append(d.file.items, open)
		}
	}
	err := w.ask.each(ctx, from(d.table, selected...)+d.where+" ORDER BY "+totalFirst(d.Key)+", vintage_from DESC"+d.limit(), func(r row) error {
		is := ""
		for _, k := range key {
			is += r.display(k) + "\x00"
		}
		if is != before || open == nil {
			end()
			open, before = nil, is
			if len(d.file.items) >= recordsInFile {
				if err := w.flush(d); err != nil {
					return err
				}
			}
		}
		values := make([]any, n, n+5)
		for i := range n {
			if d.Numbers[i] {
				values[i] = r.number(i)
			} else if !r.null(i) {
				values[i] = r.text(i)
				d.Columns[i].saw(r.text(i), "")
			}
		}
		open = append(open, append(values, w.origin(d, r, n)...))
		return nil
	})
	if err != nil {
		return err
	}
	end()
	w.label(d.Columns)
	return w.flush(d)
}

// display gives what a row holds in a column for comparing.
func (r row) display(c int) string {
	if v := r.number(c); v != nil {
		return strconv.FormatFloat(*v, 'g', -1, 64)
	}
	return r.text(c)
}

// origin gives book, sheet, cell and both ends of the vintage, from the columns of that order.
func (w *writer) origin(d *dataset, r row, n int) []any {
	snapshot, sheet, cell, since := r.text(n), r.text(n+1), r.text(n+2), r.instant(n+3)
	if d.days == nil {
		d.days = map[string]bool{}
	}
	d.days[since[:min(len(since), len(time.DateOnly))]] = true
	text := &d.file.text
	return []any{w.shelf.cite(snapshot, sheet, cell), text.of(sheet), cell, text.of(since), text.of(r.instant(n + 4))}
}

// isNumber reports whether a column of DuckDB's type holds numbers.
func isNumber(typ string) bool {
	for _, prefix := range []string{"DOUBLE", "FLOAT", "DECIMAL", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT", "HUGEINT", "UHUGEINT"} {
		if strings.HasPrefix(typ, prefix) {
			return true
		}
	}
	return false
}
