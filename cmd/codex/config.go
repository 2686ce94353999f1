package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/core/config"
)

func newConfig(flags *globalFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Show the configuration",
		Example: "  codex config show --origins",
		Args:    cobra.ArbitraryArgs,
		RunE:    needCommand,
	}
	cmd.AddCommand(newConfigShow(flags))
	return cmd
}

// shownSetting is a setting as "config show --json" prints it.
type shownSetting struct {
	Key    string `json:"key"`
	Value  string `json:"value"` // in TOML
	Layer  string `json:"layer"`
	Origin string `json:"origin"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
}

func newConfigShow(flags *globalFlags) *cobra.Command {
	var origins, asJSON, all bool
	var profile string
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the settings in force that do not have their default",
		Long: "Shows every setting that config.toml, a profile, a flag or the environment makes, with its value in TOML; what may\n" +
			"be a secret is hidden. --origins says where each one comes from, and --all shows those with their default too.",
		Example: "  codex config show --origins\n  codex config show --all -c model=gpt-5 --json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := flags.loader()
			if err != nil {
				return err
			}
			var overrides config.Overrides
			if cmd.Flags().Changed("profile") {
				overrides.Profile = &profile
			}
			cfg, err := l.Load(cmd.Context(), overrides)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			settings := cfg.Origins.Settings()
			if all {
				settings = cfg.AllSettings()
			}
			if asJSON {
				shown := []shownSetting{}
				for _, s := range settings {
					shown = append(shown, shownSetting{
						Key: s.Key, Value: s.Value, Layer: s.Origin.Layer.String(), Origin: s.Origin.String(),
						File: s.Origin.File, Line: s.Origin.Line,
					})
				}
				enc := json.NewEncoder(out)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(shown)
			}
			w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			for _, s := range settings {
				if origins {
					fmt.Fprintf(w, "%s = %s\t# %s\n", s.Key, s.Value, s.Origin)
				} else {
					fmt.Fprintf(w, "%s = %s\n", s.Key, s.Value)
				}
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&origins, "origins", false, "say where each setting comes from")
	cmd.Flags().BoolVar(&all, "all", false, "show settings that have their default, too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, origins included")
	cmd.Flags().StringVarP(&profile, "profile", "p", "", "profile of config.toml to use")
	return cmd
}
