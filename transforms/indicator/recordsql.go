package indicator

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

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

// formulaColumns are the columns of Formulas after the indicator and the dimensions.
func formulaColumns() []column {
	return []column{
		{transforms.ColTimePeriod, "VARCHAR", columnComment(transforms.ColTimePeriod)},
		{"formula", "VARCHAR", transforms.Text{VI: "Cách tính từ các đầu vào; #1 là đầu vào n = 1", EN: "How it was computed of its inputs; #1 is the input with n = 1"}},
	}
}

// sourceTable is the table in which the rows of a place stand.
func (r *relations) sourceTable(p lineage.Place) string {
	if p.Relation.Kind == lineage.Interned {
		return internedPrefix + p.Relation.Name
	}
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

// inputsOf selects inputs that are cells of one place, described, from their edges; band says of which measures. What is confidential does not come out by its inputs.
func (b *builder) inputsOf(from string, p lineage.Place, band bool) string {
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
	open := func(expr string) string { return "CASE WHEN e.of_status <> 'C' THEN " + expr + " END" }
	value, text := "NULL::DOUBLE", "NULL::VARCHAR"
	if p.Column != "" && isNumber(has[p.Column]) {
		value = open(of(p.Column, "DOUBLE") + "::DOUBLE")
	} else if p.Column != "" {
		text = open(of(p.Column, "VARCHAR") + "::VARCHAR")
	}
	columns := b.ofColumns("e")
	roles := make([]string, len(lineage.RoleNames()))
	for i, r := range lineage.RoleNames() {
		roles[i] = duck.Literal(r)
	}
	columns = append(columns,
		"e.n", "["+strings.Join(roles, ", ")+"][e.role + 1] AS role", open("e.weight")+" AS weight",
		duck.Literal(kind)+" AS input_kind", duck.Literal(name)+" AS input",
		b.keyText(p, "h")+" AS input_key", literalOrNull(p.Column)+" AS input_column", value+" AS obs_value", text+" AS obs_text",
		of(transforms.ColUnit, "VARCHAR")+" AS unit", of(transforms.ColObsStatus, "VARCHAR")+" AS obs_status",
		of(transforms.ColSnapshotID, "VARCHAR")+" AS snapshot_id", of(transforms.ColSheet, "VARCHAR")+" AS sheet",
		of(transforms.ColCell, "VARCHAR")+" AS cell", of(transforms.ColVintageFrom, "TIMESTAMPTZ")+" AS vintage_from")
	which := "e.measure = 0"
	if band {
		which = "e.measure > 0"
		columns = append(columns, measureNames("e.measure")+" AS measure")
	}
	return fmt.Sprintf("SELECT %s FROM (%s) e JOIN %s h ON h.rowid = e.leaf WHERE %s",
		strings.Join(columns, ", "), from, duck.Ident(b.readable.sourceTable(p)), which)
}

// ofColumns are the columns that say of which value an input is.
func (b *builder) ofColumns(alias string) []string {
	columns := []string{alias + ".indicator"}
	for _, d := range b.dimensions {
		columns = append(columns, alias+"."+duck.Ident(d))
	}
	return append(columns, alias+".time_period")
}

// edgesOf selects the edges to a place with the values that they are of. Table is joined here, below all that is done
// with the edges, so that who asks for one value pays for no other.
func (b *builder) edgesOf(place int32) string {
	return fmt.Sprintf(`SELECT s.n, e.leaves[s.leaf] AS leaf, s.role, coalesce(s.weight, e.weights[s.weight_at]) AS weight, s.measure, %s, i.obs_status AS of_status
		FROM %s e JOIN %s s ON s.shape = e.shape JOIN %s i ON i.rowid = e.into_row WHERE s.place = %d`, strings.Join(b.ofColumns("i"), ", "), Edges, ShapeInputs, Table, place)
}

// measureNames writes the name of a measure of its number.
func measureNames(number string) string {
	return "['" + strings.Join(measures(), "', '") + "'][" + number + " + 1]"
}

// describedInputs selects the inputs of all values, or of all bands.
func (b *builder) describedInputs(band bool) string {
	var selects []string
	want := ofValue
	if band {
		want = ofBand
	}
	for i, p := range b.rewriter.Places() {
		if b.recorder.used[i]&want == 0 {
			continue
		}
		if g, ok := b.rewriter.Gathers()[int32(i)]; ok {
			selects = append(selects, b.partsOf(int32(i), g, band)...)
		} else if p.Relation.Kind != lineage.Interned {
			selects = append(selects, b.inputsOf(b.edgesOf(int32(i)), p, band))
		}
	}
	if len(selects) > 0 {
		return strings.Join(selects, " UNION ALL ")
	}
	columns := append([]column{{name: "indicator", typ: "VARCHAR"}}, b.inputsColumns()...)
	if band {
		columns = append(columns, measureColumn())
	}
	empty := make([]string, len(columns))
	for i, c := range columns {
		empty[i] = "NULL::" + c.typ + " AS " + duck.Ident(c.name)
	}
	return "SELECT " + strings.Join(empty, ", ") + " WHERE false"
}

// measureColumn tells the lower end of a band from the upper.
func measureColumn() column {
	return column{"measure", "VARCHAR", transforms.Text{VI: "Cận nào: obs_low hoặc obs_high", EN: "Which end of the band: obs_low or obs_high"}}
}

// settle puts Table in its order, and gives the final row of each row.
func (b *builder) settle(ctx context.Context) (order []int64, err error) {
	by := append([]string{"indicator"}, idents(b.dimensions)...)
	by = append(by, transforms.ColPeriodStart, transforms.ColPeriodEnd)
	err = b.db.Exec(ctx, fmt.Sprintf(`
		CREATE TABLE __order AS SELECT rowid AS into_row, row_number() OVER (ORDER BY %[1]s, rowid) - 1 AS row FROM %[2]s;
		CREATE OR REPLACE TABLE %[2]s AS SELECT t.* FROM %[2]s t JOIN __order o ON o.into_row = t.rowid ORDER BY o.row`, strings.Join(by, ", "), Table))
	if err != nil {
		return nil, err
	}
	err = scan(ctx, b.db, "SELECT row::BIGINT FROM __order ORDER BY into_row", func(batch arrow.RecordBatch) error {
		order = append(order, batch.Column(0).(*array.Int64).Int64Values()...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return order, b.db.Exec(ctx, "DROP TABLE __order")
}

// views makes the views that describe what was stored.
func (b *builder) views(ctx context.Context) error {
	formulas := fmt.Sprintf("SELECT %s, CASE WHEN i.obs_status <> 'C' THEN f.formula END AS formula%%s FROM %s e JOIN %s f ON f.shape = e.shape JOIN %s i ON i.rowid = e.into_row WHERE f.measure",
		strings.Join(b.ofColumns("i"), ", "), Edges, Shapes, Table)
	return b.db.Exec(ctx, fmt.Sprintf(`CREATE VIEW %s AS %s = 0; CREATE VIEW %s AS %s > 0; CREATE VIEW %s AS %s; CREATE VIEW %s AS %s`,
		Formulas, fmt.Sprintf(formulas, ""), BandFormulas, fmt.Sprintf(formulas, ", "+measureNames("f.measure")+" AS measure"),
		Inputs, b.describedInputs(false), BandInputs, b.describedInputs(true)))
}

// inputsColumns are all columns of Inputs after the indicator.
func (b *builder) inputsColumns() []column {
	var columns []column
	for _, d := range b.dimensions {
		columns = append(columns, column{name: d, typ: "VARCHAR"})
	}
	return append(columns, inputColumns()...)
}
