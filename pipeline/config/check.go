package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/transforms"
)

// Bounds of the files that a configuration names, in bytes.
const (
	maxCodes = 64 << 20
	maxSQL   = 1 << 20
)

// checker looks at what a decoded configuration means as a whole, and loads the files that it names.
type checker struct {
	c     *Config
	d     *kind.Decoder
	files map[string][]byte // by the path of the key that names the file

	// What can be referred to, by id. Ids that are wrong in themselves are among them, so that references to them are
	// not reported as well.
	sources    map[string]bool
	codeLists  map[string]bool
	datasets   map[string]*transforms.Recipe
	models     map[string]bool
	indicators map[string]*transforms.Indicator
	tables     map[string]string // SQL name -> path of the id that claims it
}

func newChecker(c *Config, d *kind.Decoder) *checker {
	return &checker{
		c: c, d: d, files: map[string][]byte{}, tables: map[string]string{}, sources: map[string]bool{}, codeLists: map[string]bool{},
		datasets: map[string]*transforms.Recipe{}, models: map[string]bool{}, indicators: map[string]*transforms.Indicator{},
	}
}

func (k *checker) all() {
	k.checkPlaces()
	k.checkSources()
	k.checkSinks()
	k.checkSchedules()
	k.checkCodeLists()
	k.checkConcordances()
	k.checkReview()
	k.checkDatasets()
	k.checkCorrections()
	k.checkModels()
	k.checkForms()
	k.checkIndicators()
	k.checkTargets()
	k.checkChecks()
}

// at makes the path of an entry of a list, or of a key in it.
func at(list string, i int, key string) string {
	return kind.Join(fmt.Sprintf("%s[%d]", list, i), key)
}

// line gives the line of the value at a path, for messages that point at a second place.
func (k *checker) line(path string) int {
	if n := k.d.Node(path); n != nil {
		return n.Line
	}
	return 0
}

// name checks an id that becomes a name in SQL.
func (k *checker) name(path, id string) bool {
	switch {
	case !k.d.Known(path):
		return false
	case !sqlName.MatchString(id):
		k.d.Fail(path, "id "+k.d.Quote(path)+" cannot be a name in SQL", "begin with a letter from a to z and go on with such letters, digits and _")
		return false
	}
	return !k.sqlWord(path, id)
}

// sqlWord reports an id that could not stand in a query as it is.
func (k *checker) sqlWord(path, id string) bool {
	if !sqlWords[strings.ToLower(id)] {
		return false
	}
	k.d.Fail(path, "id "+k.d.Quote(path)+" is a word of SQL", "choose another")
	return true
}

// unique checks that an id has not been used before in its list; seen maps ids to their paths.
func (k *checker) unique(seen map[string]string, path, id string) bool {
	if !k.d.Known(path) {
		return false
	}
	if before, ok := seen[strings.ToLower(id)]; ok {
		k.d.Fail(path, fmt.Sprintf("id %s is used twice; line %d has it already", k.d.Quote(path), k.line(before)), "choose another")
		return false
	}
	seen[strings.ToLower(id)] = path
	return true
}

// table checks an id that becomes a table. A dataset brings further tables along, which have endings after its id.
func (k *checker) table(path, id string, endings ...string) {
	if k.name(path, id) {
		k.claim(path, id, endings...)
	}
}

// claim keeps the names of an entry's tables and views for it. Datasets, models, indicators and code lists share the
// names of one database, which does not tell capitals from small letters.
func (k *checker) claim(path, id string, endings ...string) {
	for _, ending := range append([]string{""}, endings...) {
		name := strings.ToLower(id) + ending
		before, taken := k.tables[name]
		switch {
		case ownTables[name]:
			k.d.Fail(path, "id "+k.d.Quote(path)+" is the name of a table that every release has", "choose another")
			return
		case taken && ending == "":
			k.d.Fail(path, fmt.Sprintf("id %s is the name of a table that line %d makes already", k.d.Quote(path), k.line(before)),
				"datasets, code lists, models and indicators become tables: give each a name of its own")
			return
		case taken:
			k.d.Fail(path, fmt.Sprintf("id %s also makes a table with the ending %s, which line %d makes already", k.d.Quote(path), ending, k.line(before)),
				"choose another")
			return
		}
	}
	for _, ending := range append([]string{""}, endings...) {
		k.tables[strings.ToLower(id)+ending] = path
	}
}

// refer checks that a name refers to something.
func (k *checker) refer(path, what, name string, known []string) bool {
	if !k.d.Known(path) || name == "" {
		return false
	}
	if slices.Contains(known, name) {
		return true
	}
	hint := kind.Choices(known)
	if !k.d.Outside(path) {
		hint = kind.Hint(name, known)
	}
	if len(known) == 0 {
		hint = "none is declared"
	}
	k.d.Fail(path, what+" "+k.d.Quote(path)+" is not known", hint)
	return false
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// pattern checks a regular expression and gives it, or nil.
func (k *checker) pattern(path, expr string) *regexp.Regexp {
	if !k.d.Known(path) {
		return nil
	}
	re, err := regexp.Compile(expr)
	if err == nil {
		return re
	}
	what, want := "", ""
	if bad := (*syntax.Error)(nil); errors.As(err, &bad) {
		what = ": " + bad.Code.String()
		if !k.d.Outside(path) && bad.Expr != expr {
			what += fmt.Sprintf(" at %q", bad.Expr)
		}
		switch bad.Code {
		case syntax.ErrInvalidPerlOp:
			want = "looking ahead and behind, (?=...) and (?<=...), is not available"
		case syntax.ErrInvalidEscape:
			want = `references such as \1 are not available`
		case syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrMissingBracket:
			want = `close what is open; to match the character itself, write \ before it`
		case syntax.ErrMissingRepeatArgument, syntax.ErrInvalidRepeatOp:
			want = `to match the character itself, write \ before it`
		}
	}
	k.d.Fail(path, label(path)+" "+k.d.Quote(path)+" is not a regular expression"+what, want)
	return nil
}

// label gives the last key of a path.
func label(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// load reads a file that the configuration names.
func (k *checker) load(path, file string, limit int64) ([]byte, bool) {
	if !k.d.Known(path) {
		return nil, false
	}
	content, what := readFile(k.c.Resolve(file), limit)
	if what != "" {
		k.d.Fail(path, label(path)+" "+k.d.Quote(path)+": "+what, "paths start at the folder of the configuration")
		return nil, false
	}
	k.files[path] = content
	k.c.named = append(k.c.named, file)
	return content, true
}

func (k *checker) checkSources() {
	seen := map[string]string{}
	for i, s := range k.c.Sources {
		path := at("sources", i, "id")
		_ = k.name(path, s.ID) && k.unique(seen, path, s.ID)
		k.sources[s.ID] = true
	}
}

func (k *checker) checkSinks() {
	seen := map[string]string{}
	for i, s := range k.c.Sinks {
		path := at("sinks", i, "kind")
		if before, twice := seen[s.Kind]; twice && k.d.Known(path) {
			k.d.Fail(path, fmt.Sprintf("kind %s is used twice; line %d has it already", k.d.Quote(path), k.line(before)),
				"a release is published once in each form")
		}
		seen[s.Kind] = path
	}
}

func (k *checker) checkCodeLists() {
	k.c.codes = map[string][]byte{}
	for i, list := range k.c.CodeLists {
		k.table(at("code_lists", i, "id"), list.ID)
		k.codeLists[list.ID] = true
		if content, ok := k.load(at("code_lists", i, "file"), list.File, maxCodes); ok {
			k.c.codes[list.ID] = content
		}
	}
}
