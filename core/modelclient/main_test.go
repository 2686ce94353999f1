package modelclient_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what a test waits for when something is wrong.
const patience = 20 * time.Second

// testProvider returns a provider without retries.
func testProvider(wire modelprovider.WireAPI, baseURL string) modelprovider.Provider {
	return modelprovider.Provider{
		ID: "test", Name: "Test", BaseURL: baseURL, WireAPI: wire,
		RequestMaxRetries: new(uint64(0)),
		StreamIdleTimeout: new(patience),
	}
}

// newClient returns a client that shares no connection with other tests and
// does not really wait between attempts.
func newClient(t testing.TB, options modelclient.Options) *modelclient.Client {
	t.Helper()
	if options.HTTPClient == nil {
		options.HTTPClient = modelclient.NewHTTPClient(nil)
	}
	t.Cleanup(options.HTTPClient.CloseIdleConnections)
	if options.Sleep == nil {
		options.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	return modelclient.New(options)
}

// start serves a script until the test ends.
func start(t testing.TB, script ...modeltest.Response) *modeltest.Server {
	t.Helper()
	server := modeltest.Start(script...)
	t.Cleanup(server.Close)
	return server
}

// handle serves an HTTP handler until the test ends, for answers that no model
// gives.
func handle(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	server := newHTTPServer(t, handler)
	return server + "/v1"
}

// collect returns all events of a stream and the error that ended it; nil
// after the last event of a completed response.
func collect(t testing.TB, stream *modelclient.Stream) ([]modelclient.Event, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var events []modelclient.Event
	for {
		event, err := stream.Next(ctx)
		if err == io.EOF {
			return events, nil
		}
		if err != nil {
			return events, err
		}
		events = append(events, event)
	}
}

// ask sends a request and collects the answer.
func ask(t testing.TB, client *modelclient.Client, request *modelclient.Request) ([]modelclient.Event, error) {
	t.Helper()
	stream, err := client.Stream(t.Context(), request)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	return collect(t, stream)
}

// user is a message of the user.
func user(text string) *protocol.MessageItem {
	return &protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: text}}}
}

// assistant is a message of the model.
func assistant(id, text string) *protocol.MessageItem {
	return &protocol.MessageItem{
		ID: id, Role: "assistant", Content: []protocol.ContentItem{&protocol.OutputTextContent{Text: text}},
	}
}

// golden compares with a file below testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// responsesOptions are the options of a client that asks server.
func responsesOptions(server *modeltest.Server) modelclient.Options {
	return modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())}
}
