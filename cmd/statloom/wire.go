package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
	"github.com/statloom/statloom/transforms/drift"
	"github.com/statloom/statloom/transforms/layout"
)

// wire makes a runner of a configuration. The caller sets its log and watcher, and calls the function when done.
func (a *app) wire(ctx context.Context, cfg *config.Config) (*pipeline.Runner, func() error, error) {
	data := cfg.DataDir()
	work := filepath.Join(data, "work")
	env := kind.Env{Dir: cfg.Dir(), Now: a.now, Log: a.log(), Data: data}
	r := &pipeline.Runner{
		Work: work, Formats: formats(), Limits: cfg.Limits.Book(),
		Duck: duck.Options{
			Memory: cfg.Limits.Memory.String(), Threads: cfg.Limits.Threads, TempDir: filepath.Join(work, "spill"),
		},
		Name: cfg.Name, Language: cfg.Language, Engine: a.engine(), ConfigHash: cfg.Hash(), Keep: cfg.KeepReleases, Now: a.now,
		Differ: drift.NewComparer(),
	}
	for _, s := range cfg.Sources {
		built, err := s.Build(ctx, env)
		if err != nil {
			return nil, nil, fmt.Errorf("source %s: %w", s.ID, err)
		}
		if a.offline {
			built = offline{built}
		}
		r.Sources = append(r.Sources, pipeline.Source{ID: s.ID, Producer: s.Producer, Licence: s.Licence, Source: built})
	}
	for _, s := range cfg.Sinks {
		built, err := s.Build(ctx, env)
		if err != nil {
			return nil, nil, fmt.Errorf("sink %s: %w", s.Kind, err)
		}
		r.Sinks = append(r.Sinks, built)
	}
	if err := wireData(r, cfg); err != nil {
		return nil, nil, err
	}
	problems, err := quantities(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	if len(problems) > 0 {
		return nil, nil, misdeclared(cfg, problems)
	}
	if r.Releases, err = release.Open(data); err != nil {
		return nil, nil, err
	}
	if r.Lake, err = openLake(ctx, cfg); err != nil {
		return nil, nil, err
	}
	if r.Depot, err = a.openDepot(ctx, cfg); err != nil {
		return nil, nil, errors.Join(err, r.Lake.Close())
	}
	return r, func() error {
		err := r.Lake.Close()
		if r.Depot != nil {
			err = errors.Join(err, r.Depot.Close())
		}
		return err
	}, nil
}

// wireData gives the runner what needs no place on the disk: datasets, code lists and stages.
func wireData(r *pipeline.Runner, cfg *config.Config) error {
	lists, err := codeLists(cfg)
	if err != nil {
		return err
	}
	checks, err := wireForms(r, cfg, lists)
	if err != nil {
		return err
	}
	r.CodeListSchema = codes.Schema()
	for _, decl := range cfg.CodeLists {
		r.CodeLists = append(r.CodeLists, lists[decl.ID].Record(memory.DefaultAllocator))
	}
	for _, d := range cfg.Datasets {
		dataset, err := wireDataset(cfg, d, lists)
		if err != nil {
			return &fault.Error{Kind: fault.Config, File: cfg.Path(), What: "dataset " + d.ID, Err: err}
		}
		for _, c := range cfg.Corrections {
			if c.Dataset == d.ID {
				dataset.Corrections = append(dataset.Corrections, c)
			}
		}
		r.Datasets = append(r.Datasets, dataset)
	}
	r.Stages = stages(cfg, r.Datasets, checks...)
	return nil
}

// codeLists reads the configuration's code lists.
func codeLists(cfg *config.Config) (map[string]*codes.List, error) {
	decisions, err := codes.ReadDecisions(bytes.NewReader(cfg.Decisions()), cfg.Review)
	if err != nil {
		return nil, err
	}
	lists := map[string]*codes.List{}
	var problems []error
	for _, decl := range cfg.CodeLists {
		list, err := codes.Load(bytes.NewReader(cfg.Codes(decl.ID)), decl)
		if err == nil {
			list, err = list.Decided(decisions)
		}
		lists[decl.ID] = list
		problems = append(problems, err)
	}
	return lists, errors.Join(problems...)
}

// wireDataset makes the reader and the transforms of a dataset.
func wireDataset(cfg *config.Config, d config.Dataset, lists map[string]*codes.List) (pipeline.Dataset, error) {
	reader, err := layout.New(d.Table)
	if err != nil {
		return pipeline.Dataset{}, err
	}
	out := pipeline.Dataset{
		ID: d.ID, Name: d.Name, Note: d.Note, Licence: d.Licence, Sources: d.Source, Illustrative: d.Illustrative,
		Accepted: d.Accept, Reader: reader, Columns: map[string]string{},
	}
	if d.Books != "" {
		if out.Books, err = regexp.Compile(d.Books); err != nil {
			return pipeline.Dataset{}, err
		}
	}
	recipe, err := json.Marshal(d.Table)
	if err != nil {
		return pipeline.Dataset{}, err
	}
	parts := [][]byte{recipe}
	var coded []codes.Column
	use := func(column, list, unmatched string) {
		if list != "" {
			coded = append(coded, codes.Column{Name: column, List: lists[list], Keep: unmatched == "keep"})
			parts = append(parts, cfg.Codes(list))
			if said := lists[list].Decisions(); len(said) > 0 {
				parts = append(parts, said)
			}
		}
	}
	if d.Table.Shape == transforms.Register {
		out.Key = d.Table.Key
		for _, c := range d.Table.Columns {
			use(c.ID, c.CodeList, c.Unmatched)
			out.Columns[c.ID] = columnComment(c.Name, c.Unit, c.CodeList)
			if !slices.Contains(out.Key, c.ID) {
				out.Values = append(out.Values, c.ID)
			}
		}
	} else {
		for _, dim := range d.Table.Dimensions {
			use(dim.ID, dim.CodeList, dim.Unmatched)
			out.Columns[dim.ID] = columnComment(dim.Name, "", dim.CodeList)
			out.Key = append(out.Key, dim.ID)
		}
		out.Key = append(out.Key, transforms.ColTimePeriod, transforms.ColPriceBase)
		out.Values = []string{transforms.ColObsValue, transforms.ColObsStatus, transforms.ColUnit, transforms.ColUnitMult}
	}
	if len(coded) > 0 {
		out.Transforms = append(out.Transforms, codes.Transform(coded...))
	}
	out.RecipeHash = pipeline.RecipeHash(parts...)
	return out, nil
}

func columnComment(name transforms.Text, unit, list string) string {
	var parts []string
	for _, t := range []string{name.VI, name.EN} {
		if t != "" && !slices.Contains(parts, t) {
			parts = append(parts, t)
		}
	}
	text := strings.Join(parts, " — ")
	if unit != "" {
		text += " (" + unit + ")"
	}
	if list != "" {
		text += "; code list " + list
	}
	return text
}

// engine names the program that made something. A build of uncommitted code is told by its file, since its version says
// too little.
func (a *app) engine() string {
	if version != "dev" && !strings.HasSuffix(version, "-dirty") {
		return version
	}
	name, err := os.Executable()
	if err != nil {
		return version
	}
	info, err := os.Stat(name)
	if err != nil {
		return version
	}
	return fmt.Sprintf("%s-%d-%d", version, info.Size(), info.ModTime().Unix())
}
