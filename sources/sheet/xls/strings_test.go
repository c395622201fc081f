package xls

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// rich is a shared string as it should be read.
type rich struct {
	Text string
	Runs []sheet.Run
}

// sharedSample is a list of shared strings of all kinds, and how they are written.
func sharedSample() (want []rich, list text) {
	add := func(s string, fonts []run, phonetic []byte, runs ...sheet.Run) {
		want = append(want, rich{s, runs})
		list.add(0, put(len(utf16.Encode([]rune(s))))...)
		list.text8(s, fonts, phonetic)
	}
	list.add(0, put(uint32(9), uint32(7))...)
	add("plain", nil, nil)
	add("", nil, nil)
	add("Chỉ số sản xuất", nil, nil)
	add("caf\u00e9 \u0091", []run{{0, 1}, {3, 0}}, nil, sheet.Run{End: 3, Font: "B"}, sheet.Run{End: 8, Font: "A"})
	add("một 😀 hai", []run{{4, 1}, {7, 5}, {99, 0}}, nil, sheet.Run{End: 6}, sheet.Run{End: 11, Font: "B"}, sheet.Run{End: 14, Font: "C"})
	add("課きく", nil, []byte("phonetic data"))
	add("課abc", []run{{1, 1}}, []byte{1, 2, 3}, sheet.Run{End: 3}, sheet.Run{End: 6, Font: "B"})
	return want, list
}

// readShared reads the shared strings of a book that holds nothing else; its fonts are A, B and, as number 5, C.
func readShared(t testing.TB, list text, places []int) ([]rich, error) {
	t.Helper()
	w := writer{version: biff8}
	w.bof(kindGlobals)
	for _, name := range []string{"A", "B", "-", "-", "C"} {
		w.record(recFont, 200, 0, 0, 400, 0, uint32(0), w.short(name))
	}
	w.record(recBoundSheet, uint32(0), 0, w.short("S"))
	w.cut(recSST, list, places)
	w.record(recCodePage, 1200) // what comes after is still in step
	w.eof()
	b, err := Format{}.Open(t.Context(), sheetInput(w.out), sheet.Limits{})
	if err != nil {
		return nil, err
	}
	var got []rich
	for i, s := range b.(*book).texts {
		got = append(got, rich{s, b.(*book).rich[i]})
	}
	return got, nil
}

// TestSharedStringsCutAnywhere cuts the record of shared strings at every byte, and into pieces of every size.
func TestSharedStringsCutAnywhere(t *testing.T) {
	want, list := sharedSample()
	check := func(places []int) {
		got, err := readShared(t, list, places)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("cut at %v: %v %s", places, err, d)
		}
	}
	check(nil)
	for at := 1; at < len(list.data); at++ {
		check([]int{at})
		check([]int{at, at}) // an empty CONTINUE record, or one of flags alone
	}
	for size := 1; size < 64; size++ {
		var places []int
		for at := size; at < len(list.data); at += size {
			places = append(places, at)
		}
		check(places)
	}
}

// TestSharedStringNarrows goes on in a CONTINUE record with characters of another width.
func TestSharedStringNarrows(t *testing.T) {
	w := writer{version: biff8}
	w.bof(kindGlobals)
	w.record(recBoundSheet, uint32(0), 0, w.short("S"))
	w.record(recSST, uint32(1), uint32(1), 6, byte(flagWide), 0x1EA5, 0x62)
	w.record(recContinue, byte(0), "cd")
	w.record(recContinue, byte(flagWide), 0x1EA5, 0x66)
	w.eof()
	b, err := Format{}.Open(t.Context(), sheetInput(w.out), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"ấbcdấf"}, b.(*book).texts); d != "" {
		t.Error(d)
	}
}

// TestSharedStringsCutShort ends the list within each string: that is damage, while a list that is shorter than its
// count is only found out by a cell that needs more.
func TestSharedStringsCutShort(t *testing.T) {
	want, list := sharedSample()
	ends := map[int]int{8: 0} // where strings end, and how many those are
	at := 8
	for i := range want {
		_, single := sharedOne(i)
		at += len(single.data)
		ends[at] = i + 1
	}
	for n := 8; n < len(list.data); n++ {
		got, err := readShared(t, text{data: list.data[:n], kinds: list.kinds[:n]}, nil)
		if count, ok := ends[n]; ok != (err == nil) || (ok && len(got) != count) {
			t.Errorf("%d bytes: %d strings, %v", n, len(got), err)
		}
	}
}

// sharedOne is one string of the sample.
func sharedOne(i int) (rich, text) {
	want, list := sharedSample()
	at := 8
	for k := range want {
		n := int(le.Uint16(list.data[at:]))
		flags, end := list.data[at+2], at+3
		size := n
		if flags&flagWide != 0 {
			size *= 2
		}
		if flags&flagRich != 0 {
			size += 4 * int(le.Uint16(list.data[end:]))
			end += 2
		}
		if flags&flagPhonetic != 0 {
			size += int(le.Uint32(list.data[end:]))
			end += 4
		}
		end += size
		if k == i {
			return want[k], text{data: slices.Clone(list.data[at:end]), kinds: list.kinds[at:end]}
		}
		at = end
	}
	panic("no such string")
}

func TestSurrogates(t *testing.T) {
	for _, c := range []struct {
		units []int
		want  string
	}{
		{[]int{0xD83D, 0xDE00}, "😀"},
		{[]int{0xD83D}, "\uFFFD"},
		{[]int{0xD83D, 'a'}, "\uFFFDa"},
		{[]int{0xDE00, 'a'}, "\uFFFDa"},
		{[]int{0xD83D, 0xD83D, 0xDE00}, "\uFFFD😀"},
		{[]int{0, 'a'}, "\x00a"},
	} {
		var list text
		list.add(0, put(uint32(1), uint32(1), len(c.units), byte(flagWide))...)
		for _, u := range c.units {
			list.add('w', put(u)...)
		}
		for at := len(list.data) - 2*len(c.units); at < len(list.data); at++ {
			if got, err := readShared(t, list, []int{at}); err != nil || len(got) != 1 || got[0].Text != c.want {
				t.Errorf("%04X cut at %d: %+v, %v, want %q", c.units, at, got, err, c.want)
			}
		}
	}
}

func TestCodePages(t *testing.T) {
	for _, c := range []struct {
		page int
		in   string
		want string
	}{
		{1252, "caf\xE9 \x80", "café €"},
		{367, "caf\xE9", "café"},
		{1250, "\xB9", "ą"},
		{1251, "\xCC\xE8\xF0", "Мир"},
		{1253, "\xE1", "α"},
		{1254, "\xFE", "ş"},
		{1255, "\xE0", "א"},
		{1256, "\xC7", "ا"},
		{1257, "\xE0", "ą"},
		{1258, "Vi\xEA\xF2t \xD0", "Việt Đ"},
		{874, "\xA1", "ก"},
		{932, "\x89\xDB", "課"},
		{936, "\xD6\xD0", "中"},
		{949, "\xC7\xD1", "한"},
		{950, "\xA4\xA4", "中"},
		{437, "\x82", "é"},
		{850, "\x82", "é"},
		{852, "\xA5", "ą"},
		{855, "\xA0", "а"},
		{858, "\xD5", "€"},
		{860, "\x82", "é"},
		{862, "\x80", "א"},
		{863, "\x82", "é"},
		{865, "\x82", "é"},
		{866, "\x8C", "М"},
		{10000, "\x8E", "é"},
		{32768, "\x8E", "é"},
		{10007, "\x8C", "М"},
	} {
		w := writer{version: biff5}
		w.bof(kindGlobals)
		w.record(recCodePage, c.page)
		w.record(recBoundSheet, uint32(0), 0, byte(len(c.in)), c.in)
		w.eof()
		b, err := openBytes(t, w.out, sheet.Limits{})
		if err != nil {
			t.Errorf("code page %d: %v", c.page, err)
			continue
		}
		if got := b.Sheets()[0].Name; got != c.want {
			t.Errorf("code page %d: %q, want %q", c.page, got, c.want)
		}
	}
	if got := strings.Count(decodeBytes("\x81"), "\uFFFD"); got != 1 {
		t.Errorf("a byte that no code page has gives %d replacement characters", got)
	}
}

// TestCharacterSets lets fonts say what the bytes of cells mean.
func TestCharacterSets(t *testing.T) {
	data := oneSheet(biff5, func(w *writer) {
		w.record(recCodePage, 1258)
		for _, set := range []byte{0, 204, 161, 1} {
			w.record(recFont, 200, 0, 0, 400, 0, 0, set, byte(0), w.short(fmt.Sprint("F", set)))
		}
		for i := range 4 {
			w.record(recXF, i, 0, 1, make([]byte, 14))
		}
	}, func(w *writer) {
		for i := range 4 {
			w.record(recLabel, cell(0, i, i), 1, "\xEC")
		}
		w.record(recRString, cell(1, 0, 1), 3, "\xEC\xEC\xEC", byte(2), byte(1), byte(2), byte(2), byte(0))
		w.record(recFormula, cell(1, 1, 1), []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 0, uint32(0), 0)
		w.record(recString, 1, "\xEC")
	})
	b, err := Format{}.Open(t.Context(), sheetInput(data), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := sheettest.Dump(t.Context(), b)
	want := "!sheet S\n{font=F0} \u0301 | {font=F204} м | {font=F161} μ | {font=F1} \u0301\n" +
		"{font=F204 runs=2:,4:F161,6:F0} мμ\u0301 | {font=F204 f} м\n"
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
}

func decodeBytes(s string) string {
	b := book{page: codePage(932)}
	return b.decode([]byte(s))
}
