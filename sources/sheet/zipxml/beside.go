package zipxml

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// ahead fills blocks beside the reader's own work, a few more than the reader has asked for. What the reader said with Aside
// is done to them there as well, when filling is far enough ahead.
type ahead struct {
	ctx    context.Context
	inner  context.Context // of the goroutines
	cancel context.CancelFunc
	stop   func() bool // ends waiting for ctx
	group  errgroup.Group
	from   filler
	begun  *block // to be filled next: it holds what was given last
	b      *block // at the reader

	mu      sync.Mutex
	changed sync.Cond // something below
	free    []*block
	full    []*block // in order
	filling bool     // someone is at it
	ended   bool
	err     error // why filling ended
	broke   any   // what a goroutine panicked with
	aside   aside
}

// aside is what the reader wants to be done to blocks.
type aside struct {
	mark []byte
	work func(b []byte, n int) any
}

// piece is the stretch of a block from behind one mark to behind the last, and what came of it.
type piece struct {
	begin, edge int // in the buffer; edge is 0 where it is not known
	state       pieceState
	result      any
}

type pieceState uint8

const (
	untouched pieceState = iota
	inWork
	done
)

// ring is the most blocks that are filled, waiting and read. Two would do on an idle machine; on a busy one, where either
// side may have to wait for its turn for milliseconds, more of them keep the other at work.
const ring = 24

// crew is the most goroutines that work beside a reader: what the reader does itself can be divided no further.
const crew = 3

func newAhead(ctx context.Context, from filler, size uint64) *ahead {
	a := &ahead{ctx: ctx, from: from}
	a.inner, a.cancel = context.WithCancel(ctx)
	a.changed.L = &a.mu
	for range min(ring, size/chunk+2) {
		a.free = append(a.free, blocks.Get().(*block))
	}
	a.begun = blocks.Get().(*block)
	a.begun.from = 0
	a.stop = context.AfterFunc(ctx, a.wake)
	a.hire()
	return a
}

// wake makes everybody look at what has changed.
func (a *ahead) wake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changed.Broadcast()
}

// hire starts a goroutine.
func (a *ahead) hire() {
	a.group.Go(func() error {
		a.mu.Lock()
		defer a.mu.Unlock()
		defer func() {
			if r := recover(); r != nil {
				a.broke, a.ended = r, true
				a.changed.Broadcast()
			}
		}()
		for a.inner.Err() == nil && a.broke == nil {
			switch {
			case !a.ended && !a.filling && len(a.free) > 0:
				a.fill()
			case !a.lookAside():
				a.changed.Wait()
			}
		}
		return nil
	})
}

// fill fills a block.
func (a *ahead) fill() {
	b, next := a.begun, a.free[len(a.free)-1]
	a.free = a.free[:len(a.free)-1]
	a.filling = true
	err := a.unlocked(func() error {
		to, err := a.from.fill(b.buf[:], b.from)
		if err != nil {
			return err
		}
		b.to, b.piece = to, piece{}
		clear(b.buf[to : to+stop])
		next.from = copy(next.buf[:], b.buf[max(0, to-back):to])
		return nil
	})
	a.filling = false
	if err == nil {
		a.full, a.begun = append(a.full, b), next
	} else {
		a.free, a.ended, a.err = append(a.free, next), true, err
	}
	a.changed.Broadcast()
}

// unlocked does something that takes its time.
func (a *ahead) unlocked(f func() error) error {
	a.mu.Unlock()
	defer a.mu.Lock()
	return f()
}

// lookAside does what the reader asked for to the newest block: the reader comes to it last.
func (a *ahead) lookAside() bool {
	if a.aside.work == nil {
		return false
	}
	for _, b := range slices.Backward(a.full) {
		if b.state != untouched {
			continue
		}
		b.state = inWork
		_ = a.unlocked(func() error {
			b.cut(a.aside.mark)
			if b.begin > 0 && b.begin < b.edge {
				b.result = a.aside.work(b.buf[b.begin:b.to+stop], b.edge-b.begin)
			}
			return nil
		})
		b.state = done
		a.changed.Broadcast()
		return true
	}
	return false
}

// cut finds out where a block's piece is: what lies in front of its first mark began in the block before, of which it
// holds as many bytes as any block.
func (b *block) cut(mark []byte) {
	if i := bytes.LastIndex(b.buf[:b.from], mark); i >= 0 {
		b.begin = i + len(mark)
		for b.begin < b.to && isSpace(b.buf[b.begin]) {
			b.begin++
		}
	}
	least := max(b.begin, b.to-back)
	if i := bytes.LastIndex(b.buf[least:b.to], mark); i >= 0 {
		b.edge = least + i + len(mark)
	}
}

func (a *ahead) next() (*block, error) {
	if err := a.ctx.Err(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.b != nil {
		a.free = append(a.free, a.b)
		a.b = nil
		a.changed.Broadcast()
	}
	for len(a.full) == 0 || a.full[0].state == inWork {
		if a.broke != nil {
			panic(a.broke) // where it is the reader's guard that deals with it
		}
		if err := a.ctx.Err(); err != nil {
			return nil, err
		}
		if a.ended && len(a.full) == 0 {
			return nil, a.err
		}
		a.changed.Wait()
	}
	a.b = a.full[0]
	a.full = slices.Delete(a.full, 0, 1)
	if a.b.state == untouched && a.aside.work != nil {
		a.b.cut(a.aside.mark)
	}
	return a.b, nil
}

// set says what is to be done to blocks from now on.
func (a *ahead) set(to aside) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.aside = to
	if a.b != nil {
		a.b.cut(to.mark)
	}
	for range min(crew, runtime.GOMAXPROCS(0)-1) - 1 { // one is there
		a.hire()
	}
	a.changed.Broadcast()
}

func (a *ahead) close() {
	a.cancel()
	a.stop()
	a.wake()
	_ = a.group.Wait() // what went wrong behind the last chunk that was asked for concerns nobody
	if a.b != nil {
		a.free = append(a.free, a.b)
		a.b = nil
	}
	for _, b := range append(append(a.free, a.begun), a.full...) {
		b.piece = piece{}
		blocks.Put(b)
	}
	a.free, a.full = nil, nil
}
