package indicator

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/lineage"
)

// inputColumns are the columns of Inputs after the indicator and the dimensions.
func inputColumns() []column {
	return []column{
		{transforms.ColTimePeriod, "VARCHAR", columnComment(transforms.ColTimePeriod)},
		{"n", "INTEGER", transforms.Text{VI: "Số thứ tự của đầu vào: #n trong công thức", EN: "Number of the input: #n in the formula"}},
		{"role", "VARCHAR", transforms.Text{
			VI: "Vai trò: part thành phần, numerator tử số, denominator mẫu số, weight hệ số, condition điều kiện",
			EN: "Role: part, numerator, denominator, weight (what another input is multiplied by) or condition (it decided what was taken)",
		}},
		{"weight", "DOUBLE", transforms.Text{
			VI: "Tử số, mẫu số hoặc giá trị tăng bao nhiêu khi đầu vào tăng 1, chẳng hạn hệ số của ngành",
			EN: "By how much the numerator, denominator or value grows when the input grows by one, such as a mapping's share",
		}},
		{"input_kind", "VARCHAR", transforms.Text{VI: "observation: ô của bộ dữ liệu; indicator: dòng của chỉ tiêu khác", EN: "observation (a cell of a dataset) or indicator (a row of another indicator)"}},
		{"input", "VARCHAR", transforms.Text{VI: "Mã bộ dữ liệu hoặc chỉ tiêu", EN: "Id of the dataset or indicator"}},
		{"input_key", "VARCHAR", transforms.Text{VI: "Các chiều của đầu vào", EN: "What identifies the row there"}},
		{"input_column", "VARCHAR", transforms.Text{VI: "Cột; trống khi dòng được đếm", EN: "Column; null where the row as such was counted"}},
		{transforms.ColObsValue, "DOUBLE", transforms.Text{VI: "Giá trị của đầu vào", EN: "Value of the input"}},
		{"obs_text", "VARCHAR", transforms.Text{VI: "Nội dung, khi không phải là số", EN: "What stands there where it is no number"}},
		{transforms.ColUnit, "VARCHAR", transforms.Text{VI: "Đơn vị của đầu vào", EN: "Unit of the input"}},
		{transforms.ColObsStatus, "VARCHAR", columnComment(transforms.ColObsStatus)},
		{transforms.ColSnapshotID, "VARCHAR", transforms.Text{VI: "sha256 của sách, như trong snapshots", EN: "sha256 of the book, as in snapshots"}},
		{transforms.ColSheet, "VARCHAR", transforms.Text{VI: "Trang tính", EN: "Sheet"}},
		{transforms.ColCell, "VARCHAR", transforms.Text{VI: "Ô (A1)", EN: "Cell (A1)"}},
		{transforms.ColVintageFrom, "TIMESTAMPTZ", transforms.Text{VI: "Phiên bản số liệu: biết từ khi nào", EN: "Vintage: since when it is known"}},
	}
}

// edgeColumns are the columns of Edges.
func edgeColumns() []column {
	return []column{
		{"into_row", "BIGINT", transforms.Text{VI: "Dòng của bảng indicators (rowid)", EN: "Row of the table indicators (rowid)"}},
		{"n", "INTEGER", transforms.Text{VI: "Số thứ tự của đầu vào", EN: "Number of the input"}},
		{"place", "INTEGER", transforms.Text{VI: "Bộ dữ liệu và cột", EN: "Dataset and column"}},
		{"leaf", "BIGINT", transforms.Text{VI: "Dòng của bộ dữ liệu (rowid)", EN: "Row of the dataset (rowid)"}},
		{"role", "UTINYINT", transforms.Text{VI: "Vai trò", EN: "Role"}},
		{"weight", "DOUBLE", transforms.Text{VI: "Hệ số", EN: "Weight"}},
	}
}

// formulaColumns are the columns of Formulas after the indicator and the dimensions.
func formulaColumns() []column {
	return []column{
		{transforms.ColTimePeriod, "VARCHAR", columnComment(transforms.ColTimePeriod)},
		{"formula", "VARCHAR", transforms.Text{VI: "Cách tính từ các đầu vào; #1 là đầu vào n = 1", EN: "How it was computed of its inputs; #1 is the input with n = 1"}},
	}
}

// sourceTable is the table in which the rows of a place stand.
func (r *relations) sourceTable(p lineage.Place) string {
	if _, ok := r.datasets[p.Relation.Name]; ok {
		return p.Relation.Name + "_history"
	}
	return Table
}

// keyText writes what identifies a row: industry=2592, time_period=2024.
func (b *builder) keyText(p lineage.Place, alias string) string {
	keys := b.set.Keys[p.Relation.Name]
	if b.readable.sourceTable(p) == Table {
		keys = nil
		for _, c := range p.Relation.Columns {
			if c.Name == transforms.ColTimePeriod {
				break
			}
			keys = append(keys, c.Name)
		}
		keys = append(keys, transforms.ColTimePeriod)
	}
	parts := []string{"NULL"}
	for _, k := range keys {
		column := duck.Ident(k)
		if alias != "" {
			column = alias + "." + column
		}
		parts = append(parts, duck.Literal(k+"=")+" || "+column+"::VARCHAR")
	}
	return "concat_ws(', ', " + strings.Join(parts, ", ") + ")"
}

// inputsOf selects the inputs of one place, described. What is confidential does not come out by its inputs.
func (b *builder) inputsOf(place int, p lineage.Place) string {
	has := map[string]string{}
	for _, c := range p.Relation.Columns {
		has[c.Name] = c.Type
	}
	kind, name := "observation", p.Relation.Name
	if b.readable.sourceTable(p) == Table {
		kind = "indicator"
		for _, other := range b.order {
			if other.name == p.Relation.Name {
				name = other.id
			}
		}
	}
	of := func(column, typ string) string {
		if has[column] == "" {
			return "NULL::" + typ
		}
		return "h." + duck.Ident(column)
	}
	open := func(expr string) string { return "CASE WHEN i.obs_status <> 'C' THEN " + expr + " END" }
	value, text := "NULL::DOUBLE", "NULL::VARCHAR"
	if p.Column != "" && isNumber(has[p.Column]) {
		value = open(of(p.Column, "DOUBLE") + "::DOUBLE")
	} else if p.Column != "" {
		text = open(of(p.Column, "VARCHAR") + "::VARCHAR")
	}
	columns := []string{"i.indicator"}
	for _, d := range b.dimensions {
		columns = append(columns, "i."+duck.Ident(d))
	}
	roles := make([]string, len(lineage.RoleNames()))
	for i, r := range lineage.RoleNames() {
		roles[i] = duck.Literal(r)
	}
	columns = append(columns,
		"i.time_period", "e.n", "["+strings.Join(roles, ", ")+"][e.role + 1] AS role", open("e.weight")+" AS weight",
		duck.Literal(kind)+" AS input_kind", duck.Literal(name)+" AS input",
		b.keyText(p, "h")+" AS input_key", literalOrNull(p.Column)+" AS input_column", value+" AS obs_value", text+" AS obs_text",
		of(transforms.ColUnit, "VARCHAR")+" AS unit", of(transforms.ColObsStatus, "VARCHAR")+" AS obs_status",
		of(transforms.ColSnapshotID, "VARCHAR")+" AS snapshot_id", of(transforms.ColSheet, "VARCHAR")+" AS sheet",
		of(transforms.ColCell, "VARCHAR")+" AS cell", of(transforms.ColVintageFrom, "TIMESTAMPTZ")+" AS vintage_from")
	return fmt.Sprintf("SELECT %s FROM %s e JOIN %s i ON i.rowid = e.into_row JOIN %s h ON h.rowid = e.leaf WHERE e.place = %d",
		strings.Join(columns, ", "), Edges, Table, duck.Ident(b.readable.sourceTable(p)), place)
}

// settle puts Table in its order, moves the inputs along, and makes the view that describes them.
func (b *builder) settle(ctx context.Context) error {
	by := append([]string{"indicator"}, idents(b.dimensions)...)
	by = append(by, transforms.ColPeriodStart, transforms.ColPeriodEnd)
	var own []string // places whose rows are those of Table
	var selects []string
	for i, p := range b.rewriter.Places() {
		if p.Relation.Kind == lineage.Interned || !b.recorder.used[int32(i)] {
			continue
		}
		if b.readable.sourceTable(p) == Table {
			own = append(own, strconv.Itoa(i))
		}
		selects = append(selects, b.inputsOf(i, p))
	}
	if len(selects) == 0 {
		var empty []string
		for _, c := range append([]column{{name: "indicator", typ: "VARCHAR"}}, b.inputsColumns()...) {
			empty = append(empty, "NULL::"+c.typ+" AS "+duck.Ident(c.name))
		}
		selects = []string{"SELECT " + strings.Join(empty, ", ") + " WHERE false"}
	}
	places := strings.Join(append(own, "-1"), ", ")
	columns := append([]string{"indicator"}, idents(b.dimensions)...)
	return b.db.Exec(ctx, fmt.Sprintf(`
		CREATE TABLE __order AS SELECT rowid AS into_row, row_number() OVER (ORDER BY %[1]s, rowid) - 1 AS row FROM %[2]s;
		CREATE OR REPLACE TABLE %[2]s AS SELECT t.* FROM %[2]s t JOIN __order o ON o.into_row = t.rowid ORDER BY o.row;
		CREATE OR REPLACE TABLE %[3]s AS
			SELECT o.row AS into_row, e.n, e.place, e.leaf, e.role, e.weight
			FROM %[3]s e JOIN __order o ON o.into_row = e.into_row WHERE e.place NOT IN (%[4]s)
			UNION ALL SELECT o.row, e.n, e.place, l.row, e.role, e.weight
			FROM %[3]s e JOIN __order o ON o.into_row = e.into_row JOIN __order l ON l.into_row = e.leaf WHERE e.place IN (%[4]s);
		CREATE TABLE %[5]s AS SELECT %[6]s, t.time_period, CASE WHEN t.obs_status <> 'C' THEN f.formula END AS formula
			FROM %[7]s f JOIN __order o ON o.into_row = f.into_row JOIN %[2]s t ON t.rowid = o.row ORDER BY o.row;
		DROP TABLE __order; DROP TABLE %[7]s;
		CREATE VIEW %[8]s AS %[9]s`,
		strings.Join(by, ", "), Table, Edges, places, Formulas, strings.Join(columns, ", "), formulasTable, Inputs, strings.Join(selects, " UNION ALL ")))
}

// inputsColumns are all columns of Inputs after the indicator.
func (b *builder) inputsColumns() []column {
	var columns []column
	for _, d := range b.dimensions {
		columns = append(columns, column{name: d, typ: "VARCHAR"})
	}
	return append(columns, inputColumns()...)
}
