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
//	sql        the query returns no rows; each row it returns is a failure and may carry sheet, cell and message
type Check struct {
	ID        string   `yaml:"id" json:"id"`
	Kind      string   `yaml:"kind" json:"kind" jsonschema:"enum=unique,enum=not_null,enum=range,enum=rows,enum=sum,enum=sql"`
	Table     string   `yaml:"table" json:"table,omitempty" jsonschema:"description=Dataset or model it looks at; indicators for the indicators"`
	Severity  Severity `yaml:"severity" json:"severity,omitempty" jsonschema:"enum=error,enum=warn,default=error"`
	Columns   []string `yaml:"columns" json:"columns,omitempty"`
	Column    string   `yaml:"column" json:"column,omitempty"`
	Where     string   `yaml:"where" json:"where,omitempty" jsonschema:"description=SQL condition that limits the rows looked at"`
	Min       *float64 `yaml:"min" json:"min,omitempty"`
	Max       *float64 `yaml:"max" json:"max,omitempty"`
	Total     string   `yaml:"total" json:"total,omitempty" jsonschema:"description=SQL condition for the total's rows"`
	Parts     string   `yaml:"parts" json:"parts,omitempty" jsonschema:"description=SQL condition for the parts' rows"`
	GroupBy   []string `yaml:"group_by" json:"group_by,omitempty"`
	Tolerance float64  `yaml:"tolerance" json:"tolerance,omitempty" jsonschema:"description=Largest allowed difference, in the unit of the values"`
	SQL       string   `yaml:"sql" json:"sql,omitempty"`
	Note      Text     `yaml:"note" json:"note,omitempty"`
}

// Model declares a helper view that indicators share.
type Model struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
	SQL  string `yaml:"sql" json:"sql,omitempty" jsonschema:"description=A SELECT over datasets, code lists and other models"`
	File string `yaml:"file" json:"file,omitempty" jsonschema:"description=File that holds the SELECT, relative to the configuration"`
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
}
