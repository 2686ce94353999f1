package mcpserver

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// deltaPause is the shortest time between two notifications of progress about
// pieces of text or output.
const deltaPause = time.Second

// progress tells a client that gave a token that its call goes on, so that it
// does not give up. A nil progress tells nothing.
// (spec: mcp, do better, server correctness)
type progress struct {
	call  *call
	token mcptypes.ProgressToken

	mu    sync.Mutex
	count int64
	last  time.Time
}

// newProgress returns the progress of a call, nil if its metadata have no
// token.
func newProgress(c *call, meta json.RawMessage) *progress {
	if meta == nil {
		return nil
	}
	var m mcptypes.RequestMeta
	if err := wire.UnmarshalAt("params._meta", meta, &m); err != nil {
		c.log.Warn().Err(err).Msg("the metadata of a call cannot be read")
		return nil
	}
	if m.ProgressToken.IsZero() {
		return nil
	}
	return &progress{call: c, token: m.ProgressToken}
}

// start begins to notify at regular intervals. The function that it returns ends
// that and waits: nothing about a call follows its answer.
func (p *progress) start() (stop func()) {
	if p == nil {
		return func() {}
	}
	done := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() {
		ticker := time.NewTicker(p.call.server.times.heartbeat)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.notify()
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		beating.Wait()
	}
}

// event notifies that something happened.
func (p *progress) event(msg protocol.EventMsg) {
	if p == nil {
		return
	}
	switch msg.(type) {
	case *protocol.AgentMessageDeltaEvent, *protocol.AgentReasoningDeltaEvent,
		*protocol.AgentReasoningRawContentDeltaEvent, *protocol.ExecCommandOutputDeltaEvent:
		p.mu.Lock()
		recent := time.Since(p.last) < deltaPause
		p.mu.Unlock()
		if recent {
			return
		}
	}
	p.notify()
}

func (p *progress) notify() {
	p.mu.Lock()
	defer p.mu.Unlock() // so that the numbers rise on the wire
	p.count++
	p.last = time.Now()
	p.call.notify(string(mcptypes.NotificationProgress), &mcptypes.ProgressNotificationParams{
		ProgressToken: p.token,
		Progress:      float64(p.count),
	})
}
