package codes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/statloom/statloom/transforms/fold"
)

// Waiting is a label in the quarantine, with how many figures wait on it and the first place where it stands.
type Waiting struct {
	Dataset, List, Label string
	Book, Sheet, Cell    string
	Figures              int64
}

// Entry is a line of the review list: a label that its code list does not know, and the code whose name is nearest.
type Entry struct {
	Waiting
	Suggestion string // code; empty: no name is near
	Name       string // of that code
	Distance   int    // edits between the label and that name
	Decision   *Decision
}

// Review makes the review list: the labels that wait because their list does not know them, those on which most figures
// wait first. Labels that are the same in one list are one entry. Decisions taken since the books were read stand at
// their labels, so that the numbers of the lines stay until the books are read again. Labels that name several codes,
// or codes of another time, are not for this list: no single answer would be right.
func Review(waiting []Waiting, lists map[string]*List, decisions []Decision) []Entry {
	var entries []Entry
	at := map[string]int{}
	for _, w := range waiting {
		list := lists[w.List]
		if list == nil || strings.HasSuffix(w.Label, "…") {
			continue // a label that was cut short would never match
		}
		m := list.Match(w.Label)
		if m.How != Unknown {
			continue
		}
		key := w.List + "\x00" + fold.Label(w.Label)
		if i, ok := at[key]; ok {
			entries[i].Figures += w.Figures
			if !slices.Contains(strings.Fields(entries[i].Dataset), w.Dataset) {
				entries[i].Dataset += " " + w.Dataset
			}
			continue
		}
		at[key] = len(entries)
		entries = append(entries, Entry{Waiting: w, Suggestion: m.Suggestion, Name: m.SuggestionName, Distance: m.Distance})
	}
	for i := range entries {
		probe := Decision{List: entries[i].List, Label: entries[i].Label}
		if k := slices.IndexFunc(decisions, probe.Same); k >= 0 {
			entries[i].Decision = &decisions[k]
		}
	}
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(b.Figures, a.Figures), cmp.Compare(a.List, b.List), cmp.Compare(a.Label, b.Label))
	})
	return entries
}

// Decide puts a decision in the place of an earlier one about the same label, or adds it.
func Decide(decisions []Decision, d Decision) []Decision {
	out := slices.DeleteFunc(slices.Clone(decisions), d.Same)
	return append(out, d)
}
