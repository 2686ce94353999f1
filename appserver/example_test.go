package appserver_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/appserver"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// A conversation with a server in the same process. The model is a scripted one
// in a scratch folder; without Home it is the user's own agent.
func Example() {
	ctx, home := context.Background(), must(os.MkdirTemp("", "example"))
	defer os.RemoveAll(home)
	model := modeltest.Start(modeltest.Reply(modeltest.Deltas("Hello, ", "Ada!")))
	defer model.Close()
	check(os.WriteFile(filepath.Join(home, "config.toml"), []byte(model.Config()), 0o600))

	server := must(appserver.New(ctx, &appserver.Options{Agent: agent.Options{Home: home, Cwd: home}}))
	defer server.Close(ctx)
	events := make(chan protocol.EventMsg, 16)
	client := must(server.Connect(ctx, appserver.ClientOptions{
		Name: "example", Version: "1.0",
		Notify: func(n protocol.ServerNotification) {
			if e, ok := n.(*protocol.EventNotification); ok {
				events <- e.Msg
			}
		},
	}))
	defer client.Close(ctx)

	id := must(appserver.Call(ctx, client, &protocol.NewConversationParams{})).ConversationID
	must(appserver.Call(ctx, client, &protocol.AddConversationListenerParams{ConversationID: id}))
	input := []protocol.ClientInput{&protocol.TextClientInput{Text: "I am Ada."}}
	must(appserver.Call(ctx, client, &protocol.SendUserMessageParams{ConversationID: id, Items: input}))
	for done := false; !done; {
		switch m := (<-events).(type) {
		case *protocol.AgentMessageEvent:
			fmt.Println("agent:", m.Message)
		case *protocol.TaskCompleteEvent:
			done = true
		}
	}
	// Output: agent: Hello, Ada!
}

func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
