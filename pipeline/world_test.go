package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/delim"
	"github.com/statloom/statloom/transforms"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a runner with a real lake, database, shelf and run history in a folder of the test, between fakes of what the
// contracts name.
type world struct {
	t *testing.T
	*pipeline.Runner
	exit   int // exit code of the last run, as in the history
	data   string
	now    time.Time
	books  *source
	reader *reader
	stage  *stage
	sink   *sink
	watch  *watch
	runs   int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, data: filepath.Join(t.TempDir(), "data"), now: day(1), books: &source{whole: true}, reader: &reader{}, stage: &stage{}, sink: &sink{}, watch: &watch{},
	}
	shelf, err := release.Open(w.data)
	w.must(err)
	store, err := lake.Open(t.Context(), filepath.Join(w.data, "lake"), filepath.Join(w.data, "tmp"))
	w.must(err)
	history, err := runlog.Open(t.Context(), filepath.Join(w.data, "state.db"))
	w.must(err)
	t.Cleanup(func() { w.must(errors.Join(history.Close(), store.Close())) })
	work := filepath.Join(w.data, "work")
	w.Runner = &pipeline.Runner{
		Lake: store, Releases: shelf, Log: history, Work: work, Formats: []sheet.Format{delim.Format{}},
		Duck:    duck.Options{Memory: "256MB", Threads: 1, TempDir: filepath.Join(work, "spill")},
		Sources: []pipeline.Source{{ID: "books", Source: w.books}},
		Datasets: []pipeline.Dataset{{
			ID: "iip", Sources: []string{"books"}, Reader: w.reader, RecipeHash: "r1",
			Key: []string{"area", "time_period"}, Values: []string{"obs_value"},
		}},
		CodeListSchema: arrow.NewSchema([]arrow.Field{text("code_list"), text("code"), text("valid_from")}, nil),
		Stages:         []pipeline.Stage{w.stage}, Sinks: []sinks.Sink{w.sink},
		Engine: "v1", ConfigHash: "c1", Keep: 3, Trigger: "test", Now: func() time.Time { return w.now }, Watch: w.watch,
	}
	return w
}

func day(n int) time.Time { return time.Date(2024, 1, n, 3, 0, 0, 0, time.UTC) }

func text(name string) arrow.Field { return arrow.Field{Name: name, Type: arrow.BinaryTypes.String} }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// try does a run and checks what holds for every run: the history has the same ending, no step is left open, and neither
// working files nor unfinished releases are left behind.
func (w *world) try(ctx context.Context) (pipeline.Result, error) {
	w.t.Helper()
	w.runs++
	id := fmt.Sprintf("run%d", w.runs)
	result, err := w.Run(ctx, id)
	recorded, logErr := w.Log.Run(w.t.Context(), id)
	w.must(logErr)
	if recorded.Status != result.Status || recorded.ExitCode == nil || recorded.Release != result.Release {
		w.t.Fatalf("the history says %+v, the run says %+v", recorded, result)
	}
	if w.exit = *recorded.ExitCode; err == nil && w.exit != fault.ExitCode(errors.Join(result.Problems...)) {
		w.t.Errorf("the history has the exit code %d, the problems are %v", w.exit, result.Problems)
	}
	if w.watch.open != 0 {
		w.t.Errorf("%d steps were begun and not ended", w.watch.open)
	}
	for _, dir := range []string{"staging", "work"} {
		if left, _ := os.ReadDir(filepath.Join(w.data, dir)); len(left) > 0 {
			w.t.Errorf("%s holds %v after the run", dir, left)
		}
	}
	return result, err
}

// run does a run that has to end with a status and an exit code, and without an error.
func (w *world) run(status runlog.Status, exit int) pipeline.Result {
	w.t.Helper()
	result, err := w.try(w.t.Context())
	if err != nil || result.Status != status || w.exit != exit {
		w.t.Fatalf("the run ended %s with exit code %d and %v, problems %v; want %s, %d", result.Status, w.exit, err, result.Problems, status, exit)
	}
	return result
}

// fails does a run that has to end with an error that says something.
func (w *world) fails(status runlog.Status, exit int, says string) {
	w.t.Helper()
	result, err := w.try(w.t.Context())
	if err == nil || !strings.Contains(err.Error(), says) || result.Status != status || w.exit != exit {
		w.t.Fatalf("the run ended %s with exit code %d and %v; want %s, %d and %q", result.Status, w.exit, err, status, exit, says)
	}
}

// current gives the current release.
func (w *world) current() release.Info {
	w.t.Helper()
	info, ok, err := w.Releases.Current()
	w.must(err)
	if !ok {
		w.t.Fatal("there is no release")
	}
	return info
}

// ask queries the current release and gives the rows as lines.
func (w *world) ask(sql string) string {
	w.t.Helper()
	db, err := duck.Open(w.t.Context(), filepath.Join(w.current().Dir, "db.duckdb"), duck.Options{Threads: 1})
	w.must(err)
	defer func() { w.must(db.Close()) }()
	rows, err := db.Query(w.t.Context(), "SELECT concat_ws(' ', *COLUMNS(*)) FROM ("+sql+")")
	w.must(err)
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		w.must(rows.Scan(&line))
		lines = append(lines, line)
	}
	w.must(rows.Err())
	return strings.Join(lines, "\n")
}

// expect compares what a query on the current release gives.
func (w *world) expect(sql, want string) {
	w.t.Helper()
	if got := w.ask(sql); got != want {
		w.t.Errorf("%s gives\n%s\nwant\n%s", sql, got, want)
	}
}

const (
	latest  = "SELECT area, time_period, obs_value FROM iip ORDER BY ALL"
	history = "SELECT area, obs_value, day(vintage_from) f, day(vintage_to) FROM iip_history ORDER BY ALL"
)

// book makes a book that the reader of these tests knows.
func book(rows ...string) string { return "area,period,value\n" + strings.Join(rows, "\n") + "\n" }

// item is what a source offers; at the source's hook it may be told to fail.
type item struct {
	uri, content string
	published    time.Time
}

// source is a source of books in memory.
type source struct {
	whole bool
	items []item
	away  error
	hook  func(step, uri string) error // at list and open
}

func (s *source) Whole() bool { return s.whole }

func (s *source) set(uri, content string) {
	if i := slices.IndexFunc(s.items, func(i item) bool { return i.uri == uri }); i >= 0 {
		s.items[i].content = content
		return
	}
	s.items = append(s.items, item{uri: uri, content: content})
}

func (s *source) List(context.Context) ([]sources.Item, error) {
	if err := call(s.hook, "list", ""); err != nil {
		return nil, err
	}
	var list []sources.Item
	for _, i := range s.items {
		list = append(list, sources.Item{URI: i.uri, Name: filepath.Base(i.uri), Published: i.published})
	}
	return list, s.away
}

func (s *source) Open(ctx context.Context, it sources.Item, known sources.Validators) (*sources.Content, error) {
	if err := call(s.hook, "open", it.URI); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.items, func(i item) bool { return i.uri == it.URI })
	tag := fmt.Sprintf("%x", s.items[i].content)
	if known.ETag == tag {
		return nil, sources.ErrUnchanged
	}
	body := sources.Body(ctx, io.NopCloser(strings.NewReader(s.items[i].content)), it.URI, -1, 1<<20)
	return &sources.Content{Body: body, Validators: sources.Validators{ETag: tag}}, nil
}

func call(hook func(step, subject string) error, step, subject string) error {
	if hook == nil {
		return nil
	}
	return hook(step, subject)
}

// reader reads the books of these tests. A row whose value is no number is rejected.
type reader struct {
	hook    func(step, book string) error // at read
	vintage time.Time                     // found in the book

	mu    sync.Mutex
	books []string // read so far
}

func (r *reader) Schema() *arrow.Schema {
	fields := []arrow.Field{text("area"), text("time_period"), {Name: "obs_value", Type: arrow.PrimitiveTypes.Float64}}
	return arrow.NewSchema(append(fields, transforms.ProvenanceColumns()...), nil)
}

func (r *reader) Read(ctx context.Context, b sheet.Book, from transforms.Origin, out transforms.Output) (report transforms.Report, err error) {
	r.mu.Lock()
	r.books = append(r.books, from.Name)
	r.mu.Unlock()
	if err := call(r.hook, "read", from.Name); err != nil {
		return report, err
	}
	if !r.vintage.IsZero() {
		from.Vintage = r.vintage
	}
	rows := array.NewRecordBuilder(memory.DefaultAllocator, r.Schema())
	defer rows.Release()
	_, err = b.Scan(ctx, 0, func(row *sheet.Row) error {
		if row.Number == 1 {
			return nil
		}
		value, err := strconv.ParseFloat(row.Cells[2].Text, 64)
		if err != nil {
			out.Reject(transforms.Reject{Sheet: "s", Cell: sheet.A1(row.Number, 3), Text: row.Cells[2].Text, Reason: "no number"})
			return nil
		}
		for i, v := range []string{row.Cells[0].Text, row.Cells[1].Text, 3: from.SnapshotID, 4: "s", 5: sheet.A1(row.Number, 3)} {
			if i != 2 {
				rows.Field(i).(*array.StringBuilder).Append(v)
			}
		}
		rows.Field(2).(*array.Float64Builder).Append(value)
		rows.Field(6).(*array.TimestampBuilder).Append(arrow.Timestamp(from.Vintage.UnixMicro()))
		report.Tables, report.Rows = 1, report.Rows+1
		return nil
	})
	if err != nil {
		return report, err
	}
	batch := rows.NewRecordBatch()
	defer batch.Release()
	return report, out.Batch(batch)
}

// stage does what the test wants in the database.
type stage struct {
	hook   func(step, subject string) error
	report pipeline.StageReport
}

func (s *stage) Name() string { return "check" }

func (s *stage) Run(context.Context, *duck.DB, pipeline.Setting) (pipeline.StageReport, error) {
	return s.report, call(s.hook, "stage", "")
}

// sink writes the database and keeps a diary.
type sink struct {
	hook  func(step, subject string) error // at begin, write, commit and abort
	bare  bool                             // it writes nothing
	diary []string
	rel   sinks.Release
}

func (s *sink) note(step, subject string) error {
	if n := len(s.diary); n == 0 || s.diary[n-1] != step {
		s.diary = append(s.diary, step)
	}
	return call(s.hook, step, subject)
}

func (s *sink) Begin(_ context.Context, r sinks.Release) error {
	s.rel = r
	return s.note("begin", "")
}
func (s *sink) Write(_ context.Context, t sinks.Table) error { return s.note("write", t.Name()) }
func (s *sink) Abort(ctx context.Context) error              { return errors.Join(ctx.Err(), s.note("abort", "")) }

func (s *sink) Commit(ctx context.Context) error {
	if err := s.note("commit", ""); err != nil || s.bare {
		return err
	}
	return s.rel.Store.WriteDatabase(ctx, filepath.Join(s.rel.Dir, "db.duckdb"))
}

// watch keeps what it is told.
type watch struct {
	hook func(step, subject string) error // at begin, with the step, and at event, with its text

	mu     sync.Mutex
	open   int
	events []string
}

func (w *watch) Begin(step string, _ int) {
	_ = call(w.hook, "begin", step)
	w.open++
}
func (w *watch) Part(string) {}
func (w *watch) End()        { w.open-- }

func (w *watch) Event(level slog.Level, step, subject, message string) {
	_ = call(w.hook, "event", message)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, fmt.Sprintf("%s %s %s: %s", level, step, subject, message))
}

// says reports whether an event has the text.
func (w *watch) says(part string) bool {
	return slices.ContainsFunc(w.events, func(e string) bool { return strings.Contains(e, part) })
}
