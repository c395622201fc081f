package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/layout"
)

// proposedCheck is a sum that held when the book was looked at.
type proposedCheck struct {
	ID, Total, Parts, GroupBy string
	Held                      int // groups
}

const (
	mostChecks = 12 // of one dataset
	mostParts  = 60 // of one sum
	sureSum    = 0.8
)

// check proposes checks for the totals of a table: for each relation that the layout found to hold without exception,
// if the figures that the dataset reads bear it out.
func (p *proposal) check(t *layout.Table) {
	if p.trial.cut {
		return
	}
	for i := range t.Identities {
		id := &t.Identities[i]
		if len(p.Checks) == mostChecks {
			return
		}
		if id.Kind != layout.Sum || id.Implied || id.Against > 0 || id.Confidence < sureSum || len(id.Operands) < 2 || len(id.Operands) > mostParts {
			continue
		}
		if d, total, parts, ok := p.dimensionOf(id); ok {
			p.tryCheck(d, total, parts)
		}
	}
}

// dimensionOf finds the dimension along which a relation runs: the lines have one label each there, all different.
func (p *proposal) dimensionOf(id *layout.Identity) (d int, total string, parts []string, ok bool) {
	labels := make([]map[int]string, len(p.Dimensions)) // of dimension and line
	mixed := make([]bool, len(p.Dimensions))
	for d := range labels {
		labels[d] = map[int]string{}
	}
	for _, o := range p.trial.figures {
		row, col, _ := sheet.ParseA1(o.cell)
		line := row
		if id.Axis == layout.Columns {
			line = col
		}
		if line != id.Result && !slices.Contains(id.Operands, line) {
			continue
		}
		for d, label := range o.dims {
			if before, ok := labels[d][line]; ok && before != label {
				mixed[d] = true
			}
			labels[d][line] = label
		}
	}
	for d := range labels {
		if mixed[d] || len(labels[d]) != len(id.Operands)+1 {
			continue
		}
		total, ok := labels[d][id.Result]
		all := map[string]bool{total: true}
		for _, o := range id.Operands {
			parts = append(parts, labels[d][o])
			all[labels[d][o]] = true
		}
		if ok && len(all) == len(id.Operands)+1 && !all[none] {
			return d, total, parts, true
		}
		parts = nil
	}
	return 0, "", nil, false
}

// group is the figures that a sum is made in.
type group struct {
	totals, parts, known int
	total, added         float64
	decimals, figures    int
}

// tryCheck adds the check if it holds in all figures of the dataset, as the check itself would see them.
func (p *proposal) tryCheck(d int, total string, parts []string) {
	groups := map[string]*group{}
	for _, o := range p.trial.figures {
		isTotal, isPart := o.dims[d] == total, slices.Contains(parts, o.dims[d])
		if !isTotal && !isPart {
			continue
		}
		others := slices.Clone(o.dims)
		others[d] = ""
		key := strings.Join(append(others, o.period, o.base), "\x00")
		g := groups[key]
		if g == nil {
			g = &group{}
			groups[key] = g
		}
		g.add(o, isTotal)
	}
	held := 0
	for _, g := range groups {
		switch {
		case g.totals > 1:
			return
		case g.totals == 0 || g.parts == 0 || g.known < g.parts+1:
			continue
		case g.parts != len(parts) || math.Abs(g.added-g.total) > float64(g.figures)*0.5*math.Pow(10, -float64(g.decimals))+1e-9*math.Abs(g.total):
			return
		}
		held++
	}
	if held < 2 && len(groups) > 1 || held == 0 {
		return
	}
	column := p.Dimensions[d].ID
	list := make([]string, len(parts))
	for i, part := range parts {
		list[i] = duck.Literal(p.label(d, part))
	}
	by := []string{}
	for i := range p.Dimensions {
		if i != d {
			by = append(by, p.Dimensions[i].ID)
		}
	}
	by = append(by, transforms.ColTimePeriod)
	if len(p.PriceBase) > 0 {
		by = append(by, transforms.ColPriceBase)
	}
	c := proposedCheck{Total: column + " = " + duck.Literal(p.label(d, total)), Parts: column + " IN (" + strings.Join(list, ", ") + ")",
		GroupBy: strings.Join(by, ", "), Held: held, ID: fmt.Sprintf("%s_sum_%d", p.ID, len(p.Checks)+1)}
	if !slices.ContainsFunc(p.Checks, func(o proposedCheck) bool { return o.Total == c.Total && o.Parts == c.Parts }) {
		p.Checks = append(p.Checks, c)
	}
}

func (g *group) add(o observed, isTotal bool) {
	g.figures++
	if o.known {
		g.known++
		_, fraction, _ := strings.Cut(strconv.FormatFloat(o.value, 'g', 10, 64), ".")
		fraction, _, _ = strings.Cut(fraction, "e")
		g.decimals = max(g.decimals, len(strings.TrimRight(fraction, "0")))
	}
	if isTotal {
		g.totals++
		g.total = o.value
	} else {
		g.parts++
		g.added += o.value
	}
}
