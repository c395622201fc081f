package bookgen

import (
	"fmt"
	"math/rand/v2"
)

// vocabulary is what the texts of a large book are made of: each list holds numbers in the table of strings.
type vocabulary struct {
	table                                            *stringTable
	firms, provinces, products, states, notes, units []string
}

func newVocabulary(table *stringTable) *vocabulary {
	r := rand.New(rand.NewPCG(5, 6))
	v := &vocabulary{
		table:  table,
		states: []string{"Chính thức", "Sơ bộ", "Ước tính", "Điều chỉnh", ".."},
		units:  []string{"tấn", "nghìn cái", "triệu đồng", "m³", "%", "bộ", "kWh"},
	}
	kinds := []string{"Công ty TNHH", "Công ty Cổ phần", "Doanh nghiệp tư nhân", "Hợp tác xã", "Chi nhánh Công ty"}
	trades := []string{"Cơ khí", "Dệt may", "Da giày", "Linh kiện điện tử", "Nhựa & Cao su", "Thép", "Bao bì", "Chế biến thủy sản"}
	names := []string{"Hậu Giang", "Sông Hậu", "Tây Đô", "Ninh Kiều", "Phong Điền", "Thốt Nốt", "Cái Răng", "Ô Môn", "Bình Thủy", "An Phú"}
	for i := range 30_000 {
		v.firms = append(v.firms, fmt.Sprintf("%s %s %s %d", kinds[r.IntN(len(kinds))], trades[r.IntN(len(trades))], names[r.IntN(len(names))], i))
	}
	for i := range 63 {
		v.provinces = append(v.provinces, fmt.Sprintf("Tỉnh %s %d", names[i%len(names)], i))
	}
	for i := range 3_000 {
		v.products = append(v.products, fmt.Sprintf("%s, loại <%d> mã %05d", trades[i%len(trades)], i%17, r.IntN(100_000)))
	}
	for i := range 5_000 {
		v.notes = append(v.notes, fmt.Sprintf("Ghi chú %d: số liệu của %s được điều chỉnh theo quyết định số %d/QĐ-UBND", i, names[i%len(names)], r.IntN(9999)))
	}
	return v
}

// pick gives the number of one of the texts.
func (v *vocabulary) pick(r *rand.Rand, list []string) int {
	return v.table.add(list[r.IntN(len(list))])
}
