package indicator

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
)

// TestResult says how a test went.
type TestResult struct {
	ID      string
	Message string // empty when it passed
}

// RunTests computes indicators of the rows that tests give, each test in a database of its own, and compares. The error
// is of the running itself.
func RunTests(ctx context.Context, set Set, datasets []Schema, prepare func(context.Context, *duck.DB) error, tests []transforms.Test) ([]TestResult, error) {
	s := &stage{set: set, datasets: datasets, prepare: prepare}
	if err := s.rehearse(ctx); err != nil {
		return nil, err
	}
	results := make([]TestResult, len(tests))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range tests {
		group.Go(func() error {
			message, err := s.run(within, t)
			if err != nil {
				message = err.Error()
			}
			results[i] = TestResult{t.ID, message}
			return within.Err()
		})
	}
	return results, group.Wait()
}

// stage is what all tests have in common.
type stage struct {
	set      Set
	datasets []Schema
	prepare  func(context.Context, *duck.DB) error
	order    []*node // of the whole set
}

// open makes a database of some datasets, which are empty.
func (s *stage) open(ctx context.Context, has func(Schema) bool) (*duck.DB, error) {
	db, err := duck.Create(ctx, ":memory:", duck.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	if s.prepare != nil {
		err = s.prepare(ctx, db)
	}
	for _, d := range s.datasets {
		if err == nil && has(d) {
			err = d.make(ctx, db)
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// rehearse finds out what hangs on what, once for all tests.
func (s *stage) rehearse(ctx context.Context) (err error) {
	db, err := s.open(ctx, func(Schema) bool { return true })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b := &builder{db: db, set: s.set}
	if _, err := b.plan(ctx); err != nil {
		return err
	}
	s.order = b.order
	return nil
}

func (s *stage) run(ctx context.Context, t transforms.Test) (message string, err error) {
	for name := range t.Given {
		if !slices.ContainsFunc(s.datasets, func(d Schema) bool { return d.Dataset == name }) {
			return "", fmt.Errorf("given %s: there is no such dataset", name)
		}
	}
	needed, reads, err := s.needed(t.Indicator)
	if err != nil {
		return "", err
	}
	db, err := s.open(ctx, func(d Schema) bool { return reads[strings.ToLower(d.Dataset)] || t.Given[d.Dataset] != "" })
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, d := range s.datasets {
		if text, ok := t.Given[d.Dataset]; ok {
			if err := give(ctx, db, d.Dataset, text); err != nil {
				return "", fmt.Errorf("given %s: %w", d.Dataset, err)
			}
		}
	}
	if _, err := Build(ctx, db, needed); err != nil {
		return "", err
	}
	return compare(ctx, db, t)
}

// needed is the part of the set that an indicator is made of, and the datasets that it reads.
func (s *stage) needed(id string) (Set, map[string]bool, error) {
	keep := map[string]bool{}
	reads := map[string]bool{}
	var take func(n *node)
	take = func(n *node) {
		if keep[n.name] {
			return
		}
		keep[n.name] = true
		for _, table := range n.reads {
			reads[strings.TrimSuffix(table, "_history")] = true
		}
		for _, other := range n.needs {
			take(other)
		}
	}
	for _, n := range s.order {
		if n.indicator != nil && n.id == id {
			take(n)
		}
	}
	if len(keep) == 0 {
		return Set{}, nil, fmt.Errorf("there is no indicator %s", id)
	}
	out := Set{Language: s.set.Language, Keys: s.set.Keys}
	for _, m := range s.set.Models {
		if keep[strings.ToLower(m.ID)] {
			out.Models = append(out.Models, m)
		}
	}
	for _, ind := range s.set.Indicators {
		if keep[strings.ToLower(ind.ID)] {
			out.Indicators = append(out.Indicators, ind)
		}
	}
	return out, reads, nil
}

// give puts rows into an empty dataset.
func give(ctx context.Context, db *duck.DB, dataset, text string) error {
	names, records, err := readTable(text)
	if err != nil {
		return err
	}
	columns, err := db.Columns(ctx, dataset+"_history")
	if err != nil {
		return err
	}
	has := map[string]bool{}
	for _, c := range columns {
		has[c.Name] = true
	}
	for _, n := range names {
		if !has[n] {
			return fmt.Errorf("it has no column %s", n)
		}
	}
	for i, r := range records {
		row := map[string]string{"snapshot_id": "given", "sheet": dataset, "cell": "A" + strconv.Itoa(i+2), "vintage_from": "2000-01-01 00:00:00+00"}
		for k, n := range names {
			row[n] = r[k]
		}
		if err := complete(row, has); err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
		var into, values []string
		for _, c := range columns {
			if v := row[c.Name]; v != "" {
				into, values = append(into, duck.Ident(c.Name)), append(values, "CAST("+duck.Literal(v)+" AS "+c.Type+")")
			}
		}
		err := db.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", duck.Ident(dataset+"_history"), strings.Join(into, ", "), strings.Join(values, ", ")))
		if err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return nil
}

// complete fills in what follows from the rest of an observation.
func complete(row map[string]string, has map[string]bool) error {
	set := func(name, value string) {
		if has[name] && row[name] == "" {
			row[name] = value
		}
	}
	if text := row[transforms.ColTimePeriod]; text != "" {
		p, err := parsePeriod(text)
		if err != nil {
			return err
		}
		set(transforms.ColPeriodStart, p.Start.Format(time.DateOnly))
		set(transforms.ColPeriodEnd, p.End.Format(time.DateOnly))
		set(transforms.ColFreq, fmt.Sprint(p.Freq))
	}
	if has[transforms.ColObsValue] && row[transforms.ColObsValue] == "" {
		set(transforms.ColObsStatus, "M")
	}
	set(transforms.ColObsStatus, "A")
	return nil
}

func readTable(text string) ([]string, [][]string, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimSpace(text)))
	r.TrimLeadingSpace = true
	records, err := r.ReadAll()
	if err != nil {
		return nil, nil, err
	}
	if len(records) == 0 {
		return nil, nil, errors.New("it has no line of column names")
	}
	for _, rec := range records {
		for i := range rec {
			rec[i] = strings.TrimSpace(rec[i])
		}
	}
	return records[0], records[1:], nil
}

// compare holds the indicator's rows against what is expected.
func compare(ctx context.Context, db *duck.DB, t transforms.Test) (string, error) {
	names, expected, err := readTable(t.Expect)
	if err != nil {
		return "", fmt.Errorf("expect: %w", err)
	}
	columns := make([]string, len(names))
	var keys []int
	for i, n := range names {
		columns[i] = "coalesce(" + duck.Ident(n) + "::VARCHAR, '')"
		if !slices.Contains([]string{"obs_value", "obs_low", "obs_high", "obs_status", "obs_comment"}, n) {
			keys = append(keys, i)
		}
	}
	key := func(row []string) string {
		var parts []string
		for _, k := range keys {
			parts = append(parts, names[k]+"="+row[k])
		}
		return strings.Join(parts, ", ")
	}
	rows, err := db.Query(ctx, "SELECT ["+strings.Join(columns, ", ")+"] FROM "+duck.Ident(strings.ToLower(t.Indicator)))
	if err != nil {
		return "", err
	}
	defer rows.Close()
	got := map[string][]string{}
	for rows.Next() {
		var list []any
		if err := rows.Scan(&list); err != nil {
			return "", err
		}
		row := make([]string, len(list))
		for i, v := range list {
			row[i], _ = v.(string)
		}
		got[key(row)] = row
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	var wrong []string
	for _, want := range expected {
		have, ok := got[key(want)]
		delete(got, key(want))
		for i := range want {
			if ok && !slices.Contains(keys, i) && !asWritten(have[i], want[i]) {
				wrong = append(wrong, fmt.Sprintf("%s: %s is %q, want %q", key(want), names[i], have[i], want[i]))
			}
		}
		if !ok {
			wrong = append(wrong, key(want)+": there is no such row")
		}
	}
	for k := range got {
		wrong = append(wrong, k+": this row is not expected")
	}
	slices.Sort(wrong)
	return strings.Join(wrong, "; "), nil
}

// asWritten compares numbers as far as the decimals of what is wanted go, and all else as text.
func asWritten(have, want string) bool {
	x, errX := strconv.ParseFloat(have, 64)
	y, errY := strconv.ParseFloat(want, 64)
	if errX != nil || errY != nil {
		return have == want
	}
	_, fraction, _ := strings.Cut(want, ".")
	return math.Abs(x-y) <= 0.5000001*math.Pow(10, -float64(len(fraction)))
}
