package xlsx

import "testing"

func TestTargetsOfRelations(t *testing.T) {
	for _, c := range []struct{ dir, target, want string }{
		{"xl/", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"},
		{"xl/worksheets/", "../comments1.xml", "xl/comments1.xml"},
		{"xl/worksheets/", "/xl/comments1.xml", "xl/comments1.xml"},
		{"", "xl/workbook.xml", "xl/workbook.xml"},
		{"xl/", `worksheets\sheet1.xml`, "xl/worksheets/sheet1.xml"},
		{"xl/", "./a//b/", "xl/a/b"},
		{"xl/", "", "xl"},
		{"xl/", "../../../a", "a"},
	} {
		if got := targetOf(c.dir, []byte(c.target)); got != c.want {
			t.Errorf("%s from %q leads to %q, want %q", c.target, c.dir, got, c.want)
		}
	}
	for kind, want := range map[string]string{
		"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles": "styles",
		"http://purl.oclc.org/ooxml/officeDocument/relationships/sharedStrings":      "sharedStrings",
		"x/other": "other", "other/": "other", "": ".", "comments": "comments",
	} {
		if got := relationKind([]byte(kind)); got != want {
			t.Errorf("%q is a relation of kind %q, want %q", kind, got, want)
		}
	}
}
