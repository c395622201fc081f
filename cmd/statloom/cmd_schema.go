package main

import (
	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/config"
)

func (a *app) cmdSchema() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration, or its reference for people",
		Long: `Print the JSON Schema of config.yaml, so that editors complete and check it. Point an editor at it with this
first line of the configuration:

  # yaml-language-server: $schema=statloom.schema.json`,
		Example: "  statloom schema > statloom.schema.json\n  statloom schema --format markdown",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := knownForm(format, "json", "markdown"); err != nil {
				return err
			}
			describe := config.Schema
			if format == "markdown" {
				describe = config.Reference
			}
			text, err := describe(kinds())
			if err != nil {
				return err
			}
			_, err = a.out.Write(text)
			return err
		},
	}
	formatFlag(c, &format, "json", "markdown")
	return c
}
