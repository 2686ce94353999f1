package modelclient

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
)

// streamFixture plays back a file instead of asking. Each line of the file is
// an event. (spec: agent-loop, fixture hook)
func (c *Client) streamFixture(ctx context.Context) (*Stream, error) {
	file, err := os.ReadFile(c.options.FixturePath)
	if err != nil {
		return nil, fmt.Errorf("read the stream fixture: %w", err)
	}
	body := newIdleBody(ctx, 0)
	body.src = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(file, []byte("\n"), []byte("\n\n"))))
	return newResponsesStream(body, new(attempt), nil), nil
}
