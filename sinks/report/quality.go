package report

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
)

// quality is the page of data quality.
type quality struct {
	Checks      []check      `json:"checks"`
	Quarantine  []rejected   `json:"quarantine"`
	Quarantined int64        `json:"quarantined"` // all, shown or not
	Publishing  []publishing `json:"publishing"`
	Revisions   []revision   `json:"revisions"`
	Corrections []correction `json:"corrections"`
	Changes     []bookChange `json:"changes"`
	Changed     int64        `json:"changed"`
	Unread      []unread     `json:"unread"`
}

// Limits of what the page lists. It says how many there are in all.
const (
	mostRejected    = 1_000
	mostBookChanges = 500
	mostRevised     = 20 // series of a dataset
)

// check is an expectation and how it went.
type check struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Table      string    `json:"table"`
	Severity   string    `json:"severity"`
	Status     string    `json:"status"`
	Failures   int64     `json:"failures,omitempty"`
	NotChecked int64     `json:"not_checked,omitempty"`
	Message    text      `json:"message"`
	Note       text      `json:"note"`
	Since      string    `json:"since,omitempty"`
	Examples   []example `json:"examples,omitempty"`
}

type example struct {
	Book  int    `json:"book"`
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"`
	Text  text   `json:"text"`
}

// place is a cell of a book, by the book's number; -1 where the book is not at hand.
type place struct {
	Book  int    `json:"book"`
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"`
}

type rejected struct {
	place
	Dataset string `json:"dataset"`
	Name    string `json:"name"` // of the book
	Text    string `json:"text"`
	Reason  string `json:"reason"`
}

type correction struct {
	place
	ID       string   `json:"id"`
	Dataset  string   `json:"dataset"`
	Key      string   `json:"key"`
	Expected *float64 `json:"expected"`
	Value    *float64 `json:"value"`
	Says     *float64 `json:"says"`
	Reason   text     `json:"reason"`
	MadeBy   string   `json:"made_by"`
	Since    string   `json:"since"`
	State    string   `json:"state"`
}

type bookChange struct {
	Dataset  string `json:"dataset"`
	Before   string `json:"before"`
	Book     string `json:"book"`
	Kind     string `json:"kind"`
	Of       string `json:"of"`
	Grave    bool   `json:"grave,omitempty"`
	Accepted bool   `json:"accepted,omitempty"`
	Was      string `json:"was,omitempty"`
	Is       string `json:"is,omitempty"`
	Note     string `json:"note"`
}

type unread struct {
	Dataset string `json:"dataset"`
	Book    string `json:"book"`
}

// revision is how much a dataset, or a series of one, is revised.
type revision struct {
	Dataset      string   `json:"dataset"`
	Series       string   `json:"series"` // _T for the dataset
	Observations int64    `json:"observations"`
	Revised      int64    `json:"revised"`
	Mean         *float64 `json:"mean"`
	MeanAbs      *float64 `json:"mean_abs"`
	Percent      *float64 `json:"percent"`
}

// publishing is the rhythm in which figures of a dataset become known.
type publishing struct {
	Dataset string `json:"dataset"`
	Count   int    `json:"count"`
	Latest  string `json:"latest"`
	Gap     int    `json:"gap,omitempty"` // usual days between two
	Due     string `json:"due,omitempty"` // when the next is usual
	Late    bool   `json:"late,omitempty"`
}

// writeQuality writes the page's data.
func (w *writer) writeQuality(ctx context.Context) error {
	q := quality{Checks: []check{}, Quarantine: []rejected{}, Publishing: []publishing{}, Revisions: []revision{}, Corrections: []correction{}, Changes: []bookChange{}, Unread: []unread{}}
	for _, u := range w.release.Unread {
		q.Unread = append(q.Unread, unread{u.Dataset, u.Book})
	}
	for _, step := range []func(context.Context, *quality) error{w.readChecks, w.readQuarantine, w.readPublishing, w.readRevisions, w.readCorrections, w.readBookChanges} {
		if err := step(ctx, &q); err != nil {
			return err
		}
	}
	w.quality = &q
	return w.data("quality", q)
}

func (w *writer) readChecks(ctx context.Context, q *quality) error {
	if !w.ask.has("checks", "check_id", "severity", "status", "failures", "examples", "message_vi", "failing_since", "note_vi") {
		return nil
	}
	names := map[string]string{}
	for _, b := range w.shelf.books {
		names[b.Name] = b.Snapshot
	}
	columns := append(texts("check_id", "kind", "table_name", "severity", "status", "message", "message_vi", "note_vi", "note_en", "examples"),
		`"failures"::BIGINT`, `"not_checked"::BIGINT`, micros("failing_since"))
	return w.ask.each(ctx, from("checks", columns...)+" ORDER BY status = 'passed', severity, check_id", func(r row) error {
		c := check{
			ID: r.text(0), Kind: r.text(1), Table: r.text(2), Severity: r.text(3), Status: r.text(4), Message: text{r.text(6), r.text(5)},
			Note: text{r.text(7), r.text(8)}, Failures: r.whole(10), NotChecked: r.whole(11), Since: r.instant(12),
		}
		var list []struct{ Book, Sheet, Cell, Text, Text_vi string }
		if json.Unmarshal([]byte(r.text(9)), &list) == nil {
			for _, e := range list {
				c.Examples = append(c.Examples, example{w.shelf.cite(names[e.Book], e.Sheet, e.Cell), e.Sheet, e.Cell, text{e.Text_vi, e.Text}})
			}
		}
		q.Checks = append(q.Checks, c)
		return nil
	})
}

func (w *writer) readQuarantine(ctx context.Context, q *quality) error {
	if !w.ask.has("quarantine", "dataset", "snapshot_id", "book", "sheet", "cell", "text", "reason") {
		return nil
	}
	return w.ask.each(ctx, from("quarantine", texts("dataset", "snapshot_id", "book", "sheet", "cell", "text", "reason")...)+" ORDER BY ALL", func(r row) error {
		if q.Quarantined++; q.Quarantined <= mostRejected {
			at := place{w.shelf.cite(r.text(1), r.text(3), r.text(4)), r.text(3), r.text(4)}
			q.Quarantine = append(q.Quarantine, rejected{at, r.text(0), r.text(2), r.text(5), r.text(6)})
		}
		return nil
	})
}

// readPublishing tells from the vintages of each dataset in what rhythm it is published, and which are late: their last
// book is older than one and a half times the usual distance. Three books are too few to know one.
func (w *writer) readPublishing(ctx context.Context, q *quality) error {
	for _, d := range w.datasets {
		known := d.days
		if d.Left != nil { // not all vintages have been read
			known = map[string]bool{}
			err := w.ask.each(ctx, `SELECT DISTINCT "vintage_from"::DATE::VARCHAR FROM `+ident(d.table), func(r row) error {
				known[r.text(0)] = true
				return nil
			})
			if err != nil {
				return err
			}
		}
		var days []time.Time
		for _, text := range slices.Sorted(maps.Keys(known)) {
			if day, err := time.Parse(time.DateOnly, text); err == nil {
				days = append(days, day)
			}
		}
		if len(days) > 0 {
			q.Publishing = append(q.Publishing, rhythm(d.ID, days, w.release.Time))
		}
	}
	return nil
}

// rhythm tells of days in ascending order how far apart they usually are.
func rhythm(dataset string, days []time.Time, now time.Time) publishing {
	p := publishing{Dataset: dataset, Count: len(days), Latest: days[len(days)-1].Format(time.DateOnly)}
	if len(days) < 4 {
		return p
	}
	var gaps []int
	for i := 1; i < len(days); i++ {
		gaps = append(gaps, int(days[i].Sub(days[i-1]).Hours()/24))
	}
	slices.Sort(gaps)
	p.Gap = gaps[len(gaps)/2]
	last := days[len(days)-1]
	p.Due = last.AddDate(0, 0, p.Gap).Format(time.DateOnly)
	p.Late = now.After(last.AddDate(0, 0, p.Gap+p.Gap/2))
	return p
}

func (w *writer) readRevisions(ctx context.Context, q *quality) error {
	if !w.ask.has("revision_summary", "dataset", "series", "observations", "revised", "mean_revision", "mean_abs_revision", "mean_abs_percent") {
		return nil
	}
	columns := append(texts("dataset", "series"), `"observations"::BIGINT`, `"revised"::BIGINT`, asNumber("mean_revision"), asNumber("mean_abs_revision"), asNumber("mean_abs_percent"))
	return w.ask.each(ctx, from("revision_summary", columns...)+` WHERE series = '_T' OR revised > 0
		QUALIFY row_number() OVER (PARTITION BY dataset ORDER BY series <> '_T', mean_abs_percent DESC NULLS LAST, series) <= `+strconv.Itoa(mostRevised+1)+`
		ORDER BY dataset, series <> '_T', mean_abs_percent DESC NULLS LAST, series`, func(r row) error {
		q.Revisions = append(q.Revisions, revision{r.text(0), r.text(1), r.whole(2), r.whole(3), r.number(4), r.number(5), r.number(6)})
		return nil
	})
}

func (w *writer) readCorrections(ctx context.Context, q *quality) error {
	if !w.ask.has("corrections", "correction", "dataset", "key", "expected", "value", "says", "reason_vi", "since", "made_by", "state", "snapshot_id", "sheet", "cell") {
		return nil
	}
	columns := append(texts("correction", "dataset", "key", "reason_vi", "reason_en", "made_by", "state", "snapshot_id", "sheet", "cell"),
		asNumber("expected"), asNumber("value"), asNumber("says"), micros("since"))
	return w.ask.each(ctx, from("corrections", columns...)+" ORDER BY dataset, correction", func(r row) error {
		q.Corrections = append(q.Corrections, correction{
			place: place{w.shelf.cite(r.text(7), r.text(8), r.text(9)), r.text(8), r.text(9)}, ID: r.text(0), Dataset: r.text(1), Key: r.text(2),
			Reason: text{r.text(3), r.text(4)}, MadeBy: r.text(5), State: r.text(6), Expected: r.number(10), Value: r.number(11), Says: r.number(12), Since: r.instant(13),
		})
		return nil
	})
}

func (w *writer) readBookChanges(ctx context.Context, q *quality) error {
	if !w.ask.has("book_changes", "dataset", "book_before", "book", "kind", "of", "grave", "accepted", "was_text", "text", "note") {
		return nil
	}
	columns := append(texts("dataset", "book_before", "book", "kind", "of", "was_text", "text", "note"), `"grave"::BOOLEAN`, `"accepted"::BOOLEAN`)
	return w.ask.each(ctx, from("book_changes", columns...)+" ORDER BY book DESC, grave DESC, dataset, of, kind, note", func(r row) error {
		if q.Changed++; q.Changed <= mostBookChanges {
			q.Changes = append(q.Changes, bookChange{r.text(0), r.text(1), r.text(2), r.text(3), r.text(4), r.yes(8), r.yes(9), r.text(5), r.text(6), r.text(7)})
		}
		return nil
	})
}
