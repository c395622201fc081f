package sheet

import "bytes"

// describe says what content is that no reader knows, and what to do about it.
func describe(head []byte) (what, remedy string) {
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
	case starts("<!doctype html", "<html", "<head", "<body", "<table"):
		return "this is an HTML page saved under a workbook's name",
			"if it is an error page, fetch it again; if it holds the table, open it in a spreadsheet program and save it as .xlsx"
	case starts("%pdf"):
		return "this is a PDF document", "publish or convert the table as .xlsx or .csv"
	case starts("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return "this is an old Office file (.xls) or an encrypted workbook, which cannot be read yet",
			"open it in a spreadsheet program and save it as .xlsx without a password"
	case starts("pk\x03\x04"):
		return "this is a ZIP archive but not a workbook that can be read", "if it holds books, give it to a file source as an archive"
	case starts("<?xml"):
		return "this is an XML document, not a workbook", "save it as .xlsx"
	}
	return "the content is of no format that can be read", "formats that can be read: .xlsx, .xlsm, .csv"
}
