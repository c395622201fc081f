package queue

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline"
)

// BenchmarkJobs measures what a job costs beside its work: put into the queue, taken, done and told of. With work that takes
// its time without the processor, such as waiting for a server, it measures what more processes bring.
func BenchmarkJobs(b *testing.B) {
	for _, c := range []struct {
		state     string
		processes int
		takes     time.Duration
	}{
		{"sqlite", 1, 0}, {"postgres", 1, 0}, {"postgres", 2, 0}, {"postgres", 4, 0},
		{"postgres", 1, 50 * time.Millisecond}, {"postgres", 2, 50 * time.Millisecond}, {"postgres", 4, 50 * time.Millisecond},
	} {
		b.Run(fmt.Sprintf("%s/processes=%d/work=%s", c.state, c.processes, c.takes), func(b *testing.B) {
			state := place(b, c.state)
			h := waits(c.takes)
			for range c.processes {
				q := open(b, state)
				q.Readers = 8
				work(b, q, h, nil)
			}
			q := open(b, state)
			list := make([]pipeline.ReadTask, b.N)
			for i := range list {
				list[i] = pipeline.ReadTask{Dataset: "d", Snapshot: fmt.Sprint(i)}
			}
			b.ResetTimer()
			if _, err := read(b, q, list); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}

// waits are hands whose work takes a while and does nothing.
type waits time.Duration

func (w waits) PullSource(context.Context, pipeline.PullTask) (pipeline.PullReport, error) {
	return pipeline.PullReport{}, nil
}

func (w waits) ReadBook(ctx context.Context, _ pipeline.ReadTask) (pipeline.ReadReport, error) {
	time.Sleep(time.Duration(w))
	return pipeline.ReadReport{Rows: 1, Tables: 1}, ctx.Err()
}
