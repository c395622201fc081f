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

// Problem says at which place of the configuration something is wrong with a key of a model, an indicator or a target. SQL
// that stands in a file is called by its name, so that the line a message counts is one of that file.
func (c *Config) Problem(of, id, key, what, want string) Problem {
	p := Problem{File: c.path, Want: want}
	for i := 0; ; i++ {
		entry := at(of+"s", i, "")
		n := c.node(kind.Join(entry, "id"))
		if n == nil {
			break
		}
		if n.Value != id {
			continue
		}
		if file := c.node(kind.Join(entry, "file")); file != nil && key == "sql" {
			n, key = file, file.Value
		} else if of := c.node(kind.Join(entry, key)); of != nil {
			n = of
		}
		p.Line, p.Column = n.Line, n.Column
		break
	}
	p.What = fmt.Sprintf("%s %s, %s: %s", of, id, key, what)
	return p
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
