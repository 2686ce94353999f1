//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// TestSecretsInACrash has the runtime of Go end the program in the middle of a
// turn, as a panic does: it prints the stacks of all goroutines.
func TestSecretsInACrash(t *testing.T) {
	t.Parallel()
	s := newSecretive(t, modeltest.Reply(modeltest.Deltas("Hel"), modeltest.Hang()))
	s.env = []string{"GOTRACEBACK=all", "HTTPS_PROXY=http://ann:" + proxySecret + "@127.0.0.1:1"}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := s.command(ctx, "app-server")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	reader, out := io.Pipe()
	cmd.Stdout = io.MultiWriter(&s.printed, out)
	cmd.Stderr = cmd.Stdout // the one writer is used by one goroutine
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(reader); scanner.Scan(); {
			lines <- scanner.Text()
		}
		io.Copy(io.Discard, reader)
	}()
	until := func(want string) string {
		for line := range lines {
			if strings.Contains(line, want) {
				return line
			}
		}
		t.Fatalf("the output ended before %q", want)
		return ""
	}
	fmt.Fprintln(in, `{"id":0,"method":"initialize","params":{"clientInfo":{"name":"t","version":"1"}}}`)
	until(`"id":0,`)
	fmt.Fprintln(in, `{"id":1,"method":"loginApiKey","params":{"apiKey":"`+typedKey+`"}}`)
	until(`"id":1,`)
	fmt.Fprintln(in, `{"id":2,"method":"newConversation","params":{}}`)
	_, id, _ := strings.Cut(until(`"conversationId":"`), `"conversationId":"`)
	id, _, _ = strings.Cut(id, `"`)
	fmt.Fprintf(in, `{"id":3,"method":"sendUserMessage","params":{"conversationId":%q,"items":[{"type":"text","data":{"text":"hi"}}]}}`+"\n", id)
	if _, err := s.model.Wait(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	go func() { // what nobody waits for any more
		for range lines {
		}
	}()
	err = cmd.Wait()
	out.Close()
	if err == nil || !strings.Contains(s.printed.String(), "goroutine ") {
		t.Errorf("it ended with %v and no stacks:\n%s", err, s.printed.String())
	}
	s.check()
}
