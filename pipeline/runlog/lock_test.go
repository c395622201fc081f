//go:build unix

package runlog_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
)

const holdVar = "RUNLOG_TEST_HOLD"

// TestMain lets the test start itself as a process that takes the lock and then waits to be killed.
func TestMain(m *testing.M) {
	dir := os.Getenv(holdVar)
	if dir == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if _, err := runlog.Acquire(dir, runlog.Holder{Run: "child", PID: os.Getpid(), Host: "elsewhere", Started: monday}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	time.Sleep(time.Minute)
}

// hold starts a process that holds the lock of dir.
func hold(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), holdVar+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "held\n" {
		t.Fatalf("the other process said %q, %v", line, err)
	}
	return cmd
}

func TestKilledProcessFreesTheLockAndItsRunIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	log := open(t, filepath.Join(dir, "state.db"))
	must(t, log.Start(ctx, runlog.Run{ID: "child", Started: monday}))
	must(t, log.Start(ctx, runlog.Run{ID: "earlier", Started: monday.Add(-time.Hour)}))
	must(t, log.Finish(ctx, "earlier", runlog.Outcome{Finished: monday, Status: runlog.Done}))
	child := hold(t, dir)

	_, err := runlog.Acquire(dir, runlog.Holder{Run: "second"})
	want := fmt.Sprintf("another run holds the lock: run child, process %d on elsewhere since 2026-01-05T03:04:05Z", child.Process.Pid)
	if fault.KindOf(err) != fault.Locked || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	holder, held, err := runlog.Held(dir)
	must(t, err)
	if d := cmp.Diff(runlog.Holder{Run: "child", PID: child.Process.Pid, Host: "elsewhere", Started: monday}, holder); d != "" || !held {
		t.Errorf("held %v: %s", held, d)
	}

	must(t, child.Process.Kill())
	child.Wait()
	if _, held, err := runlog.Held(dir); held || err != nil {
		t.Errorf("after the kill: held %v, %v", held, err)
	}
	lock, err := runlog.Acquire(dir, runlog.Holder{Run: "second", PID: 1})
	must(t, err)
	must(t, log.Start(ctx, runlog.Run{ID: "second", Started: monday.Add(time.Hour)}))
	ids, err := log.Interrupt(ctx, lock, monday.Add(time.Hour))
	must(t, err)
	if d := cmp.Diff([]string{"child"}, ids); d != "" {
		t.Error(d)
	}
	got := map[string]runlog.Status{}
	runs, err := log.Runs(ctx, 0)
	must(t, err)
	for _, r := range runs {
		got[r.ID] = r.Status
	}
	if d := cmp.Diff(map[string]runlog.Status{"child": runlog.Interrupted, "earlier": runlog.Done, "second": runlog.Running}, got); d != "" {
		t.Error(d)
	}
	must(t, lock.Release())
	if _, err := log.Interrupt(ctx, lock, monday); err == nil {
		t.Error("without the lock no run may be called interrupted")
	}
}

func TestLockIsFreeAfterRelease(t *testing.T) {
	dir := t.TempDir()
	if _, held, err := runlog.Held(dir); held || err != nil {
		t.Errorf("before any run: held %v, %v", held, err)
	}
	for range 3 {
		lock, err := runlog.Acquire(dir, runlog.Holder{Run: "a"})
		must(t, err)
		must(t, lock.Release())
		must(t, lock.Release()) // twice does no harm
	}
	if _, held, err := runlog.Held(dir); held || err != nil {
		t.Errorf("after release: held %v, %v", held, err)
	}
	if _, err := runlog.Acquire(filepath.Join(dir, "missing"), runlog.Holder{}); err == nil {
		t.Error("a missing folder must be an error")
	}
}

func TestLookingAtTheLockTurnsNobodyAway(t *testing.T) {
	dir := t.TempDir()
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				runlog.Held(dir)
			}
		}
	}()
	for i := range 200 {
		lock, err := runlog.Acquire(dir, runlog.Holder{Run: "a"})
		if err != nil {
			t.Errorf("try %d: %v", i, err)
			break
		}
		must(t, lock.Release())
	}
	close(stop)
	<-done
}
