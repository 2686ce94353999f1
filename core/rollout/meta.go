package rollout

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/codex-go/codex/protocol"
)

// firstLine returns the session_meta line of a new conversation, with what
// Meta.Git finds out in time. hurry is closed when somebody waits for the
// file. Meta.Git runs as part of background.
func (m *Meta) firstLine(ctx context.Context, now func() time.Time, hurry <-chan struct{}, background *sync.WaitGroup) ([]byte, error) {
	meta := &protocol.SessionMeta{
		ID:           m.ID,
		Timestamp:    m.Start.UTC().Format(timestampLayout),
		Cwd:          m.Cwd,
		Originator:   m.Originator,
		CLIVersion:   m.CLIVersion,
		Instructions: m.Instructions,
		Source:       m.Source,
		Git:          m.facts(ctx, hurry, background),
	}
	l := protocol.RolloutLine{Timestamp: now().UTC().Format(timestampLayout), Item: meta}
	b, err := protocol.Append(nil, &l)
	if err != nil {
		return nil, fmt.Errorf("encode session metadata: %w", err)
	}
	return append(b, '\n'), nil
}

// facts returns what Git says within the deadline, nil if it says nothing.
func (m *Meta) facts(ctx context.Context, hurry <-chan struct{}, background *sync.WaitGroup) *protocol.GitInfo {
	if m.Git == nil {
		return nil
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, gitDeadline)
	defer cancel()
	result := make(chan *protocol.GitInfo, 1)
	background.Go(func() { result <- m.Git(ctx) })
	select {
	case facts := <-result:
		return facts
	case <-ctx.Done():
	case <-hurry:
		rest := time.NewTimer(gitHurry - time.Since(start))
		defer rest.Stop()
		select {
		case facts := <-result:
			return facts
		case <-rest.C:
		}
	}
	return nil
}
