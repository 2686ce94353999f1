package auth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestSnapshot(t *testing.T) {
	t.Parallel()
	key := "sk"
	both := signedIn(t, "acct")
	both.apiKey = &key
	for _, test := range []struct {
		name     string
		file     *record
		override string
		want     Auth
		ok       bool
	}{
		{name: "nobody"},
		{name: "key", file: &record{apiKey: &key}, want: Auth{Mode: protocol.AuthAPIKey}, ok: true},
		{name: "tokens", file: signedIn(t, "acct"), want: Auth{
			Mode: protocol.AuthChatGPT, Email: "acct@example.com", Plan: "pro", AccountID: "acct",
		}, ok: true},
		{name: "the key wins", file: both, want: Auth{Mode: protocol.AuthAPIKey}, ok: true},
		{name: "the override wins", file: signedIn(t, "acct"), override: " sk-env ", want: Auth{Mode: protocol.AuthAPIKey}, ok: true},
		{name: "blank override", file: &record{apiKey: &key}, override: " ", want: Auth{Mode: protocol.AuthAPIKey}, ok: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			if test.file != nil {
				store(t, home, test.file)
			}
			got, ok := NewManager(Options{Home: home, APIKeyOverride: test.override}).Snapshot()
			if diff := cmp.Diff(test.want, got); diff != "" || ok != test.ok {
				t.Errorf("ok %t, %s", ok, diff)
			}
		})
	}
}

func TestCredentialOfEachMode(t *testing.T) {
	t.Parallel()
	key := " sk "
	withoutTime := signedIn(t, "acct")
	withoutTime.lastRefresh = time.Time{}
	for _, test := range []struct {
		name     string
		file     *record
		override string
		want     Credential
		ok       bool
	}{
		{name: "nobody"},
		{name: "key", file: &record{apiKey: &key}, want: Credential{Bearer: "sk"}, ok: true},
		{name: "tokens", file: signedIn(t, "acct"), want: Credential{Bearer: "access-old", AccountID: "acct", ChatGPT: true, Plan: "pro"}, ok: true},
		{name: "tokens without a time", file: withoutTime, want: Credential{Bearer: "access-old", AccountID: "acct", ChatGPT: true, Plan: "pro"}, ok: true},
		{name: "override", file: signedIn(t, "acct"), override: "sk-env", want: Credential{Bearer: "sk-env"}, ok: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			if test.file != nil {
				store(t, home, test.file)
			}
			c := &clock{now: start}
			m := NewManager(Options{Home: home, Now: c.Now, APIKeyOverride: test.override})
			got, ok, err := m.Token(t.Context())
			if err != nil || ok != test.ok {
				t.Fatalf("ok %t, error %v", ok, err)
			}
			if got != test.want {
				t.Error("another credential than expected")
			}
		})
	}
}

func TestChangesByOtherProgramsShowAfterReload(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "first"))
	m := NewManager(Options{Home: home, Now: (&clock{now: start}).Now})
	account := func() string { auth, _ := m.Snapshot(); return auth.AccountID }
	reload := func() bool {
		t.Helper()
		changed, err := m.Reload()
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	if account() != "first" {
		t.Fatal("not signed in")
	}
	if reload() {
		t.Error("an unchanged file counts as a change")
	}
	store(t, home, signedIn(t, "second"))
	if account() != "first" {
		t.Error("the account changed without a reload")
	}
	if !reload() || account() != "second" {
		t.Error("the reload changed nothing")
	}
	storeText(t, home, "{")
	if changed, err := m.Reload(); !changed || !errors.Is(err, ErrMalformed) || !errors.Is(m.LoadError(), ErrMalformed) {
		t.Errorf("got %t, %v", changed, err)
	}
	if err := os.Remove(filepath.Join(home, FileName)); err != nil {
		t.Fatal(err)
	}
	if reload() {
		t.Error("from nobody to nobody is no change")
	}
}

func TestLoginAPIKey(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		prep func(t *testing.T, home string)
	}{
		{"first login", func(*testing.T, string) {}},
		{"home exists", func(t *testing.T, home string) {
			if err := os.Mkdir(home, 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{"in place of tokens, in a file that all may read", func(t *testing.T, home string) {
			if err := os.Mkdir(home, 0o755); err != nil {
				t.Fatal(err)
			}
			store(t, home, signedIn(t, "acct"))
			if err := os.Chmod(filepath.Join(home, FileName), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		{"in place of garbage", func(t *testing.T, home string) {
			if err := os.Mkdir(home, 0o755); err != nil {
				t.Fatal(err)
			}
			storeText(t, home, "}{")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := filepath.Join(t.TempDir(), "home")
			test.prep(t, home)
			m := NewManager(Options{Home: home})
			if err := m.LoginAPIKey(t.Context(), " sk-new\n"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("{\n  \"OPENAI_API_KEY\": \"sk-new\"\n}", stored(t, home)); diff != "" {
				t.Error(diff)
			}
			info, err := os.Stat(filepath.Join(home, FileName))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("got mode %v, %v", info.Mode(), err)
			}
			if credential, ok, err := m.Token(t.Context()); err != nil || !ok || credential.Bearer != "sk-new" {
				t.Errorf("not signed in: %t, %v", ok, err)
			}
		})
	}
}

func TestLoginRefuses(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	before := stored(t, home)
	m := NewManager(Options{Home: home, Now: (&clock{now: start}).Now})
	for _, key := range []string{"", " \t\n"} {
		if err := m.LoginAPIKey(t.Context(), key); !errors.Is(err, ErrEmptyKey) {
			t.Errorf("key %q: got %v, want %v", key, err, ErrEmptyKey)
		}
	}
	for name, tokens := range map[string]Tokens{
		"malformed id token": {ID: "x", Access: "a", Refresh: "r"},
		"no access token":    {ID: idToken(t, "acct"), Refresh: "r"},
	} {
		if err := m.LoginChatGPT(t.Context(), tokens); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.LoginAPIKey(ctx, "sk"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if _, err := m.Logout(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	m.replaceFile = func(string, []byte) error { return os.ErrPermission }
	if err := m.LoginAPIKey(t.Context(), "sk"); !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v, want %v", err, os.ErrPermission)
	}
	if diff := cmp.Diff(before, stored(t, home)); diff != "" {
		t.Error(diff)
	}
	if auth, _ := m.Snapshot(); auth.AccountID != "acct" {
		t.Error("a login that failed signed out")
	}
}

func TestLoginChatGPT(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	storeText(t, home, `{"OPENAI_API_KEY":"sk-old"}`)
	m := NewManager(Options{Home: home, Now: (&clock{now: start}).Now})
	id := idToken(t, "acct")
	if err := m.LoginChatGPT(t.Context(), Tokens{ID: id, Access: "access", Refresh: "refresh"}); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`{`,
		`  "OPENAI_API_KEY": null,`,
		`  "tokens": {`,
		`    "id_token": "` + id + `",`,
		`    "access_token": "access",`,
		`    "refresh_token": "refresh",`,
		`    "account_id": "acct"`,
		`  },`,
		`  "last_refresh": "2025-10-01T12:00:00Z"`,
		`}`,
	}, "\n")
	if diff := cmp.Diff(want, stored(t, home)); diff != "" {
		t.Error(diff)
	}
	if auth, ok := m.Snapshot(); !ok || auth.Mode != protocol.AuthChatGPT {
		t.Errorf("signed in as %v", auth)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "home")
	m := NewManager(Options{Home: home})
	for _, test := range []struct {
		name string
		prep func() error
		want bool
	}{
		{"no home folder", func() error { return nil }, false},
		{"nobody", func() error { return os.Mkdir(home, 0o700) }, false},
		{"somebody", func() error { return m.LoginAPIKey(t.Context(), "sk") }, true},
		{"garbage", func() error { return os.WriteFile(filepath.Join(home, FileName), []byte("{"), 0o600) }, true},
	} {
		if err := test.prep(); err != nil {
			t.Fatal(err)
		}
		removed, err := m.Logout(t.Context())
		if err != nil || removed != test.want {
			t.Errorf("%s: got %t, %v", test.name, removed, err)
		}
		if _, ok := m.Snapshot(); ok {
			t.Errorf("%s: somebody is signed in", test.name)
		}
	}
}

// TestLogoutThroughALink removes the credentials that a link leads to, and not
// the link, through which the next login writes.
func TestLogoutThroughALink(t *testing.T) {
	t.Parallel()
	home, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "credentials")
	link := filepath.Join(home, FileName)
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Skip(err)
	}
	m := NewManager(Options{Home: home})
	for range 2 {
		if err := m.LoginAPIKey(t.Context(), "sk"); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(elsewhere); err != nil {
			t.Error(err)
		}
		for _, want := range []bool{true, false} {
			if removed, err := m.Logout(t.Context()); err != nil || removed != want {
				t.Errorf("got %t, %v; want %t", removed, err, want)
			}
		}
		if _, err := os.Stat(elsewhere); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the credentials are left: %v", err)
		}
		if _, err := os.Lstat(link); err != nil {
			t.Error(err)
		}
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(FileName, link); err != nil {
		t.Fatal(err)
	}
	if removed, err := m.Logout(t.Context()); err == nil || removed {
		t.Errorf("a link to itself: got %t", removed)
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	key := "sk"
	both := signedIn(t, "acct")
	both.apiKey = &key
	content, err := both.encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, content, want string
	}{
		{"key and tokens", string(content), "acct@example.com"},
		{"key", `{"OPENAI_API_KEY":"sk"}`, ""},
		{"garbage", `{`, ""},
	} {
		home := t.TempDir()
		m := NewManager(Options{Home: home})
		if got := m.Email(); got != nil {
			t.Errorf("without a file: got %q", *got)
		}
		storeText(t, home, test.content)
		got := ""
		if email := m.Email(); email != nil {
			got = *email
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, test := range []struct {
		name     string
		content  string
		params   protocol.GetAuthStatusParams
		required bool
		want     protocol.GetAuthStatusResponse
	}{
		{"nobody", "", protocol.GetAuthStatusParams{IncludeToken: &yes}, true,
			protocol.GetAuthStatusResponse{RequiresOpenAIAuth: &yes}},
		{"key", `{"OPENAI_API_KEY":"sk"}`, protocol.GetAuthStatusParams{}, true,
			protocol.GetAuthStatusResponse{AuthMethod: protocol.AuthAPIKey, RequiresOpenAIAuth: &yes}},
		{"key with token", `{"OPENAI_API_KEY":"sk"}`, protocol.GetAuthStatusParams{IncludeToken: &yes, RefreshToken: &yes}, true,
			protocol.GetAuthStatusResponse{AuthMethod: protocol.AuthAPIKey, AuthToken: "sk", RequiresOpenAIAuth: &yes}},
		{"key without token", `{"OPENAI_API_KEY":"sk"}`, protocol.GetAuthStatusParams{IncludeToken: &no}, true,
			protocol.GetAuthStatusResponse{AuthMethod: protocol.AuthAPIKey, RequiresOpenAIAuth: &yes}},
		{"empty key", `{"OPENAI_API_KEY":""}`, protocol.GetAuthStatusParams{IncludeToken: &yes}, true,
			protocol.GetAuthStatusResponse{RequiresOpenAIAuth: &yes}},
		{"not required", `{"OPENAI_API_KEY":"sk"}`, protocol.GetAuthStatusParams{IncludeToken: &yes}, false,
			protocol.GetAuthStatusResponse{RequiresOpenAIAuth: &no}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			if test.content != "" {
				storeText(t, home, test.content)
			}
			got := NewManager(Options{Home: home}).Status(t.Context(), &test.params, test.required)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func Example() {
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(home) //nolint:errcheck // a temporary folder

	ctx := context.Background()
	manager := NewManager(Options{Home: home})
	defer manager.Close(ctx) //nolint:errcheck // never fails

	if err := manager.LoginAPIKey(ctx, "sk-example"); err != nil {
		fmt.Println(err)
		return
	}
	credential, ok, err := manager.Token(ctx)
	fmt.Println(credential, ok, err)
	// Output: credential(chatgpt: false) true <nil>
}

func BenchmarkToken(b *testing.B) {
	b.ReportAllocs()
	home := b.TempDir()
	store(b, home, signedIn(b, "acct"))
	m := NewManager(Options{Home: home, Now: func() time.Time { return start }})
	for b.Loop() {
		if _, _, err := m.Token(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
