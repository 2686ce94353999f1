package mcpclient_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/mcpclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// leakServers are three servers: one that ends as it should, one that leaves a
// child behind, and one that, if it is deaf, does not want to end. All write
// their process ids to a file of the folder.
func leakServers(dir string, deaf bool) (map[string]serverTable, error) {
	servers := map[string]serverTable{}
	for name, c := range map[string]mcpclient.FakeConfig{"good": {}, "parent": {Child: true}, "third": {Deaf: deaf}} {
		c.Pids = filepath.Join(dir, "pids")
		table, err := fake(c)
		if err != nil {
			return nil, err
		}
		servers[name] = table
	}
	return servers, nil
}

// processes is how many processes the servers of a conversation are.
const processes = 4

// pids returns the processes that servers have noted.
func pids(t *testing.T, dir string) []int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "pids"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var ids []int
	for line := range strings.Lines(string(text)) {
		id, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("no process id: %q", line)
		}
		ids = append(ids, id)
	}
	return ids
}

// running reports whether a process exists and is not a zombie.
func running(id int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	if err != nil {
		return false
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	return len(fields) > 0 && fields[0][0] != 'Z' && fields[0][0] != 'X'
}

// conversations is how many conversations a test runs at the same time.
func conversations() int {
	if os.Getenv("CODEX_LONG") != "" {
		return 50
	}
	return 3
}

// TestNoProcessIsLeft ends conversations in every way there is and looks for
// processes.
func TestNoProcessIsLeft(t *testing.T) {
	t.Parallel()
	ready := func(t *testing.T, c *conversation.Conversation) {
		t.Helper()
		f := &follower{t: t, c: c, sub: c.Subscribe()}
		defer f.sub.Close()
		f.submit(&protocol.ListMcpToolsOp{})
		f.until("mcp_list_tools_response")
	}
	hanging := func(t *testing.T, c *conversation.Conversation) {
		t.Helper()
		f := &follower{t: t, c: c, sub: c.Subscribe()}
		defer f.sub.Close()
		f.submit(say("go"))
		f.until("mcp_tool_call_begin")
	}
	closed := func(t *testing.T, _ *host, c *conversation.Conversation) {
		t.Helper()
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	ways := []struct {
		name   string
		deaf   bool                                         // one of the servers has to be killed, which takes its time
		before func(*testing.T, *conversation.Conversation) // nil: while the servers start
		end    func(*testing.T, *host, *conversation.Conversation)
	}{
		{"closed", true, ready, closed},
		{"closed while servers start", false, nil, closed},
		{"closed during a call", false, hanging, closed},
		{"interrupted and closed", false, hanging, func(t *testing.T, h *host, c *conversation.Conversation) {
			ended, err := c.Interrupt(t.Context())
			if err != nil {
				t.Error(err)
			}
			<-ended
			closed(t, h, c)
		}},
		{"removed", false, ready, func(t *testing.T, h *host, c *conversation.Conversation) {
			removed, ok := h.agent.Conversations.Remove(c.ID())
			if !ok || removed != c {
				t.Error("not removed")
			}
			closed(t, h, c)
		}},
		{"shut down by an operation", false, ready, func(t *testing.T, _ *host, c *conversation.Conversation) {
			if _, err := c.Submit(t.Context(), &protocol.ShutdownOp{}); err != nil {
				t.Error(err)
			}
			<-c.Done()
		}},
		{"given up while closing", false, ready, func(t *testing.T, _ *host, c *conversation.Conversation) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := c.Close(ctx); err == nil {
				t.Log("closed all the same")
			}
		}},
		{"the manager is closed", false, ready, func(*testing.T, *host, *conversation.Conversation) {}},
		{"the manager is closed while servers start", false, nil, func(*testing.T, *host, *conversation.Conversation) {}},
		{"the manager is closed during a call", true, hanging, func(*testing.T, *host, *conversation.Conversation) {}},
		{"the server crashes", false, func(t *testing.T, c *conversation.Conversation) {
			ready(t, c)
			f := &follower{t: t, c: c, sub: c.Subscribe()}
			defer f.sub.Close()
			f.submit(say("crash"))
			f.until("task_complete")
		}, closed},
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			servers, err := leakServers(dir, way.deaf)
			if err != nil {
				t.Fatal(err)
			}
			h, err := startHost(dir, servers)
			if err != nil {
				t.Fatal(err)
			}
			if way.name == "the server crashes" {
				for range conversations() {
					h.model.Add(modeltest.Reply(modeltest.Call("parent__crash", "c1", `{}`)))
				}
				for range conversations() {
					h.model.Add(modeltest.Reply(modeltest.Text("Oh.")))
				}
			} else {
				for range conversations() {
					h.model.Add(modeltest.Reply(modeltest.Call("parent__hang", "c1", `{}`)))
				}
			}
			var all sync.WaitGroup
			for range conversations() {
				all.Go(func() {
					c, err := h.conversation(t.Context(), t.TempDir())
					if err != nil {
						t.Error(err)
						return
					}
					if way.before != nil {
						way.before(t, c)
					}
					way.end(t, h, c)
				})
			}
			all.Wait()
			if err := h.close(t.Context()); err != nil {
				t.Error(err)
			}
			ids := pids(t, dir)
			if way.before != nil && len(ids) < processes*conversations() {
				t.Errorf("%d processes, want at least %d", len(ids), processes*conversations())
			}
			for _, id := range ids {
				if running(id) {
					t.Errorf("process %d is left", id)
					_ = unix.Kill(id, unix.SIGKILL)
				}
			}
		})
	}
}

// TestDeathOfTheProgram kills a program with conversations and waits until its
// servers are gone.
func TestDeathOfTheProgram(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(self)
	cmd.Env = []string{mcpclient.HostVariable + "=" + dir, "TMPDIR=" + dir, "GORACE=" + os.Getenv("GORACE")}
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if line != "ready\n" {
		t.Errorf("the program says %q, %v", line, err)
	}
	ids := pids(t, dir)
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // killed
	if len(ids) != 2 {
		t.Errorf("%d processes", len(ids))
	}
	for _, id := range ids {
		fd, err := unix.PidfdOpen(id, 0)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			t.Skipf("pidfd_open: %v", err)
		}
		for {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 30_000)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil || n != 1 {
				t.Errorf("process %d lives on: %v", id, err)
			}
			break
		}
		_ = unix.Close(fd)
	}
}

func init() { mcpclient.HostMain = hostMain }

// hostMain is a program with a conversation that says when its servers run.
func hostMain(dir string) int {
	servers, err := leakServers(dir, false)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	delete(servers, "parent") // its child would live on
	h, err := startHost(dir, servers)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	c, err := h.conversation(context.Background(), dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	sub := c.Subscribe()
	if _, err := c.Submit(context.Background(), &protocol.ListMcpToolsOp{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	for {
		e, err := sub.Next(context.Background())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		if _, ok := e.Msg.(*protocol.McpListToolsResponseEvent); ok {
			break
		}
	}
	fmt.Println("ready")
	time.Sleep(time.Hour)
	return 0
}
