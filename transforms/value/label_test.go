package value_test

import (
	"testing"

	"github.com/statloom/statloom/transforms/value"
)

func TestStatus(t *testing.T) {
	tests := []struct {
		text, code, rest string
	}{
		{"Ước tính tháng 5 năm 2024", "E", "tháng 5 năm 2024"},
		{"Ước tính\ntháng 11\nnăm 2015", "E", "tháng 11 năm 2015"},
		{"ƯTH tháng 5", "E", "tháng 5"},
		{"Ước thực hiện tháng 5", "E", "tháng 5"},
		{"Ước tháng 5/2024", "E", "tháng 5/2024"},
		{"Tháng 5 (ước)", "E", "Tháng 5"},
		{"Est. 2024", "E", "2024"},
		{"2024 (e)", "E", "2024"},
		{"Sơ bộ 2021", "P", "2021"},
		{"Sơ bộ - Prel. 2021", "P", "2021"},
		{"Sơ bộ\nPrel. 2021", "P", "2021"},
		{"Prel. 2016", "P", "2016"},
		{"2016 (p)", "P", "2016"},
		{"Dự báo 2030", "F", "2030"},
		{"Forecast 2030", "F", "2030"},
		{"Chính thức tháng 12 năm 1999", "A", "tháng 12 năm 1999"},
		{"Thực hiện tháng 4 năm 2024", "A", "tháng 4 năm 2024"},
		{"Thực hiện\ncùng kỳ\nnăm trước", "A", "cùng kỳ năm trước"},
		{"Thực hiện", "A", ""},
		{"2015 Final", "A", "2015"},
		{"Actual 2020", "A", "2020"},
		{"Vốn đầu tư thực hiện", "", "Vốn đầu tư thực hiện"},
		{"Final consumption", "", "Final consumption"},
		{"Kế hoạch năm 2024", "", "Kế hoạch năm 2024"},
		{"Công ước quốc tế", "", "Công ước quốc tế"},
		{"Thước kẻ", "", "Thước kẻ"},
		{"West 2020", "", "West 2020"},
		{"Tổng số", "", "Tổng số"},
		{"", "", ""},
	}
	for _, tt := range tests {
		code, rest, ok := value.Status(tt.text)
		if code != tt.code || rest != tt.rest || ok != (tt.code != "") {
			t.Errorf("Status(%q) = %q, %q, %v; want %q, %q", tt.text, code, rest, ok, tt.code, tt.rest)
		}
	}
}

func TestUnit(t *testing.T) {
	tests := []struct {
		text string
		want value.Unit // the zero Unit: none
		line bool       // the text says nothing else
	}{
		{"Đơn vị tính: Tỷ đồng", value.Unit{Name: "tỷ đồng", Mult: 9}, true},
		{"Đơn vị tính: Tỉ đồng", value.Unit{Name: "tỷ đồng", Mult: 9}, true},
		{"ĐƠN VỊ TÍNH:%", value.Unit{Name: "%"}, true},
		{"(Đơn vị tính: Triệu USD)", value.Unit{Name: "triệu usd", Mult: 6}, true},
		{"Đơn vị tính: Nghìn tỷ đồng", value.Unit{Name: "nghìn tỷ đồng", Mult: 12}, true},
		{"Đơn vị tính: Doanh nghiệp", value.Unit{Name: "doanh nghiệp"}, true},
		{"Đơn vị tính: Nghìn tấn, triệu USD", value.Unit{}, true},
		{"ĐVT: Cơ sở - Unit: Establishment", value.Unit{Name: "cơ sở"}, true},
		{"ĐVT: Triệu đồng - Mill. dongs", value.Unit{Name: "triệu đồng", Mult: 6}, true},
		{"Triệu đồng - Mill. dongs", value.Unit{Name: "triệu đồng", Mult: 6}, true},
		{"Đơn vị: 1.000 USD", value.Unit{Name: "1.000 usd", Mult: 3}, true},
		{"1.000 USD", value.Unit{Name: "1.000 usd", Mult: 3}, true},
		{"Unit: Thous. tons", value.Unit{Name: "thous. tons", Mult: 3}, true},
		{"Thous. tons", value.Unit{Name: "thous. tons", Mult: 3}, true},
		{"%", value.Unit{Name: "%"}, true},
		{"(%)", value.Unit{Name: "%"}, true},
		{"Nghìn tấn", value.Unit{Name: "nghìn tấn", Mult: 3}, true},
		{"Ngàn tấn", value.Unit{Name: "nghìn tấn", Mult: 3}, true},
		{"Triệu m3", value.Unit{Name: "triệu m3", Mult: 6}, true},
		{"Tỷ kwh", value.Unit{Name: "tỷ kwh", Mult: 9}, true},
		{"Tạ/ha", value.Unit{Name: "tạ/ha"}, true},
		{"Nghìn lượt người", value.Unit{Name: "nghìn lượt người", Mult: 3}, true},
		{"(Tỷ đồng)", value.Unit{Name: "tỷ đồng", Mult: 9}, true},
		{"Giá trị sản xuất công nghiệp (Tỷ đồng)", value.Unit{Name: "tỷ đồng", Mult: 9}, false},
		{"Giá hiện hành (Tỷ đồng) - At current prices (Bill. dongs)", value.Unit{Name: "tỷ đồng", Mult: 9}, false},
		{"Chỉ số phát triển (Năm trước = 100) - Index (Previous year = 100) - %", value.Unit{Name: "%"}, false},
		{"Chỉ số phát triển (Năm trước = 100)", value.Unit{}, false},
		{"Tăng 5%", value.Unit{}, false},
		{"Tỷ lệ so sánh (%) Tháng 1/2000", value.Unit{Name: "%"}, false},
		{"Tỷ lệ so sánh", value.Unit{}, false},
		{"Tỷ trọng", value.Unit{}, false},
		{"Tổng số", value.Unit{}, false},
		{"Sản xuất bia", value.Unit{}, false},
		{"Năm 2015", value.Unit{}, false},
		{"2015", value.Unit{}, false},
		{"Tháng 5", value.Unit{}, false},
		{"100", value.Unit{}, false},
		{"Trứng (Triệu quả)", value.Unit{Name: "triệu quả", Mult: 6}, false},
		{"Lao động (Người)", value.Unit{Name: "người"}, false},
		{"Triệu lượt HK.km", value.Unit{Name: "triệu lượt hk.km", Mult: 6}, true},
		{"Tr.đồng", value.Unit{Name: "tr.đồng", Mult: 6}, true},
		{"Người", value.Unit{Name: "người"}, true},
		{"Tỷ lệ (‰)", value.Unit{Name: "‰"}, false},
		{"Hải Phòng", value.Unit{}, false},
		{"Công nghiệp", value.Unit{}, false},
		{"Sản phẩm công nghiệp", value.Unit{}, false},
		{"Số dự án", value.Unit{}, false},
		{"Trăm", value.Unit{}, false},
		{"Năm", value.Unit{}, false},
		{"Tháng 10", value.Unit{}, false},
		{"Quý", value.Unit{}, false},
		{"Triệu đồng/người/tháng", value.Unit{Name: "triệu đồng/người/tháng", Mult: 6}, true},
		{"Đơn vị", value.Unit{}, false},
		{"Đơn vị tính:", value.Unit{}, false},
		{"Đơn vị sự nghiệp", value.Unit{}, false},
		{"", value.Unit{}, false},
	}
	for _, tt := range tests {
		got, ok := value.ParseUnit(tt.text)
		if got != tt.want || ok != (tt.want != value.Unit{}) {
			t.Errorf("ParseUnit(%q) = %+v, %v; want %+v", tt.text, got, ok, tt.want)
		}
		if line := value.IsUnitLine(tt.text); line != tt.line {
			t.Errorf("IsUnitLine(%q) = %v", tt.text, line)
		}
	}
}

func TestIsDitto(t *testing.T) {
	for text, want := range map[string]bool{`"`: true, "″": true, "''": true, " nt ": true, "〃": true, "Như trên": true, "-": false, "": false, "n": false} {
		if got := value.IsDitto(text); got != want {
			t.Errorf("IsDitto(%q) = %v", text, got)
		}
	}
}
