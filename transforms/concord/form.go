package concord

import (
	"fmt"
	"strings"
	"time"

	"github.com/statloom/statloom/transforms"
)

// Table is what a form reads: a dataset, or a carried model.
type Table struct {
	Name       string
	Measure    transforms.Measure
	Parts      []string // what it is computed anew from, if its measure does not add up
	Dimensions []Dimension
	PriceBases []string // those its recipe can give; nil: not known
}

// Dimension is a dimension of a Table.
type Dimension struct {
	ID       string
	CodeList string    // empty: its values are not codes
	Since    time.Time // figures of before that day stand on the codes of that day; zero: on those of their own time
}

// baseUnit is a unit without the words of power in front: triệu đồng and tỷ đồng are both đồng.
const baseUnit = `regexp_replace(lower(%s), '^((nghìn|ngàn|triệu|tỷ|tỉ|trăm|chục|thousand|million|billion|bill\.?|mill\.?|1[.,]?000|100) +)+', '')`

func base(column string) string { return fmt.Sprintf(baseUnit, column) }

// text writes a text of SQL.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func date(day time.Time) string { return "DATE " + text(day.Format(time.DateOnly)) }

// others gives the names of the dimensions but one, each behind a prefix and before a comma.
func (t Table) others(but, prefix string) string {
	var b strings.Builder
	for _, d := range t.Dimensions {
		if d.ID != but {
			b.WriteString(prefix + d.ID + ", ")
		}
	}
	return b.String()
}

// measured are the columns of every form's rows behind its dimensions.
const measured = "time_period, period_start, period_end, freq, obs_value, obs_status, obs_comment, unit, unit_mult, price_base"

// carriedSQL puts the figures of old codes on the new ones. A target of which one part is not known has no value, and
// says which. Within one list only figures of before the change are carried, and only those of codes that had then
// the meaning they have on the last day before it; later figures stand as they are.
func carriedSQL(t Table, f transforms.Carried, c *Concordance) string {
	before, kept := "", ""
	since := "CAST(NULL AS DATE)"
	codes := ""
	if c.SameList() {
		before = "\n    WHERE s.period_end < " + date(c.Day)
		since = "l.valid_from"
		codes = fmt.Sprintf("\n    LEFT JOIN code_lists l ON l.code_list = c.from_list AND l.code = c.from_code"+
			"\n        AND coalesce(l.valid_from, DATE '0001-01-01') <= %[1]s AND coalesce(l.valid_to, DATE '9999-12-31') >= %[1]s", date(c.dayBefore()))
		kept = fmt.Sprintf("\nUNION ALL\nSELECT %s, %s%s\nFROM %s\nWHERE period_end >= %s", f.Dimension, t.others(f.Dimension, ""), measured, t.Name, date(c.Day))
	}
	group := "to_code, " + t.others(f.Dimension, "") + "time_period, period_start, period_end, freq, price_base"
	return fmt.Sprintf(`WITH rule AS (
    SELECT c.from_code, c.to_code, c.weight, %[1]s AS since
    FROM concordances c%[2]s
    WHERE c.concordance = %[3]s AND c.weight > 0
), need AS (
    SELECT to_code AS code, list(from_code ORDER BY from_code) AS sources FROM rule GROUP BY to_code
), part AS (
    SELECT r.to_code, r.from_code, %[4]ss.time_period, s.period_start, s.period_end, s.freq, s.price_base,
        CASE WHEN r.since > s.period_end THEN NULL WHEN starts_with(s.obs_comment, 'no phenomenon') THEN 0 ELSE r.weight * s.obs_value END AS amount,
        s.obs_status, s.unit, coalesce(s.unit_mult, 0) AS unit_mult, coalesce(r.since > s.period_end, false) AS other
    FROM %[5]s s
    JOIN rule r ON r.from_code = s.%[6]s%[7]s
), whole AS (
    SELECT %[8]s,
        sum(amount ORDER BY from_code) AS plain,
        sum(amount * power(10, unit_mult) ORDER BY from_code) / power(10, max(unit_mult)) AS scaled,
        coalesce(list(from_code) FILTER (WHERE amount IS NOT NULL), []) AS known,
        string_agg(from_code, ', ' ORDER BY from_code) FILTER (WHERE other) AS others,
        count(DISTINCT unit_mult) AS mults,
        count(DISTINCT coalesce(%[9]s, '')) AS units,
        max_by(unit, unit_mult) AS unit,
        max(unit_mult) AS unit_mult,
        obs_status_worst(list(CASE WHEN obs_status = 'M' AND amount = 0 THEN 'A' ELSE obs_status END)) AS status
    FROM part
    GROUP BY %[8]s
)
SELECT w.to_code AS %[6]s, %[10]sw.time_period, w.period_start, w.period_end, w.freq,
    CASE WHEN len(w.known) < len(n.sources) OR w.units > 1 THEN NULL WHEN w.mults > 1 THEN w.scaled ELSE w.plain END AS obs_value,
    CASE WHEN len(w.known) < len(n.sources) OR w.units > 1 THEN 'M' ELSE w.status END AS obs_status,
    CASE WHEN w.others IS NOT NULL THEN w.others || ' had another meaning then: carry across that change first'
        WHEN len(w.known) < len(n.sources) THEN 'no figure for ' || array_to_string(list_filter(n.sources, lambda x: NOT list_contains(w.known, x)), ', ')
        WHEN w.units > 1 THEN 'the parts are in different units' END AS obs_comment,
    w.unit, CAST(w.unit_mult AS INTEGER) AS unit_mult, w.price_base
FROM whole w
JOIN need n ON n.code = w.to_code%[11]s`,
		since, codes, text(c.Declaration.ID), t.others(f.Dimension, "s."), t.Name, f.Dimension, before,
		group, base("unit"), t.others(f.Dimension, "w."), kept)
}

// steps are what a form's over means, and its words.
var steps = map[string]string{"year": "1 YEAR", "half_year": "6 MONTH", "quarter": "3 MONTH", "month": "1 MONTH"}

// meanings joins the entries that a row's codes had in both periods, and gives the condition under which one is missing.
func meanings(t Table, later, earlier string) (joins, broken, which string) {
	var conditions, names []string
	for i, d := range t.Dimensions {
		if d.CodeList == "" {
			continue
		}
		from, to := earlier, later
		if !d.Since.IsZero() { // carried: earlier figures stand on the codes of that day
			from, to = fmt.Sprintf("greatest(%s, %s)", earlier, date(d.Since)), fmt.Sprintf("greatest(%s, %s)", later, date(d.Since))
		}
		l := fmt.Sprintf("l%d", i+1)
		joins += fmt.Sprintf("\nLEFT JOIN code_lists %[1]s ON %[1]s.code_list = %[2]s AND %[1]s.code = a.%[3]s"+
			"\n    AND coalesce(%[1]s.valid_from, DATE '0001-01-01') <= %[4]s AND coalesce(%[1]s.valid_to, DATE '9999-12-31') >= %[5]s",
			l, text(d.CodeList), d.ID, from, to)
		conditions = append(conditions, fmt.Sprintf("(a.%s IS NOT NULL AND %s.code IS NULL)", d.ID, l))
		names = append(names, fmt.Sprintf("CASE WHEN a.%[1]s IS NOT NULL AND %[2]s.code IS NULL THEN %[3]s || a.%[1]s END", d.ID, l, text(d.ID+" ")))
	}
	if len(conditions) == 0 {
		return "", "false", "''"
	}
	return joins, strings.Join(conditions, " OR "), "concat_ws(', ', " + strings.Join(names, ", ") + ")"
}

// growthSQL compares each figure with that of the period before. A code that had not the same meaning in both is a
// break: it has no growth, and the status B. Price bases are never mixed, and units only if one is a power of the other.
func growthSQL(t Table, f transforms.Growth) string {
	var same strings.Builder
	for _, d := range t.Dimensions {
		fmt.Fprintf(&same, " AND b.%[1]s IS NOT DISTINCT FROM a.%[1]s", d.ID)
	}
	joins, broken, which := meanings(t, "a.period_end", "b.period_end")
	units := fmt.Sprintf("%s IS DISTINCT FROM %s", base("a.unit"), base("b.unit"))
	return fmt.Sprintf(`SELECT %[1]sa.time_period, a.period_start, a.period_end, a.freq,
    CASE WHEN b.time_period IS NULL OR %[2]s OR %[3]s OR NOT b.obs_value > 0 THEN NULL
        WHEN a.unit_mult IS NOT DISTINCT FROM b.unit_mult THEN 100 * (a.obs_value / b.obs_value - 1)
        ELSE 100 * (a.obs_value * power(10, coalesce(a.unit_mult, 0) - coalesce(b.unit_mult, 0)) / b.obs_value - 1) END AS obs_value,
    CASE WHEN b.time_period IS NULL THEN 'M' WHEN %[2]s THEN 'B'
        WHEN %[3]s OR a.obs_value IS NULL OR b.obs_value IS NULL OR NOT b.obs_value > 0 THEN 'M'
        ELSE obs_status_worst([a.obs_status, b.obs_status]) END AS obs_status,
    CASE WHEN b.time_period IS NULL THEN 'no figure for the period before'
        WHEN %[2]s THEN 'break: ' || %[4]s || ' is not the same in ' || b.time_period || ' and ' || a.time_period || '; carry both to one boundary first'
        WHEN %[3]s THEN 'the unit changed from ' || coalesce(b.unit, 'none') || ' to ' || coalesce(a.unit, 'none')
        WHEN a.obs_value IS NULL THEN coalesce(a.obs_comment, 'no value')
        WHEN b.obs_value IS NULL THEN b.time_period || ': ' || coalesce(b.obs_comment, 'no value')
        WHEN NOT b.obs_value > 0 THEN 'the figure of ' || b.time_period || ' is not above zero' END AS obs_comment,
    '%%' AS unit, 0 AS unit_mult, a.price_base
FROM %[5]s a
LEFT JOIN %[5]s b ON b.freq = a.freq AND b.price_base IS NOT DISTINCT FROM a.price_base%[6]s
    AND b.period_start = CAST(a.period_start - INTERVAL %[7]s AS DATE)
    AND b.period_end = CAST(a.period_end + INTERVAL 1 DAY - INTERVAL %[7]s - INTERVAL 1 DAY AS DATE)%[8]s`,
		t.others("", "a."), broken, units, which, t.Name, same.String(), steps[f.Over], joins)
}

// linkedSQL divides figures of one price base by those of another for the same thing and period: the one place where
// price bases meet. The result is at neither, and its price base says so.
func linkedSQL(t Table, f transforms.Linked) string {
	var same strings.Builder
	for _, d := range t.Dimensions {
		fmt.Fprintf(&same, " AND b.%[1]s IS NOT DISTINCT FROM a.%[1]s", d.ID)
	}
	units := fmt.Sprintf("%s IS DISTINCT FROM %s", base("a.unit"), base("b.unit"))
	return fmt.Sprintf(`SELECT %[1]sb.time_period, b.period_start, b.period_end, b.freq,
    CASE WHEN %[2]s OR NOT a.obs_value > 0 THEN NULL
        WHEN a.unit_mult IS NOT DISTINCT FROM b.unit_mult THEN b.obs_value / a.obs_value
        ELSE b.obs_value * power(10, coalesce(b.unit_mult, 0) - coalesce(a.unit_mult, 0)) / a.obs_value END AS obs_value,
    CASE WHEN %[2]s OR a.obs_value IS NULL OR b.obs_value IS NULL OR NOT a.obs_value > 0 THEN 'M'
        ELSE obs_status_worst([a.obs_status, b.obs_status]) END AS obs_status,
    CASE WHEN %[2]s THEN 'the units differ: ' || coalesce(a.unit, 'none') || ', ' || coalesce(b.unit, 'none')
        WHEN a.obs_value IS NULL OR b.obs_value IS NULL THEN coalesce(a.obs_comment, b.obs_comment, 'no value')
        WHEN NOT a.obs_value > 0 THEN 'the figure at the prices of ' || a.price_base || ' is not above zero' END AS obs_comment,
    CAST(NULL AS VARCHAR) AS unit, 0 AS unit_mult, b.price_base || '/' || a.price_base AS price_base
FROM %[3]s b
JOIN %[3]s a ON a.time_period = b.time_period AND a.price_base = %[4]s AND b.price_base = %[5]s%[6]s`,
		t.others("", "b."), units, t.Name, text(f.From), text(f.To), same.String())
}
