package modeltest_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	worked  = `{"output":"","metadata":{"exit_code":0,"duration_seconds":0.1}}`
	failed  = `{"output":"no such command","metadata":{"exit_code":127,"duration_seconds":0.1}}`
	refused = "exec command rejected by user"
)

// talk holds a conversation with the demonstration: it sends what the user
// says, carries calls out with the given outputs in turn, and returns the
// transcript.
func talk(t *testing.T, base string, wire modelprovider.WireAPI, tools []modelclient.Tool, says []string, outputs ...string) string {
	t.Helper()
	httpClient := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(httpClient.CloseIdleConnections)
	client := modelclient.New(modelclient.Options{
		Provider:   modelprovider.Provider{ID: "demo", Name: "demo", BaseURL: base, WireAPI: wire},
		HTTPClient: httpClient,
	})
	var transcript strings.Builder
	message := func(text string) protocol.ResponseItem {
		return &protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: text}}}
	}
	items := []protocol.ResponseItem{message("<environment_context>\n  <cwd>/w</cwd>\n</environment_context>")}
	for _, text := range says {
		fmt.Fprintf(&transcript, "user: %s\n", text)
		items = append(items, message(text))
		for range 10 {
			stream, err := client.Stream(t.Context(), &modelclient.Request{Input: items, Tools: tools})
			if err != nil {
				t.Fatal(err)
			}
			deltas, called := 0, false
			for {
				event, err := stream.Next(t.Context())
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if event.Kind == modelclient.TextDelta {
					deltas++
				}
				if event.Kind != modelclient.ItemDone {
					continue
				}
				items = append(items, event.Item)
				result := worked
				if len(outputs) > 0 {
					result = outputs[0]
				}
				answer := func(item protocol.ResponseItem) {
					items = append(items, item)
					called = true
					if len(outputs) > 0 {
						outputs = outputs[1:]
					}
					fmt.Fprintf(&transcript, "  output: %s\n", result)
				}
				switch item := event.Item.(type) {
				case *protocol.MessageItem:
					fmt.Fprintf(&transcript, "model, in %d pieces: %s\n", deltas, item.Content[0].(*protocol.OutputTextContent).Text)
				case *protocol.FunctionCallItem:
					fmt.Fprintf(&transcript, "call %s of %s: %s\n", item.CallID, item.Name, item.Arguments)
					answer(&protocol.FunctionCallOutputItem{CallID: item.CallID, Output: result})
				case *protocol.CustomToolCallItem:
					fmt.Fprintf(&transcript, "free-form call %s of %s: %q\n", item.CallID, item.Name, item.Input)
					answer(&protocol.CustomToolCallOutputItem{CallID: item.CallID, Output: result})
				case *protocol.LocalShellCallItem:
					fmt.Fprintf(&transcript, "shell call %s: %q\n", *item.CallID, item.Action.Command)
					answer(&protocol.FunctionCallOutputItem{CallID: *item.CallID, Output: result})
				}
			}
			stream.Close()
			if !called {
				break
			}
		}
	}
	return transcript.String()
}

func TestDemo(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Options{Handler: modeltest.Demo(0), KeepRequests: 1})
	function := func(name string) modelclient.Tool { return &modelclient.FunctionTool{Name: name} }
	usual := []modelclient.Tool{function("shell"), function("update_plan"), &modelclient.FreeformTool{Name: "apply_patch"}}
	tests := []struct {
		name    string
		wire    modelprovider.WireAPI
		tools   []modelclient.Tool
		says    []string
		outputs []string
	}{
		{"usual", modelprovider.WireResponses, usual, []string{"Hello \"there\"\nfriend", "Please run a command and write a file", "make a plan!", "What now?"}, nil},
		{"chat", modelprovider.WireChat, usual, []string{"Hello", "write a file"}, nil},
		{"patch_function", modelprovider.WireResponses, []modelclient.Tool{function("shell"), function("apply_patch")}, []string{"Hello", "a plan"}, nil},
		{"local_shell", modelprovider.WireResponses, []modelclient.Tool{&modelclient.LocalShellTool{}}, []string{"Hello"}, nil},
		{"refused", modelprovider.WireResponses, usual, []string{"Hello", "run"}, []string{refused, failed}},
		{"second_refused", modelprovider.WireResponses, usual, []string{"Hello"}, []string{worked, "patch rejected by user"}},
		{"no_tools", modelprovider.WireResponses, nil, []string{"Sum this up"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := talk(t, server.BaseURL(), test.wire, test.tools, test.says, test.outputs...)
			path := filepath.Join("testdata", "demo_"+test.name+".txt")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the conversation differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDemoPace(t *testing.T) {
	t.Parallel()
	const pace = time.Millisecond
	server := start(t, modeltest.Options{Handler: modeltest.Demo(pace)})
	begin := time.Now()
	got := talk(t, server.BaseURL(), modelprovider.WireResponses, nil, []string{"Hello"})
	if elapsed := time.Since(begin); elapsed < 10*pace {
		t.Errorf("%q took %v", got, elapsed)
	}
}
