package config

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/pipeline/kind"
)

// reference is ${NAME}, ${NAME:-default} or, with a further dollar sign before, that text itself.
var reference = regexp.MustCompile(`\$?\$\{([^}]*)\}?`)

var environName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// environ puts values from the environment into a tree and remembers what stood there before: messages show that.
type environ struct {
	env      func(name string) (string, bool)
	written  map[*yaml.Node]string // what the document says, for scalars that came from the environment
	broken   map[*yaml.Node]bool   // scalars that could not be filled
	secrets  map[string]string     // what was filled in, and the reference that stands for it
	problems []kind.Problem
}

func newEnviron(env func(string) (string, bool)) *environ {
	return &environ{env: env, written: map[*yaml.Node]string{}, broken: map[*yaml.Node]bool{}, secrets: map[string]string{}}
}

// shown gives the text to show for a scalar, and whether its value came from the environment.
func (e *environ) shown(n *yaml.Node) (string, bool) {
	text, ok := e.written[n]
	return text, ok
}

// shortSecret is how short a value is that Hide leaves alone: it stands in other words too often.
const shortSecret = 4

// expand fills in all scalar values below the node; keys are left alone.
func (e *environ) expand(n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			e.expand(n.Content[i])
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			e.expand(c)
		}
	case yaml.ScalarNode:
		if strings.Contains(n.Value, "${") {
			e.scalar(n)
		}
	}
}

func (e *environ) scalar(n *yaml.Node) {
	before, filled := n.Value, false
	n.Value = reference.ReplaceAllStringFunc(before, func(ref string) string {
		if strings.HasPrefix(ref, "$$") {
			return ref[1:]
		}
		filled = true
		return e.value(n, ref)
	})
	if filled {
		e.written[n] = before
	}
}

// value gives what a reference stands for.
func (e *environ) value(n *yaml.Node, ref string) string {
	name, fallback, hasFallback := strings.Cut(strings.TrimSuffix(ref[2:], "}"), ":-")
	if !strings.HasSuffix(ref, "}") || !environName.MatchString(name) {
		e.fail(n, fmt.Sprintf("%.60q does not name a variable of the environment", ref),
			"write ${NAME} with letters, digits and _; or $${ for a dollar sign and a brace as such")
		return ""
	}
	value, ok := e.env(name)
	switch {
	case (!ok || value == "") && hasFallback:
		return fallback
	case !ok:
		e.fail(n, fmt.Sprintf("${%s} is not set in the environment", name), fmt.Sprintf("set %s, or write ${%s:-value} to give a default", name, name))
	}
	if len(value) >= shortSecret {
		e.secrets[value] = "${" + name + "}"
	}
	return value
}

func (e *environ) fail(n *yaml.Node, what, want string) {
	e.broken[n] = true
	e.problems = append(e.problems, kind.Problem{Line: n.Line, Column: n.Column, What: what, Want: want})
}
