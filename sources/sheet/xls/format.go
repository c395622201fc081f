// Package xls reads the binary workbooks of Excel 5 to 2003 (.xls: BIFF5, BIFF7 and BIFF8), in a compound file or bare.
// Sheets are streamed; what is in memory is the styles and the shared strings.
//
// A stream that is truncated or damaged, a record too short for what it says it holds, and a reference to a string that
// the book does not have are errors that name the sheet. A value that is odd in itself, such as a number that is none,
// is an Error cell. Formulas are never parsed for their values: a cell of one holds what the book keeps as its result.
//
// The format does not promise rows in order, or a cell only once. Rows come out in order all the same; of two records
// for one cell the later one counts, as in Excel, but a blank takes no value away.
package xls

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// Format is the reader of binary workbooks.
type Format struct{}

var _ sheet.Format = Format{}

// Name is "xls".
func (Format) Name() string { return "xls" }

// Match accepts compound files that hold a workbook, bare workbooks, and compound files too damaged to tell, so that
// Open can say what is wrong with them.
func (Format) Match(head []byte, in sheet.Input) bool {
	if !bytes.HasPrefix(head, compoundMagic) {
		return bareVersion(head) != 0
	}
	_, err := openContainer(in)
	return !errors.Is(err, errNoWorkbook)
}

// Open reads what belongs to the whole book: the list of sheets, styles, shared strings and names.
func (Format) Open(ctx context.Context, in sheet.Input, limits sheet.Limits) (sheet.Book, error) {
	b := &book{file: in.Name, limits: limits.WithDefaults()}
	s, err := openStream(in, b.limits)
	if err != nil {
		return nil, err
	}
	b.stream = s
	if err := b.readGlobals(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// version is a generation of the format.
type version uint8

const (
	biff2 version = 2 + iota
	biff3
	biff4
	biff5 // and BIFF7, which is the same to readers
	_
	_
	biff8
)

// Identifiers of the BOF record, which differ up to BIFF5, and kinds of the substream it begins.
const (
	recBOF2 = 0x0009
	recBOF3 = 0x0209
	recBOF4 = 0x0409
	recBOF  = 0x0809

	kindGlobals   = 0x0005
	kindModule    = 0x0006
	kindSheet     = 0x0010
	kindChart     = 0x0020
	kindMacro     = 0x0040
	kindWorkspace = 0x0100
)

// bof reads a BOF record; 0 stands for a record that is none.
func bof(id uint16, data []byte) (v version, kind uint16) {
	if len(data) < 4 {
		return 0, 0
	}
	kind = binary.LittleEndian.Uint16(data[2:])
	switch id {
	case recBOF2:
		return biff2, kind
	case recBOF3:
		return biff3, kind
	case recBOF4:
		return biff4, kind
	case recBOF:
		switch data[1] {
		case 0, 5: // some writers leave the version out
			return biff5, kind
		case 6:
			return biff8, kind
		case 2, 3, 4:
			return version(data[1]), kind
		}
	}
	return 0, 0
}

// bareVersion tells a workbook without a compound file around it by its first record.
func bareVersion(head []byte) version {
	if len(head) < 8 {
		return 0
	}
	size := binary.LittleEndian.Uint16(head[2:])
	if size < 4 || size > 16 {
		return 0
	}
	v, kind := bof(binary.LittleEndian.Uint16(head), head[4:])
	switch kind {
	case kindGlobals, kindSheet, kindChart, kindMacro, kindWorkspace:
		return v
	}
	return 0
}

// supported refuses the generations that are not read.
func (b *book) supported(v version) error {
	switch v {
	case biff5, biff8:
		return nil
	case biff2:
		return b.fault("this is a book of Excel 2 (BIFF2), which cannot be read", saveAnew)
	case biff3:
		return b.fault("this is a book of Excel 3 (BIFF3), which cannot be read", saveAnew)
	case biff4:
		return b.fault("this is a book of Excel 4 (BIFF4), which cannot be read", saveAnew)
	}
	return b.fault(noBeginning, fetchAgain)
}

const (
	noBeginning = "the workbook in this file does not begin as workbooks do"

	saveAnew   = "open it in a spreadsheet program and save it as .xlsx"
	fetchAgain = "fetch it again; if a spreadsheet program can open it, save it there as .xlsx"
)

func (b *book) fault(what, remedy string) *fault.Error {
	return &fault.Error{Kind: fault.Input, File: b.file, What: what, Remedy: remedy}
}
