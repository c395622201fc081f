package transforms

import "time"

// Concordance declares how the codes of one list become those of another, or of the same list after a day on which codes
// changed their meaning. Its file is CSV with the columns from_code, to_code, weight, valid_from and, where wanted, note.
type Concordance struct {
	ID     string `yaml:"id" json:"id"`
	Name   Text   `yaml:"name" json:"name"`
	From   string `yaml:"from" json:"from" jsonschema:"description=Code list of the codes that are carried"`
	To     string `yaml:"to" json:"to" jsonschema:"description=Code list they are carried to; the same one where its codes change their meaning on a day"`
	File   string `yaml:"file" json:"file" jsonschema:"description=CSV file with the columns from_code, to_code, weight, valid_from and note, relative to the configuration. The weights of each from_code add up to one; a code with several targets and no weights is known but cannot be carried"`
	Source string `yaml:"source" json:"source,omitempty"`
}

// ConcordanceRow is a row of the release's table of concordances.
type ConcordanceRow struct {
	Concordance        string
	FromList, FromCode string
	ToList, ToCode     string
	Weight             *float64 // nil: the share is not known
	ValidFrom          time.Time
	Note               string
}

// Measure says how figures behave when areas or activities are put together.
type Measure string

const (
	Additive Measure = "additive" // amounts and counts: parts add up
	Index    Measure = "index"    // against a base period
	Share    Measure = "share"    // part of a whole, in percent
	Ratio    Measure = "ratio"    // one amount by another: productivity, a rate
)

// Carried declares a model whose rows are those of a table on the codes of a concordance's other side.
type Carried struct {
	Table       string `yaml:"table" json:"table" jsonschema:"description=Dataset, or model of this kind, whose measure is additive"`
	Dimension   string `yaml:"dimension" json:"dimension" jsonschema:"description=Dimension whose codes are carried"`
	Concordance string `yaml:"concordance" json:"concordance"`
}

// Growth declares a model of growth in percent, which stops at a change of boundary, of price base or of unit.
type Growth struct {
	Table string `yaml:"table" json:"table" jsonschema:"description=Dataset, or carried model"`
	Over  string `yaml:"over" json:"over" jsonschema:"enum=year,enum=half_year,enum=quarter,enum=month"`
}

// Linked declares a model of the factors between two price bases: how much larger a figure is at the prices of to than
// at those of from, in every period that has both.
type Linked struct {
	Table string `yaml:"table" json:"table" jsonschema:"description=Dataset, or carried model"`
	From  string `yaml:"from" json:"from" jsonschema:"description=Price base, such as 1994"`
	To    string `yaml:"to" json:"to" jsonschema:"description=Price base, such as 2010"`
}

// Form is what a model is made by where it has no SQL of its own.
type Form struct {
	Carried *Carried `yaml:"carried" json:"carried,omitempty" jsonschema:"description=The rows of a table on the codes of a concordance's other side"`
	Growth  *Growth  `yaml:"growth" json:"growth,omitempty" jsonschema:"description=Growth in percent that stops at a change of boundary or price base or unit"`
	Linked  *Linked  `yaml:"linked" json:"linked,omitempty" jsonschema:"description=Factors between two price bases"`
}

// Count is how many ways of being made are given; a model has one at most.
func (f Form) Count() (n int) {
	for _, given := range []bool{f.Carried != nil, f.Growth != nil, f.Linked != nil} {
		if given {
			n++
		}
	}
	return n
}
