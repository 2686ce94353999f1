package auth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/codex-go/codex/protocol"
)

func TestManyGoroutinesCauseOneRefresh(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	r := signedIn(t, "acct")
	r.lastRefresh = start.Add(-2 * oldAge)
	store(t, home, r)
	i := newIssuer(t, renew(t, "acct"))
	m := i.manager(t, home, &clock{now: start})
	var group sync.WaitGroup
	for n := range 50 {
		group.Go(func() {
			if n%2 == 0 {
				if err := m.Refresh(t.Context()); err != nil {
					t.Error(err)
				}
			}
			credential, ok, err := m.Token(t.Context())
			if err != nil || !ok || credential.Bearer != "access-new-1" {
				t.Errorf("got %t, %v", ok, err)
			}
		})
	}
	group.Wait()
	if got := i.count(); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

// Variables of the processes of TestManyProcessesCauseOneRefresh.
const (
	processHome = "AUTH_TEST_HOME"
	processURL  = "AUTH_TEST_URL"
)

// refreshInAnotherProcess is the main function of those processes.
func refreshInAnotherProcess(home string) {
	m := NewManager(Options{Home: home, TokenURL: os.Getenv(processURL), Now: func() time.Time { return start }})
	if auth, _ := m.Snapshot(); auth.Mode != protocol.AuthChatGPT {
		os.Exit(1)
	}
	// The parent starts all at once when every one has read the old tokens.
	fmt.Println("ready")
	var word string
	if _, err := fmt.Scanln(&word); err != nil {
		os.Exit(1)
	}
	if err := m.Refresh(context.Background()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	credential, _, err := m.Token(context.Background())
	if err != nil {
		os.Exit(1)
	}
	fmt.Println(credential.Bearer)
}

func TestManyProcessesCauseOneRefresh(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	i := newIssuer(t, renew(t, "acct"))
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	type process struct {
		*exec.Cmd
		in  *os.File
		out *os.File
	}
	var processes []process
	for range 4 {
		inRead, inWrite, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		outRead, outWrite, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), program)
		command.Env = []string{processHome + "=" + home, processURL + "=" + i.URL}
		command.Stdin, command.Stdout = inRead, outWrite
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(inRead.Close(), outWrite.Close()); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, process{command, inWrite, outRead})
	}
	for _, p := range processes {
		var word string
		if _, err := fmt.Fscanln(p.out, &word); err != nil || word != "ready" {
			t.Fatalf("got %q, %v", word, err)
		}
	}
	for _, p := range processes {
		if _, err := fmt.Fprintln(p.in, "go"); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range processes {
		var word string
		if _, err := fmt.Fscanln(p.out, &word); err != nil || word != "access-new-1" {
			t.Errorf("got %q, %v", word, err)
		}
		if err := errors.Join(p.Wait(), p.in.Close(), p.out.Close()); err != nil {
			t.Error(err)
		}
	}
	if got := i.count(); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}
