package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkWorkers measures how long a run of 80 books takes that 1, 2 and 4 worker processes read, each one book at a time, on
// Postgres and an S3-compatible store. All of it, the database and the store too, is on this machine: past its number of
// cores more processes cannot be quicker.
func BenchmarkWorkers(b *testing.B) {
	const books, rows = 80, 4000
	for _, n := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("processes=%d", n), func(b *testing.B) {
			dir := office(b, crowdPlaces)
			many(b, dir, books, rows)
			m := crowd(b, dir)
			m.run("first", "--full-refresh") // tables are made, caches are warm
			for i := range n {
				m.worker(fmt.Sprint("worker-", i), "--readers", "1")
			}
			var read, whole float64
			b.ResetTimer()
			for range b.N {
				began := time.Now()
				m.run("asks", "--queued", "--full-refresh")
				whole += time.Since(began).Seconds()
				read += m.seconds("read")
			}
			b.ReportMetric(read/float64(b.N), "read-s/op")
			b.ReportMetric(whole/float64(b.N), "run-s/op")
			b.ReportMetric(books*float64(b.N)/read, "books/s")
		})
	}
}

// seconds gives how long a step of the newest run took that a worker did.
func (m *machines) seconds(step string) float64 {
	m.t.Helper()
	files, err := filepath.Glob(filepath.Join(m.config, "machine-worker-*", "runs", "*.json"))
	if err != nil || len(files) == 0 {
		m.t.Fatal("no worker has done the run", err)
	}
	newest := files[0]
	for _, f := range files {
		if filepath.Base(f) > filepath.Base(newest) {
			newest = f
		}
	}
	text, err := os.ReadFile(newest)
	if err != nil {
		m.t.Fatal(err)
	}
	var report struct {
		Steps []struct {
			Name    string
			Seconds float64
		}
	}
	if err := json.Unmarshal(text, &report); err != nil {
		m.t.Fatal(err)
	}
	for _, s := range report.Steps {
		if s.Name == step {
			return s.Seconds
		}
	}
	m.t.Fatalf("%s tells nothing of %s: %s", newest, step, text)
	return 0
}
