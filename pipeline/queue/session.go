package queue

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
)

func sessionName(key uint32) string { return fmt.Sprintf("statloom-%08x", key) }

func drawKey(random io.Reader) (uint32, error) {
	var b [4]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return 0, fmt.Errorf("draw the name of a session: %w", err)
	}
	return binary.BigEndian.Uint32(b[:]), nil
}

// died is what a job's errors say of a try whose process did not live to see its end.
const died = "the process that worked on it ended, or lost the database, before it was done"

// rescue takes jobs from sessions that are gone and gives the number of them. Any process may do it at any time: jobs are
// listed before sessions are, and a session begins before it takes a job, so that what is taken from nobody alive is
// nobody's.
func (q *Queue) rescue(ctx context.Context) (int, error) {
	list, err := q.client.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateRunning).First(10_000))
	if err != nil || len(list.Jobs) == 0 {
		return 0, err
	}
	alive, err := q.base.alive(ctx)
	if err != nil {
		return 0, err
	}
	rescued := 0
	for _, row := range list.Jobs {
		if n := len(row.AttemptedBy); n == 0 || row.AttemptedAt == nil || alive[row.AttemptedBy[n-1]] {
			continue
		}
		if err := q.takeBack(ctx, row); err != nil {
			return rescued, err
		}
		rescued++
		q.Log.Warn("a job is done again: its process is gone", "kind", row.Kind, "job", row.ID, "attempt", row.Attempt)
	}
	return rescued, nil
}

// takeBack makes a job whose session is gone available again, or sets it aside.
func (q *Queue) takeBack(ctx context.Context, row *rivertype.JobRow) error {
	now := q.Now().UTC()
	text, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: row.Attempt, Error: died})
	if err != nil {
		return err
	}
	// Another process may be quicker and a third have begun the job again: that one has a later beginning.
	p := &riverdriver.JobRescueManyParams{
		ID: []int64{row.ID}, Error: [][]byte{text}, StuckHorizon: row.AttemptedAt.Add(q.base.grain()),
		FinalizedAt: []*time.Time{nil}, ScheduledAt: []time.Time{now}, State: []string{string(rivertype.JobStateAvailable)},
	}
	if n := deaths(row); n > 2 {
		p.ScheduledAt[0] = now.Add(min(pause(n-2, 0), lastReturn)) // it may be the job that they die of
	}
	if slices.Contains(stepKinds(), row.Kind) {
		// Only its process could go on with it. The run begins again, on another, with its own steps.
		p.State[0], p.FinalizedAt[0] = string(rivertype.JobStateDiscarded), &now
	}
	if row.Kind != kindRun && deaths(row)+1 >= q.Tries || row.Attempt >= row.MaxAttempts {
		p.State[0], p.FinalizedAt[0] = string(rivertype.JobStateDiscarded), &now
	}
	if _, err := q.base.executor().JobRescueMany(ctx, p); err != nil {
		return fmt.Errorf("take a job back: %w", err)
	}
	return nil
}

// deaths counts the tries of a job that its process did not survive.
func deaths(row *rivertype.JobRow) int {
	n := 0
	for _, e := range row.Errors {
		if e.Error == died {
			n++
		}
	}
	return n
}

// poison reports whether a job was set aside because processes die of it, and says so.
func poison(row *rivertype.JobRow, what string) *pipeline.Trouble {
	if n := len(row.Errors); row.State != rivertype.JobStateDiscarded || n == 0 || row.Errors[n-1].Error != died {
		return nil
	}
	return pipeline.TroubleOf(&fault.Error{
		Kind: fault.Limit, File: what, What: fmt.Sprintf("set aside after %d tries: each time %s", deaths(row), died),
		Remedy: "see whether it needs more memory than the machine has; the next run tries it again",
	})
}
