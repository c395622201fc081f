package kind

import (
	"cmp"
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Decoder fills structs from YAML nodes, strictly: it reports every unknown key, missing key and value of a wrong type,
// each with its place, and goes on. Nodes must be free of aliases and merge keys. It remembers where every key stands,
// so that later checks can point at it by its path: datasets[0].table.title.
type Decoder struct {
	// Shown gives the text that messages show in place of a scalar's value, and true, when the value came from outside
	// the document and may be secret. Nil: all values may be shown.
	Shown func(*yaml.Node) (string, bool)
	// Hooks decode values of the types that they are given for; a hook that wants the usual treatment calls Struct.
	Hooks map[reflect.Type]func(path string, n *yaml.Node, into reflect.Value)
	// Broken holds nodes whose problem is reported elsewhere; they are passed over.
	Broken map[*yaml.Node]bool

	problems []Problem
	nodes    map[string]*yaml.Node
	unusable map[string]bool // paths whose value is missing or could not be taken
}

// Struct fills the struct that into points to from a mapping. others are further keys that are known here although the
// struct does not have them; they are left alone.
func (d *Decoder) Struct(path string, n *yaml.Node, into any, others ...string) {
	d.structure(path, n, reflect.ValueOf(into).Elem(), others)
}

// Problems gives what was found so far, in reading order.
func (d *Decoder) Problems() []Problem { return SortProblems(slices.Clone(d.problems)) }

// Node gives the value at a path, or nil if the document does not have it.
func (d *Decoder) Node(path string) *yaml.Node { return d.nodes[path] }

// Known reports whether the document has a value at the path that was found usable.
func (d *Decoder) Known(path string) bool { return d.nodes[path] != nil && !d.unusable[path] }

// Report adds a problem at a path, or at the nearest part around it that the document has. Nothing is added about a
// value that could not be taken: that would only be the shadow of the problem reported already.
func (d *Decoder) Report(path, what, want string) {
	var at *yaml.Node
	for p := path; ; p = parent(p) {
		if d.unusable[p] {
			return
		}
		if at == nil {
			at = d.nodes[p]
		}
		if p == "" {
			break
		}
	}
	d.add(at, what, want)
}

// Fail adds a problem like Report, about a value that is missing or cannot be used: what follows from that is not
// reported.
func (d *Decoder) Fail(path, what, want string) {
	d.Report(path, what, want)
	d.mark(path)
}

// Quote gives a value for messages: quoted, or the ${NAME} it came from.
func (d *Decoder) Quote(path string) string { return d.quote(d.nodes[path]) }

// Outside reports whether the value at the path came from outside the document.
func (d *Decoder) Outside(path string) bool {
	_, outside := d.shown(d.nodes[path])
	return outside
}

func (d *Decoder) quote(n *yaml.Node) string {
	text, outside := d.shown(n)
	if outside || n != nil && (n.Tag == "!!int" || n.Tag == "!!float" || n.Tag == "!!bool") && len(text) < 40 {
		return text
	}
	if len(text) > 80 {
		text = strings.ToValidUTF8(text[:80], "") + "…"
	}
	return strconv.Quote(text)
}

func (d *Decoder) shown(n *yaml.Node) (string, bool) {
	if n == nil {
		return "", false
	}
	if d.Shown != nil {
		if text, outside := d.Shown(n); outside {
			return text, true
		}
	}
	return n.Value, false
}

func (d *Decoder) add(n *yaml.Node, what, want string) {
	p := Problem{Line: 1, Column: 1, What: what, Want: want}
	if n != nil {
		p.Line, p.Column = n.Line, n.Column
	}
	d.problems = append(d.problems, p)
}

// fail reports that the value at a path is missing or cannot be taken.
func (d *Decoder) fail(path string, n *yaml.Node, what, want string) {
	d.add(n, what, want)
	d.mark(path)
}

func (d *Decoder) mark(path string) {
	if d.unusable == nil {
		d.unusable = map[string]bool{}
	}
	d.unusable[path] = true
}

func (d *Decoder) remember(path string, n *yaml.Node) {
	if d.nodes == nil {
		d.nodes = map[string]*yaml.Node{}
	}
	d.nodes[path] = n
}

// structure fills a struct and then lets its Checker look at it.
func (d *Decoder) structure(path string, n *yaml.Node, v reflect.Value, others []string) {
	d.remember(path, n)
	fields := Fields(v.Type())
	if n.Kind != yaml.MappingNode {
		d.fail(path, n, fmt.Sprintf("%s is %s where keys are expected", label(path), describe(n)),
			"give it the keys "+strings.Join(required(fields), ", "))
		return
	}
	given := map[string]bool{}
	var strange []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		at := slices.IndexFunc(fields, func(f Field) bool { return f.Key == key.Value })
		switch {
		case at >= 0:
			given[key.Value] = true
			d.value(Join(path, key.Value), n.Content[i+1], v.FieldByIndex(fields[at].Index), fields[at])
		case !slices.Contains(others, key.Value):
			strange = append(strange, key)
		}
	}
	for _, key := range strange {
		d.unknown(path, key, slices.Concat(Keys(fields), others), given)
	}
	for _, f := range fields {
		if !given[f.Key] {
			d.absent(path, n, v.FieldByIndex(f.Index), f)
		}
	}
	if c, ok := v.Addr().Interface().(Checker); ok {
		for _, complaint := range c.Check() {
			d.complain(path, complaint)
		}
	}
}

// unknown reports a key that is not known and marks the one that was probably meant, which would otherwise be reported
// as missing.
func (d *Decoder) unknown(path string, key *yaml.Node, known []string, given map[string]bool) {
	near, ok := Nearest(key.Value, known)
	if ok && !given[near] {
		d.mark(Join(path, near))
	}
	want := "the keys here are " + enumerate(known, "and")
	if len(known) == 1 {
		want = "the only key here is " + known[0]
	}
	if ok {
		want = fmt.Sprintf("did you mean %q?", near)
	}
	d.fail(Join(path, key.Value), key, fmt.Sprintf("unknown key %q", clip(key.Value)), want)
}

// absent sees to a key that was not given: it takes its default or is missing.
func (d *Decoder) absent(path string, n *yaml.Node, v reflect.Value, f Field) {
	preset(v, f)
	if at := Join(path, f.Key); f.Required && v.IsZero() && !d.unusable[at] {
		d.fail(at, n, f.Key+" is missing", docHint(f))
	}
}

// preset gives a value that is zero the default of its tag, and the same to the fields of a struct.
func preset(v reflect.Value, f Field) {
	if f.Default != "" && v.IsZero() {
		new(Decoder).value("", &yaml.Node{Kind: yaml.ScalarNode, Value: f.Default}, v, Field{Key: f.Key, Type: f.Type})
		return
	}
	if v.Kind() == reflect.Struct {
		for _, inner := range Fields(v.Type()) {
			preset(v.FieldByIndex(inner.Index), inner)
		}
	}
}

func docHint(f Field) string {
	if len(f.Enum) > 0 {
		return Choices(f.Enum)
	}
	if f.Type.Kind() == reflect.Struct {
		if keys := required(Fields(f.Type)); len(keys) > 0 {
			return "give it the keys " + strings.Join(keys, ", ")
		}
	}
	if f.Doc != "" {
		return "give it: " + f.Doc
	}
	return "give it"
}

// complain reports what a Checker found. Its words may repeat values, so those from outside are taken out of them.
func (d *Decoder) complain(path string, c Complaint) {
	what := d.hide(path, c.What)
	if key := label(c.Key); c.Key != "" && !strings.Contains(what, key) {
		what = key + ": " + what
	}
	d.Report(Join(path, c.Key), what, d.hide(path, c.Want))
}

// hide replaces, in a text made by others, all values below the path that came from outside.
func (d *Decoder) hide(path, text string) string {
	if d.Shown == nil || text == "" {
		return text
	}
	hidden := map[string]string{}
	for p, n := range d.nodes {
		if n.Kind != yaml.ScalarNode || !strings.HasPrefix(p, path) {
			continue
		}
		if shown, outside := d.shown(n); outside {
			hidden[n.Value] = shown
		}
	}
	return Hide(text, hidden)
}

// Hide replaces secret values in a text by what may be shown in their place; the longest first, since one may contain
// another.
func Hide(text string, shown map[string]string) string {
	for _, value := range slices.SortedFunc(maps.Keys(shown), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	}) {
		text = blot(text, value, shown[value])
	}
	return text
}

// value fills one value of any type.
func (d *Decoder) value(path string, n *yaml.Node, v reflect.Value, f Field) {
	d.remember(path, n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		d.fail(path, n, label(path)+" has no value", "give it one or remove the key")
		return
	}
	if d.Broken[n] {
		d.mark(path)
		return
	}
	if hook := d.Hooks[v.Type()]; hook != nil {
		hook(path, n, v)
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		d.value(path, n, v.Elem(), f)
		return
	}
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.scalar(path, n, v, f)
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[Strings]() && n.Kind == yaml.ScalarNode:
		list := reflect.MakeSlice(v.Type(), 1, 1)
		d.element(path, n, list.Index(0), f)
		v.Set(list)
	case v.Type() == reflect.TypeFor[any]():
		d.anything(path, n, v)
	case v.Kind() == reflect.Struct:
		d.structure(path, n, v, nil)
	case v.Kind() == reflect.Slice:
		d.list(path, n, v, f)
	case v.Kind() == reflect.Map:
		d.mapping(path, n, v)
	default:
		d.scalar(path, n, v, f)
	}
}

func (d *Decoder) list(path string, n *yaml.Node, v reflect.Value, f Field) {
	if n.Kind != yaml.SequenceNode {
		d.fail(path, n, fmt.Sprintf("%s is %s where a list is expected", label(path), describe(n)),
			"write each entry on a line of its own after \"- \", or all in brackets: [a, b]")
		return
	}
	if need := max(f.MinItems, btoi(f.Required)); len(n.Content) < need {
		d.fail(path, n, label(path)+" is empty", fmt.Sprintf("give at least %d", need))
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		d.element(fmt.Sprintf("%s[%d]", path, i), c, list.Index(i), f)
	}
	v.Set(list)
}

// element fills an entry of a list; what the tags say about values holds for each of them.
func (d *Decoder) element(path string, n *yaml.Node, v reflect.Value, f Field) {
	d.value(path, n, v, Field{Key: f.Key, Required: true, Enum: f.Enum, Minimum: f.Minimum, Maximum: f.Maximum, Type: v.Type()})
}

func (d *Decoder) mapping(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode || v.Type().Key().Kind() != reflect.String {
		d.fail(path, n, fmt.Sprintf("%s is %s where keys with values are expected", label(path), describe(n)),
			"write each as \"key: value\"")
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(Join(path, n.Content[i].Value), n.Content[i+1], item, Field{Type: v.Type().Elem()})
		m.SetMapIndex(reflect.ValueOf(n.Content[i].Value).Convert(v.Type().Key()), item)
	}
	v.Set(m)
}

// anything takes a value of whatever form, for options that are handed on as they are.
func (d *Decoder) anything(path string, n *yaml.Node, v reflect.Value) {
	if err := n.Load(v.Addr().Interface()); err != nil {
		d.fail(path, n, label(path)+" cannot be read", d.hide(path, err.Error()))
	}
}

// Join adds a key to a path.
func Join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}

// parent cuts the last key or index off a path.
func parent(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// label is how messages call the value at a path.
func label(path string) string {
	if path == "" {
		return "the document"
	}
	return clip(path[strings.LastIndexByte(path, '.')+1:])
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

func required(fields []Field) []string {
	var must []string
	for _, f := range fields {
		if f.Required {
			must = append(must, f.Key)
		}
	}
	if len(must) == 0 {
		return Keys(fields)
	}
	return must
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
