package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// memory is what a release's report said, kept beside it, so that the next one can tell what changed and show how a
// figure was published before. It outlives the releases that are pruned.
type memory struct {
	Releases []past                       `json:"releases"` // oldest first
	Values   map[string]map[string][]said `json:"values"`   // by indicator and key
	Targets  map[string][]stood           `json:"targets"`
	Books    map[string]int               `json:"books"` // the release that first had a snapshot, by its number
}

// past is an earlier release.
type past struct {
	ID       string `json:"id"`
	Created  string `json:"created"`
	Statloom string `json:"statloom,omitempty"`
	Config   string `json:"config,omitempty"`
	Books    int    `json:"books"`
}

// said is a value as releases published it, from one on until the next in the list. A value that a release no longer has is
// said to be gone.
type said struct {
	Release int      `json:"r"`
	Value   *float64 `json:"v"`
	Status  string   `json:"s,omitempty"`
	Gone    bool     `json:"g,omitempty"`
}

// stood is how a target stood.
type stood struct {
	Release int      `json:"r"`
	Value   *float64 `json:"v"`
	Period  string   `json:"p,omitempty"`
	Status  string   `json:"s"`
}

const (
	memoryName   = "memory.json"
	mostReleases = 400
	mostVintages = 24       // of a value; the oldest go
	mostMemory   = 64 << 20 // bytes: a memory that is larger is not ours
)

// remember reads what the release before said. A report that is not there or cannot be read is none.
func (w *writer) remember() error {
	w.before = memory{}
	if w.release.Previous != "" {
		name := filepath.Join(w.release.Previous, w.options.Folder, memoryName)
		info, err := os.Stat(name)
		if err == nil && info.Size() <= mostMemory {
			content, readErr := os.ReadFile(name)
			if readErr == nil && json.Unmarshal(content, &w.before) != nil {
				w.before = memory{}
			}
			err = readErr
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read what the release before said: %w", err)
		}
	}
	w.now = memory{Values: map[string]map[string][]said{}, Targets: map[string][]stood{}, Books: map[string]int{}}
	w.now.Releases = append(w.now.Releases, w.before.Releases...)
	w.now.Releases = append(w.now.Releases, past{ID: w.release.ID, Created: instant(w.release.Time)})
	if drop := len(w.now.Releases) - mostReleases; drop > 0 {
		w.before.forget(drop)
		w.now.Releases = w.now.Releases[drop:]
	}
	return nil
}

// forget renumbers what was said when the oldest releases are dropped: what they said first is said by the oldest left.
func (m *memory) forget(drop int) {
	m.Releases = m.Releases[min(drop, len(m.Releases)):]
	for _, values := range m.Values {
		for _, list := range values {
			for i := range list {
				list[i].Release = max(list[i].Release-drop, 0)
			}
		}
	}
	for _, list := range m.Targets {
		for i := range list {
			list[i].Release = max(list[i].Release-drop, 0)
		}
	}
	for book, release := range m.Books {
		m.Books[book] = max(release-drop, 0)
	}
}

// this is the number of the release that is written.
func (m *memory) this() int { return len(m.Releases) - 1 }

// first reports whether there is nothing to compare with.
func (w *writer) first() bool { return len(w.before.Releases) == 0 }

// say notes a value and gives what was said of it before, and whether that was something else.
func (w *writer) say(indicator, key string, value *float64, status string) (list []said, change string) {
	before := w.before.Values[indicator][key]
	list = before
	last := len(before) - 1
	switch {
	case last < 0 || before[last].Gone:
		change = "added"
	case !same(before[last].Value, value):
		change = "revised"
	case before[last].Status != status:
		change = "status"
	}
	if change != "" {
		list = append(list[:len(list):len(list)], said{Release: w.now.this(), Value: value, Status: status})
		list = list[max(0, len(list)-mostVintages):]
	}
	if w.now.Values[indicator] == nil {
		w.now.Values[indicator] = map[string][]said{}
	}
	w.now.Values[indicator][key] = list
	return list, change
}

// same reports whether two values are published as the same: sums in another order differ in their last bits.
func same(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	d, scale := *a-*b, max(abs(*a), abs(*b))
	return abs(d) <= 1e-12*scale
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// withdraw notes the values that are not there any more, and gives how many.
func (w *writer) withdraw(indicator string) (n int) {
	for key, list := range w.before.Values[indicator] {
		if _, ok := w.now.Values[indicator][key]; ok || len(list) == 0 {
			continue
		}
		if !list[len(list)-1].Gone {
			n++
			list = append(list[:len(list):len(list)], said{Release: w.now.this(), Gone: true})
		}
		if w.now.Values[indicator] == nil {
			w.now.Values[indicator] = map[string][]said{}
		}
		w.now.Values[indicator][key] = list
	}
	return n
}
