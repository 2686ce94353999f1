package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/mcpserver"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
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
			return serveMcp(cmd.Context(), flags, o)
		},
	}
	cmd.Flags().BoolVar(&o.ExtraTools, "extra-tools", false, "also offer tools that list, interrupt and close conversations")
	cmd.Flags().DurationVar(&o.ApprovalTimeout, "approval-timeout", 0, "deny what the client does not decide within this `time`, such as 5m (default: wait)")
	cmd.Flags().BoolVar(&o.DenyWithoutElicitation, "deny-without-elicitation", false, "deny instead of asking clients that do not announce elicitations")
	cmd.Flags().BoolVar(&o.DecisionForm, "decision-form", false, "let clients choose a decision in the form of an elicitation")
	return cmd
}

func serveMcp(ctx context.Context, flags *globalFlags, o mcpserver.Options) error {
	overrides, err := flags.overrides()
	if err != nil {
		return err
	}
	log := newLogger(os.Getenv("RUST_LOG"), os.Stderr)
	demo := &demoModel{}
	defer demo.close()
	o.Agent = *flags.agentOptions()
	o.Agent.Overrides = overrides
	o.Agent.Endpoint = demo.start
	o.Agent.Source = protocol.SourceMCP
	o.Agent.Log = &log
	server, err := mcpserver.New(ctx, &o)
	if err != nil {
		return err
	}
	served := server.Serve(ctx, jsonrpc.NewLineTransport(jsonrpc.InterruptibleReader(os.Stdin), os.Stdout, nil))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	if err := server.Close(ctx); err != nil {
		log.Warn().Err(err).Msg("the server did not end in order")
	}
	return served
}
