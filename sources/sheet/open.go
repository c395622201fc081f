package sheet

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
)

// Input is a book's bytes with its name for messages.
type Input struct {
	Name string // file name, for messages and for telling a CSV's dialect by nothing else
	Data io.ReaderAt
	Size int64
}

// Limits bound what a book may ask for; books are hostile input. A field that is zero means its value in DefaultLimits.
type Limits struct {
	Inflated int64         // bytes of all parts after inflating
	Ratio    int64         // inflated bytes per stored byte of one part, above the first 10 MiB
	Cells    int64         // stored cells of one sheet
	Merges   int64         // merged ranges of one sheet
	Text     int64         // bytes of one cell's text
	Strings  int64         // bytes of all shared strings, with what it costs to keep each
	Sheets   int           // sheets of one book
	Repeats  int64         // cells that one stored cell with a value may stand for, where a format can say "n times"
	Nesting  int           // elements within elements, records within records
	Time     time.Duration // for opening a book, and for each Scan
}

// DefaultLimits are generous for statistics and small for an attacker.
func DefaultLimits() Limits {
	return Limits{
		Inflated: 2 << 30,
		Ratio:    500,
		Cells:    50_000_000,
		Merges:   1_000_000,
		Text:     1 << 20,
		Strings:  1 << 29,
		Sheets:   2_000,
		Repeats:  1 << 20,
		Nesting:  128,
		Time:     2 * time.Minute,
	}
}

// WithDefaults fills in the fields that are zero.
func (l Limits) WithDefaults() Limits {
	d := DefaultLimits()
	return Limits{
		Inflated: cmp.Or(l.Inflated, d.Inflated),
		Ratio:    cmp.Or(l.Ratio, d.Ratio),
		Cells:    cmp.Or(l.Cells, d.Cells),
		Merges:   cmp.Or(l.Merges, d.Merges),
		Text:     cmp.Or(l.Text, d.Text),
		Strings:  cmp.Or(l.Strings, d.Strings),
		Sheets:   cmp.Or(l.Sheets, d.Sheets),
		Repeats:  cmp.Or(l.Repeats, d.Repeats),
		Nesting:  cmp.Or(l.Nesting, d.Nesting),
		Time:     cmp.Or(l.Time, d.Time),
	}
}

// Names of the limits in messages: what the configuration calls them.
const (
	LimitInflated = "book_inflated"
	LimitRatio    = "book_ratio"
	LimitCells    = "book_cells"
	LimitMerges   = "book_merges"
	LimitText     = "book_text"
	LimitStrings  = "book_strings"
	LimitSheets   = "book_sheets"
	LimitRepeats  = "book_repeats"
	LimitNesting  = "book_nesting"
	LimitTime     = "book_time"
)

// Exceeds makes the error that says which limit a book exceeds, and where. Empty strings leave a part of the place out.
func Exceeds(file, sheet, cell, limit string, value any) *fault.Error {
	return &fault.Error{
		Kind: fault.Limit, File: file, Sheet: sheet, Cell: cell,
		What:   fmt.Sprintf("the book exceeds the limit %s of %v", limit, value),
		Remedy: "make sure that the book is sound, then raise the limit",
	}
}

// Format is a reader of one kind of book. The list of formats is given to Open by the program: there is no registry.
type Format interface {
	// Name is the format's name: "xlsx".
	Name() string
	// Match reports whether the content is of this format, from its first bytes (up to 4 KiB, which are lent) and, where those
	// do not settle it, from the rest of the input. It never trusts the file's extension.
	Match(head []byte, in Input) bool
	// Open reads enough of the book to list its sheets. The input stays open until the Book is closed. It is called
	// through the function Open, which sees to the limit on time (here and in Scan) and to panics.
	Open(ctx context.Context, in Input, limits Limits) (Book, error)
}

// headSize is how much of a book formats are told by, at first.
const headSize = 4 << 10

// heads are kept between books, of which many are not much larger.
var heads = sync.Pool{New: func() any { return new([headSize]byte) }}

// Open finds the format by content, in the order given, and opens the book. Its text is Unicode in composed form, also
// where the book has it in an old Vietnamese encoding (see sources/sheet/charset). Errors carry fault.Input or fault.Limit
// with the file's name and say what the content is, if it is not a book: an HTML page, an archive, a PDF.
func Open(ctx context.Context, formats []Format, in Input, limits Limits) (Book, error) {
	limits = limits.WithDefaults()
	room := heads.Get().(*[headSize]byte)
	defer heads.Put(room)
	head := room[:min(in.Size, headSize)]
	if _, err := io.ReadFull(io.NewSectionReader(in.Data, 0, in.Size), head); err != nil {
		return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: "read the first bytes", Err: err}
	}
	if len(head) == 0 {
		return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: "the file is empty", Remedy: "fetch it again"}
	}
	g := guard{file: in.Name, limit: limits.Time}
	for _, f := range formats {
		var book Book
		matched := false
		err := g.run(ctx, func(ctx context.Context) (err error) {
			if matched = f.Match(head, in); matched {
				book, err = f.Open(ctx, in, limits)
			}
			if err == nil && matched {
				book = newDecoded(book)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if matched {
			return &guarded{Book: book, guard: g}, nil
		}
	}
	what, remedy := describe(head, in, formats)
	return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: what, Remedy: remedy}
}
