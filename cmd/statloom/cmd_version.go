package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) cmdVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Args:    noArgs,
		Example: "  statloom version",
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(a.out, "statloom %s (commit %s, %s, %s/%s)\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
