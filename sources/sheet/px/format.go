// Package px reads PC-Axis files (.px), in which statistics offices publish cubes: keywords that describe a table, then
// its values. A book has a sheet for each language of the file, laid out as an office would print the table.
package px

import (
	"context"
	"regexp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/cube"
)

// Format is the reader of PC-Axis files.
type Format struct{}

var _ sheet.Format = Format{}

// Name is "px".
func (Format) Name() string { return "px" }

// firstKeyword begins a PC-Axis file: a keyword that the format has, with its language and what it is about, and a value.
var firstKeyword = regexp.MustCompile(`^[\s;]*(?:CHARSET|AXIS-VERSION|CODEPAGE|LANGUAGES?|CREATION-DATE|NEXT-UPDATE|PX-SERVER|DIRECTORY-PATH|` +
	`UPDATE-FREQUENCY|TABLEID|SYNONYMS|DEFAULT-GRAPH|DECIMALS|SHOWDECIMALS|ROUNDING|MATRIX|AGGREGALLOWED|AUTOPEN|SUBJECT-CODE|SUBJECT-AREA|` +
	`CONFIDENTIAL|COPYRIGHT|DESCRIPTION|DESCRIPTIONDEFAULT|TITLE|CONTENTS|UNITS|STUB|HEADING|CONTVARIABLE|VALUES|TIMEVAL|CODES|DOUBLECOLUMN|` +
	`PRESTEXT|DOMAIN|VARIABLE-TYPE|VARIABLECODE|HIERARCHIES|HIERARCHYLEVELS|MAP|PARTITIONED|ELIMINATION|PRECISION|LAST-UPDATED|STOCKFA|` +
	`CFPRICES|DAYADJ|SEASADJ|CONTACT|REFPERIOD|BASEPERIOD|DATABASE|SOURCE|SURVEY|LINK|INFOFILE|FIRST-PUBLISHED|META-ID|OFFICIAL-STATISTICS|` +
	`INFO|NOTEX?|VALUENOTEX?|CELLNOTEX?|DATASYMBOL[A-Z0-9]+|DATANOTE[A-Z]*|KEYS|ATTRIBUTE-ID|ATTRIBUTE-TEXT|ATTRIBUTES)` +
	`(?:\[[A-Za-z-]{2,12}\])?\s*(?:\("[^"]*"(?:\s*,\s*"[^"]*")*\)\s*)?=\s*(?:"|[A-Z0-9])`)

// Match looks for a keyword at the very beginning.
func (Format) Match(head []byte, _ sheet.Input) bool {
	return firstKeyword.Match(utf8Head(head))
}

// Open reads the keywords.
func (Format) Open(ctx context.Context, in sheet.Input, limits sheet.Limits) (sheet.Book, error) {
	b := &book{in: in, limits: limits.WithDefaults()}
	if in.Size > b.limits.Inflated {
		return nil, sheet.Exceeds(in.Name, "", "", sheet.LimitInflated, b.limits.Inflated)
	}
	k, err := b.readKeywords(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.describe(k); err != nil {
		return nil, err
	}
	return b, nil
}

// book is a PC-Axis file with what its keywords say.
type book struct {
	in     sheet.Input
	limits sheet.Limits
	start  int64 // where the values begin in the text
	decode func(string) string
	keyed  []keyed // for sparse files: how the labels of each dimension down are told
	sheets []page
}

// page is the table in one language.
type page struct {
	name    string
	table   *cube.Table
	symbols map[string]string // a stored mark -> how it is printed
	remarks map[int64][]cube.Remark
}

func (b *book) Format() string { return "px" }

func (b *book) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(b.sheets))
	for i, p := range b.sheets {
		infos[i].Name = p.name
	}
	return infos
}

func (b *book) Style(id sheet.StyleID) *sheet.Style { return cube.Style(id) }

func (b *book) Close() error { return nil }

func (b *book) fault(what, remedy string) *fault.Error {
	return &fault.Error{Kind: fault.Input, File: b.in.Name, What: what, Remedy: remedy}
}
