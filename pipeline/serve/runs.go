package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/runlog"
)

// healthy says that the program lives.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	s.answer(w, http.StatusOK, map[string]any{"status": "ok"})
}

// ready says whether the program can do its work.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.Ready != nil {
		if err := s.Ready(r.Context()); err != nil {
			s.Log.Warn("not ready", "reason", s.Hide(err.Error()))
			s.answer(w, http.StatusServiceUnavailable, map[string]any{"status": "not ready"})
			return
		}
	}
	s.answer(w, http.StatusOK, map[string]any{"status": "ok"})
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if s.Metrics == nil {
		s.fail(w, r, &problem{http.StatusNotFound, "there are no metrics"})
		return
	}
	s.Metrics.ServeHTTP(w, r)
}

// describe gives the description of all this.
func (s *Server) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(openAPI) // who went away needs no answer
}

// runs lists runs, newest first.
func (s *Server) runs(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := whole(q, "limit", 50, 1000)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if err := only(q, "limit", "before", "status", "trigger"); err != nil {
		s.fail(w, r, err)
		return
	}
	all, err := s.History.Runs(r.Context(), 0)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if before := q.Get("before"); before != "" {
		at := slices.IndexFunc(all, func(run runlog.Run) bool { return run.ID == before })
		if at < 0 {
			s.fail(w, r, &problem{http.StatusNotFound, "there is no such run, or it has been forgotten"})
			return
		}
		all = all[at+1:]
	}
	found := []runlog.Run{}
	for _, run := range all {
		if matches(q["status"], string(run.Status)) && matches(q["trigger"], run.Trigger) {
			found = append(found, run)
		}
	}
	out := map[string]any{}
	if len(found) > limit {
		found = found[:limit]
		q.Set("before", found[limit-1].ID)
		out["next"] = "/api/v1/runs?" + q.Encode()
	}
	for i := range found {
		found[i].Message = s.Hide(found[i].Message)
	}
	out["runs"] = found
	s.answer(w, http.StatusOK, out)
}

func matches(wanted []string, value string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

// run gives one run.
func (s *Server) run(w http.ResponseWriter, r *http.Request) {
	run, err := s.History.Run(r.Context(), r.PathValue("run"))
	if err != nil {
		s.fail(w, r, unknownRun(err))
		return
	}
	run.Message = s.Hide(run.Message)
	s.answer(w, http.StatusOK, run)
}

// unknownRun turns the history's word for a run that it does not have into an answer.
func unknownRun(err error) error {
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return &problem{http.StatusNotFound, "there is no such run, or it has been forgotten"}
	}
	return err
}

// events gives what happened in a run.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("run")
	if _, err := s.History.Run(r.Context(), id); err != nil {
		s.fail(w, r, unknownRun(err))
		return
	}
	events, err := s.History.Events(r.Context(), id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for i := range events {
		events[i].Message = s.Hide(events[i].Message)
	}
	s.answer(w, http.StatusOK, map[string]any{"run": id, "events": events})
}

// report gives the report of a run.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	if s.Report == nil {
		s.fail(w, r, &problem{http.StatusNotFound, "there are no reports"})
		return
	}
	// The name of the file comes from the history, not from the caller.
	run, err := s.History.Run(r.Context(), r.PathValue("run"))
	if err != nil {
		s.fail(w, r, unknownRun(err))
		return
	}
	text, err := s.Report(run.ID)
	if errors.Is(err, fs.ErrNotExist) {
		err = &problem{http.StatusNotFound, "the run has no report"}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, http.StatusOK, json.RawMessage(text))
}

// begin asks for a run.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) {
	if s.Begin == nil {
		s.fail(w, r, &problem{http.StatusForbidden, "this server begins no runs"})
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		s.fail(w, r, &problem{http.StatusUnsupportedMediaType, "send JSON, and say so: Content-Type: application/json"})
		return
	}
	var asked Asked
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(&asked)
	if err == nil && dec.Decode(&struct{}{}) != io.EOF {
		err = errors.New("there is more than one value")
	}
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		s.fail(w, r, &problem{http.StatusRequestEntityTooLarge, "the request is too large"})
		return
	}
	if err != nil {
		s.fail(w, r, &problem{http.StatusBadRequest, `the request cannot be read; send {} or {"sources": ["id"], "full": false}`})
		return
	}
	id, err := s.Begin(r.Context(), asked)
	switch {
	case errors.Is(err, ErrBusy):
		w.Header().Set("Retry-After", "60")
		err = &problem{http.StatusConflict, "a run is going on"}
	case fault.KindOf(err) == fault.Config && err != nil:
		err = &problem{http.StatusBadRequest, err.Error()}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Location", "/api/v1/runs/"+id)
	s.answer(w, http.StatusAccepted, map[string]any{"run": id})
}

// schedule lists what is next.
func (s *Server) schedule(w http.ResponseWriter, _ *http.Request) {
	type entry struct {
		Rule    string    `json:"rule"`
		Due     time.Time `json:"due,omitzero"`
		Start   time.Time `json:"start,omitzero"`
		Last    time.Time `json:"last_due,omitzero"`
		Waiting time.Time `json:"waiting_for_book_due,omitzero"`
		Late    bool      `json:"late"`
		Running bool      `json:"running"`
	}
	out := []entry{}
	if s.Upcoming != nil {
		for _, u := range s.Upcoming() {
			out = append(out, entry{u.Rule, u.Due, u.Start, u.Mark.Handled, u.Mark.Waiting, u.Mark.Late, u.Running})
		}
	}
	s.answer(w, http.StatusOK, map[string]any{"schedule": out})
}

// whole reads a whole number from 1 to a bound.
func whole(q url.Values, name string, preset, most int) (int, error) {
	text := q.Get(name)
	if text == "" {
		return preset, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, &problem{http.StatusBadRequest, fmt.Sprintf("%s has to be a number from 1 to %d", name, most)}
	}
	return n, nil
}

// only refuses parameters that mean nothing here: one that is misspelt must not widen what is given.
func only(q url.Values, known ...string) error {
	for name := range q {
		if !slices.Contains(known, name) {
			return &problem{http.StatusBadRequest, fmt.Sprintf("%.60q is not known here", name)}
		}
	}
	return nil
}
