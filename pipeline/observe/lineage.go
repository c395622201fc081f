package observe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/release"
)

// Lineage tells OpenLineage of runs: that they begin, and of which books and columns what they published was made.
type Lineage struct {
	To     string // an address that takes events by POST, or a file that a line is added to
	Token  string // sent to the address; empty: none
	Client *http.Client
}

const (
	producer   = "https://github.com/statloom/statloom"
	specs      = "https://openlineage.io/spec/"
	namespace  = "statloom"
	maxInputs  = 2000 // books named in an event
	maxLineage = 20_000
	postTime   = 10 * time.Second
)

// Event is an event of OpenLineage.
type lineageEvent struct {
	Type     string           `json:"eventType"`
	Time     time.Time        `json:"eventTime"`
	Producer string           `json:"producer"`
	Schema   string           `json:"schemaURL"`
	Run      lineageRun       `json:"run"`
	Job      lineageJob       `json:"job"`
	Inputs   []lineageDataset `json:"inputs"`
	Outputs  []lineageDataset `json:"outputs"`
}

type lineageRun struct {
	ID     string         `json:"runId"`
	Facets map[string]any `json:"facets,omitempty"`
}

type lineageJob struct {
	Namespace string         `json:"namespace"`
	Name      string         `json:"name"`
	Facets    map[string]any `json:"facets,omitempty"`
}

type lineageDataset struct {
	Namespace    string         `json:"namespace"`
	Name         string         `json:"name"`
	Facets       map[string]any `json:"facets,omitempty"`
	OutputFacets map[string]any `json:"outputFacets,omitempty"`
}

// Begun tells that a run begins.
func (l *Lineage) Begun(ctx context.Context, p Report) error {
	return l.emit(ctx, event("START", p.Started, p))
}

// Ended tells how a run ended, and what it published was made of. current is the release that is current after it.
func (l *Lineage) Ended(ctx context.Context, p Report, current release.Info, o duck.Options) error {
	kind := "COMPLETE"
	switch p.Status {
	case "failed", "checks_failed":
		kind = "FAIL"
	case "interrupted":
		kind = "ABORT"
	}
	e := event(kind, p.Finished, p)
	if p.Message != "" {
		e.Run.Facets["errorMessage"] = facet("facets/1-0-1/ErrorMessageRunFacet.json", map[string]any{"message": p.Message, "programmingLanguage": "go"})
	}
	var problem error
	if p.Status == "done" {
		problem = e.fill(ctx, current, o)
	}
	return errors.Join(problem, l.emit(ctx, e))
}

func event(kind string, at time.Time, p Report) lineageEvent {
	return lineageEvent{
		Type: kind, Time: at.UTC(), Producer: producer, Schema: specs + "2-0-2/OpenLineage.json#/$defs/RunEvent",
		Run: lineageRun{ID: runUUID(p.Run), Facets: map[string]any{
			"processing_engine": facet("facets/1-1-1/ProcessingEngineRunFacet.json", map[string]any{"version": p.Statloom, "name": "statloom"}),
			"statloom_run":      facet("2-0-2/OpenLineage.json#/$defs/RunFacet", map[string]any{"run": p.Run, "trigger": p.Trigger, "status": p.Status, "release": p.Release, "config_hash": p.ConfigHash, "counters": p.Counters}),
		}},
		Job: lineageJob{Namespace: namespace, Name: jobName(p), Facets: map[string]any{
			"jobType": facet("facets/2-0-3/JobTypeJobFacet.json", map[string]any{"processingType": "BATCH", "integration": "STATLOOM", "jobType": "PIPELINE"}),
		}},
		Inputs: []lineageDataset{}, Outputs: []lineageDataset{},
	}
}

func facet(schema string, fields map[string]any) map[string]any {
	fields["_producer"], fields["_schemaURL"] = producer, specs+schema
	return fields
}

// jobName is what the runs of a configuration have in common.
func jobName(p Report) string {
	if p.Name == "" {
		return "pipeline"
	}
	return p.Name
}

// runUUID makes a UUID of a run's id, which has another form: always the same.
func runUUID(run string) string {
	h := sha256.Sum256([]byte("statloom run " + run))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // version 8: of one's own making
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// fill adds the books that the release was made of and the tables it holds.
func (e *lineageEvent) fill(ctx context.Context, current release.Info, o duck.Options) error {
	at := slices.IndexFunc(current.Files, func(f release.File) bool { return path.Ext(f.Path) == ".duckdb" })
	columns := map[string][]lineageField{}
	var problem error
	if at >= 0 {
		db, err := duck.Open(ctx, filepath.Join(current.Dir, filepath.FromSlash(current.Files[at].Path)), o)
		if err != nil {
			return fmt.Errorf("look up the lineage: %w", err)
		}
		defer db.Close()
		problem = errors.Join(e.books(ctx, db), edges(ctx, db, current, columns))
	}
	known := map[string]bool{}
	for _, t := range current.Tables {
		known[t.Name] = true
		e.Outputs = append(e.Outputs, output(t.Name, t.Comment, t.Columns, t.Rows, current.ID, columns[t.Name]))
	}
	for name, fields := range columns { // views of one indicator each
		if !known[name] {
			e.Outputs = append(e.Outputs, output(name, "", nil, -1, current.ID, fields))
		}
	}
	slices.SortStableFunc(e.Outputs, func(a, b lineageDataset) int { return strings.Compare(a.Name, b.Name) })
	return problem
}

// lineageField is a column that the values of another are computed of.
type lineageField struct {
	Namespace       string           `json:"namespace"`
	Name            string           `json:"name"`
	Field           string           `json:"field"`
	Transformations []map[string]any `json:"transformations"`
}

func output(name, comment string, columns []release.Column, rows int64, version string, from []lineageField) lineageDataset {
	d := lineageDataset{Namespace: namespace, Name: name, Facets: map[string]any{
		"version": facet("facets/1-0-1/DatasetVersionDatasetFacet.json", map[string]any{"datasetVersion": version}),
	}}
	if comment != "" {
		d.Facets["documentation"] = facet("facets/1-1-0/DocumentationDatasetFacet.json", map[string]any{"description": comment})
	}
	if len(columns) > 0 {
		fields := make([]map[string]any, len(columns))
		for i, c := range columns {
			fields[i] = map[string]any{"name": c.Name, "type": c.Type}
			if c.Comment != "" {
				fields[i]["description"] = c.Comment
			}
		}
		d.Facets["schema"] = facet("facets/1-1-1/SchemaDatasetFacet.json", map[string]any{"fields": fields})
	}
	if rows >= 0 {
		d.OutputFacets = map[string]any{"outputStatistics": facet("facets/1-0-2/OutputStatisticsOutputDatasetFacet.json", map[string]any{"rowCount": rows})}
	}
	if len(from) > 0 {
		d.Facets["columnLineage"] = facet("facets/1-2-0/ColumnLineageDatasetFacet.json", map[string]any{
			"fields": map[string]any{"obs_value": map[string]any{"inputFields": from}},
		})
	}
	return d
}

// books names the books of the release, the newest ones where there are very many.
func (e *lineageEvent) books(ctx context.Context, db *duck.DB) error {
	return each(ctx, db, fmt.Sprintf(`SELECT uri, any_value(name ORDER BY version DESC), max(version)::VARCHAR, max_by(snapshot_id, version), any_value(source)
		FROM snapshots GROUP BY uri ORDER BY max(retrieved_at) DESC, uri LIMIT %d`, maxInputs), func(rows *sql.Rows) error {
		var uri, name, version, snapshot, source string
		if err := rows.Scan(&uri, &name, &version, &snapshot, &source); err != nil {
			return err
		}
		d := lineageDataset{Facets: map[string]any{
			"version":       facet("facets/1-0-1/DatasetVersionDatasetFacet.json", map[string]any{"datasetVersion": snapshot}),
			"statloom_book": facet("2-0-2/OpenLineage.json#/$defs/DatasetFacet", map[string]any{"book": name, "source": source, "versions": version}),
		}}
		d.Namespace, d.Name = place(uri)
		e.Inputs = append(e.Inputs, d)
		return nil
	})
}

// place splits an address into OpenLineage's namespace and name. A query may hold a key, so it is left out.
func place(uri string) (space, name string) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" {
		return "file", uri
	}
	if u.Host == "" {
		return u.Scheme, strings.TrimPrefix(u.Opaque+u.Path, "//")
	}
	return u.Scheme + "://" + u.Host, strings.TrimPrefix(u.Path, "/")
}

// edges finds of which columns each indicator is computed.
func edges(ctx context.Context, db *duck.DB, current release.Info, into map[string][]lineageField) error {
	if !slices.ContainsFunc(current.Tables, func(t release.Table) bool { return t.Name == "indicators" }) {
		return nil
	}
	return each(ctx, db, fmt.Sprintf(`SELECT DISTINCT indicator, input_kind, input, coalesce(nullif(input_column, ''), 'obs_value'), role
		FROM indicator_inputs ORDER BY ALL LIMIT %d`, maxLineage), func(rows *sql.Rows) error {
		var indicator, kind, input, column, role string
		if err := rows.Scan(&indicator, &kind, &input, &column, &role); err != nil {
			return err
		}
		f := lineageField{Namespace: namespace, Name: input, Field: column, Transformations: []map[string]any{
			{"type": "DIRECT", "subtype": "AGGREGATION", "description": role, "masking": false},
		}}
		list := into[indicator]
		if n := len(list); n > 0 && list[n-1].Name == f.Name && list[n-1].Field == f.Field {
			list[n-1].Transformations = append(list[n-1].Transformations, f.Transformations...)
			return nil
		}
		into[indicator] = append(list, f)
		return nil
	})
}

func each(ctx context.Context, db *duck.DB, query string, visit func(rows *sql.Rows) error) error {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return fmt.Errorf("look up the lineage: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := visit(rows); err != nil {
			return fmt.Errorf("look up the lineage: %w", err)
		}
	}
	return rows.Err()
}

// emit sends an event.
func (l *Lineage) emit(ctx context.Context, e lineageEvent) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write lineage: %w", err)
	}
	if !strings.HasPrefix(l.To, "http://") && !strings.HasPrefix(l.To, "https://") {
		return appendLine(l.To, text)
	}
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.To, bytes.NewReader(text))
	if err != nil {
		return errors.New("send lineage: the address cannot be used")
	}
	r.Header.Set("Content-Type", "application/json")
	if l.Token != "" {
		r.Header.Set("Authorization", "Bearer "+l.Token)
	}
	resp, err := l.Client.Do(r)
	if err != nil {
		if u := (*url.Error)(nil); errors.As(err, &u) { // it repeats the address, which may hold a key
			err = u.Err
		}
		return fmt.Errorf("send lineage: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("send lineage: the answer is %s", resp.Status)
	}
	return nil
}

// appendLine adds a line to a file by one write, so that two processes do not mix theirs.
func appendLine(name string, text []byte) (err error) {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write lineage: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write lineage: %w", err)
	}
	return nil
}
