package excel

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// headRows is how many rows of a data sheet stand above the data: title, other title, note, way back, names of the columns
// in the database, labels.
const headRows = 6

// rowLimit is how many rows Excel's sheets have.
const rowLimit = 1_048_576

// dataTable is a table with its sheets; one with more rows than a sheet takes has several.
type dataTable struct {
	table   sinks.Table
	title   sinks.Text
	note    sinks.Text
	sheets  []string
	columns []dataColumn
	day     int      // the column that says when codes mean what they mean, or -1
	key     []string // columns that identify a row, of datasets
}

// dataColumn is a column of a sheet: one of the table's, or what the codes of one mean.
type dataColumn struct {
	catalogue.Column
	index   int // in the table
	meaning bool
	label   string
	format  string // of numbers
	width   float64
}

// planData settles which tables become sheets.
func (w *writer) planData() ([]*dataTable, error) {
	var found []*dataTable
	for _, t := range w.about.Tables {
		if !w.holds(t) {
			continue
		}
		d := &dataTable{table: t, title: describeTable(t)}
		for _, set := range w.about.Datasets {
			if set.ID == t.Name() {
				d.title, d.note, d.key = set.Name, set.Note, set.Key
			}
		}
		if t.Rows() > w.options.MaxRows {
			w.notes = append(w.notes, sinks.Text{
				VI: fmt.Sprintf("Bảng %s có %d dòng, quá nhiều cho sổ này; xem trong cơ sở dữ liệu của bản phát hành.", t.Name(), t.Rows()),
				EN: fmt.Sprintf("Table %s has %d rows, too many for this workbook; look for it in the release's database.", t.Name(), t.Rows()),
			})
			continue
		}
		room := int64(w.rows - headRows)
		parts := max(1, (t.Rows()+room-1)/room)
		for range parts {
			d.sheets = append(d.sheets, w.add(t.Name(), d.title, fmt.Sprintf(w.say("%d dòng", "%d rows"), t.Rows())))
		}
		if parts > 1 {
			w.notes = append(w.notes, sinks.Text{
				VI: fmt.Sprintf("Bảng %s có %d dòng, nhiều hơn một trang tính chứa được, nên nằm trên %d trang.", t.Name(), t.Rows(), parts),
				EN: fmt.Sprintf("Table %s has %d rows, more than a sheet takes, so it is on %d sheets.", t.Name(), t.Rows(), parts),
			})
		}
		d.day = slices.IndexFunc(t.Columns(), func(c sinks.Column) bool { return c.Name == "period_end" })
		d.columns = w.dataColumns(t, d.key)
		if len(d.columns) > excelize.MaxColumns {
			return nil, fmt.Errorf("table %s has %d columns, Excel's sheets have %d", t.Name(), len(d.columns), excelize.MaxColumns)
		}
		found = append(found, d)
	}
	return found, nil
}

// holds reports whether a table's rows are in the workbook.
func (w *writer) holds(t sinks.Table) bool {
	if len(w.options.Tables) > 0 {
		return slices.Contains(w.options.Tables, t.Name())
	}
	switch t.Name() {
	case "indicators":
		return true
	case "checks":
		return true
	case "quarantine", "corrections":
		return t.Rows() > 0
	}
	return !w.about.Own(t.Name())
}

// describeTable takes a table's comment as its title: "tiếng Việt — English".
func describeTable(t sinks.Table) sinks.Text {
	vi, en, two := strings.Cut(t.Comment(), " — ")
	switch {
	case vi == "":
		return sinks.Text{VI: t.Name(), EN: t.Name()}
	case !two:
		return sinks.Text{VI: vi, EN: vi}
	}
	return sinks.Text{VI: vi, EN: en}
}

func (w *writer) dataColumns(t sinks.Table, key []string) []dataColumn {
	var columns []dataColumn
	taken := map[string]bool{}
	label := func(want string) string {
		want = strings.TrimSpace(strings.Join(strings.Fields(cut(want, 200)), " "))
		if want == "" {
			want = "?"
		}
		name := want
		for i := 2; taken[strings.ToLower(name)]; i++ {
			name = fmt.Sprintf("%s (%d)", want, i)
		}
		taken[strings.ToLower(name)] = true
		return name
	}
	for i, c := range t.Columns() {
		d := dataColumn{Column: catalogue.Describe(c, key), index: i, format: asText}
		name := d.Label.In(w.lang)
		if len([]rune(name)) > 40 {
			name = c.Name // a sentence; it stands among the columns' meanings
		}
		if d.Unit != "" {
			name += " (" + d.Unit + ")"
		}
		d.label = label(name)
		columns = append(columns, d)
		if _, known := w.about.Codes[d.CodeList]; known {
			columns = append(columns, dataColumn{Column: d.Column, index: i, meaning: true, label: label(name + w.say(" (tên)", " (name)")), format: asText})
		}
	}
	return columns
}

// on is the day on which the codes of a row mean what they mean.
func (d *dataTable) on(row catalogue.Row) time.Time {
	if d.day < 0 {
		return time.Time{}
	}
	day, _ := row[d.day].(catalogue.Date)
	return day.Time
}

// folded are columns that a program needs and a reader seldom.
func folded(c dataColumn) bool {
	return slices.Contains([]string{"period_start", "period_end", "freq", "unit_mult", "snapshot_id", "sheet", "cell", "vintage_from", "vintage_to", "correction"}, c.Name)
}

// sample is how many rows decide on widths and decimals.
const sample = 2000

// writeData writes the sheets of a table.
func (w *writer) writeData(ctx context.Context, d *dataTable) error {
	var head []catalogue.Row
	var p *page
	part, written := 0, 0
	start := func() error {
		if p == nil {
			w.fit(d, head)
		} else if err := w.endData(d, p, part-1, written); err != nil {
			return err
		}
		p, written = w.openData(d, part), 0
		part++
		return p.err
	}
	put := func(row catalogue.Row) error {
		if p == nil || p.row == w.rows {
			if err := start(); err != nil {
				return err
			}
		}
		w.putData(d, p, row)
		written++
		return p.err
	}
	for row, err := range catalogue.Rows(ctx, d.table) {
		if err != nil {
			return err
		}
		if head = append(head, row); len(head) < sample && p == nil {
			continue
		}
		for _, r := range head {
			if err := put(r); err != nil {
				return err
			}
		}
		head = head[:0]
	}
	for _, r := range head {
		if err := put(r); err != nil {
			return err
		}
	}
	if p == nil {
		if err := start(); err != nil {
			return err
		}
	}
	return w.endData(d, p, part-1, written)
}

// fit settles the columns' widths and decimals by their first rows.
func (w *writer) fit(d *dataTable, rows []catalogue.Row) {
	for i := range d.columns {
		c := &d.columns[i]
		longest, decimals, whole, midnight := float64(len([]rune(c.label)))*1.15+4, 0, true, true
		for _, row := range rows {
			v := row[c.index]
			text := catalogue.Text(v)
			if c.meaning {
				name, _ := w.about.Label(c.Column, text, d.on(row))
				text = name.In(w.lang)
			}
			if x, ok := v.(float64); ok {
				text = strconv.FormatFloat(x, 'f', -1, 64)
				_, after, _ := strings.Cut(text, ".")
				decimals, whole = max(decimals, len(after)), false
				if decimals > 4 {
					text = text[:min(len(text), 14)]
				}
			}
			if t, ok := v.(time.Time); ok {
				midnight = midnight && t.Equal(t.Truncate(24*time.Hour))
			}
			longest = max(longest, float64(len([]rune(text)))+2)
		}
		c.width = min(longest, 40)
		switch {
		case c.meaning:
		case c.Type == "DATE":
			c.format = w.say("dd/mm/yyyy", "yyyy-mm-dd")
		case strings.HasPrefix(c.Type, "TIMESTAMP") && midnight:
			c.format, c.width = w.say("dd/mm/yyyy", "yyyy-mm-dd"), 12
		case strings.HasPrefix(c.Type, "TIMESTAMP"):
			c.format, c.width = w.say("dd/mm/yyyy hh:mm", "yyyy-mm-dd hh:mm"), 17
		case whole && numeric(c.Type):
			c.format = "#,##0_)"
		case numeric(c.Type):
			c.format = decimal(min(decimals, 4)) + "_)"
		}
	}
}

func numeric(t string) bool {
	return t == "DOUBLE" || t == "FLOAT" || strings.HasSuffix(t, "INT") || strings.HasSuffix(t, "INTEGER") || strings.HasPrefix(t, "DECIMAL")
}

// decimal is the number format with so many decimals.
func decimal(n int) string {
	if n <= 0 {
		return "#,##0"
	}
	return "#,##0." + strings.Repeat("0", n)
}

func (w *writer) openData(d *dataTable, part int) *page {
	s := setup{freeze: headRows, tab: "9FB3C8"}
	for i, c := range d.columns {
		s.widths = append(s.widths, c.width)
		if folded(c) {
			s.folded = append(s.folded, i+1)
		}
	}
	p := w.open(d.sheets[part], s)
	title := d.title.In(w.lang)
	if len(d.sheets) > 1 {
		title += fmt.Sprintf(" (%d/%d)", part+1, len(d.sheets))
	}
	p.text(look{bold: true, size: 14, color: accent}, title)
	p.text(look{italic: true, color: muted}, w.other(d.title))
	p.text(look{color: muted}, d.note.In(w.lang))
	p.text(look{color: accent, underline: true}, w.say("← Về bìa", "← Cover"))
	p.link(1, p.row, quoted(w.contents[0].sheet)+"!A1", false)
	names, labels := make([]*cell, len(d.columns)), make([]*cell, len(d.columns))
	for i, c := range d.columns {
		if !c.meaning {
			names[i] = words(look{italic: true, size: 8, color: muted}, c.Name)
		}
		labels[i] = words(look{bold: true, color: "FFFFFF", fill: accent, border: true, wrap: true}, c.label)
	}
	p.put(0, names...)
	p.put(30, labels...)
	return p
}

func (w *writer) putData(d *dataTable, p *page, row catalogue.Row) {
	cells := make([]*cell, len(d.columns))
	for i, c := range d.columns {
		v := row[c.index]
		if c.meaning {
			if name, ok := w.about.Label(c.Column, catalogue.Text(v), d.on(row)); ok {
				cells[i] = words(look{}, name.In(w.lang))
			}
			continue
		}
		if cells[i] = w.dataCell(v, c.format); cells[i] != nil {
			cells[i].look.centre = c.Name == "obs_status"
		}
	}
	p.put(0, cells...)
	w.remember(d, p, row)
}

// dataCell writes a value so that nothing of it is lost: what Excel's numbers cannot hold becomes a text.
func (w *writer) dataCell(v any, format string) *cell {
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		return &cell{value: v}
	case int64:
		if v >= -1<<53 && v <= 1<<53 {
			return &cell{value: v, look: look{format: format}}
		}
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return &cell{value: v, look: look{format: format}}
		}
	case catalogue.Decimal:
		digits := len(strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(string(v)), "0"))
		if x, err := strconv.ParseFloat(string(v), 64); err == nil && digits <= 15 {
			return &cell{value: x, look: look{format: format}}
		}
	case catalogue.Date:
		if days, ok := serial(v.Time); ok {
			return &cell{value: days, look: look{format: format}}
		}
	case time.Time:
		if days, ok := serial(v); ok && v.Equal(v.Truncate(time.Second)) {
			return &cell{value: days, look: look{format: format}}
		}
	}
	return words(look{}, w.whole(catalogue.Text(v)))
}

// serial is a time as Excel counts it, in days. Before March 1900 its calendar is not ours.
func serial(t time.Time) (float64, bool) {
	first := time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
	if t.Before(first) || t.Year() > 9999 {
		return 0, false
	}
	seconds := t.Unix() - first.Unix()
	return 61 + float64(seconds)/86400, true
}

// whole gives a text as far as a cell takes it, and says so where that is not all of it.
func (w *writer) whole(s string) string {
	const most = excelize.TotalCellChars
	if len(s) <= most || len([]rune(s)) <= most/2 {
		return s
	}
	short := cut(s, most-100)
	if short == s {
		return s
	}
	return short + w.say(" [… cắt bớt; xem đủ trong cơ sở dữ liệu]", " [… cut; the database has all of it]")
}

// endData makes the rows an Excel table, which gives it filters.
func (w *writer) endData(d *dataTable, p *page, part, rows int) error {
	name := "t_" + strings.Map(func(r rune) rune {
		if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			return r
		}
		return '_'
	}, d.table.Name())
	name = fmt.Sprintf("%s_%d", cut(name, 200), slices.IndexFunc(w.contents, func(e entry) bool { return e.sheet == d.sheets[part] }))
	stripes := true
	p.do(func() error {
		return p.stream.AddTable(&excelize.Table{
			Range: fmt.Sprintf("A%d:%s", headRows, cellName(len(d.columns), headRows+max(1, rows))),
			Name:  name, StyleName: "TableStyleLight1", ShowRowStripes: &stripes,
		})
	})
	return p.close()
}
