package observe

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/release"
	"github.com/statloom/statloom/pipeline/runlog"
)

// Report is all there is to say of a run.
type Report struct {
	Run        string           `json:"run"`
	Name       string           `json:"name"` // of what is published
	Trigger    string           `json:"trigger"`
	Started    time.Time        `json:"started"`
	Finished   time.Time        `json:"finished"`
	Seconds    float64          `json:"seconds"`
	Status     runlog.Status    `json:"status"`
	ExitCode   int              `json:"exit_code"`
	Message    string           `json:"message,omitempty"`  // what stopped it, or went wrong
	Problems   []string         `json:"problems,omitempty"` // what did not stop it
	Release    string           `json:"release,omitempty"`  // that is current after the run
	Previous   string           `json:"previous,omitempty"` // that was current before, where that is another
	Bytes      int64            `json:"bytes,omitempty"`    // of the release's files
	Rows       int64            `json:"rows,omitempty"`     // of its tables
	Tables     []Table          `json:"tables,omitempty"`
	Asked      []string         `json:"asked,omitempty"`     // ids of the sources that were asked; none: all
	NewBooks   map[string]int   `json:"new_books,omitempty"` // by source
	Counters   map[string]int64 `json:"counters,omitempty"`
	Steps      []Step           `json:"steps,omitempty"`
	Events     []Event          `json:"events,omitempty"`
	LeftOut    int              `json:"events_left_out,omitempty"`
	Alerts     []string         `json:"alerts,omitempty"`   // what was told
	Untold     []string         `json:"untold,omitempty"`   // what could not be told, and why
	Statloom   string           `json:"statloom,omitempty"` // version of the program
	ConfigHash string           `json:"config_hash,omitempty"`
}

// Table is a table of a release.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
}

// Fill takes what the recorder saw, and what the release holds, into the report. hide takes secrets out of texts.
func (p *Report) Fill(r *Recorder, current release.Info, hide func(string) string) {
	if r != nil {
		p.Steps, p.NewBooks, p.Events, p.LeftOut = r.record()
	}
	for i := range p.Events {
		p.Events[i].Message = hide(p.Events[i].Message)
	}
	for i := range p.Problems {
		p.Problems[i] = hide(p.Problems[i])
	}
	p.Message = hide(p.Message)
	p.Seconds = p.Finished.Sub(p.Started).Seconds()
	for _, f := range current.Files {
		p.Bytes += f.Bytes
	}
	for _, t := range current.Tables {
		p.Rows += t.Rows
		p.Tables = append(p.Tables, Table{t.Name, t.Rows})
	}
	if current.Previous != "" && p.Status == runlog.Done {
		p.Previous = current.Previous
	}
}

// Reports is the folder of the reports, one file a run.
type Reports struct{ Dir string }

// Write puts a report into the folder, at once or not at all, and removes all but the newest ones.
func (d Reports) Write(p Report, keep int) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("write run report: %w", err)
	}
	if err := os.MkdirAll(d.Dir, 0o755); err != nil {
		return fmt.Errorf("write run report: %w", err)
	}
	path := filepath.Join(d.Dir, p.Run+".json")
	if err := os.WriteFile(path+".part", append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write run report: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("write run report: %w", err)
	}
	return d.prune(keep)
}

// Read gives the report of a run as it was written.
func (d Reports) Read(run string) ([]byte, error) {
	if run == "" || run != filepath.Base(run) || strings.HasPrefix(run, ".") {
		return nil, fmt.Errorf("read run report: %q is no id of a run", run)
	}
	return os.ReadFile(filepath.Join(d.Dir, run+".json"))
}

// prune removes all but the newest reports. Ids begin with the time, so that names sort by age.
func (d Reports) prune(keep int) error {
	entries, err := os.ReadDir(d.Dir)
	if err != nil {
		return fmt.Errorf("remove old run reports: %w", err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".json" || ext == ".part") {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(b, a) })
	var errs []error
	for _, name := range names[min(keep, len(names)):] {
		errs = append(errs, os.Remove(filepath.Join(d.Dir, name)))
	}
	return errors.Join(errs...)
}
