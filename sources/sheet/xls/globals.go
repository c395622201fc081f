package xls

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// Records of the part of the book that comes before the sheets.
const (
	recEOF         = 0x000A
	recExternSheet = 0x0017
	recName        = 0x0018
	recDateMode    = 0x0022
	recFilePass    = 0x002F
	recFont        = 0x0031
	recCodePage    = 0x0042
	recBoundSheet  = 0x0085
	recXF          = 0x00E0
	recSST         = 0x00FC
	recSupBook     = 0x01AE
	recFormat      = 0x041E
)

// book is an open workbook.
type book struct {
	file     string
	limits   sheet.Limits
	stream   *stream
	version  version
	key      key // nil for a book that is not encrypted
	page     encoding.Encoding
	date1904 bool

	tabs   []tab
	infos  []sheet.Info
	styles styles
	texts  []string // shared strings
	rich   map[int][]sheet.Run
	names  []sheet.Name
}

// tab is a sheet as the book lists it.
type tab struct {
	at   int64 // where it begins in the stream
	grid bool  // it has cells; charts have none
}

func (b *book) Format() string { return "xls" }

func (b *book) Sheets() []sheet.Info { return b.infos }

func (b *book) Style(id sheet.StyleID) *sheet.Style { return b.styles.get(id) }

func (b *book) Names() []sheet.Name { return b.names }

func (b *book) Close() error { return nil }

// globals reads what comes before the sheets.
type globals struct {
	*book
	in    body
	rich  map[int][]run // fonts of shared strings, by number: fonts may come after them
	texts int64         // what keeping the shared strings costs
	names []definedName
	refs  references
}

// readGlobals reads what belongs to the whole book. A book of a single sheet may have it within that sheet.
func (b *book) readGlobals(ctx context.Context) error {
	g := globals{book: b, rich: map[int][]run{}}
	rs := newRecords(b.stream, nil)
	g.in = body{rs: rs, limit: b.limits.Text}
	if err := rs.next(); err != nil {
		return b.endError(err, noBeginning)
	}
	v, kind := bof(rs.id, rs.data)
	if err := b.supported(v); err != nil {
		return err
	}
	b.version, b.page = v, charmap.Windows1252
	b.styles = newStyles()
	if kind != kindGlobals {
		b.tabs = []tab{{grid: kind == kindSheet || kind == kindMacro}}
		b.infos = []sheet.Info{{Name: "Sheet1"}}
	}
	for depth, n := 1, 0; depth > 0; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := rs.next(); err != nil {
			return b.endError(err, "the book ends before its first sheet")
		}
		switch rs.id {
		case recBOF:
			depth++
		case recEOF:
			depth--
		default:
			if depth == 1 {
				if err := g.record(rs.id); err != nil {
					return err
				}
			}
		}
	}
	return g.finish()
}

// checkEvery is how many records are read between two looks at the context.
const checkEvery = 1024

// endError says that the stream ended where it should not have.
func (b *book) endError(err error, what string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, errShort) {
		return b.fault(what, fetchAgain)
	}
	return &fault.Error{Kind: fault.Input, File: b.file, What: "read the workbook", Err: err}
}

// record reads one record.
func (g *globals) record(id uint16) error {
	g.in.start(0)
	switch id {
	case recFilePass:
		return g.unlock()
	case recCodePage:
		if n := g.in.u16(); !g.in.short {
			return g.setCodePage(n)
		}
	case recDateMode:
		g.date1904 = g.in.u16() == 1
	case recBoundSheet:
		return g.boundSheet()
	case recFont:
		return g.readFont(&g.in)
	case recFormat:
		return g.readFormat(&g.in)
	case recXF:
		return g.readXF()
	case recSST:
		return g.sharedStrings()
	case recSupBook:
		g.refs.book(g.in.rest)
	case recExternSheet:
		if g.version == biff8 {
			g.refs.sheets(&g.in)
		}
	case recName:
		g.name()
	}
	return nil
}

// finish puts together what different records say.
func (g *globals) finish() error {
	if len(g.infos) == 0 {
		return g.fault("the workbook lists no sheets", saveAnew)
	}
	g.makeStyles()
	g.book.rich = make(map[int][]sheet.Run, len(g.rich))
	for i, fonts := range g.rich {
		if runs := g.runs(g.book.texts[i], fonts); runs != nil {
			g.book.rich[i] = runs
		}
	}
	g.resolveNames()
	return nil
}

// boundSheet reads the entry of a sheet. Modules of macros are listed as sheets, too, and are none.
func (g *globals) boundSheet() error {
	at := int64(g.in.u32())
	state, kind := g.in.u8(), g.in.u8()
	name := g.shortText(&g.in)
	if err := g.checkText(&g.in, "the name of a sheet"); err != nil {
		return err
	}
	const (
		sheetKind = 0
		macroKind = 1
		chartKind = 2
	)
	if kind > chartKind {
		g.refs.tabs = append(g.refs.tabs, -1)
		return nil
	}
	if len(g.infos) >= g.limits.Sheets {
		return sheet.Exceeds(g.file, "", "", sheet.LimitSheets, g.limits.Sheets)
	}
	g.refs.tabs = append(g.refs.tabs, len(g.infos))
	g.tabs = append(g.tabs, tab{at: at, grid: kind == sheetKind || kind == macroKind})
	g.infos = append(g.infos, sheet.Info{Name: name, Hidden: state&3 != 0})
	return nil
}

// stringCost is what keeping a string costs beside its bytes, so that a flood of empty ones meets the limit too.
const stringCost = 16

// sharedStrings reads the texts that cells refer to by number. How many there are is told by what is there, never by the
// counts.
func (g *globals) sharedStrings() error {
	in := &g.in
	in.u32() // uses
	count := in.u32()
	for ; count > 0 && (len(in.rest) > 0 || in.more()); count-- {
		text, fonts := g.longText(in)
		if err := g.checkText(in, "the list of shared strings"); err != nil {
			return err
		}
		if g.texts += int64(len(text)) + stringCost + int64(len(fonts))*stringCost; g.texts > g.limits.Strings {
			return sheet.Exceeds(g.file, "", "", sheet.LimitStrings, g.limits.Strings)
		}
		if len(fonts) > 0 {
			g.rich[len(g.book.texts)] = fonts
		}
		g.book.texts = append(g.book.texts, text)
	}
	return nil
}

func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }

func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
