package indicator

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
)

// column is a column of a table made here.
type column struct {
	name, typ string
	comment   transforms.Text
}

// tableComment describes Table.
func tableComment() transforms.Text {
	return transforms.Text{VI: "Giá trị của mọi chỉ tiêu; cách tính xem " + Catalogue, EN: "Values of all indicators; see " + Catalogue + " for how they are made"}
}

// columnComment describes a fixed column of Table.
func columnComment(name string) transforms.Text {
	switch name {
	case "indicator":
		return transforms.Text{VI: "Mã chỉ tiêu", EN: "Id of the indicator"}
	case transforms.ColTimePeriod:
		return transforms.Text{VI: "Kỳ, viết theo SDMX", EN: "Time period as SDMX writes it: 2024, 2024-Q1, 2024-03"}
	case transforms.ColPeriodStart:
		return transforms.Text{VI: "Ngày đầu kỳ", EN: "First day of the period"}
	case transforms.ColPeriodEnd:
		return transforms.Text{VI: "Ngày cuối kỳ", EN: "Last day of the period"}
	case transforms.ColFreq:
		return transforms.Text{VI: "Tần suất của kỳ: A năm, S nửa năm, Q quý, M tháng", EN: "Frequency of the period: A year, S half-year, Q quarter, M month"}
	case transforms.ColObsValue:
		return transforms.Text{VI: "Giá trị; trống khi thiếu", EN: "The value; null when it is missing"}
	case "obs_low":
		return transforms.Text{VI: "Cận dưới của giá trị", EN: "Lower end of the value's band"}
	case "obs_high":
		return transforms.Text{VI: "Cận trên của giá trị", EN: "Upper end of the value's band"}
	case transforms.ColObsStatus:
		return transforms.Text{
			VI: "Trạng thái: A bình thường, E ước tính, P sơ bộ, F dự báo, B gián đoạn, M thiếu, C bảo mật",
			EN: "Status: A normal, E estimated, P provisional, F forecast, B break, M missing, C confidential",
		}
	case transforms.ColObsComment:
		return transforms.Text{VI: "Lý do thiếu giá trị hoặc ghi chú", EN: "Why the value is missing, or a note"}
	case transforms.ColUnit:
		return transforms.Text{VI: "Đơn vị tính", EN: "Unit"}
	case transforms.ColPriceBase:
		return transforms.Text{VI: "Gốc giá; trống khi không liên quan đến giá", EN: "Price base; null where prices play no part"}
	case "illustrative":
		return transforms.Text{VI: "Đúng khi có số liệu minh hoạ (tự đặt) trong đầu vào", EN: "True when it rests on illustrative (made-up) figures"}
	default: // method
		return transforms.Text{VI: "Phương pháp; không trộn các phương pháp khác nhau", EN: "How it is made; series of different methods are never mixed"}
	}
}

// describe comments on Table, on the views of models and indicators and on all their columns, in one go.
func (b *builder) describe(ctx context.Context, dims map[string]string) error {
	var c comments
	c.add("TABLE "+Table, b.text(tableComment()))
	c.add("COLUMN "+Table+".indicator", b.text(columnComment("indicator")))
	for _, d := range b.dimensions {
		c.add("COLUMN "+Table+"."+duck.Ident(d), dims[d])
	}
	for _, f := range fixed() {
		c.add("COLUMN "+Table+"."+f.Name, b.text(columnComment(f.Name)))
	}
	if err := b.describeParts(ctx, &c); err != nil {
		return err
	}
	for _, n := range b.order {
		view := duck.Ident(n.name)
		if n.model != nil {
			c.add("VIEW "+view, b.textOr(n.model.Name, n.id))
			continue
		}
		c.add("VIEW "+view, n.id+": "+b.textOr(n.indicator.Name, n.id))
		for _, d := range n.indicator.Dimensions {
			c.add("COLUMN "+view+"."+duck.Ident(d), dims[d])
		}
		for _, f := range fixed() {
			c.add("COLUMN "+view+"."+f.Name, b.text(columnComment(f.Name)))
		}
	}
	if err := b.describeModels(ctx, &c); err != nil {
		return err
	}
	return b.db.Exec(ctx, c.String())
}

// describeRecord comments on Inputs and Formulas and what they are made of.
func (b *builder) describeRecord(ctx context.Context, dims map[string]string) error {
	var c comments
	for _, t := range []struct {
		name    string
		text    transforms.Text
		columns []column
	}{
		{Edges, transforms.Text{VI: "Đầu vào của mọi giá trị, ghi bằng số; đọc qua " + Inputs, EN: "The inputs of all values, by numbers; read them by " + Inputs}, edgeColumns()},
		{Shapes, transforms.Text{VI: "Các cách tính, mỗi cách chung cho nhiều dòng; đọc qua " + Formulas, EN: "How values were computed, told once for many rows; read it by " + Formulas}, shapeColumns()},
		{ShapeInputs, transforms.Text{VI: "Các đầu vào của mỗi cách tính; đọc qua " + Inputs, EN: "The inputs of what is told once for many rows; read them by " + Inputs}, shapeInputColumns()},
	} {
		c.add("TABLE "+t.name, b.text(t.text))
		for _, col := range t.columns {
			c.add("COLUMN "+t.name+"."+col.name, b.text(col.comment))
		}
	}
	for _, t := range []struct {
		name    string
		text    transforms.Text
		columns []column
	}{
		{Inputs, transforms.Text{
			VI: "Mỗi giá trị của mỗi chỉ tiêu được tính từ những ô nào", EN: "Of which cells every value of every indicator was computed",
		}, inputColumns()},
		{Formulas, transforms.Text{
			VI: "Mỗi giá trị được tính từ các đầu vào như thế nào", EN: "How every value was computed of its inputs",
		}, formulaColumns()},
		{BandInputs, transforms.Text{
			VI: "Mỗi cận của mỗi giá trị được tính từ những ô nào", EN: "Of which cells the ends of every value's band were computed",
		}, append(inputColumns(), measureColumn())},
		{BandFormulas, transforms.Text{
			VI: "Mỗi cận được tính từ các đầu vào như thế nào", EN: "How the ends of every value's band were computed of their inputs",
		}, append(formulaColumns(), measureColumn())},
	} {
		c.add("VIEW "+t.name, b.text(t.text))
		c.add("COLUMN "+t.name+".indicator", b.text(columnComment("indicator")))
		for _, d := range b.dimensions {
			c.add("COLUMN "+t.name+"."+duck.Ident(d), dims[d])
		}
		for _, col := range t.columns {
			c.add("COLUMN "+t.name+"."+col.name, b.text(col.comment))
		}
	}
	return b.db.Exec(ctx, c.String())
}

// describeParts comments on the tables of what models have added up.
func (b *builder) describeParts(ctx context.Context, c *comments) error {
	tables, err := b.strings(ctx, "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND starts_with(table_name, ?) ORDER BY 1", partsPrefix)
	for _, table := range tables {
		c.add("TABLE "+duck.Ident(table), b.text(transforms.Text{
			VI: "Những dòng đã được cộng trong " + strings.TrimPrefix(table, partsPrefix) + "; đọc qua " + Inputs,
			EN: "Which rows were added up in " + strings.TrimPrefix(table, partsPrefix) + "; read them by " + Inputs,
		}))
		columns, err := b.db.Columns(ctx, table)
		if err != nil {
			return err
		}
		for _, col := range columns {
			c.add("COLUMN "+duck.Ident(table)+"."+duck.Ident(col.Name), b.text(transforms.Text{
				VI: "Theo từng phần: dòng (rowid) của bộ dữ liệu, hoặc nhánh đã lấy", EN: "By part: the row (rowid) of a dataset, or the branch that was taken",
			}))
		}
	}
	return err
}

// describeModels gives the columns of models the comments of the columns of the same name that they are made of.
func (b *builder) describeModels(ctx context.Context, c *comments) error {
	for _, n := range b.order {
		if n.model == nil {
			continue
		}
		for _, col := range n.columns() {
			text, err := b.commentOf(ctx, col.Name)
			if err != nil {
				return err
			}
			if text == "" {
				text = b.text(transforms.Text{VI: "Cột của mô hình " + n.id, EN: "Column of model " + n.id})
			}
			c.add("COLUMN "+duck.Ident(n.name)+"."+duck.Ident(col.Name), text)
		}
	}
	return nil
}

// dimensionComments takes a dimension's comment from the datasets that have it.
func (b *builder) dimensionComments(ctx context.Context) (map[string]string, error) {
	texts := map[string]string{}
	for _, d := range b.dimensions {
		text, err := b.commentOf(ctx, d)
		if err != nil {
			return nil, err
		}
		if text == "" {
			text = b.text(transforms.Text{VI: "Chiều " + d, EN: "Dimension " + d})
		}
		texts[d] = text + b.pick("; _T là tổng số, trống: không có chiều này", "; _T is the total, null where it does not apply")
	}
	return texts, nil
}

// commentOf gives the comment that a column of that name has already, in the first table by name that has one.
func (b *builder) commentOf(ctx context.Context, column string) (string, error) {
	if b.comments == nil {
		rows, err := b.db.Query(ctx, `SELECT lower(column_name), min_by(comment, table_name) FROM duckdb_columns()
			WHERE database_name = current_database() AND comment IS NOT NULL GROUP BY 1`)
		if err != nil {
			return "", err
		}
		defer rows.Close()
		b.comments = map[string]string{}
		for rows.Next() {
			var name, text string
			if err := rows.Scan(&name, &text); err != nil {
				return "", err
			}
			b.comments[name] = text
		}
		if err := rows.Err(); err != nil {
			return "", err
		}
	}
	return b.comments[strings.ToLower(column)], nil
}

// catalogue makes the table that says what each indicator is.
func (b *builder) catalogue(ctx context.Context) error {
	inputs, madeUp := map[string]string{}, map[string]bool{}
	for _, n := range b.order {
		inputs[n.id] = strings.Join(n.reads, ", ")
		madeUp[n.id] = b.illustrative(n)
	}
	rows := make([]string, len(b.set.Indicators))
	for i, ind := range b.set.Indicators {
		var values []string
		for _, text := range []string{
			ind.ID, ind.Name.VI, ind.Name.EN, ind.Formula.VI, ind.Formula.EN, ind.Unit, ind.Freq, strings.Join(ind.Dimensions, ", "),
			ind.PriceBase, ind.Method, ind.Source.VI, ind.Source.EN, ind.Note.VI, ind.Note.EN,
		} {
			values = append(values, literalOrNull(text))
		}
		values = append(values, strconv.Itoa(ind.Decimals), literalOrNull(strings.Join(ind.Tags, ", ")),
			literalOrNull(inputs[ind.ID]), strconv.FormatBool(madeUp[ind.ID]), literalOrNull(ind.SQL))
		rows[i] = "(" + strings.Join(values, ", ") + ")"
	}
	return b.makeTable(ctx, Catalogue, transforms.Text{
		VI: "Danh mục chỉ tiêu: tên, công thức, nguồn và câu SQL", EN: "What each indicator is: its names, formula, sources and SQL",
	}, []column{
		{"indicator", "VARCHAR", columnComment("indicator")},
		{"name_vi", "VARCHAR", transforms.Text{VI: "Tên tiếng Việt", EN: "Name in Vietnamese"}},
		{"name_en", "VARCHAR", transforms.Text{VI: "Tên tiếng Anh", EN: "Name in English"}},
		{"formula_vi", "VARCHAR", transforms.Text{VI: "Công thức, tiếng Việt", EN: "Formula in Vietnamese"}},
		{"formula_en", "VARCHAR", transforms.Text{VI: "Công thức, tiếng Anh", EN: "Formula in English"}},
		{"unit", "VARCHAR", columnComment(transforms.ColUnit)},
		{"freq", "VARCHAR", transforms.Text{VI: "Tần suất: A năm, S nửa năm, Q quý, M tháng", EN: "Frequency: A year, S half-year, Q quarter, M month"}},
		{"dimensions", "VARCHAR", transforms.Text{VI: "Các chiều, cách nhau bằng dấu phẩy", EN: "Dimensions, separated by commas"}},
		{"price_base", "VARCHAR", columnComment(transforms.ColPriceBase)},
		{"method", "VARCHAR", columnComment("method")},
		{"source_vi", "VARCHAR", transforms.Text{VI: "Nguồn, tiếng Việt", EN: "Source in Vietnamese"}},
		{"source_en", "VARCHAR", transforms.Text{VI: "Nguồn, tiếng Anh", EN: "Source in English"}},
		{"note_vi", "VARCHAR", transforms.Text{VI: "Ghi chú, tiếng Việt", EN: "Note in Vietnamese"}},
		{"note_en", "VARCHAR", transforms.Text{VI: "Ghi chú, tiếng Anh", EN: "Note in English"}},
		{"decimals", "INTEGER", transforms.Text{VI: "Số chữ số thập phân khi trình bày", EN: "Decimals to show"}},
		{"tags", "VARCHAR", transforms.Text{VI: "Nhãn, cách nhau bằng dấu phẩy", EN: "Tags, separated by commas"}},
		{"inputs", "VARCHAR", transforms.Text{VI: "Bảng, mô hình và chỉ tiêu được đọc", EN: "Tables, models and indicators that it reads"}},
		{"illustrative", "BOOLEAN", columnComment("illustrative")},
		{"sql", "VARCHAR", transforms.Text{VI: "Câu SQL tính chỉ tiêu", EN: "The SELECT that computes it"}},
	}, rows, "indicator")
}

// makeTable makes a table of rows written as SQL, sorted, with all comments.
func (b *builder) makeTable(ctx context.Context, name string, comment transforms.Text, columns []column, rows []string, order string) error {
	defs, names := make([]string, len(columns)), make([]string, len(columns))
	var c comments
	c.add("TABLE "+name, b.text(comment))
	for i, col := range columns {
		defs[i], names[i] = col.name+" "+col.typ, col.name
		c.add("COLUMN "+name+"."+col.name, b.text(col.comment))
	}
	sql := fmt.Sprintf("CREATE TABLE %s (%s);\n", name, strings.Join(defs, ", "))
	if len(rows) > 0 {
		sql += fmt.Sprintf("INSERT INTO %s SELECT * FROM (VALUES %s) v(%s) ORDER BY %s;\n",
			name, strings.Join(rows, ", "), strings.Join(names, ", "), order)
	}
	return b.db.Exec(ctx, sql+c.String())
}

// comments collects COMMENT statements.
type comments struct{ strings.Builder }

func (c *comments) add(target, text string) {
	fmt.Fprintf(c, "COMMENT ON %s IS %s;\n", target, duck.Literal(text))
}

// text writes both languages, the set's own first.
func (b *builder) text(t transforms.Text) string {
	first, second := b.pick(t.VI, t.EN), b.pick(t.EN, t.VI)
	switch {
	case first == "" || first == second:
		return second
	case second == "":
		return first
	}
	return first + " — " + second
}

func (b *builder) textOr(t transforms.Text, other string) string {
	if text := b.text(t); text != "" {
		return text
	}
	return other
}

// pick gives the text in the set's language.
func (b *builder) pick(vi, en string) string {
	if b.set.Language == "en" {
		return en
	}
	return vi
}
