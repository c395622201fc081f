package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
)

// sum compares, group by group, what the parts add up to with the total. A group in which the total or a part has no
// value is not checked: it would be wrong to say that it adds up, and no news that it does not. A part whose row is not
// there at all makes the sum too small, which is a failure: rows get lost in reading, and this check is there to notice.
func (t table) sum(c transforms.Check) (string, error) {
	if strings.TrimSpace(c.Total) == "" || strings.TrimSpace(c.Parts) == "" {
		return "", errors.New("sum needs total and parts")
	}
	by, name := "", "'all rows'"
	if len(c.GroupBy) > 0 {
		by = " GROUP BY " + strings.Join(idents(c.GroupBy), ", ")
		name = "any_value(" + named(c.GroupBy) + ")"
	}
	var place strings.Builder // of the total
	for _, column := range []string{transforms.ColSnapshotID, transforms.ColSheet, transforms.ColCell} {
		if slices.Contains(t.columns, column) {
			fmt.Fprintf(&place, "min(%s) FILTER (WHERE __total) AS %[1]s, ", column)
		}
	}
	return fmt.Sprintf(`
		WITH marked AS (
			SELECT *, coalesce((%s
			), false) AS __total, coalesce((%s
			), false) AS __part, %s::DOUBLE AS __value
			FROM %s t WHERE %s
		), grouped AS (
			SELECT %s AS name, %s
				count(*) FILTER (WHERE __total) AS totals, sum(__value) FILTER (WHERE __total) AS total,
				count(*) FILTER (WHERE __part) AS parts, count(__value) FILTER (WHERE __part) AS known,
				sum(__value) FILTER (WHERE __part) AS added, count(*) FILTER (WHERE __total AND __part) AS twice,
				%s AS room
			FROM marked%s
		)
		SELECT CASE
				WHEN twice > 0 OR totals > 1 THEN '%s'
				WHEN total IS NULL OR parts = 0 OR known < parts THEN '%s'
				WHEN isfinite(added) AND isfinite(total) AND abs(added - total) <= room + 1e-9 * abs(total) THEN '%s'
				ELSE '%s' END AS verdict,
			%s, name || ': ' || CASE
				WHEN twice > 0 THEN 'rows that match both total and parts: ' || twice
				WHEN totals > 1 THEN 'rows that match total: ' || totals || '; group_by must tell them apart'
				WHEN totals = 0 THEN 'there is no row for the total'
				WHEN total IS NULL THEN 'the total has no value'
				WHEN parts = 0 THEN 'there are no rows for the parts'
				WHEN known < parts THEN 'parts without a value: ' || (parts - known) || ' of ' || parts
				ELSE 'the parts (' || parts || ') add up to ' || round(added, 9) || ', the total is ' || total || ', the difference is ' || round(added - total, 9)
				END AS text,
			name || ': ' || CASE
				WHEN twice > 0 THEN 'số dòng vừa là tổng vừa là thành phần: ' || twice
				WHEN totals > 1 THEN 'số dòng là tổng: ' || totals || '; group_by phải tách được chúng'
				WHEN totals = 0 THEN 'không có dòng tổng'
				WHEN total IS NULL THEN 'tổng không có giá trị'
				WHEN parts = 0 THEN 'không có dòng thành phần'
				WHEN known < parts THEN 'thành phần không có giá trị: ' || (parts - known) || ' trên ' || parts
				ELSE 'các thành phần (' || parts || ') cộng lại là ' || round(added, 9) || ', tổng là ' || total || ', chênh lệch ' || round(added - total, 9)
				END AS text_vi
		FROM grouped t WHERE totals + parts > 0`,
		c.Total, c.Parts, duck.Ident(valueColumn(c)), t.name, t.where,
		name, place.String(), room(c), by,
		verdictFailed, verdictUnchecked, verdictPassed, verdictFailed,
		t.place()), nil
}

// room is how far a sum may be off, in SQL over the group: the tolerance, and where rounding is allowed for, half a unit of
// the last printed decimal for every figure that takes part.
func room(c transforms.Check) string {
	if !c.Rounding {
		return number(c.Tolerance)
	}
	const decimals = `max(length(regexp_extract(printf('%.10g', __value), '\.([0-9]+)', 1)))`
	return number(c.Tolerance) + " + count(__value) * 0.5 * pow(10, -" + decimals + ")"
}
