package sheet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// describe says what content is that no reader knows, and what to do about it.
func describe(head []byte, in Input, formats []Format) (what, remedy string) {
	trimmed := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	starts := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(trimmed, []byte(p)) {
				return true
			}
		}
		return false
	}
	switch {
	case starts("<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<script"),
		starts("<?xml", "<!--") && bytes.Contains(trimmed, []byte("<html")):
		return "this is an HTML page saved under a workbook's name",
			"if it is an error page, fetch it again; if it holds the table, open it in a spreadsheet program and save it as .xlsx"
	case starts("%pdf"):
		return "this is a PDF document", "publish or convert the table as .xlsx or .csv"
	case bytes.HasPrefix(head, compoundMagic) && compoundHas(in, "EncryptedPackage"):
		return "this workbook is encrypted with a password", "open it in a spreadsheet program and save it without a password"
	case bytes.HasPrefix(head, compoundMagic):
		return "this is an old Office file (.xls, .doc) of a kind that cannot be read",
			"open it in a spreadsheet program and save it as .xlsx"
	case starts("pk\x03\x04") && bytes.Contains(head, []byte("application/vnd.oasis.opendocument")):
		return "this is an OpenDocument file of a kind that cannot be read", "open it in a spreadsheet program and save it as .xlsx"
	case starts("pk\x03\x04"):
		return "this is a ZIP archive but not a workbook that can be read", "if it holds books, give it to a file source as an archive"
	case starts("<?xml", "<") && (bytes.Contains(trimmed, []byte("excel.sheet")) || bytes.Contains(trimmed, []byte("urn:schemas-microsoft-com:office:spreadsheet"))):
		return "this is an XML Spreadsheet 2003 (SpreadsheetML), which cannot be read", "open it in a spreadsheet program and save it as .xlsx"
	case starts("<?xml", "<"):
		return "this is an XML document, not a workbook", "save it as .xlsx"
	case starts("{", "["):
		return "this is a JSON document, not a workbook, nor is it JSON-stat",
			"ask the source for JSON-stat 2, or convert the table to .xlsx or .csv"
	}
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name()
	}
	return "the content is of no format that can be read", "formats that can be read: " + strings.Join(names, ", ")
}

// compoundMagic begins the compound files (CFB) that hold old Office documents and encrypted new ones.
var compoundMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// compoundHas looks for the name of a stream in the first sectors of a compound file's directory. It looks no further:
// the answer only chooses the words of an error.
func compoundHas(in Input, stream string) bool {
	var header [512]byte
	if n, _ := in.Data.ReadAt(header[:], 0); n < len(header) {
		return false
	}
	shift := binary.LittleEndian.Uint16(header[30:])
	if shift < 7 || shift > 16 {
		return false
	}
	first := (int64(binary.LittleEndian.Uint32(header[48:])) + 1) << shift
	directory := make([]byte, 8192)
	n, _ := in.Data.ReadAt(directory, first)
	var name []byte
	for _, unit := range utf16.Encode([]rune(stream)) {
		name = binary.LittleEndian.AppendUint16(name, unit)
	}
	return bytes.Contains(directory[:n], name)
}
