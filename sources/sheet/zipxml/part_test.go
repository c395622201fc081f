package zipxml

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// large is XML of several chunks, and the text of its elements.
func large() (content, text string) {
	var b, want strings.Builder
	b.WriteString("<a>")
	for i := range 25_000 {
		fmt.Fprintf(&b, "<b n=\"%d\">tỉnh &amp; %d</b>\n", i, i*i)
		fmt.Fprintf(&want, "tỉnh & %d\n", i*i)
	}
	b.WriteString("<c>" + strings.Repeat("dài ", 100_000) + "</c></a>") // longer than a chunk reaches back
	want.WriteString(strings.Repeat("dài ", 100_000))
	return b.String(), want.String()
}

// textOf reads all text of a part.
func textOf(x *Reader) (string, error) {
	var out strings.Builder
	for {
		kind, err := x.Next()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return out.String(), err
		}
		if kind == Text {
			out.Write(x.Text())
		}
	}
}

func TestLargeParts(t *testing.T) {
	content, want := large()
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, name := range []string{"p.xml", "q.xml"} {
			f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(f, content)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		a, err := open(out.Bytes(), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"p.xml", "q.xml", "p.xml"} {
			x, err := a.Open(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			got, err := textOf(x)
			x.Close()
			if err != nil || got != want {
				t.Errorf("%s: %v, %d of %d bytes", name, err, len(got), len(want))
			}
		}
	}
}

// TestLargePartsThatAreLeft closes and cancels in the midst of a part; goleak sees to what is left behind.
func TestLargePartsThatAreLeft(t *testing.T) {
	content, _ := large()
	a, err := open(pack(t, "p.xml", content), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for steps := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		x, err := a.Open(ctx, "p.xml")
		if err != nil {
			t.Fatal(err)
		}
		for range steps * 1500 {
			if _, err := x.Next(); err != nil {
				t.Fatal(err)
			}
		}
		if steps%2 == 0 {
			cancel()
			if _, err := textOf(x); !errors.Is(err, context.Canceled) {
				t.Errorf("after %d steps: %v", steps, err)
			}
		}
		x.Close()
		if _, err := x.Next(); err == nil {
			t.Error("a closed part was read")
		}
		cancel()
	}
}

func TestDamagedLargeParts(t *testing.T) {
	content, want := large()
	whole := pack(t, "p.xml", content)
	directory := bytes.Index(whole, []byte("PK\x01\x02"))
	for i := 100; i < directory; i += directory / 25 {
		data := bytes.Clone(whole)
		data[i] ^= 0x10
		err := readPart(t, data, sheet.Limits{})
		if fault.KindOf(err) != fault.Input || !strings.Contains(err.Error(), "part p.xml") {
			t.Errorf("byte %d: %v", i, err)
		}
	}
	if len(want) == 0 || readPart(t, whole, sheet.Limits{}) != nil {
		t.Error("the sound part was not read")
	}
}

// breaking is a filler that panics at the second chunk.
type breaking struct{ calls int }

func (b *breaking) fill(buf []byte, from int) (int, error) {
	if b.calls++; b.calls > 1 {
		panic("broken")
	}
	return from + copy(buf[from:], "<a><b/>"), nil
}

// TestPanicsReachTheReader lets the goroutine panic: the guard of sheet.Open is around the reader, not around it.
func TestPanicsReachTheReader(t *testing.T) {
	x := newReader(&Archive{limits: sheet.DefaultLimits()}, "p.xml", newAhead(t.Context(), &breaking{}, 1<<20))
	defer x.Close()
	defer func() {
		if r := recover(); r != "broken" {
			t.Errorf("recovered %v", r)
		}
	}()
	_, err := textOf(x)
	t.Error(err)
}

// TestAside has work done beside reading: every stretch that comes out lies where the reader is, and begins and ends behind
// a mark.
func TestAside(t *testing.T) {
	content, want := large()
	a, err := open(pack(t, "p.xml", content), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := a.Open(t.Context(), "p.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := x.Root(); err != nil {
		t.Fatal(err)
	}
	const mark = "</b>"
	var made atomic.Int64
	x.Aside(mark, func(b []byte, n int) any {
		made.Add(1)
		return string(b[:n])
	})
	var out strings.Builder
	stretches := 0
	for {
		if piece, err := x.Piece(); err != nil {
			t.Fatal(err)
		} else if piece != nil {
			stretches++
			text := piece.(string)
			if b, n := x.Ahead(); n < len(text) || string(b[:len(text)]) != text || !strings.HasPrefix(text, "<b") || !strings.HasSuffix(text, mark) {
				t.Fatalf("the stretch %.50q does not lie at %.50q", text, b)
			}
			inner, err := textOf(newReader(a, "piece", &whole{"<a>" + text + "</a>"}))
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString(inner + "\n")
			x.Take(len(text))
			continue
		}
		kind, err := x.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case kind == Text:
			out.Write(x.Text())
		case kind == End:
			for range 1000 { // until the work has begun
				if made.Load() > 0 {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
	}
	if got := strings.ReplaceAll(out.String(), "\n", ""); got != strings.ReplaceAll(want, "\n", "") || stretches == 0 {
		t.Errorf("%d stretches, %d bytes of %d", stretches, len(got), len(want))
	}
}

// whole is a feed of one block.
type whole struct{ text string }

func (w *whole) next() (*block, error) {
	if w.text == "" {
		return nil, io.EOF
	}
	var b block
	b.to = copy(b.buf[:], w.text)
	w.text = ""
	return &b, nil
}

func (w *whole) close() {}
