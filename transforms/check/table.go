package check

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
)

// columns of Table, with their comments.
func columns() [][3]string {
	return [][3]string{
		{"check_id", "VARCHAR", "Mã kiểm tra — Id of the check"},
		{"kind", "VARCHAR", "Loại kiểm tra — What sort of check it is: " + strings.Join(Kinds(), ", ")},
		{"table_name", "VARCHAR", "Bảng được kiểm tra — Table it looks at"},
		{"severity", "VARCHAR", "error giữ lại bản trước, warn vẫn công bố — error holds a release back, warn is published with it"},
		{"status", "VARCHAR", "passed đạt, failed không đạt, error không kiểm tra được — passed, failed, or error: the check could not be made"},
		{"failures", "BIGINT", "Số dòng hoặc nhóm không đạt — Rows or groups that break the expectation"},
		{"not_checked", "BIGINT", "Số nhóm thiếu số liệu nên không kiểm tra được — Groups that lack a figure to compare with"},
		{"message", "VARCHAR", "Kết quả bằng lời, tiếng Anh — What was found, in English"},
		{"message_vi", "VARCHAR", "Kết quả bằng lời, tiếng Việt — What was found, in Vietnamese"},
		{"examples", "JSON", "Những trường hợp đầu tiên với sách, trang, ô — The first failures with book, sheet and cell"},
		{"first_failed", "TIMESTAMPTZ", "Lần đầu không đạt — When it failed for the first time; null: never"},
		{"failing_since", "TIMESTAMPTZ", "Không đạt liên tục từ — Since when it has failed each time; null: it passes"},
		{"failed_times", "BIGINT", "Số lần không đạt liên tiếp — How many releases and held-back candidates in a row it has failed"},
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
			fmt.Sprint(r.Failures), fmt.Sprint(r.NotChecked), text(r.Message), text(r.MessageVI), text(string(examples)),
			when(r.FirstFailed), when(r.FailingSince), fmt.Sprint(r.FailedTimes), text(r.Note.VI), text(r.Note.EN),
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

func when(t time.Time) string {
	if t.IsZero() {
		return "NULL"
	}
	return duck.Literal(t.UTC().Format("2006-01-02 15:04:05.999999") + "+00")
}
