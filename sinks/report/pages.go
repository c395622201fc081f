package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/statloom/statloom/sinks/words"
)

//go:embed page.html
var pageHTML string

// assets are what all pages share: style sheets, scripts, the chart library with its licence.
//
//go:embed site
var assets embed.FS

// page is one HTML file. It holds what can be read without scripts; scripts fill it.
type page struct {
	Site    site
	Kind    string // overview, indicators, indicator, datasets, dataset, quality, runs
	ID      string // of what it shows
	File    string // of the data it shows
	Title   text
	Root    string // way to the site's first folder: "" or "../"
	Charts  bool   // it draws charts
	Styles  []string
	Scripts []string
}

// In gives a text in the language the site begins in.
func (p page) In(t text) string {
	if p.Site.Language == "en" && t[1] != "" || t[0] == "" {
		return t[1]
	}
	return t[0]
}

// Lang is the language the site begins in.
func (p page) Lang() string {
	if p.Site.Language == "en" {
		return "en"
	}
	return "vi"
}

// Scripts of every page, in the order they run, and those that only some pages have.
var (
	styles      = []string{"css/base.css", "css/parts.css", "css/sheet.css", "css/print.css"}
	scripts     = []string{"load", "words", "shared", "i18n", "format", "dom", "table", "spark", "sheet", "trace"}
	chartParts  = []string{"chart", "picture"}
	kindScripts = map[string][]string{
		"overview": {"target", "lists", "overview"}, "indicators": {"lists"}, "datasets": {"lists"}, "indicator": {"target", "indicator"}, "dataset": {"records", "series", "dataset"},
		"quality": {"quality"}, "runs": {"runs"},
	}
)

// writePages writes the HTML files and copies the assets.
func (w *writer) writePages(s site) error {
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	pages := []page{
		{Kind: "overview", Title: text{"Tổng quan", "Overview"}}, {Kind: "indicators", Title: text{"Chỉ tiêu", "Indicators"}},
		{Kind: "datasets", Title: text{"Bộ dữ liệu", "Datasets"}}, {Kind: "quality", Title: text{"Chất lượng số liệu", "Data quality"}},
		{Kind: "runs", Title: text{"Lần chạy", "Runs"}},
	}
	for _, p := range s.Pages {
		pages = append(pages, page{Kind: p.Kind, ID: p.ID, File: p.File, Title: p.Name, Root: "../", Charts: true})
	}
	for _, p := range pages {
		p.Site = s
		p.link()
		name := p.Kind + ".html"
		switch {
		case p.Kind == "overview":
			name = "index.html"
		case p.ID != "":
			name = p.Kind + "/" + p.File + ".html"
		}
		var b bytes.Buffer
		if err := t.Execute(&b, p); err != nil {
			return fmt.Errorf("write page %s: %w", name, err)
		}
		if err := w.put(name, b.Bytes()); err != nil {
			return err
		}
	}
	var looks []byte
	if w.release.Books != nil {
		looks = w.release.Books.Style()
	}
	if err := w.put("css/sheet.css", looks); err != nil {
		return err
	}
	said, err := words.JSON()
	if err != nil {
		return fmt.Errorf("write the words: %w", err)
	}
	if err := w.put("js/shared.js", slices.Concat([]byte("Object.assign(window.statloom.words, "), said, []byte(");\n"))); err != nil {
		return err
	}
	return w.copyAssets()
}

// link lists the style sheets and scripts of a page.
func (p *page) link() {
	p.Styles = styles
	parts := append([]string{}, scripts...)
	if p.Charts {
		p.Styles = append([]string{"vendor/" + chartLibrary + "/uPlot.min.css"}, styles...)
		p.Scripts = append(p.Scripts, "vendor/"+chartLibrary+"/uPlot.iife.min.js")
		parts = append(parts, chartParts...)
	}
	for _, name := range append(append(parts, kindScripts[p.Kind]...), "page") {
		p.Scripts = append(p.Scripts, "js/"+name+".js")
	}
}

// chartLibrary is the folder of the chart library, which names its version.
const chartLibrary = "uplot-1.6.32"

func (w *writer) copyAssets() error {
	return fs.WalkDir(assets, "site", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := assets.ReadFile(name)
		if err != nil {
			return err
		}
		return w.put(strings.TrimPrefix(path.Clean(name), "site/"), content)
	})
}
