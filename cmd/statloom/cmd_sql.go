package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
)

func (a *app) cmdSQL() *cobra.Command {
	var command, format, file, id string
	c := &cobra.Command{
		Use:   "sql",
		Short: "Ask the current release in SQL, read-only",
		Long: `Open the current release read-only and run SQL: one statement list with -c, statements piped in, or an interactive
prompt with history. In the prompt: .tables, .macros, .describe NAME, .format FORM, .help, .quit. docs/sql.md has examples.`,
		Example: `  statloom sql -c "SELECT * FROM indicators WHERE indicator = 'SI01'"
  statloom sql --format csv -c "SELECT * FROM targets" > targets.csv
  echo "SHOW TABLES" | statloom sql
  statloom sql`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := knownForm(format, "table", "csv", "json", "jsonl"); err != nil {
				return err
			}
			db, err := a.openRelease(c.Context(), file, id)
			if err != nil {
				return err
			}
			defer db.Close()
			s := &session{db: db, out: a.out, format: format}
			if a.terminal {
				s.width = a.width
			}
			switch {
			case c.Flags().Changed("command"):
				return s.script(c.Context(), strings.NewReader(command))
			case a.terminal && a.typed:
				return a.prompt(c.Context(), s)
			}
			return s.script(c.Context(), a.in)
		},
	}
	a.configFlag(c, "")
	c.Flags().StringVarP(&command, "command", "c", "", "run this SQL and end")
	c.Flags().StringVar(&file, "file", "", "open this DuckDB file instead of the current release")
	c.Flags().StringVar(&id, "release", "", "open this release instead of the current one")
	formatFlag(c, &format, "table", "csv", "json", "jsonl")
	return c
}

// openRelease opens the database of the current release, of a given one, or a given file.
func (a *app) openRelease(ctx context.Context, file, id string) (*duck.DB, error) {
	if file == "" {
		cfg, err := a.load()
		if err != nil {
			return nil, err
		}
		if file, err = databaseFile(cfg.DataDir(), id); err != nil {
			return nil, err
		}
	} else {
		file = a.path(file)
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, &fault.Error{Kind: fault.Input, File: a.shortPath(file), What: "there is no such database", Remedy: "check the name"}
	} else if err != nil {
		return nil, &fault.Error{Kind: fault.Input, File: file, What: "open the database", Err: err, Remedy: "check the name"}
	}
	return duck.Open(ctx, file, duck.Options{})
}

// session runs SQL against one database and prints what comes out.
type session struct {
	db     *duck.DB
	out    io.Writer
	format string
	width  int // of the terminal; 0 where there is none
}

// script runs all statements of a text; the first error ends it.
func (s *session) script(ctx context.Context, text io.Reader) error {
	all, err := io.ReadAll(io.LimitReader(text, 16<<20))
	if err != nil {
		return fmt.Errorf("read the SQL: %w", err)
	}
	for _, statement := range statements(string(all)) {
		if err := s.one(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// one runs a statement or a dot command.
func (s *session) one(ctx context.Context, statement string) error {
	if strings.HasPrefix(statement, ".") {
		return s.dot(ctx, strings.Fields(statement))
	}
	result, err := s.db.Query(ctx, statement)
	if err != nil {
		return explain(err)
	}
	defer result.Close()
	columns, err := result.Columns()
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(s.out, 1<<16)
	w := newRows(buffered, s.format, columns...)
	w.clipTo = s.width
	values := make([]any, len(columns))
	targets := make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for result.Next() {
		if err := result.Scan(targets...); err != nil {
			return err
		}
		if err := w.row(values...); err != nil {
			return err
		}
	}
	if err := result.Err(); err != nil {
		return explain(err)
	}
	if err := w.end(); err != nil {
		return err
	}
	return buffered.Flush()
}

// knows reports whether there is a table or view of this name.
func (s *session) knows(ctx context.Context, table string) (bool, error) {
	rows, err := s.db.Query(ctx, `SELECT 1 FROM duckdb_columns() WHERE NOT internal AND table_name = `+duck.Literal(table)+` LIMIT 1`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// macros selects what is known of the release's macros.
const macros = `SELECT function_name || '(' || array_to_string(any_value(parameters), ', ') || ')' AS macro,
	CASE any_value(function_type) WHEN 'macro' THEN 'value' ELSE 'table' END AS gives, any_value(comment) AS comment
	FROM duckdb_functions() WHERE NOT internal GROUP BY function_name`

// describe lists the columns of a table, or says what a macro takes and gives.
func (s *session) describe(ctx context.Context, name string) error {
	known, err := s.knows(ctx, name)
	switch {
	case err != nil:
		return err
	case known:
		return s.one(ctx, `SELECT column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal AND table_name = `+
			duck.Literal(name)+` ORDER BY column_index`)
	}
	rows, err := s.db.Query(ctx, `SELECT 1 FROM duckdb_functions() WHERE NOT internal AND function_name = `+duck.Literal(name))
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return errors.Join(rows.Err(), &fault.Error{Kind: fault.Input, What: fmt.Sprintf("there is no table or macro %q", name), Remedy: "see .tables and .macros"})
	}
	return s.one(ctx, macros+` HAVING function_name = `+duck.Literal(name))
}

// dot runs a command of the prompt.
func (s *session) dot(ctx context.Context, words []string) error {
	switch {
	case words[0] == ".tables" && len(words) == 1:
		return s.one(ctx, `SELECT table_name AS name, comment FROM duckdb_tables() WHERE NOT internal
			UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY 1`)
	case words[0] == ".macros" && len(words) == 1:
		return s.one(ctx, macros+` ORDER BY 1`)
	case words[0] == ".describe" && len(words) == 2:
		return s.describe(ctx, words[1])
	case words[0] == ".format" && len(words) == 2:
		if err := knownForm(words[1], "table", "csv", "json", "jsonl"); err != nil {
			return err
		}
		s.format = words[1]
		return nil
	}
	if words[0] != ".help" {
		return &fault.Error{Kind: fault.Input, What: strings.Join(words, " ") + " is no command of the prompt", Remedy: "see .help"}
	}
	_, err := fmt.Fprint(s.out, `.tables            list tables and views with what they hold
.macros            list macros with what they compute
.describe NAME     list the columns of a table with their meaning, or say what a macro takes
.format FORM       print as table, csv, json or jsonl
.quit              leave
Anything else is SQL and ends with a semicolon.
`)
	return err
}

// explain adds the remedy to errors of a read-only release.
func explain(err error) error {
	text := err.Error()
	if strings.Contains(text, "read-only") {
		return &fault.Error{Kind: fault.Failed, What: "a release is read-only", Err: err,
			Remedy: "copy the DuckDB file to change it"}
	}
	return err
}

// statements splits a text at semicolons that stand outside quotes and comments.
func statements(text string) []string {
	var list []string
	start := 0
	add := func(end int) {
		if s := strings.TrimSpace(text[start:end]); bare(s) != "" {
			list = append(list, s)
		}
	}
	for i := 0; i < len(text); {
		switch next := skip(text, i); {
		case next > i:
			i = next
		case text[i] == ';':
			add(i)
			start = i + 1
			i++
		case text[i] == '\n' && strings.HasPrefix(strings.TrimSpace(text[start:i]), "."):
			add(i) // a dot command ends with its line
			start = i + 1
			i++
		default:
			i++
		}
	}
	add(len(text))
	return list
}

// skip gives the place after the quoted text or comment that begins at i, or i if none does.
func skip(text string, i int) int {
	until := func(from int, end string) int {
		if k := strings.Index(text[from:], end); k >= 0 {
			return from + k + len(end)
		}
		return len(text)
	}
	rest := text[i:]
	switch {
	case strings.HasPrefix(rest, "--"):
		return until(i, "\n")
	case strings.HasPrefix(rest, "/*"):
		return until(i+2, "*/")
	case rest[0] == '\'' || rest[0] == '"':
		return until(i+1, rest[:1])
	case strings.HasPrefix(rest, "$$"):
		return until(i+2, "$$")
	}
	return i
}

// bare is a statement without its comments, to see whether anything is left.
func bare(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		next := skip(s, i)
		switch {
		case next == i:
			b.WriteByte(s[i])
			i++
		case s[i] == '-' || s[i] == '/':
			i = next
		default:
			b.WriteString(s[i:next])
			i = next
		}
	}
	return strings.TrimSpace(b.String())
}

// complete reports whether the text typed so far can be run: a dot command, or SQL that ends with a semicolon.
func complete(text string) bool {
	trimmed := strings.TrimSpace(text)
	if strings.HasPrefix(trimmed, ".") {
		return true
	}
	last := 0
	for i := 0; i < len(trimmed); {
		if next := skip(trimmed, i); next > i {
			i = next
			continue
		}
		if trimmed[i] == ';' {
			last = i + 1
		}
		i++
	}
	return last > 0 && bare(trimmed[last:]) == ""
}
