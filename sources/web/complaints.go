package web

import (
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/kind"
)

// complaints gathers what is wrong with the options.
type complaints []kind.Complaint

func (c *complaints) add(key, what, want string) {
	*c = append(*c, kind.Complaint{Key: key, What: what, Want: want})
}

func (c *complaints) address(key, s string) {
	if _, ok := parseAddress(s); !ok {
		c.add(key, "this is not an address that can be fetched", "http://... or https://...")
	}
}

func (c *complaints) pattern(key, s string) {
	if _, err := compile(s); err != nil {
		c.add(key, err.Error(), "a regular expression in Go's syntax")
	}
}

func (c complaints) sorted() []kind.Complaint {
	slices.SortFunc(c, func(a, b kind.Complaint) int { return strings.Compare(a.Key, b.Key) })
	return c
}
