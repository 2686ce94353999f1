package modelclient_test

import (
	"context"
	"fmt"
	"io"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

func Example() {
	server := modeltest.Start(modeltest.Reply(modeltest.Deltas("Hello, ", "world.")))
	defer server.Close()

	ctx := context.Background()
	httpClient := modelclient.NewHTTPClient(nil)
	defer httpClient.CloseIdleConnections()
	client := modelclient.New(modelclient.Options{
		Provider:   modelprovider.Provider{Name: "example", BaseURL: server.BaseURL(), WireAPI: modelprovider.WireResponses},
		HTTPClient: httpClient,
	})
	stream, err := client.Stream(ctx, &modelclient.Request{
		Model: "gpt-5",
		Input: []protocol.ResponseItem{&protocol.MessageItem{
			Role:    "user",
			Content: []protocol.ContentItem{&protocol.InputTextContent{Text: "Say hello."}},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stream.Close()
	for {
		event, err := stream.Next(ctx)
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		switch event.Kind {
		case modelclient.TextDelta:
			fmt.Printf("%q ", event.Delta)
		case modelclient.Completed:
			fmt.Println(event.Usage.TotalTokens, "tokens")
		}
	}
	// Output: "Hello, " "world." 130 tokens
}
