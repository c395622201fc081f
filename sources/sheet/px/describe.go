package px

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/cube"
)

// describe makes the tables of the keywords, one for each language.
func (b *book) describe(k *keywords) error {
	main := strings.ToLower(k.plain("LANGUAGE"))
	langs := []string{main}
	for _, e := range k.entries {
		if e.name != "LANGUAGES" {
			continue
		}
		for _, lang := range e.values {
			lang = strings.ToLower(strings.TrimSpace(lang))
			if !slices.Contains(langs, lang) && k.translated(lang) {
				langs = append(langs, lang)
			}
		}
	}
	if len(langs) > b.limits.Sheets {
		return sheet.Exceeds(b.in.Name, "", "", sheet.LimitSheets, b.limits.Sheets)
	}
	var first *cube.Table
	for _, lang := range langs {
		v := &view{book: b, k: k, lang: lang, main: main, first: first}
		p, err := v.page()
		if err != nil {
			return err
		}
		if len(langs) > 1 {
			p.name += " (" + lang + ")"
		}
		p.table.Sheet = p.name
		if first == nil {
			first = p.table
			b.keyed = v.keyed()
			if err := b.checkSize(first); err != nil {
				return err
			}
		}
		b.sheets = append(b.sheets, p)
	}
	return nil
}

// checkSize refuses cubes that are too large before anything is made for their values. A sparse file holds fewer values
// than its dimensions call for; they are counted as they are read.
func (b *book) checkSize(t *cube.Table) error {
	n := cube.Product(t.Dims)
	if n == 0 {
		return b.fault("the table has no values: one of its variables is empty", "ask the office for a sound file")
	}
	if b.keyed == nil && (n > b.limits.Cells || n/t.Width*t.Cells() > b.limits.Cells) {
		return sheet.Exceeds(b.in.Name, t.Sheet, "", sheet.LimitCells, b.limits.Cells)
	}
	return nil
}

// translated reports whether anything that shows is said in a language.
func (k *keywords) translated(lang string) bool {
	return lang != "" && slices.ContainsFunc(k.entries, func(e entry) bool {
		return e.lang == lang && (e.name == "TITLE" || e.name == "STUB" || e.name == "HEADING" || e.name == "VALUES" || e.name == "CONTENTS")
	})
}

// view is the file in one language.
type view struct {
	book   *book
	k      *keywords
	lang   string
	main   string
	first  *cube.Table // the table in the main language; nil for that itself
	dims   []cube.Dim
	names  []string // of the variables in the main language
	codes  [][]string
	places []map[string]int // labels and codes -> index of the label
}

// said reports whether an entry is in the language of the view.
func (v *view) said(e *entry) bool {
	return e.lang == v.lang || e.lang == "" && v.lang == v.main
}

// find gives the first entry of a keyword about something, in the view's language or else in the main one.
func (v *view) find(name string, about ...string) *entry {
	var fallback *entry
	for _, e := range v.k.byAbout[aboutKey(name, about)] {
		if len(e.values) == 0 {
			continue
		}
		if v.said(e) {
			return e
		}
		if fallback == nil && (e.lang == "" || e.lang == v.main) {
			fallback = e
		}
	}
	return fallback
}

// text gives the value of a keyword that is about the whole file.
func (v *view) text(name string) string {
	if e := v.find(name); e != nil {
		return strings.TrimSpace(strings.Join(e.values, ", "))
	}
	return ""
}

// all calls visit with the entries of a keyword in the view's language, or in the main one if it has none.
func (v *view) all(name string, visit func(*entry)) {
	any := false
	for _, e := range v.k.byName[name] {
		if v.said(e) {
			any = true
			visit(e)
		}
	}
	if any {
		return
	}
	for _, e := range v.k.byName[name] {
		if e.lang == "" || e.lang == v.main {
			visit(e)
		}
	}
}

func (v *view) page() (page, error) {
	heading, err := v.variables()
	if err != nil {
		return page{}, err
	}
	c := cube.Cube{Lang: v.lang, Dims: v.dims, Across: heading, Decimals: v.decimals()}
	v.units(&c)
	v.precision()
	v.titles(&c)
	p := page{name: v.sheetName()}
	p.symbols = v.symbols(&c)
	v.notes(&c, &p)
	p.table = cube.Place(c)
	return p, nil
}

// variables reads the dimensions with their labels, and gives how many of them go across.
func (v *view) variables() (heading int, err error) {
	main := &view{book: v.book, k: v.k, lang: v.main, main: v.main}
	over := main.list("HEADING")
	v.names = append(slices.Clone(main.list("STUB")), over...)
	shown := append(slices.Clone(v.list("STUB")), v.list("HEADING")...)
	switch {
	case len(v.names) == 0:
		return 0, v.book.fault("neither STUB nor HEADING name a variable", "the file is damaged: fetch it again")
	case len(v.names) > v.book.limits.Nesting:
		return 0, sheet.Exceeds(v.book.in.Name, "", "", sheet.LimitNesting, v.book.limits.Nesting)
	case len(shown) != len(v.names):
		shown = v.names
	}
	for i, name := range v.names {
		if slices.Index(v.names, name) != i {
			return 0, v.book.fault(fmt.Sprintf("STUB and HEADING name the variable %q twice", name), "ask the office for a sound file")
		}
		if err := v.variable(name, shown[i]); err != nil {
			return 0, err
		}
		if v.first != nil && len(v.first.Dims[i].Labels) != len(v.dims[i].Labels) {
			return 0, v.book.fault(fmt.Sprintf("VALUES of the variable %q are %d, but %d in the language %s", name,
				len(v.first.Dims[i].Labels), len(v.dims[i].Labels), v.lang), "ask the office for a sound file")
		}
	}
	return len(over), nil
}

// list gives all values of a keyword that is about the whole file.
func (v *view) list(name string) []string {
	if e := v.find(name); e != nil {
		return e.values
	}
	return nil
}

// variable reads one dimension.
func (v *view) variable(name, shown string) error {
	d := cube.Dim{Name: strings.TrimSpace(shown)}
	codes, times := v.about("CODES", name, shown), v.about("TIMEVAL", name, shown)
	if len(times) > 0 && strings.HasPrefix(strings.ToUpper(times[0]), "TLIST(") && len(times[0]) > 6 {
		d.Freq = strings.ToUpper(times[0])[6]
		times = times[1:]
	}
	for _, labels := range [][]string{v.about("VALUES", name, shown), codes, times} {
		if d.Labels = labels; len(labels) > 0 {
			break
		}
	}
	if len(d.Labels) == 0 {
		return v.book.fault(fmt.Sprintf("the variable %q has no VALUES", name), "the file is damaged: fetch it again")
	}
	places := make(map[string]int, len(d.Labels))
	for i := len(codes) - 1; i >= 0; i-- {
		places[codes[i]] = i
	}
	for i := len(d.Labels) - 1; i >= 0; i-- {
		places[d.Labels[i]] = i
	}
	v.dims, v.codes, v.places = append(v.dims, d), append(v.codes, codes), append(v.places, places)
	return nil
}

// about gives the values of a keyword about a variable, by its name in the view's language or in the main one.
func (v *view) about(keyword, name, shown string) []string {
	e := v.find(keyword, shown)
	if e == nil || !v.said(e) {
		if other := v.find(keyword, name); other != nil && (e == nil || v.said(other)) {
			e = other
		}
	}
	if e == nil {
		return nil
	}
	return e.values
}

// decimals gives how many decimals the table shows.
func (v *view) decimals() int {
	for _, name := range []string{"SHOWDECIMALS", "DECIMALS"} {
		if n, err := strconv.Atoi(v.text(name)); err == nil {
			return n
		}
	}
	return -1
}

// units reads the unit of the table, or those of the labels of the variable that tells contents.
func (v *view) units(c *cube.Cube) {
	c.Unit = v.text("UNITS")
	content := v.index(v.text("CONTVARIABLE"))
	v.all("UNITS", func(e *entry) {
		if len(e.about) != 1 || len(e.values) == 0 {
			return
		}
		for i := range v.dims {
			if content >= 0 && i != content {
				continue
			}
			if at := v.label(i, e.about[0]); at >= 0 {
				if v.dims[i].Units == nil {
					v.dims[i].Units = make([]string, len(v.dims[i].Labels))
				}
				v.dims[i].Units[at] = strings.TrimSpace(strings.Join(e.values, ", "))
				return
			}
		}
	})
}

// precision reads the decimals of single labels.
func (v *view) precision() {
	v.all("PRECISION", func(e *entry) {
		if len(e.about) != 2 || len(e.values) == 0 {
			return
		}
		n, err := strconv.Atoi(strings.TrimSpace(e.values[0]))
		i := v.index(e.about[0])
		if err != nil || i < 0 {
			return
		}
		at := v.label(i, e.about[1])
		if at < 0 {
			return
		}
		if v.dims[i].Decimals == nil {
			v.dims[i].Decimals = slices.Repeat([]int{-1}, len(v.dims[i].Labels))
		}
		v.dims[i].Decimals[at] = n
	})
}

// index gives the dimension of a name in the view's language or in the main one; -1 for none.
func (v *view) index(name string) int {
	if name = strings.TrimSpace(name); name == "" {
		return -1
	}
	for i, d := range v.dims {
		if d.Name == name || strings.TrimSpace(v.names[i]) == name {
			return i
		}
	}
	return -1
}

// label gives the place of a label or code among those of a dimension; -1 for none.
func (v *view) label(dim int, text string) int {
	if i, ok := v.places[dim][text]; ok && i < len(v.dims[dim].Labels) {
		return i
	}
	return -1
}

// titles reads what stands above the table.
func (v *view) titles(c *cube.Cube) {
	for _, name := range []string{"TITLE", "DESCRIPTION", "CONTENTS"} {
		if t := v.text(name); t != "" {
			c.Titles = append(c.Titles, t)
			break
		}
	}
	switch strings.ToUpper(v.text("CFPRICES")) {
	case "C":
		c.Titles = append(c.Titles, pick(v.lang, "Giá hiện hành", "Current prices"))
	case "F":
		c.Titles = append(c.Titles, pick(v.lang, "Giá so sánh", "Constant prices"))
	}
}

func pick(lang, vi, en string) string {
	if strings.HasPrefix(lang, "vi") {
		return vi
	}
	return en
}

// sheetName is the name of the matrix, or of the file.
func (v *view) sheetName() string {
	if m := v.k.plain("MATRIX"); m != "" {
		return m
	}
	base := path.Base(strings.ReplaceAll(v.book.in.Name, `\`, "/"))
	if base = strings.TrimSuffix(base, path.Ext(base)); base == "" || base == "." || base == "/" {
		return "Sheet1"
	}
	return strings.ToValidUTF8(base, "?")
}
