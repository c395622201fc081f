package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/transforms"
)

var calendarDay = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

func (k *checker) checkCorrections() {
	seen, same := map[string]string{}, map[string]string{}
	for i, c := range k.c.Corrections {
		path := at("corrections", i, "")
		_ = k.plainName(kind.Join(path, "id"), c.ID) && k.unique(seen, kind.Join(path, "id"), c.ID)
		k.correctedValue(path, c)
		if date := kind.Join(path, "date"); k.d.Known(date) {
			if _, err := time.Parse(time.DateOnly, c.Date); err != nil || !calendarDay.MatchString(c.Date) {
				k.d.Fail(date, "date "+k.d.Quote(date)+" is not a day", "write it as 2024-09-29")
			}
		}
		if !k.refer(kind.Join(path, "dataset"), "dataset", c.Dataset, keys(k.datasets)) || !k.correctedKey(path, c) {
			continue
		}
		// Two corrections of one value would contradict each other.
		what := fmt.Sprintf("%s %v %v", c.Dataset, slices.Sorted(maps.Keys(c.Key)), c.Key)
		if c.Expected != nil {
			what += fmt.Sprint(*c.Expected)
		}
		if before, twice := same[what]; twice {
			k.d.Fail(kind.Join(path, "key"), fmt.Sprintf("the same value is corrected twice; line %d does it already", k.line(before)), "keep one of them")
		}
		same[what] = kind.Join(path, "key")
	}
}

// correctedKey checks that the key names one observation of the dataset.
func (k *checker) correctedKey(path string, c transforms.Correction) bool {
	recipe := k.datasets[c.Dataset]
	if recipe.Shape == transforms.Register {
		k.d.Fail(kind.Join(path, "dataset"), "dataset "+k.d.Quote(kind.Join(path, "dataset"))+" is a register", "only observations can be corrected")
		return false
	}
	needs := []string{transforms.ColTimePeriod}
	for _, d := range recipe.Dimensions {
		needs = append(needs, d.ID)
	}
	slices.Sort(needs)
	at := kind.Join(path, "key")
	if !k.d.Known(at) {
		return false
	}
	ok := true
	for _, name := range needs {
		if p := kind.Join(at, name); strings.TrimSpace(c.Key[name]) == "" {
			k.d.Fail(p, name+" is missing", fmt.Sprintf("an observation of %s is told by %s", c.Dataset, strings.Join(needs, ", ")))
			ok = false
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Key)) {
		if !slices.Contains(append(needs, transforms.ColPriceBase), name) {
			k.d.Fail(kind.Join(at, name), fmt.Sprintf("%q is no part of the key of %s", name, c.Dataset), kind.Hint(name, append(needs, transforms.ColPriceBase)))
			ok = false
		}
	}
	return ok
}

// correctedValue checks that the correction says what is corrected, and that it is a change.
func (k *checker) correctedValue(path string, c transforms.Correction) {
	value, status := kind.Join(path, "value"), kind.Join(path, "status")
	switch takesAway := c.Status == "M" || c.Status == "C"; {
	case !k.has(path, "value") && !k.has(path, "status"):
		k.d.Report(value, "value and status are missing", "give what is corrected: one of them or both")
	case takesAway && k.d.Known(value):
		k.d.Fail(value, "a value with the status "+c.Status, "M and C say that there is none: leave out one of them")
	case c.Value != nil && c.Expected != nil && *c.Value == *c.Expected && !k.has(path, "status"):
		k.d.Fail(value, "value "+k.d.Quote(value)+" is the one that is expected", "give the corrected one")
	case k.d.Known(status) && c.Value == nil && c.Expected == nil && !takesAway:
		k.d.Fail(status, "status "+k.d.Quote(status)+" without a value", "where the source has none, give the value too")
	}
}
