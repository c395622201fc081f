package excel

import "github.com/statloom/statloom/sinks"

// NewOfRows makes a sink whose sheets take fewer rows than Excel's.
func NewOfRows(o Options, rows int) sinks.Sink { return &sink{options: o, rows: rows} }

// RowLimit is how many rows Excel's sheets have.
const RowLimit = rowLimit
