package xlsx

import (
	"context"
	"path"
	"strconv"
	"sync"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// book is an open workbook.
type book struct {
	file     string
	limits   sheet.Limits
	archive  *zipxml.Archive
	sheets   []tab
	infos    []sheet.Info
	names    []sheet.Name
	date1904 bool
	styles   styles
	strict   bool // rows are read by the strict reader alone, as tests do to compare

	stringsPart string // "" when the book has no shared strings
	mu          sync.Mutex
	shared      *sharedStrings // read by the first Scan
}

// tab is a sheet as the workbook lists it.
type tab struct {
	id   string // of its relation
	part string // "" when the relation is missing
	grid bool   // it has cells; chart sheets have none
}

func (b *book) Format() string { return "xlsx" }

func (b *book) Sheets() []sheet.Info { return b.infos }

// Names lists the defined names, those that programs keep for themselves (_xlnm.Print_Area) among them.
func (b *book) Names() []sheet.Name { return b.names }

func (b *book) Style(id sheet.StyleID) *sheet.Style { return b.styles.get(id) }

func (b *book) Close() error {
	b.archive.Close()
	return nil
}

// readWorkbook reads the workbook part, and the styles it points to.
func (b *book) readWorkbook(ctx context.Context, main string) error {
	if path.Ext(main) == ".bin" || !b.archive.Has(main) && b.archive.Has("xl/workbook.bin") {
		return b.fault("this is a binary workbook (.xlsb), which cannot be read", "open it in a spreadsheet program and save it as .xlsx")
	}
	if err := b.archive.Read(ctx, main, b.workbook); err != nil {
		return err
	}
	if len(b.sheets) == 0 {
		return b.fault("the workbook lists no sheets", "open it in a spreadsheet program and save it anew")
	}
	rels, err := b.relations(ctx, main)
	if err != nil {
		return err
	}
	stylesPart := ""
	for _, r := range rels {
		switch r.kind {
		case "sharedStrings":
			b.stringsPart = r.target
		case "styles":
			stylesPart = r.target
		}
		for i := range b.sheets {
			if s := &b.sheets[i]; s.id == r.id {
				s.part, s.grid = r.target, r.kind != "chartsheet"
			}
		}
	}
	if stylesPart == "" {
		b.styles = newStyles()
		return nil
	}
	return b.archive.Read(ctx, stylesPart, b.readStyles)
}

// workbook reads the workbook part.
func (b *book) workbook(x *zipxml.Reader, root string) error {
	switch root {
	case "workbook":
	case "document":
		return b.fault("this is a text document (.docx), not a workbook", "publish or convert its tables as .xlsx")
	case "presentation":
		return b.fault("this is a presentation (.pptx), not a workbook", "publish or convert its tables as .xlsx")
	default:
		return b.fault("the package's main part is not a workbook", "open it in a spreadsheet program and save it as .xlsx")
	}
	return x.Children(func(name []byte) error {
		switch string(name) {
		case "workbookPr":
			v, _ := x.Attr("date1904")
			b.date1904 = isTrue(v)
		case "sheets":
			return x.Children(func(name []byte) error { return b.listed(x, name) })
		case "definedNames":
			var size int64
			t := textReader{x: x, book: b}
			return x.Children(func(name []byte) error { return b.defined(&t, name, &size) })
		}
		return nil
	})
}

// listed reads what the workbook says of a sheet.
func (b *book) listed(x *zipxml.Reader, name []byte) error {
	if string(name) != "sheet" {
		return nil
	}
	if len(b.sheets) >= b.limits.Sheets {
		return sheet.Exceeds(b.file, "", "", sheet.LimitSheets, b.limits.Sheets)
	}
	title, _ := x.Attr("name")
	state, _ := x.Attr("state")
	id, _ := x.Attr("id")
	b.sheets = append(b.sheets, tab{id: string(id)})
	b.infos = append(b.infos, sheet.Info{
		Name:   unescape(string(title)),
		Hidden: string(state) == "hidden" || string(state) == "veryHidden",
	})
	return nil
}

// defined reads a defined name. One that belongs to a sheet which is not there can stand for nothing, and is left out.
func (b *book) defined(t *textReader, name []byte, size *int64) error {
	if string(name) != "definedName" {
		return nil
	}
	x := t.x
	title, _ := x.Attr("name")
	hidden, _ := x.Attr("hidden")
	n := sheet.Name{Name: unescape(string(title)), Sheet: -1, Hidden: isTrue(hidden)}
	if id, ok := x.Attr("localSheetId"); ok {
		i, err := strconv.ParseUint(string(id), 10, 31)
		if err != nil || int(i) >= len(b.sheets) {
			return nil
		}
		n.Sheet = int(i)
	}
	t.buf = t.buf[:0]
	if err := t.plain(); err != nil {
		return err
	}
	n.Refers = string(t.buf)
	if *size += int64(len(n.Name)+len(n.Refers)) + stringCost; *size > b.limits.Strings {
		return sheet.Exceeds(b.file, "", "", sheet.LimitStrings, b.limits.Strings)
	}
	b.names = append(b.names, n)
	return nil
}
