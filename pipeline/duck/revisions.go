package duck

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed sql/revisions.sql
var revisionsSQL string

// The names of what BuildRevisions makes.
const (
	Revisions       = "revisions"
	RevisionSummary = "revision_summary"
)

// revised is a dataset as the template of revisions takes it.
type revised struct {
	Name, History, Latest, Series, Dimensions, Same string
	Key, Dims                                       []string
	Changed                                         bool // only what was changed at all is looked at
}

func revisedOf(d Dataset) revised {
	r := revised{Name: Literal(d.ID), History: Ident(historyName(d.ID)), Latest: Ident(d.ID), Key: idents(d.Key)}
	var texts, pairs, same []string
	for _, k := range d.Key {
		same = append(same, "h."+Ident(k)+" IS NOT DISTINCT FROM c."+Ident(k))
		if k == "time_period" {
			continue
		}
		r.Dims = append(r.Dims, Ident(k))
		texts = append(texts, Literal(k+"=")+" || "+Ident(k)+"::VARCHAR")
		pairs = append(pairs, Literal(k)+", "+Ident(k))
	}
	r.Series = "''"
	if len(texts) > 0 {
		r.Series = "concat_ws(', ', " + strings.Join(texts, ", ") + ")"
	}
	r.Dimensions = "json_object(" + strings.Join(pairs, ", ") + ")"
	r.Same = strings.Join(same, " AND ")
	return r
}

// BuildRevisions makes the view `revisions`, with a row for every observation of the datasets, and the table
// `revision_summary`, with a row for every series and every dataset. Of a dataset it wants the id and the key, of which
// time_period is a part.
func (db *DB) BuildRevisions(ctx context.Context, datasets []Dataset) error {
	t, err := template.New("revisions.sql").Funcs(template.FuncMap{
		"list": func(names []string) string { return strings.Join(names, ", ") },
	}).Parse(revisionsSQL)
	if err != nil {
		return err
	}
	list := make([]revised, len(datasets))
	for i, d := range datasets {
		if !slices.Contains(d.Key, "time_period") {
			return fmt.Errorf("look at the revisions of %s: its key has no time_period", d.ID)
		}
		list[i] = revisedOf(d)
	}
	var b strings.Builder
	for _, name := range []string{"view", "summary"} {
		for i := range list {
			list[i].Changed = name == "summary"
		}
		if err := t.ExecuteTemplate(&b, name, map[string]any{"Datasets": list}); err != nil {
			return err
		}
	}
	for _, c := range revisionComments() {
		fmt.Fprintf(&b, "COMMENT ON %s IS %s;\n", c[0], Literal(c[1]))
	}
	if err := db.atomically(ctx, b.String()); err != nil {
		return fmt.Errorf("look at revisions: %w", err)
	}
	return nil
}

// revisionComments describes the objects and their columns, in the words of COMMENT ON.
func revisionComments() [][2]string {
	comments := [][2]string{
		{"VIEW revisions", "Điều chỉnh số liệu theo quan sát — How often and how far the source changed each observation; corrections of ours do not count"},
		{"TABLE revision_summary", "Điều chỉnh số liệu theo chuỗi và bộ dữ liệu — The same by series, and with the series _T by dataset"},
	}
	add := func(name, text string, objects ...string) {
		for _, o := range objects {
			comments = append(comments, [2]string{"COLUMN " + o + "." + name, text})
		}
	}
	add("dataset", "Bộ dữ liệu — Dataset", Revisions, RevisionSummary)
	add("series", "Chuỗi: các chiều và giá gốc — Series: the key without time_period, as name=code", Revisions)
	add("series", "Chuỗi; _T là cả bộ dữ liệu — Series: the key without time_period, as name=code; _T for the whole dataset", RevisionSummary)
	add("dimensions", "Các chiều dạng JSON — The same as JSON: (dimensions->>'industry') = '10'", Revisions)
	add("time_period", "Kỳ — Time period", Revisions)
	add("first_vintage", "Lần công bố đầu — When a value became known first", Revisions)
	add("first_value", "Giá trị công bố đầu — The value as first published", Revisions)
	add("next_vintage", "Lần điều chỉnh đầu — When it was changed for the first time; null: never", Revisions)
	add("next_value", "Giá trị sau lần điều chỉnh đầu — The value after that change", Revisions)
	add("latest_vintage", "Lần công bố mới nhất — Since when the latest value stands; null when it is withdrawn", Revisions)
	add("latest_value", "Giá trị mới nhất — The latest value", Revisions)
	add("withdrawn", "Đã bị rút — True when the source no longer has the observation", Revisions)
	add("observations", "Số quan sát hiện có — Observations that stand", RevisionSummary)
	add("revised", "Số quan sát đã điều chỉnh — Observations that were changed at least once", RevisionSummary)
	add("revisions", "Số lần điều chỉnh — How many times a value was changed", Revisions, RevisionSummary)
	add("mean_revision", "Điều chỉnh bình quân — Mean change from one published value to the next", Revisions, RevisionSummary)
	add("mean_abs_revision", "Điều chỉnh tuyệt đối bình quân — Mean size of those changes", Revisions, RevisionSummary)
	add("max_abs_revision", "Điều chỉnh lớn nhất — Size of the largest change", Revisions, RevisionSummary)
	add("mean_abs_percent", "Điều chỉnh tuyệt đối bình quân, % — Mean size of the changes in percent of the value before", Revisions, RevisionSummary)
	return comments
}

// ForgetAfter takes out of `snapshots` and `quarantine` what became known only after a time: books whose own date and
// whose rows in the staging tables of the datasets are all later.
func (db *DB) ForgetAfter(ctx context.Context, at time.Time, datasets []string) error {
	parts := []string{"SELECT NULL::VARCHAR AS snapshot_id WHERE false"}
	for _, id := range datasets {
		parts = append(parts, "SELECT snapshot_id FROM "+Ident(rawName(id))+" WHERE vintage_from <= "+instant(at))
	}
	err := db.atomically(ctx, `
		CREATE TEMP TABLE __known AS SELECT DISTINCT snapshot_id FROM (`+strings.Join(parts, " UNION ALL ")+`);
		CREATE TEMP TABLE __kept AS SELECT source, uri, version FROM (
			SELECT *, row_number() OVER (PARTITION BY snapshot_id ORDER BY uri, source, version) AS __copy FROM snapshots
		) WHERE CASE WHEN version = 1 THEN coalesce(published, retrieved_at) ELSE retrieved_at END <= `+instant(at)+`
			OR __copy = 1 AND snapshot_id IN (FROM __known);
		DELETE FROM snapshots s WHERE NOT EXISTS (FROM __kept k WHERE k.source = s.source AND k.uri = s.uri AND k.version = s.version);
		DELETE FROM quarantine WHERE snapshot_id IS NOT NULL AND snapshot_id NOT IN (SELECT snapshot_id FROM snapshots)`)
	if err != nil {
		return fmt.Errorf("leave out what became known later: %w", err)
	}
	return nil
}
