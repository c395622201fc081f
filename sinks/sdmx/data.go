package sdmx

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// writeData writes the observations of a flow as SDMX-CSV 2.0.
func (s *sink) writeData(ctx context.Context, out io.Writer, f *flow) error {
	buffer := bufio.NewWriterSize(out, 1<<20)
	w := csv.NewWriter(buffer)
	columns := f.table.Columns()
	at := func(name string) int {
		return slices.IndexFunc(columns, func(c sinks.Column) bool { return c.Name == name })
	}
	head := []string{"STRUCTURE", "STRUCTURE_ID", "ACTION"}
	for _, d := range f.dimensions {
		head = append(head, d.id)
	}
	head = append(head, "TIME_PERIOD")
	rest := slices.Concat(f.measures, f.attributes)
	for _, c := range rest {
		head = append(head, c.id)
	}
	if err := w.Write(head); err != nil {
		return err
	}
	record := make([]string, 0, len(head))
	for row, err := range catalogue.Rows(ctx, f.table) {
		if err != nil {
			return err
		}
		record = append(record[:0], "dataflow", fmt.Sprintf("%s:%s(%s)", s.options.Agency, f.id, s.options.Version), "I")
		for _, d := range f.dimensions {
			value := catalogue.Text(row[at(d.column)])
			switch {
			case d.used != nil:
				value = d.used[value]
			case value == "": // a span that has no frequency
				value = notApplicable
			}
			record = append(record, value)
		}
		record = append(record, catalogue.Text(row[at("time_period")]))
		for _, c := range rest {
			record = append(record, catalogue.Text(row[at(c.column)]))
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	if w.Flush(); w.Error() != nil {
		return w.Error()
	}
	return buffer.Flush()
}
