package layout_test

import (
	"testing"

	"github.com/statloom/statloom/transforms/layout"
)

func TestTongues(t *testing.T) {
	for _, c := range []struct{ text, vi, en string }{
		{"TỔNG SỐ - TOTAL", "TỔNG SỐ", "TOTAL"},
		{"Khai thác than cứng và than non\nMining of coal and lignite", "Khai thác than cứng và than non", "Mining of coal and lignite"},
		{"Bà Rịa - Vũng Tàu - Ba Ria - Vung Tau province", "Bà Rịa - Vũng Tàu", "Ba Ria - Vung Tau province"},
		{"Bà Rịa - Vũng Tàu", "", ""},
		{"Year-on-year change", "", ""},
		{"Xuất khẩu/Exports", "Xuất khẩu", "Exports"},
		{"Đơn vị tính - %", "", ""},
		{"", "", ""},
	} {
		vi, en, ok := layout.Tongues(c.text)
		if vi != c.vi || en != c.en || ok != (c.vi != "") {
			t.Errorf("Tongues(%q) = %q, %q, %v", c.text, vi, en, ok)
		}
	}
}
