package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/observe"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
)

// order is what a run is asked to do, by a person, the schedule or a request.
type order struct {
	id      string   // empty: one is drawn
	trigger string   // who asked: manual, schedule, ...
	sources []string // that are asked; empty: all
	full    bool     // read every book anew
}

// afterwards is how long it may take to tell of a run.
const afterwards = 2 * time.Minute

// once does one run and tells of it whoever should hear. What goes wrong with the telling is reported and changes nothing of
// how the run ended.
func (a *app) once(ctx context.Context, cfg *config.Config, o order) (pipeline.Result, observe.Report, error) {
	if o.id == "" {
		var err error
		if o.id, err = runlog.NewID(a.now(), a.random); err != nil {
			return pipeline.Result{}, observe.Report{}, err
		}
	}
	report := observe.Report{
		Run: o.id, Name: cfg.Name.EN, Trigger: o.trigger, Started: a.now().UTC(), Asked: o.sources, Statloom: a.engine(), ConfigHash: cfg.Hash(),
	}
	before := currentOf(cfg)
	var result pipeline.Result
	var seen *observe.Recorder
	var newest map[string]time.Time
	var programs *programs
	err := a.inTurnOf(ctx, cfg, o.id, func(ctx context.Context, t turn) (err error) {
		programs = a.begun(ctx, cfg, report)
		t.Full, t.Trigger, t.Only = o.full, o.trigger, o.sources
		seen = observe.NewRecorder(t.Watch, a.now)
		t.Watch = seen
		result, err = t.Run(ctx, t.id)
		t.watched()
		var unknown error
		newest, unknown = newestBooks(ctx, t, seen)
		return errors.Join(err, unknown)
	})
	if fault.KindOf(err) == fault.Locked {
		return result, report, err
	}
	report.Finished, report.Status, report.Release = a.now().UTC(), result.Status, result.Release
	if report.Status == "" {
		report.Status = runlog.Failed // it did not even begin
	}
	for _, p := range result.Problems {
		report.Problems = append(report.Problems, p.Error())
	}
	report.ExitCode, report.Counters = fault.ExitCode(errors.Join(append([]error{err}, result.Problems...)...)), result.Counters
	if err != nil {
		report.Message, report.ExitCode = err.Error(), fault.ExitCode(err)
	}
	report.Fill(seen, currentOf(cfg), cfg.Hide)
	late, stop := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer stop()
	a.tell(late, cfg, programs, &report, before, newest)
	return result, report, err
}

// currentOf gives the release that is current, nothing where there is none or it cannot be read: the run itself says so.
func currentOf(cfg *config.Config) release.Info {
	shelf, err := release.Open(cfg.DataDir())
	if err != nil {
		return release.Info{}
	}
	info, _, err := shelf.Current()
	if err != nil {
		return release.Info{}
	}
	return info
}

// sourcesRoom is where it is kept when each source gave its newest book, all under one name.
const (
	sourcesRoom = "sources"
	newestName  = "newest"
)

// fewSources are looked up one by one when it is not known yet when each gave its newest book.
const fewSources = 1000

// knownNewest gives when each source gave its newest book, as far as it is kept.
func knownNewest(ctx context.Context, h *runlog.Log) (map[string]time.Time, error) {
	kept, err := runlog.Kept[map[string]time.Time](ctx, h, sourcesRoom)
	return kept[newestName], err
}

// newestBooks gives when each source gave its newest book. Sources that a schedule waits for are looked up in the lake; of
// the others it is known what this run and those before have seen.
func newestBooks(ctx context.Context, t turn, seen *observe.Recorder) (map[string]time.Time, error) {
	if ctx.Err() != nil {
		return nil, nil // the run was stopped, and says so
	}
	newest, err := knownNewest(ctx, t.Log)
	if err != nil {
		return nil, err
	}
	first := newest == nil
	if first {
		newest = map[string]time.Time{}
	}
	for id := range seen.NewBooks() {
		newest[id] = t.Now().UTC()
	}
	waited := map[string]bool{}
	for _, r := range t.cfg.Rules() {
		if r.Waits() {
			for _, id := range r.Sources {
				waited[id] = true
			}
		}
	}
	for _, s := range t.cfg.Sources {
		if !waited[s.ID] && !(first && len(t.cfg.Sources) <= fewSources) {
			continue
		}
		versions, err := t.Lake.Versions(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			if v.Retrieved.After(newest[s.ID]) {
				newest[s.ID] = v.Retrieved
			}
		}
	}
	return newest, nil
}

// history opens the run history.
func (a *app) history(ctx context.Context, cfg *config.Config) (*runlog.Log, error) {
	return runlog.Open(ctx, cfg.StatePlace())
}

// reports is the folder of the reports of runs.
func reports(cfg *config.Config) observe.Reports {
	return observe.Reports{Dir: filepath.Join(cfg.DataDir(), "runs")}
}

// tell has everybody told of a run that has ended, and forgets the oldest runs.
func (a *app) tell(ctx context.Context, cfg *config.Config, t *programs, report *observe.Report, before release.Info, newest map[string]time.Time) {
	history, err := a.history(ctx, cfg)
	if err != nil {
		report.Untold = append(report.Untold, cfg.Hide(err.Error()))
	} else {
		err = unbegun(ctx, history, report)
		if newest != nil {
			err = errors.Join(err, history.Keep(ctx, sourcesRoom, newestName, newest))
		}
		if err = errors.Join(err, history.Prune(ctx, cfg.KeepRuns)); err != nil {
			report.Untold = append(report.Untold, err.Error())
		}
		a.alert(ctx, cfg, history, report, before, newest)
	}
	t.ended(ctx, report)
	err = reports(cfg).Write(*report, cfg.KeepRuns)
	if history != nil {
		err = errors.Join(err, history.Close())
	}
	if err != nil {
		report.Untold = append(report.Untold, err.Error())
	}
	for _, problem := range report.Untold {
		a.log().Warn("a run could not be told of", "run", report.Run, "reason", problem)
	}
}

// unbegun records a run that ended before it could record itself, such as one whose source cannot be made.
func unbegun(ctx context.Context, history *runlog.Log, report *observe.Report) error {
	if _, err := history.Run(ctx, report.Run); err == nil || fault.KindOf(err) != fault.Failed || report.Status != runlog.Failed {
		return nil
	}
	r := runlog.Run{ID: report.Run, Started: report.Started, ConfigHash: report.ConfigHash, Trigger: report.Trigger}
	return errors.Join(history.Start(ctx, r), history.Finish(ctx, r.ID, runlog.Outcome{
		Finished: report.Finished, Status: report.Status, ExitCode: report.ExitCode, Message: report.Message,
	}))
}

func (a *app) run(ctx context.Context, full bool) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	started := a.now()
	result, _, err := a.once(ctx, cfg, order{trigger: "manual", full: full})
	if err != nil {
		return err
	}
	if err := a.summary(ctx, cfg, result, a.now().Sub(started)); err != nil {
		return err
	}
	return problems(result)
}
