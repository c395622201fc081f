package sdmx_test

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/sdmx"
	"github.com/statloom/statloom/sinks/sinktest"
)

func build(t *testing.T) sinks.Sink {
	k := sdmx.Kind()
	sink, err := k.Build(t.Context(), kind.Env{}, k.Options())
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{New: build, Store: ducktest.Store, Fixtures: sinktest.Described})
}

func publish(t *testing.T) string {
	t.Helper()
	store, tables := ducktest.Store(t, sinktest.Described())
	r := sinks.Release{ID: "20240331T020000Z-1", Dir: t.TempDir(), Time: time.Date(2024, 3, 31, 2, 0, 0, 0, time.UTC), Store: store, Language: "vi", Illustrative: true}
	sink := build(t)
	if err := sink.Begin(t.Context(), r); err != nil {
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
	return filepath.Join(r.Dir, "sdmx")
}

func TestData(t *testing.T) {
	got, err := os.ReadFile(filepath.Join(publish(t), "output.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := `STRUCTURE,STRUCTURE_ID,ACTION,INDUSTRY,AREA,FREQ,PRICE_BASE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,OBS_COMMENT,UNIT_MEASURE
dataflow,STATLOOM:OUTPUT(1.0),I,25,92,A,_Z,2024,110.5,A,,tỷ đồng
dataflow,STATLOOM:OUTPUT(1.0),I,2592,92,A,_Z,2024,,M,not available,tỷ đồng
dataflow,STATLOOM:OUTPUT(1.0),I,2592,92,A,_Z,2025,0.30000000000000004,P,,tỷ đồng
dataflow,STATLOOM:OUTPUT(1.0),I,_T,92,_Z,_Z,2024-01-01/P5M,-1.5,A,,tỷ đồng
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestStructure(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(publish(t), "structure.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(string(text))); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		`<mes:Test>true</mes:Test>`, `<mes:Prepared>2024-03-31T02:00:00Z</mes:Prepared>`,
		`<com:Description xml:lang="vi">Số liệu thử &amp; &lt;ghi chú&gt;</com:Description>`,
		`<str:Code id="92"><com:Name xml:lang="vi">Cần Thơ mới</com:Name>`, // what the code means in the last period
		`<str:Code id="_T"><com:Name xml:lang="vi">Tổng số</com:Name><com:Name xml:lang="en">Total</com:Name></str:Code>`,
		`<str:Concept id="INDUSTRY"><com:Name xml:lang="vi">Ngành</com:Name><com:Name xml:lang="en">Activity</com:Name></str:Concept>`,
		`<str:Enumeration>urn:sdmx:org.sdmx.infomodel.codelist.Codelist=STATLOOM:CL_OUTPUT_INDUSTRY(1.0)</str:Enumeration>`,
		`<str:Dimension id="PRICE_BASE" position="4">`, `<str:TimeDimension id="TIME_PERIOD">`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("there is no %s", want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		o   sdmx.Options
		key string
	}{
		{sdmx.Options{Folder: "sdmx", Agency: "VN.CANTHO", Version: "1.0"}, ""},
		{sdmx.Options{Folder: "a/b", Agency: "A", Version: "1.0"}, "folder"},
		{sdmx.Options{Folder: "sdmx", Agency: "Cần Thơ", Version: "1.0"}, "agency"},
		{sdmx.Options{Folder: "sdmx", Agency: "A", Version: "1"}, "version"},
	} {
		found := c.o.Check()
		if c.key == "" && len(found) > 0 || c.key != "" && (len(found) != 1 || found[0].Key != c.key) {
			t.Errorf("%+v: %v", c.o, found)
		}
	}
}
