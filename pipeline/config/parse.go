package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/pipeline/kind"
)

// maxFile bounds the configuration's file, in bytes.
const maxFile = 8 << 20

// parse reads exactly one YAML document whose top is a group of keys.
func parse(text []byte) (*yaml.Node, *kind.Problem) {
	if p := unreadable(text); p != nil {
		return nil, p
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, next yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, syntaxProblem(text, err)
	}
	switch err := dec.Decode(&next); {
	case err == nil:
		return nil, &kind.Problem{Line: next.Line, Column: next.Column,
			What: "a second document begins here", Want: "keep one document in a file: remove the line --- and what follows"}
	case !errors.Is(err, io.EOF):
		return nil, syntaxProblem(text, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode || len(doc.Content[0].Content) == 0 {
		if len(doc.Content) == 1 && doc.Content[0].Tag != "!!null" {
			top := doc.Content[0]
			return nil, &kind.Problem{Line: top.Line, Column: top.Column,
				What: "the file does not hold keys with values", Want: "begin with the line version: 1"}
		}
		return nil, emptyProblem()
	}
	return doc.Content[0], nil
}

func emptyProblem() *kind.Problem {
	return &kind.Problem{Line: 1, Column: 1, What: "the configuration is empty", Want: "begin with the line version: 1"}
}

// yamlErrors puts common errors of the YAML reader into plainer words. Those with start are about something that was
// opened and not closed: they point at where it was opened.
var yamlErrors = []struct {
	part, what, want string
	start            bool
}{
	{part: "tab character", what: "a tab is used to indent", want: "use blanks"},
	{part: "cannot start any token", what: "a value cannot begin with this character", want: "put the value in quotes"},
	{part: "mapping values are not allowed", what: "a colon stands where no key can be",
		want: "put a text that holds \": \" in quotes, or check the indentation"},
	{part: "unexpected end of stream", what: "the text in quotes is not closed", want: "write a quote after its end", start: true},
	{part: "',' or ']'", what: "the list in brackets is not closed", want: "write ] after its last entry", start: true},
	{part: "',' or '}'", what: "the group of keys in braces is not closed", want: "write } after its last key", start: true},
	{part: "unknown escape", what: "this character cannot follow a backslash in double quotes", want: `use single quotes, as in '\d+'`},
	{part: "did not find expected key", what: "a key was expected here",
		want: "check the indentation and the quotes of this line and the one before"},
}

// syntaxProblem says what the YAML reader found wrong.
func syntaxProblem(text []byte, err error) *kind.Problem {
	if errors.Is(err, io.EOF) {
		return emptyProblem()
	}
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return &kind.Problem{Line: 1, Column: 1, What: "this is not valid YAML: " + err.Error()}
	}
	p := &kind.Problem{Line: max(1, load.Mark.Line), Column: max(1, load.Mark.Column), What: "this is not valid YAML: " + load.Message}
	if name, ok := strings.CutPrefix(load.Message, "unknown anchor "); ok {
		p.What, p.Want = "there is no anchor "+strings.TrimSuffix(name, " referenced"), "set it before it is used, as in &name"
		return p
	}
	if indentedByTab(text, p.Line) {
		p.What, p.Want = yamlErrors[0].what, yamlErrors[0].want
		return p
	}
	for _, known := range yamlErrors {
		if !strings.Contains(load.Message, known.part) {
			continue
		}
		p.What, p.Want = known.what, known.want
		if known.start && load.ContextMark.Line > 0 {
			p.Line, p.Column = load.ContextMark.Line, max(1, load.ContextMark.Column)
		}
		return p
	}
	return p
}

// indentedByTab reports whether a line, 1-based, has a tab before its text.
func indentedByTab(text []byte, line int) bool {
	for range line - 1 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return bytes.HasPrefix(bytes.TrimLeft(text, " "), []byte("\t"))
}

// unreadable finds what the YAML reader would refuse without saying where.
func unreadable(text []byte) *kind.Problem {
	p := &kind.Problem{Line: 1, Column: 1}
	if len(text) > maxFile {
		p.What, p.Want = fmt.Sprintf("the file is larger than %s", kind.Bytes(maxFile)), "is this the right file?"
		return p
	}
	for rest := text; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			p.What, p.Want = "the file is not in UTF-8", "save it in the encoding UTF-8"
			return p
		case r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r >= 0x80 && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff:
			p.What, p.Want = fmt.Sprintf("control character U+%04X", r), "remove it"
			return p
		case r == '\n':
			p.Line, p.Column = p.Line+1, 1
		case r != '\ufeff':
			p.Column++
		}
		rest = rest[n:]
	}
	return nil
}
