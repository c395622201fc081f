package transforms

// Severity says what a failed check does to a release.
type Severity string

const (
	SevError Severity = "error" // the candidate is set aside, the last good release stays
	SevWarn  Severity = "warn"  // it is published with the release
)

// Check declares an expectation about a table or an indicator.
//
//	unique     no two rows of the latest vintage share the key (columns; default the dataset's key)
//	not_null   columns hold no null
//	range      min <= column <= max for every row that has a value
//	rows       the table has between min and max rows
//	sum        the parts (rows matching parts) add up to the total (rows matching total) within tolerance, by group
//	shares     the shares (rows matching parts) of each group add up to whole
//	growth     the published growth agrees with the levels of the table with, over a year, half-year, quarter or month
//	equal      the values agree with those of the table with, paired by columns
//	complete   every series has every period of a frequency
//	fresh      the latest date of column (default vintage_from) is at most max days ago
//	revision   the last revision of every value is at most max percent
//	outlier    no value is more than max robust standard deviations away from its neighbours in its own series
//	jump       no value is off by a power of ten against its own series; every dataset is held to this: a warning where one
//	           book says all of it, an error between books
//	sql        the query returns no rows; each row it returns is a failure and may carry sheet, cell, message, message_vi
type Check struct {
	ID         string   `yaml:"id" json:"id"`
	Kind       string   `yaml:"kind" json:"kind" jsonschema:"enum=unique,enum=not_null,enum=range,enum=rows,enum=sum,enum=shares,enum=growth,enum=equal,enum=complete,enum=fresh,enum=revision,enum=outlier,enum=jump,enum=sql"`
	Table      string   `yaml:"table" json:"table,omitempty" jsonschema:"description=Dataset or model it looks at; indicators for the indicators"`
	Severity   Severity `yaml:"severity" json:"severity,omitempty" jsonschema:"enum=error,enum=warn,default=error"`
	Columns    []string `yaml:"columns" json:"columns,omitempty"`
	Column     string   `yaml:"column" json:"column,omitempty" jsonschema:"description=Column that is looked at; default obs_value, for fresh vintage_from"`
	Where      string   `yaml:"where" json:"where,omitempty" jsonschema:"description=SQL condition that limits the rows looked at"`
	Min        *float64 `yaml:"min" json:"min,omitempty" jsonschema:"description=Lower bound of range and rows; for outlier the shortest series that is looked at, default 12"`
	Max        *float64 `yaml:"max" json:"max,omitempty" jsonschema:"description=Upper bound of range and rows; for fresh the days that may have passed; for complete the days after which a period is due; for revision the percent; for outlier the robust standard deviations, default 8"`
	Total      string   `yaml:"total" json:"total,omitempty" jsonschema:"description=SQL condition for the total's rows"`
	Parts      string   `yaml:"parts" json:"parts,omitempty" jsonschema:"description=SQL condition for the parts' rows; shares take all rows without it"`
	Whole      *float64 `yaml:"whole" json:"whole,omitempty" jsonschema:"description=What shares add up to; default 100"`
	GroupBy    []string `yaml:"group_by" json:"group_by,omitempty" jsonschema:"description=Columns that tell the groups apart; for complete, outlier and jump the series: by default the key without the period"`
	With       string   `yaml:"with" json:"with,omitempty" jsonschema:"description=The other table of growth (the levels) and equal"`
	WithColumn string   `yaml:"with_column" json:"with_column,omitempty" jsonschema:"description=Its column; default obs_value"`
	WithWhere  string   `yaml:"with_where" json:"with_where,omitempty" jsonschema:"description=SQL condition that limits its rows"`
	By         []string `yaml:"by" json:"by,omitempty" jsonschema:"description=Columns that pair the rows of both tables; for growth besides the period"`
	Over       string   `yaml:"over" json:"over,omitempty" jsonschema:"enum=year,enum=half_year,enum=quarter,enum=month,description=What growth is measured over"`
	Form       string   `yaml:"form" json:"form,omitempty" jsonschema:"enum=percent,enum=index,description=Growth in percent (the default) or as an index of which the earlier period is 100"`
	Freq       string   `yaml:"freq" json:"freq,omitempty" jsonschema:"enum=A,enum=S,enum=Q,enum=M,description=Frequency whose periods complete wants"`
	Against    string   `yaml:"against" json:"against,omitempty" jsonschema:"enum=other_books,enum=same_book,description=For jump: only look at values whose series is at least in part from other books, or only at those whose series is wholly from the same one; default both"`
	Tolerance  float64  `yaml:"tolerance" json:"tolerance,omitempty" jsonschema:"description=Largest allowed difference, in the unit of the values; for jump how near to a power of ten in decimal logarithms, default 0.15"`
	Rounding   bool     `yaml:"rounding" json:"rounding,omitempty" jsonschema:"description=Sums and shares may also be off by what rounding to their printed decimals explains"`
	SQL        string   `yaml:"sql" json:"sql,omitempty"`
	Note       Text     `yaml:"note" json:"note,omitempty"`
}

// Correction declares that an observation is published otherwise than its source has it. It counts from its date on, and
// only as long as the source says what is expected: a source that mends its figure is never overruled.
type Correction struct {
	ID       string            `yaml:"id" json:"id"`
	Dataset  string            `yaml:"dataset" json:"dataset" jsonschema:"description=Dataset of observations"`
	Key      map[string]string `yaml:"key" json:"key" jsonschema:"description=The observation: each of its dimensions and time_period, and price_base where it has one"`
	Expected *float64          `yaml:"expected" json:"expected,omitempty" jsonschema:"description=Value that the source has; left out: it has none. As soon as the source says something else the correction stops, with a warning"`
	Value    *float64          `yaml:"value" json:"value,omitempty" jsonschema:"description=The corrected value"`
	Status   string            `yaml:"status" json:"status,omitempty" jsonschema:"enum=A,enum=E,enum=P,enum=F,enum=B,enum=M,enum=C,description=The corrected status; default: as the source has it. M or C without a value takes the value away"`
	Reason   Text              `yaml:"reason" json:"reason"`
	Date     string            `yaml:"date" json:"date" jsonschema:"description=When the correction was made, as 2024-09-29; it counts from then on"`
	By       string            `yaml:"by" json:"by" jsonschema:"description=Who made it"`
}

// Model declares a helper view that indicators share.
type Model struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
	SQL  string `yaml:"sql" json:"sql,omitempty" jsonschema:"description=A SELECT over datasets, code lists and other models"`
	File string `yaml:"file" json:"file,omitempty" jsonschema:"description=File that holds the SELECT, relative to the configuration"`
	Form `yaml:",inline"`
}

// Indicator declares an indicator: a SELECT whose rows are its values. The columns it must give: time_period and
// obs_value, and one for each of its dimensions; it may give obs_low and obs_high (the band), obs_status and
// obs_comment. A dimension's total is the code _T.
type Indicator struct {
	ID         string   `yaml:"id" json:"id"`
	Name       Text     `yaml:"name" json:"name"`
	Formula    Text     `yaml:"formula" json:"formula,omitempty" jsonschema:"description=The formula as people write it"`
	Unit       string   `yaml:"unit" json:"unit"`
	Freq       string   `yaml:"freq" json:"freq" jsonschema:"enum=A,enum=S,enum=Q,enum=M"`
	Dimensions []string `yaml:"dimensions" json:"dimensions,omitempty"`
	PriceBase  string   `yaml:"price_base" json:"price_base,omitempty"`
	Method     string   `yaml:"method" json:"method,omitempty" jsonschema:"description=How it is made, in a word: series of different methods are never mixed"`
	Source     Text     `yaml:"source" json:"source"`
	Note       Text     `yaml:"note" json:"note,omitempty"`
	Decimals   int      `yaml:"decimals" json:"decimals,omitempty" jsonschema:"description=Decimals to show,minimum=0"`
	Tags       []string `yaml:"tags" json:"tags,omitempty"`
	SQL        string   `yaml:"sql" json:"sql,omitempty"`
	File       string   `yaml:"file" json:"file,omitempty"`
}

// Target declares what an indicator should reach, and when.
type Target struct {
	ID         string            `yaml:"id" json:"id"`
	Name       Text              `yaml:"name" json:"name"`
	Indicator  string            `yaml:"indicator" json:"indicator"`
	At         map[string]string `yaml:"at" json:"at,omitempty" jsonschema:"description=Dimension values it is about; default _T for each dimension"`
	Period     string            `yaml:"period" json:"period" jsonschema:"description=By the end of which period"`
	Comparison string            `yaml:"comparison" json:"comparison" jsonschema:"enum=>=,enum=>,enum=<=,enum=<,enum=about"`
	Value      float64           `yaml:"value" json:"value"`
	Tolerance  float64           `yaml:"tolerance" json:"tolerance,omitempty" jsonschema:"description=For about: the value is met from value minus tolerance upwards"`
	Baseline   string            `yaml:"baseline" json:"baseline,omitempty" jsonschema:"description=Period from which a straight path leads to the target; default: the indicator's first period"`
	Area       Text              `yaml:"area" json:"area,omitempty" jsonschema:"description=The area as it was when the target was set"`
	Source     Text              `yaml:"source" json:"source"`

	Path              []Milestone `yaml:"path" json:"path,omitempty" jsonschema:"description=What is to be reached on the way; without it the path is straight"`
	RiskMargin        float64     `yaml:"risk_margin" json:"risk_margin,omitempty" jsonschema:"description=Behind the path by at most so many percent of what it asks is at risk and not yet off track,minimum=0,maximum=100"`
	DenominatorGrowth *float64    `yaml:"denominator_growth" json:"denominator_growth,omitempty" jsonschema:"description=For a share: assumed growth of its denominator in percent a year"`
	AreaUntil         string      `yaml:"area_until" json:"area_until,omitempty" jsonschema:"description=Last day on which the area was as it was when the target was set: later values are of another area and are not judged"`
	Rebased           Text        `yaml:"rebased" json:"rebased,omitempty" jsonschema:"description=How later values were carried back to that area; with it they are judged"`
}

// Milestone is a value to be reached by the end of a period.
type Milestone struct {
	Period string  `yaml:"period" json:"period"`
	Value  float64 `yaml:"value" json:"value"`
}

// Test declares what an indicator must give for rows that are made up: tables as CSV with a line of column names. What is
// not given of an observation is filled in: the dates of its period, the status A, or M where there is no value.
type Test struct {
	ID        string            `yaml:"id" json:"id"`
	Indicator string            `yaml:"indicator" json:"indicator"`
	Given     map[string]string `yaml:"given" json:"given" jsonschema:"description=Rows of datasets as CSV, by dataset"`
	Expect    string            `yaml:"expect" json:"expect" jsonschema:"description=Rows of the indicator as CSV: all of them, with any of its columns; a number is compared as far as its decimals are written"`
}
