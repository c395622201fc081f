package check

import (
	"maps"
	"slices"

	"github.com/statloom/statloom/transforms"
)

// Standard gives the checks that hold for every dataset: its key tells its rows apart, it is not empty, and none of its
// observations jumps by a power of ten against its own history: between books that is most likely a unit that was misread, and
// an error; within one book, which is read in one way, it is most likely the book's own. keys holds the key columns of each dataset, observed those
// of them that hold observations. A declared check of the kind jump takes the place of the standard one of its table.
func Standard(keys map[string][]string, observed map[string]bool, declared []transforms.Check) []transforms.Check {
	one := 1.0
	var checks []transforms.Check
	for _, dataset := range slices.Sorted(maps.Keys(keys)) {
		checks = append(checks,
			transforms.Check{ID: dataset + ".key", Kind: "unique", Table: dataset, Columns: keys[dataset], Severity: transforms.SevError, Note: transforms.Text{
				VI: "Khóa của bộ dữ liệu không trùng nhau", EN: "No two rows share the dataset's key",
			}},
			transforms.Check{ID: dataset + ".rows", Kind: "rows", Table: dataset, Min: &one, Severity: transforms.SevError, Note: transforms.Text{
				VI: "Bộ dữ liệu không rỗng", EN: "The dataset is not empty",
			}})
		own := slices.ContainsFunc(declared, func(c transforms.Check) bool { return c.Kind == "jump" && c.Table == dataset })
		if observed[dataset] && !own {
			checks = append(checks,
				transforms.Check{ID: dataset + ".jump", Kind: "jump", Table: dataset, Severity: transforms.SevError, Against: OtherBooks, Note: transforms.Text{
					VI: "Không có số nào lệch bội số của 10 so với chuỗi của nó trong các tệp khác", EN: "No figure is off by a power of ten against what other books say of its series",
				}},
				transforms.Check{ID: dataset + ".slip", Kind: "jump", Table: dataset, Severity: transforms.SevWarn, Against: SameBook, Note: transforms.Text{
					VI: "Không có số nào lệch bội số của 10 so với chuỗi của nó trong cùng tệp", EN: "No figure is off by a power of ten against what the same book says of its series",
				}})
		}
	}
	return checks
}

// Corrections gives the check that tells of corrections that no longer apply; it looks at the table of that name.
func Corrections() transforms.Check {
	return transforms.Check{ID: "corrections.apply", Kind: "sql", Table: "corrections", Severity: transforms.SevWarn, SQL: `
		SELECT snapshot_id, sheet, cell,
			'correction ' || correction || ' of ' || dataset || ' (' || key || ') ' || CASE state
				WHEN 'unknown' THEN 'has no observation to correct'
				ELSE 'no longer applies: the source says ' || coalesce(says::VARCHAR, 'that it is missing') || ', not ' || coalesce(expected::VARCHAR, 'that it is missing') END AS message,
			'đính chính ' || correction || ' của ' || dataset || ' (' || key || ') ' || CASE state
				WHEN 'unknown' THEN 'không có quan sát để sửa'
				ELSE 'không còn áp dụng: nguồn ghi ' || coalesce(says::VARCHAR, 'là thiếu') || ', không phải ' || coalesce(expected::VARCHAR, 'là thiếu') END AS message_vi
		FROM corrections WHERE state IN ('stopped', 'unknown')`,
		Note: transforms.Text{VI: "Mọi đính chính đều còn áp dụng", EN: "All corrections still apply"}}
}
