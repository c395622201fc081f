package draw

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed sheet.html
var sheetHTML string

// css is how the classes of a drawn sheet look. Its colours are for light pages; they are variables, so that
// a page can give them others in the dark.
//
//go:embed sheet.css
var css string

// CSS gives the style sheet that goes with every drawn sheet of a page.
func CSS() template.CSS {
	var b strings.Builder
	b.WriteString(css)
	for i := 1; i <= maxIndent; i++ {
		fmt.Fprintf(&b, ".book .in%d{padding-left:%.1fem}\n", i, 0.4+float64(i))
	}
	return template.CSS(b.String())
}

// Write writes the sheet as an HTML table. All that comes from the book is escaped.
func (s *Sheet) Write(w io.Writer) error {
	t, err := template.New("sheet").Funcs(template.FuncMap{"say": s.say, "skipped": s.skipped}).Parse(sheetHTML)
	if err != nil {
		return fmt.Errorf("read the template of a sheet: %w", err)
	}
	if err := t.Execute(w, s); err != nil {
		return fmt.Errorf("draw sheet: %w", err)
	}
	return nil
}

// HTML gives what Write writes.
func (s *Sheet) HTML() (template.HTML, error) {
	var b strings.Builder
	err := s.Write(&b)
	return template.HTML(b.String()), err
}

// say gives the words of a key in the languages asked for.
func (s *Sheet) say(key string) template.HTML {
	return s.words(func(language string) string { return sayings[key][language == "vi"] })
}

func (s *Sheet) skipped(n int) template.HTML {
	return s.words(func(language string) string {
		if language == "vi" {
			return fmt.Sprintf("bỏ %d", n)
		}
		return fmt.Sprintf("%d left out", n)
	})
}

// words writes the same in each language.
func (s *Sheet) words(in func(language string) string) template.HTML {
	switch len(s.Languages) {
	case 0:
		return template.HTML(template.HTMLEscapeString(in("en")))
	case 1:
		return template.HTML(template.HTMLEscapeString(in(s.Languages[0])))
	}
	var b strings.Builder
	for _, l := range s.Languages {
		fmt.Fprintf(&b, `<span lang="%s">%s</span>`, template.HTMLEscapeString(l), template.HTMLEscapeString(in(l)))
	}
	return template.HTML(b.String())
}

// sayings are the words round a sheet, in Vietnamese (true) and English (false).
var sayings = map[string]map[bool]string{
	"hidden": {true: "ẩn", false: "hidden"},
}
