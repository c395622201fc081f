package queue

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
)

// jobsOf gives the jobs of a kind.
func jobsOf(t *testing.T, q *Queue, kind string) []*rivertype.JobRow {
	t.Helper()
	list, err := q.client.JobList(t.Context(), river.NewJobListParams().Kinds(kind).First(100))
	if err != nil {
		t.Fatal(err)
	}
	return list.Jobs
}

// untilState waits until the last job of a kind has a state.
func untilState(t *testing.T, q *Queue, kind string, state rivertype.JobState) *rivertype.JobRow {
	t.Helper()
	var last *rivertype.JobRow
	for begin := time.Now(); time.Since(begin) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		if list := jobsOf(t, q, kind); len(list) > 0 {
			if last = list[len(list)-1]; last.State == state {
				return last
			}
		}
	}
	t.Fatalf("the job of %s does not become %s: %+v", kind, state, last)
	return nil
}

func step(t *testing.T, q *Queue, name string, do func(ctx context.Context) error) error {
	t.Helper()
	return q.Crew(nil).Step(t.Context(), pipeline.StepTask{Run: "r1", Step: name}, do)
}

// A step is a job while it goes on, tried again while a store is away, and ends the run with what will not pass.
func TestStep(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q := open(t, state)
		work(t, q, &hands{}, nil)
		tries := 0
		err := step(t, q, pipeline.StepPublish, func(context.Context) error {
			if list := jobsOf(t, q, pipeline.StepPublish); len(list) != 1 || list[0].State != rivertype.JobStateRunning {
				t.Errorf("while it goes on the queue holds %v", list)
			}
			if tries++; tries < 3 {
				return &fault.Error{Kind: fault.Unavailable, What: "the store is away"}
			}
			return nil
		})
		if err != nil || tries != 3 {
			t.Errorf("%v after %d tries", err, tries)
		}
		if row := untilState(t, q, pipeline.StepPublish, rivertype.JobStateCompleted); len(row.Errors) != 2 || !strings.Contains(row.Errors[0].Error, "the store is away") {
			t.Errorf("the job remembers %+v", row.Errors)
		}
		tries = 0
		wrong := errors.New("no such column")
		if err := step(t, q, pipeline.StepCompute, func(context.Context) error { tries++; return wrong }); !errors.Is(err, wrong) || tries != 1 {
			t.Errorf("%v after %d tries", err, tries)
		}
		untilState(t, q, pipeline.StepCompute, rivertype.JobStateCancelled)
	})
}

// A step that takes too long, or is cancelled from elsewhere, ends and says so.
func TestStepEnds(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q := open(t, state)
		q.StepTime = 300 * time.Millisecond
		stop := work(t, q, &hands{}, nil)
		wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		if err := step(t, q, pipeline.StepLoad, wait); fault.KindOf(err) != fault.Limit || err.Error() != "load took longer than 300ms" {
			t.Errorf("a step without end ends with %v", err)
		}
		stop()
		q.StepTime = time.Minute
		work(t, q, &hands{}, nil)
		err := step(t, q, pipeline.StepCompute, func(ctx context.Context) error {
			go func() {
				if err := q.Cancel(context.WithoutCancel(ctx), jobsOf(t, q, pipeline.StepCompute)[0].ID); err != nil {
					t.Error(err)
				}
			}()
			return wait(ctx)
		})
		if err == nil || err.Error() != "compute of run r1 was cancelled" {
			t.Errorf("a cancelled step ends with %v", err)
		}
		untilState(t, q, pipeline.StepCompute, rivertype.JobStateCancelled)
	})
}

// A process that is told to stop does what its run has left within the grace time, although it takes no further jobs.
func TestStepWhileDraining(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q := open(t, state)
		ended := make(chan error, 1)
		begun := make(chan struct{})
		runs := func(ctx context.Context, task RunTask) (RunReport, error) {
			close(begun)
			<-q.steps.closed()
			err := q.Crew(nil).Step(ctx, pipeline.StepTask{Run: "r2", Step: pipeline.StepPublish}, func(ctx context.Context) error { return ctx.Err() })
			ended <- err
			return RunReport{Run: task.Key, Status: "done"}, err
		}
		stop := work(t, q, &hands{}, runs)
		id, _, err := q.Enqueue(t.Context(), RunTask{Key: "1"})
		if err != nil {
			t.Fatal(err)
		}
		<-begun
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the step ended with %v", err)
		}
		if report, err := q.Await(t.Context(), id); err != nil || report.Status != "done" {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

// The job of a step whose process died between the steps is nobody's: others take the run up from its beginning.
func TestStepOfTheDead(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		for _, last := range []string{pipeline.StepLoad, pipeline.StepCompute, pipeline.StepPublish} {
			q, dead := open(t, state), open(t, state)
			// What a process leaves that is killed within its last step: a job of its own, under way.
			args, err := stepArgs(pipeline.StepTask{Run: "gone", Step: last})
			if err != nil {
				t.Fatal(err)
			}
			row, err := dead.client.Insert(t.Context(), args, dead.options(last, priorityFirst))
			if err != nil {
				t.Fatal(err)
			}
			taken(t, q, row.Job.ID)
			stop := work(t, q, &hands{}, nil)
			untilState(t, q, last, rivertype.JobStateDiscarded)
			for _, name := range []string{pipeline.StepLoad, pipeline.StepCompute, pipeline.StepPublish} {
				if err := step(t, q, name, func(context.Context) error { return nil }); err != nil {
					t.Error(err)
				}
			}
			stop()
		}
		q := open(t, state)
		if depth, err := q.Depth(t.Context()); err != nil || len(depth) > 0 {
			t.Errorf("in the end the queue holds %v, %v", depth, err)
		}
	})
}

// taken makes a job one that a process which is gone was working on.
func taken(t *testing.T, q *Queue, id int64) {
	t.Helper()
	var err error
	switch b := q.base.(type) {
	case *postgres:
		_, err = b.pool.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = ARRAY['statloom-00000001'] WHERE id = $1`, id)
	case *lite:
		_, err = b.db.ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = json_array('statloom-00000001'), attempted_at = datetime('now', 'subsec') WHERE id = ?`, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A step that was put into the queue and not begun before its process died is removed; one whose process is there comes
// back by itself.
func TestOrphans(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q, dead := open(t, state), open(t, state)
		args, err := stepArgs(pipeline.StepTask{Run: "gone", Step: pipeline.StepLoad})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dead.client.Insert(t.Context(), args, dead.options(pipeline.StepLoad, priorityFirst)); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- step(t, q, pipeline.StepCompute, func(context.Context) error { return nil }) }()
		untilState(t, q, pipeline.StepCompute, rivertype.JobStateAvailable)
		later := *q
		later.Now = func() time.Time { return time.Now().Add(orphaned + time.Minute) }
		if err := (&working{Queue: &later}).orphans(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := jobsOf(t, q, pipeline.StepLoad); len(left) != 0 {
			t.Errorf("left of the dead: %v", left)
		}
		work(t, q, &hands{}, nil)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
