package report

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
)

// traceFile says in which file the ways back of some periods of an indicator are.
type traceFile struct {
	Name    string   `json:"name"`
	Periods []string `json:"periods"`

	inputs int64
	data   *traces
}

// inputsInFile is how many inputs a file of traces holds, unless one period alone has more.
const inputsInFile = 12_000

// planTraces picks the periods whose inputs the limit allows, the latest of all indicators first, and spreads them over
// files.
func (w *writer) planTraces(ctx context.Context) error {
	if !w.ask.has("indicator_inputs", "indicator", "time_period", "n", "role", "input_key", "snapshot_id", "cell") || !w.ask.has("indicator_formulas", "formula") {
		return nil
	}
	type part struct {
		of     *indicator
		period period
		inputs int64
	}
	at := map[string]*indicator{}
	days := map[string]period{}
	for _, i := range w.indicators {
		at[i.ID] = i
		for _, p := range i.Periods {
			days[p.ID] = p
		}
	}
	var parts []part
	all := int64(0)
	err := w.ask.each(ctx, `SELECT indicator, time_period, count(*)::BIGINT FROM indicator_inputs GROUP BY ALL`, func(r row) error {
		if i := at[r.text(0)]; i != nil {
			parts = append(parts, part{i, days[r.text(1)], r.whole(2)})
			all += r.whole(2)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(strings.Compare(b.period.End, a.period.End), strings.Compare(b.period.Start, a.period.Start), strings.Compare(a.of.ID, b.of.ID))
	})
	kept := int64(0)
	for _, p := range parts {
		if kept+p.inputs > int64(w.options.Inputs) {
			continue
		}
		kept += p.inputs
		files := p.of.Traces
		if n := len(files); n == 0 || files[n-1].inputs+p.inputs > inputsInFile {
			p.of.Traces = append(files, traceFile{Name: "trace/" + p.of.File + "-" + strconv.Itoa(n), data: &traces{values: map[string]*way{}}})
		}
		f := &p.of.Traces[len(p.of.Traces)-1]
		f.Periods, f.inputs = append(f.Periods, p.period.ID), f.inputs+p.inputs
	}
	if kept < all {
		w.left = append(w.left, leftOut{"inputs", "", kept, all})
	}
	return nil
}

// traces is what a file of traces holds while it is filled.
type traces struct {
	text     index
	leaves   []any
	leafAt   map[string]int
	formulas index
	values   map[string]*way
}

// way is how one value was made: its formula, by number, and its inputs.
type way struct {
	formula int
	inputs  []edge
}

// edge is one input of a value.
type edge struct {
	n, leaf, role int
	weight        *float64
}

// writeTraces reads formulas and inputs and writes them by file.
func (w *writer) writeTraces(ctx context.Context) error {
	files := map[string]*traces{} // by indicator and period
	for _, i := range w.indicators {
		for _, f := range i.Traces {
			for _, p := range f.Periods {
				files[i.ID+"|"+p] = f.data
			}
		}
	}
	if len(files) == 0 {
		return nil
	}
	if err := w.readFormulas(ctx, files); err != nil {
		return err
	}
	if err := w.readInputs(ctx, files); err != nil {
		return err
	}
	for _, i := range w.indicators {
		for _, f := range i.Traces {
			if err := w.data(f.Name, f.data.content()); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyColumns selects what tells the values of all indicators apart.
func (w *writer) keyColumns() (columns []string, dimensions []string) {
	dimensions = w.indicatorDimensions()
	return append(texts("indicator", "time_period"), texts(dimensions...)...), dimensions
}

// keyOf gives the key of a value among those of its indicator, from a row that begins with keyColumns.
func (i *indicator) keyOf(r row, dimensions []string) string {
	var b strings.Builder
	b.WriteString(r.text(1))
	for _, d := range i.Dimensions {
		b.WriteByte('|')
		if n := slices.Index(dimensions, d.ID); n >= 0 {
			b.WriteString(r.text(2 + n))
		}
	}
	return b.String()
}

func (w *writer) byID() map[string]*indicator {
	at := map[string]*indicator{}
	for _, i := range w.indicators {
		at[i.ID] = i
	}
	return at
}

func (w *writer) readFormulas(ctx context.Context, files map[string]*traces) error {
	columns, dimensions := w.keyColumns()
	at := w.byID()
	return w.ask.each(ctx, from("indicator_formulas", append(columns, asText("formula"))...)+" ORDER BY ALL", func(r row) error {
		f := files[r.text(0)+"|"+r.text(1)]
		if f == nil {
			return nil
		}
		key := at[r.text(0)].keyOf(r, dimensions)
		f.values[key] = &way{formula: f.formulas.of(r.text(len(columns)))}
		return nil
	})
}

func (w *writer) readInputs(ctx context.Context, files map[string]*traces) error {
	columns, dimensions := w.keyColumns()
	n := len(columns)
	columns = append(columns, texts("role", "input_kind", "input", "input_key", "input_column", "obs_text", "unit", "obs_status", "snapshot_id", "sheet", "cell")...)
	columns = append(columns, asNumber("weight"), asNumber("obs_value"), micros("vintage_from"), `"n"::BIGINT`)
	at := w.byID()
	order := strings.Join(append([]string{"indicator", "time_period"}, append(idents(dimensions), "n", "input_key")...), ", ")
	return w.ask.each(ctx, from("indicator_inputs", columns...)+" ORDER BY "+order, func(r row) error {
		f := files[r.text(0)+"|"+r.text(1)]
		if f == nil {
			return nil
		}
		key := at[r.text(0)].keyOf(r, dimensions)
		if f.values[key] == nil {
			f.values[key] = &way{formula: -1}
		}
		e := edge{n: int(r.whole(n + 14)), leaf: w.leaf(f, r, n), role: f.text.of(r.text(n)), weight: r.number(n + 11)}
		f.values[key].inputs = append(f.values[key].inputs, e)
		return nil
	})
}

// leaf numbers an input among those of its file.
func (w *writer) leaf(f *traces, r row, n int) int {
	kind, name, key, column := r.text(n+1), r.text(n+2), r.text(n+3), r.text(n+4)
	snapshot, sheet, cell := r.text(n+8), r.text(n+9), r.text(n+10)
	id := strings.Join([]string{kind, name, key, column, snapshot, sheet, cell}, "\x00")
	if r.null(n+12) && r.null(n+5) {
		id += "\x00" // what a confidential value was made of is not told, and elsewhere it may be
	}
	if i, ok := f.leafAt[id]; ok {
		return i
	}
	if f.leafAt == nil {
		f.leafAt = map[string]int{}
	}
	f.leafAt[id] = len(f.leaves)
	book := w.shelf.cite(snapshot, sheet, cell)
	f.leaves = append(f.leaves, []any{
		f.text.of(kind), f.text.of(name), key, f.text.of(column), r.number(n + 12), f.text.of(r.text(n + 5)), f.text.of(r.text(n + 6)), f.text.of(r.text(n + 7)),
		book, f.text.of(sheet), cell, f.text.of(r.instant(n + 13)),
	})
	return len(f.leaves) - 1
}

// content gives a file of traces as pages read it: texts, leaves as [kind, name, key, column, value, text, unit, status,
// book, sheet, cell, vintage] with texts by number, formulas, and by key a value's [formula, [n, leaf, role, weight], ...].
func (f *traces) content() map[string]any {
	values := make(map[string]any, len(f.values))
	for key, v := range f.values {
		list := []any{v.formula}
		for _, e := range v.inputs {
			list = append(list, []any{e.n, e.leaf, e.role, e.weight})
		}
		values[key] = list
	}
	return map[string]any{"text": f.text.values(), "leaves": f.leaves, "formulas": f.formulas.values(), "values": values}
}
