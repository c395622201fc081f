package config

import (
	"fmt"
	"os"
	"slices"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/transforms"
)

// maxReview bounds the file of decisions, in bytes.
const maxReview = 16 << 20

// DefaultReview is where decisions about labels are kept if the configuration does not say.
const DefaultReview = "review.csv"

func (k *checker) checkConcordances() {
	k.c.concordances = map[string][]byte{}
	seen := map[string]string{}
	for i, c := range k.c.Concordances {
		path := at("concordances", i, "id")
		_ = k.plainName(path, c.ID) && k.unique(seen, path, c.ID)
		k.refer(at("concordances", i, "from"), "code list", c.From, keys(k.codeLists))
		k.refer(at("concordances", i, "to"), "code list", c.To, keys(k.codeLists))
		if content, ok := k.load(at("concordances", i, "file"), c.File, maxCodes); ok {
			k.c.concordances[c.ID] = content
		}
	}
}

// checkReview loads the decisions about labels. A file that does not exist yet holds none.
func (k *checker) checkReview() {
	if k.c.Review == "" {
		k.c.Review = DefaultReview
	}
	if _, err := os.Stat(k.c.Resolve(k.c.Review)); err != nil {
		return
	}
	content, what := readFile(k.c.Resolve(k.c.Review), maxReview)
	if what != "" {
		k.d.Fail("review", "review "+k.c.Review+": "+what, "paths start at the folder of the configuration")
		return
	}
	k.files["review"], k.c.review = content, content
}

// checkForms looks at models that have no SQL of their own and at what is computed anew from parts.
func (k *checker) checkForms() {
	tables := slices.Concat(keys(k.datasets), keys(k.models))
	for i, set := range k.c.Datasets {
		for j, part := range set.Parts {
			k.refer(fmt.Sprintf("%s[%d]", at("datasets", i, "parts"), j), "part", part, tables)
		}
	}
	var concordances []string
	for _, c := range k.c.Concordances {
		concordances = append(concordances, c.ID)
	}
	for i, m := range k.c.Models {
		path := at("models", i, "")
		if m.Count() == 0 {
			continue
		}
		if m.Count() > 1 {
			k.d.Fail(kind.Join(path, "id"), "model "+k.d.Quote(kind.Join(path, "id"))+" is made in several ways", "keep one of carried, growth and linked")
		}
		k.foreign(path, "the model is made by its form", "sql", "file")
		for form, table := range tablesOf(m.Form) {
			k.refer(kind.Join(path, form+".table"), "table", table, tables)
		}
		if m.Carried != nil {
			k.refer(kind.Join(path, "carried.concordance"), "concordance", m.Carried.Concordance, concordances)
		}
	}
}

// tablesOf gives the table that each given form reads.
func tablesOf(f transforms.Form) map[string]string {
	tables := map[string]string{}
	if f.Carried != nil {
		tables["carried"] = f.Carried.Table
	}
	if f.Growth != nil {
		tables["growth"] = f.Growth.Table
	}
	if f.Linked != nil {
		tables["linked"] = f.Linked.Table
	}
	return tables
}
