package jsonstat

import (
	"context"
	"errors"
	"iter"
)

// errEnough ends a reading early.
var errEnough = errors.New("enough")

// statuses gives the statuses of values one after the other.
type statuses struct {
	all  string           // the status of all values
	list map[int64]string // those of single values
	next func() (string, error, bool)
	stop func()
}

// statuses opens the list of statuses: one for all values, one for each in order, or those of single values.
func (b *book) statuses(ctx context.Context, p *page, total int64) (*statuses, error) {
	s := &statuses{stop: func() {}}
	r := newParser(ctx, b.in, b.limits, p.status.at)
	switch {
	case p.status.open == '"':
		s.all = p.status.text
	case p.status.open == '{':
		list, err := b.sparse(r, p, total)
		if err != nil {
			return nil, err
		}
		s.list = make(map[int64]string, len(list))
		for _, v := range list {
			if v.kind != null {
				s.list[v.index] = v.text
			}
		}
	case p.status.open == '[' && p.status.count == 1 && total > 1:
		err := r.array(func(int64) error {
			k, text, err := r.plain(nil)
			if k != null {
				s.all = string(text)
			}
			return err
		})
		return s, err
	case p.status.open == '[':
		s.next, s.stop = iter.Pull2(r.statuses())
	}
	return s, nil
}

// statuses reads a list of statuses item by item.
func (p *parser) statuses() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var buf []byte
		err := p.array(func(int64) error {
			k, text, err := p.plain(buf[:0])
			if err != nil {
				return err
			}
			buf = text
			if k == null {
				text = nil
			}
			if !yield(string(text), nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield("", err)
		}
	}
}

// at gives the status of a value; values are asked for in order.
func (s *statuses) at(index int64) (string, error) {
	switch {
	case s.next != nil:
		status, err, _ := s.next()
		return status, err
	case s.list != nil:
		return s.list[index], nil
	}
	return s.all, nil
}
