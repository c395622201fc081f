// Package ods reads OpenDocument spreadsheets (.ods, .ots, and flat .fods).
//
// All sheets of such a book lie one behind the other in one deflated part, so that the last cannot be found without
// reading all others. Opening a book therefore reads the part once, as a stream, and records every sheet on a tape; a
// Scan plays it. Opening costs one pass whatever the number of sheets, and the tapes together take no more than
// Limits.Strings; as they are deflated, they are about as large as the book's file.
//
// A part that is truncated, fails its checksum or is not well-formed is an error of Open, since the sheets behind the
// damage are lost; a sheet that exceeds a limit on sheets is an error of its Scan. White space in texts is kept as
// LibreOffice Calc keeps it, though the standard would have it collapsed: offices indent by spaces.
//
// The text of a Date is its serial number, so that a book gives the same cells in every format. A date before 1900 has no
// serial and is a Text in the form 1896-05-01.
package ods

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/tape"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// Format is the reader of OpenDocument spreadsheets.
type Format struct{}

var _ sheet.Format = Format{}

// Name is "ods".
func (Format) Name() string { return "ods" }

const (
	documentTypes = "application/vnd.oasis.opendocument."
	contentPart   = "content.xml"
	stylesPart    = "styles.xml"
	manifestPart  = "META-INF/manifest.xml"
)

// Match accepts packages of any OpenDocument type, also truncated ones, and flat documents, so that Open can say what is
// wrong with them.
func (Format) Match(head []byte, in sheet.Input) bool {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return isFlat(head)
	}
	if bytes.Contains(head, []byte("mimetype"+documentTypes)) || bytes.Contains(head, []byte("mimetypeapplication/vnd.sun.xml.")) {
		return true
	}
	r, err := zip.NewReader(in.Data, in.Size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return false
	}
	content, ours := false, false
	for _, f := range r.File {
		switch f.Name {
		case contentPart:
			content = true
		case "mimetype", manifestPart:
			ours = true
		case "[Content_Types].xml":
			return false
		}
	}
	return content && ours
}

// isFlat tells a flat document by its root element.
func isFlat(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<?xml")) &&
		bytes.Contains(head, []byte("<office:document")) && bytes.Contains(head, []byte("urn:oasis:names:tc:opendocument:xmlns:office:"))
}

// Open reads the whole book.
func (Format) Open(ctx context.Context, in sheet.Input, limits sheet.Limits) (sheet.Book, error) {
	var magic [4]byte
	if _, err := in.Data.ReadAt(magic[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, &fault.Error{Kind: fault.Input, File: in.Name, What: "read the first bytes", Err: err}
	}
	flat := string(magic[:]) != "PK\x03\x04"
	if flat {
		var err error
		if in, err = packFlat(ctx, in); err != nil {
			return nil, err
		}
	}
	archive, err := zipxml.OpenArchive(in, limits)
	if err != nil {
		return nil, err
	}
	limits = limits.WithDefaults()
	b := &book{file: in.Name, limits: limits, styles: newStyles()}
	l := &loader{book: b, archive: archive, recorder: tape.NewRecorder(tape.NewBudget(limits.Strings))}
	if err := l.load(ctx, flat); err != nil {
		return nil, err
	}
	b.looks = b.styles.looks
	return b, nil
}

// book is a book that was read.
type book struct {
	file   string
	limits sheet.Limits
	styles *styles
	looks  []sheet.Style // by StyleID
	infos  []sheet.Info
	sheets []recorded
	names  []sheet.Name
}

// recorded is a sheet, or why it cannot be read.
type recorded struct {
	tape *tape.Tape
	err  error
}

var _ sheet.Namer = (*book)(nil)

func (b *book) Format() string { return "ods" }

func (b *book) Sheets() []sheet.Info { return b.infos }

func (b *book) Names() []sheet.Name { return b.names }

func (b *book) Close() error { return nil }

func (b *book) Style(id sheet.StyleID) *sheet.Style {
	if int(id) >= len(b.looks) {
		id = 0
	}
	return &b.looks[id]
}

// Scan plays a sheet.
func (b *book) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	if err := b.sheets[i].err; err != nil {
		return nil, err
	}
	return b.sheets[i].tape.Play(ctx, nil, visit)
}

func (b *book) fault(what, remedy string) *fault.Error {
	return &fault.Error{Kind: fault.Input, File: b.file, What: what, Remedy: remedy}
}

// loader reads a book.
type loader struct {
	book     *book
	archive  *zipxml.Archive
	recorder *tape.Recorder
	null     float64 // day zero of plain numbers that are dates, as a serial
}

// load reads the parts: what the package says of itself, the styles that have names, the content.
func (l *loader) load(ctx context.Context, flat bool) error {
	if !flat {
		if err := l.refuseEncrypted(ctx); err != nil {
			return err
		}
		if !l.archive.Has(contentPart) {
			return l.book.fault("the package holds no "+contentPart, "fetch the book again")
		}
		if l.archive.Has(stylesPart) {
			if err := l.archive.Read(ctx, stylesPart, l.stylesRoot); err != nil {
				return err
			}
		}
	}
	if err := l.archive.Read(ctx, contentPart, l.contentRoot); err != nil {
		return err
	}
	if len(l.book.infos) == 0 {
		return l.book.fault("the book has no sheets", "open it in a spreadsheet program and save it anew")
	}
	return nil
}

// refuseEncrypted looks whether the manifest says that parts are encrypted.
func (l *loader) refuseEncrypted(ctx context.Context) error {
	encrypted := l.archive.Has("encrypted-package")
	if !encrypted && l.archive.Has(manifestPart) {
		err := l.archive.Read(ctx, manifestPart, func(x *zipxml.Reader, _ string) error {
			return x.Children(func([]byte) error {
				return x.Children(func(name []byte) error {
					encrypted = encrypted || string(name) == "encryption-data"
					return nil
				})
			})
		})
		if err != nil {
			return err
		}
	}
	if encrypted {
		return l.book.fault("this book is encrypted with a password", "open it in a spreadsheet program and save it without a password")
	}
	return nil
}

// stylesRoot reads what styles.xml holds: named styles. Its automatic styles are those of headers and footers.
func (l *loader) stylesRoot(x *zipxml.Reader, root string) error {
	if root != "document-styles" {
		return x.Fault("the part does not hold styles")
	}
	return x.Children(func(name []byte) error {
		switch string(name) {
		case "font-face-decls":
			return l.book.styles.readFonts(x)
		case "styles":
			return l.book.styles.read(x, l.book)
		}
		return nil
	})
}

// contentRoot reads content.xml, or a flat document.
func (l *loader) contentRoot(x *zipxml.Reader, root string) error {
	if root != "document-content" && root != "document" {
		return l.book.fault("the package's main part is not an OpenDocument", "open it in a spreadsheet program and save it as .xlsx")
	}
	return x.Children(func(name []byte) error {
		switch string(name) {
		case "font-face-decls":
			return l.book.styles.readFonts(x)
		case "styles", "automatic-styles":
			return l.book.styles.read(x, l.book)
		case "body":
			l.book.styles.settle()
			return x.Children(func(name []byte) error { return l.body(x, string(name)) })
		}
		return nil
	})
}

// body reads the spreadsheet, or says what the document is instead.
func (l *loader) body(x *zipxml.Reader, kind string) error {
	what := map[string]string{"text": "a text document (.odt)", "presentation": "a presentation (.odp)", "drawing": "a drawing (.odg)"}
	switch {
	case kind == "spreadsheet":
		return l.spreadsheet(x)
	case what[kind] != "":
		return l.book.fault("this is "+what[kind]+", not a workbook", "publish or convert its tables as .ods or .xlsx")
	case strings.ContainsAny(kind, ":.") || kind == "table": // OpenOffice 1 had the sheets here
		return l.book.fault("this is a spreadsheet of OpenOffice 1 (.sxc), which cannot be read", "open it in a spreadsheet program and save it as .ods")
	}
	return nil
}
