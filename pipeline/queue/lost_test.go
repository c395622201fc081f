package queue

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/pg"
	"github.com/statloom/statloom/sinks/postgres/pgtest"
)

// lose ends the connections that show processes to be alive.
func lose(t testing.TB, state string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), state)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1`, pg.ClassSession); err != nil {
		t.Fatal(err)
	}
}

// A process that is cut off loses its job to the next one at once, gives up what it was doing, and works on when it is back.
func TestLostSession(t *testing.T) {
	t.Parallel()
	state := pgtest.Server(t)
	q := open(t, state)
	begun, given := make(chan struct{}), make(chan struct{})
	var lost, again time.Time
	h := &hands{read: func(ctx context.Context, task pipeline.ReadTask, try int) (pipeline.ReadReport, error) {
		if task.Name == "long" && try == 1 {
			close(begun)
			<-ctx.Done()
			close(given)
			return pipeline.ReadReport{}, ctx.Err()
		}
		if again.IsZero() {
			again = time.Now()
		}
		return pipeline.ReadReport{Rows: int64(try)}, nil
	}}
	work(t, q, h, nil)
	ended := make(chan []pipeline.ReadReport)
	go func() {
		reports, err := read(t, q, tasks("long"))
		if err != nil {
			t.Error(err)
		}
		ended <- reports
	}()
	<-begun
	lost = time.Now()
	lose(t, state)
	<-given
	if reports := <-ended; reports[0].Rows != 2 {
		t.Errorf("%+v", reports)
	}
	t.Logf("the job is done again %v after its process was lost", again.Sub(lost))
	if reports, err := read(t, q, tasks("next")); err != nil || reports[0].Rows != 1 {
		t.Errorf("afterwards %+v, %v", reports, err)
	}
}

// A job that processes die of is set aside with the reason, and the others are done.
func TestPoison(t *testing.T) {
	t.Parallel()
	state := pgtest.Server(t)
	q := open(t, state)
	ended := make(chan []pipeline.ReadReport)
	go func() {
		reports, err := read(t, q, tasks("a", "poison", "b"))
		if err != nil {
			t.Error(err)
		}
		ended <- reports
	}()
	pool := q.base.(*postgres).pool
	for deaths := 0; deaths < q.Tries; {
		tag, err := pool.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = attempt + 1, attempted_at = now(),
			attempted_by = array_append(attempted_by, 'statloom-00000001') WHERE args->>'name' = 'poison' AND state = 'available'`)
		if err != nil {
			t.Fatal(err)
		}
		if tag.RowsAffected() == 0 {
			continue
		}
		deaths++
		if n, err := q.rescue(t.Context()); err != nil || n != 1 {
			t.Fatalf("%d jobs are taken back, %v", n, err)
		}
	}
	h := &hands{}
	work(t, q, h, nil)
	reports := <-ended
	if reports[0].Tables != 1 || reports[2].Tables != 1 {
		t.Errorf("the others: %+v", reports)
	}
	aside := reports[1].Trouble.Err()
	if fault.KindOf(aside) != fault.Limit || !strings.HasPrefix(aside.Error(), "poison: set aside after 3 tries: each time the process that worked on it ended") || h.times("poison") != 0 {
		t.Errorf("%v after %d tries", aside, h.times("poison"))
	}
	// The next run tries it again.
	if reports, err := read(t, q, tasks("poison")); err != nil || reports[0].Tables != 1 {
		t.Errorf("the next time %+v, %v", reports, err)
	}
}

// In a file there is one process: what another one left running is its to do again, and a second one is turned away.
func TestLeftRunning(t *testing.T) {
	t.Parallel()
	state := place(t, "sqlite")
	q := open(t, state)
	if _, err := q.client.InsertMany(t.Context(), q.Crew(nil).(crew).reading(tasks("left"))); err != nil {
		t.Fatal(err)
	}
	_, err := q.base.(*lite).db.ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = json_array('statloom-00000001'), attempted_at = datetime('now', 'subsec')`)
	if err != nil {
		t.Fatal(err)
	}
	h := &hands{}
	work(t, q, h, nil)
	if reports, err := read(t, q, tasks("left")); err != nil || reports[0].Tables != 1 || h.times("left") != 1 {
		t.Errorf("%+v, %v", reports, err)
	}
	if err := open(t, state).Work(t.Context(), h, nil); fault.KindOf(err) != fault.Locked {
		t.Errorf("a second process ends with %v", err)
	}
}

// A run whose jobs somebody deletes ends, and does not wait for ever.
func TestDeletedJobs(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, state string) {
		q := open(t, state)
		ended := make(chan error, 1)
		go func() {
			_, err := read(t, q, tasks("a", "b"))
			ended <- err
		}()
		untilState(t, q, kindRead, "available")
		if _, err := q.client.JobDelete(t.Context(), jobsOf(t, q, kindRead)[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "1 jobs of this run were deleted") {
			t.Errorf("it ends with %v", err)
		}
	})
}
