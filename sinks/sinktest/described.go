package sinktest

import (
	"github.com/apache/arrow-go/v18/arrow"
)

// Described are tables that say what they are, for forms that write down more than tables: a dataset of observations with its
// code list, and the table of datasets.
func Described() []Fixture {
	text := func(names ...string) (fields []arrow.Field) {
		for _, n := range names {
			fields = append(fields, arrow.Field{Name: n, Type: arrow.BinaryTypes.String, Nullable: true})
		}
		return fields
	}
	date := func(name string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.FixedWidthTypes.Date32, Nullable: true}
	}
	datasets := Fixture{
		Name: "datasets", Comment: "Danh mục bộ dữ liệu — The datasets of the release", Order: []string{"dataset"},
		Schema: arrow.NewSchema(append(text("dataset", "name_vi", "name_en", "note_vi", "note_en", "sources", "key"), arrow.Field{Name: "illustrative", Type: arrow.FixedWidthTypes.Boolean}), nil),
		Rows:   [][]string{{"output", "Giá trị sản xuất", "Output", "Số liệu thử & <ghi chú>", "For tests", "books", "industry area time_period price_base", "true"}},
	}
	output := Fixture{
		Name: "output", Comment: "Giá trị sản xuất — Output", Order: []string{"industry", "time_period"},
		Schema: arrow.NewSchema(append(append(text("industry", "area", "time_period"), date("period_start"), date("period_end")), append(text("freq"),
			append([]arrow.Field{{Name: "obs_value", Type: arrow.PrimitiveTypes.Float64, Nullable: true}}, text("obs_status", "obs_comment", "unit", "price_base")...)...)...), nil),
		Comments: map[string]string{"industry": "Ngành — Activity; code list vsic", "area": "Địa bàn — Area; code list area"},
		Rows: [][]string{
			{"25", "92", "2024", "2024-01-01", "2024-12-31", "A", "110.5", "A", Null, "tỷ đồng", Null},
			{"2592", "92", "2024", "2024-01-01", "2024-12-31", "A", Null, "M", "not available", "tỷ đồng", Null},
			{"2592", "92", "2025", "2025-01-01", "2025-12-31", "A", "0.30000000000000004", "P", Null, "tỷ đồng", Null},
			{"_T", "92", "2024-01-01/P5M", "2024-01-01", "2024-05-31", Null, "-1.5", "A", Null, "tỷ đồng", Null},
		},
	}
	codes := Fixture{
		Name: "code_lists", Comment: "Bảng mã — Code lists", Order: []string{"code_list", "code", "valid_from"},
		Schema: arrow.NewSchema(append(text("code_list", "code", "parent", "name_vi", "name_en"), date("valid_from"), date("valid_to")), nil),
		Rows: [][]string{
			{"area", "92", Null, "Cần Thơ cũ", "Old Cần Thơ", Null, "2025-06-30"},
			{"area", "92", Null, "Cần Thơ mới", "New Cần Thơ", "2025-07-01", Null},
			{"vsic", "25", "_T", "Sản phẩm kim loại", "Metal products", Null, Null},
			{"vsic", "2592", "25", "Gia công cơ khí", "Machining", Null, Null},
			{"vsic", "_T", Null, "Tổng số", "Total", Null, Null},
		},
	}
	list := []Fixture{datasets, output, codes}
	for i := range list {
		list[i].Batches = list[i].backwards(len(list[i].Rows))
	}
	return list
}
