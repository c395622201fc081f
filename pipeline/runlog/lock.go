//go:build unix

package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/pg"
)

// Holder says who holds the lock.
type Holder struct {
	Run     string    `json:"run"`
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
}

// Lock is the run lock of a data folder. The kernel frees it when the process ends, however it ends. The file stays: who
// removed it could take the lock away from under a process that has just opened it.
type Lock struct {
	file   *os.File
	holder Holder
	shared *pg.Lock // the same lock among machines; nil: this machine is alone
}

const (
	lockFile = "run.lock"

	// Held looks with a lock of its own, for an instant; a run that starts just then must not be turned away.
	lockTries = 4
	lockPause = 50 * time.Millisecond
)

// Acquire takes the run lock of the data folder dir, which exists. If another process holds it, the error is of kind
// fault.Locked and says who.
func Acquire(dir string, holder Holder) (*Lock, error) {
	return AcquireFile(filepath.Join(dir, lockFile), holder)
}

// AcquireFile takes the lock of a file, in the way of Acquire.
func AcquireFile(path string, holder Holder) (*Lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open run lock: %w", err)
	}
	for try := 1; ; try++ {
		err = flock(file, unix.LOCK_EX)
		if !errors.Is(err, unix.EWOULDBLOCK) || try == lockTries {
			break
		}
		time.Sleep(lockPause)
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		other, rerr := readHolder(file)
		file.Close()
		return nil, locked(path, other, rerr)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("take run lock %s: %w", path, err)
	}
	l := &Lock{file: file, holder: holder}
	if err := l.write(holder); err != nil {
		file.Close()
		return nil, fmt.Errorf("write run lock %s: %w", path, err)
	}
	return l, nil
}

// Holder gives what Acquire was given; nothing after Release.
func (l *Lock) Holder() Holder { return l.holder }

// Lost is closed when the lock may be another machine's by now: the connection to the database that it was taken in has
// ended. A lock that no machine shares is never lost.
func (l *Lock) Lost() <-chan struct{} {
	if l.shared == nil {
		return nil
	}
	return l.shared.Lost()
}

// Release frees the lock.
func (l *Lock) Release() error {
	if l.file == nil {
		return nil
	}
	if l.shared != nil {
		l.shared.Release()
		l.shared = nil
	}
	terr := l.file.Truncate(0) // an empty file says that nobody holds it
	cerr := l.file.Close()     // closing frees it
	l.file, l.holder = nil, Holder{}
	if err := errors.Join(terr, cerr); err != nil {
		return fmt.Errorf("free run lock: %w", err)
	}
	return nil
}

// Held says who holds the run lock of the data folder dir, and whether anybody does.
func Held(dir string) (Holder, bool, error) {
	path := filepath.Join(dir, lockFile)
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, fmt.Errorf("open run lock: %w", err)
	}
	defer file.Close()
	err = flock(file, unix.LOCK_SH)
	switch {
	case err == nil:
		return Holder{}, false, nil // what the file may say is of a process that was killed
	case !errors.Is(err, unix.EWOULDBLOCK):
		return Holder{}, false, fmt.Errorf("look at run lock %s: %w", path, err)
	}
	holder, err := readHolder(file)
	if err != nil {
		return Holder{}, true, nil // held, but its owner has not written its name yet
	}
	return holder, true, nil
}

func (l *Lock) write(h Holder) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(b, '\n'), 0)
	return err
}

func readHolder(file *os.File) (Holder, error) {
	var h Holder
	err := json.NewDecoder(io.NewSectionReader(file, 0, 1<<16)).Decode(&h)
	return h, err
}

func locked(path string, h Holder, unread error) error {
	e := &fault.Error{
		Kind: fault.Locked, File: path,
		What:   fmt.Sprintf("another run holds the lock: run %s, process %d on %s since %s", h.Run, h.PID, h.Host, h.Started.Format(time.RFC3339)),
		Remedy: fmt.Sprintf("wait until it has ended or stop process %d; the lock frees itself when the process ends", h.PID),
	}
	if unread != nil {
		e.What = "another run holds the lock; it has just begun and has not written its name yet"
		e.Remedy = "wait until it has ended"
	}
	return e
}

// flock tries without waiting; a signal does not count as a try.
func flock(file *os.File, how int) error {
	for {
		err := unix.Flock(int(file.Fd()), how|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
