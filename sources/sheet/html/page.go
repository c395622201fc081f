package html

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/tape"
)

// page reads a page.
type page struct {
	book     *book
	z        *html.Tokenizer
	rules    sheetRules
	budget   *tape.Budget
	spare    []*tape.Recorder
	excel    bool     // Excel wrote the page: every table that stands on its own is a sheet
	libre    bool     // LibreOffice wrote the page: the same, and texts are what has no sdval
	frames   bool     // the page only holds frames
	date1904 bool     // days are counted from 1904
	names    []string // of sheets, as Excel notes them beside the page

	words map[string]string // values of attributes that come again and again
	looks map[lookKey]look  // of elements that say the same about themselves

	raw      string // the element whose raw text is being read
	title    []byte
	base     look   // of the body
	heading  []byte // the last one, until a table takes it
	headings bool   // a heading is being read
	open     []*table
	ended    []*finished
	tables   int
}

// finished is a table that is a sheet.
type finished struct {
	order  int
	outer  bool // it stands in no other table
	name   string
	hidden bool
	sheet  recorded
}

func newPage(b *book, text io.Reader) *page {
	p := &page{book: b, z: html.NewTokenizer(text), rules: sheetRules{}, words: map[string]string{}, looks: map[lookKey]look{}, budget: tape.NewBudget(b.limits.Strings)}
	p.z.SetMaxBuf(int(min(8*b.limits.Text, 1<<30)))
	return p
}

// read reads the whole page and lists its sheets.
func (p *page) read() error {
	for {
		var err error
		switch p.z.Next() {
		case html.ErrorToken:
			if err := p.z.Err(); !errors.Is(err, io.EOF) {
				return p.readError(err)
			}
			return p.end()
		case html.TextToken:
			if p.listens() {
				p.text(p.z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			err = p.start()
		case html.EndTagToken:
			name, _ := p.z.TagName()
			err = p.endTag(string(name))
		case html.CommentToken:
			p.comment(p.z.Text())
		}
		if err != nil {
			return err
		}
	}
}

func (p *page) readError(err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, html.ErrBufferExceeded):
		return sheet.Exceeds(p.book.file, "", "", sheet.LimitText, p.book.limits.Text)
	}
	return &fault.Error{Kind: fault.Input, File: p.book.file, What: "read the page", Remedy: "fetch it again", Err: err}
}

// top is the innermost table that is open, or nil.
func (p *page) top() *table {
	if n := len(p.open); n > 0 {
		return p.open[n-1]
	}
	return nil
}

// start reads a start tag.
func (p *page) start() error {
	name, more := p.z.TagName()
	tag := string(name)
	a := p.attributes(more)
	switch tag {
	case "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext":
		p.raw = tag
		return nil
	case "frameset":
		p.frames = true
		return nil
	case "html":
		p.excel = p.excel || a.excel
		return nil
	case "meta":
		if strings.EqualFold(a.name, "ProgId") && strings.EqualFold(a.content, "Excel.Sheet") {
			p.excel = true
		}
		if strings.EqualFold(a.name, "generator") && officeSuite.MatchString(a.content) {
			p.libre = true
			clear(p.looks)
		}
		return nil
	case "body":
		p.base = p.look(tag, &a).inherited()
		return nil
	case "table":
		return p.openTable(&a)
	}
	if t := p.top(); t != nil {
		return t.start(tag, &a)
	}
	if isHeading(tag) || p.headings && p.libre && tag == "em" { // LibreOffice: <h1>Sheet 1: <em>name</em></h1>
		p.headings, p.heading = true, p.heading[:0]
	} else if p.headings {
		p.heading = append(p.heading, ' ')
	}
	return nil
}

func isHeading(tag string) bool {
	return len(tag) == 2 && tag[0] == 'h' && tag[1] >= '1' && tag[1] <= '6'
}

// openTable begins a table. One that begins within another outside of any cell ends that one, as in browsers.
func (p *page) openTable(a *attrs) error {
	outer := p.top()
	if outer != nil && !outer.inCell {
		if err := p.closeTable(); err != nil {
			return err
		}
		outer = p.top()
	}
	if len(p.open) >= p.book.limits.Nesting {
		return sheet.Exceeds(p.book.file, "", "", sheet.LimitNesting, p.book.limits.Nesting)
	}
	p.tables++
	p.open = append(p.open, newTable(p, outer, a))
	p.headings = false
	return nil
}

// closeTable ends the innermost table, and keeps it if it is a sheet.
func (p *page) closeTable() error {
	n := len(p.open) - 1
	t := p.open[n]
	done, err := t.finish()
	if err != nil {
		return err
	}
	p.open = p.open[:n]
	if done == nil {
		if n > 0 && !t.hidden {
			p.open[n-1].flatten(t.flat)
		}
		return nil
	}
	if len(p.ended) >= p.book.limits.Sheets {
		return sheet.Exceeds(p.book.file, "", "", sheet.LimitSheets, p.book.limits.Sheets)
	}
	p.ended = append(p.ended, done)
	return nil
}

func (p *page) endTag(tag string) error {
	if p.raw != "" {
		p.raw = ""
		return nil
	}
	switch {
	case tag == "table" && len(p.open) > 0:
		return p.closeTable()
	case tag == "body" || tag == "html":
		for len(p.open) > 0 {
			if err := p.closeTable(); err != nil {
				return err
			}
		}
		return nil
	}
	if t := p.top(); t != nil {
		return t.end(tag)
	}
	if isHeading(tag) {
		p.headings = false
	}
	return nil
}

// maxHeading bounds what is kept of a heading or a title.
const maxHeading = 4 << 10

// listens reports whether text means anything here; between the cells of a table it is white space.
func (p *page) listens() bool {
	if p.raw != "" {
		return p.raw == "style" || p.raw == "title"
	}
	if t := p.top(); t != nil {
		return t.inCell || t.inCaption
	}
	return p.headings
}

func (p *page) text(b []byte) {
	switch {
	case p.raw == "style":
		p.rules.add(string(b))
		clear(p.looks)
	case p.raw == "title":
		p.title = append(p.title, b[:min(len(b), maxHeading-min(len(p.title), maxHeading))]...)
	case len(p.open) > 0:
		p.top().text(b)
	case p.headings:
		p.heading = append(p.heading, b[:min(len(b), maxHeading-min(len(p.heading), maxHeading))]...)
	}
}

// The tokenizer has resolved entities in comments already.
var sheetName = regexp.MustCompile(`(?is)<x:Name>(.*?)</x:Name>`)

// comment reads what Excel notes beside the page, in a comment that only it reads.
func (p *page) comment(b []byte) {
	if !bytes.Contains(b, []byte("<x:")) {
		return
	}
	p.excel = p.excel || bytes.Contains(b, []byte("<x:ExcelWorkbook"))
	p.date1904 = p.date1904 || bytes.Contains(b, []byte("<x:Date1904"))
	p.frames = p.frames || bytes.Contains(b, []byte("<x:WorksheetSource"))
	for _, m := range sheetName.FindAllSubmatch(b, p.book.limits.Sheets) {
		p.names = append(p.names, string(m[1]))
	}
}

// end lists the sheets.
func (p *page) end() error {
	if len(p.open) > 0 {
		return p.book.fault("the page ends within a table: it is truncated", "fetch it again")
	}
	slices.SortFunc(p.ended, func(a, b *finished) int { return a.order - b.order })
	p.nameByExcel()
	taken := map[string]bool{}
	for i, f := range p.ended {
		name := uniqueName(f.name, i+1, taken)
		p.book.infos = append(p.book.infos, sheet.Info{Name: name, Hidden: f.hidden})
		p.book.sheets = append(p.book.sheets, f.sheet)
		var wrong *fault.Error
		if errors.As(f.sheet.err, &wrong) {
			wrong.Sheet = name
		}
	}
	return nil
}

// nameByExcel gives the tables the names that Excel noted, if there is one for each.
func (p *page) nameByExcel() {
	var outer []*finished
	for _, f := range p.ended {
		if f.outer {
			outer = append(outer, f)
		}
	}
	if len(outer) != len(p.names) {
		return
	}
	for i, f := range outer {
		f.name = p.names[i]
	}
}
