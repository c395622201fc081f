package trace

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/statloom/statloom/sources/sheet/draw"
)

//go:embed page.html
var pageHTML string

// page is what the template draws.
type page struct {
	Language string
	W        words
	Value    *Value
	Sheets   []Sheet
	CSS      template.CSS // of drawn sheets
}

// Page writes one self-contained page: the value, what it was made of, and the sheets in which that stands. It needs no
// script and nothing from elsewhere.
func Page(out io.Writer, v *Value, sheets []Sheet, language string) error {
	p := page{Language: "vi", W: wording(language), Value: v, Sheets: sheets, CSS: draw.CSS()}
	if language == "en" {
		p.Language = "en"
	}
	ids := map[[2]string]string{}
	for _, s := range sheets {
		ids[[2]string{s.From.Snapshot, s.From.Sheet}] = s.ID
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"link": func(s *Source) string {
			id := ids[[2]string{s.Snapshot, s.Sheet}]
			if id == "" || s.Problem != "" {
				return ""
			}
			cell, _, _ := strings.Cut(s.Cell, ":")
			return id + "-" + cell
		},
		"number": func(x *float64) string { return p.W.number(x, -1) },
		"key":    keyText,
		"status": p.W.status,
		"role":   p.W.role,
		"pick":   p.W.pick,
		"day":    day,
		"draw": func(s Sheet) (template.HTML, error) {
			s.Drawn.Languages = []string{p.Language}
			return s.Drawn.HTML()
		},
		"leftOut": func(s Sheet) string { return s.Drawn.LeftOut(p.Language) },
		"dict":    func(w words, v *Value, level int) map[string]any { return map[string]any{"W": w, "V": v, "L": level} },
		"next":    func(level int) int { return min(level+1, 6) },
	}).Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	return t.Execute(out, p)
}
