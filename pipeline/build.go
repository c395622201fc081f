package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/sinks"
)

// build loads everything into a fresh database, runs the stages on it and publishes what they leave.
func (r *running) build(ctx context.Context, books []lake.Version, inputs []input, hash string) (err error) {
	db, err := duck.Create(ctx, r.work("build.duckdb"), r.Duck)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	started := r.Now().UTC().Truncate(time.Second)
	id := started.Format("20060102T150405Z") + "-" + hash[:8]
	facts := facts{release: id, run: r.result.Run, created: started, inputsHash: hash}
	tables, err := r.load(ctx, db, books, inputs, facts)
	if err != nil {
		return err
	}
	more, held, err := r.stages(ctx, db)
	if err != nil {
		return err
	}
	tables = append(tables, more...)
	if len(held) > 0 {
		return r.holdBack(ctx, db, id, held)
	}
	return r.publish(ctx, db, tables, facts)
}

// facts are what a release says about itself.
type facts struct {
	release, run, inputsHash string
	created                  time.Time
}

// stages runs the stages in order.
func (r *running) stages(ctx context.Context, db *duck.DB) (tables []Published, held []string, err error) {
	for _, s := range r.Stages {
		r.Watch.Begin(s.Name(), 0)
		report, err := s.Run(ctx, db)
		r.Watch.End()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.Name(), err)
		}
		for _, note := range report.Notes {
			r.event(ctx, slog.LevelWarn, s.Name(), "", "%s", note)
		}
		for _, failure := range report.Held {
			r.event(ctx, slog.LevelError, s.Name(), "", "%s", failure)
		}
		held = append(held, report.Held...)
		tables = append(tables, report.Tables...)
	}
	return tables, held, nil
}

// holdBack keeps the candidate for study; the last good release stays current.
func (r *running) holdBack(ctx context.Context, db *duck.DB, id string, held []string) error {
	reason := strings.Join(held, "\n")
	staging, err := r.Releases.Stage(id)
	if err != nil {
		return err
	}
	err = db.WriteDatabase(ctx, staging.Dir+"/candidate.duckdb")
	if err != nil {
		return errors.Join(err, staging.Discard())
	}
	dir, err := staging.SetAside(reason)
	if err != nil {
		return err
	}
	return &fault.Error{Kind: fault.Check, What: fmt.Sprintf("the release is held back, %d checks failed:\n  %s", len(held), strings.Join(held, "\n  ")),
		Remedy: "the last good release stays current; the candidate is in " + dir}
}

// publish gives the tables to all sinks and makes the release current.
func (r *running) publish(ctx context.Context, db *duck.DB, published []Published, f facts) error {
	staging, err := r.Releases.Stage(f.release)
	if err != nil {
		return err
	}
	tables := make([]sinks.Table, len(published))
	for i, p := range published {
		if tables[i], err = db.Table(ctx, p.Name, p.Order); err != nil {
			return errors.Join(err, staging.Discard())
		}
	}
	rel := sinks.Release{ID: f.release, Dir: staging.Dir, Time: f.created, Run: f.run, Store: db}
	r.Watch.Begin("publish", len(r.Sinks)*len(tables))
	defer r.Watch.End()
	for _, s := range r.Sinks {
		if err := r.feed(ctx, s, rel, tables); err != nil {
			return errors.Join(err, staging.Discard())
		}
	}
	info, err := staging.Commit(ctx, r.manifest(f, tables))
	if err != nil {
		return err
	}
	r.event(ctx, slog.LevelInfo, "publish", "", "release %s is current", info.ID)
	gone, err := r.Releases.Prune(r.Keep)
	if err != nil {
		r.problem(ctx, "publish", "", fmt.Errorf("remove old releases: %w", err))
	}
	for _, old := range gone {
		r.event(ctx, slog.LevelInfo, "publish", "", "release %s is removed: %d are kept", old, r.Keep)
	}
	return nil
}

// feed takes one sink through a release.
func (r *running) feed(ctx context.Context, s sinks.Sink, rel sinks.Release, tables []sinks.Table) error {
	err := s.Begin(ctx, rel)
	for i := 0; err == nil && i < len(tables); i++ {
		err = s.Write(ctx, tables[i])
		r.Watch.Part(tables[i].Name())
	}
	if err == nil {
		err = s.Commit(ctx)
	}
	if err != nil {
		// The release is given up even when the run is being stopped.
		return errors.Join(err, s.Abort(context.WithoutCancel(ctx)))
	}
	return nil
}

func (r *running) manifest(f facts, tables []sinks.Table) release.Manifest {
	m := release.Manifest{Run: f.run, Created: f.created, Statloom: r.Engine, ConfigHash: r.ConfigHash, InputsHash: f.inputsHash}
	for _, d := range r.Datasets {
		m.Illustrative = m.Illustrative || d.Illustrative
	}
	for _, t := range tables {
		table := release.Table{Name: t.Name(), Comment: t.Comment(), Rows: t.Rows()}
		for _, c := range t.Columns() {
			table.Columns = append(table.Columns, release.Column{Name: c.Name, Type: c.Type, Comment: c.Comment})
		}
		m.Tables = append(m.Tables, table)
	}
	return m
}
