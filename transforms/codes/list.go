// Package codes reads code lists (classifications, areas) from CSV and puts codes in the place of the labels that
// statistics tables use. Codes are kept with the days they are valid on, since lists reuse them with a new meaning.
package codes

import (
	"strings"
	"time"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
)

// List is a code list. It does not change after Load and is safe for concurrent use.
type List struct {
	ID    string
	Name  transforms.Text
	Codes []Code // in the file's order

	byCode  map[string][]int
	exact   map[string][]int // name as written -> indices into Codes
	names   map[string][]int // folded name -> indices
	aliases map[string][]int // folded alias -> indices
	decided map[string][]int // folded label that a person decided about -> indices
	said    []byte           // those decisions, see Decisions
	nearest []label          // every folded name and alias, for suggestions
}

// Code is one entry of a list, valid on the days from ValidFrom to ValidTo, both included. A zero day is open.
type Code struct {
	Code       string
	Parent     string
	Name       transforms.Text
	Aliases    []string
	ValidFrom  time.Time
	ValidTo    time.Time
	Attributes []Attribute // further columns of the file that are not empty, in its order

	line int
}

// Attribute is a further column of the file.
type Attribute struct{ Name, Value string }

// ValidOn reports whether the code is valid on a day; a zero day asks for no day in particular.
func (c *Code) ValidOn(day time.Time) bool {
	if day.IsZero() {
		return true
	}
	return (c.ValidFrom.IsZero() || !day.Before(c.ValidFrom)) && (c.ValidTo.IsZero() || !day.After(c.ValidTo))
}

// overlaps reports whether some day is valid for both.
func (c *Code) overlaps(d *Code) bool {
	return (c.ValidTo.IsZero() || d.ValidFrom.IsZero() || !c.ValidTo.Before(d.ValidFrom)) &&
		(d.ValidTo.IsZero() || c.ValidFrom.IsZero() || !d.ValidTo.Before(c.ValidFrom))
}

// validity says when the code is valid, for messages; "" if always.
func (c *Code) validity() string {
	switch {
	case c.ValidFrom.IsZero() && c.ValidTo.IsZero():
		return ""
	case c.ValidTo.IsZero():
		return "from " + c.ValidFrom.Format(time.DateOnly)
	case c.ValidFrom.IsZero():
		return "until " + c.ValidTo.Format(time.DateOnly)
	}
	return c.ValidFrom.Format(time.DateOnly) + " to " + c.ValidTo.Format(time.DateOnly)
}

// label is a folded name with its entry.
type label struct {
	text  string
	runes int
	index int
}

// index prepares the list for matching.
func (l *List) index() {
	l.byCode = make(map[string][]int)
	l.exact = make(map[string][]int)
	l.names = make(map[string][]int)
	l.aliases = make(map[string][]int)
	add := func(m map[string][]int, key string, i int) bool {
		if key == "" {
			return false
		}
		if have := m[key]; len(have) > 0 && have[len(have)-1] == i {
			return false
		}
		m[key] = append(m[key], i)
		return true
	}
	for i := range l.Codes {
		c := &l.Codes[i]
		add(l.byCode, c.Code, i)
		for _, name := range []string{c.Name.VI, c.Name.EN} {
			add(l.exact, name, i)
			if key := fold.Label(name); add(l.names, key, i) {
				l.nearest = append(l.nearest, label{key, len([]rune(key)), i})
			}
		}
		for _, alias := range c.Aliases {
			if key := fold.Label(alias); add(l.aliases, key, i) {
				l.nearest = append(l.nearest, label{key, len([]rune(key)), i})
			}
		}
	}
}

// lookupCode finds a code as it is written in a label, where 1 and 01 differ but a and A do not.
func (l *List) lookupCode(text string) []int {
	if found := l.byCode[text]; found != nil {
		return found
	}
	return l.byCode[strings.ToUpper(text)]
}
