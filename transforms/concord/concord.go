// Package concord carries figures from the codes of one classification, or of one time, to those of another: it reads
// concordances and makes the SQL of the models that depend on what codes mean when: carried figures, growth that stops at
// a change of boundary, and factors between price bases.
package concord

import (
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
)

// Concordance says how the codes of one list become those of another. It does not change after Load.
type Concordance struct {
	Declaration transforms.Concordance
	Rules       []Rule    // in the file's order
	Day         time.Time // first day on which the new codes hold; zero: lists of their own, told apart by no day
}

// Rule says what part of a code goes to which other code.
type Rule struct {
	From, To string
	Weight   float64
	Known    bool // whether the weight is
	Note     string

	line int
}

// SameList reports whether the codes stay in their list and change their meaning on Day.
func (c *Concordance) SameList() bool { return c.Declaration.From == c.Declaration.To }

// Unweighted lists the codes with several targets whose shares are not known, each as "3030 (to 2520, 3030)".
func (c *Concordance) Unweighted() []string {
	var order []string
	targets := map[string][]string{}
	for _, r := range c.Rules {
		if r.Known {
			continue
		}
		if targets[r.From] == nil {
			order = append(order, r.From)
		}
		targets[r.From] = append(targets[r.From], r.To)
	}
	for i, code := range order {
		order[i] = code + " (to " + strings.Join(targets[code], ", ") + ")"
	}
	return order
}

// Rows gives the rows of the release's table of concordances.
func (c *Concordance) Rows() []transforms.ConcordanceRow {
	rows := make([]transforms.ConcordanceRow, len(c.Rules))
	for i, r := range c.Rules {
		rows[i] = transforms.ConcordanceRow{
			Concordance: c.Declaration.ID, FromList: c.Declaration.From, FromCode: r.From,
			ToList: c.Declaration.To, ToCode: r.To, ValidFrom: c.Day, Note: r.Note,
		}
		if r.Known {
			rows[i].Weight = &r.Weight
		}
	}
	return rows
}

// Lists finds code lists by id.
type Lists map[string]*codes.List

// dayBefore gives the last day of the old codes; zero without a day.
func (c *Concordance) dayBefore() time.Time {
	if c.Day.IsZero() {
		return c.Day
	}
	return c.Day.AddDate(0, 0, -1)
}

// sources gives the codes that have rules, each once, in the file's order.
func (c *Concordance) sources() []string {
	var all []string
	seen := map[string]bool{}
	for _, r := range c.Rules {
		if !seen[r.From] {
			seen[r.From] = true
			all = append(all, r.From)
		}
	}
	return slices.Clip(all)
}
