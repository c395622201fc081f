package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/statloom/statloom/sources/sheet/draw"
	"github.com/statloom/statloom/transforms/layout"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// asked is a question of the page's list.
type asked struct {
	Question
	Sheet *section
	Table *table
}

// mostAsked is how many questions are listed at the top; those of each table stand with it.
const mostAsked = 150

// Write writes the page. It needs nothing from elsewhere, and no other page of the same machine can put a script in it.
func (p *Page) Write(w io.Writer) error {
	sum := sha256.Sum256([]byte(pageJS))
	data := struct {
		Options
		CSS, DrawCSS  template.CSS
		JS            template.JS
		Policy, Title string
		Books         []string
		Sheets        []*section
		Asked         []asked
		More          int
		Figures       int
	}{Options: p.o, CSS: template.CSS(pageCSS), DrawCSS: draw.CSS(), JS: template.JS(pageJS), Sheets: p.sheets,
		Policy: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-" +
			base64.StdEncoding.EncodeToString(sum[:]) + "'"}
	data.Language = p.language()
	for _, s := range p.sheets {
		if n := len(data.Books); n == 0 || data.Books[n-1] != s.Book {
			data.Books = append(data.Books, s.Book)
		}
		for i := range s.Tables {
			for _, q := range s.Tables[i].Questions {
				if len(data.Asked) == mostAsked {
					data.More++
					continue
				}
				data.Asked = append(data.Asked, asked{q, s, &s.Tables[i]})
			}
		}
	}
	data.Title = strings.Join(data.Books, ", ")
	t, err := template.New("page").Funcs(template.FuncMap{
		"t": both, "what": what, "reason": reason,
		"confidence": func(x float64) string { return fmt.Sprintf("%.2f", x) },
		"value":      func(d layout.Decision) template.HTML { return both(value(d), d.Value) },
		"two":        func(s [2]string) template.HTML { return both(s[0], s[1]) },
	}).Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	if err := t.Execute(w, data); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// both writes a text in both languages, of which the page shows one.
func both(vi, en string) template.HTML {
	return template.HTML(`<span lang="vi">` + template.HTMLEscapeString(vi) + `</span><span lang="en">` + template.HTMLEscapeString(en) + `</span>`)
}

func what(key string) template.HTML {
	if names, ok := whats[key]; ok {
		return both(names[0], names[1])
	}
	return template.HTML(template.HTMLEscapeString(key))
}

func reason(r layout.Reason) template.HTML {
	vi, ok := vietnamese(r)
	if !ok {
		return template.HTML(`<span lang="en-GB">` + template.HTMLEscapeString(r.Text) + `</span>`)
	}
	return both(vi, r.Text)
}
