package report

import (
	"context"
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
}

// dimensions describes columns of a table, with the labels of the codes that stand in it. Where a code has had several
// meanings its latest period decides.
func (w *writer) dimensions(ctx context.Context, table, where string, columns []string) ([]dimension, error) {
	out := make([]dimension, 0, len(columns))
	for _, id := range columns {
		c := catalogue.Describe(w.ask.tables[table].columns[id], columns)
		d := dimension{ID: id, Name: textOf(c.Label), Unit: c.Unit}
		if strings.HasPrefix(c.Label.VI, "Chiều ") { // nothing else is known of it
			d.Name = text{id, id}
		}
		if c.CodeList != "" {
			if err := w.label(ctx, &d, c, table, where); err != nil {
				return nil, err
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// label gives a dimension the labels of its codes.
func (w *writer) label(ctx context.Context, d *dimension, c catalogue.Column, table, where string) error {
	last := "NULL::VARCHAR"
	if w.ask.has(table, "period_end") {
		last = `max("period_end")::VARCHAR`
	}
	d.Labels = map[string]text{}
	return w.ask.each(ctx, from(table, asText(d.ID), last)+where+" GROUP BY 1", func(r row) error {
		day, err := time.Parse(time.DateOnly, r.text(1))
		if err != nil {
			day = time.Time{} // what it meant last
		}
		if name, ok := w.about.Label(c, r.text(0), day); ok {
			d.Labels[r.text(0)] = textOf(name)
		}
		return nil
	})
}
