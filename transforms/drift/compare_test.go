package drift_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/drift"
)

// table makes a shape: columns and lines by name, levels parted by " > ", a unit behind " @ ", a size behind " ^ ".
func table(title, unit, columns, lines string) transforms.TableShape {
	s := transforms.TableShape{Sheet: "S", Title: title, Unit: unit}
	labels := func(text string, cell func(i int) string) (out []transforms.Label) {
		for i, name := range strings.Split(text, "; ") {
			l := transforms.Label{Cell: cell(i)}
			name, size, ok := strings.Cut(name, " ^ ")
			if ok {
				l.Count = 10
				fmt.Sscan(size, &l.Size)
			}
			name, l.Unit, _ = strings.Cut(name, " @ ")
			l.Path = strings.Split(name, " > ")
			out = append(out, l)
		}
		return out
	}
	s.Columns = labels(columns, func(i int) string { return sheet.A1(4, i+2) })
	s.Lines = labels(lines, func(i int) string { return sheet.A1(i+5, 1) })
	s.Range = "A4:" + sheet.A1(4+len(s.Lines), 1+len(s.Columns))
	return s
}

const (
	columns = "Thực hiện tháng 3 năm 2024; Cộng dồn 3 tháng; So với cùng kỳ (%)"
	lines   = "TỔNG SỐ; Khai khoáng; Công nghiệp chế biến; Dệt; Điện"
)

func TestCompare(t *testing.T) {
	before := table("Chỉ số tháng 3 năm 2024", "Tỷ đồng", columns, lines)
	for _, c := range []struct {
		name  string
		after func(*transforms.TableShape)
		want  []string
	}{
		{"the next month", func(s *transforms.TableShape) {
			*s = table("Chỉ số tháng 12 năm 2024", "tỷ  đồng", "Thực hiện tháng 12 năm 2024; Cộng dồn 12 tháng; So với cùng kỳ (%)", lines)
		}, nil},
		{"moved", func(s *transforms.TableShape) { s.Range = "A6:D11" }, []string{"table_moved S!A4:D9 -> S!A6:D11"}},
		{"sheet renamed", func(s *transforms.TableShape) { s.Sheet = "2.SPCN" }, []string{"sheet_renamed S! S -> 2.SPCN! 2.SPCN"}},
		{"unit", func(s *transforms.TableShape) { s.Unit = "Triệu đồng" }, []string{"GRAVE unit_changed S!A4:D9 Tỷ đồng -> S!A4:D9 Triệu đồng"}},
		{"unit in other words", func(s *transforms.TableShape) { s.Unit = "Đơn vị tính: 1000 triệu đồng" }, nil},
		{"unit of a line", func(s *transforms.TableShape) { s.Lines[2].Unit = "Tấn" }, nil}, // stated for the first time
		{"price base", func(s *transforms.TableShape) { s.Title += " (theo giá so sánh 2010)" }, []string{
			"title_changed S!A4:D9 Chỉ số tháng 3 năm 2024 -> S!A4:D9 Chỉ số tháng 3 năm 2024 (theo giá so sánh 2010)",
		}},
		{"order", func(s *transforms.TableShape) { s.Columns[0], s.Columns[1] = s.Columns[1], s.Columns[0] }, []string{
			"columns_reordered S!B4 Thực hiện tháng 3 năm 2024 -> S!B4 Thực hiện tháng 3 năm 2024",
		}},
		{"renamed and respelled", func(s *transforms.TableShape) {
			s.Lines[2].Path[0], s.Lines[1].Path[0] = "Công nghiệp chế biến chế tạo", "Khaikhoáng"
		}, []string{
			"respelled S!A6 Khai khoáng -> S!A6 Khaikhoáng",
			"renamed S!A7 Công nghiệp chế biến -> S!A7 Công nghiệp chế biến chế tạo",
		}},
		{"a new and a vanished line", func(s *transforms.TableShape) { s.Lines[4].Path[0] = "Cung cấp nước" }, []string{
			"vanished S!A9 Điện -> ", "new  -> S!A9 Cung cấp nước",
		}},
		{"another table", func(s *transforms.TableShape) {
			*s = table("Chỉ số tháng 4 năm 2024", "Tỷ đồng", columns, "Hà Nội; Hải Phòng; Huế; Đà Nẵng; Khai khoáng")
		}, []string{
			"GRAVE other_table S!A4:D9 Chỉ số tháng 3 năm 2024 -> S!A4:D9 Chỉ số tháng 4 năm 2024",
			"vanished S!A5 TỔNG SỐ -> ", "vanished S!A7 Công nghiệp chế biến -> ", "vanished S!A8 Dệt -> ", "vanished S!A9 Điện -> ",
			"new  -> S!A5 Hà Nội", "new  -> S!A6 Hải Phòng", "new  -> S!A7 Huế", "new  -> S!A8 Đà Nẵng",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			after := table("Chỉ số tháng 3 năm 2024", "Tỷ đồng", columns, lines)
			c.after(&after)
			if d := cmp.Diff(c.want, compare(before, after)); d != "" {
				t.Error(d)
			}
		})
	}
}

func compare(before, after transforms.TableShape) (out []string) {
	for _, c := range drift.NewComparer().Compare([]transforms.TableShape{before}, []transforms.TableShape{after}) {
		out = append(out, line(c))
	}
	return out
}

func line(c transforms.TableChange) string {
	grave := ""
	if c.Grave {
		grave = "GRAVE "
	}
	return fmt.Sprintf("%s%s %s -> %s", grave, c.Kind, place(c.Was), place(c.Is))
}

func place(p transforms.ShapePlace) string {
	if p == (transforms.ShapePlace{}) {
		return ""
	}
	return strings.TrimSpace(p.Sheet + "!" + p.Cell + " " + p.Text)
}

// TestTimeless compares what must be taken as the same title a month later, and what must not.
func TestTimeless(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Sản xuất đến ngày 15 tháng 3 năm 2020", "2. Sản xuất đến ngày 20 tháng 5 năm 2021", true},
		{"Tám tháng năm 2023", "Chín tháng năm 2023", true},
		{"Quý I năm 2023", "Quý IV/2023", true},
		{"IIP, March 2024", "IIP, December 2024", true},
		{"Tính đến 20/3/2020", "Tính đến 20/11/2020", true},
		{"Chỉ số giá", "Chỉ số lượng", false},
		{"Lao động 15 tuổi trở lên", "Lao động 60 tuổi trở lên", false},
	} {
		got := compare(table(c.a, "", columns, lines), table(c.b, "", columns, lines))
		if (len(got) == 0) != c.same {
			t.Errorf("%s, %s: %v", c.a, c.b, got)
		}
	}
}

func TestPriceBaseOfAColumn(t *testing.T) {
	before := table("Giá trị sản xuất", "", "Theo giá so sánh 1994 > Tháng 1; Theo giá hiện hành > Tháng 1", lines)
	after := table("Giá trị sản xuất", "", "Theo giá so sánh 2010 > Tháng 2; Theo giá hiện hành > Tháng 2", lines)
	if got := compare(before, after); len(got) != 1 || !strings.HasPrefix(got[0], "GRAVE price_base_changed S!B4") {
		t.Error(got)
	}
}

func TestSize(t *testing.T) {
	before := table("Vốn", "", "Tháng 1 ^ 3.1; Luỹ kế ^ 4.0", lines)
	for columns, want := range map[string]int{
		"Tháng 2 ^ 3.2; Luỹ kế ^ 2.9": 0, // a running total that begins anew
		"Tháng 2 ^ 6.1; Luỹ kế ^ 7.0": 2,
		"Tháng 2 ^ 3.1; Luỹ kế ^ 6.5": 0, // no power of ten
	} {
		if got := compare(before, table("Vốn", "", columns, lines)); len(got) != want {
			t.Errorf("%s: %v", columns, got)
		}
	}
}

func TestRescaled(t *testing.T) {
	before := table("Khách", "Nghìn lượt người", "Tháng 1 ^ 1.1; So với cùng kỳ (%) ^ 2.0", lines)
	for columns, want := range map[string]string{
		"Tháng 2 ^ 4.2; So với cùng kỳ (%) ^ 2.0": "unit_changed S!A4:C9 Nghìn lượt người -> S!A4:C9 Lượt người",
		"Tháng 2 ^ 1.2; So với cùng kỳ (%) ^ 2.0": "GRAVE unit_changed S!A4:C9 Nghìn lượt người -> S!A4:C9 Lượt người",
	} {
		if got := compare(before, table("Khách", "Lượt người", columns, lines)); !cmp.Equal(got, []string{want}) {
			t.Errorf("%s: %v", columns, got)
		}
	}
}

func TestSplitAndMerged(t *testing.T) {
	before := table("Chỉ số", "", columns, "TỔNG SỐ; Dệt và may mặc; Than; Điện; Nước; Rác")
	after := table("Chỉ số", "", columns, "TỔNG SỐ; Dệt; May mặc; Than; Điện; Nước; Rác")
	if got, want := compare(before, after), []string{"split S!A6 Dệt và may mặc -> S!A6 Dệt; May mặc"}; !cmp.Equal(got, want) {
		t.Error(got)
	}
	if got, want := compare(after, before), []string{"merged S!A6 Dệt; May mặc -> S!A6 Dệt và may mặc"}; !cmp.Equal(got, want) {
		t.Error(got)
	}
}

// TestYearsDown reads a table whose lines are years: a year more is no news, a year less neither.
func TestYearsDown(t *testing.T) {
	before := table("Dân số", "Người", "Tổng số; Nam; Nữ", "2010; 2015; Sơ bộ 2020; Prel. 2021")
	if got := compare(before, table("Dân số", "Người", "Tổng số; Nam; Nữ", "2015; 2020; 2021; 2022; Ước tính 2023")); got != nil {
		t.Error(got)
	}
}

func TestTablesFindTheirPartners(t *testing.T) {
	a := table("Chỉ số sản xuất tháng 1 năm 2024", "%", columns, lines)
	b := table("Sản phẩm chủ yếu tháng 1 năm 2024", "", columns, "Gạo; Cá; Tôm; Muối; Bia")
	c := table("Bán lẻ tháng 2 năm 2024", "", columns, "Kinh tế nhà nước; Tư nhân; Du lịch; Lữ hành; Ăn uống")
	b.Sheet, c.Sheet = "T", "U"
	var got []string
	for _, x := range drift.NewComparer().Compare([]transforms.TableShape{a, b}, []transforms.TableShape{b, c, a}) {
		got = append(got, line(x))
	}
	if want := []string{"table_new  -> U!A4:D9 Bán lẻ tháng 2 năm 2024"}; !cmp.Equal(got, want) {
		t.Error(got)
	}
}
