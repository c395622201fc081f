package duck

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/statloom/statloom/sinks"
)

// Dataset describes a dataset whose vintages are to be built.
type Dataset struct {
	ID      string
	Comment string
	Key     []string          // columns that identify a row
	Values  []string          // columns whose change opens a new vintage row
	Columns map[string]string // comments by column; the fixed columns have theirs already

	// Moving says that the books show a moving part of the data, such as the last twelve months: a key that a later
	// version of a book does not have is then older than the book, not withdrawn.
	Moving bool

	// Editions names a staging table of source, uri and version, as in snapshots: the versions of books that belong to
	// the dataset. Empty means all.
	Editions string

	// AsOf, when set, leaves out what became known after it.
	AsOf time.Time

	// Corrections stand in place of values of the source.
	Corrections []Correction
}

// DatasetReport counts what BuildDataset did.
type DatasetReport struct {
	Raw         int64 // rows of the staging table
	Quarantined int64 // cells set aside because their book contradicts itself
	History     int64 // rows of all vintages
	Latest      int64 // rows of the latest vintage
}

// The names of a dataset's objects.
func rawName(id string) string     { return id + "__raw" }
func historyName(id string) string { return id + "_history" }
func asOfName(id string) string    { return id + "_asof" }

// EditionsName gives a name for the staging table of a dataset's editions.
func EditionsName(id string) string { return rawName(id + "__editions") }

// snapshots is the part of the table of snapshots that belongs to the dataset, in SQL.
func (d Dataset) snapshots() string {
	if d.Editions == "" {
		return "snapshots"
	}
	return "(SELECT * FROM snapshots SEMI JOIN " + Ident(d.Editions) + " USING (source, uri, version))"
}

//go:embed sql/dataset.sql
var datasetSQL string

// BuildDataset makes `<id>_history` with all vintages, the view `<id>` of the latest and the table macro
// `<id>_asof(ts)` out of the staging table `<id>__raw` and the tables `snapshots` and `quarantine`. The staging table
// ends in the provenance columns of package transforms. Of snapshots it needs snapshot_id, source, uri, name, version,
// retrieved_at and published; what was rejected as the books were read has to be in quarantine. A snapshot that contradicts itself about a key says nothing about it: its cells go to
// `quarantine`. The rules are written down in sql/dataset.sql.
func (db *DB) BuildDataset(ctx context.Context, d Dataset) (DatasetReport, error) {
	var report DatasetReport
	columns, err := db.Columns(ctx, rawName(d.ID))
	if err == nil {
		err = d.check(columns)
	}
	if err == nil {
		err = db.checkSnapshots(ctx, d)
	}
	var rejected int64 // as the books were read
	if err == nil {
		rejected, err = db.count(ctx, `SELECT count(*) FROM quarantine WHERE dataset = `+Literal(d.ID))
	}
	var work, result string
	if err == nil {
		work, result, err = d.statements(columns)
	}
	if err == nil {
		err = db.atomically(ctx, result, work)
	}
	if err == nil {
		err = db.commentDataset(ctx, d)
	}
	if err == nil {
		report, err = db.DatasetReport(ctx, d, rejected)
	}
	if err == nil {
		report.Raw, err = db.count(ctx, `SELECT count(*) FROM `+Ident(rawName(d.ID)))
	}
	if err != nil {
		return DatasetReport{}, fmt.Errorf("build dataset %s: %w", d.ID, err)
	}
	return report, nil
}

// AdoptDataset makes what BuildDataset makes out of the database of another release, in a file that was made of the same
// rows, snapshots and declaration, which the caller answers for. It is false where that database does not have the dataset.
func (db *DB) AdoptDataset(ctx context.Context, file string, d Dataset) (ok bool, err error) {
	if err := db.Exec(ctx, fmt.Sprintf("ATTACH %s AS %s (READ_ONLY)", Literal(file), Before)); err != nil {
		return false, fmt.Errorf("adopt dataset %s: %w", d.ID, err)
	}
	defer func() {
		if detachErr := db.Exec(context.WithoutCancel(ctx), "DETACH "+Before); detachErr != nil {
			err = errors.Join(err, fmt.Errorf("adopt dataset %s: %w", d.ID, detachErr))
		}
	}()
	n, err := db.count(ctx, `SELECT count(*) FROM duckdb_tables() WHERE database_name = `+Literal(Before)+` AND schema_name = 'main'
		AND table_name IN ('quarantine', `+Literal(historyName(d.ID))+`)`)
	if err == nil && n < 2 {
		return false, nil
	}
	var statements string
	if err == nil {
		statements, err = d.execute("adopted", nil)
	}
	if err == nil {
		err = db.atomically(ctx, statements)
	}
	if err == nil {
		err = db.commentDataset(ctx, d)
	}
	if err != nil {
		return false, fmt.Errorf("adopt dataset %s: %w", d.ID, err)
	}
	return true, nil
}

// check compares the declaration with what was loaded.
func (d Dataset) check(columns []sinks.Column) error {
	has := map[string]bool{}
	for _, c := range columns {
		if strings.HasPrefix(c.Name, "__") {
			return fmt.Errorf("the column name %s begins with __, which is reserved", c.Name)
		}
		has[c.Name] = true
	}
	if len(d.Key) == 0 || len(d.Values) == 0 {
		return errors.New("it needs at least one column in its key and one among its values")
	}
	for _, name := range slices.Concat(d.Key, d.Values, []string{"snapshot_id", "sheet", "cell", "vintage_from"}) {
		if !has[name] {
			return fmt.Errorf("%s has no column %s", rawName(d.ID), name)
		}
	}
	for _, name := range []string{"vintage_to", "correction"} {
		if has[name] {
			return fmt.Errorf("the column name %s is reserved", name)
		}
	}
	if len(d.Corrections) > 0 && (!has["obs_value"] || !has["obs_status"] || !has["obs_comment"]) {
		return errors.New("only observations can be corrected")
	}
	return nil
}

// checkSnapshots refuses rows whose book is unknown: they would vanish from the result.
func (db *DB) checkSnapshots(ctx context.Context, d Dataset) error {
	n, err := db.count(ctx, `SELECT count(*) FROM `+Ident(rawName(d.ID))+`
		WHERE snapshot_id IS NULL OR vintage_from IS NULL OR snapshot_id NOT IN (SELECT snapshot_id FROM `+d.snapshots()+`)`)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d rows have no vintage or come from a snapshot that is not among the dataset's", n)
	}
	return err
}

// statements fills the templates: the work, and what makes the result of it.
func (d Dataset) statements(columns []sinks.Column) (work, result string, err error) {
	if work, err = d.execute("work", columns); err == nil {
		result, err = d.execute("result", columns)
	}
	return work, result, err
}

// execute fills one template.
func (d Dataset) execute(name string, columns []sinks.Column) (string, error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	texts := make([]string, len(d.Values))
	for i, v := range d.Values {
		texts[i] = Literal(v+" = ") + " || CAST(" + Ident(v) + " AS VARCHAR)"
	}
	t, err := template.New("dataset.sql").Funcs(template.FuncMap{
		"list": func(names []string) string { return strings.Join(names, ", ") },
		"of": func(table string, names []string) []string {
			qualified := make([]string, len(names))
			for i, name := range names {
				qualified[i] = table + "." + name
			}
			return qualified
		},
	}).Parse(datasetSQL)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.ExecuteTemplate(&b, name, map[string]any{
		"Dataset":   Literal(d.ID),
		"Raw":       Ident(rawName(d.ID)),
		"History":   Ident(historyName(d.ID)),
		"Latest":    Ident(d.ID),
		"Macro":     Ident(asOfName(d.ID)),
		"From":      Before + ".main",
		"AsOf":      instant(d.AsOf),
		"Key":       idents(d.Key),
		"Values":    idents(d.Values),
		"Columns":   idents(names),
		"Text":      "concat_ws('; ', " + strings.Join(texts, ", ") + ")",
		"Reason":    Literal("the same book says something else about the same " + strings.Join(d.Key, ", ") + " in "),
		"Moving":    d.Moving,
		"Snapshots": d.snapshots(),

		"Corrections": d.corrections(),
	})
	return b.String(), err
}

// instant writes a time for SQL; the zero time is empty.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return "TIMESTAMPTZ " + Literal(t.UTC().Format("2006-01-02 15:04:05.999999")+"+00")
}

// atomically runs statements in one transaction on a connection of their own, with which temporary tables go. What prepares
// them is run before it on the same connection and makes nothing but such tables: a transaction keeps what is dropped in it.
func (db *DB) atomically(ctx context.Context, statements string, before ...string) (err error) {
	conn, err := db.connect(ctx, catalog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	for _, s := range before {
		if err := exec(ctx, conn, s); err != nil {
			return whole(ctx, err)
		}
	}
	if err := exec(ctx, conn, "BEGIN;\n"+statements+";\nCOMMIT"); err != nil {
		rollbackErr := exec(context.WithoutCancel(ctx), conn, "ROLLBACK")
		return errors.Join(whole(ctx, err), rollbackErr)
	}
	return nil
}

// DatasetReport counts what is there of a dataset; Raw is left out. rejected is how many rows of the quarantine were put
// there as the books were read.
func (db *DB) DatasetReport(ctx context.Context, d Dataset, rejected int64) (r DatasetReport, err error) {
	history := Ident(historyName(d.ID))
	for _, q := range []struct {
		into *int64
		sql  string
	}{
		{&r.Quarantined, `SELECT count(*) FROM quarantine WHERE dataset = ` + Literal(d.ID)},
		{&r.History, `SELECT count(*) FROM ` + history},
		{&r.Latest, `SELECT count(*) FROM ` + Ident(d.ID)},
	} {
		if *q.into, err = db.count(ctx, q.sql); err != nil {
			return r, err
		}
	}
	r.Quarantined -= rejected
	return r, nil
}

// count runs a query that gives one number.
func (db *DB) count(ctx context.Context, sql string) (n int64, err error) {
	err = db.pool.QueryRowContext(ctx, sql).Scan(&n)
	return n, whole(ctx, err)
}

func idents(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = Ident(name)
	}
	return quoted
}
