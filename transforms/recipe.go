package transforms

// Text is a text for readers, in Vietnamese and English.
type Text struct {
	VI string `yaml:"vi" json:"vi" jsonschema:"description=Vietnamese"`
	EN string `yaml:"en" json:"en" jsonschema:"description=English"`
}

// Shape says what a recipe's table is.
type Shape string

const (
	Observations Shape = "observations" // a cross table of figures: every figure becomes an observation
	Register     Shape = "register"     // a list: every row becomes a record with typed columns
)

// Recipe says which table of a book a dataset is read from and what its parts mean. Layout recognition finds headers,
// stub, units and notes by itself; a recipe names things and pins what matters.
type Recipe struct {
	Shape    Shape  `yaml:"shape" json:"shape,omitempty" jsonschema:"enum=observations,enum=register,default=observations"`
	Title    string `yaml:"title" json:"title,omitempty" jsonschema:"description=Regular expression that finds the table by its title; case and tone-mark placement are folded. Sheet names are never looked at. Left out: the table has no title, and header finds it"`
	NotTitle string `yaml:"not_title" json:"not_title,omitempty" jsonschema:"description=Titles matching this are passed over"`
	Header   string `yaml:"header" json:"header,omitempty" jsonschema:"description=Regular expression that finds the table by its headings: what stands above the labels, then each column's, joined by ' | '. With a title both must match; without, tables that have a title are passed over"`

	HeaderRows  int `yaml:"header_rows" json:"header_rows,omitempty" jsonschema:"minimum=0,description=Number of header lines; 0 lets recognition find them"`
	StubColumns int `yaml:"stub_columns" json:"stub_columns,omitempty" jsonschema:"minimum=0,description=Number of label columns on the left; 0 lets recognition find them"`

	SkipRows    string `yaml:"skip_rows" json:"skip_rows,omitempty" jsonschema:"description=Regular expression; rows whose innermost label matches are left out"`
	SkipColumns string `yaml:"skip_columns" json:"skip_columns,omitempty" jsonschema:"description=Regular expression; columns whose joined header matches are left out"`

	// Dimensions, period, unit and price base of observations.
	Dimensions []Dimension `yaml:"dimensions" json:"dimensions,omitempty"`
	Period     PeriodPick  `yaml:"period" json:"period,omitempty" jsonschema:"description=Where the time period stands; default: column, then row, then title"`
	Unit       Pick        `yaml:"unit" json:"unit,omitempty" jsonschema:"description=Where the unit stands; default: as recognised (header group, unit row, unit column, unit line, title)"`
	PriceBase  Pick        `yaml:"price_base" json:"price_base,omitempty" jsonschema:"description=Where the price base stands; default: none"`

	// Columns of a register.
	Columns []Column `yaml:"columns" json:"columns,omitempty"`
	Key     []string `yaml:"key" json:"key,omitempty" jsonschema:"description=Columns that identify a record of a register"`

	Vintage Vintage `yaml:"vintage" json:"vintage,omitempty" jsonschema:"description=When the book was published; default: what the source says, else retrieval"`
}

// Place is where in or around a table a text stands.
//
//	row        the innermost label of the row; row.1 is the outermost, row.2 the next, ...
//	row_path   all labels of the row, outer to inner, joined by " | "
//	column     all header texts of the column, joined by a blank; column.1 is the topmost, ...
//	title, unit, sheet, book (the file's name), stub_head
//	comparison what the column compares its period with: previous_period, same_period_last_year or cumulative
//	           (the running total of the year against that of last year), told from the header's wording
type Place string

// Pick takes a text from the first of some places that gives one, and turns it into a value.
type Pick struct {
	From    []Place `yaml:"from" json:"from,omitempty" jsonschema:"description=Places in the order they are tried: row, row.N, row_path, column, column.N, title, unit, sheet, book, stub_head, comparison"`
	Pattern string  `yaml:"pattern" json:"pattern,omitempty" jsonschema:"description=Regular expression; its first group (or the whole match) is the value; a place that does not match is passed over"`
	Map     []Rule  `yaml:"map" json:"map,omitempty" jsonschema:"description=Rules tried in order; the first whose pattern matches gives the value"`
	Value   string  `yaml:"value" json:"value,omitempty" jsonschema:"description=The value where no place gives one"`
}

// PeriodPick takes a time period from a text.
type PeriodPick struct {
	Pick      `yaml:",inline"`
	YearStart int `yaml:"year_start" json:"year_start,omitempty" jsonschema:"minimum=1,maximum=12,description=Month in which years begin that end in the next one (2012-13); default: what the words around the table say (years ended 30 June)"`
}

// Rule turns a text that matches into a value.
type Rule struct {
	Match string `yaml:"match" json:"match" jsonschema:"description=Regular expression; case and tone-mark placement are folded"`
	Value string `yaml:"value" json:"value"`
}

// Dimension is one dimension of a dataset's observations.
type Dimension struct {
	ID        string `yaml:"id" json:"id"`
	Name      Text   `yaml:"name" json:"name"`
	Pick      `yaml:",inline"`
	CodeList  string `yaml:"code_list" json:"code_list,omitempty" jsonschema:"description=Code list whose codes replace the labels"`
	Unmatched string `yaml:"unmatched" json:"unmatched,omitempty" jsonschema:"enum=quarantine,enum=keep,default=quarantine,description=What happens to a label that the code list does not know"`
}

// Column is one column of a register.
type Column struct {
	ID        string `yaml:"id" json:"id"`
	Name      Text   `yaml:"name" json:"name"`
	Header    string `yaml:"header" json:"header" jsonschema:"description=Regular expression over the column's joined header"`
	Type      string `yaml:"type" json:"type,omitempty" jsonschema:"enum=text,enum=number,enum=integer,enum=date,default=text"`
	Unit      string `yaml:"unit" json:"unit,omitempty"`
	Required  bool   `yaml:"required" json:"required,omitempty" jsonschema:"description=A record without it goes to quarantine"`
	CodeList  string `yaml:"code_list" json:"code_list,omitempty"`
	Unmatched string `yaml:"unmatched" json:"unmatched,omitempty" jsonschema:"enum=quarantine,enum=keep,default=quarantine"`
}

// Vintage says where a book's publication date stands.
type Vintage struct {
	From    Place  `yaml:"from" json:"from,omitempty" jsonschema:"enum=book,enum=title,enum=retrieved"`
	Pattern string `yaml:"pattern" json:"pattern,omitempty" jsonschema:"description=Regular expression whose first group is the date, as 2024-09-29 or 29/9/2024"`
}

// CodeList declares a code list; its file is CSV with the columns code, name_vi, name_en and, where wanted, parent,
// aliases (separated by |), valid_from, valid_to. Further columns are kept as attributes.
type CodeList struct {
	ID     string `yaml:"id" json:"id"`
	Name   Text   `yaml:"name" json:"name"`
	File   string `yaml:"file" json:"file" jsonschema:"description=CSV file, relative to the configuration"`
	Source string `yaml:"source" json:"source,omitempty"`
}
