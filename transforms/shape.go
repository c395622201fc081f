package transforms

// TableShape is what a table of a book looks like, apart from its figures. The shapes of two books tell whether the later one
// still says the same things in the same places.
type TableShape struct {
	Sheet   string  `json:"sheet"`
	Range   string  `json:"range"` // A1 form
	Title   string  `json:"title,omitempty"`
	Unit    string  `json:"unit,omitempty"` // as published
	Columns []Label `json:"columns,omitempty"`
	Lines   []Label `json:"lines,omitempty"` // none for a register
	More    int     `json:"more,omitempty"`  // lines beyond MaxShapeLines
}

// MaxShapeLines bounds the lines that a TableShape lists.
const MaxShapeLines = 2_000

// Label is what stands at the head of a line or column.
type Label struct {
	Path  []string `json:"path"`            // outer to inner
	Unit  string   `json:"unit,omitempty"`  // what it says about the unit
	Cell  string   `json:"cell"`            // where its innermost text stands
	Size  float64  `json:"size,omitempty"`  // of a column: the median of the decimal logarithms of its figures' sizes
	Count int      `json:"count,omitempty"` // of a column: how many figures that is of, zeros aside
}

// TableChange is one difference between the shapes of a book's tables and those of the book before.
type TableChange struct {
	Kind  string     `json:"kind"`  // unit_changed, vanished, ...
	Grave bool       `json:"grave"` // it changes what figures mean: they must not be filed as before without a person's word
	Of    string     `json:"of"`    // table, column or line
	Was   ShapePlace `json:"was"`
	Is    ShapePlace `json:"is"`
	Note  string     `json:"note"` // in words
}

// ShapePlace is where something stands in one of two books; all is empty where it does not stand.
type ShapePlace struct {
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"` // A1 form
	Text  string `json:"text,omitempty"`
}
