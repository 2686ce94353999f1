package main

import (
	"github.com/spf13/cobra"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/mcpserver"
	"github.com/codex-go/codex/protocol"
)

func newMcpServer(flags *globalFlags) *cobra.Command {
	var o mcpserver.Options
	cmd := &cobra.Command{
		Use:   "mcp-server",
		Short: "Serve the Model Context Protocol on standard input and output",
		Long: "Offers the agent to other agents as tools of an MCP server: codex starts a conversation, codex-reply goes on with it.\n" +
			"One JSON-RPC message stands on each line of standard input and output. Logs go to standard error; RUST_LOG sets\n" +
			"their level. The server ends when its input ends.",
		Example: "  codex mcp-server\n  codex mcp-server --extra-tools -c model=gpt-5",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return serve(ctx, flags, func(a agent.Options) (server, error) {
				a.Source = protocol.SourceMCP
				o.Agent = a
				return mcpserver.New(ctx, &o)
			})
		},
	}
	cmd.Flags().BoolVar(&o.ExtraTools, "extra-tools", false, "also offer tools that list, interrupt and close conversations")
	cmd.Flags().DurationVar(&o.ApprovalTimeout, "approval-timeout", 0, "deny what the client does not decide within this `time`, such as 5m (default: wait)")
	cmd.Flags().BoolVar(&o.DenyWithoutElicitation, "deny-without-elicitation", false, "deny instead of asking clients that do not announce elicitations")
	cmd.Flags().BoolVar(&o.DecisionForm, "decision-form", false, "let clients choose a decision in the form of an elicitation")
	return cmd
}
