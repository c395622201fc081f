package jsonstat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// dataset is a JSON-stat dataset, its members in the order in which people look for them.
type dataset struct {
	Version   string               `json:"version"`
	Class     string               `json:"class"`
	Label     string               `json:"label"`
	Source    string               `json:"source,omitempty"`
	Updated   string               `json:"updated"`
	Note      []string             `json:"note,omitempty"`
	ID        []string             `json:"id"`
	Size      []int                `json:"size"`
	Role      map[string][]string  `json:"role"`
	Dimension map[string]dimension `json:"dimension"`
	Value     sparse               `json:"value"`
	Status    sparse               `json:"status,omitempty"`
	Extension extension            `json:"extension"`
}

type dimension struct {
	Label    string   `json:"label"`
	Category category `json:"category"`
}

type category struct {
	Index []string          `json:"index"`
	Label map[string]string `json:"label"`
}

// extension says what JSON-stat has no member for.
type extension struct {
	Release      string            `json:"release"`
	Name         map[string]string `json:"name"`
	Unit         string            `json:"unit,omitempty"`
	Decimals     *int              `json:"decimals,omitempty"`
	Illustrative bool              `json:"illustrative"`
	Status       map[string]string `json:"status"`
}

type collection struct {
	Version string `json:"version"`
	Class   string `json:"class"`
	Label   string `json:"label"`
	Updated string `json:"updated"`
	Link    links  `json:"link"`
}

type links struct {
	Item []link `json:"item"`
}

type link struct {
	Class string `json:"class"`
	Href  string `json:"href"`
	Label string `json:"label"`
}

// sparse holds values by their place in the cube, in ascending order.
type sparse []entry

type entry struct {
	place int
	value any
}

// MarshalJSON writes the places as the keys of an object.
func (s sparse) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(e.value)
		if err != nil {
			return nil, err
		}
		b.WriteString(`"` + strconv.Itoa(e.place) + `":`)
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// axis is a dimension while it is gathered.
type axis struct {
	catalogue.Column
	codes []string
	at    map[string]int
	last  map[string]time.Time // the last day of the last period with the code
}

func (a *axis) take(code string, day time.Time) int {
	i, ok := a.at[code]
	if !ok {
		i = len(a.codes)
		a.at[code] = i
		a.codes = append(a.codes, code)
	}
	if day.After(a.last[code]) {
		a.last[code] = day
	}
	return i
}

// notApplicable stands for a dimension that an observation has no part in.
const notApplicable = "_Z"

// sizeLimit bounds the cells of a cube, filled or not: readers number them with doubles.
const sizeLimit = 1 << 53

// observation is an observation by the numbers of its codes.
type observation struct {
	at     []int
	value  any
	status string
}

// read gathers a cube.
func (s *sink) read(ctx context.Context, c cube, about *catalogue.Catalogue) (*dataset, error) {
	axes, observations, units, err := s.gather(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(units) == 1 {
		c.unit = units[0]
	}
	language := s.release.Language
	d := &dataset{
		Version: "2.0", Class: "dataset", Label: c.name.In(language), Source: strings.Join(c.source, "; "), Updated: stamp(s.release.Time),
		Role: map[string][]string{"time": {"time_period"}}, Dimension: map[string]dimension{},
		Extension: extension{
			Release: s.release.ID, Name: map[string]string{"vi": c.name.VI, "en": c.name.EN}, Unit: c.unit, Illustrative: c.illustrative,
			Status: map[string]string{"A": "normal", "E": "estimated", "P": "provisional", "F": "forecast", "B": "break", "M": "missing", "C": "confidential"},
		},
	}
	if c.decimals >= 0 {
		d.Extension.Decimals = &c.decimals
	}
	if c.illustrative {
		d.Note = append(d.Note, sinks.Text{VI: "Số liệu minh hoạ, không phải số liệu thống kê", EN: "Illustrative figures, no statistics"}.In(language))
	}
	if note := c.note.In(language); note != "" {
		d.Note = append(d.Note, note)
	}
	size := 1.0
	order := make([][]int, len(axes)) // the new number of each code
	for i, a := range axes {
		order[i] = a.arrange(about)
		d.ID, d.Size = append(d.ID, a.Name), append(d.Size, len(a.codes))
		d.Dimension[a.Name] = a.dimension(about, language)
		size *= float64(len(a.codes))
	}
	if size > sizeLimit {
		return nil, &fault.Error{Kind: fault.Limit, What: fmt.Sprintf("its dimensions span %.0f cells, and JSON-stat numbers at most %d", size, sizeLimit), Remedy: "publish it as SDMX or CSV instead"}
	}
	for _, o := range observations {
		place := 0
		for i, n := range o.at {
			place = place*len(axes[i].codes) + order[i][n]
		}
		if o.value != nil {
			d.Value = append(d.Value, entry{place, o.value})
		}
		if o.status != "" && o.status != "A" {
			d.Status = append(d.Status, entry{place, o.status})
		}
	}
	byPlace := func(a, b entry) int { return a.place - b.place }
	slices.SortFunc(d.Value, byPlace)
	slices.SortFunc(d.Status, byPlace)
	return d, nil
}

// gather reads the observations. The unit becomes a dimension where there are several.
func (s *sink) gather(ctx context.Context, c cube) (axes []*axis, found []observation, units []string, err error) {
	where := ""
	if c.indicator != "" {
		where = " WHERE indicator = '" + strings.ReplaceAll(c.indicator, "'", "''") + "'"
	}
	from := " FROM " + ident(c.table) + where
	for row, err := range catalogue.Query(ctx, s.release.Store, "SELECT DISTINCT unit"+from+" ORDER BY 1 NULLS FIRST") {
		if err != nil {
			return nil, nil, nil, err
		}
		units = append(units, catalogue.Text(row[0]))
	}
	columns := slices.Clone(c.dimensions)
	if len(units) > 1 && !slices.ContainsFunc(columns, func(c catalogue.Column) bool { return c.Name == "unit" }) {
		columns = append(columns, catalogue.Describe(sinks.Column{Name: "unit"}, nil))
	}
	columns = append(columns, catalogue.Describe(sinks.Column{Name: "time_period"}, nil))
	var names []string
	for _, column := range columns {
		axes = append(axes, &axis{Column: column, at: map[string]int{}, last: map[string]time.Time{}})
		names = append(names, "CAST("+ident(column.Name)+" AS VARCHAR)")
	}
	query := "SELECT " + strings.Join(names, ", ") + ", CAST(obs_value AS DOUBLE), obs_status, period_end" + from + " ORDER BY period_start, period_end, " + strings.Join(names, ", ")
	for row, err := range catalogue.Query(ctx, s.release.Store, query) {
		if err != nil {
			return nil, nil, nil, err
		}
		o := observation{at: make([]int, len(axes)), status: catalogue.Text(row[len(axes)+1])}
		day, _ := row[len(axes)+2].(catalogue.Date)
		for i, a := range axes {
			code := catalogue.Text(row[i])
			if code == "" {
				code = notApplicable
			}
			o.at[i] = a.take(code, day.Time)
		}
		if x, ok := row[len(axes)].(float64); ok && !math.IsNaN(x) && !math.IsInf(x, 0) {
			o.value = x
		}
		found = append(found, o)
	}
	return axes, found, units, ctx.Err()
}

func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// arrange puts the codes into the order of their code list, or of their letters; time stays as it runs. It gives the new
// number of each.
func (a *axis) arrange(about *catalogue.Catalogue) []int {
	rank := map[string]int{}
	for i, c := range about.Codes[a.CodeList].Codes {
		rank[c.ID] = i + 1
	}
	sorted := slices.Clone(a.codes)
	if a.Role != catalogue.Time {
		slices.SortStableFunc(sorted, func(x, y string) int {
			if rank[x] != rank[y] {
				return rank[x] - rank[y]
			}
			return strings.Compare(x, y)
		})
	}
	order := make([]int, len(a.codes))
	for i, code := range sorted {
		order[a.at[code]] = i
	}
	a.codes = sorted
	return order
}

func (a *axis) dimension(about *catalogue.Catalogue, language string) dimension {
	d := dimension{Label: a.Label.In(language), Category: category{Index: a.codes, Label: map[string]string{}}}
	if a.codes == nil {
		d.Category.Index = []string{}
	}
	for _, code := range a.codes {
		d.Category.Label[code] = code
		if name, ok := about.Label(a.Column, code, a.last[code]); ok {
			d.Category.Label[code] = name.In(language)
		} else if code == notApplicable {
			d.Category.Label[code] = sinks.Text{VI: "Không áp dụng", EN: "Not applicable"}.In(language)
		}
	}
	return d
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
