package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/notify"
	"github.com/statloom/statloom/pipeline/queue"
)

// app is one call of the program: what it got from outside and the options every command has.
type app struct {
	system
	configFile string
	verbose    bool
	noColor    bool

	data    string       // folder to use in place of the configuration's
	offline bool         // the sources are not asked
	quiet   bool         // nobody watches: what a run does is logged
	queue   *queue.Queue // that this process works on all the time

	secret *config.Config // whose secrets no text may show; nil: none is loaded
	logger *slog.Logger   // in place of the usual one

	speaker *notify.Center // that goes on over runs; nil: each run has its own
}

// run runs the program with the given arguments and returns its exit code.
func run(ctx context.Context, args []string, s system) int {
	a := &app{system: s}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	err := root.ExecuteContext(ctx)
	var quiet shown
	switch {
	case err == nil:
		return 0
	case errors.As(err, &quiet):
		return quiet.code
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(s.err, "statloom: stopped; run it again to go on where it stopped")
		return 1
	}
	fmt.Fprintln(s.err, "statloom: "+a.hide(err.Error()))
	var usage usageError
	if errors.As(err, &usage) {
		return fault.Config.ExitCode()
	}
	return fault.ExitCode(err)
}

// shown is an error the user has already read about: it only carries the exit code.
type shown struct{ code int }

func (s shown) Error() string { return fmt.Sprintf("exit code %d", s.code) }

// usageError is a mistake in the command line.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "statloom",
		Short: "From the spreadsheets of statistics offices to indicators that can be audited",
		Long: `statloom pulls the books that statistics offices publish, reads their tables, keeps every vintage, computes
indicators in SQL against policy targets, and publishes one release (DuckDB, Parquet) at once or not at all.

Exit codes: 0 done, 1 failed, 2 configuration, 3 checks failed (last good release kept), 4 source unavailable,
5 another run holds the lock.`,
		Example: `  statloom run                         run the configuration in config.yaml
  statloom inspect book.xlsx           see what is understood of a book
  statloom sql -c "SHOW TABLES"        ask the current release`,
		Args:              knownCommand,
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	root.SuggestionsMinimumDistance = 2
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "say more about what happens")
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false, "print without colours (also: NO_COLOR is set, or no terminal)")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(c, "%s", err)
	})
	root.AddCommand(
		a.cmdInit(), a.cmdValidate(), a.cmdPlan(), a.cmdRun(), a.cmdRead(), a.cmdInspect(),
		a.cmdSQL(), a.cmdTrace(), a.cmdVerify(), a.cmdDiff(), a.cmdTests(), a.cmdReview(), a.cmdStatus(), a.cmdHistory(), a.cmdLogs(),
		a.cmdServe(), a.cmdWorker(), a.cmdNotify(), a.cmdBackup(), a.cmdRestore(), a.cmdRelease(), a.cmdSchema(), a.cmdVersion(),
	)
	return root
}

// configFlag gives a command the option that names the configuration; sql needs the short form for itself.
func (a *app) configFlag(c *cobra.Command, short string) {
	c.Flags().StringVarP(&a.configFile, "config", short, "config.yaml", "the configuration")
	_ = c.MarkFlagFilename("config", "yaml", "yml")
}

// color reports whether colours may be used.
func (a *app) color() bool {
	if v, ok := a.env("NO_COLOR"); ok && v != "" {
		return false
	}
	return a.terminal && !a.noColor
}

// log gives the logger of a command: plain lines on the error stream, from warnings on, or all when verbose.
func (a *app) log() *slog.Logger {
	if a.logger != nil {
		return a.logger
	}
	level := slog.LevelWarn
	if a.verbose {
		level = slog.LevelDebug
	}
	return slog.New(tint.NewTextHandler(a.err, &tint.Options{Level: level, NoColor: !a.color(), TimeFormat: time.TimeOnly, ReplaceAttr: a.hideAttr}))
}

// hide takes the secrets of the configuration out of a text.
func (a *app) hide(text string) string {
	if a.secret == nil {
		return text
	}
	return a.secret.Hide(text)
}

// hideAttr takes them out of what is logged.
func (a *app) hideAttr(_ []string, attr slog.Attr) slog.Attr {
	switch v := attr.Value.Any().(type) {
	case string:
		attr.Value = slog.StringValue(a.hide(v))
	case error:
		attr.Value = slog.StringValue(a.hide(v.Error()))
	}
	return attr
}

// path makes a path of the command line absolute.
func (a *app) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(a.dir, p)
}

// load reads the configuration that the command line names.
func (a *app) load() (*config.Config, error) {
	cfg, err := config.Load(a.path(a.configFile), kinds(), a.env)
	if err == nil && a.data != "" {
		cfg.Data, cfg.State, cfg.Lake, cfg.Releases = a.data, "", "", ""
	}
	if err == nil {
		a.secret = cfg
	}
	return cfg, err
}

// formatFlag gives a command the option that chooses its output form.
func formatFlag(c *cobra.Command, target *string, first string, others ...string) {
	forms := append([]string{first}, others...)
	c.Flags().StringVar(target, "format", first, "output form: "+join(forms))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp))
}

// knownForm checks the value of --format.
func knownForm(value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usageError{fmt.Errorf("--format %s is not known: it can be %s", value, join(allowed))}
}

func join(words []string) string {
	text := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			text += " or "
		default:
			text += ", "
		}
		text += w
	}
	return text
}
