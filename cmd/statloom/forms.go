package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline"
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
	"github.com/statloom/statloom/transforms/concord"
	"github.com/statloom/statloom/transforms/indicator"
	"github.com/statloom/statloom/transforms/quantity"
	sqltree "github.com/statloom/statloom/transforms/query"
)

// wireForms reads the concordances and gives SQL to the models that are declared by a form. The checks hold that nothing
// is lost on the way.
func wireForms(r *pipeline.Runner, cfg *config.Config, lists map[string]*codes.List) ([]transforms.Check, error) {
	world := concord.World{Tables: formTables(cfg), Concordances: map[string]*concord.Concordance{}}
	var problems []error
	for _, decl := range cfg.Concordances {
		c, err := concord.Load(bytes.NewReader(cfg.Concordance(decl.ID)), decl, lists)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		world.Concordances[decl.ID] = c
		r.Concordances = append(r.Concordances, c.Rows()...)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	made, wrong := concord.Compile(cfg.Models, world)
	if len(wrong) > 0 {
		lines := make([]string, len(wrong))
		for i, p := range wrong {
			lines[i] = fmt.Sprintf("%s: model %s, %s: %s", cfg.Path(), p.Model, p.Key, p.What)
			if p.Want != "" {
				lines[i] += "; " + p.Want
			}
		}
		return nil, &fault.Error{Kind: fault.Config, What: fmt.Sprintf("%d problems\n%s", len(lines), strings.Join(lines, "\n"))}
	}
	cfg.Models = made.Models
	return made.Checks, nil
}

// formTables describes the datasets of observations to the models that are made by a form.
func formTables(cfg *config.Config) map[string]concord.Table {
	tables := map[string]concord.Table{}
	for _, d := range cfg.Datasets {
		if d.Table.Shape == transforms.Register {
			continue
		}
		t := concord.Table{Name: d.ID, Measure: d.Measure, Parts: d.Parts, PriceBases: possible(d.Table.PriceBase, []string{})}
		for _, dim := range d.Table.Dimensions {
			t.Dimensions = append(t.Dimensions, concord.Dimension{ID: dim.ID, CodeList: dim.CodeList})
		}
		tables[d.ID] = t
	}
	return tables
}

// possible gives the values that a recipe's pick can give, or nil where they are only known from the books; silent is what
// a pick that says nothing means.
func possible(p transforms.Pick, silent []string) []string {
	switch {
	case len(p.From) > 0 && len(p.Map) == 0:
		return nil
	case len(p.Map) == 0 && p.Value == "":
		return silent
	}
	var values []string
	for _, rule := range p.Map {
		values = append(values, rule.Value)
	}
	if p.Value != "" {
		values = append(values, p.Value)
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// quantities checks units, scales and price bases before any data.
func quantities(ctx context.Context, cfg *config.Config) (problems []indicator.Problem, err error) {
	world := quantity.World{Datasets: map[string]quantity.Dataset{}, Models: cfg.Models, Indicators: cfg.Indicators}
	for _, d := range cfg.Datasets {
		if d.Table.Shape == transforms.Register {
			continue
		}
		world.Datasets[strings.ToLower(d.ID)] = quantity.Dataset{
			Measure: d.Measure, Units: possible(d.Table.Unit, nil), PriceBases: possible(d.Table.PriceBase, []string{}),
		}
	}
	db, err := duck.Create(ctx, ":memory:", duck.Options{Threads: 1})
	if err != nil {
		return nil, fmt.Errorf("make a database to parse in: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	found, err := quantity.Check(ctx, world, func(ctx context.Context, sql string) (map[string]any, error) { return sqltree.Tree(ctx, db, sql) })
	for _, p := range found {
		problems = append(problems, indicator.Problem{Kind: p.Kind, ID: p.ID, Key: p.Key, What: p.What, Want: p.Want})
	}
	return problems, err
}
