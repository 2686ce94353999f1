package main

import (
	"context"
	"os"
	"time"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// closeTime bounds the end of the server.
const closeTime = 10 * time.Second

// server is a server of either protocol.
type server interface {
	Serve(ctx context.Context, transport jsonrpc.Transport) error
	Close(ctx context.Context) error
}

// serve makes a server around the agent that the flags describe, and serves
// standard input and output until the input ends or ctx does.
func serve(ctx context.Context, flags *globalFlags, make func(o agent.Options) (server, error)) error {
	overrides, err := flags.overrides()
	if err != nil {
		return err
	}
	log := newLogger(os.Getenv("RUST_LOG"), os.Stderr)
	demo := &demoModel{}
	defer demo.close()
	o := flags.agentOptions()
	o.Overrides, o.Endpoint, o.Log = overrides, demo.start, &log
	s, err := make(*o)
	if err != nil {
		return err
	}
	served := s.Serve(ctx, jsonrpc.NewLineTransport(jsonrpc.InterruptibleReader(os.Stdin), os.Stdout, nil))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		log.Warn().Err(err).Msg("the server did not end in order")
	}
	return served
}
