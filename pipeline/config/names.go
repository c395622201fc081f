package config

import (
	"regexp"
	"strings"

	"github.com/statloom/statloom/transforms"
)

var (
	sqlName   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	otherName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
)

// sqlWords are the words that DuckDB does not take as the name of a table or column without quotes.
var sqlWords = words(`all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast
	check collate collation column concurrently constraint create cross default deferrable desc describe distinct do else end
	except false fetch for foreign freeze from full glob group having ilike in initially inner intersect into is isnull join
	lambda lateral leading left like limit natural not notnull null offset on only or order outer overlaps pivot pivot_longer
	pivot_wider placing positional primary qualify references returning right select semi show similar some summarize symmetric
	table tablesample then to trailing true union unique unpack unpivot using variadic verbose when where window with`)

// ownTables are the tables of every release.
var ownTables = words(`checks code_lists concordances corrections datasets indicator_band_formulas indicator_band_inputs indicator_catalogue indicator_edges indicator_formulas indicator_inputs indicator_shape_inputs indicator_shapes indicators quarantine revision_summary revisions runs snapshots target_projections targets`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// fixedColumns are the columns that a dataset's table has besides those its recipe names.
func fixedColumns(shape transforms.Shape) []string {
	var names []string
	if shape != transforms.Register {
		for _, f := range transforms.ObservationColumns() {
			names = append(names, f.Name)
		}
	}
	for _, f := range transforms.ProvenanceColumns() {
		names = append(names, f.Name)
	}
	return append(names, "vintage_to", "correction")
}

// indicatorColumns are the columns that an indicator's view has besides its dimensions, or may not have.
func indicatorColumns() []string {
	return append(fixedColumns(transforms.Observations), "indicator", "obs_low", "obs_high", "method")
}

// tableColumns are all columns of a dataset's table.
func tableColumns(r transforms.Recipe) []string {
	var names []string
	for _, d := range r.Dimensions {
		names = append(names, d.ID)
	}
	for _, c := range r.Columns {
		names = append(names, c.ID)
	}
	return append(names, fixedColumns(r.Shape)...)
}
