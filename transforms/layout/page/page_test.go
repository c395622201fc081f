package page_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/sources/sheet/xlsx"
	"github.com/statloom/statloom/transforms/layout"
	"github.com/statloom/statloom/transforms/layout/page"
)

// page draws a book and parses what comes of it.
func draw(t *testing.T, book sheet.Book, o page.Options, visit func(*sheet.Grid, *layout.Sheet)) (*html.Node, string) {
	t.Helper()
	p := page.New(o)
	for i := range book.Sheets() {
		g, err := sheet.Load(t.Context(), book, i)
		if err != nil {
			t.Fatal(err)
		}
		s := layout.Recognise(g)
		if err := p.Add("book.xlsx", g, s, nil, nil); err != nil {
			t.Fatal(err)
		}
		if visit != nil {
			visit(g, s)
		}
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return root, b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// told is what the page tells of a figure.
type told struct {
	Text, Status, Unit string
	Row, Col           []string
}

// figures reads the figures back out of a page.
func figures(t *testing.T, root *html.Node) (list []told) {
	t.Helper()
	type details struct {
		Paths [][]string
		Texts []string
	}
	known := map[string]details{}
	for n := range root.Descendants() {
		if n.Data == "script" && attr(n, "type") == "application/json" {
			var d details
			if err := json.Unmarshal([]byte(textOf(n)), &d); err != nil {
				t.Fatal(err)
			}
			known[attr(n, "id")] = d
		}
	}
	for n := range root.Descendants() {
		id := attr(n, "data-details")
		if n.Data != "div" || id == "" {
			continue
		}
		d := known[id]
		for c := range n.Descendants() {
			k := attr(c, "data-k")
			if k == "" {
				continue
			}
			parts := strings.Split(k, ",")
			at := func(i int) int {
				n, err := strconv.Atoi(parts[i])
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			list = append(list, told{Text: strings.Join(strings.Fields(textOf(c)), " "), Status: parts[5], Unit: d.Texts[at(2)], Row: d.Paths[at(0)], Col: d.Paths[at(1)]})
		}
	}
	return list
}

// TestEveryFigure: each data cell of the layout stands in the page, once, with its labels, unit and status.
func TestEveryFigure(t *testing.T) {
	cases, err := filepath.Glob("../testdata/*/in.txt")
	if err != nil || len(cases) < 10 {
		t.Fatalf("%d cases: %v", len(cases), err)
	}
	for _, in := range cases {
		t.Run(filepath.Base(filepath.Dir(in)), func(t *testing.T) {
			text, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			var want []told
			root, _ := draw(t, sheettest.MustParse(string(text)), page.Options{}, func(g *sheet.Grid, s *layout.Sheet) {
				seen := map[string]bool{}
				for c := range layout.Cells(g, s) {
					if !seen[c.Cell] {
						want = append(want, told{c.Text, c.Status, c.Unit, append([]string{}, c.RowPath...), append([]string{}, c.ColPath...)})
					}
					seen[c.Cell] = true
				}
			})
			got := figures(t, root)
			key := func(f told) string {
				return strings.Join(f.Row, "|") + "\x00" + strings.Join(f.Col, "|") + "\x00" + f.Status + f.Unit
			}
			byKey := func(a, b told) int { return strings.Compare(key(a), key(b)) }
			slices.SortStableFunc(want, byKey)
			slices.SortStableFunc(got, byKey)
			keys := func(list []told) (out []string) {
				for _, f := range list {
					out = append(out, key(f))
				}
				return out
			}
			if diff := cmp.Diff(keys(want), keys(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const doubtful = `!sheet Số liệu
Không rõ lượng
!hide row
a | 1 | 2
b | 3 | x
<img src=x onerror=alert(1)> | 5 | 6
`

// TestPage: questions come first with the key that answers them, both languages are there, and nothing comes from elsewhere.
func TestPage(t *testing.T) {
	root, text := draw(t, sheettest.MustParse(doubtful), page.Options{Config: "my.yaml"}, nil)
	for _, want := range []string{"header_rows: 1", "unit: {value:", "period: {from:", "my.yaml", "không có chữ nào nói số liệu tính bằng gì",
		"no text says what the values are counted in", `<html lang="vi" class="vi">`, "Thu gọn dòng, cột ẩn"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if strings.Index(text, "header_rows") > strings.Index(text, `class="book"`) {
		t.Error("questions do not stand first")
	}
	ids, links := map[string]bool{}, []string{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "src", a.Key == "href" && !strings.HasPrefix(a.Val, "#"), n.Data == "link", n.Data == "img":
				t.Errorf("%s has %s=%q", n.Data, a.Key, a.Val)
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("id %s stands twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "href":
				links = append(links, a.Val[1:])
			}
		}
	}
	for _, l := range links {
		if !ids[l] {
			t.Errorf("a link leads to %s, which is not there", l)
		}
	}
	if strings.Contains(text, "ZgotmplZ") {
		t.Error("the template refuses something")
	}
}

// TestRoom: what is drawn of large books is bounded, and what is left out is told.
func TestRoom(t *testing.T) {
	var b strings.Builder
	for range 6 {
		b.WriteString("!sheet s" + strconv.Itoa(b.Len()) + "\nBảng 1. Số liệu\n | 2020 | 2021 | 2022\n")
		for i := range 900 {
			b.WriteString("nhãn " + strconv.Itoa(i) + " | 1 | 2 | 3\n")
		}
	}
	_, text := draw(t, sheettest.MustParse(b.String()), page.Options{MaxBytes: 100_000}, nil)
	if len(text) > 300_000 {
		t.Errorf("the page has %d bytes", len(text))
	}
	for _, want := range []string{"502 rows and 0 columns of this sheet are not drawn", "Không vẽ 902 dòng"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestReadings: what a dataset makes of a cell counts for more than what the sheet says of it.
func TestReadings(t *testing.T) {
	book := sheettest.MustParse("Bảng 1. Dân số năm 2023\n | Nam | Nữ\nHà Nội | 1.5 | ..\nHuế | 2.5 | 3")
	g, err := sheet.Load(t.Context(), book, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := page.New(page.Options{})
	set := []page.Dataset{{ID: "dan_so", Table: 1, YAML: "- id: dan_so", Read: 3, Lost: 1, Why: "B3: because"}}
	readings := map[string]page.Reading{"B3": {Period: "2023-07", Unit: "người", Status: "P", Lost: "because"}}
	if err := p.Add("b", g, layout.Recognise(g), set, readings); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"dan_so", "2023-07", "người", `,P"`, "because", `"2023"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}

// TestRealBooks: the same holds of published books, within what is drawn of them.
func TestRealBooks(t *testing.T) {
	for _, name := range []string{"corpus/gso_monthly/raw/2024-09-29-2.Bieu-T9.2024.xlsx", "corpus/uk_forestry/raw/Ch1_Woodland_FS2022.xlsx"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			f, err := os.Open(sheettest.Shared(t, name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				t.Fatal(err)
			}
			book, err := sheet.Open(t.Context(), []sheet.Format{xlsx.Format{}}, sheet.Input{Name: name, Data: f, Size: info.Size()}, sheet.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer book.Close()
			want := 0
			root, text := draw(t, book, page.Options{}, func(g *sheet.Grid, s *layout.Sheet) {
				for range layout.Cells(g, s) {
					want++
				}
			})
			if got := len(figures(t, root)); got != want || want < 1000 {
				t.Errorf("%d of %d figures", got, want)
			}
			if len(text) > 3<<20 {
				t.Errorf("the page has %d bytes", len(text))
			}
		})
	}
}
