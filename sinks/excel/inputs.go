package excel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// formula is how a published value was computed.
type formula struct {
	text   string
	inputs []formulaInput
}

// formulaInput is an input of a formula, not yet found in the workbook.
type formulaInput struct {
	row     string // key of the row
	column  string
	number  any
	text    string
	vintage any
}

// formulaRows bounds how many inputs are held to write formulas of.
const formulaRows = 3_000_000

// readFormulas reads the formulas that Excel may take, and notes which rows of the data they need.
func (w *writer) readFormulas(ctx context.Context) error {
	inputs, ok := w.about.Find("indicator_inputs")
	if !ok || !w.about.Has("indicator_formulas") || len(w.indicators) == 0 {
		return nil
	}
	if inputs.Rows() > formulaRows {
		w.notes = append(w.notes, sinks.Text{
			VI: "Bản phát hành có quá nhiều đầu vào của chỉ tiêu, nên các ô chỉ tiêu không có công thức sống.",
			EN: "The release has too many inputs of indicators, so the cells of indicators hold no live formulas.",
		})
		return nil
	}
	dims := w.indicatorDimensions()
	columns := identifiers(append([]string{"indicator"}, append(slices.Clone(dims), "time_period")...))
	query := fmt.Sprintf("SELECT %s, formula FROM indicator_formulas WHERE length(formula) <= %d", columns, 4*formulaLimit)
	for row, err := range catalogue.Query(ctx, w.release.Store, query) {
		if err != nil {
			return err
		}
		w.formulas[indicatorKey(row, dims)] = &formula{text: catalogue.Text(row[len(dims)+2])}
	}
	query = "SELECT " + columns + ", n, input, input_key, input_column, obs_value, obs_text, vintage_from FROM indicator_inputs ORDER BY " + columns + ", n"
	for row, err := range catalogue.Query(ctx, w.release.Store, query) {
		if err != nil {
			return err
		}
		f := w.formulas[indicatorKey(row, dims)]
		if f == nil {
			continue
		}
		rest := row[len(dims)+2:]
		n, _ := rest[0].(int64)
		if n <= int64(len(f.inputs)) || n > formulaLimit {
			continue // more than a formula of Excel's can name
		}
		for int64(len(f.inputs)) < n-1 {
			f.inputs = append(f.inputs, formulaInput{}) // a number that no input has
		}
		key := catalogue.Text(rest[1]) + "\x00" + catalogue.Text(rest[2])
		f.inputs = append(f.inputs, formulaInput{row: key, column: catalogue.Text(rest[3]), number: rest[4], text: catalogue.Text(rest[5]), vintage: rest[6]})
		w.needed[key] = nil
	}
	return ctx.Err()
}

func identifiers(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
	}
	return strings.Join(quoted, ", ")
}

// indicatorKey names a row of the indicators as inputs name it. The row begins with indicator, dimensions, time_period.
func indicatorKey(row catalogue.Row, dims []string) string {
	return catalogue.Text(row[0]) + "\x00" + inputKey(append(slices.Clone(dims), "time_period"), row[1:len(dims)+2])
}

// inputKey writes what identifies a row as indicator_inputs does.
func inputKey(columns []string, values []any) string {
	var parts []string
	for i, c := range columns {
		if values[i] != nil {
			parts = append(parts, c+"="+catalogue.Text(values[i]))
		}
	}
	return strings.Join(parts, ", ")
}

// remember notes where a row of the data stands, if formulas need it.
func (w *writer) remember(d *dataTable, p *page, row catalogue.Row) {
	if len(w.needed) == 0 || len(d.key) == 0 {
		return
	}
	values := make([]any, len(d.key))
	for i, k := range d.key {
		for _, c := range d.columns {
			if c.Name == k && !c.meaning {
				values[i] = row[c.index]
			}
		}
	}
	key := d.table.Name() + "\x00" + inputKey(d.key, values)
	if _, wanted := w.needed[key]; !wanted {
		return
	}
	found := place{sheet: p.sheet, row: p.row, columns: map[string]int{}, key: d.key[0]}
	for i, c := range d.columns {
		if c.meaning {
			continue
		}
		found.columns[c.Name] = i + 1
		if c.Name == "vintage_from" {
			found.vintage = catalogue.Text(row[c.index])
		}
	}
	w.needed[key] = &found
}

// live gives the formula of a published value for Excel, if it has one whose inputs are all in the workbook.
func (w *writer) live(key string, value float64) (string, bool) {
	f := w.formulas[key]
	if f == nil {
		return "", false
	}
	in := make([]input, len(f.inputs))
	for i, fi := range f.inputs {
		in[i] = input{number: number(fi.number), text: fi.text, row: fi.column == ""}
		if at, ok := w.at[fi.row]; ok {
			in[i].ref, in[i].ok = at, !in[i].row
			continue
		}
		at := w.needed[fi.row]
		if at == nil || at.vintage != catalogue.Text(fi.vintage) {
			continue
		}
		column := fi.column
		if in[i].row {
			column = at.key
		}
		if n, ok := at.columns[column]; ok {
			in[i].ref, in[i].ok = place{sheet: at.sheet, column: n, row: at.row}, true
		}
	}
	return excelFormula(f.text, in, value)
}

func number(v any) any {
	if n, ok := v.(int64); ok {
		return float64(n)
	}
	return v
}
