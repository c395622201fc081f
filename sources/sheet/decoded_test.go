package sheet_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/sheettest"
)

// opened passes a book through Open, as a reader would have handed it out.
func opened(t testing.TB, b sheet.Book) sheet.Book {
	t.Helper()
	open := func(context.Context) (sheet.Book, error) { return b, nil }
	got, err := sheet.Open(t.Context(), []sheet.Format{stub{open: open}}, input("x"), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// dumped is what comes out of Open, without the fonts, which stay as they were.
func dumped(t testing.TB, b sheet.Book) string {
	t.Helper()
	text, err := sheettest.Dump(t.Context(), opened(t, b))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestOldFontsAreDecoded mixes fonts, stretches and Unicode in one sheet.
func TestOldFontsAreDecoded(t *testing.T) {
	got := dumped(t, sheettest.MustParse(`
		{font=.VnArialH} Tæng sè | {font=.VnArial} Năm 2006 so víi | {font=Arial} Năm 2007 | {font=VNI-Times} Toång soá
		{font=.VnArial runs=19:.VnArial,21:Arial,40:.VnArial} NhËp khÈu theo giá thực tế (%) | {font=.VnTime} 12.5 | {font=.VnTime} Lao
		{font=Arial} Crédit là | {font=Times} Tô`+"\u0309"+`ng | {font=.VnTime} "#N/A"
		{font=Arial runs=4:.VnTime,8:} N¨m
	`))
	want := strings.Join([]string{
		"!sheet Sheet1",
		"{font=.VnArialH} TỔNG SỐ | {font=.VnArial} Năm 2006 so với | {font=Arial} Năm 2007 | {font=VNI-Times} Tổng số",
		"{font=.VnArial} Nhập khẩu theo giá thực tế (%) | {font=.VnTime} 12.5 | {font=.VnTime} Lao",
		`{font=Arial} Crédit là | {font=Times} Tổng | {font=.VnTime} "#N/A"`,
		"{font=Arial} Năm",
		"",
	}, "\n")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestSheetIsTheEvidence has texts that only the rest of their sheet explains, above that rest.
func TestSheetIsTheEvidence(t *testing.T) {
	got := dumped(t, sheettest.MustParse(`
		!sheet Old
		Sè | §VT | Th¸ng
		N¨m 2005 | Hµ Giang | Gi¸ so s¸nh | Lao
		!sheet Mixed
		Bé | Th¸ng
		N¨m 2005 | Hµ Giang | Gi¸ so s¸nh | Số liệu
		!sheet Western
		Sè | §VT | Th¸ng | tôt | Crédit
	`))
	want := strings.Join([]string{
		"!sheet Old", "Số | ĐVT | Tháng", "Năm 2005 | Hà Giang | Giá so sánh | Lao",
		"!sheet Mixed", "Bé | Tháng", "Năm 2005 | Hà Giang | Giá so sánh | Số liệu",
		"!sheet Western", "Sè | §VT | Th¸ng | tôt | Crédit", "",
	}, "\n")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNamesAndCommentsAreDecoded(t *testing.T) {
	b := sheettest.MustParse("!sheet Gi¸ trÞ\n1\n!sheet Tô\u0309ng\n!sheet Tổng\n!sheet IIP")
	b.List[0].Tail.Comments = []sheet.Comment{{Row: 1, Col: 1, Text: "Sè s¬ bé n¨m 2000"}, {Row: 2, Col: 1, Text: "ASCII"}, {Row: 3, Col: 1, Text: "Ghi chu\u0301"}}
	stored := append([]sheet.Comment(nil), b.List[0].Tail.Comments...)
	names := []sheet.Name{{Name: "Data", Refers: "'Gi¸ trÞ'!$A$1"}, {Name: "Vu\u0300ng", Sheet: 1, Refers: "IIP!$A$1"}}
	book := opened(t, namedBook{b, names})

	var got []string
	for _, info := range book.Sheets() {
		got = append(got, info.Name)
	}
	// The second and third would become the same, so they stay apart as they are.
	if d := cmp.Diff([]string{"Giá trị", "Tô\u0309ng", "Tổng", "IIP"}, got); d != "" {
		t.Error(d)
	}
	wantNames := []sheet.Name{{Name: "Data", Refers: "'Giá trị'!$A$1"}, {Name: "Vùng", Sheet: 1, Refers: "IIP!$A$1"}}
	if d := cmp.Diff(wantNames, sheet.Names(book)); d != "" {
		t.Error(d)
	}
	for range 2 {
		tail, err := book.Scan(t.Context(), 0, func(*sheet.Row) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		want := []sheet.Comment{{Row: 1, Col: 1, Text: "Số sơ bộ năm 2000"}, {Row: 2, Col: 1, Text: "ASCII"}, {Row: 3, Col: 1, Text: "Ghi chú"}}
		if d := cmp.Diff(want, tail.Comments); d != "" {
			t.Error(d)
		}
	}
	if d := cmp.Diff(stored, b.List[0].Tail.Comments); d != "" {
		t.Error("the reader's own comments were changed:", d)
	}
	if names[0].Refers != "'Gi¸ trÞ'!$A$1" {
		t.Error("the reader's own names were changed")
	}
}

// namedBook is a book with defined names.
type namedBook struct {
	*sheettest.Book
	names []sheet.Name
}

func (b namedBook) Names() []sheet.Name { return b.names }

// repeating hands out the same row again and again, as a reader of repeated rows may.
type repeating struct {
	*sheettest.Book
	scans atomic.Int64
	rows  int
}

func (b *repeating) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	b.scans.Add(1)
	row := b.List[i].Rows[0]
	for n := range b.rows {
		row.Number = n + 1
		if err := visit(&row); err != nil {
			return nil, err
		}
	}
	return &sheet.Tail{}, nil
}

func TestRowsOfTheReaderAreNotChanged(t *testing.T) {
	b := &repeating{Book: sheettest.MustParse("{font=.VnTime} Thái | {font=.VnTime} B×nh"), rows: 3}
	_, err := opened(t, b).Scan(t.Context(), 0, func(r *sheet.Row) error {
		if r.Cells[1].Text != "Bình" {
			t.Errorf("row %d: %q", r.Number, r.Cells[1].Text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.List[0].Rows[0].Cells[1].Text != "B×nh" {
		t.Error("the reader's row was changed")
	}
}

// TestEvidenceIsGatheredOnce counts how often a sheet in doubt is read.
func TestEvidenceIsGatheredOnce(t *testing.T) {
	b := &repeating{Book: sheettest.MustParse("Th¸ng | N¨m | Gi¸ | Sè"), rows: 100}
	book := opened(t, b)
	group, ctx := errgroup.WithContext(t.Context())
	scan := func() error {
		_, err := book.Scan(ctx, 0, func(r *sheet.Row) error {
			if r.Cells[3].Text != "Số" {
				return fmt.Errorf("row %d: %q", r.Number, r.Cells[3].Text)
			}
			return nil
		})
		return err
	}
	if err := scan(); err != nil {
		t.Fatal(err)
	}
	if n := b.scans.Load(); n != 2 {
		t.Errorf("the sheet was read %d times, want twice", n)
	}
	for range 8 {
		group.Go(scan)
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := b.scans.Load(); n != 10 {
		t.Errorf("the sheet was read %d times, want once more for each", n)
	}
}

// BenchmarkOpenedScan measures what looking for text to decode costs on a sheet of numbers and ASCII labels.
func BenchmarkOpenedScan(b *testing.B) {
	for _, c := range []struct{ name, row string }{
		{"numbers", "1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10"},
		{"ASCII", "Coal mining | Textiles, wearing apparel | Leather | a | b | c | d | e | f | g"},
		{"Unicode", "Khai thác than | Dệt, may | Da giày | Số lượng | Tổng | Chỉ số | Đường | Nghìn tấn | Quý I | Tỷ đồng"},
		{"TCVN3", "{font=.VnTime} Khai th¸c than | {font=.VnTime} DÖt may | {font=.VnTime} Sè l\u00adîng | {font=.VnTime} Tæng sè"},
	} {
		for _, through := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/opened=%v", c.name, through), func(b *testing.B) {
				var book sheet.Book = &repeating{Book: sheettest.MustParse(c.row), rows: 10_000}
				if through {
					book = opened(b, book)
				}
				cells := 0
				b.ReportAllocs()
				for b.Loop() {
					_, err := book.Scan(b.Context(), 0, func(r *sheet.Row) error { cells += len(r.Cells); return nil })
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(cells)/b.Elapsed().Seconds()/1e6, "Mcells/s")
			})
		}
	}
}
