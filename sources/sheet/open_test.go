package sheet_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// stub is a format whose books do what the test says.
type stub struct {
	prefix string
	open   func(context.Context) (sheet.Book, error)
}

func (s stub) Name() string { return "stub" }
func (s stub) Match(head []byte, in sheet.Input) bool {
	return strings.HasPrefix(string(head), s.prefix)
}
func (s stub) Open(ctx context.Context, _ sheet.Input, _ sheet.Limits) (sheet.Book, error) {
	return s.open(ctx)
}

func input(content string) sheet.Input {
	return sheet.Input{Name: "b.xlsx", Data: strings.NewReader(content), Size: int64(len(content))}
}

// compound is the beginning of a compound file whose directory names a stream.
func compound(stream string) string {
	b := make([]byte, 2048)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint32(b[48:], 2)
	at := b[1536+128 : 1536+128]
	for _, u := range utf16.Encode([]rune(stream)) {
		at = binary.LittleEndian.AppendUint16(at, u)
	}
	return string(b)
}

func TestOpenSaysWhatTheContentIs(t *testing.T) {
	for content, want := range map[string]string{
		"":                                     "the file is empty",
		"<!DOCTYPE html><html>":                "this is an HTML page saved under a workbook's name",
		"\xef\xbb\xbf \r\n<HTML>":              "this is an HTML page saved under a workbook's name",
		"<?xml version='1.0'?><html xmlns=''>": "this is an HTML page saved under a workbook's name",
		"<?xml version='1.0'?><Workbook>":      "this is an XML document, not a workbook",
		"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook>": "this is an XML Spreadsheet 2003 (SpreadsheetML), which cannot be read",
		"%PDF-1.4":       "this is a PDF document",
		"PK\x03\x04rest": "this is a ZIP archive but not a workbook that can be read",
		"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet": "this is an OpenDocument file of a kind that cannot be read",
		compound("Workbook"):               "this is an old Office file (.xls, .doc) of a kind that cannot be read",
		compound("EncryptedPackage"):       "this workbook is encrypted with a password",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "this is an old Office file (.xls, .doc) of a kind that cannot be read",
		`{"a": 1}`:                         "this is a JSON document, not a workbook",
		"\x00\x01\x02":                     "the content is of no format that can be read (formats that can be read: stub)",
	} {
		_, err := sheet.Open(t.Context(), []sheet.Format{stub{prefix: "never"}}, input(content), sheet.Limits{})
		if fault.KindOf(err) != fault.Input || !strings.Contains(err.Error(), "b.xlsx: "+want) {
			t.Errorf("%q: %v, want %q", content[:min(len(content), 40)], err, want)
		}
	}
}

func TestOpenTakesTheFirstFormatThatMatches(t *testing.T) {
	book := func(name string) func(context.Context) (sheet.Book, error) {
		return func(context.Context) (sheet.Book, error) { return sheettest.MustParse("!sheet " + name), nil }
	}
	formats := []sheet.Format{
		stub{prefix: "a", open: book("one")},
		stub{prefix: "ab", open: book("two")},
		stub{prefix: "b", open: book("three")},
	}
	for content, want := range map[string]string{"abc": "one", "bcd": "three"} {
		b, err := sheet.Open(t.Context(), formats, input(content), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Sheets()[0].Name; got != want {
			t.Errorf("%s was read by %s, want %s", content, got, want)
		}
	}
}

func TestInputThatEndsEarly(t *testing.T) {
	in := sheet.Input{Name: "b.xlsx", Data: strings.NewReader("short"), Size: 100}
	if _, err := sheet.Open(t.Context(), nil, in, sheet.Limits{}); fault.KindOf(err) != fault.Input {
		t.Error(err)
	}
}

// broken is a book whose Scan does what the test says.
type broken struct {
	*sheettest.Book
	scan func(ctx context.Context) error
}

func (b broken) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	if err := b.scan(ctx); err != nil {
		return nil, err
	}
	return b.Book.Scan(ctx, i, visit)
}

func openBroken(t *testing.T, limits sheet.Limits, scan func(context.Context) error) sheet.Book {
	t.Helper()
	open := func(context.Context) (sheet.Book, error) { return broken{sheettest.MustParse("x"), scan}, nil }
	b, err := sheet.Open(t.Context(), []sheet.Format{stub{open: open}}, input("x"), limits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func keep(*sheet.Row) error { return nil }

func TestPanicsOfReadersAreErrors(t *testing.T) {
	panics := stub{open: func(context.Context) (sheet.Book, error) { panic("index out of range") }}
	_, err := sheet.Open(t.Context(), []sheet.Format{panics}, input("x"), sheet.Limits{})
	if fault.KindOf(err) != fault.Input || !strings.Contains(err.Error(), "b.xlsx: the reader broke on this book: panic: index out of range") {
		t.Error(err)
	}
	var stack interface{ Stack() []byte }
	if !errors.As(err, &stack) || !bytes.Contains(stack.Stack(), []byte("open_test.go")) {
		t.Error("the stack is not kept")
	}

	b := openBroken(t, sheet.Limits{}, func(context.Context) error { panic("nil map") })
	if _, err := b.Scan(t.Context(), 0, keep); fault.KindOf(err) != fault.Input {
		t.Error(err)
	}
}

func TestPanicsOfVisitorsPass(t *testing.T) {
	b := openBroken(t, sheet.Limits{}, func(context.Context) error { return nil })
	defer func() {
		if r := recover(); r != "mine" {
			t.Errorf("recovered %v", r)
		}
	}()
	_, _ = b.Scan(t.Context(), 0, func(*sheet.Row) error { panic("mine") })
	t.Error("the panic was swallowed")
}

func TestLimitOnTime(t *testing.T) {
	b := openBroken(t, sheet.Limits{Time: time.Millisecond}, func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	_, err := b.Scan(t.Context(), 0, keep)
	if fault.KindOf(err) != fault.Limit || !strings.Contains(err.Error(), "the book exceeds the limit book_time of 1ms") {
		t.Error(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Scan(ctx, 0, keep); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestErrorsOfVisitorsComeBackAsTheyAre(t *testing.T) {
	own := errors.New("stop")
	b := openBroken(t, sheet.Limits{}, func(context.Context) error { return nil })
	if _, err := b.Scan(t.Context(), 0, func(*sheet.Row) error { return own }); any(err) != any(own) {
		t.Error(err)
	}
}

func TestLimitsDefaults(t *testing.T) {
	want := sheet.DefaultLimits()
	want.Cells = 7
	if d := cmp.Diff(want, sheet.Limits{Cells: 7}.WithDefaults()); d != "" {
		t.Error(d)
	}
}
