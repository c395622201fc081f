package schedule

import (
	"context"
	"fmt"
	"time"
)

// stand is how often a process that does not keep the schedule sees whether it has to.
const stand = 2 * time.Second

// leading reports whether the process keeps the schedule. When it begins to, and as long as it only looks on, what has been seen
// to is what the others say.
func (l *loop) leading(ctx context.Context) bool {
	if l.Leads == nil {
		return true
	}
	before := l.leads
	l.leads = l.Leads()
	if before && l.leads {
		return true
	}
	clear(l.queued)
	if err := l.remember(ctx); err != nil {
		l.leads = false // what others have done would be done again
		if ctx.Err() == nil {
			l.Worker.Told(ctx, Note{At: l.Clock.Now(), Kind: NoteTrouble, Text: err.Error()})
		}
	}
	return l.leads
}

// remember reads the marks.
func (s *Scheduler) remember(ctx context.Context) error {
	marks, err := s.Store.Marks(ctx)
	if err != nil {
		return fmt.Errorf("read what has been seen to: %w", err)
	}
	if marks == nil {
		marks = map[string]Mark{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks = marks
	return nil
}
