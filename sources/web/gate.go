package web

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// clock is time and chance, so that tests need not wait.
type clock struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	rand  func() float64 // from 0 to below 1
}

func realClock(now func() time.Time) clock {
	return clock{now: now, sleep: sleep, rand: rand.Float64}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// gates bound what each host has to bear: how many downloads at a time, how many requests a second.
type gates struct {
	clock clock
	slots int
	rate  rate.Limit

	mu    sync.Mutex
	hosts map[string]*gate
}

type gate struct {
	slots   chan struct{}
	limiter *rate.Limiter
}

func (g *gates) of(host string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hosts[host] == nil {
		if g.hosts == nil {
			g.hosts = map[string]*gate{}
		}
		g.hosts[host] = &gate{make(chan struct{}, g.slots), rate.NewLimiter(g.rate, 1)}
	}
	return g.hosts[host]
}

// enter waits for a free slot of the host; leave gives it back.
func (g *gates) enter(ctx context.Context, host string) (leave func(), err error) {
	slots := g.of(host).slots
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pace waits until the host may be asked again.
func (g *gates) pace(ctx context.Context, host string) error {
	limiter := g.of(host).limiter
	g.mu.Lock()
	now := g.clock.now()
	reservation := limiter.ReserveN(now, 1)
	g.mu.Unlock()
	if err := g.clock.sleep(ctx, reservation.DelayFrom(now)); err != nil {
		reservation.CancelAt(g.clock.now())
		return err
	}
	return nil
}
