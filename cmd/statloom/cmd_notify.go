package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/statloom/statloom/pipeline/fault"
)

func (a *app) cmdNotify() *cobra.Command {
	c := &cobra.Command{
		Use:     "notify",
		Short:   "Look after alerts: mail and webhooks",
		Example: "  statloom notify test",
		Args:    knownCommand,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	test := &cobra.Command{
		Use:     "test",
		Example: "  statloom notify test",
		Short:   "Send a test message on every channel of the configuration's alerts",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			center, err := a.center(cfg, nil)
			if err != nil {
				return err
			}
			if center == nil || len(center.Channels) == 0 {
				return &fault.Error{Kind: fault.Config, File: cfg.Path(), What: "there are no alerts", Remedy: "add mail or webhooks below the key alerts"}
			}
			told, err := center.Try(c.Context())
			for _, name := range told {
				fmt.Fprintf(a.out, "sent: %s\n", name)
			}
			if err != nil {
				err = errors.New(cfg.Hide(err.Error()))
			}
			return err
		},
	}
	a.configFlag(test, "c")
	c.AddCommand(test)
	return c
}
