package ods

import (
	"testing"

	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func checkBook(t *testing.T, data []byte) {
	limits := sheettest.FuzzLimits()
	limits.Repeats = 1 << 12
	b, err := openBytes(t.Context(), data, limits)
	sheettest.Check(t, b, err)
}

func FuzzContent(f *testing.F) {
	styles, body := write(described())
	f.Add(styles, body)
	f.Add(`<number:number-style style:name="a"><number:number number:decimal-places="2" number:grouping="true"/><style:map style:condition="value()&lt;0" style:apply-style-name="a"/></number:number-style>`,
		cells(`<table:table-cell table:formula="of:=1" office:value-type="time" office:time-value="PT1H"/>`))
	f.Add("", rows(`<table:table-row table:number-rows-repeated="99999"><table:table-cell table:number-columns-repeated="3" table:number-rows-spanned="2" office:value-type="float" office:value="1"/></table:table-row>`))
	f.Add("", cells(text(`<text:s text:c="3"/><text:span text:style-name="T1">x</text:span><office:annotation><text:p>n</text:p></office:annotation>`)))
	f.Fuzz(func(t *testing.T, styles, body string) { checkBook(t, []byte(flat(styles, body))) })
}

func FuzzFile(f *testing.F) {
	styles, body := write(described())
	data := pack(f, map[string]string{"mimetype": mimetype, contentPart: content(styles, body)})
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(flat(styles, body)))
	f.Fuzz(checkBook)
}
