package xls

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/sources/sheet/xlsx"
)

// corpusBooks lists the real books.
func corpusBooks(t testing.TB) []string {
	t.Helper()
	return sheettest.Corpus(t, 1, ".xls")
}

// libreOffice converts books to .xlsx and gives the paths of what came out, "" where nothing did.
func libreOffice(t *testing.T, books [][]byte) []string {
	t.Helper()
	if os.Getenv("STATLOOM_LIBREOFFICE") != "1" {
		t.Skip("set STATLOOM_LIBREOFFICE=1 to compare with what LibreOffice reads")
	}
	dir := t.TempDir()
	paths := make([]string, len(books))
	const batch = 20
	for from := 0; from < len(books); from += batch {
		to := min(from+batch, len(books))
		args := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", "xlsx", "--outdir", filepath.Join(dir, "out")}
		for i := from; i < to; i++ {
			in := filepath.Join(dir, fmt.Sprintf("%03d.xls", i))
			if err := os.WriteFile(in, books[i], 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, in)
		}
		if text, err := exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for i := from; i < to; i++ {
			path := filepath.Join(dir, "out", fmt.Sprintf("%03d.xlsx", i))
			if _, err := os.Stat(path); err == nil {
				paths[i] = path
			}
		}
	}
	return paths
}

// notBooks are files that LibreOffice takes for text, whatever they are.
var notBooks = []string{"OOM_alloc3.xls", "too_small.xls"}

// TestAgainstLibreOffice compares real books with what LibreOffice makes of them.
func TestAgainstLibreOffice(t *testing.T) {
	var names []string
	var books [][]byte
	for _, path := range corpusBooks(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		names, books = append(names, filepath.Base(path)), append(books, data)
	}
	againstLibreOffice(t, names, books)
}

// TestWrittenAgainstLibreOffice lets LibreOffice judge whether the books that tests write are books.
func TestWrittenAgainstLibreOffice(t *testing.T) {
	var names []string
	var books [][]byte
	add := func(name string, data []byte) { names, books = append(names, name), append(books, data) }
	for name, v := range versions {
		add(name, container(t, 512, stored{"Workbook", writeBook(t, v, described(v))}))
		add(name+", bare", writeBook(t, v, described(v)))
	}
	for _, m := range methods[:len(methods)-1] { // LibreOffice does not know of the zeros in keys of 40 bits
		add(m.name, container(t, 512, stored{"Workbook", encrypt(writeBook(t, m.version, described(m.version)), m, defaultPassword)}))
	}
	againstLibreOffice(t, names, books)
}

func againstLibreOffice(t *testing.T, names []string, books [][]byte) {
	converted := libreOffice(t, books)
	compared, counts := 0, map[string]int{}
	for i, name := range names {
		t.Run(name, func(t *testing.T) {
			got, err := Format{}.Open(t.Context(), sheetInput(books[i]), sheet.Limits{})
			if slices.Contains(notBooks, name) {
				if err == nil {
					t.Error("the file is read")
				}
				return
			}
			if err != nil || converted[i] == "" {
				t.Fatalf("error %v, converted to %q", err, converted[i])
			}
			want, err := xlsx.Format{}.Open(t.Context(), sheettest.Input(t, converted[i]), sheet.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			c := comparison{t: t, got: got, want: want}
			c.books()
			compared += c.compared
			for _, d := range c.differences {
				if i := slices.IndexFunc(explained, func(e explanation) bool { return e.is(d) }); i >= 0 {
					counts[explained[i].why]++
				} else {
					t.Error(d)
				}
			}
		})
	}
	t.Logf("%d cells compared", compared)
	for _, e := range explained {
		t.Logf("%6d differences: %s", counts[e.why], e.why)
	}
}

// difference is one thing that is not the same in both books.
type difference struct {
	what      string
	sheet     string
	cell      string
	got, want string
	g, w      sheet.Cell
	gs, ws    *sheet.Style
	merged    bool // the cell lies in a range that one of the books has as merged
	rich      bool // its text begins in a font of its own
}

func (d difference) String() string {
	return fmt.Sprintf("%s!%s: %s: %s, LibreOffice: %s", d.sheet, d.cell, d.what, d.got, d.want)
}

type explanation struct {
	why string
	is  func(d difference) bool
}

// explained are the differences that are known to be LibreOffice's doing.
var explained = []explanation{
	{"an empty text is no cell there", func(d difference) bool {
		return d.what == "type" && d.g.Type == sheet.Text && d.g.Text == "" && d.w.Type == sheet.Empty
	}},
	{"truth values and errors are formulas there", func(d difference) bool {
		return d.what == "formula" && (d.g.Type == sheet.Bool || d.g.Type == sheet.Error)
	}},
	{"a formula without a result is calculated there", func(d difference) bool { return d.what == "type" && d.g.NoCache && d.w.Formula }},
	{"formulas that depend on the file or on Lotus's leap day are calculated anew there", func(d difference) bool {
		return d.what == "text" && d.g.Formula && d.w.Formula && (strings.HasPrefix(d.w.Text, "'file:") || strings.Contains(d.w.Text, "00:00"))
	}},
	{"a carriage return and a line feed are one line break there", func(d difference) bool {
		return d.what == "text" && strings.ReplaceAll(d.g.Text, "\r\n", "\n") == d.w.Text
	}},
	{"what is centred across a selection is merged there", func(d difference) bool {
		return d.what == "align" && d.got == "centerContinuous" && d.want == "center"
	}},
	{"indents are kept as lengths there and rounded up when they become steps again", func(d difference) bool {
		return d.what == "indent" && d.gs.Indent >= 3 && d.ws.Indent == d.gs.Indent+1
	}},
	{"cells of a merged range have the borders of its first and last ones there", func(d difference) bool {
		return (d.what == "top" || d.what == "bottom") && d.merged
	}},
	{"the font that a rich text begins in is its cell's there", func(d difference) bool {
		return (d.what == "bold" || d.what == "italic" || d.what == "font") && d.rich
	}},
	{"number formats are written in other words there", func(d difference) bool {
		return d.what == "numfmt" && formatWords(d.got) == formatWords(d.want)
	}},
}

var formatWord = regexp.MustCompile(`\\.|"[^"]*"|\[[^\]]*\]|.`)

// formatWords writes a number format in one way: literal characters one by one, case folded, those that Excel itself
// shows by the reader's locale as in the American one.
func formatWords(code string) string {
	switch code {
	case "mm-dd-yy", "yyyy/m/d":
		code = "m/d/yyyy"
	case "m/d/yy h:mm":
		code = "m/d/yyyy h:mm"
	}
	code = strings.TrimPrefix(strings.TrimSuffix(code, ";"), "[$-409]")
	if local := strings.NewReplacer("#,##0 ;", "#,##0_);", "#,##0.00;", "#,##0.00_);"); strings.HasSuffix(code, "(#,##0)") || strings.HasSuffix(code, "(#,##0.00)") {
		code = local.Replace(code)
	}
	var out strings.Builder
	for _, word := range formatWord.FindAllString(strings.ToLower(code), -1) {
		switch word[0] {
		case '"':
			word = strings.Trim(word, `"`)
		case '\\':
			word = word[1:]
		}
		out.WriteString(word)
	}
	return out.String()
}

// comparison compares two books.
type comparison struct {
	t           *testing.T
	got, want   sheet.Book
	name        string
	merged      func(row, col int) bool
	compared    int
	differences []difference
}

func (c *comparison) differ(what, cell string, got, want any) {
	if g, w := fmt.Sprintf("%v", got), fmt.Sprintf("%v", want); g != w {
		c.differences = append(c.differences, difference{what: what, sheet: c.name, cell: cell, got: g, want: w})
	}
}

func (c *comparison) books() {
	c.differ("sheets", "", c.got.Sheets(), c.want.Sheets())
	for i, info := range c.got.Sheets() {
		if i < len(c.want.Sheets()) {
			c.name = info.Name
			c.sheets(i)
		}
	}
}

// contents is a sheet in memory.
type contents struct {
	cells      map[[2]int]sheet.Cell
	hiddenRows []int
	tail       *sheet.Tail
}

func (c *comparison) read(b sheet.Book, i int) contents {
	out := contents{cells: map[[2]int]sheet.Cell{}}
	var err error
	out.tail, err = b.Scan(c.t.Context(), i, func(r *sheet.Row) error {
		if r.Hidden {
			out.hiddenRows = append(out.hiddenRows, r.Number)
		}
		for _, cell := range r.Cells {
			out.cells[[2]int{r.Number, cell.Col}] = cell
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

func (c *comparison) sheets(i int) {
	got, want := c.read(c.got, i), c.read(c.want, i)
	byPlace := func(a, b sheet.Range) int {
		return slices.Compare([]int{a.Row1, a.Col1, a.Row2, a.Col2}, []int{b.Row1, b.Col1, b.Row2, b.Col2})
	}
	slices.SortFunc(got.tail.Merges, byPlace)
	slices.SortFunc(want.tail.Merges, byPlace)
	c.differ("merges", "", got.tail.Merges, c.withoutSelections(want.tail.Merges, got))
	c.merged = func(row, col int) bool {
		in := func(r sheet.Range) bool { return r.Contains(row, col) }
		return slices.ContainsFunc(got.tail.Merges, in) || slices.ContainsFunc(want.tail.Merges, in)
	}
	c.differ("hidden columns", "", got.tail.HiddenCols, want.tail.HiddenCols)
	c.differ("hidden rows", "", got.hiddenRows, want.hiddenRows)
	for at, w := range want.cells {
		if _, ok := got.cells[at]; !ok && (w.Type != sheet.Empty || w.NoCache) {
			c.differ("missing", sheet.A1(at[0], at[1]), "nothing", w)
		}
	}
	for at, g := range got.cells {
		w, ok := want.cells[at]
		if !ok {
			if g.Type != sheet.Empty || g.NoCache {
				c.differ("missing there", sheet.A1(at[0], at[1]), g, "nothing")
			}
			continue
		}
		c.compared++
		c.cell(at[0], at[1], g, w)
	}
}

// withoutSelections leaves out the merges that LibreOffice makes of texts centred across a selection.
func (c *comparison) withoutSelections(merges []sheet.Range, got contents) []sheet.Range {
	return slices.DeleteFunc(slices.Clone(merges), func(m sheet.Range) bool {
		first, ok := got.cells[[2]int{m.Row1, m.Col1}]
		return ok && m.Row1 == m.Row2 && c.got.Style(first.Style).HAlign == "centerContinuous" && !slices.Contains(got.tail.Merges, m)
	})
}

func (c *comparison) cell(row, col int, g, w sheet.Cell) {
	from := len(c.differences)
	at := sheet.A1(row, col)
	gs, ws := c.got.Style(g.Style), c.want.Style(w.Style)
	c.differ("type", at, fmt.Sprint(g.Type, g.NoCache), fmt.Sprint(w.Type, w.NoCache))
	if g.Type == w.Type {
		c.differ("formula", at, g.Formula, w.Formula)
		switch g.Type {
		case sheet.Number, sheet.Date, sheet.Bool:
			if math.Abs(g.Num-w.Num) > 1e-14*math.Abs(g.Num) {
				c.differ("number", at, g.Num, w.Num)
			}
		default:
			c.differ("text", at, g.Text, w.Text)
		}
	}
	if g.Type != sheet.Empty {
		c.differ("font", at, gs.Font, ws.Font)
		c.differ("bold", at, gs.Bold, ws.Bold)
		c.differ("italic", at, gs.Italic, ws.Italic)
		c.differ("indent", at, gs.Indent, ws.Indent)
		c.differ("align", at, gs.HAlign, ws.HAlign)
		c.differ("numfmt", at, gs.NumFmt, ws.NumFmt)
		c.differ("runs", at, spans(g, gs), spans(w, ws))
	}
	c.differ("top", at, gs.BorderTop, ws.BorderTop)
	c.differ("bottom", at, gs.BorderBot, ws.BorderBot)
	for i := from; i < len(c.differences); i++ {
		d := &c.differences[i]
		d.g, d.w, d.gs, d.ws = g, w, gs, ws
		d.merged, d.rich = c.merged(row, col), c.beginsRich(&g)
	}
}

// beginsRich reports whether the first character of the text has a font of its own, if only in its look.
func (c *comparison) beginsRich(cell *sheet.Cell) bool {
	if len(cell.Runs) > 0 && cell.Runs[0].Font != "" {
		return true
	}
	b := c.got.(*book)
	for i, runs := range b.rich {
		if b.texts[i] == cell.Text && runs[0].Font != "" {
			return true
		}
	}
	return false
}

// spans are the fonts of a text, all of them by name.
func spans(c sheet.Cell, s *sheet.Style) []sheet.Run {
	var out []sheet.Run
	for _, r := range c.Runs {
		if r.Font == "" {
			r.Font = s.Font
		}
		out = addRun(out, r.End, r.Font)
	}
	if len(out) == 1 && out[0].Font == s.Font {
		return nil
	}
	return out
}
