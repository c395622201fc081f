package codes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
)

// shipped reads a code list that comes with the program.
func shipped(t *testing.T, id string) *codes.List {
	t.Helper()
	f, err := os.Open(filepath.Join("../../examples/codes", id+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l, err := codes.Load(f, transforms.CodeList{ID: id, File: id + ".csv"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Every code of a shipped list says where it is from.
func TestShippedListsHaveSources(t *testing.T) {
	files, err := filepath.Glob("../../examples/codes/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatal("no code lists", err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".csv")
		if strings.HasSuffix(id, ".concordance") {
			continue
		}
		for _, c := range shipped(t, id).Codes {
			source := ""
			for _, a := range c.Attributes {
				if a.Name == "source" {
					source = a.Value
				}
			}
			if source == "" {
				t.Errorf("%s: code %s has no source", id, c.Code)
			}
			if c.Name.VI == "" || c.Name.EN == "" {
				t.Errorf("%s: code %s lacks a name", id, c.Code)
			}
		}
	}
}

// Fourteen years of monthly books spell the divisions in many ways. The expected codes are written here by hand, from the
// meaning of the labels; sections and the total are among them.
func TestDivisionLabels(t *testing.T) {
	want := map[string]string{
		"Chế biến gỗ và sản xuất sản phẩm từ gỗ, tre, nứa (trừ giường, tủ, bàn ghế); sản xuất sản phẩm từ rơm, rạ và vật liệu tết bện":  "16",
		"Chế biến gỗ và sản xuất sản phẩm từ gỗ, tre, nứa (trừ giường, tủ, bàn, ghế); sản xuất sản phẩm từ rơm, rạ và vật liệu tết bện": "16",
		"Cung cấp nước; hoạt động quản lý và xử lý rác thải, nước thải":                                                                 "E",
		"Công nghiệp chế biến , chế tạo":     "C",
		"Công nghiệp chế biến, chế tạo":      "C",
		"Công nghiệp chế biến, chế tạo khác": "32",
		"Dệt": "13",
		"Hoạt độg thu gom, xử lý và tiêu huỷ rác thải; tái chế phế liệu":                 "38",
		"Hoạt động dịch vụ hỗ trợ khai thác mỏ và quặng":                                 "09",
		"Hoạt động thu gom, xử lý và tiêu huỷ rác thải; tái chế phế liệu":                "38",
		"HĐ thu gom, xử lý và tiêu huỷ rác thải; tái chế phế liệu":                       "38",
		"In, sao chép bản ghi các loại":                                                  "18",
		"Khai khoáng":                                                                    "B",
		"Khai khoáng khác":                                                               "08",
		"Khai thác dầu thô và khí đốt tự nhiên":                                          "06",
		"Khai thác quặng kim loại":                                                       "07",
		"Khai thác than cứng và than non":                                                "05",
		"Khai thác, xử lý và cung cấp nước":                                              "36",
		"Sản xuất chế biến thực phẩm":                                                    "10",
		"Sản xuất, chế biến thực phẩm":                                                   "10",
		"Sản xuất da và các sản phẩm có liên quan":                                       "15",
		"Sản xuất giường, tủ, bàn ghế":                                                   "31",
		"Sản xuất giường, tủ, bàn, ghế":                                                  "31",
		"Sản xuất giấy và sản phẩm từ giấy":                                              "17",
		"Sản xuất hoá chất và sản phẩm hoá chất":                                         "20",
		"Sản xuất kim loại":                                                              "24",
		"Sản xuất máy móc, thiết bị chưa được phân vào đâu":                              "28",
		"Sản xuất phương tiện vận tải khác":                                              "30",
		"Sản xuất sản phẩm thuốc lá":                                                     "12",
		"Sản xuất thuốc lá":                                                              "12",
		"Sản xuất sản phẩm từ cao su và plastic":                                         "22",
		"Sản xuất sản phẩm từ khoáng phi kim loại khác":                                  "23",
		"Sản xuất sản phẩm từ kim loại đúc sẵn (trừ máy móc, thiết bị)":                  "25",
		"Sản xuất sản phẩm điện tử, máy vi tính và sản phẩm quang học":                   "26",
		"Sản xuất sản phẩm điện tử, máy vi tưnh và sản phẩm quang học":                   "26",
		"Sản xuất than cốc, sản phẩm dầu mỏ tinh chế":                                    "19",
		"Sản xuất thiết bị điện":                                                         "27",
		"Sản xuất thuốc, hoá dược và dược liệu":                                          "21",
		"Sản xuất trang phục":                                                            "14",
		"Sản xuất và phân phối điện":                                                     "D",
		"Sản xuất và phân phối điện, khí đốt":                                            "D",
		"Sản xuất và phân phối điện, khí đốt, nước nóng, hơi nước và điều hoà không khí": "D",
		"Sản xuất và phân phối điện, khí đốt, nước nóng, hơi nước và điều hòa không khí": "D",
		"Sản xuất xe có động cơ":                                                         "29",
		"Sản xuất đồ uống":                                                               "11",
		"Sửa chữa, bảo dưỡng và lắp đặt máy móc và thiết bị":                             "33",
		"Sửa chữa, bảo dưỡng và lắp đặt máy móc, thiết bị":                               "33",
		"Thoát nước và xử lý nước thải":                                                  "37",
		"Toàn ngành công nghiệp":                                                         "_T",
		"TOÀN NGÀNH CÔNG NGHIỆP":                                                         "_T",
	}
	for _, id := range []string{"vsic2018", "vsic2025"} {
		l, seen := shipped(t, id), 0
		for _, r := range shared(t, "iip_label_variants.csv") {
			code, named := want[r[0]]
			m := l.Match(r[0])
			switch {
			case named && m.Code != code:
				t.Errorf("%s: %s is %q (%s), want %s", id, r[0], m.Code, m.How, code)
			case !named && len(m.Code) == 2 && m.Code != "_T":
				t.Errorf("%s: %s is taken for the division %s", id, r[0], m.Code)
			}
			if named {
				seen++
			}
		}
		if seen != len(want) {
			t.Errorf("%s: %d of %d labels are in the books", id, seen, len(want))
		}
	}
}

// A class that is all of its division bears its name: the name alone is the division, and the printed code decides.
func TestOnlyChild(t *testing.T) {
	l := shipped(t, "vsic2018")
	for label, want := range map[string]string{
		"Sản xuất sản phẩm thuốc lá": "12", "1200 Sản xuất sản phẩm thuốc lá": "1200", "1200. Sản xuất sản phẩm thuốc lá": "1200",
		"12. Sản xuất sản phẩm thuốc lá": "12", "7. Sản xuất sản phẩm thuốc lá": "12", "3600. Khai thác, xử lý và cung cấp nước": "3600",
		"35. Sản xuất và phân phối điện, khí đốt, nước nóng, hơi nước và điều hoà không khí": "35",
	} {
		if got := l.Match(label); got.Code != want {
			t.Errorf("%s: got %q (%s), want %s", label, got.Code, got.How, want)
		}
	}
}

// A label of an area is another code, or another area, on another day.
func TestAreasOverTime(t *testing.T) {
	l := shipped(t, "area")
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, tt := range []struct{ label, day, code string }{
		{"Bắc Giang", "2025-06-30", "24"}, {"Bắc Ninh", "2025-06-30", "27"}, {"Bắc Ninh", "2025-07-01", "24"}, {"Bắc Giang", "2025-07-01", ""},
		{"Cần Thơ", "2003-12-31", "92"}, {"Cần Thơ", "2025-06-30", "92"}, {"Cần Thơ", "2025-07-01", "92"}, {"Sóc Trăng", "2025-07-01", ""},
		{"An Giang", "2024-12-31", "89"}, {"An Giang", "2025-12-31", "91"}, {"Gia Lai", "2024-12-31", "64"}, {"Gia Lai", "2025-12-31", "52"},
		{"TP. Hồ Chí Minh", "2025-12-31", "79"}, {"Bà Rịa - Vũng Tàu", "2025-06-30", "77"}, {"Thừa Thiên - Huế", "2015-12-31", "46"}, {"Huế", "2025-12-31", "46"},
		{"Hà Tây", "2007-12-31", "28"}, {"Hà Tây", "2009-12-31", ""}, {"CẢ NƯỚC", "2025-12-31", "VN"}, {"Đắc Lắc", "2010-12-31", "66"},
	} {
		if got := l.MatchOn(tt.label, day(tt.day)); got.Code != tt.code {
			t.Errorf("%s on %s: got %q (%s), want %q", tt.label, tt.day, got.Code, got.How, tt.code)
		}
	}
	for _, tt := range []struct {
		day  string
		want int
	}{{"2025-06-30", 63}, {"2025-07-01", 34}} {
		n := 0
		for _, c := range l.Codes {
			if c.Code != "VN" && c.ValidOn(day(tt.day)) {
				n++
			}
		}
		if n != tt.want {
			t.Errorf("%d areas on %s, want %d", n, tt.day, tt.want)
		}
	}
}
