// Package delim reads delimited text (.csv, .tsv, .txt) as a book of one sheet named after the file. Encoding, delimiter
// and decimal point are found by evidence in the content; empty fields are no cells.
//
// A field is a Number when it is written with digits and a decimal point and can be read in one way only. Whatever has
// a comma or a space among its digits, a leading zero, or a point that may separate thousands stays Text.
package delim

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// Format is the reader of delimited text. It goes last in a list of formats: any text is taken that is not known to be
// something else.
type Format struct{}

var _ sheet.Format = Format{}

// Name is "csv".
func (Format) Name() string { return "csv" }

// otherText begins texts that are no tables: markup, JSON, PDF, RTF, PC-Axis.
var otherText = regexp.MustCompile(`^(?i:<|%pdf|\{\\rtf|\{\s*["}]|\[\s*[\["{\]]|(?:charset|axis-version|creation-date)\s*=)`)

// Match accepts text: Unicode with a byte order mark, UTF-16, or bytes without control characters.
func (Format) Match(head []byte, _ sheet.Input) bool {
	if enc := unicodeOf(head); enc != nil {
		text, err := enc.decode(head, 4*len(head))
		if err != nil {
			return false
		}
		head = text
	}
	head = bytes.TrimRight(head, "\x00") // a file may be filled up with them
	head = bytes.TrimSuffix(head, []byte{endOfFile})
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			return false
		}
	}
	head = bytes.TrimLeft(head, " \t\r\n\f")
	return len(head) > 0 && !otherText.Match(head)
}

// Open reads the text once, for its encoding, delimiter and way of writing decimals.
func (Format) Open(ctx context.Context, in sheet.Input, limits sheet.Limits) (sheet.Book, error) {
	b := &book{in: in, limits: limits.WithDefaults()}
	if in.Size > b.limits.Inflated {
		return nil, sheet.Exceeds(in.Name, "", "", sheet.LimitInflated, b.limits.Inflated)
	}
	base := path.Base(strings.ReplaceAll(in.Name, `\`, "/"))
	b.name = strings.TrimSuffix(base, path.Ext(base))
	if b.name == "" || b.name == "." || !utf8.ValidString(b.name) {
		b.name = "Sheet1"
	}
	var err error
	if b.enc, err = findEncoding(ctx, in); err != nil {
		return nil, err
	}
	if err := b.findDialect(ctx); err != nil {
		return nil, err
	}
	if err := b.findDecimals(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// book is a text with what was found out about it.
type book struct {
	in       sheet.Input
	limits   sheet.Limits
	name     string
	enc      *encoding
	dialect  dialect
	decimals bool // a point among digits is a decimal point
}

// Format says what was found: "csv (semicolon, windows-1258)".
func (b *book) Format() string { return "csv (" + b.dialect.name() + ", " + b.enc.name + ")" }

func (b *book) Sheets() []sheet.Info { return []sheet.Info{{Name: b.name}} }

func (b *book) Style(sheet.StyleID) *sheet.Style { return &sheet.Style{NumFmt: "General"} }

func (b *book) Close() error { return nil }

// Scan parses the text.
func (b *book) Scan(ctx context.Context, _ int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	var row sheet.Row
	var buf []sheet.Cell
	var count int64
	err := b.records(ctx, b.dialect, func(r *record) error {
		buf = slices.Grow(buf[:0], len(r.spans))
		cells := buf
		text := string(r.text) // the texts of the row's cells share it
		for i, s := range r.spans {
			if s.from == s.to {
				continue
			}
			if count++; count > b.limits.Cells {
				return sheet.Exceeds(b.in.Name, b.name, sheet.A1(r.number, i+1), sheet.LimitCells, b.limits.Cells)
			}
			cells = cells[:len(cells)+1]
			b.read(&cells[len(cells)-1], i+1, text[s.from:s.to])
		}
		if len(cells) == 0 {
			return nil
		}
		row = sheet.Row{Number: r.number, Cells: cells}
		return visit(&row)
	})
	if err != nil {
		return nil, err
	}
	return &sheet.Tail{}, nil
}

func (b *book) fault(row, col int, what, remedy string) *fault.Error {
	return &fault.Error{Kind: fault.Input, File: b.in.Name, Sheet: b.name, Cell: sheet.A1(row, col), What: what, Remedy: remedy}
}
