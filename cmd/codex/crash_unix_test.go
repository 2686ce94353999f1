//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/codex-go/codex/appserver"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// crashRounds is how often a server is killed; CODEX_LONG asks for many more.
func crashRounds() int {
	if os.Getenv("CODEX_LONG") != "" {
		return 300
	}
	return 8
}

// TestCrash kills a server at random moments of its turns and starts another
// one. What was reported as ended before the kill is in the file, what was
// written once is never rewritten, and every file can be resumed.
func TestCrash(t *testing.T) {
	t.Parallel()
	home, work := t.TempDir(), t.TempDir()
	model, err := modeltest.Serve(modeltest.Options{Handler: func(r *modeltest.Request) modeltest.Response {
		text := r.LastUserText()
		if _, ran := r.Output("call-" + text); !ran {
			return modeltest.Reply(modeltest.Deltas("working ", "on ", text), modeltest.Call("shell", "call-"+text, `{"command":["echo","`+text+`"]}`))
		}
		return modeltest.Reply(modeltest.Deltas("done ", text))
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	config := fmt.Sprintf("model = \"m\"\nmodel_provider = \"mock\"\napproval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n"+
		"[model_providers.mock]\nname = \"mock\"\nbase_url = %q\nwire_api = \"responses\"\n", model.BaseURL())
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &crasher{t: t, home: home, work: work}
	for round := range crashRounds() {
		c.round(round)
	}
}

// crasher is a client whose server is killed again and again.
type crasher struct {
	t          *testing.T
	home, work string
	path       string   // of the conversation's rollout, once there is one
	before     []byte   // of the rollout, after the last kill
	ended      []string // what the user said in turns that were reported as ended
}

// round starts a server, goes on with the conversation and kills the server.
func (c *crasher) round(n int) {
	t := c.t
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "app-server")
	cmd.Args[0] = "codex"
	cmd.Dir = c.work
	cmd.Env = append(os.Environ(), "CODEX_HOME="+c.home)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	complete := make(chan struct{}, 16)
	client, err := appserver.Dial(ctx, jsonrpc.NewLineTransport(stdout, stdin, nil), appserver.ClientOptions{
		Name: "crash", Version: "1",
		Notify: func(n protocol.ServerNotification) {
			if e, ok := n.(*protocol.EventNotification); ok && e.Msg.EventType() == "task_complete" {
				complete <- struct{}{}
			}
		},
	})
	if err != nil {
		t.Fatalf("round %d: %v", n, err)
	}
	id := c.open(ctx, client, n)
	c.whole(n)

	kill := time.AfterFunc(time.Duration(rand.IntN(40_000))*time.Microsecond, func() { cmd.Process.Kill() })
	defer kill.Stop()
	for turn := 0; ; turn++ {
		text := fmt.Sprintf("r%dt%d", n, turn)
		_, err := appserver.Call(ctx, client, &protocol.SendUserMessageParams{
			ConversationID: id, Items: []protocol.ClientInput{&protocol.TextClientInput{Text: text}},
		})
		if err != nil {
			break // the server is dead
		}
		select {
		case <-complete:
			c.ended = append(c.ended, text)
			continue
		case <-client.Done():
		case <-ctx.Done():
			t.Fatalf("round %d: the server is not dead in time", n)
		}
		break
	}
	client.Close(ctx)
	cmd.Wait() // killed
	if c.before, err = os.ReadFile(c.path); err != nil {
		t.Fatalf("round %d: %v", n, err)
	}
	for _, text := range c.ended {
		for _, line := range []string{`"text":"` + text + `"`, `"message":"done ` + text + `"`, `"text":"done ` + text + `"`} {
			if !bytes.Contains(c.before, []byte(line)) {
				t.Fatalf("round %d: the turn %q was reported as ended, but the rollout does not hold %s", n, text, line)
			}
		}
	}
}

// open starts the conversation in the first round and resumes it in others.
func (c *crasher) open(ctx context.Context, client *appserver.Client, n int) protocol.ConversationID {
	t := c.t
	t.Helper()
	var id protocol.ConversationID
	if c.path == "" {
		started, err := appserver.Call(ctx, client, &protocol.NewConversationParams{})
		if err != nil {
			t.Fatalf("round %d: %v", n, err)
		}
		id, c.path = started.ConversationID, started.RolloutPath
	} else {
		resumed, err := appserver.Call(ctx, client, &protocol.ResumeConversationParams{Path: c.path})
		if err != nil {
			t.Fatalf("round %d: resume: %v", n, err)
		}
		id = resumed.ConversationID
	}
	_, err := appserver.Call(ctx, client, &protocol.AddConversationListenerParams{ConversationID: id})
	if err != nil {
		t.Fatalf("round %d: %v", n, err)
	}
	return id
}

// whole checks that a resume has rewritten nothing.
func (c *crasher) whole(n int) {
	t := c.t
	t.Helper()
	now, err := os.ReadFile(c.path)
	if err != nil {
		t.Fatalf("round %d: %v", n, err)
	}
	if !bytes.HasPrefix(now, c.before) {
		t.Fatalf("round %d: the rollout was rewritten", n)
	}
}
