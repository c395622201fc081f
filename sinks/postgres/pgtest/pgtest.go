// Package pgtest gives tests a Postgres server of their own, made of the programs that are installed.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience is how long a server may take to start.
const patience = time.Minute

// Server starts a Postgres server with an empty cluster for one test and gives its URL (role and database postgres, a
// socket in a folder of its own, no network, nothing kept durable). It is gone when the test ends, and also when the
// test's process is killed. The test is skipped where Postgres is not installed, and fails there when CI=true.
func Server(t testing.TB) string {
	t.Helper()
	url, _ := Mortal(t)
	return url
}

// Mortal starts a server like that of Server, which can be killed with SIGKILL and begun anew on the same cluster: again does
// both, and leaves it away for a while in between.
func Mortal(t testing.TB) (address string, again func(away time.Duration)) {
	t.Helper()
	bin, err := programs()
	if err != nil {
		without(t, "no Postgres server can be had: "+err.Error())
		return "", nil
	}
	who, err := unprivileged()
	if err != nil {
		without(t, "no Postgres server can be had: "+err.Error())
		return "", nil
	}
	dir, err := os.MkdirTemp("", "pgtest") // not t.TempDir: a socket's path has room for 107 bytes, and others may not enter it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if who != nil {
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.CommandContext(t.Context(), filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, &syscall.SysProcAttr{Credential: who}
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("make a Postgres cluster: %v\n%s", err, out)
	}
	start := func() {
		run(t, who, dir, filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	start()
	address = "postgres://postgres@/postgres?" + url.Values{"host": {dir}, "port": {"5432"}}.Encode()
	waitFor(t, address)
	return address, func(away time.Duration) {
		t.Helper()
		kill(t, data)
		time.Sleep(away)
		// The cluster is in use until the last process of the killed server has noticed; a server that begins before that ends.
		for deadline := time.Now().Add(patience); ; {
			start()
			if answers(t.Context(), address, 3*time.Second) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("the Postgres server did not start again in %v", patience)
			}
		}
	}
}

// kill ends the server of a cluster without a word, and waits until the processes that it had begun have noticed.
func kill(t testing.TB, data string) {
	t.Helper()
	file := filepath.Join(data, "postmaster.pid")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		t.Fatal(err)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append([]string{strconv.Itoa(pid)}, strings.Fields(string(children))...) {
		if n, err := strconv.Atoi(p); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL) // it may be gone by itself
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

// run starts a server that stops when the test ends. A shell stands between: it stops the server as soon as its standard
// input is closed, which the kernel sees to when the test's process dies.
func run(t testing.TB, who *syscall.Credential, dir string, command ...string) {
	t.Helper()
	const guard = `exec 3<&0; dir=$1; shift; "$@" </dev/null & server=$!; cat <&3 >/dev/null; kill -INT $server; wait $server; rm -rf "$dir"`
	shell := exec.CommandContext(context.WithoutCancel(t.Context()), "/bin/sh", append([]string{"-c", guard, "sh", dir}, command...)...)
	shell.Dir, shell.SysProcAttr = dir, &syscall.SysProcAttr{Credential: who, Setpgid: true}
	var said bytes.Buffer
	shell.Stdout, shell.Stderr = &said, &said
	stop, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatalf("start the Postgres server: %v", err)
	}
	t.Cleanup(func() {
		stop.Close()
		if err := shell.Wait(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Logf("stop the Postgres server: %v", err)
		}
		if t.Failed() {
			t.Logf("the Postgres server said:\n%s", said.String())
		}
	})
}

func waitFor(t testing.TB, address string) {
	t.Helper()
	if !answers(t.Context(), address, patience) {
		t.Fatalf("the Postgres server did not start in %v", patience)
	}
}

// answers waits until a server answers.
func answers(ctx context.Context, address string, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		if conn, err := pgx.Connect(ctx, address); err == nil {
			return conn.Close(ctx) == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// programs finds the folder of initdb and postgres, which Debian keeps out of the path.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("initdb is not installed (on Debian: apt-get install postgresql)")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// unprivileged gives who the server runs as: Postgres refuses to be root. Nil means whoever runs the test.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func without(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}
