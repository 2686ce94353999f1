package jsonrpc_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/codex-go/codex/utils/jsonrpc"
)

// Two peers over a pipe in memory: the client asks for a greeting, and the
// server asks the client for a name before it answers.
func Example() {
	ctx := context.Background()
	serverEnd, clientEnd := jsonrpc.Pipe()

	server := jsonrpc.NewConn(serverEnd, &jsonrpc.Options{
		Router: jsonrpc.RouterFunc(func(req *jsonrpc.Request) jsonrpc.Work {
			if req.Method != "greet" {
				return jsonrpc.Work{} // the answer is "method not found"
			}
			return jsonrpc.Work{Changes: []string{"greetings"}, Run: greet}
		}),
	})
	client := jsonrpc.NewConn(clientEnd, &jsonrpc.Options{
		Router: jsonrpc.RouterFunc(func(*jsonrpc.Request) jsonrpc.Work {
			return jsonrpc.Work{Run: func(context.Context, *jsonrpc.Request) (any, error) {
				return "Ada", nil
			}}
		}),
	})

	var greeting string
	err := client.Call(ctx, "greet", map[string]string{"word": "Hello"}, &greeting)
	fmt.Println(greeting, err)
	err = client.Call(ctx, "leave", nil, nil)
	fmt.Println(err)

	fmt.Println(client.Close()) // the server sees the end of its input
	<-server.InputDone()        // and ends in its own time
	fmt.Println(server.Shutdown(ctx))

	// Output:
	// Hello, Ada <nil>
	// request leave: method not found: leave (code -32601)
	// <nil>
	// <nil>
}

func greet(ctx context.Context, req *jsonrpc.Request) (any, error) {
	var params struct{ Word string }
	if err := json.Unmarshal(req.Params, &params); err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: %v", err)
	}
	var name string
	if err := req.Conn().Call(ctx, "name", nil, &name); err != nil {
		return nil, err
	}
	return params.Word + ", " + name, nil
}
