package delim

import (
	"bytes"
	"context"
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

// findDecimals looks whether the numbers of the text show that a point is the decimal point, and none that it is not.
func (b *book) findDecimals(ctx context.Context) error {
	points, commas := false, false
	err := b.records(ctx, b.comma, func(r *record) error {
		for i := range r.fields() {
			field := trim(r.field(i))
			if len(field) == 0 || len(field) > 40 || field[len(field)-1] < '0' || field[len(field)-1] > '9' {
				continue
			}
			if !bytes.ContainsAny(field, ".,") {
				continue
			}
			points = points || pointShown.Match(field)
			commas = commas || commaShown.Match(field)
		}
		return nil
	})
	b.decimals = points && !commas
	return err
}

// cell makes a cell of a field.
func (b *book) cell(col int, field string) sheet.Cell {
	digits := string(trim([]byte(field)))
	if isPlain(digits) && (b.decimals || !strings.Contains(digits, ".")) {
		if n, err := strconv.ParseFloat(digits, 64); err == nil {
			return sheet.Cell{Col: col, Type: sheet.Number, Num: n, Text: digits}
		}
	}
	return sheet.Cell{Col: col, Type: sheet.Text, Text: field}
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

// trim drops spaces that pad a field.
func trim(b []byte) []byte {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
