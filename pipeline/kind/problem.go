package kind

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Problem is one thing that is wrong at one place of a YAML document.
type Problem struct {
	Line, Column int
	What         string // what is wrong, without a full stop
	Want         string // what would be right, may be empty
}

// String reads `what; want`.
func (p Problem) String() string {
	if p.Want == "" {
		return p.What
	}
	return p.What + "; " + p.Want
}

// SortProblems puts problems in reading order and drops repetitions, which come from parts that are used twice through
// an alias.
func SortProblems(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	seen := map[Problem]bool{}
	return slices.DeleteFunc(ps, func(p Problem) bool {
		known := seen[p]
		seen[p] = true
		return known
	})
}

// Nearest gives the known name that a misspelt one most likely means.
func Nearest(name string, known []string) (string, bool) {
	plain := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }
	sorted := func(s string) string {
		letters := []rune(s)
		slices.Sort(letters)
		return string(letters)
	}
	if len(name) > 100 {
		return "", false
	}
	best, least := "", max(1, min(3, (len(name)+1)/3))+1
	if len(name) < 2 {
		least = 1
	}
	for _, k := range known {
		d := levenshtein.ComputeDistance(plain(name), plain(k))
		if sorted(plain(name)) == sorted(plain(k)) {
			d = 0 // at most, letters changed places
		}
		if d < least {
			best, least = k, d
		}
	}
	return best, best != ""
}

// Hint says what was probably meant by a name that is not known, or what there is to choose from.
func Hint(name string, known []string) string {
	if near, ok := Nearest(name, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return Choices(known)
}

// Choices lists what there is to choose from, unless that would be too long to read.
func Choices(known []string) string {
	switch {
	case len(known) == 0 || len(known) > 30:
		return ""
	case len(known) == 1:
		return "it can only be " + known[0]
	}
	return "it can be " + enumerate(known, "or")
}

func enumerate(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}
