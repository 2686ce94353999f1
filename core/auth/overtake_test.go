package auth

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/codex-go/codex/protocol"
)

func TestALoginOvertakesARefresh(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		act  func(ctx context.Context, m *Manager) error
		want protocol.AuthMode
	}{
		{"login", func(ctx context.Context, m *Manager) error { return m.LoginAPIKey(ctx, "sk-new") }, protocol.AuthAPIKey},
		{"logout", func(ctx context.Context, m *Manager) error { _, err := m.Logout(ctx); return err }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			store(t, home, signedIn(t, "acct"))
			i := newIssuer(t, renew(t, "acct"))
			i.arrived, i.proceed = make(chan struct{}), make(chan struct{})
			m := i.manager(t, home, &clock{now: start})
			done := make(chan error, 1)
			go func() { done <- m.Refresh(t.Context()) }()
			<-i.arrived
			if err := test.act(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if err := <-done; !errors.Is(err, ErrReplaced) {
				t.Errorf("got %v, want %v", err, ErrReplaced)
			}
			if auth, _ := m.Snapshot(); auth.Mode != test.want {
				t.Errorf("signed in with %q", auth.Mode)
			}
			r, err := readFile(filepath.Join(home, FileName))
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			if mode, _ := r.mode(); mode != test.want {
				t.Errorf("stored %q", mode)
			}
		})
	}
}

func TestTheEndOfAContextEndsTheWaitAlone(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	i := newIssuer(t, renew(t, "acct"))
	i.arrived, i.proceed = make(chan struct{}), make(chan struct{})
	m := i.manager(t, home, &clock{now: start})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Refresh(ctx) }()
	<-i.arrived
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	// Whoever closes the manager waits for the tokens to be stored.
	closed := make(chan error, 1)
	go func() { closed <- m.Close(t.Context()) }()
	i.proceed <- struct{}{}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if !strings.Contains(stored(t, home), "refresh-new-1") {
		t.Error("the new tokens are lost")
	}
}

func TestCloseGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	i := newIssuer(t, renew(t, "acct"))
	i.arrived, i.proceed = make(chan struct{}), make(chan struct{})
	c := &clock{now: start}
	m := i.manager(t, home, c)
	done := make(chan error, 1)
	go func() { done <- m.Refresh(t.Context()) }()
	<-i.arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil {
		t.Error("no error")
	}
	c.Add(time.Hour)
	if err := m.Refresh(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want %v", err, ErrClosed)
	}
}

func TestTokensThatCannotBeStoredLiveInMemory(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	i := newIssuer(t, renew(t, "acct"))
	c := &clock{now: start}
	m := i.manager(t, home, c)
	working := m.replaceFile
	m.replaceFile = func(string, []byte) error { return os.ErrPermission }
	if err := m.Refresh(t.Context()); !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v, want %v", err, os.ErrPermission)
	}
	if got := bearer(t, m); got != "access-new-1" {
		t.Errorf("got %s", got)
	}
	// The next refresh brings the file up to date.
	m.replaceFile = working
	c.Add(time.Hour)
	if err := m.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(i.bodies[1], "refresh-new-1") || !strings.Contains(stored(t, home), "refresh-new-2") {
		t.Error("the file is behind")
	}
}
