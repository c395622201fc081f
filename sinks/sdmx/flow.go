package sdmx

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// flow is a dataflow: a cube with its structure.
type flow struct {
	id         string // IIP
	file       string // iip.csv
	name, note sinks.Text
	table      sinks.Table
	dimensions []dimension // without the time
	measures   []component
	attributes []component
}

// component is a concept with the column that it is taken from.
type component struct {
	id     string
	name   sinks.Text
	column string
	number bool
	codes  *codeList // nil: free
}

type dimension struct {
	component
	used map[string]string // the code for each value
}

// codeList is a code list as it is written.
type codeList struct {
	id    string
	name  sinks.Text
	codes []catalogue.Code
}

// notApplicable is SDMX's code for a dimension that an observation has no part in.
const notApplicable = "_Z"

// flows describes what can be told in SDMX: the datasets of observations, and the indicators. Lists of units, such as a
// register of firms, are no cubes.
func (s *sink) flows(ctx context.Context, about *catalogue.Catalogue) ([]*flow, error) {
	var found []*flow
	ids := map[string]bool{}
	add := func(f *flow, columns []catalogue.Column, key []string) error {
		f.id = unlike(ids, ident(f.id))
		f.file = strings.ToLower(f.id) + ".csv"
		if err := s.describe(ctx, f, columns, key, about); err != nil {
			return fmt.Errorf("describe %s in SDMX: %w", f.table.Name(), err)
		}
		found = append(found, f)
		return nil
	}
	for _, d := range about.Datasets {
		if !slices.ContainsFunc(d.Columns, func(c catalogue.Column) bool { return c.Name == "obs_value" }) || !slices.Contains(d.Key, "time_period") {
			continue
		}
		if err := add(&flow{id: d.ID, name: d.Name, note: d.Note, table: d.Table}, d.Columns, d.Key); err != nil {
			return nil, err
		}
	}
	if t, ok := about.Find("indicators"); ok {
		var key []string
		for _, c := range t.Columns() {
			if key = append(key, c.Name); c.Name == "time_period" {
				break
			}
		}
		var columns []catalogue.Column
		for _, c := range t.Columns() {
			columns = append(columns, catalogue.Describe(c, key))
		}
		f := &flow{id: "indicators", name: sinks.Text{VI: "Chỉ tiêu", EN: "Indicators"}, table: t}
		if err := add(f, columns, key); err != nil {
			return nil, err
		}
	}
	return found, ctx.Err()
}

// describe settles the components of a flow.
func (s *sink) describe(ctx context.Context, f *flow, columns []catalogue.Column, key []string, about *catalogue.Catalogue) error {
	taken := map[string]bool{"TIME_PERIOD": true, "STRUCTURE": true, "STRUCTURE_ID": true, "ACTION": true}
	for _, c := range columns {
		part := component{name: c.Label, column: c.Name}
		switch c.Name {
		case "time_period", "period_start", "period_end":
			continue
		case "unit":
			part.id = "UNIT_MEASURE"
		default:
			part.id = ident(c.Name)
		}
		part.id = unlike(taken, part.id)
		switch {
		case c.Name == "freq":
			part.codes = frequencies()
			f.dimensions = append(f.dimensions, dimension{component: part})
		case slices.Contains(key, c.Name):
			list, used, err := s.codesOf(ctx, f, c, about)
			if err != nil {
				return err
			}
			part.codes = list
			f.dimensions = append(f.dimensions, dimension{part, used})
		case c.Role == catalogue.Measure:
			part.number = true
			f.measures = append(f.measures, part)
		case c.Name == "obs_status":
			part.codes = statuses()
			f.attributes = append(f.attributes, part)
		case c.Role == catalogue.Attribute:
			part.number = c.Name == "unit_mult"
			f.attributes = append(f.attributes, part)
		}
	}
	return nil
}

// codesOf makes the code list of a dimension: the one it declares, or that of its values; it holds the codes in use and
// those above them.
func (s *sink) codesOf(ctx context.Context, f *flow, c catalogue.Column, about *catalogue.Catalogue) (*codeList, map[string]string, error) {
	list := &codeList{id: "CL_" + f.id + "_" + ident(c.Name), name: c.Label}
	used, taken := map[string]string{}, map[string]bool{}
	column := `"` + strings.ReplaceAll(c.Name, `"`, `""`) + `"`
	table := `"` + strings.ReplaceAll(f.table.Name(), `"`, `""`) + `"`
	query := fmt.Sprintf("SELECT CAST(%s AS VARCHAR), max(period_end) FROM %s GROUP BY ALL ORDER BY 1 NULLS FIRST", column, table)
	for row, err := range catalogue.Query(ctx, s.release.Store, query) {
		if err != nil {
			return nil, nil, err
		}
		if row[0] == nil {
			used[""] = notApplicable
			taken[notApplicable] = true
			list.codes = append(list.codes, plainCode(notApplicable, sinks.Text{VI: "Không áp dụng", EN: "Not applicable"}))
			continue
		}
		value := catalogue.Text(row[0])
		on, _ := row[1].(catalogue.Date)
		name, ok := about.Label(c, value, on.Time)
		if !ok {
			name = sinks.Text{VI: value, EN: value}
			if value == "_T" {
				name = sinks.Text{VI: "Tổng số", EN: "Total"}
			}
			for _, i := range about.Indicators {
				if c.Name == "indicator" && i.ID == value {
					name = i.Name
				}
			}
		}
		used[value] = unlike(taken, code(value))
		list.codes = append(list.codes, plainCode(used[value], name))
	}
	s.parents(list, used, c, about)
	return list, used, nil
}

// parents keeps the hierarchy of a declared code list among the codes in use.
func (s *sink) parents(list *codeList, used map[string]string, c catalogue.Column, about *catalogue.Catalogue) {
	at := map[string]int{}
	for i, x := range list.codes {
		at[x.ID] = i
	}
	for _, x := range about.Codes[c.CodeList].Codes {
		id, ok := used[x.ID]
		parent, above := used[x.Parent]
		if ok && above && x.Parent != "" && x.Parent != x.ID {
			list.codes[at[id]].Parent = parent
		}
	}
}

func plainCode(id string, name sinks.Text) catalogue.Code {
	return catalogue.Code{ID: id, Meanings: []catalogue.Meaning{{Name: name}}}
}

func listOf(id string, name sinks.Text, pairs ...[3]string) *codeList {
	l := &codeList{id: id, name: name}
	for _, p := range pairs {
		l.codes = append(l.codes, plainCode(p[0], sinks.Text{VI: p[1], EN: p[2]}))
	}
	return l
}

func frequencies() *codeList {
	return listOf("CL_FREQ", sinks.Text{VI: "Tần suất", EN: "Frequency"}, [3]string{"A", "Năm", "Annual"}, [3]string{"S", "Nửa năm", "Half-yearly"},
		[3]string{"Q", "Quý", "Quarterly"}, [3]string{"M", "Tháng", "Monthly"}, [3]string{"W", "Tuần", "Weekly"}, [3]string{"D", "Ngày", "Daily"}, [3]string{notApplicable, "Kỳ khác", "Other span"})
}

func statuses() *codeList {
	return listOf("CL_OBS_STATUS", sinks.Text{VI: "Trạng thái quan sát", EN: "Observation status"}, [3]string{"A", "Bình thường", "Normal value"}, [3]string{"B", "Gián đoạn", "Time series break"},
		[3]string{"C", "Bảo mật", "Confidential"}, [3]string{"E", "Ước tính", "Estimated value"}, [3]string{"F", "Dự báo", "Forecast value"}, [3]string{"M", "Thiếu", "Missing value"}, [3]string{"P", "Sơ bộ", "Provisional value"})
}

// ident makes a name that SDMX takes for a concept: a letter, then letters, digits, _ and -.
func ident(s string) string {
	id := strings.ToUpper(clean(s))
	if id == "" || !(id[0] >= 'A' && id[0] <= 'Z') {
		id = "X" + id
	}
	return id
}

// code makes an id that SDMX takes for a code: letters, digits and _ @ $ -.
func code(s string) string {
	if id := clean(s); id != "" {
		return id
	}
	return "_X"
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-', r == '@', r == '$':
			return r
		}
		return '_'
	}, s)
}

// unlike makes an id unlike those taken.
func unlike(taken map[string]bool, id string) string {
	name := id
	for i := 2; taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", id, i)
	}
	taken[name] = true
	return name
}

// stamp is a time as SDMX writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
