package parquet_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/parquet"
	"github.com/statloom/statloom/sinks/sinktest"
)

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{
		New: func(t *testing.T) sinks.Sink {
			k := parquet.Kind()
			sink, err := k.Build(t.Context(), kind.Env{}, k.Options())
			if err != nil {
				t.Fatal(err)
			}
			return sink
		},
		Store: ducktest.Store,
		Read: func(t *testing.T, r sinks.Release) map[string]sinktest.Content {
			db := ducktest.Create(t)
			found := map[string]sinktest.Content{}
			for _, name := range files(t, filepath.Join(r.Dir, "parquet")) {
				path := filepath.Join(r.Dir, "parquet", name)
				found[strings.TrimSuffix(name, ".parquet")] = ducktest.Read(t, db, "read_parquet("+duck.Literal(path)+")", "")
			}
			return found
		},
	})
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestTablesAndFolder(t *testing.T) {
	_, tables := ducktest.Store(t, sinktest.Fixtures())
	r := sinks.Release{Dir: t.TempDir()}
	sink := parquet.New(parquet.Options{Folder: "số liệu", Codec: "snappy", Tables: []string{"iip", "nothing"}})
	if err := sink.Begin(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if err := sink.Write(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"iip.parquet"}, files(t, filepath.Join(r.Dir, "số liệu"))); diff != "" {
		t.Error(diff)
	}
	if err := sink.Commit(t.Context()); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("a table that is not there: got %v", err)
	}
}

// TestPartitions divides a table by columns with awkward values; DuckDB reads it back as it was.
func TestPartitions(t *testing.T) {
	_, tables := ducktest.Store(t, sinktest.Fixtures())
	db := ducktest.Create(t)
	want := map[string][]string{
		"area":        {"__HIVE_DEFAULT_PARTITION__", "", "C%E1%BA%A7n%20Th%C6%A1", "a%2C%22b%22%3Bc", "two%0Alines%09and%20a%20tab", "%C4%90%E1%BB%93ng%20Nai"},
		"time_period": {"2024-01", "2024-02", "__HIVE_DEFAULT_PARTITION__"},
	}
	for column, values := range want {
		dir := t.TempDir()
		sink := parquet.New(parquet.Options{Folder: "parquet", Codec: "zstd", PartitionBy: map[string][]string{"iip": {column}}})
		if err := sink.Begin(t.Context(), sinks.Release{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if err := sink.Write(t.Context(), table); err != nil {
				t.Fatal(err)
			}
		}
		if err := sink.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		var folders []string
		for _, v := range values {
			folders = append(folders, column+"="+v)
		}
		slices.Sort(folders)
		if diff := cmp.Diff(folders, files(t, filepath.Join(dir, "parquet/iip"))); diff != "" {
			t.Error(diff)
		}
		got := ducktest.Read(t, db, "read_parquet("+duck.Literal(filepath.Join(dir, "parquet/iip/*/*.parquet"))+", hive_partitioning = true, hive_types_autocast = false)", "")
		if len(got.Rows) != len(sinktest.Fixtures()[0].Rows) || len(got.Columns) != len(sinktest.Fixtures()[0].Types) {
			t.Errorf("by %s: read %d rows of %d columns", column, len(got.Rows), len(got.Columns))
		}
	}
}

func TestPartitionsThatCannotBe(t *testing.T) {
	_, tables := ducktest.Store(t, sinktest.Fixtures()[:2])
	for name, partition := range map[string]map[string][]string{
		"nothing": {"iip": {"nothing"}}, "none": {"none": {"x"}}, "1000": {"giá trị sản xuất": {"mã"}}, "left": {"giá trị sản xuất": {"mã", "tên ngành"}},
	} {
		sink := parquet.New(parquet.Options{Folder: "parquet", Codec: "zstd", PartitionBy: partition})
		err := sink.Begin(t.Context(), sinks.Release{Dir: t.TempDir()})
		for i := 0; i < len(tables) && err == nil; i++ {
			err = sink.Write(t.Context(), tables[i])
		}
		if err == nil {
			err = sink.Commit(t.Context())
		}
		if fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNamesThatAreNoFiles(t *testing.T) {
	fixture := sinktest.Fixtures()[2]
	for _, name := range []string{"a/b", "../a", ".hidden", `a\b`} {
		fixture.Name = name
		_, tables := ducktest.Store(t, []sinktest.Fixture{fixture})
		sink := parquet.New(parquet.Options{Folder: "parquet", Codec: "zstd"})
		if err := sink.Begin(t.Context(), sinks.Release{Dir: t.TempDir()}); err != nil {
			t.Fatal(err)
		}
		if err := sink.Write(t.Context(), tables[0]); fault.KindOf(err) != fault.Config {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestFolderThatIsThereAlreadyStays(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "parquet"), 0o755); err != nil {
		t.Fatal(err)
	}
	sink := parquet.New(parquet.Options{Folder: "parquet", Codec: "zstd"})
	if err := sink.Begin(t.Context(), sinks.Release{Dir: dir}); !errors.Is(err, os.ErrExist) {
		t.Errorf("got %v", err)
	}
	if err := sink.Abort(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"parquet"}, files(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		o   parquet.Options
		key string
	}{
		{parquet.Options{Folder: "parquet", Codec: "zstd", Level: 9}, ""},
		{parquet.Options{Folder: "a/b", Codec: "zstd"}, "folder"},
		{parquet.Options{Folder: "..", Codec: "zstd"}, "folder"},
		{parquet.Options{Folder: "", Codec: "zstd"}, "folder"},
		{parquet.Options{Folder: "parquet", Codec: "snappy", Level: 9}, "level"},
	} {
		found := c.o.Check()
		if c.key == "" && len(found) > 0 || c.key != "" && (len(found) != 1 || found[0].Key != c.key) {
			t.Errorf("%+v: %v", c.o, found)
		}
	}
}
