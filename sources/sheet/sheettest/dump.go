package sheettest

import (
	"context"
	"fmt"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
)

// Dump writes a book in the notation that Parse reads, so that books of different formats can be compared and the
// difference be read. Style ids do not show, only what the styles are.
func Dump(ctx context.Context, b sheet.Book) (string, error) {
	var out strings.Builder
	for i, info := range b.Sheets() {
		out.WriteString("!sheet " + info.Name)
		if info.Hidden {
			out.WriteString(" hidden")
		}
		out.WriteByte('\n')
		next := 1
		tail, err := b.Scan(ctx, i, func(r *sheet.Row) error {
			if r.Number != next {
				fmt.Fprintf(&out, "!row %d\n", r.Number)
			}
			if r.Hidden {
				out.WriteString("!hide row\n")
			}
			out.WriteString(dumpRow(b, r) + "\n")
			next = r.Number + 1
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("scan sheet %q: %w", info.Name, err)
		}
		for _, span := range tail.HiddenCols {
			fmt.Fprintf(&out, "!hide cols %s:%s\n", sheet.ColumnName(span.First), sheet.ColumnName(span.Last))
		}
		for _, m := range tail.Merges {
			out.WriteString("!merge " + m.String() + "\n")
		}
	}
	return out.String(), nil
}

func dumpRow(b sheet.Book, r *sheet.Row) string {
	var fields []string
	for i := range r.Cells {
		c := &r.Cells[i]
		for len(fields) < c.Col-1 {
			fields = append(fields, "")
		}
		fields = append(fields, dumpCell(b, c))
	}
	return strings.Join(fields, " | ")
}

func dumpCell(b sheet.Book, c *sheet.Cell) string {
	marks := styleMarks(b.Style(c.Style))
	switch {
	case c.NoCache:
		marks = append(marks, "nocache")
	case c.Formula:
		marks = append(marks, "f")
	}
	if c.Type == sheet.Date {
		marks = append(marks, "date")
	}
	if len(c.Runs) > 0 {
		var parts []string
		for _, r := range c.Runs {
			parts = append(parts, fmt.Sprintf("%d:%s", r.End, strings.ReplaceAll(r.Font, " ", "_")))
		}
		marks = append(marks, "runs="+strings.Join(parts, ","))
	}
	value := dumpValue(c)
	if len(marks) == 0 && (value != "" || c.Type != sheet.Empty) {
		return value
	}
	return strings.TrimSpace("{" + strings.Join(marks, " ") + "} " + value)
}

func styleMarks(s *sheet.Style) []string {
	var marks []string
	add := func(on bool, m string) {
		if on {
			marks = append(marks, m)
		}
	}
	add(s.Indent > 0, strings.Repeat(">", s.Indent))
	add(s.Bold, "b")
	add(s.Italic, "i")
	add(s.HAlign != "", s.HAlign)
	add(s.BorderTop, "top")
	add(s.BorderBot, "bottom")
	add(s.NumFmt != "General", "fmt="+strings.ReplaceAll(s.NumFmt, " ", "_"))
	add(s.Font != "", "font="+strings.ReplaceAll(s.Font, " ", "_"))
	return marks
}

func dumpValue(c *sheet.Cell) string {
	switch c.Type {
	case sheet.Bool:
		if c.Num != 0 {
			return "TRUE"
		}
		return "FALSE"
	case sheet.Text:
		plain := c.Text != "" && c.Text == strings.TrimSpace(c.Text) && !strings.ContainsAny(c.Text[:1], `{!"`) &&
			!numberText.MatchString(c.Text) && !errorText.MatchString(c.Text) && c.Text != "TRUE" && c.Text != "FALSE"
		if plain {
			return escape.Replace(c.Text)
		}
		return `"` + escape.Replace(c.Text) + `"`
	case sheet.Number, sheet.Date, sheet.Error:
		return c.Text
	}
	return ""
}
