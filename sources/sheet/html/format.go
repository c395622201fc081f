// Package html reads tables of HTML pages: books that programs save as HTML under the name of an .xls, and pages that were
// fetched for their tables. A table is a sheet; so is a table within a table, while a table that only places others on
// the page, or holds no more than a line or a list, is none.
//
// A page is read once, as a stream, when it is opened, and every table is recorded on a tape; the tapes together take
// no more than Limits.Strings.
//
// A cell is a Number where the page says what its value is (Excel's x:num, LibreOffice's sdval), or where it is written
// with digits and a decimal point and can be read in one way only, as for delimited text. Whatever else looks like a
// number stays Text. Raised digits become ¹²³, so that a footnote never becomes a part of a number, and what a
// page hides is not read.
package html

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/tape"
)

// Format is the reader of HTML pages.
type Format struct{}

var _ sheet.Format = Format{}

// Name is "html".
func (Format) Name() string { return "html" }

// before is what may stand before the first tag of a page: white space, an XML declaration, comments, a document type.
var before = regexp.MustCompile(`^(?:\s+|<\?(?s:.*?)\?>|<!--(?s:.*?)-->)*`)

// first is the first tag of a page.
var first = regexp.MustCompile(`^<(?i:!doctype\s+html|(?:html|head|body|table|meta|script|style|title|link|base|div|center|p|font|b|span|h[1-6]|br|form|frameset|thead|tbody|tr|td|a|img|noscript)(?:[\s>]|/>))`)

// archive begins web archives, which hold a page and its parts as a mail would.
var archive = regexp.MustCompile(`^(?i:mime-version:|from:[^\n]*\r?\n(?:[^\n]*\r?\n)*?mime-version:)`)

// Match accepts pages by their first tag, and web archives.
func (Format) Match(head []byte, _ sheet.Input) bool {
	text := decodeHead(head)
	if archive.Match(text) {
		return true
	}
	declared := bytes.HasPrefix(text, []byte("<?xml"))
	rest := text[len(before.Find(text)):]
	if declared && !bytes.HasPrefix(bytes.ToLower(rest), []byte("<html")) && !bytes.HasPrefix(bytes.ToLower(rest), []byte("<!doctype html")) {
		return false
	}
	if first.Match(rest) {
		return true
	}
	return bytes.HasPrefix(rest, []byte("<!--")) && bytes.Contains(bytes.ToLower(rest), []byte("<html")) // a comment longer than the head
}

// Open reads the whole page.
func (Format) Open(ctx context.Context, in sheet.Input, limits sheet.Limits) (sheet.Book, error) {
	limits = limits.WithDefaults()
	b := &book{file: in.Name, limits: limits, ids: map[sheet.Style]sheet.StyleID{}}
	if in.Size > limits.Inflated {
		return nil, sheet.Exceeds(in.Name, "", "", sheet.LimitInflated, limits.Inflated)
	}
	head := make([]byte, min(in.Size, 16<<10))
	if n, err := in.Data.ReadAt(head, 0); n < len(head) {
		return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: "read the first bytes", Remedy: "fetch it again", Err: err}
	}
	if archive.Match(decodeHead(head)) {
		return nil, b.fault("this is a web archive (MHTML, \"Single File Web Page\") saved under a workbook's name",
			"open it in a spreadsheet program and save it as .xlsx")
	}
	text, name, err := decode(ctx, in, head)
	if err != nil {
		return nil, err
	}
	b.format = fmt.Sprintf("html (%s)", name)
	b.styleID(sheet.Style{NumFmt: general}) // StyleID 0 is the default style
	p := newPage(b, text)
	if err := p.read(); err != nil {
		return nil, err
	}
	if len(b.sheets) == 0 {
		return nil, p.noTables()
	}
	return b, nil
}

// book is a page that was read.
type book struct {
	file   string
	format string
	limits sheet.Limits
	infos  []sheet.Info
	sheets []recorded
	looks  []sheet.Style
	ids    map[sheet.Style]sheet.StyleID
}

// recorded is a table, or why it cannot be read.
type recorded struct {
	tape     *tape.Tape
	decimals bool // a point among digits is a decimal point
	err      error
}

// Format says how the page is written: "html (utf-8)".
func (b *book) Format() string { return b.format }

func (b *book) Sheets() []sheet.Info { return b.infos }

func (b *book) Close() error { return nil }

func (b *book) Style(id sheet.StyleID) *sheet.Style {
	if int(id) >= len(b.looks) {
		id = 0
	}
	return &b.looks[id]
}

// Scan plays a table.
func (b *book) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	s := &b.sheets[i]
	if s.err != nil {
		return nil, s.err
	}
	return s.tape.Play(ctx, s.settle, visit)
}

// maxStyles bounds the looks of a page, and the rules of its style sheets.
const maxStyles = 1 << 18

func (b *book) styleID(s sheet.Style) sheet.StyleID {
	id, ok := b.ids[s]
	if !ok && len(b.looks) < maxStyles {
		id = sheet.StyleID(len(b.looks))
		b.looks = append(b.looks, s)
		b.ids[s] = id
	}
	return id
}

func (b *book) fault(what, remedy string) *fault.Error {
	return &fault.Error{Kind: fault.Input, File: b.file, What: what, Remedy: remedy}
}

// noTables is the error for a page that holds no table of data.
func (p *page) noTables() error {
	if p.frames {
		return p.book.fault("this is only the frame of an Excel web page, whose sheets lie in files of their own beside it",
			"open it in a spreadsheet program and save it as .xlsx")
	}
	what := "this is an HTML page saved under a workbook's name, and it holds no table of data"
	if title := strings.Join(strings.Fields(string(p.title)), " "); title != "" {
		what += fmt.Sprintf("; its title is %q", clip(title, 80))
	}
	return p.book.fault(what, "if it is an error page, fetch it again")
}

// clip cuts a text to so many characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
