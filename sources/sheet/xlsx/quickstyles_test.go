package xlsx

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// xfSamples are cell formats as programs write them, and such that are nearly so.
var xfSamples = []string{
	`<xf numFmtId="14" fontId="1" fillId="0" borderId="2" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>`,
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` + "\n  " + `<xf numFmtId="1" fontId="2" fillId="0" borderId="3"/>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0" quotePrefix="1" applyFont="0"> <alignment indent="3"/> </xf>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0"><alignment horizontal="general" indent="99999"/></xf>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0" fontId="7"/><xf numFmtId="4" fontId="1" fillId="0" borderId="2" xfId="0" x:fontId="7"/>`,
	`<xf numFmtId="99999999" fontId="-1" fillId="0" borderId="2"/><xf numFmtId="" fontId="1" fillId="0" borderId="2"/>`,
	`<xf fontId="1" numFmtId="14" borderId="2" fillId="1"/><xf/><xf numFmtId='9'/>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0" applyFont="1"applyFill="1"/>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0"><alignment horizontal="a&amp;b"/><protection locked="0"/></xf>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0"><alignment horizontal="right"/><alignment indent="2"/></xf>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0"><alignment horizontal="left"></alignment></xf><!-- a comment --><xf numFmtId="5"/>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0"><alignment horizontal="left"/>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0" 0="1"/>`,
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0"><alignment horizontal="left" horizontal="right" indent="1" indent="2" 0="1"/></xf>`,
	`<other/><xf numFmtId="3" fontId="1" fillId="0" borderId="2" xfId="0"/><x:xf numFmtId="8"/>`,
}

// stylesOf reads styles and writes down their cell formats, and the error.
func stylesOf(t testing.TB, xfs string, strict bool) ([]xf, string) {
	t.Helper()
	var data bytes.Buffer
	z := zip.NewWriter(&data)
	w, err := z.Create("s.xml")
	if err == nil {
		_, err = w.Write([]byte(`<styleSheet><cellXfs count="2">` + xfs + `</cellXfs></styleSheet>`))
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	in := sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data.Bytes()), Size: int64(data.Len())}
	archive, err := zipxml.OpenArchive(in, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b := &book{archive: archive, strict: strict}
	if err := archive.Read(t.Context(), "s.xml", b.readStyles); err != nil {
		return nil, position.ReplaceAllString(err.Error(), "")
	}
	return b.styles.xfs, ""
}

// sameStyles checks that the quick reader and the strict one agree.
func sameStyles(t *testing.T, xfs string) {
	t.Helper()
	quick, quickErr := stylesOf(t, xfs, false)
	strict, strictErr := stylesOf(t, xfs, true)
	if d := cmp.Diff(strict, quick, cmp.AllowUnexported(xf{})); d != "" || quickErr != strictErr {
		t.Fatalf("%s\nread strictly: %s\nquickly: %s\n%s", xfs, strictErr, quickErr, d)
	}
}

func TestQuickStylesAreTheStrictOnes(t *testing.T) {
	for _, sample := range xfSamples {
		sameStyles(t, sample)
		for i := range sample { // cut short, and with a byte gone wrong
			sameStyles(t, sample[:i])
			sameStyles(t, sample[:i]+"<"+sample[i+1:])
			sameStyles(t, sample[:i]+"\""+sample[i:])
		}
	}
	sameStyles(t, strings.Repeat(xfSamples[0]+xfSamples[2], 2_000)) // more than is read at once
}

func TestUsualStylesAreReadQuickly(t *testing.T) {
	b := append([]byte(xfSamples[0]+strings.Split(xfSamples[1], "\n")[0]+"</cellXfs>"), make([]byte, 32)...)
	u := usual{most: 1 << 10}
	v, next := u.usualXF(b, 0)
	if want := (xf{format: 14, font: 1, border: 2, align: "center"}); v != want || next != len(xfSamples[0]) {
		t.Errorf("%+v up to %d, want %+v", v, next, want)
	}
	if v, next = u.usualXF(b, next); next == 0 || v != (xf{}) {
		t.Errorf("%+v up to %d", v, next)
	}
	if _, next = u.usualXF(b, next); next != 0 {
		t.Error("an end is taken for a cell format")
	}
}

func TestNearlyUsualStylesAreReadAsStrictly(t *testing.T) {
	t.Parallel()
	nearly(xfSamples, func(xfs string) { sameStyles(t, xfs) })
}

func FuzzStyles(f *testing.F) {
	for _, sample := range xfSamples {
		f.Add(sample)
	}
	f.Fuzz(func(t *testing.T, xfs string) { sameStyles(t, xfs) })
}
