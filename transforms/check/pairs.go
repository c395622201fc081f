package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
)

// shares adds the shares of every group up and compares with the whole, which is 100 unless the check says otherwise. A
// group in which a share has no value is not checked.
func (t table) shares(c transforms.Check) (string, error) {
	whole := 100.0
	if c.Whole != nil {
		whole = *c.Whole
	}
	by, name := "", "'all rows'"
	if len(c.GroupBy) > 0 {
		by = " GROUP BY " + strings.Join(idents(c.GroupBy), ", ")
		name = "any_value(" + named(c.GroupBy) + ")"
	}
	where := t.where
	if strings.TrimSpace(c.Parts) != "" {
		where += " AND (" + c.Parts + "\n)"
	}
	return fmt.Sprintf(`
		WITH grouped AS (
			SELECT %s AS name, %s count(*) AS parts, count(__value) AS known, sum(__value) AS added, %s AS room
			FROM (SELECT *, %s::DOUBLE AS __value FROM %s t WHERE %s)%s
		)
		SELECT CASE WHEN known < parts THEN '%s' WHEN isfinite(added) AND abs(added - %[9]s) <= room + 1e-9 * abs(%[9]s) THEN '%s' ELSE '%s' END AS verdict,
			%[12]s, name || ': ' || CASE WHEN known < parts THEN 'shares without a value: ' || (parts - known) || ' of ' || parts
				ELSE 'the shares (' || parts || ') add up to ' || round(added, 9) || ', expected %[13]s' END AS text,
			name || ': ' || CASE WHEN known < parts THEN 'tỷ lệ không có giá trị: ' || (parts - known) || ' trên ' || parts
				ELSE 'các tỷ lệ (' || parts || ') cộng lại là ' || round(added, 9) || ', phải là %[13]s' END AS text_vi
		FROM grouped t WHERE parts > 0`,
		name, t.cells(), room(c), duck.Ident(valueColumn(c)), t.name, where, by,
		verdictUnchecked, number(whole), verdictPassed, verdictFailed, t.place(), plain(whole)), nil
}

// cells collects where the rows of a group stand, for the inner query of a check of groups: the first book and sheet, and
// the first cells on it.
func (t table) cells() string {
	var b strings.Builder
	for _, column := range []string{transforms.ColSnapshotID, transforms.ColSheet} {
		if slices.Contains(t.columns, column) {
			fmt.Fprintf(&b, "min(%s) AS %[1]s, ", column)
		}
	}
	if slices.Contains(t.columns, transforms.ColCell) {
		b.WriteString("array_to_string(list_slice(list_sort(list(cell)), 1, 8), ', ') AS cell, ")
	}
	return b.String()
}

// steps are the distances in time that growth is measured over.
func steps() map[string]string {
	return map[string]string{"year": "1 YEAR", "half_year": "6 MONTH", "quarter": "3 MONTH", "month": "1 MONTH"}
}

// growth compares published growth with what the levels of another table give. A row without a level now or before is not
// checked.
func (t table) growth(c transforms.Check) (string, error) {
	step, ok := steps()[c.Over]
	if !ok {
		return "", errors.New("growth needs over: year, half_year, quarter or month")
	}
	if err := t.needs(c, transforms.ColPeriodStart, transforms.ColFreq); err != nil {
		return "", err
	}
	expected := "100 * (l.__level / b.__level - 1)"
	if c.Form == "index" {
		expected = "100 * l.__level / b.__level"
	}
	var pair strings.Builder
	for _, by := range c.By {
		fmt.Fprintf(&pair, " AND l.%s IS NOT DISTINCT FROM %%s.%[1]s", duck.Ident(by))
	}
	text := func(alias string) string { return strings.ReplaceAll(pair.String(), "%s", alias) }
	return fmt.Sprintf(`
		WITH levels AS (%s),
		figures AS (SELECT *, %s::DOUBLE AS __value FROM %s t WHERE %s),
		paired AS (
			SELECT t.*, l.__level AS __now, b.__level AS __then, %s AS __expected
			FROM figures t
			LEFT JOIN levels l ON l.period_start = t.period_start AND l.freq = t.freq%s
			LEFT JOIN levels b ON b.period_start = t.period_start - INTERVAL %s AND b.freq = t.freq%s
			WHERE __value IS NOT NULL
		)
		SELECT CASE WHEN __expected IS NULL OR NOT isfinite(__expected) THEN '%s' WHEN abs(__value - __expected) <= %s + 1e-9 THEN '%s' ELSE '%s' END AS verdict,
			%s, %s || ': ' || CASE WHEN __expected IS NULL OR NOT isfinite(__expected) THEN 'a level is missing'
				ELSE 'the figure is ' || __value || ', the levels ' || __then || ' and ' || __now || ' give ' || round(__expected, 6) END AS text,
			%[14]s || ': ' || CASE WHEN __expected IS NULL OR NOT isfinite(__expected) THEN 'thiếu mức'
				ELSE 'số công bố là ' || __value || ', các mức ' || __then || ' và ' || __now || ' cho ' || round(__expected, 6) END AS text_vi
		FROM paired t`,
		t.other(c, "__level"), duck.Ident(valueColumn(c)), t.name, t.where,
		expected, text("t"), step, strings.ReplaceAll(text("t"), " l.", " b."),
		verdictUnchecked, number(c.Tolerance), verdictPassed, verdictFailed, t.place(), t.identityOf("t")), nil
}

// equal compares rows with those of another table that have the same values in the columns by. A row without a partner or
// without a value is not checked.
func (t table) equal(c transforms.Check) (string, error) {
	if len(c.By) == 0 {
		return "", errors.New("equal needs by: the columns that pair the rows")
	}
	var pair []string
	for _, by := range c.By {
		pair = append(pair, "o."+duck.Ident(by)+" IS NOT DISTINCT FROM t."+duck.Ident(by))
	}
	return fmt.Sprintf(`
		WITH others AS (%s), figures AS (SELECT *, %s::DOUBLE AS __value FROM %s t WHERE %s)
		SELECT CASE WHEN o.__other IS NULL OR t.__value IS NULL THEN '%s' WHEN abs(t.__value - o.__other) <= %s + 1e-9 * abs(o.__other) THEN '%s' ELSE '%s' END AS verdict,
			%s, %s || ': ' || CASE WHEN o.__other IS NULL OR t.__value IS NULL THEN 'there is nothing to compare with' ELSE 'it is ' || t.__value || ', %s has ' || o.__other END AS text,
			%[10]s || ': ' || CASE WHEN o.__other IS NULL OR t.__value IS NULL THEN 'không có gì để so sánh' ELSE 'là ' || t.__value || ', %[11]s có ' || o.__other END AS text_vi
		FROM figures t LEFT JOIN others o ON %[12]s`,
		t.other(c, "__other"), duck.Ident(valueColumn(c)), t.name, t.where,
		verdictUnchecked, number(c.Tolerance), verdictPassed, verdictFailed, t.place(), t.identityOf("t"),
		strings.ReplaceAll(c.With, "'", "''"), strings.Join(pair, " AND ")), nil
}

// other selects the rows of the other table, with its value under a name of ours.
func (t table) other(c transforms.Check, as string) string {
	column, where := c.WithColumn, "true"
	if column == "" {
		column = transforms.ColObsValue
	}
	if strings.TrimSpace(c.WithWhere) != "" {
		where = "(" + c.WithWhere + "\n)"
	}
	return fmt.Sprintf("SELECT *, %s::DOUBLE AS %s FROM %s w WHERE %s", duck.Ident(column), as, duck.Ident(c.With), where)
}

// needs says which columns a check needs in both tables and does not find.
func (t table) needs(c transforms.Check, columns ...string) error {
	for _, name := range columns {
		if !slices.Contains(t.columns, name) {
			return fmt.Errorf("%s needs the column %s, which %s does not have", c.Kind, name, c.Table)
		}
		if c.With != "" && !slices.Contains(t.with, name) {
			return fmt.Errorf("%s needs the column %s, which %s does not have", c.Kind, name, c.With)
		}
	}
	return nil
}

// identityOf names a row of an alias by its key.
func (t table) identityOf(alias string) string {
	parts := make([]string, len(t.key))
	for i, c := range t.key {
		parts[i] = duck.Literal(c+"=") + " || " + alias + "." + duck.Ident(c) + "::VARCHAR"
	}
	return "concat_ws(', ', " + strings.Join(parts, ", ") + ")"
}
