package delim

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func TestDialects(t *testing.T) {
	for _, c := range []struct{ name, text, format, want string }{
		{"titles with commas over decimal commas", "Sản lượng, theo năm, cả nước\nĐơn vị: tấn, tạ, yến\n\nNăm;Lúa;Ngô\n2020;1,5;2,5\n2021;3,5;4,5\nGhi chú: a, b, c\n",
			"csv (semicolon, UTF-8)", "Sản lượng, theo năm, cả nước\nĐơn vị: tấn, tạ, yến\n!row 4\nNăm | Lúa | Ngô\n2020 | 1,5 | 2,5\n2021 | 3,5 | 4,5\nGhi chú: a, b, c\n"},
		{"a note with semicolons", "a,b,c\n1,2,3\n4,5,6\nSource: x; y; z; u\nNote: p; q; r; s\n", "csv (comma, UTF-8)",
			"a | b | c\n1 | 2 | 3\n4 | 5 | 6\nSource: x; y; z; u\nNote: p; q; r; s\n"},
		{"a delimiter in quotes", "\"a;b\",c\n\"d;e\",f\n\"g;h\",i\n", "csv (comma, UTF-8)", "a;b | c\nd;e | f\ng;h | i\n"},
		{"sep in quotes", "\"sep=;\"\na;b,c\n", "csv (semicolon, UTF-8)", "a | b,c\n"},
		{"comments", "# source: a, b and c\n# of 2020\nx,y\n1,2\n3,4\n", "csv (comma, UTF-8)", "# source: a, b and c\n# of 2020\nx | y\n1 | 2\n3 | 4\n"},
		{"a header that begins with #", "#,Tên,2020\n1,A,5\n2,B,6\n", "csv (comma, UTF-8)", "# | Tên | 2020\n1 | A | 5\n2 | B | 6\n"},
		{"single quotes", "'a','b,c','d'\n'1','2,3','it''s'\n'4','5','6'\n", "csv (comma, UTF-8)", "a | b,c | d\n1 | 2,3 | it's\n4 | 5 | 6\n"},
		{"apostrophes", "'s-Hertogenbosch,1\n'n,2\nx',3\n", "csv (comma, UTF-8)", "'s-Hertogenbosch | 1\n'n | 2\nx' | 3\n"},
		{"backslashes", "a,b\n\"x \\\"y\\\", z\",1\n\"u \\\"v\\\", w\",2\n", "csv (comma, UTF-8)", "a | b\nx \"y\", z | 1\nu \"v\", w | 2\n"},
		{"backslashes of no meaning", "a,b\n\"C:\\dir\\\",1\n\"D:\\\",2\n", "csv (comma, UTF-8)", "a | b\nC:\\\\dir\\\\ | 1\nD:\\\\ | 2\n"},
		{"blanks before quotes", "a, b\n\"x\", \"y, z\"\n\"u\", \"v, w\"\n", "csv (comma, UTF-8)", "a | \" b\"\nx | y, z\nu | v, w\n"},
		{"blanks behind quotes", "a,b\n\"x\" ,1\n\"y\"  ,2\n", "csv (comma, UTF-8)", "a | b\nx | 1\ny | 2\n"},
		{"words behind quotes", "a,b\n\"x\" y,1\n\"\"\"u\"\" v\",2\n", "csv (comma, UTF-8)", "a | b\n\"\"x\" y\" | 1\n\"\"u\" v\" | 2\n"},
		{"a quote that opens nothing", "a,b\n\"x,1\ny,\"z\" w\nu,2\n", "csv (comma, UTF-8)", "a | b\n\"\"x\" | 1\ny | \"\"z\" w\"\nu | 2\n"},
		{"an inch", "a,b\n5\" pipe,1\n6\" pipe,2\n", "csv (comma, UTF-8)", "a | b\n5\" pipe | 1\n6\" pipe | 2\n"},
		{"lines of a note in quotes", "a,b,c\n\"one\ntwo\nthree\nfour\",1,2\nx,3,4\n", "csv (comma, UTF-8)", "a | b | c\none\\ntwo\\nthree\\nfour | 1 | 2\nx | 3 | 4\n"},
		{"runs of blanks", "Station    Jan   Feb\nHà Nội     16.4  17.2\nCà Mau     25.5  26.1\nSơn La     14.9  16.0\nLai Châu   17.1  18.0\nHuế        20.0  20.9\n",
			"csv (blanks, UTF-8)", "Station | Jan | Feb\nHà Nội | 16.4 | 17.2\nCà Mau | 25.5 | 26.1\nSơn La | 14.9 | 16.0\nLai Châu | 17.1 | 18.0\nHuế | 20.0 | 20.9\n"},
		{"single blanks between numbers", "1880 -30 -21\n1881 -10 -14\n1882 9 8\n1883 -34 -42\n1884 -20 -13\n", "csv (blanks, UTF-8)",
			"1880 | -30 | -21\n1881 | -10 | -14\n1882 | 9 | 8\n1883 | -34 | -42\n1884 | -20 | -13\n"},
		{"prose", "one two  three\nfour  five six\nseven eight  nine\nten  eleven\ntwelve  x\n", "csv (comma, UTF-8)",
			"one two  three\nfour  five six\nseven eight  nine\nten  eleven\ntwelve  x\n"},
		{"old Mac", "a,b\r1,2\r3,4\r", "csv (comma, UTF-8)", "a | b\n1 | 2\n3 | 4\n"},
		{"filled up with NUL", "a,b\n1,2\n" + strings.Repeat("\x00", 9000), "csv (comma, UTF-8)", "a | b\n1 | 2\n"},
		{"filled up within a line", "a,b\n1,2\x00\x00\x00", "csv (comma, UTF-8)", "a | b\n1 | 2\n"},
		{"an end in DOS", "a,b\r\n1,2\r\n\x1a", "csv (comma, UTF-8)", "a | b\n1 | 2\n"},
	} {
		format, got, err := dump(t, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d := cmp.Diff(c.want, got); d != "" || format != c.format {
			t.Errorf("%s: %s, want %s; cells %s", c.name, format, c.format, d)
		}
	}
}

// TestSwallowedLines refuses a quote that takes in whole lines, rather than to lose them.
func TestSwallowedLines(t *testing.T) {
	lines := strings.Repeat("x,1,2\n", 5)
	_, _, err := dump(t, "a,b,c\n"+lines+"\"y,3,4\n"+lines+"z\",5,6\n"+lines)
	if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), "cell A7: a quote is opened here and not closed before whole lines") {
		t.Error(err)
	}
}

func TestDecimals(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n\"1,5\",1.25\n":    "a | b\n1,5 | \"1.25\"\n",          // both are decimal marks
		"a,b\n\"12,345\",1.25\n": "a | b\n12,345 | 1.25\n",           // a comma may part thousands
		"a,b\n12,345\n1.125,7\n": "a | b\n12 | 345\n\"1.125\" | 7\n", // nothing shows it
		"a;b\n1.125;x 2.5 y\n":   "a | b\n\"1.125\" | x 2.5 y\n",     // no field
		"a;b\n1.125; 2.5 \n":     "a | b\n1.125 | 2.5\n",             // a field with blanks
		"a;b\n1.125;3\n" + strings.Repeat("4;5\n", 200) + "6;7.5": "a | b\n1.125 | 3\n" + strings.Repeat("4 | 5\n", 200) + "6 | 7.5\n",
	} {
		if _, got, err := dump(t, text); err != nil || got != want {
			t.Errorf("%.30q: %v, %s", text, err, cmp.Diff(want, got))
		}
	}
}

// TestEvidenceAcrossChunks finds the one number that tells, wherever it stands in a long text.
func TestEvidenceAcrossChunks(t *testing.T) {
	for shift := range 12 {
		text := "x;y\n" + strings.Repeat("1.125;2\n", (256<<10)/8-1) + strings.Repeat(" ", shift)[:shift] + "1,5;3\n" + strings.Repeat("1.25;2\n", 10)
		b, err := openText(t, text, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := sheet.Load(t.Context(), b, 0)
		if err != nil {
			t.Fatal(err)
		}
		if c := g.At(2, 1); c.Type != sheet.Text {
			t.Errorf("shift %d: 1.125 is a %s beside 1,5", shift, c.Type)
		}
	}
}

// endless is a text of one line that never ends.
type endless struct{}

func (endless) ReadAt(b []byte, _ int64) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func TestEndlessLine(t *testing.T) {
	for _, before := range []string{"a;b\n", "a;b\n\""} {
		data := io.NewSectionReader(after{before}, 0, 200<<20)
		b, err := sheet.Open(t.Context(), []sheet.Format{Format{}}, sheet.Input{Name: "b.csv", Data: data, Size: 200 << 20}, sheet.Limits{})
		if err == nil {
			_, err = sheettest.Dump(t.Context(), b)
		}
		if fault.KindOf(err) != fault.Limit || !strings.Contains(fmt.Sprint(err), "cell A2: the book exceeds the limit book_text") {
			t.Error(err)
		}
	}
}

// after is an endless text with a beginning.
type after struct{ head string }

func (a after) ReadAt(b []byte, offset int64) (int, error) {
	n, err := endless{}.ReadAt(b, offset)
	if offset < int64(len(a.head)) {
		copy(b, a.head[offset:])
	}
	return n, err
}

func FuzzDialect(f *testing.F) {
	for _, s := range []string{"a;b\n1,5;2,5\n", "'a','b'\n'1','2'\n'3','4'\n", "# x\na,b\n1,2\n", "a  1  2\nb  3  4\nc  5  6\nd  7  8\ne  9  0\n", "\"a\\\"b\",c\n", "a, \"b\"\n\"c\", \"d\"\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\ufeff") {
			return
		}
		in := sheet.Input{Name: "b.csv", Data: strings.NewReader(text), Size: int64(len(text))}
		b, err := (Format{}).Open(t.Context(), in, sheet.Limits{})
		if err != nil {
			return
		}
		letters := 0
		if _, err := b.Scan(t.Context(), 0, func(r *sheet.Row) error {
			for _, c := range r.Cells {
				letters += count(c.Text)
			}
			return nil
		}); err != nil {
			return
		}
		if d := strings.TrimPrefix(strings.ToLower(text), "\"sep="); len(d) == len(text) && !strings.HasPrefix(d, "sep=") && letters != count(text) {
			t.Errorf("%d letters and digits of %d are left of %q", letters, count(text), text)
		}
	})
}

// count counts letters and digits, of which none may be lost.
func count(s string) int {
	n := 0
	for _, c := range s {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			n++
		}
	}
	return n
}
