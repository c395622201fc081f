package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/statloom/statloom/pipeline"
)

// watcher shows how a run goes on.
type watcher interface {
	pipeline.Watcher
	close()
}

func (a *app) watcher() watcher {
	if a.quiet {
		return logged{a.log()}
	}
	if a.terminal {
		b := &bars{progress: mpb.New(mpb.WithOutput(a.err), mpb.WithWidth(40), mpb.WithAutoRefresh())}
		// What is logged while bars are drawn goes through them, so that it stands above the bars and not among them.
		out := a.err
		a.err = b.progress
		b.log, b.done = a.log(), func() { a.err = out }
		return b
	}
	return &lines{out: a.err, log: a.log()}
}

// tell logs an event of a run.
func tell(log *slog.Logger, level slog.Level, step, subject, message string) {
	if subject != "" {
		step += " " + subject
	}
	log.Log(context.Background(), level, step+": "+message)
}

// bars shows a progress bar a step.
type bars struct {
	progress *mpb.Progress
	log      *slog.Logger
	done     func() // gives the error stream back

	mu   sync.Mutex
	open []*mpb.Bar
}

func (b *bars) Begin(step string, n int) {
	if n == 0 {
		n = 1
	}
	bar := b.progress.AddBar(int64(n),
		mpb.PrependDecorators(decor.Name(step, decor.WC{W: 24, C: decor.DindentRight}), decor.CountersNoUnit("%d/%d", decor.WCSyncSpace)),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO)),
		mpb.BarRemoveOnComplete(),
	)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = append(b.open, bar)
}

func (b *bars) Part(string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.open); n > 0 {
		b.open[n-1].Increment()
	}
}

func (b *bars) Event(level slog.Level, step, subject, message string) {
	tell(b.log, level, step, subject, message)
}

func (b *bars) End() {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.open)
	if n == 0 {
		return
	}
	bar := b.open[n-1]
	b.open = b.open[:n-1]
	bar.Abort(true) // one that is complete is gone already
}

func (b *bars) close() {
	for range b.open {
		b.End()
	}
	b.progress.Wait()
	b.done()
}

// lines writes a plain line a step that had something to do, for logs and pipes.
type lines struct {
	out io.Writer
	log *slog.Logger

	mu sync.Mutex
}

func (l *lines) Begin(step string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n > 0 {
		fmt.Fprintf(l.out, "%s: %d\n", step, n)
	}
}

func (l *lines) Part(string) {}

func (l *lines) Event(level slog.Level, step, subject, message string) {
	tell(l.log, level, step, subject, message)
}

func (l *lines) End() {}

func (l *lines) close() {}
