package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func (w *walker) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (w *walker) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// docsEnv is the environment that the documentation's configurations ask for.
func docsEnv() map[string]string {
	return map[string]string{"STATLOOM_PG_PASSWORD": "secret", "STATLOOM_STATE": "postgres://statloom@db.example/statloom"}
}

func (w *walker) statloom(t *testing.T, args ...string) string {
	t.Helper()
	c := statloom(t, w.dir, docsEnv(), args...)
	if c.code != 0 {
		t.Errorf("statloom %s: exit code %d\n%s%s", strings.Join(args, " "), c.code, c.out, c.err)
	}
	return c.out
}

// excused reports whether a command or query is not run, for a reason that is given.
func (w *walker) excused(text string) bool {
	for begin := range notRun {
		if strings.HasPrefix(text, begin) {
			w.used[begin] = true
			return true
		}
	}
	return false
}

// commands splits a line of a shell at && and takes comments off, and what output is piped into.
func commands(line string) (list []string) {
	var quote rune
	start, end := 0, -1
	runes := []rune(strings.TrimSpace(line))
	next := func(to, from int) {
		if end < 0 {
			end = to
		}
		if text := strings.TrimSpace(string(runes[start:end])); text != "" {
			list = append(list, text)
		}
		start, end = from, -1
	}
	for i, r := range runes {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '#' && (i == 0 || runes[i-1] == ' '):
			next(i, len(runes))
			return list
		case r == '|' && end < 0:
			end = i
		case r == '&' && i+1 < len(runes) && runes[i+1] == '&' && i >= start:
			next(i, i+2)
		}
	}
	next(len(runes), len(runes))
	return list
}

var shellWord = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s"']+`)

// words splits a command as a shell does, with * expanded in the folder.
func (w *walker) words(t *testing.T, command string) (out []string) {
	t.Helper()
	for _, word := range shellWord.FindAllString(command, -1) {
		if strings.Trim(word, `"'`) != word {
			out = append(out, word[1:len(word)-1])
			continue
		}
		word = strings.Replace(word, "/backup/", w.dir+"/", 1)
		if !strings.Contains(word, "*") {
			out = append(out, word)
			continue
		}
		found, err := filepath.Glob(filepath.Join(w.dir, word))
		if err != nil || len(found) == 0 {
			t.Errorf("%s: nothing is named %s", command, word)
		}
		for _, f := range found {
			rel, err := filepath.Rel(w.dir, f)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, rel)
		}
	}
	return out
}

// command does a command of a page.
func (w *walker) command(t *testing.T, command string) {
	t.Helper()
	args := w.words(t, command)
	switch {
	case w.excused(command):
	case args[0] == "make":
		w.target(t, args[1:])
	case args[0] != "statloom":
		t.Errorf("%q is not tested: it is neither of make nor of statloom, nor excused", command)
	default:
		if args[1] == "restore" && !slices.Contains(args, "--replace") {
			if err := os.RemoveAll(filepath.Join(w.dir, "data")); err != nil { // it says: into an empty folder
				t.Fatal(err)
			}
		}
		w.statloom(t, args[1:]...)
		if args[1] == "init" && w.rename[0] != "" {
			w.pickName(t)
		}
	}
}

// pickName gives the proposed dataset the name that the page goes on with. What is published for people is tested elsewhere.
func (w *walker) pickName(t *testing.T) {
	t.Helper()
	config := w.read(t, "config.yaml")
	named := strings.ReplaceAll(config, w.rename[0], w.rename[1])
	if named == config {
		t.Fatalf("init proposes no dataset %s", w.rename[0])
	}
	w.write(t, "config.yaml", string(unpublished([]byte(named))))
}

// target looks for the targets of make.
func (w *walker) target(t *testing.T, args []string) {
	t.Helper()
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range args {
		if !strings.Contains(name, "=") && !regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(name)+`:`).Match(makefile) {
			t.Errorf("there is no target %q", name)
		}
	}
}

var inlineCommand = regexp.MustCompile("`((?:statloom|make) [^`]*)`")

// inline looks at the commands in sentences: there has to be such a command with such flags.
func (w *walker) inline(t *testing.T, text []byte) {
	t.Helper()
	for _, m := range inlineCommand.FindAllSubmatch(fenceMarks.ReplaceAll(text, nil), -1) {
		args := (&walker{dir: w.dir}).plainWords(string(m[1]))
		if args[0] == "make" {
			w.target(t, args[1:])
			continue
		}
		a := &app{system: testSystem(w.dir, nil, nil, nil)}
		root := a.root()
		c, rest, err := root.Find(args[1:])
		if err != nil || c == root {
			t.Errorf("%s: there is no such command (%v)", m[1], err)
		} else if err := c.ParseFlags(rest); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
}

func (*walker) plainWords(command string) (out []string) {
	for _, word := range shellWord.FindAllString(command, -1) {
		out = append(out, strings.Trim(word, `"'`))
	}
	return out
}

// fragment puts a part of a configuration into that of the sample, and has it checked.
func (w *walker) fragment(t *testing.T, text string) {
	t.Helper()
	var base, part map[string]any
	if err := yaml.Unmarshal(leanSample(t), &base); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(text), &part); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	whole, err := yaml.Marshal(merge(base, part))
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, "holidays.csv", "date\n2026-01-01\n")
	w.write(t, "fragment.yaml", string(whole))
	if c := statloom(t, w.dir, docsEnv(), "validate", "-c", "fragment.yaml"); c.code != 0 {
		t.Errorf("%s\n%s%s", text, c.out, c.err)
	}
}

// merge lays a part over a configuration: keys over keys, entries of lists over those of the same id or kind. A source that the
// part says only something about gets the rest from the first one.
func merge(base, part map[string]any) map[string]any {
	for key, v := range part {
		switch v := v.(type) {
		case map[string]any:
			if old, ok := base[key].(map[string]any); ok && key != "schedule" {
				base[key] = merge(old, v)
				continue
			}
		case []any:
			old, ok := base[key].([]any)
			if !ok {
				break
			}
			for _, entry := range v {
				old = lay(old, entry, key == "sources")
			}
			base[key] = old
			continue
		}
		base[key] = v
	}
	return base
}

func lay(list []any, entry any, complete bool) []any {
	e, ok := entry.(map[string]any)
	if !ok {
		return []any{entry}
	}
	for i, old := range list {
		o, _ := old.(map[string]any)
		for _, key := range []string{"id", "kind"} {
			if name, ok := e[key]; ok && o[key] == name {
				if key == "kind" && e["id"] != nil {
					continue
				}
				list[i] = merge(o, e)
				return list
			}
		}
	}
	if first, ok := list[0].(map[string]any); ok && complete {
		for key, v := range first {
			if _, has := e[key]; !has {
				e[key] = v
			}
		}
	}
	return append(list, e)
}
