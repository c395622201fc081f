package zipxml

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// pack makes a package of parts: name, content, name, content.
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func open(data []byte, limits sheet.Limits) (*Archive, error) {
	return OpenArchive(sheet.Input{Name: "b.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}, limits)
}

// events reads XML from r and writes down what it is made of.
func events(src io.Reader) ([]string, error) {
	a := &Archive{file: "b.xlsx", limits: sheet.DefaultLimits()}
	return drain(newReader(a, "p.xml", feedOf(src)))
}

// feedOf gives what src holds in the pieces that src gives.
func feedOf(src io.Reader) feed { return &direct{ctx: context.Background(), from: &reading{src: src}} }

func drain(x *Reader) ([]string, error) {
	var out []string
	for {
		kind, err := x.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		switch kind {
		case Start:
			s := "<" + string(x.Name())
			for _, a := range x.attrs {
				s += fmt.Sprintf(" %s=%q", a.name, a.value)
			}
			out = append(out, s)
		case End:
			out = append(out, ">"+string(x.Name()))
		case Text:
			if n := len(out); n > 0 && strings.HasPrefix(out[n-1], "=") {
				out[n-1] += string(x.Text())
			} else {
				out = append(out, "="+string(x.Text()))
			}
		}
	}
}

func TestReader(t *testing.T) {
	const in = "\ufeff<?xml version='1.0' encoding=\"UTF-8\" standalone='yes'?>\n<!-- a <c> -->" +
		"<x:a xmlns:x='u' k = \"1 &lt; 2 > 1\" x:id='r&#x1EA5;'\n>một\r\nhai\rba &amp; <![CDATA[<b> &amp;]]><b/><x:c  /></x:a >\n<!-- end -->\n<?pi?>"
	want := []string{`<a x="u" k="1 < 2 > 1" id="rấ"`, "=một\nhai\nba & <b> &amp;", "<b", ">b", "<c", ">c", ">a"}
	for name, src := range map[string]io.Reader{
		"whole":    strings.NewReader(in),
		"bytes":    iotest.OneByteReader(strings.NewReader(in)),
		"utf-16le": bytes.NewReader(utf16Bytes(in, false)),
		"utf-16be": iotest.HalfReader(bytes.NewReader(utf16Bytes(in, true))),
		"no mark":  bytes.NewReader(utf16Bytes(strings.TrimPrefix(in, "\ufeff"), false)),
	} {
		got, err := events(src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func utf16Bytes(s string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestAttr(t *testing.T) {
	a := &Archive{file: "b.xlsx", limits: sheet.DefaultLimits()}
	x := newReader(a, "p.xml", feedOf(strings.NewReader(`<s r:id="prefixed" name="n" id="plain" only:this="x"/>`)))
	if _, err := x.Root(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"id": "plain", "name": "n", "this": "x"} {
		if got, ok := x.Attr(name); !ok || string(got) != want {
			t.Errorf("%s is %q, %v, want %q", name, got, ok, want)
		}
	}
	if _, ok := x.Attr("nam"); ok {
		t.Error("an attribute that is not there was found")
	}
}

func TestMalformed(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "holds no XML",
		"  \n":                           "holds no XML",
		"<!-- only -->":                  "holds no XML",
		"text":                           "text outside the root element",
		"<a/>text":                       "text outside the root element",
		"<a/><b/>":                       "a second root element",
		"<a><b></b>":                     "the part is truncated: </a> is missing",
		"<a>text":                        "the part is truncated: </a> is missing",
		"<a":                             "truncated within a tag",
		"<a b='":                         "truncated within a tag",
		"<a></":                          "truncated within a tag",
		"<a><!-- ":                       "truncated within a tag",
		"<a><![CDATA[ ]]":                "truncated within a tag",
		"<a></b>":                        "</b> where </a> is expected",
		"<x:a></y:a>":                    "</y:a> where </x:a> is expected",
		"</a>":                           "</a> without a start",
		"<a b=c/>":                       "without quotes",
		"<a b/>":                         "an attribute of <a>",
		"<a 1>":                          "an attribute of <a>",
		"<a b:c:d>":                      "an attribute of <a>",
		"<a b=\"1\"c=\"2\"/>":            "an attribute of <a>",
		"<a b='1'c='2'/>":                "an attribute of <a>",
		"<a <b/></a>":                    "a < within a tag",
		"<a b='<'/>":                     "a < within an attribute",
		"<1/>":                           "a tag <1",
		"<a>&nbsp;</a>":                  "the entity &nbsp;",
		"<a>&#0;</a>":                    "the entity &#0;",
		"<a>&#xD800;</a>":                "the entity &#xD800;",
		"<a>&#x;</a>":                    "the entity &#x;",
		"<a>&#+9;</a>":                   "the entity &#+9;",
		"<a>R & D</a>":                   "an & that begins no entity",
		"<a>\x01</a>":                    "control character (0x01)",
		"<a b='\x02'/>":                  "control character (0x02)",
		"<a>\xff</a>":                    "not valid UTF-8",
		"<!DOCTYPE a><a/>":               "a document type or entity declaration",
		"<!DOCTYPE a [<!ENTITY b 'c'>]>": "a document type or entity declaration",
		"<a><!ELEMENT b></a>":            "a document type or entity declaration",
		"<?xml version='1.0' encoding='windows-1258'?><a/>": `the encoding "windows-1258"`,
	} {
		_, err := events(strings.NewReader(in))
		if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), want) || !strings.Contains(err.Error(), "b.xlsx: part p.xml: ") {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

func TestNesting(t *testing.T) {
	a := &Archive{file: "b.xlsx", limits: sheet.Limits{Nesting: 5}.WithDefaults()}
	deep := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	if _, err := drain(newReader(a, "p.xml", feedOf(strings.NewReader(deep(5))))); err != nil {
		t.Error(err)
	}
	_, err := drain(newReader(a, "p.xml", feedOf(strings.NewReader(deep(6)))))
	if fault.KindOf(err) != fault.Limit || !strings.Contains(fmt.Sprint(err), "b.xlsx: the book exceeds the limit book_nesting (part p.xml) of 5") {
		t.Error(err)
	}
	if _, err := events(strings.NewReader(deep(129))); fault.KindOf(err) != fault.Limit {
		t.Error(err)
	}
}

func TestLongText(t *testing.T) {
	a := &Archive{limits: sheet.Limits{Text: 1 << 17}.WithDefaults()} // room for 1 MiB
	long := strings.Repeat("â&amp;", 80_000)
	x := newReader(a, "p.xml", feedOf(strings.NewReader("<a>"+long+"</a>")))
	got, err := drain(x)
	if err != nil || len(got) != 3 || got[1] != "="+strings.Repeat("â&", 80_000) {
		t.Errorf("%v, %d events", err, len(got))
	}
	x = newReader(a, "p.xml", feedOf(io.MultiReader(strings.NewReader("<a>"), endless('x'))))
	if _, err := drain(x); fault.KindOf(err) != fault.Limit || !strings.Contains(err.Error(), "book_text (part p.xml) of 131072") {
		t.Error(err)
	}
	x = newReader(a, "p.xml", feedOf(io.MultiReader(strings.NewReader("<a b='"), endless('x'))))
	if _, err := drain(x); fault.KindOf(err) != fault.Limit {
		t.Error(err)
	}
}

// endless gives the same byte for ever.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func TestChildrenPassOverWhatIsLeft(t *testing.T) {
	a, err := open(pack(t, "p.xml", "<r>t<a><a><b/></a></a>u<b k='1'>v<c/></b><a/></r>"), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := a.Open(t.Context(), `/P.XML`)
	if err != nil {
		t.Fatal(err)
	}
	if root, err := x.Root(); root != "r" || err != nil {
		t.Fatal(root, err)
	}
	var seen []string
	err = x.Children(func(name []byte) error {
		seen = append(seen, string(name))
		if string(name) == "b" {
			return x.Children(func(name []byte) error { seen = append(seen, "b/"+string(name)); return nil })
		}
		return nil
	})
	if err != nil || x.Finish() != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a", "b", "b/c", "a"}, seen); d != "" {
		t.Error(d)
	}
}

// FuzzReader holds the reader against encoding/xml: what it takes, encoding/xml reads the same way.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"<a/>", "<a b='c'>d<e/></a>", "<?xml version='1.0'?><a>&amp;&#65;\r\n</a>", "<a><![CDATA[x]]>y</a>", "<a><!-- b --></a>",
		"<x:a xmlns:x='u' x:b=\"1\"></x:a>", "<a><b></a>", "<a", "<a>\xe1\xba\xa5</a>", "<a b='1' b='2'/>", "\xff\xfe<\x00a\x00/\x00>\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := events(strings.NewReader(in))
		slow, slowErr := events(iotest.OneByteReader(strings.NewReader(in)))
		if d := cmp.Diff(got, slow); d != "" || (err == nil) != (slowErr == nil) {
			t.Fatalf("read byte by byte: %v, %v\n%s", err, slowErr, d)
		}
		if err != nil || !strings.HasPrefix(in, "<") || strings.HasPrefix(in, "<\x00") || strings.Contains(in, "<?") {
			return // encoding/xml knows no UTF-16, and is stricter about instructions
		}
		want, err := oracle(in)
		if err != nil {
			t.Skip(err) // it is stricter about names and comments
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

// oracle is events by encoding/xml.
func oracle(in string) ([]string, error) {
	d := xml.NewDecoder(strings.NewReader(in))
	var out []string
	depth := 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			s := "<" + token.Name.Local
			for _, a := range token.Attr {
				value := strings.NewReplacer("\n", " ", "\t", " ").Replace(a.Value)
				if value != a.Value {
					return nil, errors.New("white space in a value, which encoding/xml does not make spaces")
				}
				s += fmt.Sprintf(" %s=%q", a.Name.Local, value)
			}
			out = append(out, s)
		case xml.EndElement:
			depth--
			out = append(out, ">"+token.Name.Local)
		case xml.CharData:
			if depth == 0 {
				continue
			}
			if n := len(out); n > 0 && strings.HasPrefix(out[n-1], "=") {
				out[n-1] += string(token)
			} else {
				out = append(out, "="+string(token))
			}
		}
	}
}
