package html

import (
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/numeral"
)

// evidence is what the cells of a table show about their decimal point.
type evidence struct{ points, commas bool }

// see looks at the text of a cell that may be a number.
func (e *evidence) see(text string) {
	text = strings.TrimSpace(text)
	if len(text) == 0 || len(text) > 40 || text[len(text)-1] < '0' || text[len(text)-1] > '9' || !strings.ContainsAny(text, ".,") {
		return
	}
	points, commas := numeral.Shows([]byte(text))
	e.points, e.commas = e.points || points, e.commas || commas
}

// decimals reports whether a point is the decimal point, and nothing shows that it is not.
func (e *evidence) decimals() bool { return e.points && !e.commas }

// settle makes a number of a text that can be read in one way only.
func (s *recorded) settle(c *sheet.Cell) {
	digits := strings.TrimSpace(c.Text)
	if n, ok := numeral.Read(digits, s.decimals); ok {
		c.Type, c.Num, c.Text, c.Runs = sheet.Number, n, digits, nil
	}
}
