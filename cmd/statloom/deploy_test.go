package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// What deploy/ starts are commands and options that the program has.
func TestDeployedCommands(t *testing.T) {
	var commands [][]string
	unit := lineOf(t, "../../deploy/statloom.service", "ExecStart=")
	commands = append(commands, strings.Fields(unit)[1:])
	var said []string
	if err := json.Unmarshal([]byte(lineOf(t, "../../deploy/Containerfile", "CMD ")), &said); err != nil {
		t.Fatal(err)
	}
	commands = append(commands, said)
	commands = append(commands, manifestArgs(t, "../../deploy/kubernetes/statloom.yaml")...)
	if len(commands) != 4 {
		t.Errorf("got %d commands: %q", len(commands), commands)
	}
	for _, args := range commands {
		var out, errs bytes.Buffer
		a := &app{system: testSystem(t.TempDir(), nil, &out, &errs)}
		c, rest, err := a.root().Find(args)
		if err == nil {
			err = c.ParseFlags(rest)
		}
		if err != nil || len(c.Flags().Args()) > 0 {
			t.Errorf("%q: %v, left over: %q", args, err, c.Flags().Args())
		}
	}
}

// lineOf gives what follows a word at the beginning of a line.
func lineOf(t *testing.T, file, word string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, word); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Fatalf("%s has no %q", file, word)
	return ""
}

// manifestArgs gives the arguments of all containers of a manifest.
func manifestArgs(t *testing.T, file string) (list [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	documents := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var m struct {
			Spec struct {
				Template struct {
					Spec struct {
						Containers []struct{ Args []string }
					}
				}
			}
		}
		err := documents.Decode(&m)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range m.Spec.Template.Spec.Containers {
			list = append(list, c.Args)
		}
	}
}
