package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// usage makes a mistake in the command line, and says where to look.
func usage(c *cobra.Command, format string, args ...any) error {
	return usageError{fmt.Errorf("%s (see: %s --help)", fmt.Sprintf(format, args...), c.CommandPath())}
}

// noArgs is the rule for commands that take options only.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(c, "%s takes options only, and %q is none", c.CommandPath(), args[0])
	}
	return nil
}

// atMostOne is the rule for commands that may name one thing.
func atMostOne(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage(c, "%s takes one name at most, and there are %d", c.CommandPath(), len(args))
	}
	return nil
}

// needBooks is the rule for commands that look at books.
func needBooks(c *cobra.Command, files []string) error {
	if len(files) == 0 {
		return usage(c, "name a book: %s book.xlsx", c.CommandPath())
	}
	return nil
}

// knownCommand is the rule for commands that are only a roof for others.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := ""
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage(c, "there is no command %q%s", c.CommandPath()+" "+args[0], hint)
}
