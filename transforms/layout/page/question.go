package page

import (
	"fmt"
	"strings"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/layout"
)

// Question asks a person for what recognition is not sure of.
type Question struct {
	What     string // the decision it is about
	Key      string // the key of a recipe that pins the answer
	YAML     string // lines for the recipe to begin with; they say what was decided
	Ask      transforms.Text
	Decision layout.Decision
}

// Questions lists the decisions about a table that are below layout.Doubtful, as questions.
func Questions(t *layout.Table) (list []Question) {
	for _, d := range t.Decisions {
		if !d.Question {
			continue
		}
		q := Question{What: d.What, Decision: d}
		q.Key, q.YAML, q.Ask = pin(t, d)
		if q.Key != "" {
			list = append(list, q)
		}
	}
	return list
}

// pin gives the key that settles a decision, and what was decided as a recipe says it.
func pin(t *layout.Table, d layout.Decision) (key, yaml string, ask transforms.Text) {
	switch d.What {
	case "header":
		return "header_rows", fmt.Sprintf("header_rows: %d", max(1, len(t.HeaderRows))),
			transforms.Text{VI: "Tiêu đề cột gồm mấy dòng?", EN: "How many lines make up the header of the columns?"}
	case "labels":
		return "stub_columns", fmt.Sprintf("stub_columns: %d", max(1, len(t.StubCols))),
			transforms.Text{VI: "Bên trái có mấy cột là nhãn?", EN: "How many columns on the left hold labels?"}
	case "title":
		return "title", "title: " + Quote("words of the title") + "\nnot_title: " + Quote("words of titles to pass over"),
			transforms.Text{VI: "Tên bảng là gì?", EN: "What is the title of the table?"}
	case "unit":
		return "unit", "unit: {value: " + Quote(orWords(t.Unit, "the unit")) + "}",
			transforms.Text{VI: "Số liệu tính bằng đơn vị nào?", EN: "What are the values counted in?"}
	case "period":
		return "period.from", "period: {from: [" + periodPlaces(d.Value) + "]}   # value: '2024' in place of from where nothing names it",
			transforms.Text{VI: "Số liệu thuộc thời kỳ nào, ghi ở đâu?", EN: "Which period are the values about, and where does it stand?"}
	case "hierarchy":
		from := "row_path"
		if d.Value == "flat" {
			from = "row"
		}
		return "dimensions", "dimensions:\n  - {id: item, name: {vi: Khoản mục, en: Item}, from: [" + from + "]}",
			transforms.Text{VI: "Nhãn của dòng nào nằm trong nhãn của dòng nào?", EN: "Which labels of the rows belong under which others?"}
	case "derived":
		return "skip_rows", "skip_rows: '^(tổng số|cộng|total)'\nskip_columns: '^(tổng số|cộng|total)'",
			transforms.Text{VI: "Dòng hay cột nào là tổng, và có bỏ đi không?", EN: "Which rows or columns are totals, and should they be left out?"}
	}
	return "", "", ask
}

func periodPlaces(decided string) string {
	switch decided {
	case "columns":
		return "column"
	case "lines":
		return "row"
	case "title":
		return "title"
	}
	return "column, row, title, sheet, book"
}

func orWords(s, words string) string {
	if s = fold.Space(s); s == "" {
		return words
	}
	return s
}

// Quote writes a text as a single-quoted YAML scalar; a dollar sign that would name the environment is doubled.
func Quote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "'", "''"), "${", "$${") + "'"
}
