package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/pg"
)

// Crew gives the crew of a run whose parts are done as jobs of this queue. Some process has to work on them: this one or
// others. watch is told of the pulling; it may be nil.
func (q *Queue) Crew(watch pipeline.Watcher) pipeline.Crew { return crew{q, watch} }

type crew struct {
	*Queue
	watch pipeline.Watcher
}

// Pull has the sources pulled.
func (c crew) Pull(ctx context.Context, tasks []pipeline.PullTask, done func(int, pipeline.PullReport)) error {
	if c.watch != nil {
		c.watch.Begin("pull", len(tasks))
		defer c.watch.End()
	}
	params := make([]river.InsertManyParams, len(tasks))
	for i, t := range tasks {
		params[i] = river.InsertManyParams{Args: pullArgs{t}, InsertOpts: c.options(kindPull, priorityFirst)}
	}
	return c.have(ctx, params, func(i int, row *rivertype.JobRow) error {
		if c.watch != nil {
			c.watch.Part(tasks[i].Source)
		}
		report, err := outcome[pipeline.PullReport](row)
		if report.Trouble = poison(row, tasks[i].Source); report.Trouble != nil {
			err = nil
		}
		if err == nil {
			done(i, report)
		}
		return err
	})
}

// Read has the books read.
func (c crew) Read(ctx context.Context, tasks []pipeline.ReadTask, done func(int, pipeline.ReadReport)) error {
	return c.have(ctx, c.reading(tasks), func(i int, row *rivertype.JobRow) error {
		if t := poison(row, tasks[i].Name); t != nil {
			done(i, pipeline.ReadReport{Trouble: t})
			return nil
		}
		report, err := outcome[pipeline.ReadReport](row)
		if err == nil {
			done(i, report)
		}
		return err
	})
}

// reading gives tasks the form of jobs.
func (c crew) reading(tasks []pipeline.ReadTask) []river.InsertManyParams {
	params := make([]river.InsertManyParams, len(tasks))
	for i, t := range tasks {
		priority := priorityUsual
		if t.Again != "" {
			priority = priorityAgain
		}
		params[i] = river.InsertManyParams{Args: readArgs{t}, InsertOpts: c.options(kindRead, priority)}
	}
	return params
}

const (
	atOnce = 1000 // jobs that are inserted, or asked for, together

	lookForJobs = 10 * time.Second // how often to see whether jobs are still there

	leaveTime = 5 * time.Second // for taking back jobs of a run that is stopped
)

// have puts jobs into the queue and waits until each is final. It tells done of them as they become so.
func (c crew) have(ctx context.Context, params []river.InsertManyParams, done func(int, *rivertype.JobRow) error) error {
	same := map[string][]int{} // River takes no job twice in a batch
	var apart []river.InsertManyParams
	var keys []string
	for i, p := range params {
		text, err := json.Marshal(p.Args)
		if err != nil {
			return fmt.Errorf("put jobs into the queue: %w", err)
		}
		key := string(text)
		if same[key] == nil {
			apart, keys = append(apart, p), append(keys, key)
		}
		same[key] = append(same[key], i)
	}
	waiting := map[int64][]int{}
	for first := 0; first < len(apart); first += atOnce {
		inserted, err := c.client.InsertMany(ctx, apart[first:min(first+atOnce, len(apart))])
		if err != nil {
			return away("put jobs into the queue", err)
		}
		for i, one := range inserted {
			waiting[one.Job.ID] = same[keys[first+i]]
		}
	}
	err := c.wait(ctx, waiting, done)
	if errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely) {
		c.leave(ctx, waiting)
	}
	return err
}

// wait asks for the jobs until all are final, the less often the longer nothing happens.
func (c crew) wait(ctx context.Context, waiting map[int64][]int, done func(int, *rivertype.JobRow) error) error {
	pause := c.base.poll()
	timer := time.NewTimer(pause)
	defer timer.Stop()
	looked := time.Now()
	for len(waiting) > 0 {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-timer.C:
		}
		before := len(waiting)
		for _, ids := range batches(waiting) {
			list, err := c.client.JobList(ctx, river.NewJobListParams().IDs(ids...).First(len(ids)).
				States(rivertype.JobStateCompleted, rivertype.JobStateCancelled, rivertype.JobStateDiscarded))
			if err != nil {
				return away("ask for jobs", err)
			}
			for _, row := range list.Jobs {
				for _, i := range waiting[row.ID] {
					if err := done(i, row); err != nil {
						return err
					}
				}
				delete(waiting, row.ID)
			}
		}
		if pause = min(2*pause, 5*c.base.poll()); len(waiting) < before {
			pause = c.base.poll()
		}
		if time.Since(looked) > lookForJobs {
			if err := c.there(ctx, waiting); err != nil {
				return err
			}
			looked = time.Now()
		}
		timer.Reset(pause)
	}
	return nil
}

// there sees to it that nobody waits for ever for jobs that somebody has deleted.
func (c crew) there(ctx context.Context, waiting map[int64][]int) error {
	for _, ids := range batches(waiting) {
		list, err := c.client.JobList(ctx, river.NewJobListParams().IDs(ids...).First(len(ids)))
		if err != nil {
			return away("ask for jobs", err)
		}
		if gone := len(ids) - len(list.Jobs); gone > 0 {
			return &fault.Error{Kind: fault.Unavailable, What: fmt.Sprintf("%d jobs of this run were deleted from the queue", gone), Remedy: "run again"}
		}
	}
	return nil
}

// away says what could not be done, and whether it may pass.
func away(what string, err error) error {
	if pg.Lost(err) {
		return pg.Away(fmt.Errorf("%s: %w", what, err))
	}
	return fmt.Errorf("%s: %w", what, err)
}

// batches gives the ids in portions.
func batches(waiting map[int64][]int) [][]int64 {
	var list [][]int64
	for id := range waiting {
		if n := len(list); n == 0 || len(list[n-1]) == atOnce {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], id)
	}
	return list
}

// leave takes the jobs of a run that was cancelled out of the queue, as far as that can be done. Those of a run that was
// interrupted stay: another process goes on with it.
func (c crew) leave(ctx context.Context, waiting map[int64][]int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	for id := range waiting {
		if _, err := c.client.JobCancel(ctx, id); err != nil && ctx.Err() != nil {
			return
		}
	}
}

// outcome gives the report of a finished job, or why there is none.
func outcome[R any](row *rivertype.JobRow) (report R, err error) {
	if row.State != rivertype.JobStateCompleted {
		if t := received(row); t != nil {
			return report, t.Err()
		}
		return report, fmt.Errorf("job %d (%s) was %s", row.ID, row.Kind, row.State)
	}
	output := row.Output()
	if output == nil {
		return report, errors.New("a job ended without a report")
	}
	if err := json.Unmarshal(output, &report); err != nil {
		return report, fmt.Errorf("read the report of job %d: %w", row.ID, err)
	}
	return report, nil
}

// Enqueue asks for a run and gives the id of its job. fresh is false when a run of the same key waits or runs already.
func (q *Queue) Enqueue(ctx context.Context, task RunTask) (id int64, fresh bool, err error) {
	inserted, err := q.client.Insert(ctx, task, q.options(kindRun, priorityFirst))
	if err != nil {
		return 0, false, fmt.Errorf("ask for a run: %w", err)
	}
	return inserted.Job.ID, !inserted.UniqueSkippedAsDuplicate, nil
}

// Cancel stops a run that was asked for, wherever it is done.
func (q *Queue) Cancel(ctx context.Context, id int64) error {
	if _, err := q.client.JobCancel(ctx, id); err != nil {
		return fmt.Errorf("cancel job %d: %w", id, err)
	}
	return nil
}

// Await waits until a run that was asked for has ended and gives its report. It goes on waiting while the database is
// away.
func (q *Queue) Await(ctx context.Context, id int64) (RunReport, error) {
	for {
		row, err := q.client.JobGet(ctx, id)
		switch {
		case errors.Is(err, rivertype.ErrNotFound):
			return RunReport{}, fmt.Errorf("job %d is no longer in the queue", id)
		case err == nil && row.FinalizedAt != nil:
			return outcome[RunReport](row)
		}
		select {
		case <-ctx.Done():
			return RunReport{}, context.Cause(ctx)
		case <-time.After(5 * q.base.poll()):
		}
	}
}
