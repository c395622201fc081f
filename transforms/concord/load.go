package concord

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
)

// The most that a concordance may hold, and how many problems are listed.
const (
	maxBytes    = 64 << 20
	maxRules    = 200_000
	maxProblems = 50
)

// whole is how far from one the weights of a code may add up.
const whole = 1e-9

var columns = []string{"from_code", "to_code", "weight", "valid_from", "note"}

// Load reads a concordance and checks it against its code lists: every code exists when it should, the weights of a
// code add up to one, and the day of the change is one. A code with one target takes the weight 1 where none is
// written; a code with several targets has all its weights or none. All problems are reported at once.
func Load(r io.Reader, decl transforms.Concordance, lists Lists) (*Concordance, error) {
	ld := loader{c: &Concordance{Declaration: decl}, lists: lists, seen: map[[2]string]int{}}
	limited := &io.LimitedReader{R: r, N: maxBytes + 1}
	if err := ld.read(csv.NewReader(limited)); err != nil {
		ld.complain(0, "%v", err)
	}
	if limited.N <= 0 {
		return nil, &fault.Error{Kind: fault.Limit, File: decl.File,
			What: fmt.Sprintf("the concordance is larger than %d MiB", maxBytes>>20), Remedy: "split it into several"}
	}
	if len(ld.problems) == 0 {
		ld.checkDay()
	}
	if len(ld.problems) == 0 {
		ld.checkCodes()
		ld.checkWeights()
	}
	if len(ld.problems) > 0 {
		return nil, &fault.Error{Kind: fault.Config, What: "concordance " + decl.ID, Err: errors.Join(ld.problems...)}
	}
	return ld.c, nil
}

type loader struct {
	c        *Concordance
	lists    Lists
	at       map[string]int    // column -> index in the file
	seen     map[[2]string]int // pair of codes -> line
	days     map[time.Time]int // day -> first line
	problems []error
}

func (ld *loader) complain(line int, format string, args ...any) {
	if len(ld.problems) == maxProblems {
		ld.problems = append(ld.problems, fmt.Errorf("%s: and more", ld.c.Declaration.File))
	}
	if len(ld.problems) > maxProblems {
		return
	}
	place := ld.c.Declaration.File
	if line > 0 {
		place += ":" + strconv.Itoa(line)
	}
	ld.problems = append(ld.problems, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

func (ld *loader) read(cr *csv.Reader) error {
	head, err := cr.Read()
	if err != nil {
		return fmt.Errorf("read the first line, which names the columns %s: %w", strings.Join(columns, ","), err)
	}
	ld.at = map[string]int{}
	for i, name := range head {
		name = strings.ToLower(fold.Space(strings.TrimPrefix(name, "\ufeff")))
		if !slices.Contains(columns, name) {
			return fmt.Errorf("there is no column %q in a concordance; its columns are %s", name, strings.Join(columns, ","))
		}
		ld.at[name] = i
	}
	for _, need := range columns[:3] {
		if _, ok := ld.at[need]; !ok {
			return fmt.Errorf("there is no column %s", need)
		}
	}
	ld.days = map[time.Time]int{}
	for {
		row, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(ld.c.Rules) == maxRules {
			return fmt.Errorf("more than %d rows", maxRules)
		}
		line, _ := cr.FieldPos(0)
		ld.row(line, row)
	}
}

func (ld *loader) row(line int, row []string) {
	get := func(column string) string {
		i, ok := ld.at[column]
		if !ok {
			return ""
		}
		return fold.Space(row[i])
	}
	r := Rule{From: get("from_code"), To: get("to_code"), Note: get("note"), line: line}
	if r.From == "" || r.To == "" {
		ld.complain(line, "from_code or to_code is empty")
		return
	}
	if text := get("weight"); text != "" {
		w, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(w) || w < 0 || w > 1 {
			ld.complain(line, "weight is %q, want a number from 0 to 1, or nothing where the share is not known", text)
		}
		r.Weight, r.Known = w, true
	}
	var day time.Time
	if text := get("valid_from"); text != "" {
		var err error
		if day, err = time.Parse(time.DateOnly, text); err != nil {
			ld.complain(line, "valid_from is %q, want a day such as 2025-07-01", text)
		}
	}
	if _, known := ld.days[day]; !known {
		ld.days[day] = line
	}
	pair := [2]string{r.From, r.To}
	if before, twice := ld.seen[pair]; twice {
		ld.complain(line, "%s to %s is also on line %d", r.From, r.To, before)
	}
	ld.seen[pair] = line
	ld.c.Rules = append(ld.c.Rules, r)
}

// checkDay sees to it that all rows say the same day: one concordance is one change.
func (ld *loader) checkDay() {
	switch {
	case len(ld.c.Rules) == 0:
		ld.complain(0, "it has no rows")
	case len(ld.days) > 1:
		ld.complain(0, "its rows say %d different days in valid_from; write one concordance for each change", len(ld.days))
	}
	for day := range ld.days {
		ld.c.Day = day
	}
	if len(ld.problems) == 0 && ld.c.SameList() && ld.c.Day.IsZero() {
		ld.complain(0, "valid_from is missing: within one code list the day tells the old codes from the new ones")
	}
}

// checkCodes looks up every code in its list, the old ones on the last day before the change.
func (ld *loader) checkCodes() {
	from, to := ld.lists[ld.c.Declaration.From], ld.lists[ld.c.Declaration.To]
	if from == nil || to == nil {
		return // the configuration has said so already
	}
	before := ld.c.dayBefore()
	if !ld.c.SameList() {
		before = time.Time{}
	}
	for _, r := range ld.c.Rules {
		if !from.Holds(r.From, before) {
			ld.complain(r.line, "the code list %s has no code %s%s", from.ID, r.From, on(before))
		}
		if !to.Holds(r.To, ld.c.Day) {
			ld.complain(r.line, "the code list %s has no code %s%s", to.ID, r.To, on(ld.c.Day))
		}
	}
}

func on(day time.Time) string {
	if day.IsZero() {
		return ""
	}
	return " that is valid on " + day.Format(time.DateOnly)
}

// checkWeights sees to it that what leaves a code arrives: nothing is lost and nothing is made.
func (ld *loader) checkWeights() {
	rules := map[string][]int{}
	for i, r := range ld.c.Rules {
		rules[r.From] = append(rules[r.From], i)
	}
	for _, code := range ld.c.sources() {
		known, sum := 0, 0.0
		for _, i := range rules[code] {
			if r := ld.c.Rules[i]; r.Known {
				known++
				sum += r.Weight
			}
		}
		first := &ld.c.Rules[rules[code][0]]
		switch {
		case known == 0 && len(rules[code]) == 1:
			first.Weight, first.Known = 1, true
		case known == 0:
		case known < len(rules[code]):
			ld.complain(first.line, "code %s: %d of its %d weights are missing; give all or none", code, len(rules[code])-known, len(rules[code]))
		case math.Abs(sum-1) > whole:
			ld.complain(first.line, "code %s: its weights add up to %s, not to 1", code, strconv.FormatFloat(sum, 'g', 12, 64))
		}
	}
}
