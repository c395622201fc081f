package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Marks in the document between which the table is written.
const (
	tableBegin = "<!-- measured: begin -->\n"
	tableEnd   = "<!-- measured: end -->"
)

// writeReport writes the results as a table, printed or into the document, and as a plot.
func writeReport(path string, o options) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var r Results
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if o.plot != "" {
		if err := os.WriteFile(o.plot, []byte(r.plot()), 0o644); err != nil {
			return err
		}
	}
	if o.doc == "" {
		fmt.Print(r.table())
		return nil
	}
	page, err := os.ReadFile(o.doc)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(page, []byte(tableBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(tableEnd))
	if !ok || !ok2 {
		return fmt.Errorf("%s does not have the marks %q and %q", o.doc, strings.TrimSpace(tableBegin), tableEnd)
	}
	page = append(before, tableBegin+r.table()+tableEnd+string(after)...)
	return os.WriteFile(o.doc, page, 0o644)
}

// table writes the results as Markdown.
func (r Results) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s.\n", r.Machine)
	for _, s := range r.Sets {
		s.table(&b)
	}
	if len(r.Missing) > 0 {
		fmt.Fprintf(&b, "\nNot on the machine, so not measured: %s.\n", strings.Join(r.Missing, ", "))
	}
	return b.String()
}

// table writes one set's results.
func (s SetResult) table(b *strings.Builder) {
	base, alone := s.find("statloom").Median(), s.find("inflate-own").Median()
	fmt.Fprintf(b, "\n**%s** (%s)\n\n| reader | rounds | median s | least s | million cells/s | peak memory | times inflating alone | statloom is faster by |\n"+
		"| --- | --: | --: | --: | --: | --: | --: | --: |\n", s.Title, size(s.Bytes))
	for _, run := range s.Runs {
		if run.Failed != "" {
			fmt.Fprintf(b, "| %s | | does not read it | | | | | |\n", label(run.Reader))
			continue
		}
		m := run.Median()
		name, speed, faster := label(run.Reader), "", fmt.Sprintf("%.1f×", m/base)
		if run.Cells > 0 {
			speed = fmt.Sprintf("%.2f", float64(run.Cells)/m/1e6)
		} else {
			faster = fmt.Sprintf("%.2f×", m/base)
		}
		if run.Reader == "statloom" {
			name, faster = "**statloom**", ""
		}
		fmt.Fprintf(b, "| %s | %d | %.3f | %.3f | %s | %s | %.2f | %s |\n", name, len(run.Seconds), m, slices.Min(run.Seconds), speed, size(run.Peak), m/alone, faster)
	}
}

func (s SetResult) find(reader string) Run {
	for _, r := range s.Runs {
		if r.Reader == reader {
			return r
		}
	}
	return Run{}
}

// label says what a reader is.
func label(reader string) string {
	names := map[string]string{
		beside: "statloom, as many books at once as cores", "excelize": "excelize (Go), raw values", "calamine": "python-calamine", "fastexcel": "fastexcel (Python, to Arrow)",
		"polars": "polars (Python, by fastexcel)", "openpyxl": "openpyxl (Python), read-only", "pandas": "pandas (Python, by openpyxl)",
		"SheetJS": "SheetJS (Node.js)", "readxl": "readxl (R)", "inflate": "only inflating, with Go's standard library",
		"inflate-own": "only inflating, with statloom's inflater", "count": "`statloom read --count`, start to end",
		"to-parquet": "`statloom read --format parquet`, start to end", "pandas-to-parquet": "the same by a pandas script",
	}
	if name, ok := names[reader]; ok {
		return name
	}
	return reader
}

func size(n int64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
}
