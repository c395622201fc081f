package xls

import (
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// checkBook checks beside the contract that a defined name stands for something.
func checkBook(t *testing.T, data []byte) {
	limits := sheettest.FuzzLimits()
	limits.Nesting = 8
	b, err := openBytes(t, data, limits)
	if sheettest.Check(t, b, err); err != nil {
		return
	}
	for _, n := range sheet.Names(b) {
		if n.Refers == "" {
			t.Fatalf("%+v", n)
		}
	}
}

func FuzzStream(f *testing.F) {
	for _, v := range versions {
		f.Add(writeBook(f, v, described(v)))
	}
	f.Add(encrypt(oneSheet(biff8, nil, number), methods[2], defaultPassword))
	list, shared := sharedSample()
	f.Add(oneSheet(biff8, func(w *writer) { w.cut(recSST, shared, []int{20, 50, 51, 90}) }, func(w *writer) {
		for i := range list {
			w.record(recLabelSST, cell(len(list)-i, 0, 0), uint32(i))
		}
	}))
	f.Add(oneSheet(biff8, func(w *writer) {
		w.record(recSupBook, 3, 0x0401)
		w.record(recExternSheet, 1, 0, 0, 0)
		w.name(0, "area", 0, byte(tokenArea), 0, 0, 29, 0, 5)
	}, func(w *writer) {
		b := bookWriter{writer: *w}
		b.comment(1, sheet.Comment{Row: 1, Col: 1, Text: "words"})
		w.out = b.out
	}))
	f.Fuzz(checkBook)
}

func FuzzFile(f *testing.F) {
	data := container(f, 512, stored{"Workbook", oneSheet(biff8, nil, number)})
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(container(f, 4096, stored{"Book", oneSheet(biff5, nil, number)}))
	f.Fuzz(checkBook)
}
