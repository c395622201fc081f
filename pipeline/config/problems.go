package config

import (
	"fmt"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
)

// Problem is one thing wrong with a configuration.
type Problem struct {
	File         string
	Line, Column int    // 1-based; 0 for the file as a whole
	What         string // what is wrong
	Want         string // what would be right, may be empty
}

// String reads `config.yaml:12:5: what; want`.
func (p Problem) String() string {
	text := kind.Problem{What: p.What, Want: p.Want}.String()
	if p.Line == 0 {
		return p.File + ": " + text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, text)
}

// Place gives a problem with a key of a model, an indicator or a target its place. SQL that stands in a file is called by
// the file's name, so that the line a message counts is one of that file.
func (c *Config) Place(declaration, id, key, what, want string) kind.Problem {
	path := c.find(declaration+"s", id)
	n := c.node(kind.Join(path, key))
	if file := c.node(kind.Join(path, "file")); file != nil && key == "sql" {
		n, key = file, file.Value
	}
	if n == nil { // the key is missing
		n = c.node(path)
	}
	p := kind.Problem{What: fmt.Sprintf("%s %s, %s: %s", declaration, id, key, what), Want: want}
	if n != nil {
		p.Line, p.Column = n.Line, n.Column
	}
	return p
}

// find gives the path of the entry of a list that has an id; that of the list where none has.
func (c *Config) find(list, id string) string {
	for i := 0; ; i++ {
		n := c.node(at(list, i, "id"))
		if n == nil {
			return list
		}
		if n.Value == id {
			return at(list, i, "")
		}
	}
}

// Problems tells problems of the configuration with its file, in reading order.
func (c *Config) Problems(found []kind.Problem) Problems {
	found = kind.SortProblems(found)
	problems := make(Problems, len(found))
	for i, p := range found {
		problems[i] = Problem{File: c.path, Line: p.Line, Column: p.Column, What: p.What, Want: p.Want}
	}
	return problems
}

// Problems is all that is wrong with a configuration, in reading order. As an error it is of the kind fault.Config.
type Problems []Problem

// Error gives each problem on a line of its own.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// As lets errors.As, and with it fault.KindOf, see the problems as an error of the kind fault.Config.
func (ps Problems) As(target any) bool {
	e, ok := target.(**fault.Error)
	if ok {
		*e = &fault.Error{Kind: fault.Config, What: ps.Error()}
	}
	return ok
}
