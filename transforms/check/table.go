package check

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
)

// columns of Table, with their comments.
func columns() [][3]string {
	return [][3]string{
		{"check_id", "VARCHAR", "Mã kiểm tra — Id of the check"},
		{"kind", "VARCHAR", "Loại kiểm tra — What sort of check it is: unique, not_null, range, rows, sum, sql"},
		{"table_name", "VARCHAR", "Bảng được kiểm tra — Table it looks at"},
		{"severity", "VARCHAR", "error giữ lại bản trước, warn vẫn công bố — error holds a release back, warn is published with it"},
		{"status", "VARCHAR", "passed đạt, failed không đạt, error không kiểm tra được — passed, failed, or error: the check could not be made"},
		{"failures", "BIGINT", "Số dòng hoặc nhóm không đạt — Rows or groups that break the expectation"},
		{"not_checked", "BIGINT", "Số nhóm thiếu số liệu nên không kiểm tra được — Groups of a sum that lack a part or the total"},
		{"message", "VARCHAR", "Kết quả bằng lời — What was found"},
		{"examples", "JSON", "Những trường hợp đầu tiên với sách, trang, ô — The first failures with book, sheet and cell"},
		{"note_vi", "VARCHAR", "Giải thích, tiếng Việt — What is expected, in Vietnamese"},
		{"note_en", "VARCHAR", "Giải thích, tiếng Anh — What is expected, in English"},
	}
}

// write makes Table.
func write(ctx context.Context, db *duck.DB, results []Result) error {
	var defs []string
	var sql strings.Builder
	for _, c := range columns() {
		defs = append(defs, c[0]+" "+c[1])
	}
	fmt.Fprintf(&sql, "CREATE TABLE %s (%s);\n", Table, strings.Join(defs, ", "))
	for _, r := range results {
		examples, err := json.Marshal(append([]Example{}, r.Examples...))
		if err != nil {
			return err
		}
		values := []string{
			text(r.ID), text(r.Kind), text(r.Table), text(string(r.Severity)), text(string(r.Status)),
			fmt.Sprint(r.Failures), fmt.Sprint(r.NotChecked), text(r.Message), text(string(examples)), text(r.Note.VI), text(r.Note.EN),
		}
		fmt.Fprintf(&sql, "INSERT INTO %s VALUES (%s);\n", Table, strings.Join(values, ", "))
	}
	fmt.Fprintf(&sql, "COMMENT ON TABLE %s IS %s;\n", Table, duck.Literal("Kết quả kiểm tra — Results of the checks"))
	for _, c := range columns() {
		fmt.Fprintf(&sql, "COMMENT ON COLUMN %s.%s IS %s;\n", Table, c[0], duck.Literal(c[2]))
	}
	return db.Exec(ctx, sql.String())
}

func text(s string) string {
	if s == "" {
		return "NULL"
	}
	return duck.Literal(s)
}
