// Package jsonstat reads JSON-stat (versions 1 and 2), the format in which statistics offices answer queries for cubes. A
// book has a sheet for each dataset, laid out as an office would print the table.
package jsonstat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"regexp"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/cube"
)

// Format is the reader of JSON-stat.
type Format struct{}

var _ sheet.Format = Format{}

// Name is "json-stat".
func (Format) Name() string { return "json-stat" }

var (
	classMember = regexp.MustCompile(`"class"\s*:\s*"(?:dataset|collection|dimension)"`)
	mark        = []byte("\xef\xbb\xbf")
)

// searched bounds the texts that are searched as a whole: other JSON may be of any size.
const searched = 64 << 20

// Match looks for the class that version 2 names. Where the first bytes do not hold it, the whole text is searched for the
// members of a dataset.
func (Format) Match(head []byte, in sheet.Input) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, mark), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	if classMember.Match(head) {
		return true
	}
	if in.Size > searched {
		return false
	}
	d, err := readAll(context.Background(), in, sheet.DefaultLimits())
	return err == nil && (isKnown(d.class) || d.value.open != 0 && len(d.dims) > 0 || len(d.items) > 0)
}

func isKnown(class string) bool {
	return class == "dataset" || class == "collection" || class == "dimension"
}

// readAll reads all but the values.
func readAll(ctx context.Context, in sheet.Input, limits sheet.Limits) (*dataset, error) {
	start := int64(0)
	head := make([]byte, len(mark))
	if n, _ := in.Data.ReadAt(head, 0); n == len(mark) && bytes.Equal(head, mark) {
		start = int64(n)
	}
	p := newParser(ctx, in, limits, start)
	d, err := p.dataset(true)
	if err != nil {
		return nil, err
	}
	if rest, err := p.peekEnd(); err != nil {
		return nil, err
	} else if rest {
		return nil, p.broken("something follows its end")
	}
	return d, nil
}

// peekEnd reports whether anything but blanks is left.
func (p *parser) peekEnd() (rest bool, err error) {
	for {
		c, err := p.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if p.at++; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return true, nil
		}
	}
}

// Open reads all but the values.
func (Format) Open(ctx context.Context, in sheet.Input, limits sheet.Limits) (sheet.Book, error) {
	b := &book{in: in, limits: limits.WithDefaults()}
	if in.Size > b.limits.Inflated {
		return nil, sheet.Exceeds(in.Name, "", "", sheet.LimitInflated, b.limits.Inflated)
	}
	d, err := readAll(ctx, in, b.limits)
	if err != nil {
		return nil, err
	}
	list := flatten(d)
	if len(list) == 0 {
		return nil, b.noValues(d)
	}
	if len(list) > b.limits.Sheets {
		return nil, sheet.Exceeds(in.Name, "", "", sheet.LimitSheets, b.limits.Sheets)
	}
	taken := map[string]bool{}
	for i, d := range list {
		name := b.sheetName(d, len(list), i)
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s (%d)", b.sheetName(d, len(list), i), n)
		}
		taken[name] = true
		p, err := b.page(d, name)
		if err != nil {
			return nil, err
		}
		b.sheets = append(b.sheets, p)
	}
	return b, nil
}

// flatten lists the datasets with values, also those of collections in collections.
func flatten(d *dataset) []*dataset {
	if d.value.open != 0 {
		return []*dataset{d}
	}
	var list []*dataset
	for _, item := range d.items {
		list = append(list, flatten(item)...)
	}
	return list
}

// noValues says why there is nothing to read.
func (b *book) noValues(d *dataset) error {
	switch {
	case d.problems != "":
		return b.fault("", "the server answered with an error: "+d.problems, "correct the query")
	case d.class == "dimension":
		return b.fault("", "this is a JSON-stat dimension, which has no values", "fetch a dataset that uses it")
	case d.links > 0:
		return b.fault("", fmt.Sprintf("this JSON-stat collection holds no dataset, only %d links to others", d.links),
			strings.TrimSuffix("fetch what it links to, such as "+d.href, ", such as "))
	case d.class == "collection":
		return b.fault("", "this JSON-stat collection is empty", "fetch a dataset")
	}
	return b.fault("", "this JSON-stat dataset has no values", "fetch it again, or widen the query")
}

// sheetName is the identifier that the publisher gives a dataset, or its name in the bundle, or that of the file.
func (b *book) sheetName(d *dataset, of, i int) string {
	switch {
	case d.name != "":
		return d.name
	case d.key != "" && of > 1:
		return d.key
	case of > 1 && d.label != "":
		return d.label
	case of > 1:
		return fmt.Sprintf("Dataset %d", i+1)
	}
	base := path.Base(strings.ReplaceAll(b.in.Name, `\`, "/"))
	if base = strings.TrimSuffix(base, path.Ext(base)); base == "" || base == "." || base == "/" {
		return "Sheet1"
	}
	return strings.ToValidUTF8(base, "?")
}

// book is a JSON-stat text with what it says of its datasets.
type book struct {
	in     sheet.Input
	limits sheet.Limits
	sheets []page
}

// page is a dataset with its place on a sheet.
type page struct {
	table  *cube.Table
	value  place
	status place
	flags  map[string]string
}

func (b *book) Format() string { return "json-stat" }

func (b *book) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(b.sheets))
	for i, p := range b.sheets {
		infos[i].Name = p.table.Sheet
	}
	return infos
}

func (b *book) Style(id sheet.StyleID) *sheet.Style { return cube.Style(id) }

func (b *book) Close() error { return nil }

func (b *book) fault(name, what, remedy string) *fault.Error {
	return &fault.Error{Kind: fault.Input, File: b.in.Name, Sheet: name, What: what, Remedy: remedy}
}

func keys[V any](m map[string]V) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
