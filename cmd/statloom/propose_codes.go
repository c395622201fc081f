package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
)

// givenList is a code list that the command line names.
type givenList struct {
	ID, File string // the file as the configuration names it
	Used     bool
}

var notID = regexp.MustCompile(`[^a-z0-9_]+`)

// codeLists loads the code lists that the command line names; their ids come from the files' names.
func (a *app) codeLists(files []string, target string) (lists []*codes.List, given []*givenList, err error) {
	ids := map[string]bool{}
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		id := strings.Trim(notID.ReplaceAllString(strings.ToLower(base), "_"), "_")
		if id == "" || id[0] >= '0' && id[0] <= '9' || ids[id] {
			id = fmt.Sprintf("codes_%d", len(lists)+1)
		}
		ids[id] = true
		at, err := filepath.Rel(filepath.Dir(target), a.path(file))
		if err != nil {
			at = a.path(file)
		}
		f, err := os.Open(a.path(file))
		if err != nil {
			return nil, nil, &fault.Error{Kind: fault.Input, File: file, What: "open the code list", Err: err, Remedy: "check the name"}
		}
		l, err := codes.Load(f, transforms.CodeList{ID: id, File: file})
		f.Close()
		if err != nil {
			return nil, nil, err
		}
		lists, given = append(lists, l), append(given, &givenList{ID: id, File: filepath.ToSlash(at)})
	}
	return lists, given, nil
}

// code proposes for each dimension the list that knows the most of its labels, if it knows more than half of them and
// none of the labels would become one with another.
func (p *proposal) code(lists []*codes.List) {
	type asked struct {
		label string
		end   time.Time
	}
	for i := range p.Dimensions {
		d := &p.Dimensions[i]
		questions, labels := map[asked]bool{}, map[string]bool{}
		for _, o := range p.trial.figures {
			questions[asked{o.dims[i], o.end}], labels[o.dims[i]] = true, true
		}
		best := 0
		for _, l := range lists {
			found, clear, unknown := map[string]string{}, true, map[string]bool{}
			byCode := map[string]string{}
			for q := range questions {
				m := l.MatchOn(q.label, q.end)
				if !m.OK() {
					unknown[q.label] = true
					continue
				}
				if c, ok := found[q.label]; ok && c != m.Code {
					clear = false
				}
				if other, ok := byCode[m.Code]; ok && other != q.label {
					clear = false
				}
				found[q.label], byCode[m.Code] = m.Code, q.label
			}
			for label := range unknown {
				delete(found, label)
			}
			if n := len(found); clear && n > best && n > 1 && 2*n > len(labels) {
				best = n
				d.CodeList, d.codes, d.Keep = l.ID, found, n < len(labels)
				d.Note = strings.TrimPrefix(d.Note+fmt.Sprintf("; the list knows %d of %d labels", n, len(labels)), "; ")
			}
		}
	}
}

// label is how a release shows a label of dimension i.
func (p *proposal) label(i int, label string) string {
	if c, ok := p.Dimensions[i].codes[label]; ok {
		return c
	}
	return label
}
