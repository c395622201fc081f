package codes_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
)

// shared reads a table of the shared domain folder, which lies beside the repository.
func shared(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(sheettest.Shared(t, filepath.Join("domain", name)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

var remark = regexp.MustCompile(`\s*\[[^\]]*\]|\s*\(hoá/hóa\)`)

// divisions makes a code list of the table of VSIC divisions.
func divisions(t *testing.T, more ...[]string) *codes.List {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{{"code", "name_vi", "name_en", "aliases", "section"}}
	for _, r := range shared(t, "vsic_divisions.csv") {
		rows = append(rows, []string{r[1], r[2], r[3], remark.ReplaceAllString(strings.ReplaceAll(r[4], "...", ""), ""), r[0]})
	}
	if err := w.WriteAll(append(rows, more...)); err != nil {
		t.Fatal(err)
	}
	l, err := codes.Load(strings.NewReader(b.String()), transforms.CodeList{ID: "vsic", File: "vsic.csv"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sections are the rows above the divisions.
var sections = [][]string{
	{"_T", "Toàn ngành công nghiệp", "", "Toàn quốc", ""},
	{"B", "Khai khoáng", "Mining and quarrying", "Công nghiệp khai thác mỏ", ""},
	{"C", "Công nghiệp chế biến, chế tạo", "Manufacturing", "Công nghiệp chế biến", ""},
	{"E", "Cung cấp nước; hoạt động quản lý và xử lý rác thải, nước thải", "", "", ""},
}

// TestLabelVariants measures how many of the values that fourteen years of monthly books hold find their division by
// their label. The rest are labels of classes, which the list of divisions does not have, and halves of labels that a
// line break parted.
func TestLabelVariants(t *testing.T) {
	rows := shared(t, "iip_label_variants.csv")
	for _, tt := range []struct {
		name string
		list *codes.List
		want map[string]int // values by the way their label was matched
	}{
		{"divisions", divisions(t), map[string]int{codes.Exact: 13471, codes.Folded: 561, codes.Alias: 1942, codes.Unknown: 4996}},
		{"with sections", divisions(t, sections...), map[string]int{codes.Exact: 15684, codes.Folded: 650, codes.Alias: 2037, codes.Unknown: 2599}},
	} {
		got := make(map[string]int)
		for _, r := range rows {
			n, err := strconv.Atoi(r[1])
			if err != nil {
				t.Fatal(err)
			}
			m := tt.list.Match(r[0])
			got[m.How] += n
			if m.OK() == (m.How == codes.Unknown) {
				t.Errorf("Match(%q) = %+v", r[0], m)
			}
			if !m.OK() {
				t.Logf("%s: %4d %q: %s", tt.name, n, r[0], m.Reason())
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestDivisions(t *testing.T) {
	l := divisions(t)
	for label, want := range map[string]string{
		"Sản xuất hoá chất và sản phẩm hoá chất":                          "20",
		"SẢN XUẤT HÓA CHẤT\nVÀ SẢN PHẨM HÓA CHẤT":                         "20",
		"Hoạt động dịch vụ hỗ trợ khai thác mỏ và quặng":                  "09",
		"Sản xuất xe có động cơ":                                          "29",
		"Sản xuất và phân phối điện":                                      "35",
		"Hoạt động thu gom, xử lý và tiêu huỷ rác thải; tái chế phế liệu": "38",
		"Sản xuất sản phẩm điện tử, máy vi tưnh và sản phẩm quang học":    "26",
		"Dệt - Manufacture of textiles":                                   "13",
		"Dệt\nManufacture of textile":                                     "13",
		"13. Dệt":                                                         "13",
		"3. Dệt":                                                          "13",
		"13 Dệt":                                                          "13",
		"- Dệt(*)":                                                        "13",
		"Manufacture of beverages":                                        "11",
		"Khai thác dầu thô và khí tự nhiên":                               "",
		"Dệt - trừ thủ công":                                              "",
		"11 Dệt":                                                          "",
		"Sản xuất sợi":                                                    "",
	} {
		if m := l.Match(label); m.Code != want {
			t.Errorf("Match(%q) = %+v, want %q", label, m, want)
		}
	}
}
