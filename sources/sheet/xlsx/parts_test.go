package xlsx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// commented makes a book with the given parts of comments on its first sheet.
func commented(plain, threads string) map[string]string {
	p := parts()
	rels := ""
	if plain != "" {
		p["xl/comments1.xml"] = plain
		rels += `<Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/comments" Target="../comments1.xml"/>`
	}
	if threads != "" {
		p["xl/threadedComments/threadedComment1.xml"] = threads
		rels += `<Relationship Id="b" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" Target="../threadedComments/threadedComment1.xml"/>`
	}
	p["xl/worksheets/_rels/sheet1.xml.rels"] = `<Relationships><Relationship Id="v" Type="u/vmlDrawing" Target="../drawings/v.vml"/>` + rels + `</Relationships>`
	return p
}

func TestComments(t *testing.T) {
	plain := `<comments><authors><author>a</author></authors><commentList>` +
		`<comment ref="C3" authorId="0"><text><t>sơ bộ</t></text></comment>` +
		`<comment ref="A3" authorId="0"><text><r><rPr><b/></rPr><t>TCTK:</t></r><r><t xml:space="preserve"> ước_x000D_tính</t></r></text><extra><t>x</t></extra></comment>` +
		`<comment ref="B1"><text><t>[Threaded comment] Your version of Excel ...</t></text></comment></commentList></comments>`
	threads := `<ThreadedComments><threadedComment ref="B1" id="{1}"><text>Số nào?</text></threadedComment>` +
		`<threadedComment ref="B1" id="{2}" parentId="{1}"><text>Số &lt;sau&gt;</text></threadedComment></ThreadedComments>`
	for _, c := range []struct {
		name           string
		plain, threads string
		want           []sheet.Comment
	}{
		{"none", "", "", nil},
		{"plain", plain, "", []sheet.Comment{
			{Row: 1, Col: 2, Text: "[Threaded comment] Your version of Excel ..."}, {Row: 3, Col: 1, Text: "TCTK: ước\\rtính"}, {Row: 3, Col: 3, Text: "sơ bộ"},
		}},
		{"threads", plain, threads, []sheet.Comment{
			{Row: 1, Col: 2, Text: "Số nào?\nSố <sau>"}, {Row: 3, Col: 1, Text: "TCTK: ước\rtính"}, {Row: 3, Col: 3, Text: "sơ bộ"},
		}},
	} {
		b, err := openBytes(t.Context(), pack(t, commented(c.plain, c.threads)), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		tail, err := b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for i := range c.want {
			c.want[i].Text = strings.ReplaceAll(c.want[i].Text, `\r`, "\r")
		}
		if d := cmp.Diff(c.want, tail.Comments); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestDamagedComments(t *testing.T) {
	for plain, want := range map[string]string{
		`<comments><commentList><comment ref="?"/></commentList></comments>`: `part xl/comments1.xml: "?" is not a cell that a comment can stand at`,
		`<comments><commentList>`: `part xl/comments1.xml: the part is truncated`,
		`<sst/>`:                  `part xl/comments1.xml: the part does not hold comments`,
	} {
		b, err := openBytes(t.Context(), pack(t, commented(plain, "")), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
		if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), want) || !strings.Contains(err.Error(), `sheet "Một"`) {
			t.Errorf("%s: %v", plain, err)
		}
	}
	b, err := openBytes(t.Context(), pack(t, commented(`<comments><commentList><comment ref="A1"><text><t>123456</t></text></comment></commentList></comments>`, "")), sheet.Limits{Strings: 50, Text: 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = b.Scan(t.Context(), 0, func(*sheet.Row) error { return nil }); fault.KindOf(err) != fault.Limit {
		t.Error(err)
	}
}

func TestDefinedNames(t *testing.T) {
	p := parts()
	p["xl/workbook.xml"] = `<workbook><sheets><sheet name="Một" r:id="rId1"/><sheet name="Hai" r:id="rId1"/></sheets><definedNames>` +
		`<definedName name="Năm">'Một'!$A$1:$F$30</definedName><definedName name="_xlnm.Print_Area" localSheetId="1" hidden="1">Hai!$A$1&amp;B</definedName>` +
		`<definedName name="lost" localSheetId="9">#REF!</definedName><definedName name="none"/></definedNames></workbook>`
	b, err := openBytes(t.Context(), pack(t, p), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Name{
		{Name: "Năm", Sheet: -1, Refers: "'Một'!$A$1:$F$30"},
		{Name: "_xlnm.Print_Area", Sheet: 1, Refers: "Hai!$A$1&B", Hidden: true},
		{Name: "none", Sheet: -1},
	}
	if d := cmp.Diff(want, sheet.Names(b)); d != "" {
		t.Error(d)
	}
	if _, err := openBytes(t.Context(), pack(t, p), sheet.Limits{Strings: 40}); fault.KindOf(err) != fault.Limit {
		t.Error(err)
	}
}
