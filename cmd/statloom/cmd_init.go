package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
)

//go:embed templates/config.yaml
var configTemplate string

func (a *app) cmdInit() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "init [BOOK...]",
		Short: "Write a first configuration, from one's own books if any are named",
		Long: `Write config.yaml in the current folder, with comments. For each book named, the tables that are found in it become
datasets: their titles, and where their periods, measures and comparisons stand, are taken from the book, and a trial tells
how many figures can be read that way. Look it over, give the datasets good names, and run it.`,
		Example: `  statloom init
  statloom init books/yearbook.xlsx
  statloom validate && statloom run`,
		RunE: func(c *cobra.Command, books []string) error { return a.init(c.Context(), books, force) },
	}
	c.Flags().StringVarP(&a.configFile, "config", "c", "config.yaml", "the file to write")
	c.Flags().BoolVar(&force, "force", false, "write over an existing file")
	return c
}

func (a *app) init(ctx context.Context, books []string, force bool) error {
	target := a.path(a.configFile)
	if _, err := os.Stat(target); err == nil && !force {
		return &fault.Error{Kind: fault.Config, File: a.configFile, What: "the file exists already", Remedy: "use --force to write over it"}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var paths []string
	var found []*proposal
	for _, book := range books {
		at, err := filepath.Rel(filepath.Dir(target), a.path(book))
		if err != nil {
			at = a.path(book)
		}
		paths = append(paths, filepath.ToSlash(at))
		if found, err = a.propose(ctx, book, found); err != nil {
			return err
		}
	}
	text, err := writeConfig(paths, found)
	if err != nil {
		return err
	}
	if err := os.WriteFile(target, text, 0o644); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	fmt.Fprintf(a.out, "wrote %s with %d datasets", a.configFile, len(found)-len(idle(found)))
	if n := len(idle(found)); n > 0 {
		fmt.Fprintf(a.out, ", and %d more as comments, of which no figure can be read yet", n)
	}
	if len(books) > 0 && len(found) == 0 {
		fmt.Fprintln(a.out, ": a dataset is found by the title above its table, and no table has one (see: statloom inspect)")
		return nil
	}
	fmt.Fprintln(a.out, "; next: statloom validate, statloom run")
	return nil
}

// idle gives the proposals that read nothing.
func idle(list []*proposal) []*proposal {
	return slices.DeleteFunc(slices.Clone(list), func(p *proposal) bool { return p.trial.usable() > 0 })
}

// writeConfig makes the text of the configuration. A dataset that would read nothing would hold every release back, so
// it is written as a comment.
func writeConfig(paths []string, found []*proposal) ([]byte, error) {
	funcs := template.FuncMap{"quote": yamlQuote, "literal": duck.Literal}
	parsed, err := template.New("config").Funcs(funcs).Parse(configTemplate)
	if err != nil {
		return nil, err
	}
	data := struct {
		Paths, Datasets []string
		Language        string
		Live            bool
		Growth          *proposal
	}{Paths: paths, Language: "en"}
	for _, p := range found {
		var text strings.Builder
		if err := parsed.ExecuteTemplate(&text, "dataset", p); err != nil {
			return nil, err
		}
		block := "\n  " + strings.TrimSpace(text.String())
		if p.trial.usable() == 0 {
			block = "\n#" + strings.ReplaceAll(block[1:], "\n", "\n#")
		}
		data.Datasets = append(data.Datasets, block)
		data.Live = data.Live || p.trial.usable() > 0
		if p.Vietnamese {
			data.Language = "vi"
		}
		if p.Series().periods > 1 && (data.Growth == nil || p.Series().periods > data.Growth.Series().periods) {
			data.Growth = p
		}
	}
	var text bytes.Buffer
	err = parsed.Execute(&text, data)
	return text.Bytes(), err
}

// yamlQuote writes a text as a single-quoted YAML scalar; a dollar sign that would name the environment is doubled.
func yamlQuote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "'", "''"), "${", "$${") + "'"
}
