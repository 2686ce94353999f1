package appserver_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/codex-go/codex/appserver"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// A conversation with a server in the same process. The model is a scripted one
// on a scratch folder; without Home, Overrides and Endpoint it is the user's own
// agent.
func Example() {
	ctx := context.Background()
	home, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(home)
	model := modeltest.Start(modeltest.Reply(modeltest.Deltas("Hello, ", "Ada!")))
	defer model.Close()
	settings, err := config.ParseOverrides([]string{"model_provider=demo"})
	check(err)

	server, err := appserver.New(ctx, &appserver.Options{Agent: agent.Options{
		Home: home, Cwd: home, Overrides: settings,
		Endpoint: func(context.Context, string) (string, error) { return model.BaseURL(), nil },
	}})
	check(err)
	defer server.Close(ctx)

	done := make(chan struct{})
	client, err := server.Connect(ctx, appserver.ClientOptions{Name: "example", Version: "1.0", Notify: func(n protocol.ServerNotification) {
		if e, ok := n.(*protocol.EventNotification); ok {
			switch m := e.Msg.(type) {
			case *protocol.AgentMessageEvent:
				fmt.Println("agent:", m.Message)
			case *protocol.TaskCompleteEvent:
				close(done)
			}
		}
	}})
	check(err)
	defer client.Close(ctx)

	started, err := appserver.Call[protocol.NewConversationResponse](ctx, client, &protocol.NewConversationParams{})
	check(err)
	_, err = appserver.Call[protocol.AddConversationSubscriptionResponse](ctx, client, &protocol.AddConversationListenerParams{ConversationID: started.ConversationID})
	check(err)
	_, err = appserver.Call[protocol.SendUserMessageResponse](ctx, client, &protocol.SendUserMessageParams{
		ConversationID: started.ConversationID,
		Items:          []protocol.ClientInput{&protocol.TextClientInput{Text: "I am Ada."}},
	})
	check(err)
	<-done
	// Output: agent: Hello, Ada!
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
