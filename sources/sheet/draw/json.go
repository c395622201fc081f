package draw

import "encoding/json"

// JSON writes the sheet for scripts that draw it:
//
//	{"name": "Bieu 168", "hidden": true, "left": [rows, columns], "cols": [[number, hidden], ...],
//	 "rows": [[number, hidden, [[column, text, classes, colspan, rowspan, title], ...]], ...]}
//
// Hidden is 0 or 1. What a cell leaves out at its end is "" or 1, and a cell with neither text nor looks nor extent is
// left out. Classes are those of CSS. All that comes from the book is text.
func (s *Sheet) JSON() ([]byte, error) {
	out := struct {
		Name   string   `json:"name"`
		Hidden bool     `json:"hidden,omitempty"`
		Left   *[2]int  `json:"left,omitempty"`
		Cols   [][2]int `json:"cols"`
		Rows   []any    `json:"rows"`
	}{Name: s.Name, Hidden: s.Hidden, Cols: make([][2]int, len(s.Columns)), Rows: make([]any, 0, len(s.Rows))}
	if s.LeftRows > 0 || s.LeftCols > 0 {
		out.Left = &[2]int{s.LeftRows, s.LeftCols}
	}
	for i, c := range s.Columns {
		out.Cols[i] = [2]int{c.Number, bit(c.Hidden)}
	}
	for _, r := range s.Rows {
		if r.Number == 0 {
			continue
		}
		cells := make([]any, 0, len(r.Cells))
		for i := range r.Cells {
			if c := r.Cells[i].values(); c != nil {
				cells = append(cells, c)
			}
		}
		out.Rows = append(out.Rows, []any{r.Number, bit(r.Hidden), cells})
	}
	return json.Marshal(out)
}

// values gives a cell as JSON has it, nil where there is nothing to draw.
func (c *Cell) values() []any {
	all := []any{c.Col, c.Text, c.Class, max(c.ColSpan, 1), max(c.RowSpan, 1), c.Title}
	n := len(all)
	for n > 1 && (all[n-1] == "" || all[n-1] == 1) {
		n--
	}
	if n == 1 {
		return nil
	}
	return all[:n]
}

func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
