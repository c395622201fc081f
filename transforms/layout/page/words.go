package page

import (
	"regexp"
	"strings"

	"github.com/statloom/statloom/transforms/layout"
)

// whats are the names of decisions, in Vietnamese and English.
var whats = map[string][2]string{
	"header": {"tiêu đề cột", "header"}, "labels": {"cột nhãn", "labels"}, "title": {"tên bảng", "title"}, "unit": {"đơn vị", "unit"},
	"period": {"thời kỳ", "period"}, "hierarchy": {"phân cấp nhãn", "hierarchy"}, "derived": {"tổng, tỷ lệ", "derived"},
}

// reasons are the reasons of decisions in Vietnamese, by their keys: {1} is the first figure of the English text, {t} what
// follows its colon or "such as".
var reasons = map[string]string{
	"no_header": "phía trên số liệu không có gì có thể là tiêu đề", "pinned": "công thức đọc quy định như vậy",
	"columns_named": "{1} trên {2} cột số liệu có chữ ở phía trên", "columns_unnamed": "{1} cột số liệu không có chữ ở phía trên",
	"merged_heads": "{1} ô được gộp qua nhiều cột", "bold_heads": "tiêu đề in đậm, số liệu thì không",
	"blank_row_below": "có một dòng trống ngăn với số liệu", "heads_repeated": "{1} cột có tiêu đề trùng với cột khác",
	"short_list": "bên dưới chỉ có ít dòng, phần lớn là chữ", "no_labels": "bên trái số liệu không có cột chữ hay thời kỳ",
	"lines_labelled": "{1} trên {2} dòng có nhãn ở đó", "lines_unlabelled": "{1} dòng không có nhãn", "labels_headed": "phía trên có tiêu đề: {t}",
	"words_among_values": "{1} cột số liệu cũng có chữ", "values_unnamed": "{1} số nằm ở dòng không có nhãn",
	"no_title": "phía trên bảng không có chữ", "title_above": "{1} dòng chữ nằm phía trên bảng", "title_numbered": "bắt đầu như một tên bảng",
	"unit_line": "có một dòng riêng ghi đơn vị", "several_units": "dòng đó ghi nhiều đơn vị, mỗi đơn vị cho một số cột",
	"unit_column": "có một cột riêng ghi đơn vị", "unit_in_labels": "{1} trên {2} dòng ghi đơn vị", "unit_in_headers": "{1} trên {2} cột ghi đơn vị",
	"unit_in_title": "tên bảng ghi đơn vị", "no_unit": "không có chữ nào nói số liệu tính bằng gì",
	"period_in_headers": "{1} trên {2} cột ghi thời kỳ, ví dụ {t}", "period_in_labels": "{1} trên {2} dòng ghi thời kỳ, ví dụ {t}",
	"period_in_title": "tên bảng ghi {t}", "several_periods": "tên bảng ghi nhiều thời kỳ", "no_period": "tên bảng, tiêu đề và nhãn đều không ghi thời kỳ",
	"one_level": "mọi nhãn cùng một cấp", "indents": "nhãn được thụt vào", "label_columns": "nhãn nằm ở {1} cột",
	"group_lines": "{1} dòng không có số liệu đứng đầu các dòng bên dưới", "bold_labels": "một số nhãn in đậm",
	"sums_agree": "{1} tổng cộng các dòng cùng một cấp nhãn", "sums_cross": "{1} tổng cộng các dòng khác cấp",
	"labels_repeated": "{1} dòng có nhãn trùng với dòng khác", "nothing_adds_up": "không thấy dòng hay cột nào tính ra từ dòng, cột khác",
	"adds_up": "{1} hệ thức số học đúng, độ chắc thấp nhất {2}", "totals_by_word": "{1} dòng, cột mang tên là tổng nhưng cộng không khớp với các dòng, cột bên cạnh",
}

// decided are the words of decisions that are not the book's own, in Vietnamese.
var decided = strings.NewReplacer("none", "không có", "rows", "dòng", "columns", "cột", "lines", "dòng", "title", "tên bảng", "flat", "một cấp", "levels", "số cấp:")

// value gives what was decided in Vietnamese. Titles and units are the book's own words.
func value(d layout.Decision) string {
	switch {
	case d.What != "title" && d.What != "unit":
		return decided.Replace(d.Value)
	case d.Value == "none":
		return "không có"
	}
	return d.Value
}

var (
	figures = regexp.MustCompile(`\d+(\.\d+)?`)
	tail    = regexp.MustCompile(`(?::|such as|the title names) (.*)$`)
)

// vietnamese gives a reason in Vietnamese, or its English text where that is not known.
func vietnamese(r layout.Reason) (text string, ok bool) {
	text, ok = reasons[r.Key]
	if !ok {
		return r.Text, false
	}
	head, rest := r.Text, ""
	if at := tail.FindStringSubmatchIndex(r.Text); at != nil {
		head, rest = r.Text[:at[0]], r.Text[at[2]:]
	}
	for i, n := range figures.FindAllString(head, 3) {
		text = strings.ReplaceAll(text, "{"+string(rune('1'+i))+"}", n)
	}
	text = strings.ReplaceAll(text, "{t}", rest)
	if strings.Contains(text, "{1}") || strings.Contains(text, "{2}") {
		return r.Text, false
	}
	return text, true
}
