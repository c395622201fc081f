// Package sheet is the contract of book readers: a Book of sheets, a sheet a stream of rows of typed cells. It keeps
// what carries meaning in statistics books and is lost by plain value readers: number formats, fonts, bold, alignment
// indents, merges, hidden parts, and the difference between an empty cell, an empty text and a formula that was never
// calculated. Each format has a reader in a folder of its own (xlsx, delim, ...); Open picks one by content.
package sheet

import "context"

// Book is an open workbook. Methods are safe for concurrent use, and Scan from within a visit too: what a text means may
// depend on the texts behind it.
type Book interface {
	// Format names the reader, for messages: "xlsx", "csv".
	Format() string
	// Sheets lists all sheets in the book's order, hidden ones too.
	Sheets() []Info
	// Scan streams the stored cells of sheet i (index into Sheets) in row-major order, each cell once, and returns what
	// is known only after the last row. The Row and its Cells are valid only during the call of visit, while the
	// Text and Runs of a cell may be kept. An error of visit ends the scan and is returned as it is. A part that is
	// truncated, damaged or out of order is an error: a Scan without error has seen the whole sheet.
	Scan(ctx context.Context, i int, visit func(*Row) error) (*Tail, error)
	// Style gives the look of cells with this id, as stored. An unknown id gives the default style.
	Style(id StyleID) *Style
	Close() error
}

// Info describes a sheet without reading it.
type Info struct {
	Name   string
	Hidden bool
}

// Row is a row with at least one stored cell or a property of its own.
type Row struct {
	Number int // 1-based
	Hidden bool
	Cells  []Cell // by ascending column
}

// Tail is what a sheet says about itself apart from its cells.
type Tail struct {
	Merges     []Range
	HiddenCols []Span    // 1-based, inclusive
	Comments   []Comment // in row-major order
}

// Comment is a remark that hangs on a cell. Offices put footnotes there.
type Comment struct {
	Row, Col int // 1-based
	Text     string
}

// Span is a run of columns or rows, 1-based and inclusive.
type Span struct{ First, Last int }

// Type is the type of a cell's value.
type Type uint8

const (
	Empty  Type = iota // no value: the cell is stored for its style only
	Number             // Num holds the value
	Text               // Text holds the value, which may be ""
	Bool               // Num is 0 or 1
	Date               // Num holds the serial number in the 1900 system, whatever the book's own; Time converts it
	Error              // Text holds the error as written, #DIV/0!, or what stands in place of a number and is none
)

// String gives the type's name in lower case.
func (t Type) String() string {
	return [...]string{"empty", "number", "text", "bool", "date", "error"}[t]
}

// StyleID refers to a style of the book.
type StyleID uint32

// Cell is one stored cell.
type Cell struct {
	Col     int // 1-based
	Type    Type
	Formula bool // the cell has a formula; its value is the cached result
	NoCache bool // the cell has a formula without a cached result: Type is Empty and the value is unknown, not blank
	Known   Known
	Style   StyleID
	Num     float64
	Text    string // the text, the error, or for a number, bool or date its digits exactly as stored ("110.03")
	Runs    []Run  // fonts within Text; nil when all is in the font of Style, as nearly always, and once Open's book decoded it
}

// Known is what a reader knows of a text that matters to Open, which looks for old Vietnamese encodings in it: readers that
// hand out the same texts again and again can look once. Nobody else need mind it.
type Known uint8

const (
	Nothing Known = iota // as for most readers
	Stays                // it stays as it is, whatever stands beside it
	Unicode              // likewise, for it has letters that no old encoding has
	Pure                 // it stays as it is beside any text that is Vietnamese in Unicode; alone it is in doubt
)

// Run says which font a stretch of a rich text is written in: from the end of the run before to End, in bytes. The last
// run ends where the text does. Fonts decide what the bytes of old Vietnamese encodings mean.
type Run struct {
	End  int
	Font string // "" is the font of the cell's Style
}

// Style is the part of a cell's look that carries meaning.
type Style struct {
	NumFmt    string // number format code, "General" when none
	Font      string // font name
	Bold      bool
	Italic    bool
	Indent    int    // alignment indent, in steps
	HAlign    string // "" (general), left, center, right, fill, justify, centerContinuous, distributed
	BorderTop bool
	BorderBot bool
}

// Name is a defined name: a word that stands for a range or a formula.
type Name struct {
	Name   string
	Sheet  int    // index into Sheets of the sheet it belongs to; -1 for the whole book
	Refers string // as written in the book: "Data!$A$1:$F$30"
	Hidden bool
}

// Namer is a Book of a format that has defined names.
type Namer interface {
	Names() []Name // in the book's order
}

// Names gives the defined names of a book, none where its format has no such thing.
func Names(b Book) []Name {
	if g, ok := b.(*guarded); ok {
		b = g.Book
	}
	if n, ok := b.(Namer); ok {
		return n.Names()
	}
	return nil
}
