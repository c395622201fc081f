package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

// request is what to fetch.
type request struct {
	target *url.URL // with credentials; never shown
	name   string   // the address as it is shown
	known  sources.Validators
	limit  int64
	page   bool // a page to look through for links, not a book
}

var (
	errIdle  = errors.New("the server sent nothing for as long as idle_timeout allows")
	errTotal = errors.New("it took longer than timeout allows")
)

// fetch downloads with as many attempts as are allowed. Attempts that broke off are taken up where they ended if the
// server can do that and the content is still the same.
func (s *Source) fetch(ctx context.Context, r request) (*fetched, error) {
	leave, err := s.gates.enter(ctx, hostOf(r.target))
	if err != nil {
		return nil, err
	}
	defer leave()
	d := &download{s: s, request: r}
	err = s.attempts(ctx, d)
	if err == nil {
		err = d.finish()
	}
	if err != nil {
		if d.file != nil {
			_ = d.file.Close()
		}
		return nil, err
	}
	return &fetched{file: d.file, size: d.got, header: d.header, final: d.final}, nil
}

// attempts repeats an attempt until it succeeds, cannot succeed, or time or attempts are used up.
func (s *Source) attempts(ctx context.Context, d *download) error {
	timed, cancel := context.WithTimeoutCause(ctx, s.opts.Timeout, errTotal)
	defer cancel()
	// The policy's own variation draws on chance that tests cannot set.
	policy := &backoff.ExponentialBackOff{InitialInterval: s.opts.Retry.Wait, Multiplier: 2, MaxInterval: s.opts.Retry.MaxWait}
	for attempt := 1; ; attempt++ {
		again, err := s.attempt(timed, d)
		if err == nil || errors.Is(err, sources.ErrUnchanged) {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("fetch %s: %w", d.name, ctx.Err())
		}
		if timed.Err() != nil {
			return unavailable(d.name, errTotal.Error(), "raise timeout of the source if the book is meant to take that long", nil)
		}
		after, _ := fault.Retryable(err)
		if !again || attempt == s.opts.Retry.Attempts || after > s.opts.Retry.MaxWait {
			return err
		}
		wait := time.Duration(float64(policy.NextBackOff()) * (0.5 + s.clock.rand()))
		wait = max(wait, after)
		s.log.Warn("fetch again", "address", d.name, "attempt", attempt, "wait", wait, "error", err)
		if err := s.clock.sleep(timed, wait); err != nil && ctx.Err() != nil {
			return fmt.Errorf("fetch %s: %w", d.name, ctx.Err())
		}
	}
}

// attempt makes one request. again says whether another may succeed.
func (s *Source) attempt(ctx context.Context, d *download) (again bool, err error) {
	if err := s.gates.pace(ctx, hostOf(d.target)); err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(s.opts.IdleTimeout, func() { cancel(errIdle) })
	defer idle.Stop()
	req, err := d.ask(ctx)
	if err != nil {
		return false, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return d.lost(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if again, err := d.start(resp); err != nil {
		return again, err
	}
	return d.copy(ctx, resp.Body, func() { idle.Reset(s.opts.IdleTimeout) })
}

// scratch makes a file without a name, so that none is left behind when the process is killed.
func (s *Source) scratch() (*os.File, error) {
	if err := os.MkdirAll(s.temp, 0o755); err != nil {
		return nil, fmt.Errorf("make folder for downloads: %w", err)
	}
	file, err := os.CreateTemp(s.temp, "web-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("make file for download: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("make file for download: %w", err)
	}
	return file, nil
}

// refused makes an error of a status that is not the one wanted. Only 429 and 5xx may go away by themselves.
func (d *download) refused(resp *http.Response) (again bool, err error) {
	what := strings.TrimSpace(fmt.Sprintf("the server answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
	e := unavailable(d.name, what, "see whether the address is still right", nil)
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		e.Remedy = "see whether the source needs headers with credentials, or theirs have expired"
	case code == http.StatusTooManyRequests || code >= 500:
		e.After = retryAfter(resp.Header.Get("Retry-After"), d.s.clock.now())
		e.Remedy = "try again later"
		return true, e
	}
	return false, e
}

// retryAfter reads a Retry-After header: seconds or a date.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

func unavailable(name, what, remedy string, err error) *fault.Error {
	return &fault.Error{Kind: fault.Unavailable, File: name, What: what, Remedy: remedy, Err: err}
}

// repeats tells content that is what was known already when the server gives nothing else to tell it by.
func (f *fetched) repeats(known sources.Validators) (bool, error) {
	if known.SHA256 == "" || f.header.Get("ETag") != "" || f.header.Get("Last-Modified") != "" {
		return false, nil
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(f.file, 0, f.size)); err != nil {
		return false, fmt.Errorf("read download: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)) == known.SHA256, nil
}
