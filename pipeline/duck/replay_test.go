package duck_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// replay is what a patient reader knows on a day who writes down every book as it comes: the rules of sql/dataset.sql
// in another language and another order of work. It gives lines of key and value, sorted.
func replay(editions []edition, today int) []string {
	var known []string
	for key, events := range timelines(editions) {
		slices.SortFunc(events, func(a, b event) int {
			return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.uri, b.uri), cmp.Compare(a.version, b.version))
		})
		value, stands, speaker := 0.0, false, ""
		for _, e := range events {
			switch {
			case e.day > today:
			case e.says:
				value, stands, speaker = e.value, true, e.uri
			case e.uri == speaker:
				stands = false
			}
		}
		if stands {
			known = append(known, fmt.Sprintf("%s|%d", key, int(value)))
		}
	}
	slices.Sort(known)
	return known
}

// event is one thing that was learned about one key.
type event struct {
	day     int
	uri     string
	version int
	says    bool // false: withdrawn
	value   float64
}

// timelines collects, address by address and version by version, what is said about each key.
func timelines(editions []edition) map[string][]event {
	byID := map[string][]cell{}
	for _, e := range editions {
		if len(e.rows) > 0 {
			byID[e.id] = e.rows
		}
	}
	// The staging table's date belongs to the first address and version that has the bytes.
	sorted := slices.SortedFunc(slices.Values(editions), func(a, b edition) int {
		return cmp.Or(cmp.Compare(a.uri, b.uri), cmp.Compare(a.version, b.version))
	})
	read := map[string]bool{}
	lines := map[string][]event{}
	present := map[string]map[string]bool{} // uri -> keys of its last version that has the dataset
	latest := map[string]int{}              // uri and key -> day of the last event there
	for _, e := range sorted {
		rows := byID[e.id]
		if len(rows) == 0 {
			continue
		}
		day := e.vintage()
		if !read[e.id] {
			day = rows[0].vintage
		}
		read[e.id] = true
		now := map[string]bool{}
		add := func(key string, says bool, value float64) {
			at := max(day, latest[e.uri+key])
			latest[e.uri+key] = at
			lines[key] = append(lines[key], event{at, e.uri, e.version, says, value})
		}
		values := map[string][]float64{}
		for _, c := range rows {
			key := c.area + " " + c.period
			now[key] = true
			values[key] = append(values[key], c.value)
		}
		for key, list := range values {
			if slices.Min(list) == slices.Max(list) {
				add(key, true, list[0])
			}
		}
		for key := range maps.Keys(present[e.uri]) {
			if !now[key] {
				add(key, false, 0)
			}
		}
		present[e.uri] = now
	}
	return lines
}
