package html

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
)

var (
	// A point that cannot separate thousands: other than three digits follow it, or it stands where no group ends.
	pointShown = regexp.MustCompile(`^-?(0\.[0-9]+|[0-9]+\.([0-9]{1,2}|[0-9]{4,})|[0-9]{4,}\.[0-9]+|[0-9]+\.[0-9]+[eE][+-]?[0-9]+|[0-9]{1,3}(,[0-9]{3})+\.[0-9]+)$`)
	// A comma that cannot separate thousands, or points that do.
	commaShown = regexp.MustCompile(`^-?(0,[0-9]+|[0-9]+,([0-9]{1,2}|[0-9]{4,})|[0-9]{4,},[0-9]+|[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(\.[0-9]{3}){2,})$`)
)

// evidence is what the cells of a table show about their decimal point.
type evidence struct{ points, commas bool }

// see looks at the text of a cell that may be a number.
func (e *evidence) see(text string) {
	text = strings.TrimSpace(text)
	if len(text) == 0 || len(text) > 40 || text[len(text)-1] < '0' || text[len(text)-1] > '9' || !strings.ContainsAny(text, ".,") {
		return
	}
	e.points = e.points || pointShown.MatchString(text)
	e.commas = e.commas || commaShown.MatchString(text)
}

// decimals reports whether a point is the decimal point, and nothing shows that it is not.
func (e *evidence) decimals() bool { return e.points && !e.commas }

// settle makes a number of a text that can be read in one way only.
func (s *recorded) settle(c *sheet.Cell) {
	digits := strings.TrimSpace(c.Text)
	if !isPlain(digits) || strings.Contains(digits, ".") && !s.decimals {
		return
	}
	if n, err := strconv.ParseFloat(digits, 64); err == nil {
		c.Type, c.Num, c.Text, c.Runs = sheet.Number, n, digits, nil
	}
}

// isPlain reports whether s is an optional minus, digits without a leading zero, and optionally a point with digits and
// an exponent.
func isPlain(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, rest := digitsOf(s)
	if whole == "" || (whole[0] == '0' && len(whole) > 1) {
		return false
	}
	if after, ok := strings.CutPrefix(rest, "."); ok {
		var fraction string
		if fraction, rest = digitsOf(after); fraction == "" {
			return false
		}
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	rest = rest[1:]
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	exponent, rest := digitsOf(rest)
	return exponent != "" && rest == ""
}

// digitsOf cuts the digits that s begins with.
func digitsOf(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// parseNumber reads a number that an attribute gives: no hexadecimals, infinities or underscores.
func parseNumber(v string) (float64, bool) {
	if strings.Trim(v, "0123456789.+-eE") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(v, 64)
	return n, err == nil && !math.IsInf(n, 0)
}
