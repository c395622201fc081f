package config_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sources"
)

var update = flag.Bool("update", false, "rewrite the expected messages")

type fileOptions struct {
	Paths    []string      `yaml:"paths" json:"paths" jsonschema:"description=Patterns of the files, relative to the configuration"`
	Every    time.Duration `yaml:"every"`
	MaxBytes kind.Bytes    `yaml:"max_bytes" jsonschema:"description=Largest file"`
	Retry    retryOptions  `yaml:"retry"`
}

type retryOptions struct {
	Attempts int `yaml:"attempts" jsonschema:"minimum=1,maximum=10"`
}

func (o fileOptions) Check() []kind.Complaint {
	for _, p := range o.Paths {
		if strings.Contains(p, "..") {
			return []kind.Complaint{{Key: "paths", What: "the pattern " + p + " leaves the folder", Want: "stay below it"}}
		}
	}
	return nil
}

type webOptions struct {
	URL    string            `yaml:"url" json:"url"`
	Header map[string]string `yaml:"header"`
}

func (o webOptions) Check() []kind.Complaint {
	if !strings.HasPrefix(o.URL, "https://") {
		return []kind.Complaint{{Key: "url", What: "the address \"" + o.URL + "\" is not secure", Want: "begin with https://"}}
	}
	return nil
}

type duckdbOptions struct {
	File string `yaml:"file"`
}

type parquetOptions struct {
	Codec string `yaml:"codec" jsonschema:"enum=zstd,enum=snappy"`
}

// fixed is a source and a sink that does nothing but remember its options.
type fixed struct {
	sources.Source
	sinks.Sink
	options any
	dir     string
}

func kinds() config.Kinds {
	return config.Kinds{
		Sources: kind.Set[sources.Source]{
			kind.New("file", "Files of a folder.", func() fileOptions { return fileOptions{MaxBytes: 1 << 30, Retry: retryOptions{Attempts: 2}} },
				func(_ context.Context, env kind.Env, o fileOptions) (sources.Source, error) {
					return fixed{options: o, dir: env.Dir}, nil
				}),
			kind.New("web", "Pages of a site.", func() webOptions { return webOptions{} },
				func(_ context.Context, env kind.Env, o webOptions) (sources.Source, error) {
					return fixed{options: o, dir: env.Dir}, nil
				}),
		},
		Sinks: kind.Set[sinks.Sink]{
			kind.New("duckdb", "A DuckDB file.", func() duckdbOptions { return duckdbOptions{File: "statloom.duckdb"} },
				func(_ context.Context, env kind.Env, o duckdbOptions) (sinks.Sink, error) {
					return fixed{options: o, dir: env.Dir}, nil
				}),
			kind.New("parquet", "Parquet files.", func() parquetOptions { return parquetOptions{Codec: "zstd"} },
				func(_ context.Context, env kind.Env, o parquetOptions) (sinks.Sink, error) {
					return fixed{options: o, dir: env.Dir}, nil
				}),
		},
	}
}

func env(name string) (string, bool) {
	value, ok := map[string]string{
		"PUBLISHER": "Cục Thống kê", "DATA_DIR": "/srv", "KEEP": "7", "SITE": "hidden.example.org", "TOKEN": "s3cr3t-t0ken",
		"EMPTY": "", "SECRET": "hunter2\"quoted", "SHORT": "zq", "BAD_PATTERN": "hunter2(",
	}[name]
	return value, ok
}

func files(t testing.TB, folder string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
	if err != nil || len(found) == 0 {
		t.Fatalf("find files in %s: %v, %d found", folder, err, len(found))
	}
	return found
}

func TestGood(t *testing.T) {
	for _, file := range files(t, "good") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if _, err := config.Load(file, kinds(), env); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBad(t *testing.T) {
	for _, file := range files(t, "bad") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, err := config.Load(file, kinds(), env)
			if err == nil || c != nil {
				t.Fatalf("got %v, %v, want nothing and an error", c, err)
			}
			if got := fault.ExitCode(err); got != 2 {
				t.Errorf("exit code %d, want 2", got)
			}
			got := strings.ReplaceAll(err.Error(), filepath.Dir(file)+string(filepath.Separator), "") + "\n"
			for _, secret := range []string{"hunter2", "s3cr3t", "hidden.example", "zq"} {
				if strings.Contains(got, secret) {
					t.Errorf("the messages hold %q", secret)
				}
			}
			wantFile := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(wantFile, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wantFile)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func load(t *testing.T, name string) *config.Config {
	t.Helper()
	c, err := config.Load(filepath.Join("testdata", "good", name), kinds(), env)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	c := load(t, "minimal.yaml")
	want := config.Limits{
		BookInflated: 2 << 30, BookRatio: 500, BookCells: 50_000_000, BookMerges: 1_000_000, BookText: 1 << 20, BookStrings: 512 << 20,
		BookSheets: 2000, BookRepeats: 1 << 20, BookNesting: 128, BookTime: 2 * time.Minute, Memory: 4 << 30, Threads: 2,
	}
	if diff := cmp.Diff(want, c.Limits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	if c.Language != "vi" || c.Data != "data" || c.KeepReleases != 10 || c.Schedule != nil {
		t.Errorf("got language %q, data %q, keep_releases %d, schedule %v", c.Language, c.Data, c.KeepReleases, c.Schedule)
	}
	if want := filepath.Join("testdata", "good", "data"); c.DataDir() != want {
		t.Errorf("data folder %q, want %q", c.DataDir(), want)
	}
	if diff := cmp.Diff([]string{"duckdb", "parquet"}, []string{c.Sinks[0].Kind, c.Sinks[1].Kind}); diff != "" {
		t.Errorf("sinks (-want +got):\n%s", diff)
	}
	if _, ok := c.NextRun(time.Unix(0, 0)); ok {
		t.Error("a configuration without a schedule is due")
	}
}

func TestFull(t *testing.T) {
	c := load(t, "full.yaml")
	if got := c.Limits.Book(); got.Strings != 256<<20 || got.Time != 90*time.Second || got.Inflated != 512<<20 || got.Cells != 1_000_000 {
		t.Errorf("limits of books: %+v", got)
	}
	if c.Limits.Memory.String() != "1953125KiB" {
		t.Errorf("memory %s", c.Limits.Memory)
	}
	if c.DataDir() != "/var/lib/statloom" {
		t.Errorf("data folder %q", c.DataDir())
	}
	if c.Indicators[0].SQL != "SELECT time_period, obs_value FROM output\n" || c.Indicators[0].File != "files/share.sql" {
		t.Errorf("indicator from a file: %+v", c.Indicators[0])
	}
	if !strings.HasPrefix(string(c.Codes("area")), "code,name_vi") {
		t.Errorf("codes of area: %q", c.Codes("area"))
	}
	if c.Targets[0].At["region"] != "92" || c.Targets[0].Period != "2025" || c.Datasets[0].Table.PriceBase.Map[0].Value != "2010" {
		t.Errorf("numbers as texts: %+v", c.Targets[0])
	}
	recipe := c.Datasets[0].Table
	if recipe.Shape != "observations" || recipe.Dimensions[0].Unmatched != "keep" || recipe.Dimensions[1].Unmatched != "quarantine" ||
		c.Datasets[1].Table.Columns[0].Type != "text" || c.Checks[0].Severity != "error" {
		t.Errorf("defaults of tags: %+v", recipe)
	}
	due, ok := c.NextRun(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	if want := time.Date(2026, 1, 4, 19, 0, 0, 0, time.UTC); !ok || !due.Equal(want) {
		t.Errorf("due at %v, want %v", due, want)
	}
}

func TestKindsAreBuiltFromTheirOptions(t *testing.T) {
	c := load(t, "full.yaml")
	src, err := c.Sources[0].Build(t.Context(), kind.Env{Dir: "here"})
	if err != nil {
		t.Fatal(err)
	}
	want := fixed{dir: "here", options: fileOptions{
		Paths: []string{"books/*.xlsx", "more/*.csv"}, Every: 30 * time.Second, MaxBytes: 64 << 20, Retry: retryOptions{Attempts: 3},
	}}
	if diff := cmp.Diff(want, src, cmp.AllowUnexported(fixed{}), cmpopts.IgnoreFields(fixed{}, "Source", "Sink")); diff != "" {
		t.Errorf("source (-want +got):\n%s", diff)
	}
	sink, err := c.Sinks[1].Build(t.Context(), kind.Env{})
	if err != nil {
		t.Fatal(err)
	}
	if got := sink.(fixed).options; got != (parquetOptions{Codec: "snappy"}) {
		t.Errorf("sink options %+v", got)
	}
}

func TestEnvironment(t *testing.T) {
	c := load(t, "env.yaml")
	got := []string{c.Name.VI, c.Name.EN, c.Data, c.Sources[0].Licence, c.Limits.Memory.String()}
	if diff := cmp.Diff([]string{"Cục Thống kê", "Statistics Office", "/srv/statloom", "costs ${5} or $5", "1GiB"}, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	want := webOptions{URL: "https://hidden.example.org/list", Header: map[string]string{"Authorization": "Bearer s3cr3t-t0ken"}}
	if diff := cmp.Diff(&want, c.Sources[0].Options); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if c.KeepReleases != 7 {
		t.Errorf("keep_releases %d", c.KeepReleases)
	}
}

func TestAnchors(t *testing.T) {
	c := load(t, "anchors.yaml")
	type row struct{ ID, Licence, Path string }
	var got []row
	for _, s := range c.Sources {
		got = append(got, row{s.ID, s.Licence, s.Options.(*fileOptions).Paths[0]})
	}
	want := []row{{"books", "CC-BY-4.0", "books/*.xlsx"}, {"archive", "CC-BY-4.0", "archive/*.xlsx"}, {"two", "MIT", "books/*.xlsx"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if d := c.Datasets[1]; d.Table.Title != "Chỉ số cũ" || d.Table.Dimensions[0].ID != "region" || d.Name.EN != "Statistics Office" {
		t.Errorf("merged dataset: %+v", d)
	}
}

func TestNoFile(t *testing.T) {
	for path, want := range map[string]string{
		"testdata/none.yaml": "testdata/none.yaml: there is no such file; name another, or write a first one with: statloom init",
		"testdata":           "testdata: this is a folder, not a file; name another, or write a first one with: statloom init",
	} {
		_, err := config.Load(path, kinds(), env)
		if err == nil || err.Error() != want || fault.KindOf(err) != fault.Config {
			t.Errorf("got %v of the kind %v, want %s", err, fault.KindOf(err), want)
		}
	}
}
