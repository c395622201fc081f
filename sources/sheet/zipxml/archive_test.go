package zipxml

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// stored makes a package of one part that is stored without compression, and gives where the part's bytes are.
func stored(t *testing.T, content string) (data []byte, at int) {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.CreateRaw(&zip.FileHeader{
		Name: "p.xml", CRC32: crc32.ChecksumIEEE([]byte(content)),
		CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content)),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(f, content)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), bytes.Index(out.Bytes(), []byte(content))
}

func readPart(t *testing.T, data []byte, limits sheet.Limits) error {
	t.Helper()
	a, err := open(data, limits)
	if err != nil {
		return err
	}
	x, err := a.Open(t.Context(), "p.xml")
	if err != nil {
		return err
	}
	defer x.Close()
	_, err = drain(x)
	return err
}

func TestDamagedPackages(t *testing.T) {
	whole := pack(t, "p.xml", "<a>"+strings.Repeat("<b/>", 1000)+"</a>")
	flipped, at := stored(t, "<a>12345</a>")
	flipped[at+4] ^= 1
	noSum, at := stored(t, "<a>12345</a>") // a checksum of zero
	for _, header := range [][]byte{[]byte("PK\x03\x04"), []byte("PK\x01\x02")} {
		i := bytes.Index(noSum, header) + map[bool]int{true: 14, false: 16}[header[2] == 3]
		copy(noSum[i:], []byte{0, 0, 0, 0})
	}
	noSum[at+4] ^= 1
	encrypted, _ := stored(t, "<a/>")
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"sound":            {whole, ""},
		"truncated":        {whole[:len(whole)-30], "read the zip package, which is truncated or damaged"},
		"half":             {whole[:len(whole)/2], "read the zip package, which is truncated or damaged"},
		"wrong checksum":   {flipped, "part p.xml: the part is truncated or damaged: zip: checksum error"},
		"checksum of zero": {noSum, "part p.xml: the part is truncated or damaged: zip: checksum error"},
		"encrypted":        {encrypted, "part p.xml: the part is encrypted"},
		"missing":          {pack(t, "q.xml", "<a/>"), "part p.xml: the part is missing"},
		"twice":            {pack(t, "p.xml", "<a/>", "P.xml", "<b/>"), "part p.xml: the package holds the part more than once"},
		"backslash":        {pack(t, `.\p.xml`, "<a/>"), ""},
	} {
		err := readPart(t, c.data, sheet.Limits{})
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), "b.xlsx: "+c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// bomb is a package of one part of so many bytes that compresses well.
func bomb(t *testing.T, size int) []byte {
	t.Helper()
	var packed, out bytes.Buffer
	fw, _ := flate.NewWriter(&packed, flate.BestSpeed)
	sum := crc32.NewIEEE()
	body := io.MultiReader(strings.NewReader("<a>"), io.LimitReader(endless(' '), int64(size-7)), strings.NewReader("</a>"))
	if _, err := io.Copy(io.MultiWriter(fw, sum), body); err != nil {
		t.Fatal(err)
	}
	fw.Close()
	w := zip.NewWriter(&out)
	f, err := w.CreateRaw(&zip.FileHeader{
		Name: "p.xml", Method: zip.Deflate, CRC32: sum.Sum32(),
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(size),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(packed.Bytes())
	w.Close()
	return out.Bytes()
}

func TestBombs(t *testing.T) {
	data := bomb(t, 20<<20)
	for _, c := range []struct {
		limits sheet.Limits
		want   string
	}{
		{sheet.Limits{Inflated: 10 << 20}, "the book exceeds the limit book_inflated of 10485760"},
		{sheet.Limits{Ratio: 100}, "the book exceeds the limit book_ratio (part p.xml) of 100"},
	} {
		err := readPart(t, data, c.limits)
		if fault.KindOf(err) != fault.Limit || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	lying := bytes.Clone(data) // claims to be small
	for _, header := range [][]byte{[]byte("PK\x03\x04"), []byte("PK\x01\x02")} {
		i := bytes.Index(lying, header) + map[bool]int{true: 22, false: 24}[header[2] == 3]
		copy(lying[i:], []byte{100, 0, 0, 0})
	}
	if err := readPart(t, lying, sheet.Limits{}); fault.KindOf(err) != fault.Input {
		t.Errorf("a part larger than it says: %v", err)
	}
}

func TestCancel(t *testing.T) {
	a, err := open(pack(t, "p.xml", "<a></a>"), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	x, err := a.Open(ctx, "p.xml")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := x.Root(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestNamesAreComparedAlike holds the short way of comparing names against what it stands for.
func TestNamesAreComparedAlike(t *testing.T) {
	for name, want := range map[string]string{
		"xl/Workbook.XML": "xl/workbook.xml", `xl\a.xml`: "xl/a.xml", "/xl/a.xml": "xl/a.xml", "xl//a.xml": "xl/a.xml", "xl/./a": "xl/a",
		"xl/../a": "a", "../a": "a", "./a": "a", "a/": "a", "": "", ".": "", "/": "", ".hidden": ".hidden", "xl/.rels": "xl/.rels", "_rels/.rels": "_rels/.rels",
	} {
		if got := key(name); got != want {
			t.Errorf("%q is compared as %q, want %q", name, got, want)
		}
	}
}

// TestClosedPackageHoldsNothing reads a package whose buffer is in other hands.
func TestClosedPackageHoldsNothing(t *testing.T) {
	var data bytes.Buffer
	z := zip.NewWriter(&data)
	w, err := z.Create("a.xml")
	if err == nil {
		_, err = w.Write([]byte("<a>b</a>"))
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	a, err := OpenArchive(sheet.Input{Name: "a.zip", Data: bytes.NewReader(data.Bytes()), Size: int64(data.Len())}, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	read := func() error {
		return a.Read(t.Context(), "a.xml", func(x *Reader, _ string) error { return x.Skip() })
	}
	if err := read(); err != nil {
		t.Fatal(err)
	}
	a.Close()
	a.Close()
	if err := read(); err == nil {
		t.Error("a closed package is read")
	}
}
