package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
)

// readList reads the shared strings of a book, with what is known of each.
func readList(t *testing.T, data []byte, strict bool, limits sheet.Limits) (list []string, failed string) {
	t.Helper()
	opened, err := (Format{}).Open(t.Context(), sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}, limits)
	if err != nil {
		t.Fatal(err)
	}
	b := opened.(*book)
	b.strict = strict
	shared, err := b.strings(context.Background())
	if err != nil {
		return nil, position.ReplaceAllString(err.Error(), "")
	}
	for i := range shared.len() {
		text, known := shared.text(i)
		list = append(list, fmt.Sprintf("%d %v %v", known, text, shared.runs[i]))
	}
	return list, ""
}

// TestStringPiecesAreReadAsStrictly puts what is unusual or wrong into a list of which pieces are read beside.
func TestStringPiecesAreReadAsStrictly(t *testing.T) {
	const items = 6_000
	for name, odd := range map[string]string{
		"nothing":                      "",
		"a comment with strings":       "<!--" + strings.Repeat("<si><t>x</t></si>", 10_000) + "-->",
		"a text with strings":          "<si><t><![CDATA[" + strings.Repeat("</si><si><t>x</t></si>", 1_000) + "]]></t></si>",
		"a rich string":                `<si><r><rPr><rFont val=".VnTime"/></rPr><t>x</t></r><r><t>y</t></r></si>`,
		"an escape":                    "<si><t>_x0041_</t></si>",
		"entities":                     strings.Repeat("<si><t>Mía &amp; đường &lt;x&gt; &quot;y&apos;</t></si>", 5_000),
		"entities and an escape":       "<si><t>&amp;_x0041_</t></si><si><t>_&amp;x0041_</t></si><si><t>&#x5f;x0041_</t></si>",
		"an entity that is none":       "<si><t>a &amp b</t></si>",
		"text that is not valid":       "<si><t>a &amp; \xc3</t></si>",
		"a control character":          "<si><t>a &amp; \x01</t></si>",
		"an element of another kind":   "<x><si><t>no</t></si></x>",
		"an element that is not over":  "<si><t>x</t>",
		"the end before the end":       "</sst>",
		"a string longer than a block": "<si><t>" + strings.Repeat("dài ", 60_000) + "</t></si>",
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for i := range items {
				if i == items/2 {
					b.WriteString(odd)
				}
				fmt.Fprintf(&b, "<si><t>số %d</t></si><si><t xml:space=\"preserve\"> plain %d</t></si>", i, i)
			}
			data := pack(t, withStrings(b.String()))
			for _, limit := range []int64{0, 2_000, 200_000, 330_000} {
				limits := sheet.Limits{Strings: limit, Text: 1 << 20}
				want, wantFailed := readList(t, data, true, limits)
				got, gotFailed := readList(t, data, false, limits)
				if !slices.Equal(want, got) || gotFailed != wantFailed {
					t.Fatalf("limit %d: %s, want %s\n%s", limit, gotFailed, wantFailed, cmp.Diff(want, got))
				}
			}
		})
	}
}
