package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// What a child process of the tests is told: where the shelf is, what to do, and at which step to be killed.
const (
	envData   = "RELEASE_TEST_DATA"
	envAction = "RELEASE_TEST_ACTION"
	envStep   = "RELEASE_TEST_STEP"
)

func TestMain(m *testing.M) {
	if os.Getenv(envData) == "" {
		os.Exit(m.Run())
	}
	if err := child(os.Getenv(envData), os.Getenv(envAction), os.Getenv(envStep)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// actions are everything that changes a shelf which holds r1, r2 and r3, the last of them current.
var actions = map[string]func(*Shelf) error{
	"commit": func(s *Shelf) error { _, err := publish(s, 4); return err },
	"set aside": func(s *Shelf) error {
		g, _, err := stage(s, 4)
		if err == nil {
			_, err = g.SetAside("a check failed")
		}
		return err
	},
	"rollback": func(s *Shelf) error { _, err := s.Rollback(context.Background(), ""); return err },
	"prune":    func(s *Shelf) error { _, err := s.Prune(1); return err },
}

// child does an action and kills itself, without a chance to clean up, before the given step.
func child(data, action, step string) error {
	s, err := Open(data)
	if err != nil {
		return err
	}
	at, err := strconv.Atoi(step)
	if err != nil {
		return err
	}
	s.step = func(string) {
		if at--; at == 0 {
			err := syscall.Kill(os.Getpid(), syscall.SIGKILL)
			panic(fmt.Sprint("still alive: ", err))
		}
	}
	return actions[action](s)
}

// killed reports whether the child was killed; otherwise it has done its action.
func killed(t *testing.T, data, action string, step int) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envData+"="+data, envAction+"="+action, envStep+"="+strconv.Itoa(step))
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
			return true
		}
	}
	t.Fatalf("child: %v\n%s", err, out)
	return false
}

func TestKilledAtAnyStep(t *testing.T) {
	for action, after := range map[string]string{"commit": "r4", "set aside": "r3", "rollback": "r2", "prune": "r3"} {
		t.Run(action, func(t *testing.T) {
			for step := 1; ; step++ {
				s := shelf(t)
				mustPublish(t, s, 1, 2, 3)
				wasKilled := killed(t, s.data, action, step)
				current := soundShelf(t, s, step)
				if current != "r3" && current != after {
					t.Errorf("step %d: %s is current", step, current)
				}
				if !wasKilled {
					if current != after {
						t.Errorf("done, but %s is current", current)
					}
					if step == 1 {
						t.Error("the action has no step at which to be killed")
					}
					return
				}
				if _, err := s.Clean(); err != nil {
					t.Fatal(err)
				}
				mustPublish(t, s, 5)
				if got := soundShelf(t, s, step); got != "r5" {
					t.Errorf("step %d: after the next run %s is current", step, got)
				}
				if left, err := os.ReadDir(s.path("staging")); err != nil || len(left) > 0 {
					t.Errorf("step %d: staging holds %v, %v", step, left, err)
				}
			}
		})
	}
}

// soundShelf checks that every release on the shelf is whole and gives the current one.
func soundShelf(t *testing.T, s *Shelf, step int) (current string) {
	t.Helper()
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if err := s.Verify(t.Context(), r.ID); err != nil {
			t.Errorf("step %d: %v", step, err)
		}
		if r.Current {
			current = r.ID
		}
	}
	content, err := os.ReadFile(s.path("current", "statloom.duckdb"))
	if want := "database " + strings.TrimPrefix(current, "r"); err != nil || string(content) != want {
		t.Errorf("step %d: readers see %q, %v, want %q", step, content, err, want)
	}
	return current
}
