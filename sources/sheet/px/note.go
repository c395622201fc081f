package px

import (
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet/cube"
)

// maxRemarks is how many cells a note may hang on; one about more of them stands below the table.
const maxRemarks = 1000

// readable are the symbols that readers of tables know as marks. One that a file wants to be shown and is none of them
// stays a note below the table, and the stored dots stay in the cells: they mean that a value is missing.
var readable = []string{"-", "–", ".", "..", "...", "…", "....", ":", "x", "X", "*", "n/a", "na", "n.a.", "c"}

// symbols reads how the stored marks are shown: DATASYMBOL1 to 6 stand for as many dots, DATASYMBOLNIL for a dash.
func (v *view) symbols(c *cube.Cube) map[string]string {
	shown := map[string]string{}
	add := func(keyword, mark string) {
		s := v.text(keyword)
		switch {
		case s == "" || s == mark:
		case slices.Contains(readable, s):
			shown[mark] = s
		default:
			c.Notes = append(c.Notes, mark+" = "+s)
		}
	}
	for n := 1; n <= 6; n++ {
		add("DATASYMBOL"+strconv.Itoa(n), strings.Repeat(".", n))
	}
	add("DATASYMBOLNIL", "-")
	return shown
}

// notes reads what stands below the table and what hangs on its cells.
func (v *view) notes(c *cube.Cube, p *page) {
	legend := c.Notes
	c.Notes = nil
	line := func(lead string, text string) {
		for _, part := range strings.Split(text, "#") { // the sign for a new line
			if part = strings.TrimSpace(part); part != "" {
				c.Notes = append(c.Notes, lead+part)
			}
		}
	}
	for _, name := range []string{"NOTEX", "NOTE", "VALUENOTEX", "VALUENOTE"} {
		v.all(name, func(e *entry) {
			lead := ""
			if len(e.about) > 0 {
				lead = e.about[len(e.about)-1] + ": "
			}
			line(lead, strings.Join(e.values, ", "))
		})
	}
	for _, name := range []string{"CELLNOTEX", "CELLNOTE", "DATANOTECELL"} {
		v.all(name, func(e *entry) {
			text := strings.TrimSpace(strings.ReplaceAll(strings.Join(e.values, ", "), "#", "\n"))
			if text != "" && !v.remark(e, text, p) {
				line(about(e.about), strings.Join(e.values, ", "))
			}
		})
	}
	c.Notes = append(c.Notes, legend...)
	for _, k := range [...]struct{ name, vi, en string }{
		{"BASEPERIOD", "Kỳ gốc: ", "Base period: "},
		{"REFPERIOD", "Thời kỳ: ", "Reference period: "},
		{"SURVEY", "Điều tra: ", "Survey: "},
		{"SOURCE", cube.Source("vi"), cube.Source("")},
		{"LAST-UPDATED", cube.Updated("vi"), cube.Updated("")},
	} {
		v.all(k.name, func(e *entry) {
			lead := pick(v.lang, k.vi, k.en)
			if len(e.about) > 0 {
				lead += strings.Join(e.about, "; ") + ": "
			}
			line(lead, strings.Join(e.values, ", "))
		})
	}
}

// about says which cells a note is about.
func about(labels []string) string {
	var said []string
	for _, l := range labels {
		if l != "*" {
			said = append(said, l)
		}
	}
	if said == nil {
		return ""
	}
	return strings.Join(said, "; ") + ": "
}

// remark hangs a note on the cells it is about; false if these are too many or not told.
func (v *view) remark(e *entry, text string, p *page) bool {
	if len(e.about) != len(v.dims) {
		return false
	}
	values := []int64{0}
	for i, want := range e.about {
		size := int64(len(v.dims[i].Labels))
		from, to := int64(0), size
		if want != "*" {
			at := v.label(i, want)
			if at < 0 {
				return false
			}
			from, to = int64(at), int64(at)+1
		}
		if int64(len(values))*(to-from) > maxRemarks {
			return false
		}
		next := make([]int64, 0, int64(len(values))*(to-from))
		for _, value := range values {
			for at := from; at < to; at++ {
				next = append(next, value*size+at)
			}
		}
		values = next
	}
	if p.remarks == nil {
		p.remarks = map[int64][]cube.Remark{}
	}
	for _, value := range values {
		p.remarks[value] = append(p.remarks[value], cube.Remark{Value: value, Text: text})
	}
	return true
}
