package codes

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms/fold"
)

// The decisions that a person can take about a label that is near a name of a code list without being it.
const (
	Accept = "accept" // the suggested code is right
	Reject = "reject" // it is not; Code says which one is, or is empty where none is
)

// Decision is what a person said about a label.
type Decision struct {
	List     string
	Label    string // as it stands in the book
	Code     string // what it stands for; empty: none of the codes
	Decision string // Accept or Reject
	By       string
	Date     string // as 2025-07-01
}

// decisionColumns are the columns of the file of decisions, in its order.
var decisionColumns = []string{"list", "label", "code", "decision", "by", "date"}

const maxDecisions = 100_000

// ReadDecisions reads the file of decisions; file is its name for messages. All problems are reported at once.
func ReadDecisions(r io.Reader, file string) ([]Decision, error) {
	cr := csv.NewReader(r)
	cr.FieldsPerRecord = len(decisionColumns)
	wrong := func(err error) error {
		return &fault.Error{Kind: fault.Config, What: "decisions about labels", Err: err,
			Remedy: "the columns are " + strings.Join(decisionColumns, ",") + "; statloom review writes the file"}
	}
	head, err := cr.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil || !slices.Equal(trimmed(head), decisionColumns) {
		return nil, wrong(fmt.Errorf("%s:1: the first line does not name the columns", file))
	}
	var all []Decision
	var problems []error
	lines := map[string]int{}
	for {
		row, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, wrong(fmt.Errorf("%s: %w", file, err))
		}
		line, _ := cr.FieldPos(0)
		row = trimmed(row)
		d := Decision{List: row[0], Label: row[1], Code: row[2], Decision: row[3], By: row[4], Date: row[5]}
		if what := d.problem(); what != "" {
			problems = append(problems, fmt.Errorf("%s:%d: %s", file, line, what))
		}
		if before, twice := lines[d.key()]; twice {
			problems = append(problems, fmt.Errorf("%s:%d: the label %q of %s is also on line %d", file, line, d.Label, d.List, before))
		}
		lines[d.key()] = line
		if all = append(all, d); len(all) > maxDecisions {
			return nil, wrong(fmt.Errorf("%s: more than %d decisions", file, maxDecisions))
		}
	}
	if len(problems) > 0 {
		return nil, wrong(errors.Join(problems...))
	}
	return all, nil
}

func trimmed(row []string) []string {
	out := make([]string, len(row))
	for i, v := range row {
		out[i] = fold.Space(strings.TrimPrefix(v, "\ufeff"))
	}
	return out
}

// key tells decisions apart: one list's labels that compare equal are one label.
func (d Decision) key() string { return d.List + "\x00" + fold.Label(d.Label) }

// Same reports whether two decisions are about the same label.
func (d Decision) Same(e Decision) bool { return d.key() == e.key() }

func (d Decision) problem() string {
	switch _, err := time.Parse(time.DateOnly, d.Date); {
	case d.List == "" || d.Label == "":
		return "the list or the label is empty"
	case d.Decision != Accept && d.Decision != Reject:
		return fmt.Sprintf("the decision is %q, want accept or reject", d.Decision)
	case d.Decision == Accept && d.Code == "":
		return "what is accepted has no code"
	case d.By == "":
		return "nobody is named as the one who decided"
	case err != nil:
		return fmt.Sprintf("the date is %q, want a day such as 2025-07-01", d.Date)
	}
	return ""
}

// origin says where an alias comes from, for the table of code lists.
func (d Decision) origin() string {
	how := "accepted"
	if d.Decision == Reject {
		how = "set"
	}
	return fmt.Sprintf("%s (%s by %s on %s)", d.Label, how, d.By, d.Date)
}

// WriteDecisions writes the file of decisions, sorted so that two people's additions can be merged.
func WriteDecisions(w io.Writer, all []Decision) error {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Decision) int { return strings.Compare(a.List+"\x00"+a.Label, b.List+"\x00"+b.Label) })
	cw := csv.NewWriter(w)
	if err := cw.Write(decisionColumns); err != nil {
		return err
	}
	for _, d := range all {
		if err := cw.Write([]string{d.List, d.Label, d.Code, d.Decision, d.By, d.Date}); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}

// reviewed is the attribute of a code that lists the labels that people decided stand for it.
const reviewed = "reviewed_labels"

// Decided gives the list with the decisions about its labels: a label with a code matches like an alias, and the code's
// attributes say who decided so and when. A decision for a code that the list does not have is an error.
func (l *List) Decided(decisions []Decision) (*List, error) {
	out := &List{ID: l.ID, Name: l.Name, Codes: slices.Clone(l.Codes)}
	var problems []error
	labels := map[string][]int{}
	var said []byte
	for _, d := range decisions {
		if d.List != l.ID || d.Code == "" {
			continue
		}
		found := l.byCode[d.Code]
		if len(found) == 0 {
			problems = append(problems, fmt.Errorf("label %q: the code list %s has no code %s", d.Label, l.ID, d.Code))
		}
		for _, i := range found {
			c := &out.Codes[i]
			c.Attributes = noted(c.Attributes, d.origin())
		}
		labels[fold.Label(d.Label)] = found
		said = fmt.Appendf(said, "%q %q\n", d.Label, d.Code)
	}
	if len(problems) > 0 {
		return nil, &fault.Error{Kind: fault.Config, What: "decisions about labels", Err: errors.Join(problems...),
			Remedy: "correct the file of decisions, or add the code to the list"}
	}
	out.index()
	out.decided, out.said = labels, said
	return out, nil
}

// noted adds a text to the attribute of reviewed labels, without touching the slice it was given.
func noted(attributes []Attribute, text string) []Attribute {
	out := slices.Clone(attributes)
	for i, a := range out {
		if a.Name == reviewed {
			out[i].Value = a.Value + "; " + text
			return out
		}
	}
	return append(out, Attribute{reviewed, text})
}

// Holds reports whether the list has the code, valid on the day; a zero day asks for no day in particular.
func (l *List) Holds(code string, day time.Time) bool {
	return slices.ContainsFunc(l.byCode[code], func(i int) bool { return l.Codes[i].ValidOn(day) })
}

// Decisions gives a text of the decisions that the list was made with, which changes whenever they do.
func (l *List) Decisions() []byte { return l.said }
