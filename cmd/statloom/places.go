package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/depot"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
)

// openLake opens the lake of a configuration.
func openLake(ctx context.Context, cfg *config.Config) (*lake.Lake, error) {
	return lake.Open(ctx, cfg.LakePlace(), filepath.Join(cfg.DataDir(), "tmp"))
}

// openDepot opens the place where machines find each other's releases; nil where there is none.
func (a *app) openDepot(ctx context.Context, cfg *config.Config) (*depot.Depot, error) {
	if cfg.Releases == "" {
		return nil, nil
	}
	return depot.Open(ctx, cfg.Releases, cfg.SeenFile(), a.now)
}

// share makes a lock of this machine hold on all machines that share the state.
func (a *app) share(ctx context.Context, cfg *config.Config, lock *runlog.Lock) (err error) {
	if !cfg.Shared() {
		return nil
	}
	history, err := a.history(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, history.Close()) }()
	return history.Share(ctx, lock)
}

// everywhere makes the release that is current here the current one of all machines.
func (a *app) everywhere(ctx context.Context, cfg *config.Config, info release.Info) (err error) {
	d, err := a.openDepot(ctx, cfg)
	if err != nil || d == nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	before, err := d.Current(ctx)
	if err != nil || before.Release == info.ID {
		return err
	}
	_, err = pipeline.Share(ctx, d, info, before)
	return err
}

// whileHeld gives a context that ends when a lock may be another machine's.
func (a *app) whileHeld(ctx context.Context, lock *runlog.Lock) (context.Context, context.CancelFunc) {
	within, cancel := context.WithCancel(ctx)
	if lock.Lost() == nil {
		return within, cancel
	}
	log := a.log()
	go func() {
		select {
		case <-lock.Lost():
			log.Warn("the database of the state was lost, and with it the lock that lets one machine at a time publish; the run stops")
			cancel()
		case <-within.Done():
		}
	}()
	return within, cancel
}
