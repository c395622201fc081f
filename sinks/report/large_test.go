package report_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/sinks/report"
)

// large is a store of 100,000 observations in 1,000 series of 100 months.
func large(t *testing.T) *duck.DB {
	t.Helper()
	return store(t, `INSERT INTO output_history BY NAME SELECT 'I' || i AS industry, '92' AS area, strftime(m, '%Y-%m') AS time_period, m::DATE AS period_start, last_day(m::DATE) AS period_end, 'M' AS freq,
			round(100 + sin(i * 7 + j) * 50, 2)::DOUBLE AS obs_value, 'A' AS obs_status, 'tỷ đồng' AS unit, 9 AS unit_mult, 'current' AS price_base, '$new' AS snapshot_id, '2025-new' AS sheet,
			'D' || (5 + j) AS cell, TIMESTAMPTZ '2025-06-30 00:00:00+00' AS vintage_from
		FROM range(1000) t(i), (SELECT j, DATE '2015-01-01' + to_months(j::INTEGER) AS m FROM range(100) u(j))`,
		`INSERT INTO code_lists BY NAME SELECT 'industry' AS code_list, 'I' || i AS code, 'Ngành số ' || i AS name_vi, 'Activity number ' || i AS name_en FROM range(1000) t(i)`,
		`UPDATE datasets SET rows = 100008, history_rows = 100009 WHERE dataset = 'output'`)
}

// TestLarge: of 100,000 observations the first page loads little, and soon; the rest comes as it is asked for.
func TestLarge(t *testing.T) {
	b := open(t)
	db := large(t)
	begin := time.Now()
	dir := publish(t, db, nil, nil)
	t.Logf("100,000 observations are written in %v", time.Since(begin).Round(time.Millisecond))
	if got := len(data(t, dir, "dataset/output")["series"].([]any)); got != 1004 {
		t.Fatalf("%d series", got)
	}
	base := "file://" + filepath.Join(dir, "report") + "/"
	for _, c := range []struct {
		page string
		most int64
	}{{"index.html", 300_000}, {"dataset/output.html", 500_000}} {
		page, most := c.page, c.most
		best := 1e9
		for range 5 {
			b.goTo(base + page)
			took, err := strconv.ParseFloat(b.ask(`performance.getEntriesByName("ready")[0].startTime`), 64)
			if err != nil {
				t.Fatal(err)
			}
			best = min(best, took)
		}
		loaded := int64(0)
		for _, name := range strings.Fields(b.ask(`[location.href, ...[...document.scripts].map((e) => e.src), ...[...document.querySelectorAll("link")].map((e) => e.href)].join(" ")`)) {
			u, err := url.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(u.Path)
			if err != nil {
				t.Fatal(err)
			}
			loaded += info.Size()
		}
		t.Logf("%s: drawn after %.0f ms, %d bytes loaded", page, best, loaded)
		if best >= 1000 || loaded == 0 || loaded > most {
			t.Errorf("%s is drawn after %.0f ms and loads %d bytes; want less than 1,000 ms and %d bytes", page, best, loaded, most)
		}
	}
	b.until(`document.querySelector(".detail .uplot")`)
	b.silent("large")
}

// TestLargeInPart: a limit bounds what a large store takes on the disk.
func TestLargeInPart(t *testing.T) {
	dir := publish(t, large(t), nil, func(o *report.Options) { o.Observations = 1000 })
	shown := 0
	for _, f := range data(t, dir, "dataset/output")["files"].([]any) {
		for _, s := range data(t, dir, f.(map[string]any)["name"].(string))["items"].([]any) {
			shown += len(s.([]any))
		}
	}
	if shown != 1000 {
		t.Errorf("%d observations are shown", shown)
	}
}
