package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/serve"
	"github.com/statloom/statloom/pipeline/trace"
)

func (a *app) cmdServe() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run by the schedule, and answer over HTTP",
		Long: `Do the runs that the configuration's schedules ask for, until the program is told to end, and answer over HTTP: the
report of the current release at /, its files at /release/, its figures and the runs as JSON at /api/v1/ (described by
/api/v1/openapi.json), /metrics, /healthz and /readyz.

It listens on this machine only. For other machines to reach it there has to be a token (serve.token), which they send as
Authorization: Bearer; so does whoever asks for a run by POST /api/v1/runs. There is no TLS: put a proxy in front of it.

On SIGTERM no further run begins; the one that is going on has the time of serve.grace to end, and is then stopped. The next
start goes on where it stopped. Changes of the configuration count from the next start on.

Where machines share their state (state: postgres://...), any number of them may serve: one keeps the schedule, and another
takes over within seconds when that one is gone. Each answers with the release that any of them published last.`,
		Example: `  statloom serve
  statloom serve --listen 127.0.0.1:9000
  STATLOOM_TOKEN=$(openssl rand -hex 32) statloom serve --listen 0.0.0.0:8080`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			if listen == "" {
				listen = cfg.Serve.Listen
			}
			return a.serve(c.Context(), cfg, listen)
		},
	}
	a.configFlag(c, "c")
	c.Flags().StringVar(&listen, "listen", "", "address and port (default: serve.listen of the configuration, 127.0.0.1:8080)")
	return c
}

// hangUp is how long answers under way may go on when the program ends.
const hangUp = 10 * time.Second

// apiMemory bounds the memory of the databases that requests ask, beside that of runs.
const apiMemory = kind.Bytes(512 << 20)

// serve runs until the context ends.
func (a *app) serve(ctx context.Context, cfg *config.Config, address string) (err error) {
	logger := a.serviceLog(cfg)
	a.logger = logger
	if _, err := wired(ctx, a, cfg); err != nil {
		return err // what a run would stumble over every night is said now
	}
	listener, local, err := serve.Listen(ctx, address, cfg.Serve.Token)
	if err != nil {
		return err
	}
	history, err := a.history(ctx, cfg)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, history.Close()) }()
	shelf, err := release.Open(cfg.DataDir())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if a.speaker, err = a.center(cfg, history); err != nil {
		return errors.Join(err, listener.Close())
	}
	k := newKeeper(a, cfg, history, logger)
	if k.queue, err = a.queueOf(ctx, cfg, crewSize{}); err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, k.queue.Close()) }()
	server := serve.New(serve.Options{
		Releases: shelf, History: history, Report: reports(cfg).Read, Texts: a.texts(cfg), Begin: k.begin, Upcoming: k.scheduler.Upcoming,
		Ready:   func(ctx context.Context) error { _, err := history.Runs(ctx, 1); return err },
		Metrics: k.metrics.Handler(), Token: cfg.Serve.Token, Local: local, Hosts: cfg.Serve.Hosts,
		Duck: duck.Options{Memory: min(apiMemory, cfg.Limits.Memory).String(), Threads: 1}, Log: logger, Hide: cfg.Hide,
	})
	defer func() { err = errors.Join(err, server.Close()) }()
	web := server.HTTP()
	web.Handler = k.metrics.Measured(web.Handler)
	logger.Info("serving", "address", listener.Addr().String(), "rules", len(k.scheduler.Rules))
	fmt.Fprintf(a.out, "http://%s\n", listener.Addr())

	group, within := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("answer over HTTP: %w", err)
		}
		return nil
	})
	group.Go(func() error { return k.schedule(within) })
	group.Go(func() error { k.follow(within); return nil })
	group.Go(func() error { k.remind(within); return nil })
	group.Go(func() error {
		<-within.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(within), hangUp)
		defer cancel()
		if web.Shutdown(late) != nil {
			return web.Close()
		}
		return nil
	})
	err = group.Wait()
	logger.Info("ended")
	return err
}

// wired makes a runner once, to see that one can be made.
func wired(ctx context.Context, a *app, cfg *config.Config) (sources int, err error) {
	r, done, err := a.wire(ctx, cfg)
	if err != nil {
		return 0, err
	}
	return len(r.Sources), done()
}

// serviceLog gives the log of a program that nobody watches.
func (a *app) serviceLog(cfg *config.Config) *slog.Logger {
	level := slog.LevelInfo
	if a.verbose {
		level = slog.LevelDebug
	}
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: a.hideAttr}
	if cfg.Observe.Logs == "json" {
		return slog.New(slog.NewJSONHandler(a.err, o))
	}
	return slog.New(slog.NewTextHandler(a.err, o))
}

// texts gives what looks up the texts of cells in the lake.
func (a *app) texts(cfg *config.Config) func(ctx context.Context, v *trace.Value) error {
	return func(ctx context.Context, v *trace.Value) (err error) {
		_, err = a.sheetsOf(ctx, cfg, v)
		return err
	}
}

// lastBook gives when the newest book of some sources came; without names, of all.
func lastBook(known map[string]time.Time, sources []string) time.Time {
	var last time.Time
	for id, at := range known {
		if (len(sources) == 0 || slices.Contains(sources, id)) && at.After(last) {
			last = at
		}
	}
	return last
}

// unknownSources refuses ids that the configuration does not have.
func unknownSources(cfg *config.Config, ids []string) error {
	for _, id := range ids {
		if !slices.ContainsFunc(cfg.Sources, func(s config.Source) bool { return s.ID == id }) {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("there is no source %.60q", id)}
		}
	}
	return nil
}
