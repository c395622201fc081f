package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
)

// figures selects the rows that a check looks at as a query of series: __series names the series of a row, __value its
// value. The series are told apart by group_by, else by the key without the period; figures of different frequencies are
// never compared.
func (t table) figures(c transforms.Check, from string) string {
	columns := c.GroupBy
	if len(columns) == 0 {
		columns = slices.DeleteFunc(slices.Clone(t.key), func(k string) bool {
			return k == transforms.ColTimePeriod || k == transforms.ColPeriodStart || k == transforms.ColPeriodEnd
		})
	}
	name := "'all rows'"
	if len(columns) > 0 {
		name = named(columns)
	}
	value := "NULL"
	if slices.Contains(t.columns, valueColumn(c)) {
		value = duck.Ident(valueColumn(c))
	}
	return fmt.Sprintf("SELECT *, %s AS __series, %s::DOUBLE AS __value FROM %s t WHERE %s", name, value, from, t.where)
}

// complete wants a row for every period of a frequency, from a series' first one to the table's last one. With max, the
// periods that ended longer than so many days ago are wanted too, whether any series has them or not.
func (t table) complete(c transforms.Check) (string, error) {
	step := map[string]string{"A": "1 YEAR", "S": "6 MONTH", "Q": "3 MONTH", "M": "1 MONTH"}[c.Freq]
	if step == "" {
		return "", errors.New("complete needs freq: A, S, Q or M")
	}
	if err := t.needs(c, transforms.ColPeriodStart, transforms.ColFreq, transforms.ColTimePeriod); err != nil {
		return "", err
	}
	due := "NULL"
	if c.Max != nil {
		due = fmt.Sprintf("(DATE '%s' - INTERVAL %d DAY)", t.now.UTC().Format("2006-01-02"), int(*c.Max))
	}
	return fmt.Sprintf(`
		WITH figures AS (SELECT * FROM (%[1]s) WHERE freq = '%[2]s'),
		bounds AS (SELECT min(period_start)::TIMESTAMP AS __from, max(period_start)::TIMESTAMP AS __to FROM figures),
		calendar AS (
			SELECT unnest(generate_series(__from, greatest(__to, coalesce(%[3]s, __to)), INTERVAL %[4]s)) AS __period FROM bounds WHERE __from IS NOT NULL
		),
		wanted AS (
			SELECT __series, __period::DATE AS __period FROM calendar, (SELECT __series, min(period_start) AS __first FROM figures GROUP BY 1), bounds
			WHERE __period >= __first AND (__period <= __to OR __period + INTERVAL %[4]s <= %[3]s)
		),
		missing AS (
			SELECT __series, count(*) AS __n, min(__period) AS __gap, array_to_string(list_slice(list_sort(list(strftime(__period, '%%Y-%%m'))), 1, 6), ', ') AS __which
			FROM wanted w ANTI JOIN figures f ON f.__series = w.__series AND f.period_start = w.__period GROUP BY 1
		),
		placed AS (
			SELECT f.*, __n, __which FROM missing m JOIN figures f ON f.__series = m.__series AND f.period_start < __gap
			QUALIFY row_number() OVER (PARTITION BY f.__series ORDER BY f.period_start DESC, f.time_period) = 1
		)
		SELECT '%[5]s' AS verdict, %[6]s, __series || ': periods missing: ' || __n || ' (' || __which || '); the last one before is ' || time_period AS text,
			__series || ': số kỳ thiếu: ' || __n || ' (' || __which || '); kỳ cuối trước đó là ' || time_period AS text_vi
		FROM placed t`,
		t.figures(c, t.name), c.Freq, due, step, verdictFailed, t.place()), nil
}

// fresh wants the latest date of a column not to be longer ago than max days. A table without any date is not fresh.
func (t table) fresh(c transforms.Check) (string, error) {
	if c.Max == nil {
		return "", errors.New("fresh needs max: the days that may have passed")
	}
	column := c.Column
	if column == "" {
		column = transforms.ColVintageFrom
	}
	if err := t.needs(c, column); err != nil {
		return "", err
	}
	now := t.now.UTC().Format("2006-01-02 15:04:05.999999")
	return fmt.Sprintf(`
		SELECT '%[1]s' AS verdict, %[2]s, coalesce('%[3]s is ' || __latest || ', ' || __days || ' days ago; expected at most %[4]s', 'there is no date in %[3]s') AS text,
			coalesce('%[3]s là ' || __latest || ', cách đây ' || __days || ' ngày; cho phép %[4]s', 'cột %[3]s không có ngày nào') AS text_vi
		FROM (SELECT max(%[5]s)::TIMESTAMP AS __latest, date_diff('day', max(%[5]s)::TIMESTAMP, TIMESTAMP '%[6]s') AS __days%[7]s FROM %[8]s t WHERE %[9]s) t
		WHERE __days IS NULL OR __days > %[10]s`,
		verdictFailed, t.place(), strings.ReplaceAll(column, "'", "''"), plain(*c.Max), duck.Ident(column), now, t.latest(column), t.name, t.where, number(*c.Max)), nil
}

// latest adds the place of the row whose column is greatest to an aggregate.
func (t table) latest(column string) string {
	var b strings.Builder
	for _, name := range []string{transforms.ColSnapshotID, transforms.ColSheet, transforms.ColCell} {
		if slices.Contains(t.columns, name) {
			fmt.Fprintf(&b, ", arg_max(%s, %s) AS %[1]s", name, duck.Ident(column))
		}
	}
	return b.String()
}

// revision wants the last revision of every value to be no larger than max percent of the value before. Revisions no
// larger than the tolerance are passed over, and corrections of ours are none.
func (t table) revision(c transforms.Check) (string, error) {
	if c.Max == nil {
		return "", errors.New("revision needs max: the percent by which a value may change")
	}
	if err := t.needs(c, transforms.ColVintageFrom, transforms.ColSnapshotID); err != nil {
		return "", err
	}
	history := duck.Ident(c.Table + "_history")
	same := make([]string, len(t.key))
	for i, k := range t.key {
		same[i] = "h." + duck.Ident(k) + " IS NOT DISTINCT FROM t." + duck.Ident(k)
	}
	value := duck.Ident(valueColumn(c))
	from := fmt.Sprintf(`(SELECT t.*, h.%[1]s::DOUBLE AS __before FROM %[2]s t JOIN %[3]s h ON h.vintage_to = t.vintage_from AND %[4]s
		WHERE t.correction IS NULL AND h.correction IS NULL AND h.vintage_to > h.vintage_from)`, value, t.name, history, strings.Join(same, " AND "))
	condition := fmt.Sprintf("%[1]s AND abs(t.%[2]s - __before) > %[3]s AND (__before = 0 OR abs(t.%[2]s / __before - 1) * 100 > %[4]s)",
		t.where, value, number(c.Tolerance), number(*c.Max))
	return t.failing(from, condition, said{
		fmt.Sprintf("'it was revised from ' || __before || ' to ' || t.%s || coalesce(' (' || round((t.%[1]s / nullif(__before, 0) - 1) * 100, 2) || ' %%), expected at most %s %%', '')", value, plain(*c.Max)),
		fmt.Sprintf("'được điều chỉnh từ ' || __before || ' thành ' || t.%s || coalesce(' (' || round((t.%[1]s / nullif(__before, 0) - 1) * 100, 2) || ' %%), cho phép %s %%', '')", value, plain(*c.Max)),
	}), nil
}

// outlier finds values far from their neighbours. A value is held against the median of the seven around it (Hampel's
// identifier), and its distance is measured in robust standard deviations of such distances in its own series: 1.4826
// times their median, or 1.2533 times their mean where more than half of them are zero. Series of positive values are
// looked at in logarithms. Series shorter than min are not looked at.
func (t table) outlier(c transforms.Check) (string, error) {
	if err := t.needs(c, transforms.ColPeriodStart, transforms.ColFreq); err != nil {
		return "", err
	}
	limit, least := 8.0, 12.0
	if c.Max != nil {
		limit = *c.Max
	}
	if c.Min != nil {
		least = *c.Min
	}
	from := fmt.Sprintf(`(
		WITH figures AS (
			SELECT * FROM (%[1]s) WHERE __value IS NOT NULL AND isfinite(__value)
			QUALIFY count(*) OVER (PARTITION BY __series, freq) >= %[2]s
		), scaled AS (
			SELECT *, CASE WHEN min(__value) OVER (PARTITION BY __series, freq) > 0 THEN ln(__value) ELSE __value END AS __x FROM figures
		), away AS (
			SELECT *, median(__x) OVER w AS __middle, median(__value) OVER w AS __usual, abs(__x - median(__x) OVER w) AS __off FROM scaled
			WINDOW w AS (PARTITION BY __series, freq ORDER BY period_start ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING)
		)
		SELECT *, 1.4826 * median(__off) OVER s AS __mad, 1.2533 * avg(__off) OVER s AS __mean FROM away WINDOW s AS (PARTITION BY __series, freq)
	)`, t.figures(c, t.name), number(least))
	score := "__off / CASE WHEN __mad > 0 THEN __mad ELSE __mean END"
	t.where = "true"
	return t.failing(from, "__off > 1e-9 AND (__mad > 0 OR __mean > 0) AND "+score+" > "+number(limit), said{
		"'' || __value || ' is ' || round(" + score + ", 1) || ' robust standard deviations from its neighbours, about ' || round(__usual, 4) || '; expected at most " + plain(limit) + "'",
		"'' || __value || ' cách các kỳ lân cận, khoảng ' || round(__usual, 4) || ', ' || round(" + score + ", 1) || ' độ lệch chuẩn vững; cho phép " + plain(limit) + "'",
	}), nil
}

// Against what a value is held by jump; both without either.
const (
	OtherBooks = "other_books" // its series, which is at least in part from other books
	SameBook   = "same_book"   // its series, which is wholly from the same book
)

// jump finds values that are off by a power of ten against their own series: a unit that was misread, a decimal sign that
// got lost. A value is held against the up to twelve before it, or after it where there are not four before. Those must
// agree with each other to within a factor of three, or nothing can be said. Units are taken into account where they are
// powers of ten.
func (t table) jump(c transforms.Check) (string, error) {
	if err := t.needs(c, transforms.ColPeriodStart, transforms.ColFreq); err != nil {
		return "", err
	}
	unit := "__value"
	if slices.Contains(t.columns, transforms.ColUnitMult) {
		// A series in which the unit of any figure is unknown is looked at as it is printed.
		unit = "__value * pow(10, CASE WHEN count(*) OVER (PARTITION BY __series, freq) = count(unit_mult) OVER (PARTITION BY __series, freq) THEN unit_mult ELSE 0 END)"
	}
	side := func(frame string) string {
		books := ""
		if c.Against != "" {
			books = `, min(snapshot_id) OVER (%[1]s) AS __from_%[2]s, max(snapshot_id) OVER (%[1]s) AS __to_%[2]s`
		}
		return fmt.Sprintf(`median(__x) OVER (%[1]s) AS __mid_%[2]s, min(__x) OVER (%[1]s) AS __low_%[2]s, max(__x) OVER (%[1]s) AS __high_%[2]s, count(__x) OVER (%[1]s) AS __n_%[2]s`+books,
			"PARTITION BY __series, freq ORDER BY period_start ROWS BETWEEN "+map[string]string{"past": "12 PRECEDING AND 1 PRECEDING", "next": "1 FOLLOWING AND 12 FOLLOWING"}[frame], frame)
	}
	same := "false"
	if c.Against != "" {
		if err := t.needs(c, transforms.ColSnapshotID); err != nil {
			return "", err
		}
		same = "CASE WHEN __n_past >= 4 THEN __from_past = snapshot_id AND __to_past = snapshot_id ELSE __from_next = snapshot_id AND __to_next = snapshot_id END"
	}
	const steady = 0.4771212547196624 // of logarithms: a factor of three
	from := fmt.Sprintf(`(
		WITH figures AS (SELECT *, log10(%[1]s) AS __x FROM (%[2]s) WHERE __value > 0 AND isfinite(__value)),
		beside AS (SELECT *, %[3]s, %[4]s FROM figures)
		SELECT *, CASE WHEN __n_past >= 4 THEN CASE WHEN __high_past - __low_past <= %[5]v THEN __x - __mid_past END
			WHEN __n_next >= 4 AND __high_next - __low_next <= %[5]v THEN __x - __mid_next END AS __off,
			pow(10, CASE WHEN __n_past >= 4 THEN __mid_past ELSE __mid_next END) AS __usual, %[6]s AS __same
		FROM beside
	)`, unit, t.figures(c, t.name), side("past"), side("next"), steady, same)
	near := 0.15 // of logarithms: within a factor of 1.4 of the power of ten
	if c.Tolerance > 0 {
		near = c.Tolerance
	}
	t.where = "true"
	among := map[string]string{OtherBooks: " AND NOT __same", SameBook: " AND __same"}[c.Against]
	shown := "__value || CASE WHEN round(__off) > 0 THEN ', about 10^' || round(__off)::INTEGER || ' times' ELSE ', about 1/10^' || (-round(__off))::INTEGER || ' of' END"
	return t.failing(from, "abs(round(__off)) >= 1 AND abs(__off - round(__off)) <= "+number(near)+among, said{
		"'it is ' || " + shown + " || ' what its series has, which is about ' || printf('%.6g', __value / pow(10, __off))",
		"'là ' || __value || ', lệch khoảng 10^' || round(__off)::INTEGER || ' lần so với chuỗi của nó, khoảng ' || printf('%.6g', __value / pow(10, __off))",
	}), nil
}
