package report

import (
	"strings"
	"time"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// text is a text in both languages, as pages take it: ["vi", "en"].
type text [2]string

func textOf(t sinks.Text) text { return text{t.VI, t.EN} }

// dimension is a column that tells rows apart, with what its codes mean.
type dimension struct {
	ID     string          `json:"id"`
	Name   text            `json:"name"`
	Unit   string          `json:"unit,omitempty"`
	Labels map[string]text `json:"labels,omitempty"`

	column catalogue.Column
	last   map[string]string // the last day that each code is about
}

// dimensions describes columns of a table.
func (w *writer) dimensions(table string, columns []string) []dimension {
	out := make([]dimension, 0, len(columns))
	for _, id := range columns {
		c := catalogue.Describe(w.ask.tables[table].columns[id], columns)
		d := dimension{ID: id, Name: textOf(c.Label), Unit: c.Unit, column: c}
		if strings.HasPrefix(c.Label.VI, "Chiều ") { // nothing else is known of it
			d.Name = text{id, id}
		}
		if c.CodeList != "" {
			d.last = map[string]string{}
		}
		out = append(out, d)
	}
	return out
}

// saw notes that a code is about a day, or about no day in particular.
func (d *dimension) saw(code, day string) {
	if d.last == nil || code == "" {
		return
	}
	if was, ok := d.last[code]; !ok || day > was {
		d.last[code] = day
	}
}

// label says what the codes mean that were seen. Where a code has had several meanings the latest day decides, and where no
// day is known it is what the code meant last.
func (w *writer) label(dimensions []dimension) {
	for i := range dimensions {
		d := &dimensions[i]
		for code, last := range d.last {
			day, err := time.Parse(time.DateOnly, last)
			if err != nil {
				day = time.Time{}
			}
			if name, ok := w.about.Label(d.column, code, day); ok {
				if d.Labels == nil {
					d.Labels = map[string]text{}
				}
				d.Labels[code] = textOf(name)
			}
		}
	}
}
