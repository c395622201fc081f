package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// rows prints rows as a table, CSV, one JSON array or JSON lines. A missing value is empty in CSV and null in JSON.
type rows struct {
	out     io.Writer
	format  string
	columns []string

	csv       *csv.Writer
	table     table.Writer
	width     int  // of the whole table, kept by wrapping texts; 0 leaves it as wide as it is
	clipTo    int  // of the whole table, kept by shortening texts; 0 leaves it as wide as it is
	hideEmpty bool // leave columns out of a table in which nothing stands
	cells     [][]string
	configs   []table.ColumnConfig
	count     int
}

func newRows(out io.Writer, format string, columns ...string) *rows {
	r := &rows{out: out, format: format, columns: columns}
	switch format {
	case "csv":
		r.csv = csv.NewWriter(out)
	case "table":
		r.table = table.NewWriter()
		r.table.SetStyle(table.StyleLight)
		r.table.Style().Format.Header = text.FormatDefault
		head := make(table.Row, len(columns))
		r.configs = make([]table.ColumnConfig, len(columns))
		for i, c := range columns {
			head[i] = c
			r.configs[i] = table.ColumnConfig{Number: i + 1, Align: text.AlignAuto}
		}
		r.table.AppendHeader(head)
		r.table.SetColumnConfigs(r.configs)
	}
	return r
}

func (r *rows) row(values ...any) error {
	r.count++
	switch r.format {
	case "csv":
		if r.count == 1 {
			if err := r.csv.Write(r.columns); err != nil {
				return err
			}
		}
		record := make([]string, len(values))
		for i, v := range values {
			record[i] = plain(v)
		}
		return r.csv.Write(record)
	case "json", "jsonl":
		return r.object(values)
	}
	shown, cells := make(table.Row, len(values)), make([]string, len(values))
	for i, v := range values {
		cells[i] = plain(v)
		if r.width == 0 {
			cells[i] = clip(cells[i], 60)
		}
		shown[i] = cells[i]
	}
	r.cells = append(r.cells, cells)
	r.table.AppendRow(shown)
	return nil
}

// fit makes a table wrap its texts so that it is no wider than that, where possible.
func (r *rows) fit(width int) { r.width = width }

const (
	narrowest = 12 // how far a column can be made narrower by wrapping
	readable  = 26 // how far by shortening: numbers and dates stay whole
)

// narrow makes the widest columns narrower until the table fits: first as far as two lines hold their texts, then further.
func (r *rows) narrow(width, least int, enforce table.WidthEnforcer) {
	total := 1
	natural, twoLines := make([]int, len(r.columns)), make([]int, len(r.columns))
	for i := range r.columns {
		natural[i], twoLines[i] = r.widths(i)
		total += natural[i] + 3
	}
	widths := slices.Clone(natural)
	for _, floor := range []func(i int) int{func(i int) int { return max(twoLines[i], least) }, func(int) int { return least }} {
		for ; total > width; total-- {
			widest := -1
			for i, w := range widths {
				if w > floor(i) && (widest < 0 || w > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
		}
	}
	for i, w := range widths {
		if w < natural[i] {
			r.configs[i].WidthMax, r.configs[i].WidthMaxEnforcer = w, enforce
			r.table.Style().Options.SeparateRows = r.width > 0
		}
	}
	r.table.SetColumnConfigs(r.configs)
}

// widths gives the width of a column as it is, and the least in which its texts take two lines.
func (r *rows) widths(i int) (natural, twoLines int) {
	texts := []string{r.columns[i]}
	for _, row := range r.cells {
		texts = append(texts, row[i])
	}
	for _, t := range texts {
		natural = max(natural, text.LongestLineLen(t))
	}
	for w := natural; w >= narrowest; w-- {
		for _, t := range texts {
			if strings.Count(text.WrapSoft(t, w), "\n") > 1 {
				return natural, w + 1
			}
		}
	}
	return natural, min(natural, narrowest)
}

// right sets columns of a table, counted from 1, flush right.
func (r *rows) right(columns ...int) {
	for _, n := range columns {
		r.configs[n-1].Align, r.configs[n-1].AlignHeader = text.AlignRight, text.AlignRight
	}
	r.table.SetColumnConfigs(r.configs)
}

// object writes one row as a JSON object whose keys stand in the columns' order.
func (r *rows) object(values []any) error {
	var b strings.Builder
	switch {
	case r.format == "jsonl":
	case r.count == 1:
		b.WriteString("[\n")
	default:
		b.WriteString(",\n")
	}
	b.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(r.columns[i])
		if err != nil {
			return err
		}
		value, err := json.Marshal(jsonValue(v))
		if err != nil {
			return fmt.Errorf("write column %s as JSON: %w", r.columns[i], err)
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	if r.format == "jsonl" {
		b.WriteByte('\n')
	}
	_, err := io.WriteString(r.out, b.String())
	return err
}

// end finishes the output; no row has been printed before it in a table.
func (r *rows) end() error {
	switch r.format {
	case "csv":
		if r.count == 0 {
			if err := r.csv.Write(r.columns); err != nil {
				return err
			}
		}
		r.csv.Flush()
		return r.csv.Error()
	case "json":
		text := "\n]\n"
		if r.count == 0 {
			text = "[]\n"
		}
		_, err := io.WriteString(r.out, text)
		return err
	case "jsonl":
		return nil
	}
	switch {
	case r.width > 0:
		r.narrow(r.width, narrowest, text.WrapSoft)
	case r.clipTo > 0:
		r.narrow(r.clipTo, readable, clip)
	}
	for i := range r.configs {
		filled := func(row []string) bool { return row[i] != "" }
		r.configs[i].Hidden = r.hideEmpty && len(r.cells) > 0 && !slices.ContainsFunc(r.cells, filled)
	}
	r.table.SetColumnConfigs(r.configs)
	_, err := fmt.Fprintln(r.out, r.table.Render())
	return err
}

// plain is a value as text, exactly: numbers are never rounded.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'f', -1, 32)
	case time.Time:
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Format("2006-01-02 15:04:05.999999")
	case fmt.Stringer:
		return v.String()
	case []any, map[string]any:
		b, err := json.Marshal(jsonValue(v))
		if err == nil {
			return string(b)
		}
	}
	return fmt.Sprint(v)
}

// jsonValue is a value as JSON has it: what JSON cannot say (NaN, infinities) is null.
func jsonValue(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case []byte:
		return string(v)
	case time.Time:
		return plain(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = jsonValue(v[i])
		}
		return list
	case fmt.Stringer:
		return v.String()
	}
	return v
}

// clip shortens a text for a table cell and keeps it on one line.
func clip(s string, width int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}
