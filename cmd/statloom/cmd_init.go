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
	"unicode"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms/layout/page"
)

//go:embed templates/config.yaml
var configTemplate string

// initFlags are the options of init.
type initFlags struct {
	force, noPage, run bool
	page               string
	codes              []string
}

func (a *app) cmdInit() *cobra.Command {
	var f initFlags
	c := &cobra.Command{
		Use:   "init [BOOK...]",
		Short: "Write a first configuration, from one's own books if any are named",
		Long: `Write config.yaml in the current folder, with comments. For each book named, the tables that are found in it become
datasets: their titles, and where their periods, price bases, measures and comparisons stand, are taken from the book, and
a trial tells how many figures can be read that way. Totals that add up become checks. Of the code lists named by --codes,
each dimension gets the one that knows most of its labels.

Beside it a page, init.html, shows the books as they look, what every cell was taken for, and what was decided with how sure
that is; what is not certain comes first, as questions, each with the line that answers it. Look it over, give the datasets
good names, and run it. With --run that is done at once, and the page of the release is opened in a browser. Somebody who
types is asked for books where none are named, and whether to run.`,
		Example: `  statloom init
  statloom init books/yearbook.xlsx
  statloom init --run books/*.xls
  statloom init --codes codes/area.csv books/yearbook.xlsx
  statloom validate && statloom run`,
		RunE: func(c *cobra.Command, books []string) error { return a.firstHour(c.Context(), books, f) },
	}
	c.Flags().StringVarP(&a.configFile, "config", "c", "config.yaml", "the file to write")
	c.Flags().BoolVar(&f.force, "force", false, "write over an existing file")
	c.Flags().BoolVar(&f.run, "run", false, "run it at once, and open the page of the release")
	c.Flags().StringVar(&f.page, "page", "init.html", "the page to write, beside the configuration unless a folder is named")
	c.Flags().BoolVar(&f.noPage, "no-page", false, "write no page")
	c.Flags().StringArrayVar(&f.codes, "codes", nil, "code list (CSV) to try on the labels; may be given several times")
	_ = c.MarkFlagFilename("codes", "csv")
	_ = c.MarkFlagFilename("page", "html")
	return c
}

// free reports an error if a file must not be written.
func free(target, name string, force bool) error {
	if _, err := os.Stat(target); err == nil && !force {
		return &fault.Error{Kind: fault.Config, File: name, What: "the file exists already", Remedy: "use --force to write over it"}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// init writes the configuration and the page beside it, and gives how many datasets there are.
func (a *app) init(ctx context.Context, books []string, f initFlags) (datasets int, err error) {
	target := a.path(a.configFile)
	pr := &proposer{app: a}
	pageFile := a.path(f.page)
	if filepath.Base(f.page) == f.page {
		pageFile = filepath.Join(filepath.Dir(target), f.page)
	}
	if len(books) > 0 && !f.noPage && f.page != "" {
		if err := free(pageFile, f.page, f.force); err != nil {
			return 0, err
		}
		pr.page = page.New(page.Options{Config: filepath.Base(a.configFile)})
	}
	lists, given, err := a.codeLists(f.codes, target)
	if err != nil {
		return 0, err
	}
	pr.lists = lists
	c := proposedConfig{Language: "en"}
	for _, book := range books {
		at, err := filepath.Rel(filepath.Dir(target), a.path(book))
		if err != nil {
			at = a.path(book)
		}
		c.Paths = append(c.Paths, filepath.ToSlash(at))
		if err := pr.book(ctx, book); err != nil {
			return 0, err
		}
	}
	if pr.page != nil {
		c.Page = filepath.Base(pageFile)
	}
	text, err := c.write(pr.found, given)
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(target, text, 0o644); err != nil {
		return 0, fmt.Errorf("write the configuration: %w", err)
	}
	if pr.page != nil {
		if err := writePage(pr.page, pageFile); err != nil {
			return 0, err
		}
	}
	a.tellInit(books, pr, pageFile)
	return len(pr.found) - len(idle(pr.found)), nil
}

// tellInit says what was written and what comes next.
func (a *app) tellInit(books []string, pr *proposer, pageFile string) {
	fmt.Fprintf(a.out, "wrote %s with %s", a.configFile, plural(len(pr.found)-len(idle(pr.found)), "dataset"))
	if n := len(idle(pr.found)); n > 0 {
		fmt.Fprintf(a.out, ", and %d more as comments, of which no figure can be read yet", n)
	}
	if len(books) > 0 && len(pr.found) == 0 {
		fmt.Fprintln(a.out, ": a dataset is found by the title above its table or by its headings, and no table has either (see: statloom inspect)")
	} else {
		fmt.Fprintln(a.out, "; next: statloom validate, statloom run")
	}
	if pr.page != nil {
		fmt.Fprintf(a.out, "open %s in a browser to see what was understood, and %s\n", a.shortPath(pageFile), plural(pr.page.Questions(), "question"))
	}
}

func writePage(p *page.Page, file string) error {
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		return err
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// idle gives the proposals that read nothing.
func idle(list []*proposal) []*proposal {
	return slices.DeleteFunc(slices.Clone(list), func(p *proposal) bool { return p.trial.usable() > 0 })
}

// configTemplates are the texts that a configuration is made of.
func configTemplates() (*template.Template, error) {
	return template.New("config").Funcs(template.FuncMap{"quote": page.Quote, "literal": duck.Literal, "comment": comment}).Parse(configTemplate)
}

// comment makes a text one line of a comment.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// yaml is the proposal as an entry of the configuration's datasets.
func (p *proposal) yaml() (string, error) {
	parsed, err := configTemplates()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	if err := parsed.ExecuteTemplate(&text, "dataset", p); err != nil {
		return "", err
	}
	return "  " + strings.TrimSpace(text.String()), nil
}

// Ask gives the questions about some decisions as comments: what is asked and why, and the lines that pin what was
// decided.
func (p *proposal) Ask(whats ...string) (lines []string) {
	for _, q := range p.questions {
		if !slices.Contains(whats, q.What) {
			continue
		}
		var why []string
		for _, r := range q.Decision.Reasons {
			why = append(why, r.Text)
		}
		lines = append(lines, fmt.Sprintf("? %s Decided: %s (%.2f); %s", q.Ask.EN, q.Decision.Value, q.Decision.Confidence, strings.Join(why, "; ")))
		lines = append(lines, strings.Split(q.YAML, "\n")...)
	}
	return lines
}

// UnitTold says which units the figures have.
func (p *proposal) UnitTold() string {
	var told []string
	some := ""
	for _, u := range p.Units {
		if u == "" {
			some = "; some figures have none"
			continue
		}
		told = append(told, u)
	}
	if len(told) == 0 {
		return ""
	}
	if n := len(told); n > 6 {
		told = append(told[:6], fmt.Sprintf("and %d more", n-6))
	}
	return "unit, as the book states it: " + strings.Join(told, ", ") + some
}

// proposedConfig is what the configuration's template is filled with.
type proposedConfig struct {
	Paths, Datasets []string
	Language, Page  string
	Live, Asked     bool
	Growth          *proposal
	Lists           []*givenList
	Checks          []*proposal
}

// write makes the text of the configuration. A dataset that would read nothing would hold every release back, so it is
// written as a comment.
func (c *proposedConfig) write(found []*proposal, given []*givenList) ([]byte, error) {
	parsed, err := configTemplates()
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		text, err := p.yaml()
		if err != nil {
			return nil, err
		}
		block := "\n" + text
		if p.trial.usable() == 0 {
			block = "\n#" + strings.ReplaceAll(block[1:], "\n", "\n#")
		} else {
			c.Live = true
			if len(p.Checks) > 0 {
				c.Checks = append(c.Checks, p)
			}
			for _, l := range given {
				l.Used = l.Used || slices.ContainsFunc(p.Dimensions, func(d proposedDimension) bool { return d.CodeList == l.ID })
			}
		}
		c.Datasets = append(c.Datasets, block)
		c.Asked = c.Asked || len(p.questions) > 0
		if p.Vietnamese {
			c.Language = "vi"
		}
		if p.Series().periods > 1 && (c.Growth == nil || p.Series().periods > c.Growth.Series().periods) {
			c.Growth = p
		}
	}
	for _, l := range given {
		if l.Used {
			c.Lists = append(c.Lists, l)
		}
	}
	var text bytes.Buffer
	err = parsed.Execute(&text, c)
	return text.Bytes(), err
}
